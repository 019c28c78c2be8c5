"""A walk through the SDK's calls about properties, their groups, and object types."""

from __future__ import annotations

import dataclasses
from typing import Any

from hubspot.crm import objects, properties, schemas
from sdk.driver import Driver

GROUP, NAME = "sdk_group", "sdk_blood_group"
PET = "sdk_pet"


@dataclasses.dataclass
class Walk:
    """What each call brought, as the SDK's models."""

    group: Any
    groups: Any
    group_read: Any
    group_changed: Any
    made: Any
    read: Any
    changed: Any
    listed: Any
    many_made: Any
    many_read: Any
    archived: Any
    schema: Any
    schema_read: Any
    schema_changed: Any
    schemas: Any
    link: Any
    pet: Any
    """A record of the new type."""


def walk(sdk: Driver, client: Any) -> Walk:
    """Definitions made, read, changed, and archived again."""
    part = client.crm.properties
    group = sdk(part.groups_api.create, "contacts", properties.PropertyGroupCreate(
        name=GROUP, label="From the SDK", display_order=7))  # fmt: skip
    group_changed = sdk(part.groups_api.update, "contacts", GROUP,
                        properties.PropertyGroupUpdate(label="Still from the SDK"))  # fmt: skip
    group_read = sdk(part.groups_api.get_by_name, "contacts", GROUP)
    groups = sdk(part.groups_api.get_all, "contacts")
    made = sdk(part.core_api.create, "contacts", _property(NAME))
    changed = sdk(part.core_api.update, "contacts", NAME, properties.PropertyUpdate(
        label="Blood", options=[_option("0", 0), _option("AB", 1)]))  # fmt: skip
    read = sdk(part.core_api.get_by_name, "contacts", NAME)
    listed = sdk(part.core_api.get_all, "contacts")
    names = [f"{NAME}_{place}" for place in range(3)]
    many_made = sdk(part.batch_api.create, "contacts", properties.BatchInputPropertyCreate(
        inputs=[_property(name) for name in names]))  # fmt: skip
    many_read = sdk(part.batch_api.read, "contacts", properties.BatchReadInputPropertyName(
        archived=False, inputs=_names(names)))  # fmt: skip
    sdk(part.batch_api.archive, "contacts", properties.BatchInputPropertyName(inputs=_names(names)))
    sdk(part.core_api.archive, "contacts", NAME)
    archived = sdk(part.core_api.get_by_name, "contacts", NAME, archived=True)
    sdk(part.groups_api.archive, "contacts", GROUP)
    return Walk(group, groups, group_read, group_changed, made, read, changed, listed,
                many_made, many_read, archived, *_object_type(sdk, client))  # fmt: skip


def _object_type(sdk: Driver, client: Any) -> tuple[Any, ...]:
    core = client.crm.schemas.core_api
    made = sdk(core.create, schemas.ObjectSchemaEgg(
        name=PET,
        labels=schemas.ObjectTypeDefinitionLabels(singular="Pet", plural="Pets"),
        primary_display_property="nickname",
        required_properties=["nickname"],
        searchable_properties=["nickname"],
        secondary_display_properties=[],
        properties=[schemas.ObjectTypePropertyCreate(
            name="nickname", label="Nickname", type="string", field_type="text")],
        associated_objects=["CONTACT"],
    ))  # fmt: skip
    link = sdk(core.create_association, PET, schemas.AssociationDefinitionEgg(
        from_object_type_id=made.object_type_id, to_object_type_id="0-2", name="pet_to_company",
    ))  # fmt: skip
    changed = sdk(core.update, PET, schemas.ObjectTypeDefinitionPatch(
        labels=schemas.ObjectTypeDefinitionLabels(singular="Animal", plural="Animals")))  # fmt: skip
    read = sdk(core.get_by_id, made.fully_qualified_name)
    every = sdk(core.get_all)
    pet = sdk(client.crm.objects.basic_api.create, made.object_type_id,
              objects.SimplePublicObjectInputForCreate(
                  properties={"nickname": "Rex"}, associations=[]))  # fmt: skip
    sdk(client.crm.objects.basic_api.archive, made.object_type_id, pet.id)
    sdk(core.archive_association, PET, link.id)
    sdk(core.archive, PET)
    return made, read, changed, every, link, pet


def _property(name: str) -> Any:
    return properties.PropertyCreate(
        name=name, label="Blood group", type="enumeration", field_type="radio", group_name=GROUP,
        description="As the laboratory says", options=[_option("0", 0), _option("A", 1)],
        display_order=3, form_field=True, has_unique_value=False, hidden=False,
    )  # fmt: skip


def _option(text: str, place: int) -> Any:
    return properties.OptionInput(
        label=f"Group {text}", value=text, display_order=place, hidden=False
    )


def _names(names: list[str]) -> list[Any]:
    return [properties.PropertyName(name=name) for name in names]
