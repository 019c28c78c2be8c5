"""A CRM property's definition, as HubSpot describes it. It never holds a value.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

import msgspec

from gateway.domain.sensitivity import Sensitivity


class PropertyOption(msgspec.Struct, frozen=True, rename="camel"):
    """One choice of an enumeration."""

    value: str
    label: str = ""
    hidden: bool = False


class ModificationMetadata(msgspec.Struct, frozen=True, rename="camel"):
    """What HubSpot lets anybody change about a property."""

    archivable: bool = True
    read_only_definition: bool = False
    read_only_value: bool = False


class Property(msgspec.Struct, frozen=True, rename="camel"):
    """One property definition. Keys that HubSpot may leave out have the reading that is
    safe: an absent ``dataSensitivity`` is unknown, an absent ``formField`` is not allowed."""

    name: str
    label: str = ""
    type: str = ""
    field_type: str = ""
    group_name: str = ""
    options: tuple[PropertyOption, ...] = ()
    data_sensitivity: str | None = None
    sensitive_data_categories: tuple[str, ...] = ()
    form_field: bool | None = None
    calculated: bool = False
    archived: bool = False
    created_at: str | None = None
    modification_metadata: ModificationMetadata = ModificationMetadata()

    @property
    def sensitivity(self) -> Sensitivity | None:
        """The property's class, or None when HubSpot did not name one we know."""
        return Sensitivity.parse(self.data_sensitivity)
