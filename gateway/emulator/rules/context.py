"""What a submission's ``context`` may hold; any other key refuses the submission."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from gateway.emulator.rules.messages import Flaw

_HUTK = re.compile(r"[0-9a-f]{32}\Z")
_URI = re.compile(r"[!-~]+\Z")


def _is_hutk(text: str) -> bool:
    return _HUTK.match(text) is not None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_uri(text: str) -> bool:
    if not _URI.match(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


_KEYS: Mapping[str, tuple[Callable[[str], bool] | None, str]] = {
    "hutk": (_is_hutk, "INVALID_HUTK"),
    "ipAddress": (_is_address, "INVALID_IP_ADDRESS"),
    "pageUri": (_is_uri, "INVALID_PAGE_URI"),
    "goToWebinarWebinarKey": (str.isdigit, "INVALID_GOTOWEBINAR_WEBINAR_KEY"),
    "pageName": (None, "INVALID_METADATA"),
    "pageId": (None, "INVALID_METADATA"),
    "sfdcCampaignId": (None, "INVALID_METADATA"),
}
"""key → (what makes it valid beside being a text, the errorType when it is not)."""


def context_flaws(context: Mapping[str, object]) -> Iterator[Flaw]:
    """The faults of a context, at ``context.<key>``."""
    for key, value in context.items():
        path = f"context.{key}"
        if key not in _KEYS:
            yield Flaw("INVALID_METADATA", path)
            continue
        valid, error_type = _KEYS[key]
        if not isinstance(value, str):
            yield Flaw(error_type, path)
        elif valid is not None and not valid(value):
            yield Flaw(error_type, path, value)
