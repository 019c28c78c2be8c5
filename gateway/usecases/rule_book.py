"""The validation rules of HubSpot's properties, read beside the properties and remembered.

They only say earlier what HubSpot would say later. So what cannot be read closes nothing: the
rules read last are kept, and where there are none the gate tells it. They are asked for once
in a while, not before each submission as the classes are.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Callable

from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.objects import object_type
from gateway.domain.validations import PlacedRules
from gateway.hubspot.api import HubSpot


@dataclasses.dataclass(frozen=True)
class _AskedAt:
    at_ms: int
    rules: tuple[PlacedRules, ...] | None


class RuleBook:
    """It may be used by many threads."""

    def __init__(self, hubspot: HubSpot, *, max_age_ms: int, now_ms: Callable[[], int]) -> None:
        self._hubspot = hubspot
        self._max_age_ms = max_age_ms
        self._now_ms = now_ms
        # One lock per object type: nobody waits for the answer to another question.
        self._locks: dict[str, threading.Lock] = collections.defaultdict(threading.Lock)
        self._asked: dict[str, _AskedAt] = {}

    def of(self, type_id: str) -> tuple[PlacedRules, ...] | None:
        """The rules of an object type's properties; None when HubSpot did not tell them."""
        if object_type(type_id) is None:
            return ()
        with self._locks[type_id]:
            known = self._asked.get(type_id)
            now = self._now_ms()
            if known is None or not now - self._max_age_ms <= known.at_ms <= now:
                known = _AskedAt(now, self._ask(type_id, known))
                self._asked[type_id] = known
            return known.rules

    def _ask(self, type_id: str, known: _AskedAt | None) -> tuple[PlacedRules, ...] | None:
        try:
            return self._hubspot.validations(type_id)
        except HubSpotError:
            return known.rules if known is not None else None
