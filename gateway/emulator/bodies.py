"""What a JSON body must look like, told by shapes, and read into the keys we know.

A key that no shape names is ignored, as HubSpot's own services do; a null counts as absent.
A refusal names paths and reasons, never a value.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Stop

MAX_TEXT = 65_536
"""The longest text of a definition, in characters."""
MAX_DEPTH = 100
"""How deep a body may nest: a form with thirty dependent fields inside one another fits."""
_INT32, _INT64 = 2**31, 2**63
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII
)


@dataclasses.dataclass(frozen=True)
class Flaw:
    """One fault of a body."""

    path: str
    reason: str
    missing: bool = False


class Shape(Protocol):
    """What one value must look like."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """The value, reduced to what is known; each fault is added to ``flaws``."""


@dataclasses.dataclass(frozen=True)
class Text:
    """A text. ``least`` is how many characters it has at the least."""

    least: int = 0

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        if not isinstance(value, str):
            flaws.append(Flaw(path, "must be a text"))
        elif not self.least <= len(value) <= MAX_TEXT:
            flaws.append(Flaw(path, f"must have between {self.least} and {MAX_TEXT} characters"))
        return value


@dataclasses.dataclass(frozen=True)
class Moment:
    """A date and time in ISO 8601."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        if not isinstance(value, str) or not _MOMENT.match(value):
            flaws.append(Flaw(path, "must be a date and time"))
        return value


@dataclasses.dataclass(frozen=True)
class Flag:
    """True or false."""

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        if not isinstance(value, bool):
            flaws.append(Flaw(path, "must be true or false"))
        return value


@dataclasses.dataclass(frozen=True)
class Whole:
    """A whole number of 32 bits, or of 64 when ``long``."""

    long: bool = False

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        end = _INT64 if self.long else _INT32
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not -end <= value < end:
            flaws.append(Flaw(path, "must be a whole number"))
        return value


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of a few texts."""

    texts: Sequence[str]

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        if not isinstance(value, str) or value not in self.texts:
            flaws.append(Flaw(path, f"must be one of {', '.join(self.texts)}"))
        return value


@dataclasses.dataclass(frozen=True)
class ListOf:
    """A list whose members all have one shape. ``most`` is how many it may have."""

    of: Shape
    most: int | None = None

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        if not isinstance(value, list):
            flaws.append(Flaw(path, "must be a list"))
            return value
        if self.most is not None and len(value) > self.most:
            flaws.append(Flaw(path, f"must have at most {self.most} members"))
            return value
        return [self.of.take(one, f"{path}[{i}]", flaws) for i, one in enumerate(value)]


@dataclasses.dataclass(frozen=True)
class Body:
    """An object with the keys it must have and those it may have."""

    name: str
    """What HubSpot's published specs call it."""
    required: Mapping[str, Shape] = dataclasses.field(default_factory=dict)
    optional: Mapping[str, Shape] = dataclasses.field(default_factory=dict)

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        if not isinstance(value, dict):
            flaws.append(Flaw(path, "must be an object"))
            return value
        prefix = f"{path}." if path else ""
        taken: dict[str, Any] = {}
        for key, shape in {**self.required, **self.optional}.items():
            if value.get(key) is not None:
                taken[key] = shape.take(value[key], prefix + key, flaws)
            elif key in self.required:
                flaws.append(Flaw(prefix + key, "is missing", missing=True))
        return taken


@dataclasses.dataclass(frozen=True)
class OneOf:
    """An object whose shape is told by the text under ``key``."""

    key: str
    by: Mapping[str, Body]

    def take(self, value: Any, path: str, flaws: list[Flaw]) -> Any:
        """See :class:`Shape`."""
        told = value.get(self.key) if isinstance(value, dict) else None
        shape = self.by.get(told) if isinstance(told, str) else None
        if shape is None:
            reason = f"must be an object whose {self.key} is one of {', '.join(self.by)}"
            flaws.append(Flaw(path, reason))
            return value
        return shape.take(value, path, flaws)


def read(call: Call, body: Body) -> dict[str, Any]:
    """The body of ``call``, reduced to the keys ``body`` knows. Stops with 400 that names
    every fault, and with 415 when it is no JSON at all."""
    given = call.json_object()
    if _depth(given) > MAX_DEPTH:
        raise Stop(responses.bad_request("Invalid input JSON: it nests too deep"))
    flaws: list[Flaw] = []
    taken: dict[str, Any] = body.take(given, "", flaws)
    if flaws:
        raise Stop(refusal(body.name, flaws))
    return taken


def refusal(name: str, flaws: Sequence[Flaw]) -> responses.Answer:
    """The 400 for a body that ``flaws`` spoil."""
    missing = [flaw.path for flaw in flaws if flaw.missing]
    told = f"some of required attributes are not set [{', '.join(missing)}]"
    first = told if missing else f"{flaws[0].path} {flaws[0].reason}"
    entries = [{"message": f"{flaw.path} {flaw.reason}", "in": flaw.path} for flaw in flaws[:100]]
    return responses.bad_request(
        f"Invalid input JSON on line 1, column 1: Cannot build {name}, {first}", errors=entries
    )


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]
    return deepest
