"""CRM records as people may see them, what may be done to them, and why a value may be shown.

A record never carries a sensitive value: only whether there is one. A value that is shown for a
purpose is a :class:`~gateway.domain.reveals.Revealed`, which forgets itself.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/objects
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping

from gateway.domain.answers import Secret
from gateway.domain.audit import Action
from gateway.domain.errors import Reason
from gateway.domain.objects import APPOINTMENT, COMPANY, CONTACT, DEAL, PROJECT, TICKET
from gateway.domain.sensitivity import Sensitivity

Values = Mapping[str, Secret]
"""What is to be written, by property name. An empty text clears."""

MAX_VALUE = 65_536
"""Characters of one value."""
MAX_BODY = 1024 * 1024
"""Bytes of one request to HubSpot. More is refused before it is sent."""
MAX_INPUTS = 100
"""Records in one batch call of HubSpot's."""
MAX_BATCH = 1_000
"""Records in one batch of ours, which is sent in as many calls as it takes."""
RECORD_ID = "hs_object_id"

USUAL_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    CONTACT: ("email", "firstname", "lastname"),
    COMPANY: ("name", "domain"),
    DEAL: ("dealname", "dealstage", "amount"),
    TICKET: ("subject", "hs_pipeline_stage"),
    APPOINTMENT: ("hs_appointment_name", "hs_appointment_start"),
    PROJECT: ("hs_name", "hs_pipeline_stage"),
}
"""What is shown of a record when nothing is asked for, as far as it is there. All of it is
ordinary data."""

_ID = re.compile(r"[0-9]{1,19}\Z")
_MAX_PLACE = 32


class Presence(enum.StrEnum):
    """Whether a property has a value."""

    SET = "set"
    EMPTY = "empty"


@dataclasses.dataclass(frozen=True)
class RecordField:
    """One property of a record. Of a sensitive one, or one whose class is not known, only
    ``presence`` is told."""

    name: str
    label: str
    sensitivity: Sensitivity | None
    presence: Presence
    value: Secret | None = None
    """What it holds; None when that is not shown."""

    @property
    def masked(self) -> bool:
        """Whether its value is kept from view."""
        return self.sensitivity is not Sensitivity.NON_SENSITIVE


@dataclasses.dataclass(frozen=True)
class Record:
    """One record, with the properties that were asked for."""

    object_type_id: str
    id: str
    fields: tuple[RecordField, ...] = ()
    created_at: str = ""
    """ISO 8601 as HubSpot wrote it, or ""."""
    updated_at: str = ""
    archived: bool = False

    def field(self, name: str) -> RecordField | None:
        """The property of this name, None when it was not asked for."""
        return next((one for one in self.fields if one.name == name), None)


@dataclasses.dataclass(frozen=True)
class UniqueKey:
    """A record named by the value of a property no two records share, such as an e-mail. It
    travels in a request's body, never in an address."""

    property_name: str
    value: Secret


RecordRef = str | UniqueKey
"""Which record: its id, or what else is unique of it."""


class Category(enum.StrEnum):
    """Who defined a type of association; the text is HubSpot's own spelling."""

    HUBSPOT = "HUBSPOT_DEFINED"
    INTEGRATOR = "INTEGRATOR_DEFINED"
    USER = "USER_DEFINED"
    WORK = "WORK"


@dataclasses.dataclass(frozen=True)
class Association:
    """One association a new record is to have: with which record, and of which type."""

    to_id: str
    type_id: int
    category: Category = Category.HUBSPOT


USUAL_ASSOCIATIONS: Mapping[tuple[str, str], int] = {
    (CONTACT, CONTACT): 449, (CONTACT, COMPANY): 279, (CONTACT, DEAL): 4, (CONTACT, TICKET): 15,
    (COMPANY, CONTACT): 280, (COMPANY, COMPANY): 450, (COMPANY, DEAL): 342, (COMPANY, TICKET): 340,
    (DEAL, CONTACT): 3, (DEAL, COMPANY): 341, (DEAL, DEAL): 451, (DEAL, TICKET): 27,
    (TICKET, CONTACT): 16, (TICKET, COMPANY): 339, (TICKET, DEAL): 28, (TICKET, TICKET): 452,
}  # fmt: skip
"""(object type, the other's) → the type HubSpot gives an association without a label.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations (type ids)
"""


@dataclasses.dataclass(frozen=True)
class NewRecord:
    """A record to create."""

    values: Values
    associations: tuple[Association, ...] = ()


@dataclasses.dataclass(frozen=True)
class RecordChange:
    """A record to change."""

    record: RecordRef
    values: Values


class Change(enum.StrEnum):
    """What is done to a record."""

    CREATE = "create"
    UPDATE = "update"
    CLEAR = "clear"
    ARCHIVE = "archive"


CHANGE_ACTIONS: Mapping[Change, Action] = {
    Change.CREATE: Action.RECORD_CREATED,
    Change.UPDATE: Action.RECORD_UPDATED,
    Change.CLEAR: Action.RECORD_CLEARED,
    Change.ARCHIVE: Action.RECORD_ARCHIVED,
}
"""What the audit tells once HubSpot has done it; before it is asked, ``RECORD_ASKED``."""
CHANGE_WORDS: Mapping[Change, str] = {
    Change.CREATE: "created",
    Change.UPDATE: "changed",
    Change.CLEAR: "cleared",
    Change.ARCHIVE: "archived",
}
"""Each as a person reads it, once it is done."""


class RowState(enum.StrEnum):
    """What became of one record of a batch."""

    DONE = "done"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    NOT_SENT = "not_sent"


ROW_STATES: Mapping[RowState, str] = {
    RowState.DONE: "Done.",
    RowState.REFUSED: "HubSpot did not accept it; nothing of it was changed.",
    RowState.UNCLEAR: "HubSpot did not say what became of it. Look whether it was done before you "
    "send it again.",
    RowState.NOT_SENT: "Nothing of it was done, because its call, or one before it, was refused or "
    "failed. Send it again.",
}
"""Each as a person reads it."""


@dataclasses.dataclass(frozen=True)
class BatchRow:
    """What became of one record of a batch; ``place`` is counted from 1, as in the file."""

    place: int
    state: RowState
    record: Record | None = None
    """What HubSpot has now; None when it did not say."""
    reasons: Mapping[str, Reason] = dataclasses.field(default_factory=dict)
    """Why not, by property name; ``""`` for what belongs to none."""


@dataclasses.dataclass(frozen=True)
class BatchReport:
    """What became of every record of a batch, in the order they were given."""

    rows: tuple[BatchRow, ...]
    audited: bool = True
    """Whether the audit was told of all that was done."""
    stopped: str = ""
    """The sentence that says why the rest was not sent; "" where nothing stopped it."""

    @property
    def complete(self) -> bool:
        """Whether all of it was done."""
        return all(row.state is RowState.DONE for row in self.rows)

    def counts(self) -> Mapping[RowState, int]:
        """How many there are of each state."""
        return {state: sum(row.state is state for row in self.rows) for state in RowState}


def is_record_id(text: str) -> bool:
    """Whether ``text`` can be a record's id at all: digits."""
    return _ID.match(text) is not None


def audit_place(object_type_id: str, record_id: str = "") -> str | None:
    """What stands in the audit for a record (``0-1/847297356``), or for a whole object type;
    None when the two together are longer than any HubSpot gives out."""
    place = f"{object_type_id}/{record_id}" if record_id else object_type_id
    return place if len(place) <= _MAX_PLACE else None
