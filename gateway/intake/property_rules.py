"""The validation rules of HubSpot's properties: one row per kind of rule, and what they say of
an answer.

HubSpot enforces them for some forms and not for others ("forms created via the new form
editor", says its knowledge base); kept here, a person hears of a slip before anything is stored.
A rule that cannot be understood is passed over here and told by the gate: HubSpot alone then
decides.

Sources: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
and https://knowledge.hubspot.com/properties/set-validation-rules-for-properties
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping

from gateway.domain.errors import Reason
from gateway.domain.findings import Finding, finding
from gateway.domain.forms import FieldType, FormField
from gateway.domain.objects import object_type
from gateway.domain.scopes import definition_need
from gateway.domain.snapshots import Snapshot
from gateway.domain.validations import RuleType, ValidationRule
from gateway.intake import address_rules, amount_rules, text_rules
from gateway.intake.checks import Check, Read
from gateway.intake.reasons import joined

_TYPED = frozenset({FieldType.SINGLE_LINE_TEXT, FieldType.MULTI_LINE_TEXT, FieldType.EMAIL})
_PHONES = frozenset({FieldType.PHONE, FieldType.MOBILE_PHONE})
_NUMBERS = frozenset({FieldType.NUMBER})
_DAYS = frozenset({FieldType.DATEPICKER})


@dataclasses.dataclass(frozen=True)
class Row:
    """How a kind of rule is read, and which fields it can be kept for."""

    read: Read | None
    kinds: frozenset[FieldType]


_NO_FORM_FIELD = Row(None, frozenset())
"""A property with date and time: HubSpot's forms have no field of that type, so no answer can
come in for it, and the gate refuses a field that claims to be one."""

RULES: Mapping[RuleType, Row] = {
    RuleType.AFTER_DATETIME_DURATION: _NO_FORM_FIELD,
    RuleType.AFTER_DURATION: Row(amount_rules.after_duration, _DAYS),
    RuleType.ALPHANUMERIC: Row(text_rules.alphabet, _TYPED),
    RuleType.BEFORE_DATETIME_DURATION: _NO_FORM_FIELD,
    RuleType.BEFORE_DURATION: Row(amount_rules.before_duration, _DAYS),
    RuleType.DAYS_OF_WEEK: Row(amount_rules.weekdays, _DAYS),
    RuleType.DECIMAL: Row(amount_rules.decimals, _NUMBERS),
    RuleType.DOMAIN: Row(address_rules.domain, _TYPED),
    RuleType.EMAIL: Row(address_rules.email, _TYPED),
    RuleType.EMAIL_ALLOWED_DOMAINS: Row(address_rules.email_allowed, _TYPED),
    RuleType.EMAIL_BLOCKED_DOMAINS: Row(address_rules.email_blocked, _TYPED),
    RuleType.END_DATE: Row(amount_rules.last_day, _DAYS),
    RuleType.END_DATETIME: _NO_FORM_FIELD,
    RuleType.FORMAT: Row(text_rules.text_case, _TYPED),
    RuleType.MAX_LENGTH: Row(text_rules.longest, _TYPED | _PHONES),
    RuleType.MAX_NUMBER: Row(amount_rules.most, _NUMBERS),
    RuleType.MIN_LENGTH: Row(text_rules.shortest, _TYPED | _PHONES),
    RuleType.MIN_NUMBER: Row(amount_rules.least, _NUMBERS),
    RuleType.PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE: Row(address_rules.phone, _PHONES),
    RuleType.REGEX: Row(text_rules.pattern, _TYPED),
    RuleType.SPECIAL_CHARACTERS: Row(text_rules.special_characters, _TYPED),
    RuleType.START_DATE: Row(amount_rules.first_day, _DAYS),
    RuleType.START_DATETIME: _NO_FORM_FIELD,
    RuleType.URL: Row(address_rules.url, _TYPED),
    RuleType.URL_ALLOWED_DOMAINS: Row(address_rules.url_allowed, _TYPED),
    RuleType.URL_BLOCKED_DOMAINS: Row(address_rules.url_blocked, _TYPED),
    RuleType.WHITESPACE: Row(text_rules.white_space, _TYPED),
}
"""Every kind of rule. HubSpot lists the kinds of property each belongs to; the fields are those
that such a property stands behind."""


@functools.lru_cache(maxsize=2048)
def check_of(rule: ValidationRule, kind: FieldType) -> Check | None:
    """The check of ``rule`` for a field of ``kind``; None when it is a new kind of rule, none
    for such a field, or cannot be understood."""
    row = RULES[rule.kind] if rule.kind else None
    return row.read(rule) if row is not None and row.read and kind in row.kinds else None


def rules_fault(
    field: FormField, answer: str, rules: Iterable[ValidationRule], today: datetime.date
) -> Reason | None:
    """What the rules of a field's property say against ``answer``, all of it in one; None when
    nothing. ``answer`` has passed the checks of its field type."""
    broken = [check.fault for check in _checks(field, rules) if not check.holds(answer, today)]
    return joined(list(dict.fromkeys(broken))) if broken else None


def rules_hint(field: FormField, rules: Iterable[ValidationRule]) -> str:
    """What a person should know before typing, in short sentences; empty when nothing."""
    hints = (check.hint for check in _checks(field, rules))
    return " ".join(dict.fromkeys(filter(None, hints)))


def rule_findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    """The gate's warnings: rules that cannot be kept here, and object types whose rules HubSpot
    did not tell."""
    return (*_unknown(snapshot), *_unchecked(snapshot))


def _checks(field: FormField, rules: Iterable[ValidationRule]) -> Iterator[Check]:
    for rule in rules:
        check = check_of(rule, field.kind) if field.kind else None
        if check is not None:
            yield check


def _unknown(snapshot: Snapshot) -> Iterator[Finding]:
    for type_id in snapshot.rules_unknown:
        kind = object_type(type_id)
        if kind is not None:
            need = definition_need(kind)
            yield finding("rules_unknown", object=kind.label, scope=need.name)


def _unchecked(snapshot: Snapshot) -> Iterator[Finding]:
    if snapshot.definition is None:
        return
    rules = {placed.key: placed.rules for placed in snapshot.validations}
    for field in snapshot.definition.walk():
        for rule in rules.get(field.key, ()):
            if field.kind is None or check_of(rule, field.kind) is None:
                told = rule.kind or "a new kind of rule"
                yield finding("rule_unchecked", field=field.key, name=field.name, rule=told)
