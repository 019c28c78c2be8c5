"""Definitions of properties and groups as people read and write them: whole ones, wishes for
them, and what came of writing many at once. No value of any record is among them.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping

import msgspec

from gateway.domain.audit import Action
from gateway.domain.errors import Reason
from gateway.domain.objects import ObjectType
from gateway.domain.properties import Property, PropertyOption
from gateway.domain.sensitivity import Sensitivity


class DefinitionChange(enum.StrEnum):
    """What somebody does to definitions; the text stands in the audit."""

    CREATE_PROPERTY = "create property"
    CHANGE_PROPERTY = "change property"
    ARCHIVE_PROPERTY = "archive property"
    CREATE_GROUP = "create group"
    CHANGE_GROUP = "change group"
    ARCHIVE_GROUP = "archive group"


DEFINITION_ACTIONS: Mapping[DefinitionChange, Action] = {
    DefinitionChange.CREATE_PROPERTY: Action.PROPERTY_CREATED,
    DefinitionChange.CHANGE_PROPERTY: Action.PROPERTY_CHANGED,
    DefinitionChange.ARCHIVE_PROPERTY: Action.PROPERTY_ARCHIVED,
    DefinitionChange.CREATE_GROUP: Action.GROUP_CREATED,
    DefinitionChange.CHANGE_GROUP: Action.GROUP_CHANGED,
    DefinitionChange.ARCHIVE_GROUP: Action.GROUP_ARCHIVED,
}
"""What the audit tells once HubSpot has made a change."""


class DefinedOption(PropertyOption, frozen=True, rename="camel", forbid_unknown_fields=False):
    """One choice of an enumeration, with its help and its place."""

    description: str = ""
    display_order: int = -1


class DefinedProperty(Property, frozen=True, rename="camel"):
    """One property with everything that may be seen or written of its definition."""

    options: tuple[DefinedOption, ...] = ()
    description: str = ""
    hidden: bool = False
    display_order: int = -1
    has_unique_value: bool = False
    hubspot_defined: bool = False
    external_options: bool = False
    calculation_formula: str = ""
    archived_at: str | None = None
    updated_at: str | None = None

    @property
    def choices(self) -> tuple[DefinedOption, ...]:
        """The options in the order in which HubSpot shows them."""
        last = len(self.options)
        return tuple(
            sorted(
                self.options,
                key=lambda one: one.display_order if one.display_order >= 0 else last,
            )
        )


class PropertyGroup(msgspec.Struct, frozen=True, rename="camel"):
    """One group of properties of an object type."""

    name: str
    label: str = ""
    display_order: int = -1
    archived: bool = False


class WishedOption(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A choice as somebody wants it; its place is its place in the list."""

    value: str
    label: str = ""
    """Empty: the value itself."""
    hidden: bool = False
    description: str = ""


class PropertyWish(
    msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True
):
    """What a property is to be; None says nothing of it. A new property needs label, type,
    fieldType, groupName and dataSensitivity; an existing one keeps what is not said."""

    label: str | None = None
    type: str | None = None
    field_type: str | None = None
    group_name: str | None = None
    data_sensitivity: Sensitivity | None = None
    description: str | None = None
    options: tuple[WishedOption, ...] | None = None
    form_field: bool | None = None
    hidden: bool | None = None
    display_order: int | None = None
    has_unique_value: bool | None = None
    calculation_formula: str | None = None

    def said(self) -> frozenset[str]:
        """HubSpot's names of what is said."""
        told = zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True)
        return frozenset(spelt for name, spelt in told if getattr(self, name) is not None)


@dataclasses.dataclass(frozen=True)
class ListedProperty:
    """One row of the joined view: a definition, and which approved forms use it (their names)."""

    definition: DefinedProperty
    used_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The property's internal name."""
        return self.definition.name

    @property
    def sensitivity(self) -> Sensitivity | None:
        """The property's class, None when HubSpot did not name one we know."""
        return self.definition.sensitivity


@dataclasses.dataclass(frozen=True)
class ClassGap:
    """A class whose properties the token may not read; any one of ``scopes`` (base names) would
    do."""

    sensitivity: Sensitivity
    scopes: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class PropertyListing:
    """An object type's properties of all three classes in one view, by label."""

    kind: ObjectType
    rows: tuple[ListedProperty, ...]
    gaps: tuple[ClassGap, ...] = ()

    def find(self, name: str) -> ListedProperty | None:
        """The property called ``name``, a living one before an archived one; None when there
        is none, or when it is in a class that could not be read."""
        found = [row for row in self.rows if row.name == name]
        return min(found, key=lambda row: row.definition.archived, default=None)

    def sensitivity(self, name: str) -> Sensitivity | None:
        """The class of the property called ``name``; None when that is not known."""
        row = self.find(name)
        return row.sensitivity if row is not None else None

    def gap_sentence(self, gap: ClassGap) -> str:
        """What is missing, by object and class, and what to do about it."""
        wanted = " or ".join(gap.scopes[:3]) or "a scope HubSpot did not name"
        return (
            f"The {gap.sensitivity.label.lower()} {self.kind.label} properties are not shown: the "
            f"token may not read them. Add {wanted} to its scopes."
        )


@dataclasses.dataclass(frozen=True)
class BatchOutcome:
    """What came of each name of a batch: nothing is half done without saying which half."""

    done: tuple[str, ...] = ()
    failed: Mapping[str, Reason] = dataclasses.field(default_factory=dict)
    """Name → why it was not done, or why that cannot be told."""

    @property
    def whole(self) -> bool:
        """Whether all of it was done."""
        return not self.failed


class SchemaRow(msgspec.Struct, frozen=True):
    """An object type somebody may define properties of."""

    kind: ObjectType
    label: str
    """In the plural, as HubSpot's own pages call it."""
    allows_sensitive: bool = True
    singular: str = ""
    """The label in the singular."""
    names: tuple[str, ...] = ()
    """What the account calls it inside: ``pet`` and ``p123_pet``."""
    displayed: tuple[str, ...] = ()
    """The properties by which the account's people know a record."""
