"""HubSpot's official Python SDK, pointed at the emulator and at nothing else.

Every call goes through :class:`Driver`, which holds the SDK's model against what came over the
wire: nothing is lost that the model has a place for, and nothing is there that did not come.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import hubspot
import published_specs

from gateway.emulator import Emulator
from gateway.emulator.journal import Entry

_ONE = re.compile(r"(?<=/)(?:\{id\}|\{token\}|[0-9]+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|\Z)")


class Driver:
    """The SDK and the emulator it talks to."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.portal = emulator.portal
        self.lost: set[str] = set()
        """What came and has no place in a model, as ``Model.key``."""
        self.refusals = 0
        """How many calls were refused on purpose."""

    def client(self, *, strict: bool = True, **keys: Any) -> Any:
        """The SDK as its users make it; only the host is another. ``strict`` turns on its own
        check of what it sends and gets: nothing is empty that must be there."""
        return hubspot.Client.create(
            host=self.emulator.api_base, client_side_validation=strict, **keys
        )

    def __call__(self, method: Callable[..., Any], *args: Any, **keys: Any) -> Any:
        """What ``method`` gives, held against the answer itself."""
        model = method(*args, **keys)
        told = _told(method)
        self.lost |= set(_lost(told, model))
        if published_specs.HERE:
            self._as_published(told)
        return model

    def refused(self, method: Callable[..., Any], *args: Any, **keys: Any) -> Any:
        """The SDK's exception for a call that must be refused."""
        self.refusals += 1
        try:
            method(*args, **keys)
        except Exception as refusal:
            assert type(refusal).__name__ in _REFUSALS, type(refusal).__name__
            return refusal
        raise AssertionError("the call was not refused")

    def seen(self) -> tuple[Entry, ...]:
        """What the emulator was asked, the newest last."""
        with self.portal.lock:
            return tuple(self.portal.journal.entries())

    def operations(self) -> set[tuple[str, str]]:
        """Every (method, path) the emulator answered well, without ids; the install link is a
        person's, not the SDK's."""
        well = [e for e in self.seen() if 0 < e.status < 400 and e.path != "/oauth/authorize"]
        return {(e.method, _ONE.sub("{id}", e.path)) for e in well}

    def _as_published(self, told: Any) -> None:
        entry = self.seen()[-1]
        operation = published_specs.operation(entry.method, entry.path)
        if operation is not None:
            assert operation.response_faults(entry.status, _without_nulls(told)) == [], operation


_REFUSALS = {"ApiException", "BadRequestException", "UnauthorizedException", "ForbiddenException",
             "NotFoundException", "ServiceException"}  # fmt: skip
"""The names of the SDK's exceptions: each of its parts has classes of its own."""


def _told(method: Callable[..., Any]) -> Any:
    text = method.__self__.api_client.last_response.data  # type: ignore[attr-defined]  # bound
    return json.loads(text) if text else None


def _lost(told: Any, model: Any) -> Iterator[str]:
    """Keys of ``told`` the model has no place for. Fails where a value is another one."""
    if hasattr(model, "openapi_types"):
        places = {key: name for name, key in model.attribute_map.items()}
        for key, value in told.items():
            if key in places:
                yield from _lost(value, getattr(model, places[key]))
            else:
                yield f"{type(model).__name__}.{key}"
        for key in places.keys() - told.keys():
            assert getattr(model, places[key]) is None, f"{type(model).__name__}.{key} never came"
    elif isinstance(model, dict):
        assert model.keys() == told.keys()
        for key, value in told.items():
            yield from _lost(value, model[key])
    elif isinstance(model, list):
        for one, other in zip(told, model, strict=True):
            yield from _lost(one, other)
    elif isinstance(model, datetime.datetime):
        assert model == datetime.datetime.fromisoformat(told)
    else:
        assert model == told


def _without_nulls(node: Any) -> Any:
    """The specs know no null; a record has one for each value that was asked for and is empty."""
    if isinstance(node, dict):
        return {key: _without_nulls(value) for key, value in node.items() if value is not None}
    return [_without_nulls(one) for one in node] if isinstance(node, list) else node
