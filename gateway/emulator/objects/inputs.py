"""The bodies of calls about records, as HubSpot's published files describe them.

Where live services take more than the files say (a record id as a number, a create without
``associations``), so does this.
"""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from gateway.emulator import batches
from gateway.emulator.bodies import Body, Choice, Flaw, ListOf, Text
from gateway.emulator.calls import Call
from gateway.emulator.links import CATEGORIES

_LONGEST_ID = 65_536
_LARGEST_TYPE = 2**31
_COUNT = re.compile(r"[0-9]{1,9}\Z")


@dataclasses.dataclass(frozen=True)
class Id:
    """A record id: a text, or the number of the same digits."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
            return str(value)
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID:
            flaws.append(Flaw(path, "must be a text"))
        return value


@dataclasses.dataclass(frozen=True)
class AssociationType:
    """The number of a type of association."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        number = isinstance(value, int) and not isinstance(value, bool)
        if not number or not 0 < value < _LARGEST_TYPE:
            flaws.append(Flaw(path, "must be a positive whole number"))
        return value


@dataclasses.dataclass(frozen=True)
class Values:
    """Property values by name: texts, and null for an empty one. ``scalars``: numbers and
    truths too."""

    scalars: bool

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        if not isinstance(value, dict):
            flaws.append(Flaw(path, "must be an object"))
            return value
        return {name: self._text(one, path, flaws) for name, one in value.items()}

    def _text(self, value: Any, path: str, flaws: list[Flaw]) -> str:
        if isinstance(value, str) or value is None:
            return value or ""
        if self.scalars and isinstance(value, int | float):
            return json.dumps(value)
        flaws.append(Flaw(path, "must have texts as values"))
        return ""


@dataclasses.dataclass(frozen=True)
class Scalar:
    """One value of a filter: a text; with ``scalars`` a number or a truth too."""

    scalars: bool

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        if self.scalars and isinstance(value, int | float):
            return json.dumps(value)
        return Text().take(value, path, flaws)


@dataclasses.dataclass(frozen=True)
class WholeNumber:
    """A number between 0 and ``most``."""

    most: int

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        number = isinstance(value, int) and not isinstance(value, bool)
        if not number or not 0 <= value <= self.most:
            flaws.append(Flaw(path, f"must be between 0 and {self.most}"))
        return value


@dataclasses.dataclass(frozen=True)
class SearchCursor:
    """Where a page of search results starts: a count, as text or number; an empty text is
    the start."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        text = str(value) if isinstance(value, int) and value in range(10**9) else value
        if text == "":
            return 0
        if not isinstance(text, str) or not _COUNT.match(text):
            flaws.append(Flaw(path, "must be a cursor"))
            return 0
        return int(text)


@dataclasses.dataclass(frozen=True)
class Sort:
    """A property to sort by: its name, with a minus for descending, or an object that says
    both. Read as (name, whether descending)."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`gateway.emulator.bodies.Shape`."""
        if isinstance(value, str) and value.lstrip("-"):
            return value.removeprefix("-"), value.startswith("-")
        taken = _SORT.take(value, path, flaws)
        if not isinstance(taken, dict):
            return "", False
        return taken.get("propertyName", ""), taken.get("direction") == "DESCENDING"


_SORT = Body(
    "Sort",
    required={"propertyName": Text(1)},
    optional={"direction": Choice(("ASCENDING", "DESCENDING"))},
)
_ASSOCIATIONS = ListOf(
    Body(
        "PublicAssociationsForObject",
        required={
            "to": Body("PublicObjectId", required={"id": Id()}),
            "types": ListOf(
                Body(
                    "AssociationSpec",
                    required={
                        "associationCategory": Choice(CATEGORIES),
                        "associationTypeId": AssociationType(),
                    },
                ),
                most=100,
            ),
        },
    ),
    most=2000,
)
_NAMES = ListOf(Text())


def _values(call: Call) -> Values:
    return Values(scalars=call.portal.switches.values_may_be_numbers)


def _inputs(name: str, of: Body) -> Body:
    return Body(name, required={"inputs": ListOf(of, most=batches.MAX_INPUTS)})


def create(call: Call) -> Body:
    """What creates one record."""
    return Body(
        "SimplePublicObjectInputForCreate",
        required={"properties": _values(call)},
        optional={"associations": _ASSOCIATIONS},
    )


def update(call: Call) -> Body:
    """What changes one record."""
    return Body("SimplePublicObjectInput", required={"properties": _values(call)})


def batch_create(call: Call) -> Body:
    """What creates many."""
    return _inputs(
        "BatchInputSimplePublicObjectBatchInputForCreate",
        Body(
            "SimplePublicObjectBatchInputForCreate",
            required={"properties": _values(call)},
            optional={"associations": _ASSOCIATIONS, "objectWriteTraceId": Text()},
        ),
    )


def batch_update(call: Call) -> Body:
    """What changes many, or creates those that do not exist."""
    return _inputs(
        "BatchInputSimplePublicObjectBatchInput",
        Body(
            "SimplePublicObjectBatchInput",
            required={"id": Id(), "properties": _values(call)},
            optional={"idProperty": Text(1), "objectWriteTraceId": Text()},
        ),
    )


def batch_archive() -> Body:
    """Whom to archive."""
    return _inputs(
        "BatchInputSimplePublicObjectId", Body("SimplePublicObjectId", required={"id": Id()})
    )


def batch_read() -> Body:
    """Whom to read, and what of each."""
    return Body(
        "BatchReadInputSimplePublicObjectId",
        required={
            "inputs": ListOf(
                Body("SimplePublicObjectId", required={"id": Id()}), most=batches.MAX_INPUTS
            )
        },
        optional={"properties": _NAMES, "propertiesWithHistory": _NAMES, "idProperty": Text(1)},
    )


def merge() -> Body:
    """Which two records to merge."""
    return Body("PublicMergeInput", required={"primaryObjectId": Id(), "objectIdToMerge": Id()})


def gdpr_delete() -> Body:
    """Whom to delete for good."""
    return Body(
        "PublicGdprDeleteInput", required={"objectId": Id()}, optional={"idProperty": Text(1)}
    )
