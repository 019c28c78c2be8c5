"""Rules about addresses: e-mail, domains, web addresses, phone numbers.

A list of domains names those very domains. HubSpot does not say whether a subdomain belongs to
them; so an allowed domain lets its subdomains pass, and a blocked one does not block them.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from gateway.domain.forms import Validation
from gateway.domain.validations import ValidationRule
from gateway.intake.checks import Check
from gateway.intake.email_rules import ascii_domain, email_fault, is_domain
from gateway.intake.phone_rules import explicit_fits, is_region
from gateway.intake.reasons import reason

MAX_DOMAINS = 1_000
"""The most domains one rule is read with; HubSpot's own limit is 20."""
_NO_LIMITS = Validation()


def email(rule: ValidationRule) -> Check | None:
    """``EMAIL``: an e-mail address."""
    if rule.rule_arguments:
        return None
    return Check(
        lambda text, _: email_fault(text, _NO_LIMITS) is None,
        reason("email_shape"),
        "An e-mail address.",
    )


def email_allowed(rule: ValidationRule) -> Check | None:
    """``EMAIL_ALLOWED_DOMAINS``: an address at one of these domains."""
    return _listed(rule, _email_host, allowed=True, code="rule_email_domains")


def email_blocked(rule: ValidationRule) -> Check | None:
    """``EMAIL_BLOCKED_DOMAINS``: an address at none of these domains."""
    return _listed(rule, _email_host, allowed=False, code="email_blocked")


def domain(rule: ValidationRule) -> Check | None:
    """``DOMAIN``: a domain by itself, like ``clinic.org``."""
    if rule.rule_arguments:
        return None
    return Check(
        lambda text, _: is_domain(ascii_domain(text)),
        reason("rule_domain"),
        "Like clinic.org.",
    )


def url(rule: ValidationRule) -> Check | None:
    """``URL``: a web address; HubSpot does not say that it has to begin with https."""
    if rule.rule_arguments:
        return None
    return Check(
        lambda text, _: is_domain(_url_host(text)),
        reason("rule_url"),
        "Like https://clinic.org/contact.",
    )


def url_allowed(rule: ValidationRule) -> Check | None:
    """``URL_ALLOWED_DOMAINS``: a web address at one of these domains."""
    return _listed(rule, _url_host, allowed=True, code="rule_url_domains")


def url_blocked(rule: ValidationRule) -> Check | None:
    """``URL_BLOCKED_DOMAINS``: a web address at none of these domains."""
    return _listed(rule, _url_host, allowed=False, code="rule_url_blocked")


def phone(rule: ValidationRule) -> Check | None:
    """``PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE``: a number that begins with +, of one country
    when the rule names it. What HubSpot brings into shape may leave that country out."""
    arguments = [argument.strip().upper() for argument in rule.rule_arguments]
    region = arguments[0] if arguments else ""
    if len(arguments) > 1 or (arguments and not is_region(region)):
        return None
    shaped = rule.should_apply_normalization
    code = "rule_phone_country" if region else "phone_country"
    return Check(
        lambda text, _: explicit_fits(text, region, may_leave_out=shaped),
        reason(code, country=region),
        "" if shaped and region else "With the country code, like +44 20 7946 0000.",
    )


def _listed(
    rule: ValidationRule, host_of: Callable[[str], str], *, allowed: bool, code: str
) -> Check | None:
    domains = frozenset(ascii_domain(d.strip().lstrip("@")) for d in rule.rule_arguments)
    if not domains or len(domains) > MAX_DOMAINS or not all(map(is_domain, domains)):
        return None

    def holds(text: str, _: object) -> bool:
        host = host_of(text)
        return _within(host, domains) if allowed else host not in domains

    return Check(holds, reason(code, domains=", ".join(sorted(domains)[:_SHOWN])))


_SHOWN = 5


def _within(host: str, domains: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[place:]) in domains for place in range(len(labels)))


def _email_host(text: str) -> str:
    return ascii_domain(text.rpartition("@")[2])


def _url_host(text: str) -> str:
    """The host of a web address in its ASCII form; empty when it is none."""
    scheme, separator, _ = text.partition("://")
    whole = text if separator else f"https://{text}"
    if (separator and scheme.lower() not in ("http", "https", "ftp")) or any(
        map(str.isspace, text)
    ):
        return ""
    try:
        parts = urlsplit(whole)
        _ = parts.port
    except ValueError:
        return ""
    return ascii_domain(parts.hostname or "")
