"""What an e-mail address looks like, and which domains a form refuses.

Only ASCII addresses are taken: a look-alike letter of another alphabet would send a person's
answers to a stranger, and an international domain can be written in its ``xn--`` form. A
domain that a form blocks may be written either way: both are compared in the ``xn--`` form.

Sources: HTML Living Standard (valid e-mail address), RFC 5321 section 4.5.3.1 (lengths),
RFC 5891 and UTS #46 (international domains).
"""

from __future__ import annotations

import functools
import re

import idna

from gateway.domain.errors import Reason
from gateway.domain.forms import Validation
from gateway.intake.reasons import reason

MAX_ADDRESS = 254
MAX_LOCAL = 64
MAX_DOMAIN = 253

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,58}}[A-Za-z0-9])")

FREE_PROVIDERS = frozenset(
    {
        "aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com",
        "hotmail.com", "hotmail.co.uk", "hotmail.fr", "icloud.com", "live.com", "mac.com",
        "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com",
        "qq.com", "rocketmail.com", "web.de", "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr",
        "yandex.com", "yandex.ru", "ymail.com", "zoho.com", "163.com",
    }
)  # fmt: skip
"""Common free providers, to refuse early what HubSpot's own, longer and unpublished list
refuses later."""


def email_fault(address: str, rules: Validation) -> Reason | None:
    """Why ``address`` cannot be taken under a field's ``rules``, or None.

    A blocked domain blocks itself, not its subdomains: HubSpot does not say, and decides last.
    """
    if not address.isascii():
        return reason("email_ascii")
    local, _, domain = address.rpartition("@")
    if not _fits(local, domain):
        return reason("email_shape")
    host = domain.lower()
    if host in _blocked(rules.blocked_email_domains):
        return reason("email_blocked")
    if rules.use_default_block_list and host in FREE_PROVIDERS:
        return reason("email_free")
    return None


def ascii_domain(domain: str) -> str:
    """A domain in small letters and in its ASCII form (``bücher.de`` → ``xn--bcher-kva.de``);
    empty when it has none."""
    if domain.isascii() or len(domain) > MAX_DOMAIN:
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def is_domain(domain: str) -> bool:
    """Whether ``domain`` (in ASCII) is a full domain name, like ``clinic.org``."""
    return len(domain) <= MAX_DOMAIN and _DOMAIN.fullmatch(domain) is not None


@functools.lru_cache(maxsize=256)
def _blocked(domains: tuple[str, ...]) -> frozenset[str]:
    return frozenset(ascii_domain(one.strip().lstrip("@")) for one in domains) - {""}


def _fits(local: str, domain: str) -> bool:
    if len(local) > MAX_LOCAL or len(local) + 1 + len(domain) > MAX_ADDRESS:
        return False
    return bool(_LOCAL.fullmatch(local)) and is_domain(domain)
