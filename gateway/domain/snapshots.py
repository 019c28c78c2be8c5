"""All that HubSpot said about one form, at one moment: what the gate decides on."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from gateway.domain.forms import FormDefinition
from gateway.domain.properties import Property
from gateway.domain.validations import PlacedRules


class PlacedProperty(msgspec.Struct, frozen=True):
    """A property and the object type it was read from."""

    object_type_id: str
    property: Property


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """A form's definition joined with the properties its fields name.

    It holds definitions only, never an answer, so it may be stored in clear. ``definition``
    is None when HubSpot's description of the form could not be read.
    """

    form_id: str
    form_name: str
    definition: FormDefinition | None
    properties: tuple[PlacedProperty, ...]
    """Every property that matches a field on ``(object type, name)``, in every class it was
    found in; archived ones only where no living one exists."""
    unreadable: tuple[str, ...]
    """Object types whose property definitions the token may not read."""
    read_at_ms: int
    """When the oldest part was read, ms since the epoch."""
    validations: tuple[PlacedRules, ...] = ()
    """The validation rules of the properties above, where HubSpot has any."""
    rules_unknown: tuple[str, ...] = ()
    """Object types whose validation rules HubSpot did not tell."""

    @property
    def archived(self) -> bool:
        """Whether HubSpot says that the form is archived."""
        return self.definition is not None and self.definition.archived

    def by_address(self) -> dict[tuple[str, str], tuple[Property, ...]]:
        """The properties by (object type, name)."""
        found: dict[tuple[str, str], tuple[Property, ...]] = {}
        for placed in self.properties:
            address = (placed.object_type_id, placed.property.name)
            found[address] = (*found.get(address, ()), placed.property)
        return found

    @property
    def hash(self) -> str:
        """SHA-256 (hex) over all of it but the time: two equal hashes mean that nothing the
        gate looks at has changed. Without rules it is what it was before there were any."""
        told = msgspec.structs.replace(self, read_at_ms=0)
        return hashlib.sha256(_canonical(told)).hexdigest()


def _canonical(value: Any) -> bytes:
    return msgspec.json.encode(value, order="sorted")
