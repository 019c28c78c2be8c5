"""What the gateway can do with HubSpot, and which scopes each part of it takes: one row per
feature, so that a token can be given exactly as much as its work needs.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
and the security entries of HubSpot's published OpenAPI files.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Mapping

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import Access, ScopeNeed, definition_need, property_need, record_need
from gateway.domain.sensitivity import Sensitivity


class Feature(enum.StrEnum):
    """One part of the work, as the command line names it."""

    SUBMIT = "submit"
    DEFINITIONS = "definitions"
    READ_BACK = "read-back"
    PROPERTIES = "properties"
    RECORDS = "records"
    REVEAL = "reveal"
    CORRECT = "correct"
    SEARCH = "search"
    WEBHOOKS = "webhooks"


def _read(kind: ObjectType) -> ScopeNeed:
    return record_need(kind, Access.READ)


def _write(kind: ObjectType) -> ScopeNeed:
    return record_need(kind, Access.WRITE)


_BOTH = frozenset({Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE})
_NONE = frozenset[Sensitivity]()


@dataclasses.dataclass(frozen=True)
class FeatureRow:
    """What one feature takes, for each object it works on."""

    label: str
    """What it does, as a person reads it."""
    forms: bool = False
    """Whether it asks HubSpot anything about forms."""
    of_object: tuple[Callable[[ObjectType], ScopeNeed], ...] = ()
    """What it takes whatever class the properties have."""
    access: Access = Access.READ
    """What it does with sensitive values."""
    classes: frozenset[Sensitivity] = _NONE
    """The classes whose values it touches."""
    notified: bool = False
    """Whether it works on properties whose changes HubSpot reports, and on no others."""


FEATURES: Mapping[Feature, FeatureRow] = {
    Feature.SUBMIT: FeatureRow(
        "Take submissions", True, (definition_need,), Access.WRITE, _BOTH
    ),
    Feature.DEFINITIONS: FeatureRow("Read forms and definitions", True, (definition_need,)),
    # Also what `probe` does: submissions are read by the form's own scope.
    Feature.READ_BACK: FeatureRow("Look unclear submissions up", True),
    Feature.PROPERTIES: FeatureRow(
        "Create and change properties", False, (definition_need, property_need), Access.WRITE, _BOTH
    ),
    Feature.RECORDS: FeatureRow("Read records, without their sensitive values", False, (_read,)),
    Feature.REVEAL: FeatureRow("Reveal sensitive values", False, (_read,), Access.READ, _BOTH),
    Feature.CORRECT: FeatureRow(
        "Create, correct and clear records", False, (_read, _write), Access.WRITE, _BOTH
    ),
    # HubSpot does not search by highly sensitive properties, nor show them in results.
    Feature.SEARCH: FeatureRow(
        "Search records", False, (_read,), Access.READ, frozenset({Sensitivity.SENSITIVE})
    ),
    # The event says REDACTED in place of the value, so no sensitive scope is asked for.
    Feature.WEBHOOKS: FeatureRow("Hear of changes", False, (_read,), notified=True),
}  # fmt: skip
"""Each feature's row."""

NOTIFIED: Mapping[str, str] = {
    "contacts": "contact", "companies": "company", "deals": "deal", "tickets": "ticket",
}  # fmt: skip
"""Objects whose sensitive property changes HubSpot reports → their name in a subscription.
Highly sensitive changes are never reported.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
"""
