"""The branch of the tree of errors for records: what is refused before HubSpot is asked, and what
HubSpot refused. Names, ids and reasons from closed lists; never a value.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from gateway.domain.errors import GatewayError, Reason, Refused
from gateway.domain.hubspot_errors import HubSpotError, Unauthorized
from gateway.domain.records import MAX_BATCH, MAX_VALUE
from gateway.domain.reveals import MAX_REVEALS
from gateway.domain.scopes import ScopeNeed
from gateway.domain.search import Flaw


class RecordFault(enum.StrEnum):
    """Why a property of a record cannot be read or written as asked."""

    UNKNOWN_PROPERTY = "unknown_property"
    ARCHIVED_PROPERTY = "archived_property"
    CLASS_UNKNOWN = "class_unknown"
    CLASS_LOWERED = "class_lowered"
    KNOWN_BY_SENSITIVE = "known_by_sensitive"
    READ_ONLY = "read_only"
    CALCULATED = "calculated"
    NO_SCOPE_EXISTS = "no_scope_exists"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    LOOKS_SENSITIVE = "looks_sensitive"
    TOO_LARGE = "too_large"
    NOTHING_TO_WRITE = "nothing_to_write"
    BAD_ID = "bad_id"
    NAMED_TWICE = "named_twice"
    NO_PURPOSE = "no_purpose"
    # What HubSpot found.
    REJECTED = "rejected"
    NOT_A_KEY = "not_a_key"
    NOT_AN_OPTION = "not_an_option"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    NOT_AN_EMAIL = "not_an_email"
    RULE_BROKEN = "rule_broken"
    REQUIRED = "required"
    TAKEN = "taken"
    NO_RECORD = "no_record"
    NO_ASSOCIATION = "no_association"


FAULT_SENTENCES: Mapping[RecordFault, str] = {
    RecordFault.UNKNOWN_PROPERTY: "HubSpot has no such property of this object. Check its name.",
    RecordFault.ARCHIVED_PROPERTY: "The property is archived in HubSpot. Restore it there first.",
    RecordFault.CLASS_UNKNOWN: "HubSpot does not say which class the property has, so it is left "
    "alone. Check its sensitivity in HubSpot.",
    RecordFault.CLASS_LOWERED: "The property was more sensitive a moment ago: somebody has made it "
    "anew. Look at it in HubSpot before you write to it again.",
    RecordFault.KNOWN_BY_SENSITIVE: "The property is sensitive, so no record is named by it: "
    "whoever guessed a value would know it. Name the record by its id or its e-mail address.",
    RecordFault.READ_ONLY: "HubSpot sets this property itself; it cannot be written.",
    RecordFault.CALCULATED: "HubSpot calculates this property; it cannot be written.",
    RecordFault.NO_SCOPE_EXISTS: "HubSpot has no permission that lets a program read or write "
    "values of this class here. Use HubSpot's own pages.",
    RecordFault.TOO_LONG: f"The value is longer than HubSpot keeps ({MAX_VALUE:,} characters).",
    RecordFault.NOT_TEXT: "The value is not a text, or holds a character that cannot be kept.",
    RecordFault.LOOKS_SENSITIVE: "It is not written to an ordinary property. Give it in one that "
    "is made for it.",
    RecordFault.TOO_LARGE: "The record is larger than 1 MiB. Write it in parts.",
    RecordFault.NOTHING_TO_WRITE: "Nothing is to be written. Name at least one property.",
    RecordFault.BAD_ID: "This is no record's id: it is a number that HubSpot gave.",
    RecordFault.NAMED_TWICE: "The same record stands here more than once. Keep it once.",
    RecordFault.NO_PURPOSE: "Say why the value is looked at, with one of the purposes of the list.",
    RecordFault.REJECTED: "HubSpot did not accept it.",
    RecordFault.NOT_A_KEY: "HubSpot finds no record by this property: records may share its "
    "values, or this is none it can have. Name the record by its id or its e-mail address.",
    RecordFault.NOT_AN_OPTION: "The value is none of the property's choices.",
    RecordFault.NOT_A_NUMBER: "The value is not a number.",
    RecordFault.NOT_A_DATE: "The value is not a date. Write YYYY-MM-DD.",
    RecordFault.NOT_AN_EMAIL: "The value is not an e-mail address.",
    RecordFault.RULE_BROKEN: "The value breaks a rule that HubSpot has for the property.",
    RecordFault.REQUIRED: "HubSpot demands a value here.",
    RecordFault.TAKEN: "Another record has this value already, and no two may share it.",
    RecordFault.NO_RECORD: "HubSpot has no such record. It may have been archived or merged.",
    RecordFault.NO_ASSOCIATION: "HubSpot does not make this association.",
}
"""Each fault as a person reads it; the property's name is told beside it."""


def reason(fault: RecordFault) -> Reason:
    """The fault as errors carry it."""
    return Reason(str(fault), FAULT_SENTENCES[fault])


def faults_text(reasons: Mapping[str, Reason]) -> str:
    """Reasons in one text, each with the property's name before it; ``""`` has none."""
    told = (f"{name}: {why.sentence}" if name else why.sentence for name, why in reasons.items())
    return " ".join(told)


class UnknownObjectType(Refused):
    """HubSpot has no object type of this name, as far as is known here."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such object type. Take contacts, companies, deals, tickets, appointments, "
            "projects, or a custom object's id or name, such as 2-123 or pet (its name takes the "
            "scope crm.schemas.custom.read)."
        )


class InvalidRecord(Refused):
    """What was asked of a record cannot be done: ``reasons`` by property name, every fault at
    once; ``""`` for what belongs to none. Nothing was sent."""

    def __init__(self, reasons: Mapping[str, Reason]) -> None:
        super().__init__(faults_text(reasons))
        self.reasons = dict(reasons)


class InvalidBatch(Refused):
    """A batch of which nothing was sent: ``rows`` are the reasons by place, counted from 1."""

    def __init__(self, rows: Mapping[int, Mapping[str, Reason]]) -> None:
        super().__init__(
            "Nothing was sent, because some of it cannot be: "
            + " ".join(f"{place}: {faults_text(reasons)}" for place, reasons in rows.items())
        )
        self.rows = {place: dict(reasons) for place, reasons in rows.items()}


class BatchTooLarge(Refused):
    """A batch of more records than are taken at once, or of none."""

    def __init__(self) -> None:
        super().__init__(f"A batch has 1 to {MAX_BATCH:,} records.")


class UnknownRecord(Refused):
    """HubSpot has no such record, or not any more."""

    def __init__(self) -> None:
        super().__init__(FAULT_SENTENCES[RecordFault.NO_RECORD])


class SearchRefused(Refused):
    """A search is not sent; ``flaws`` say why, all of them at once."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("The search was not sent. " + " ".join(flaw.sentence for flaw in flaws))
        self.flaws = tuple(flaws)


class MissingScope(Refused):
    """The token may not do this: ``needs`` are what it lacks, or, where only HubSpot knows, all
    of what the call takes."""

    def __init__(self, needs: Sequence[ScopeNeed], *, certain: bool) -> None:
        verb = "lacks" if certain else "seems to lack one of these:"
        listed = " and ".join(f"{need.name}, needed to {need.purpose}" for need in needs)
        super().__init__(
            f"The token for records {verb} {listed}. Add the scope to its private app or service "
            "key, then try again."
        )
        self.needs = tuple(needs)
        self.certain = certain


class ForeignRecordsToken(Refused):
    """HUBSPOT_RECORDS_TOKEN is another account's than the one submissions go to."""

    def __init__(self) -> None:
        super().__init__(
            "HUBSPOT_RECORDS_TOKEN belongs to another HubSpot account than HUBSPOT_ACCESS_TOKEN. "
            "Correct one of them."
        )


class RecordsTokenRefused(Unauthorized):
    """401 for the token of HUBSPOT_RECORDS_TOKEN."""

    sentence = "HubSpot does not accept the token. Put a valid one into HUBSPOT_RECORDS_TOKEN."

    def __init__(self) -> None:
        super().__init__(status=401)


class NothingToReveal(Refused):
    """The property is an ordinary one, whose value is shown with the record."""

    def __init__(self) -> None:
        super().__init__(
            "This property is not sensitive: its value is shown with the record, there is nothing "
            "to reveal."
        )


class NeedsConfirmation(Refused):
    """The property is highly sensitive, and nobody said that it is really meant."""

    def __init__(self) -> None:
        super().__init__(
            "This property is highly sensitive. Confirm that you really mean to look at it."
        )


class TooManyReveals(Refused):
    """This person has had as many values shown as an hour allows."""

    def __init__(self) -> None:
        super().__init__(
            f"You have looked at {MAX_REVEALS} sensitive values within an hour, which is the most. "
            "Wait, or ask your administrator."
        )


class NotAudited(Refused):
    """The audit cannot be written, so nothing is shown or changed."""

    def __init__(self) -> None:
        super().__init__(
            "The audit cannot be written, so nothing was shown or changed. Tell your administrator."
        )


class OutcomeNotAudited(GatewayError):
    """HubSpot did what was asked, and the audit could not be told; that it was asked stands
    there."""

    def __init__(self) -> None:
        super().__init__(
            "HubSpot has made the change, but the audit could not be told that it was made. That "
            "it was asked for stands there. Tell your administrator; do not send it again."
        )


class RecordRejected(HubSpotError):
    """HubSpot did not accept a record: ``reasons`` by property name, ``""`` for what belongs to
    none. ``other_id`` is the record that has the value already, where HubSpot named it."""

    def __init__(
        self,
        reasons: Mapping[str, Reason],
        *,
        status: int,
        other_id: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        other = f" It is record {other_id}." if other_id else ""
        self.sentence = faults_text(reasons) + other
        super().__init__(status=status, category="VALIDATION_ERROR", correlation_id=correlation_id)
        self.reasons = dict(reasons)
        self.other_id = other_id


class ChangeUnclear(HubSpotError):
    """A change may or may not have been made: the connection broke before HubSpot answered."""

    sentence = (
        "The connection broke before HubSpot answered; the change may have been made. Look at the "
        "record before you send it again."
    )
