"""What the emulated HubSpot looks like from outside: what :class:`EmulatedAccount` hands out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from gateway.domain.sensitivity import Sensitivity


@dataclasses.dataclass(frozen=True)
class AccountCard:
    """The account, and where it answers."""

    portal_id: int
    region: str
    time_zone: str
    api_base: str
    forms_base: str
    reports_to: str | None
    """Where its webhooks go; None while nobody listens."""
    subscriptions: int
    calls_today: int
    tokens: tuple[TokenCard, ...]


@dataclasses.dataclass(frozen=True)
class TokenCard:
    """One of the account's tokens; its text only where it was asked for."""

    name: str
    use: str
    scopes: tuple[str, ...]
    text: str | None = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class RecordKind:
    """One object type, and how many records there are of it."""

    id: str
    word: str
    count: int


@dataclasses.dataclass(frozen=True)
class Cell:
    """One value as HubSpot stores it; empty where it is kept back."""

    text: str = dataclasses.field(repr=False)
    sensitivity: Sensitivity | None
    """None where nobody knows the class."""
    hidden: bool = False


@dataclasses.dataclass(frozen=True)
class RecordRow:
    """One record. Times are milliseconds since the epoch."""

    id: str
    created_ms: int
    updated_ms: int
    archived: bool
    cells: Mapping[str, Cell] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class RecordPage:
    """The newest records of one type."""

    rows: tuple[RecordRow, ...]
    columns: Mapping[str, str]
    """The properties that the cells are of, each with its label; what people know best first."""


@dataclasses.dataclass(frozen=True)
class ReceivedRow:
    """One submission that arrived: no value."""

    form: str
    submitted_ms: int
    page_uri: str
    receipt: str | None
    """Our receipt; None when somebody else sent it."""
    times: int
    """How often this very submission arrived."""
    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class RequestRow:
    """One call that HubSpot saw: names only."""

    at_ms: int
    method: str
    path: str
    area: str | None
    status: int
    """0 where the connection was cut instead."""
    took_ms: int
    correlation_id: str
    caller: str
    fault: str | None
    fields: int
    """How many fields a submission had."""


@dataclasses.dataclass(frozen=True)
class FaultKind:
    """One thing that can go wrong: what HubSpot does, and where it makes sense."""

    name: str
    doc: str
    areas: frozenset[str]
    timed: bool
    """Whether it takes a number of seconds."""


@dataclasses.dataclass(frozen=True)
class ArmedFault:
    """A fault that waits for its call, or a mix of several (``kind`` names them)."""

    id: int
    on: str
    kind: str
    times: int | None
    """None until it is removed."""
    seconds: float


@dataclasses.dataclass(frozen=True)
class SwitchRow:
    """One guess about HubSpot: what is chosen, and what may be."""

    name: str
    doc: str
    value: bool | int | float | str
    default: bool | int | float | str
    choices: tuple[str, ...]
    """The words it takes, where it takes words."""


@dataclasses.dataclass(frozen=True)
class DriftKind:
    """One change of a definition: ``needs`` is ``form`` or ``property``."""

    name: str
    doc: str
    needs: str
    may: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class FormCard:
    """A form that is not archived, and the properties it asks for, as ``0-1/email``."""

    id: str
    name: str
    fields: frozenset[str]


@dataclasses.dataclass(frozen=True)
class PropertyCard:
    """A property that is not archived."""

    key: str
    """As ``0-1/email``."""
    label: str
    record: str
    """The kind of record, as a person reads it."""
    sensitivity: Sensitivity | None
    for_forms: bool


@dataclasses.dataclass(frozen=True)
class DeliveryRow:
    """One webhook request: how many events of which type, and what became of each try."""

    id: int
    state: str
    events: Mapping[str, int]
    attempts: tuple[tuple[int, int], ...]
    """(milliseconds since the epoch, status; 0 for no answer) of each."""
