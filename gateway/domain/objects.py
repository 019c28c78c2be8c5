"""HubSpot's CRM object types, as far as forms and Sensitive Data concern them.

Source: https://developers.hubspot.com/docs/guides/crm/understanding-the-crm (object type ids)
"""

from __future__ import annotations

import dataclasses
import re

CONTACT = "0-1"
COMPANY = "0-2"
DEAL = "0-3"
TICKET = "0-5"
APPOINTMENT = "0-421"
PROJECT = "0-970"

_CUSTOM = re.compile(r"2-[0-9]{1,19}\Z")


@dataclasses.dataclass(frozen=True)
class ObjectType:
    """One row of the table: how an object type is named in paths, scopes and sentences."""

    id: str
    plural: str
    """The name in API paths (``/crm/v3/objects/contacts``)."""
    scope_stem: str
    """The name inside scopes (``crm.objects.<stem>.sensitive.write``)."""
    label: str
    """The name a person reads."""
    on_forms: bool
    """Whether a form may carry its fields. Deals, appointments and projects are unproven
    there, so they stay refused."""


OBJECT_TYPES: dict[str, ObjectType] = {
    row.id: row
    for row in (
        ObjectType(CONTACT, "contacts", "contacts", "contact", True),
        ObjectType(COMPANY, "companies", "companies", "company", True),
        ObjectType(DEAL, "deals", "deals", "deal", False),
        ObjectType(TICKET, "tickets", "tickets", "ticket", True),
        ObjectType(APPOINTMENT, "appointments", "appointments", "appointment", False),
        ObjectType(PROJECT, "projects", "projects", "project", False),
    )
}


def object_type(object_type_id: str) -> ObjectType | None:
    """The row of ``object_type_id`` (``0-1``, ``2-123``…), or None when we do not know it.

    Every custom object (``2-…``) shares one family of scopes, ``custom``.
    """
    if known := OBJECT_TYPES.get(object_type_id):
        return known
    if _CUSTOM.match(object_type_id):
        return ObjectType(object_type_id, object_type_id, "custom", "custom object", True)
    return None


def named_object_type(text: str) -> ObjectType | None:
    """The row that a person means by ``text``: an id (``0-1``, ``2-123``), or the name in the
    singular or the plural. None when there is no such object type."""
    wanted = text.strip().lower()
    for row in OBJECT_TYPES.values():
        if wanted in (row.plural, row.label):
            return row
    return object_type(wanted)
