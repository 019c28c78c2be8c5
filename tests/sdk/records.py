"""A walk through the SDK's calls about records, the same for every kind of object."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from hubspot.crm import companies, contacts, deals, objects, tickets
from sdk.driver import Driver


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of object, as the SDK and the clinic know it."""

    plural: str
    models: ModuleType
    values: Mapping[str, str]
    change: Mapping[str, str]
    sensitive: Mapping[str, str]
    to_contact: int | None
    """The number of the association that leads to a contact."""
    unique: str = "hs_object_id"
    lead: tuple[str, ...] = ()
    """What goes before the other arguments: the object type, where the SDK has no part for it."""


KINDS = (
    Kind("contacts", contacts, {"email": "", "firstname": "Ada", "lastname": "Probe"},
         {"city": "Graz"}, {"passport_number": "X1234567"}, 449, unique="email"),
    Kind("companies", companies, {"name": "Probe Ltd", "domain": ""},
         {"city": "Graz"}, {"tax_number": "U12345678"}, 280),
    Kind("deals", deals,
         {"dealname": "A contract", "pipeline": "default", "dealstage": "qualifiedtobuy"},
         {"amount": "1200"}, {"credit_check": "passed"}, 3),
    Kind("tickets", tickets, {"subject": "A question", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
         {"hs_ticket_priority": "HIGH"}, {"identity_note": "seen"}, 16),
    Kind("insurance_policy", objects, {"policy_name": "A policy"},
         {"policy_name": "Another policy"}, {"policy_number": "P-77"}, None,
         lead=("insurance_policy",)),
)  # fmt: skip


@dataclasses.dataclass
class Walk:
    """What each call brought, as the SDK's models."""

    kind: Kind
    values: Mapping[str, str]
    made: Any
    read: Any
    pages: tuple[Any, Any]
    changed: Any
    cleared: Any
    found: Any
    many_made: Any
    many_read: Any
    many_changed: Any
    many_upserted: Any
    half: Any
    """A batch of which one input was refused."""
    merged: Any
    archived: Any
    """The first record, after it was archived."""


def walk(sdk: Driver, client: Any, kind: Kind) -> Walk:
    """Every call about records of one kind, in the order a program would make them."""
    part = getattr(client.crm, kind.plural, client.crm.objects)
    basic, batch, models, lead = part.basic_api, part.batch_api, kind.models, kind.lead
    values = _fresh(kind)
    made = sdk(basic.create, *lead, _create(sdk, client, kind, values))
    shown = [*values, *kind.change, *kind.sensitive]
    changed = sdk(basic.update, *lead, made.id, models.SimplePublicObjectInput(
        properties={**kind.change, **kind.sensitive}))  # fmt: skip
    read = sdk(basic.get_by_id, *lead, made.id, properties=shown, associations=["contacts"],
               properties_with_history=list(kind.sensitive))  # fmt: skip
    sdk(basic.update, *lead, made.id,
        models.SimplePublicObjectInput(properties=dict.fromkeys(kind.sensitive, "")))  # fmt: skip
    cleared = sdk(basic.get_by_id, *lead, made.id, properties=list(kind.sensitive))
    many_made = sdk(batch.create, *lead, _inputs(kind, [{}, {}, {}]))
    ids = [row.id for row in many_made.results]
    first = sdk(basic.get_page, *lead, limit=1, properties=shown)
    second = sdk(basic.get_page, *lead, limit=1, after=first.paging.next.after)
    found = sdk(part.search_api.do_search, *lead, _search(kind, made.id, shown))
    many_read = sdk(batch.read, *lead, models.BatchReadInputSimplePublicObjectId(
        inputs=_ids(kind, ids), properties=shown, properties_with_history=[]))  # fmt: skip
    many_changed = sdk(batch.update, *lead, _updates(kind, ids))
    many_upserted = sdk(batch.upsert, *lead, _upserts(kind, ids))
    half = sdk(batch.create, *lead, _inputs(kind, [{}, {"no_such_property": "x"}], traced=True))
    merged = sdk(basic.merge, models.PublicMergeInput(
        primary_object_id=ids[0], object_id_to_merge=ids[1])) if not lead else None  # fmt: skip
    sdk(batch.archive, *lead, models.BatchInputSimplePublicObjectId(inputs=_ids(kind, ids[2:])))
    if hasattr(basic, "purge"):
        sdk(basic.purge, models.PublicGdprDeleteInput(object_id=ids[2]))
    sdk(basic.archive, *lead, made.id)
    archived = sdk(basic.get_by_id, *lead, made.id, archived=True)
    return Walk(kind, values, made, read, (first, second), changed, cleared, found, many_made,
                many_read, many_changed, many_upserted, half, merged, archived)  # fmt: skip


def _fresh(kind: Kind) -> dict[str, str]:
    """Values for one record more; those nobody else may have are new each time."""
    name = uuid.uuid4().hex[:12]
    new = {"email": f"{name}@mail.example", "domain": f"{name}.example"}
    return {key: value or new[key] for key, value in kind.values.items()}


def _create(sdk: Driver, client: Any, kind: Kind, values: Mapping[str, str]) -> Any:
    links = []
    if kind.to_contact is not None:
        person = sdk(client.crm.contacts.basic_api.create, contacts.SimplePublicObjectInputForCreate(
            properties=_fresh(KINDS[0]), associations=[]))  # fmt: skip
        links.append(kind.models.PublicAssociationsForObject(
            to=kind.models.PublicObjectId(id=person.id),
            types=[kind.models.AssociationSpec(
                association_category="HUBSPOT_DEFINED", association_type_id=kind.to_contact)],
        ))  # fmt: skip
    return kind.models.SimplePublicObjectInputForCreate(properties=dict(values), associations=links)


def _inputs(kind: Kind, extra: list[dict[str, str]], *, traced: bool = False) -> Any:
    return kind.models.BatchInputSimplePublicObjectBatchInputForCreate(inputs=[
        kind.models.SimplePublicObjectBatchInputForCreate(
            properties={**_fresh(kind), **more}, associations=[],
            object_write_trace_id=f"trace-{place}" if traced else None)
        for place, more in enumerate(extra)
    ])  # fmt: skip


def _ids(kind: Kind, ids: list[str]) -> list[Any]:
    return [kind.models.SimplePublicObjectId(id=one) for one in ids]


def _updates(kind: Kind, ids: list[str]) -> Any:
    return kind.models.BatchInputSimplePublicObjectBatchInput(inputs=[
        kind.models.SimplePublicObjectBatchInput(id=one, properties=dict(kind.change))
        for one in ids
    ])  # fmt: skip


def _upserts(kind: Kind, ids: list[str]) -> Any:
    """By e-mail one contact more; every other kind by the number of one that is there."""
    row = kind.models.SimplePublicObjectBatchInputUpsert
    known = f"{uuid.uuid4().hex[:12]}@mail.example" if kind.unique == "email" else ids[0]
    return kind.models.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[
        row(id=known, id_property=kind.unique, properties=dict(kind.change))
    ])  # fmt: skip


def _search(kind: Kind, record_id: str, shown: list[str]) -> Any:
    models = kind.models
    here = models.Filter(property_name="hs_object_id", operator="EQ", value=record_id)
    return models.PublicObjectSearchRequest(
        filter_groups=[models.FilterGroup(filters=[here])],
        sorts=["-hs_object_id"], properties=shown, limit=10, after="0",
    )  # fmt: skip
