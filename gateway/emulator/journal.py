"""What was called, without a single value: a journal a test or a person may read."""

from __future__ import annotations

import collections
import dataclasses
import itertools
from collections.abc import Sequence

LENGTH = 10_000
"""How many calls are remembered."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One call. Names only: a path that carries a record's id or address shows ``{id}``."""

    method: str
    path: str
    status: int
    """0 when the connection was cut instead of answered."""
    query: tuple[str, ...]
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    """The submitted fields' names, as errors spell them (``email``, ``0-2/name``)."""
    fault: str | None = None
    area: str | None = None
    """The part of the API, None for what no route takes."""
    at_ms: int = 0
    """When its head had been read, milliseconds since the epoch."""
    took_ms: int = 0
    """Until it is answered, a fault's waiting included."""
    correlation_id: str = ""
    """Of the answer; empty where there was none."""
    caller: str = ""
    """The token's name, never its text: see :meth:`Portal.caller`."""


class Journal:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self._entries: collections.deque[Entry] = collections.deque(maxlen=LENGTH)

    def note(self, entry: Entry) -> None:
        """Remember one call."""
        self._entries.append(entry)

    def entries(self) -> Sequence[Entry]:
        """The calls remembered."""
        return tuple(self._entries)

    def newest(self, most: int, area: str | None = None) -> Sequence[Entry]:
        """The last ``most`` calls, newest first; of one area when it is named."""
        fitting = (row for row in reversed(self._entries) if area in (None, row.area))
        return tuple(itertools.islice(fitting, most))

    def clear(self) -> None:
        """Forget all calls."""
        self._entries.clear()
