"""A record as JSON: the few properties every answer shows, those asked for, their history."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.domain.objects import COMPANY, CONTACT, DEAL, TICKET, ObjectType
from gateway.emulator.changes import ChangeSource
from gateway.emulator.portal import Portal
from gateway.emulator.records import Record, Version, iso

_DEFAULT_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    CONTACT: ("email", "firstname", "lastname"),
    COMPANY: ("domain", "name"),
    DEAL: ("amount", "closedate", "dealname", "dealstage", "pipeline"),
    TICKET: ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category",
             "hs_ticket_priority", "subject"),
    "0-7": ("description", "name", "price"),
}  # fmt: skip
"""What a read shows when it names nothing."""
_CREATED = dict.fromkeys((CONTACT, COMPANY, DEAL, TICKET), "createdate")
_MODIFIED = {CONTACT: "lastmodifieddate"}
_SOURCE_TYPES: Mapping[ChangeSource, str] = {
    ChangeSource.FORM: "FORM",
    ChangeSource.API: "API",
    ChangeSource.PERSON: "CRM_UI",
}
"""Who wrote, as histories say it."""


@dataclasses.dataclass(frozen=True)
class Shown:
    """What an answer shows of each record."""

    names: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()


def shown(portal: Portal, kind: ObjectType, names: Iterable[str], histories: Iterable[str] = ()
          ) -> Shown:  # fmt: skip
    """The known ones of the properties asked for; unknown names are ignored. Where none is
    asked for, the default set."""
    wanted, versions = tuple(names), tuple(histories)
    known = tuple(dict.fromkeys(n for n in (*wanted, *versions) if _is_known(portal, kind, n)))
    defaults = () if wanted else _DEFAULT_PROPERTIES.get(kind.id, ())
    return Shown((*defaults, *known), tuple(n for n in known if n in versions))


def default_names(kind: ObjectType) -> tuple[str, ...]:
    """What a read shows when it names nothing."""
    return _DEFAULT_PROPERTIES.get(kind.id, ())


def system_values(kind: ObjectType, record: Record) -> dict[str, str]:
    """The properties HubSpot fills itself, which every answer shows."""
    return {
        _CREATED.get(kind.id, "hs_createdate"): iso(record.created_ms),
        "hs_object_id": record.id,
        _MODIFIED.get(kind.id, "hs_lastmodifieddate"): iso(record.updated_ms),
    }


def as_json(kind: ObjectType, record: Record, asked: Shown) -> dict[str, Any]:
    """One record, with what was asked for: null where it has no value."""
    own = system_values(kind, record)
    body: dict[str, Any] = {
        "id": record.id,
        "properties": {name: record.values.get(name) for name in asked.names} | own,
        "createdAt": iso(record.created_ms),
        "updatedAt": iso(record.updated_ms),
        "archived": record.archived,
    }
    if record.archived_ms is not None:
        body["archivedAt"] = iso(record.archived_ms)
    if asked.histories:
        body["propertiesWithHistory"] = {
            name: _history(record, name, own.get(name)) for name in asked.histories
        }
    return body


def _history(record: Record, name: str, own: str | None) -> list[dict[str, str]]:
    if own is not None:
        stamp = iso(record.created_ms if name.endswith("createdate") else record.updated_ms)
        return [{"value": own, "timestamp": stamp, "sourceType": "CALCULATED"}]
    return [_version(version) for version in reversed(record.history.get(name, ()))]


def _version(version: Version) -> dict[str, str]:
    origin = version.origin
    row = {
        "value": version.value,
        "timestamp": iso(origin.at_ms),
        "sourceType": _SOURCE_TYPES[origin.source],
    }
    return row | ({"sourceId": origin.source_id} if origin.source_id else {})


def _is_known(portal: Portal, kind: ObjectType, name: str) -> bool:
    definition = portal.property(kind.id, name)
    return definition is not None and not definition["archived"]
