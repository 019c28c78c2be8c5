"""What the account has granted to its app: codes that are spent once, and refresh tokens.

Source: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable, Mapping

APP_ID, USER_ID = 4_117_286, 26_649_153
"""The one app of the account, and the person who installed it."""
CODE_LIFE = 60.0
"""Seconds within which a code is to be spent (assumed)."""


@dataclasses.dataclass(frozen=True)
class Code:
    """What a person agreed to, until the app fetches its tokens. Its text is its key."""

    scopes: tuple[str, ...]
    redirect_uri: str
    expires_at: float
    """Seconds since the epoch."""
    challenge: str | None = dataclasses.field(default=None, repr=False)
    method: str = "plain"
    """How a verifier becomes the challenge: ``S256`` or ``plain`` (RFC 7636)."""

    def proven_by(self, verifier: str) -> bool:
        """Whether ``verifier`` belongs to the challenge; true where there was none."""
        if self.challenge is None:
            return True
        digest = hashlib.sha256(verifier.encode(errors="replace")).digest()
        hashed = base64.urlsafe_b64encode(digest).rstrip(b"=")
        made = hashed if self.method == "S256" else verifier.encode(errors="replace")
        return hmac.compare_digest(made, self.challenge.encode(errors="replace"))


@dataclasses.dataclass(frozen=True)
class Grant:
    """One installation of the app. It outlives the texts of its refresh tokens."""

    id: str
    scopes: tuple[str, ...]


class Grants:
    """Codes and refresh tokens by their texts."""

    def __init__(self) -> None:
        self._codes: dict[str, Code] = {}
        self._by_refresh_token: dict[str, Grant] = {}

    def new_code(self, code: Code) -> str:
        """The text under which ``code`` can be spent."""
        text = str(uuid.uuid4())
        self._codes[text] = code
        return text

    def spend(self, text: str, now: float) -> Code | None:
        """Take a code out; None when it is unknown, spent or too old."""
        code = self._codes.pop(text, None)
        return code if code is not None and now < code.expires_at else None

    def grant(self, scopes: Iterable[str], text: str | None = None) -> str:
        """The refresh token of a new grant: a new one unless its text is given."""
        return self.file(Grant(secrets.token_hex(8), tuple(scopes)), text)

    def file(self, grant: Grant, text: str | None = None) -> str:
        """A refresh token of ``grant``: a new one unless its text is given."""
        text = text or f"na1-{uuid.uuid4()}"
        self._by_refresh_token[text] = grant
        return text

    def find(self, text: str) -> Grant | None:
        """The grant of a refresh token, or None."""
        return self._by_refresh_token.get(text)

    def forget(self, text: str) -> None:
        """Let a refresh token be unknown from now on; access tokens live out their time."""
        self._by_refresh_token.pop(text, None)

    def revoke(self, grant_id: str) -> None:
        """Forget every refresh token of one grant."""
        for text, grant in list(self._by_refresh_token.items()):
            if grant.id == grant_id:
                del self._by_refresh_token[text]

    def all(self) -> Mapping[str, Grant]:
        """Every refresh token and its grant."""
        return dict(self._by_refresh_token)
