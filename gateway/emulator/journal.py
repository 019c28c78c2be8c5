"""What was called, without a single value: a journal a test or a person may read."""

from __future__ import annotations

import collections
import dataclasses
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

    def clear(self) -> None:
        """Forget all calls."""
        self._entries.clear()
