"""The validation rules of a CRM property, as HubSpot describes them: what a value has to be
beyond its type. They hold definitions only, never a value.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations
"""

from __future__ import annotations

import enum

import msgspec

from gateway.domain.forms import field_key


class RuleType(enum.StrEnum):
    """Every kind of rule HubSpot documents."""

    AFTER_DATETIME_DURATION = "AFTER_DATETIME_DURATION"
    AFTER_DURATION = "AFTER_DURATION"
    ALPHANUMERIC = "ALPHANUMERIC"
    BEFORE_DATETIME_DURATION = "BEFORE_DATETIME_DURATION"
    BEFORE_DURATION = "BEFORE_DURATION"
    DAYS_OF_WEEK = "DAYS_OF_WEEK"
    DECIMAL = "DECIMAL"
    DOMAIN = "DOMAIN"
    EMAIL = "EMAIL"
    EMAIL_ALLOWED_DOMAINS = "EMAIL_ALLOWED_DOMAINS"
    EMAIL_BLOCKED_DOMAINS = "EMAIL_BLOCKED_DOMAINS"
    END_DATE = "END_DATE"
    END_DATETIME = "END_DATETIME"
    FORMAT = "FORMAT"
    MAX_LENGTH = "MAX_LENGTH"
    MAX_NUMBER = "MAX_NUMBER"
    MIN_LENGTH = "MIN_LENGTH"
    MIN_NUMBER = "MIN_NUMBER"
    PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE = "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE"
    REGEX = "REGEX"
    SPECIAL_CHARACTERS = "SPECIAL_CHARACTERS"
    START_DATE = "START_DATE"
    START_DATETIME = "START_DATETIME"
    URL = "URL"
    URL_ALLOWED_DOMAINS = "URL_ALLOWED_DOMAINS"
    URL_BLOCKED_DOMAINS = "URL_BLOCKED_DOMAINS"
    WHITESPACE = "WHITESPACE"


class ValidationRule(msgspec.Struct, frozen=True, rename="camel"):
    """One rule. ``rule_type`` is text so that a new kind can be told instead of hidden."""

    rule_type: str
    rule_arguments: tuple[str, ...] = ()
    should_apply_normalization: bool = False
    """Whether HubSpot brings a value into shape before it judges it."""

    @property
    def kind(self) -> RuleType | None:
        """The kind of rule, or None when it is one we do not know."""
        try:
            return RuleType(self.rule_type)
        except ValueError:
            return None


class PlacedRules(msgspec.Struct, frozen=True):
    """The rules of one property, and the object type it was read from."""

    object_type_id: str
    property_name: str
    rules: tuple[ValidationRule, ...]

    @property
    def key(self) -> str:
        """The key of the form field that the rules are for."""
        return field_key(self.object_type_id, self.property_name)
