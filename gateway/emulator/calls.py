"""One HTTP call as the endpoints see it, and what they may ask of it."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from gateway.domain.scopes import ScopeNeed
from gateway.emulator import responses, tokens
from gateway.emulator.portal import Portal
from gateway.emulator.responses import Stop
from gateway.emulator.tokens import Token

JSON_MEDIA_TYPE = "application/json"
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
_EDITION = re.compile(r"(?<=/)(?:v[0-9]|[0-9]{4}-[0-9]{2}(?:-beta)?)(?=/|\Z)")


@dataclasses.dataclass(frozen=True)
class Call:
    """A request that has been read whole. Header names are in lower case."""

    portal: Portal
    base: str
    """The emulator's own address, for links to a next page."""
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    body: bytes = dataclasses.field(repr=False)
    at: float = dataclasses.field(default_factory=time.monotonic)
    """Monotonic seconds when the head had been read, or when a late call is carried out."""

    @property
    def at_ms(self) -> int:
        """``at`` in milliseconds since the epoch."""
        return round((time.time() - (time.monotonic() - self.at)) * 1000)

    @property
    def edition(self) -> str:
        """The edition of the API that the path names: ``v3``, ``2026-09``… or nothing."""
        found = _EDITION.search(self.path)
        return found.group() if found else ""

    @functools.cached_property
    def content(self) -> Any:
        """The body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def bearer(self) -> str | None:
        """The text of the token, or None when the call carries none."""
        scheme, _, text = self.headers.get("authorization", "").partition(" ")
        return text.strip() if scheme.lower() == "bearer" and text.strip() else None

    def token(self) -> Token:
        """The token the call carries. Stops with 401 when there is none, or it is not valid."""
        text = self.bearer
        if text is None:
            raise Stop(responses.not_authenticated())
        found = self.portal.tokens.find(text)
        if found is None and tokens.looks_issued(text):
            raise Stop(responses.not_authenticated())
        if found is None:
            raise Stop(responses.expired(0, time.time()))
        if found.expires_at is not None and found.expires_at <= time.time():
            raise Stop(responses.expired(found.expires_at, time.time()))
        return found

    def require(self, need: ScopeNeed) -> None:
        """Stop with 403 unless the token meets ``need``."""
        if not need.met_by(self.token().scopes):
            raise Stop(responses.missing_scopes(list(need.accepted)))

    def text(self, name: str) -> str | None:
        """One text of the query, or None."""
        given = self.query.get(name, ())
        return given[-1] if given else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text of the query under ``name``, repeated or separated by commas."""
        return tuple(t for given in self.query.get(name, ()) for t in given.split(",") if t)

    def flag(self, name: str) -> bool:
        """A truth of the query in any case of its letters (HubSpot's own Python client writes
        ``True``), false when absent. Stops with 400 for anything else."""
        text = self.text(name)
        given = text.lower() if text is not None else None
        if given not in (None, "true", "false"):
            raise Stop(responses.bad_request(f"{name} must be true or false"))
        return given == "true"

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query. Stops with 400 when it is none, or out of bounds."""
        given = self.text(name)
        if given is None:
            return default
        whole = given.isascii() and given.isdigit() and len(given) <= 9
        if not whole or not low <= int(given) <= high:
            raise Stop(responses.bad_request(f"{name} must be between {low} and {high}"))
        return int(given)

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object. Stops with 415 or 400 when it is something else."""
        if self.media_type != JSON_MEDIA_TYPE:
            raise Stop(responses.not_taken(415, "Unsupported Media Type"))
        if not isinstance(self.content, dict):
            raise Stop(responses.bad_request("Invalid input JSON"))
        return self.content

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
