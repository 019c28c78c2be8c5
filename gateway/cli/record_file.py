"""Reads values and batches of records from JSON, as HubSpot writes them. No fault repeats what
stood there: it says at which place of the list the fault is."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.cli.json_file import MIB, read_json_file
from gateway.cli.usage import UsageError
from gateway.domain.answers import Secret
from gateway.domain.objects import named_object_type, object_type
from gateway.domain.records import (
    USUAL_ASSOCIATIONS,
    Association,
    Category,
    NewRecord,
    RecordChange,
    RecordRef,
    UniqueKey,
    Values,
    is_record_id,
)

WHAT = "file of records"
VALUES = "file of values"
MOST = 64 * MIB
_KEYS = frozenset({"inputs", "properties"})
_INPUT_KEYS = frozenset({"id", "idProperty", "properties", "associations"})


class BatchFile:
    """What a batch's file asks for: ``{"inputs": [{"id", "properties", …}], "properties": […]}``.
    Each method raises :class:`UsageError`."""

    def __init__(self, name: str) -> None:
        body = read_json_file(name, what=WHAT, most=MOST)
        inputs = body.get("inputs") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(inputs, list) or not body.keys() <= _KEYS:
            raise UsageError(
                f'The {WHAT} is one JSON object, such as {{"inputs": [{{"id": "123", '
                '"properties": {"city": "Rome"}}]}.'
            )
        self._inputs = [_input(one, place) for place, one in enumerate(inputs, 1)]
        self._properties = body.get("properties", [])

    def new_records(self) -> list[NewRecord]:
        """The records to create."""
        return [
            NewRecord(_values(one.get("properties"), place), _joined(one, place))
            for place, one in enumerate(self._inputs, 1)
        ]

    def changes(self) -> list[RecordChange]:
        """The records to change."""
        return [
            RecordChange(_which(one, place), _values(one.get("properties"), place))
            for place, one in enumerate(self._inputs, 1)
        ]

    def ids(self) -> list[str]:
        """The ids of the records to read or to archive."""
        return [_id(one, place) for place, one in enumerate(self._inputs, 1)]

    def properties(self) -> list[str]:
        """What to read of each."""
        names = self._properties
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            raise UsageError(f"In the {WHAT}, properties is a list of names.")
        return names


def read_values(name: str) -> Values:
    """Values by property name. Raises :class:`UsageError`."""
    body = read_json_file(name, what=VALUES, most=MOST)
    if not isinstance(body, dict):
        raise UsageError(f'The {VALUES} is one JSON object, such as {{"city": "Rome"}}.')
    return _values(body, 0)


def association(kind: str, text: str) -> Association:
    """``companies/456``, or ``companies/456:USER_DEFINED:12`` for a type of association of one's
    own; ``kind`` is the new record's object. Raises :class:`UsageError`."""
    address, _, how = text.partition(":")
    named, _, to_id = address.partition("/")
    own, other = named_object_type(kind), named_object_type(named)
    if not named or not is_record_id(to_id):
        raise UsageError("Write --associate OBJECT/ID, such as companies/456.")
    if how:
        category, _, number = how.partition(":")
        if category not in set(Category) or not (number.isascii() and number.isdigit()):
            raise UsageError(f"A type of association is one of {', '.join(Category)}, then :ID.")
        return Association(to_id, int(number[:10]), Category(category))
    usual = USUAL_ASSOCIATIONS.get((own.id if own else "", other.id if other else ""))
    if usual is None:
        raise UsageError(
            "HubSpot has no usual association between these objects. Name one, such as "
            f"{address}:USER_DEFINED:12."
        )
    return Association(to_id, usual)


def _input(one: object, place: int) -> Mapping[str, object]:
    if not isinstance(one, dict) or not one.keys() <= _INPUT_KEYS:
        raise UsageError(f"Record {place}: it has {', '.join(sorted(_INPUT_KEYS))}.")
    return one


def _values(given: object, place: int) -> Values:
    where = f"Record {place}: " if place else ""
    if not isinstance(given, dict):
        raise UsageError(f"{where}properties is an object of names and values.")
    return {name: Secret(_text(value, f"{where}{name}")) for name, value in given.items()}


def _text(value: object, where: str) -> str:
    """A value as HubSpot is sent it; null is an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise UsageError(f"{where} must be a text, a number, true, false or null.")
    return value


def _id(one: Mapping[str, object], place: int) -> str:
    found = one.get("id")
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise UsageError(f"Record {place}: id is missing.")
    return found


def _which(one: Mapping[str, object], place: int) -> RecordRef:
    by = one.get("idProperty")
    if by is None:
        return _id(one, place)
    if not isinstance(by, str):
        raise UsageError(f"Record {place}: idProperty is a property's name.")
    return UniqueKey(by, Secret(_id(one, place)))


def _joined(one: Mapping[str, object], place: int) -> tuple[Association, ...]:
    given = one.get("associations", [])
    found = []
    for entry in given if isinstance(given, list) else [None]:
        to = entry.get("to") if isinstance(entry, dict) else None
        types = entry.get("types") if isinstance(entry, dict) else None
        if not isinstance(to, dict) or not isinstance(types, list):
            raise UsageError(f"Record {place}: an association has to and types, as HubSpot's do.")
        found += [_association(to, kind, place) for kind in types]
    return tuple(found)


def _association(to: Mapping[str, object], kind: object, place: int) -> Association:
    category = kind.get("associationCategory") if isinstance(kind, dict) else None
    number = kind.get("associationTypeId") if isinstance(kind, dict) else None
    if (
        not isinstance(category, str)
        or category not in set(Category)
        or not isinstance(number, int)
    ):
        raise UsageError(f"Record {place}: a type of association is none of HubSpot's.")
    return Association(_id(to, place), number, Category(category))


def label_of(object_type_id: str) -> str:
    """What a person calls a record of this type."""
    kind = object_type(object_type_id)
    return kind.label if kind is not None else object_type_id
