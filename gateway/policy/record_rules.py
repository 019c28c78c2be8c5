"""May these properties of a record be read or written? Their definitions say so: what is not
there, put away, of no known class, or HubSpot's own, is refused before HubSpot is asked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

from gateway.domain.errors import Reason
from gateway.domain.forms import FieldType
from gateway.domain.kinds import Kind, named
from gateway.domain.objects import ObjectType
from gateway.domain.properties import Property
from gateway.domain.record_errors import RecordFault, reason
from gateway.domain.records import MAX_BODY, MAX_VALUE, RecordRef, UniqueKey, Values
from gateway.domain.scopes import Access, ScopeNeed, record_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.guard import look

KEPT_BY_HUBSPOT = frozenset(
    {"hs_object_id", "createdate", "hs_createdate", "lastmodifieddate", "hs_lastmodifieddate"}
)
"""Properties every record has, whether or not HubSpot lists their definitions."""
ENVELOPE_BYTES = 4096
"""Room for what stands around the values in a request."""

TYPED: Mapping[str, FieldType] = {
    "text": FieldType.SINGLE_LINE_TEXT,
    "textarea": FieldType.MULTI_LINE_TEXT,
    "html": FieldType.MULTI_LINE_TEXT,
    "number": FieldType.NUMBER,
    "phonenumber": FieldType.PHONE,
}
"""``fieldType`` of a property people type into → the field the content guard knows."""

Living = Mapping[str, Sequence[Property]]
"""Property name → its definitions: one, or more where HubSpot names it in several classes."""


def class_of(name: str, living: Living) -> Sensitivity | None:
    """The class a property is treated as: the one HubSpot names; None when there is none, or
    more than one, and then no value of it is shown."""
    found = living.get(name, ())
    if not found and name in KEPT_BY_HUBSPOT:
        return Sensitivity.NON_SENSITIVE
    return found[0].sensitivity if len(found) == 1 else None


def reading_faults(
    names: Iterable[str], living: Living, archived: Collection[str], kind: ObjectType
) -> dict[str, Reason]:
    """Why properties cannot be asked for, by name."""
    found = ((name, _fault(name, living, archived, kind, Access.READ)) for name in names)
    return {name: reason(fault) for name, fault in found if fault is not None}


def naming_faults(
    record: RecordRef, living: Living, archived: Collection[str], kind: ObjectType
) -> dict[str, Reason]:
    """Why a record cannot be named so. Whoever names one by a value learns whether it is right:
    by one that is kept from view, nobody may."""
    if not isinstance(record, UniqueKey):
        return {}
    name = record.property_name
    fault = _fault(name, living, archived, kind, Access.READ)
    if fault is None and class_of(name, living) is not Sensitivity.NON_SENSITIVE:
        fault = RecordFault.KNOWN_BY_SENSITIVE
    if fault is None and not can_be_kept(record.value.reveal()):
        fault = RecordFault.NOT_TEXT
    return {} if fault is None else {name: reason(fault)}


def can_be_kept(text: str) -> bool:
    """Whether HubSpot could keep ``text``: a lone half of a pair cannot be sent as UTF-8, and no
    database keeps a NUL."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def writing_faults(
    values: Values, living: Living, archived: Collection[str], kind: ObjectType
) -> dict[str, Reason]:
    """Why values cannot be written, by property name; ``""`` for the record as a whole."""
    found = {
        name: reason(fault)
        for name, value in values.items()
        if (fault := _writing_fault(name, value.reveal(), living, archived, kind)) is not None
    }
    for name, value in values.items():
        if name not in found and (kinds := _guarded(living[name][0], value.reveal())):
            told = reason(RecordFault.LOOKS_SENSITIVE)
            found[name] = Reason(told.code, f"This looks like {named(kinds)}. {told.sentence}")
    if not found and size_of(values) > MAX_BODY - ENVELOPE_BYTES:
        return {"": reason(RecordFault.TOO_LARGE)}
    return found


def size_of(values: Values) -> int:
    """How many bytes the values take in a request."""
    texts = {name: value.reveal() for name, value in values.items()}
    return len(json.dumps(texts, ensure_ascii=False).encode(errors="replace"))


def needs(
    kind: ObjectType, names: Iterable[str], living: Living, access: Access
) -> tuple[ScopeNeed, ...]:
    """Every scope that reading, or writing, these properties of an object's records takes."""
    classes = dict.fromkeys(class_of(name, living) for name in names)
    of_classes = (
        sensitive_need(kind, of, access)
        for of in classes
        if of not in (None, Sensitivity.NON_SENSITIVE)
    )
    return (record_need(kind, access), *(need for need in of_classes if need is not None))


def _writing_fault(
    name: str, value: str, living: Living, archived: Collection[str], kind: ObjectType
) -> RecordFault | None:
    fault = _fault(name, living, archived, kind, Access.WRITE)
    if fault is not None:
        return fault
    found = living.get(name, ())
    if not found or found[0].modification_metadata.read_only_value:
        return RecordFault.READ_ONLY
    if found[0].calculated:
        return RecordFault.CALCULATED
    if _length(value) > MAX_VALUE:
        return RecordFault.TOO_LONG
    return None if can_be_kept(value) else RecordFault.NOT_TEXT


def _length(text: str) -> int:
    """In UTF-16 code units, as programs on the JVM count characters: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _guarded(definition: Property, value: str) -> list[Kind]:
    """What the content guard would block in an answer to a form, it blocks here: a card or an
    identity number in an ordinary property. Nobody is asked about what merely may be one."""
    field = FieldType.EMAIL if definition.name == "email" else TYPED.get(definition.field_type)
    if field is None or definition.sensitivity is not Sensitivity.NON_SENSITIVE:
        return []
    hits = look(
        value,
        about=f"{definition.label} | {definition.name}",
        field_type=field,
        sensitivity=definition.sensitivity,
    )
    return [hit.kind for hit in hits if not hit.asks]


def _fault(
    name: str, living: Living, archived: Collection[str], kind: ObjectType, access: Access
) -> RecordFault | None:
    found = living.get(name, ())
    if not found and name in KEPT_BY_HUBSPOT:
        return None
    if not found:
        put_away = name in archived
        return RecordFault.ARCHIVED_PROPERTY if put_away else RecordFault.UNKNOWN_PROPERTY
    of = class_of(name, living)
    if of is None:
        return RecordFault.CLASS_UNKNOWN
    if found[0].archived:
        return RecordFault.ARCHIVED_PROPERTY
    if of is Sensitivity.NON_SENSITIVE or sensitive_need(kind, of, access) is not None:
        return None
    return RecordFault.NO_SCOPE_EXISTS
