"""Can HubSpot reach the address people open?"""

from __future__ import annotations

from urllib.parse import urlsplit

from gateway.domain.findings import Finding, finding

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine that mean another one to HubSpot."""


def public_url_finding(public_url: str) -> Finding:
    """What is to be said of the address: HubSpot sends its webhooks to https only."""
    parts = urlsplit(public_url)
    if parts.hostname in LOOPBACK:
        return finding("public_url_loopback", url=public_url)
    if parts.scheme != "https":
        return finding("public_url_insecure", url=public_url)
    return finding("public_url_ready", url=public_url)
