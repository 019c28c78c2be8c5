"""How HubSpot signs what it sends.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
"""The escapes that version 3 decodes in the address; every other stays as it is."""
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)


def version_1(secret: str, body: bytes) -> str:
    """What CRM subscriptions carry: no address, no time."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def version_2(secret: str, method: str, uri: str, body: bytes) -> str:
    """What workflows and cards carry."""
    return hashlib.sha256((secret + method + uri).encode() + body).hexdigest()


def version_3(secret: str, method: str, uri: str, body: bytes, timestamp_ms: str) -> str:
    """What every newer call carries beside the others."""
    decoded = _ESCAPE.sub(lambda found: _DECODED[found[0].upper()], uri)
    told = (method + decoded).encode() + body + timestamp_ms.encode()
    return base64.b64encode(hmac.digest(secret.encode(), told, "sha256")).decode()
