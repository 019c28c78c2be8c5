"""Tokens the emulator has issued, and the scopes each holds."""

from __future__ import annotations

import dataclasses
import enum
import re
import secrets
import uuid
from collections.abc import Collection, Iterable, Mapping

_ISSUED_SHAPE = re.compile(r"(pat-[a-z]{2,3}[0-9]-[0-9a-f-]{36}|C[0-9A-Za-z_-]{64})\Z")


class TokenKind(enum.StrEnum):
    """How a token came to be."""

    PRIVATE_APP = "private_app"
    SERVICE_KEY = "service_key"
    OAUTH = "oauth"
    """An app's access token: opaque, and described only to the app itself."""


@dataclasses.dataclass(frozen=True)
class Token:
    """One issued token. Its text is the key it is filed under, never shown."""

    scopes: tuple[str, ...]
    kind: TokenKind = TokenKind.PRIVATE_APP
    expires_at: float | None = None
    """Seconds since the epoch; None for a token that does not expire."""
    grant: str | None = None
    """The id of the grant an OAuth token came from."""


class Tokens:
    """Every token of the portal, by its text."""

    def __init__(self) -> None:
        self._by_text: dict[str, Token] = {}

    def issue(
        self,
        scopes: Iterable[str],
        *,
        kind: TokenKind = TokenKind.PRIVATE_APP,
        expires_at: float | None = None,
        text: str | None = None,
        grant: str | None = None,
    ) -> str:
        """A new token's text, random unless ``text`` is given: ``pat-na1-<uuid>``, and an
        opaque text for an OAuth token."""
        random = (
            f"C{secrets.token_urlsafe(48)}"
            if kind is TokenKind.OAUTH
            else f"pat-na1-{uuid.uuid4()}"
        )
        text = text or random
        self._by_text[text] = Token(tuple(scopes), kind, expires_at, grant)
        return text

    def file(self, text: str, token: Token) -> None:
        """Keep a token under a text that is known already."""
        self._by_text[text] = token

    def all(self) -> Mapping[str, Token]:
        """Every token by its text."""
        return dict(self._by_text)

    def find(self, text: str) -> Token | None:
        """The token of this text, or None."""
        return self._by_text.get(text)

    def revoke(self, text: str) -> None:
        """Forget a token, so that calls with it get 401."""
        self._by_text.pop(text, None)

    def revoke_grant(self, grant: str) -> None:
        """Forget every token of one grant."""
        for text, token in list(self._by_text.items()):
            if token.grant == grant:
                del self._by_text[text]


def looks_issued(text: str) -> bool:
    """Whether ``text`` has the shape of a token; garbage gets another 401."""
    return _ISSUED_SHAPE.match(text) is not None


def in_v2_spelling(spellings: Collection[str]) -> list[str]:
    """The ``.v2`` spellings among ``spellings``, as live 403 bodies name them; all of them
    where there is none."""
    return [s for s in spellings if s.endswith(".v2")] or list(spellings)
