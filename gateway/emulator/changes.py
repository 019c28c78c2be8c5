"""What happened to records, in the order it happened: what webhook events are made of.

Whoever writes a record notes it here, however the write came about; the webhooks take it out.

Source: https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide
"""

from __future__ import annotations

import collections
import dataclasses
import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

LENGTH = 20_000
"""How many changes wait at most; the oldest are forgotten first."""


class Happening(enum.StrEnum):
    """What happened, as the second half of a subscription type."""

    CREATION = "creation"
    DELETION = "deletion"
    PROPERTY_CHANGE = "propertyChange"
    MERGE = "merge"
    RESTORE = "restore"
    ASSOCIATION_CHANGE = "associationChange"
    PRIVACY_DELETION = "privacyDeletion"


class ChangeSource(enum.StrEnum):
    """Who wrote, as events say it."""

    FORM = "FORM"
    API = "INTEGRATION"
    """A call of the object API."""
    PERSON = "CRM_UI"
    """A person on the emulator's own page."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One thing that happened to one record."""

    what: Happening
    object_type_id: str
    object_id: str
    at_ms: int
    source: ChangeSource
    property_name: str | None = None
    value: str | None = dataclasses.field(default=None, repr=False)
    """The property's new value; an empty text when it was cleared."""
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What merges and associations say beside this, under the keys events have."""
    source_id: str = ""
    """The form, or the app."""


class Changes:
    """The changes nobody has taken out yet."""

    def __init__(self) -> None:
        self._rows: collections.deque[Change] = collections.deque(maxlen=LENGTH)
        self.on_note: Callable[[], object] = lambda: None
        """Called after each change: it wakes whoever takes them out."""

    def note(self, change: Change) -> None:
        """Remember one change."""
        self._rows.append(change)
        self.on_note()

    def take(self) -> Sequence[Change]:
        """Take all of them out, oldest first."""
        rows = tuple(self._rows)
        self._rows.clear()
        return rows
