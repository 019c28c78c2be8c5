"""What the server remembers of one browser tab, in one typed object.

Typed answers live in widgets, which Streamlit keeps by key. This module makes the keys, so
that it can also find and delete every one of them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
import threading
from collections.abc import Iterable
from typing import cast

import streamlit as st

from gateway.domain.answers import Answer
from gateway.domain.audit_words import AuditCheck, AuditPage
from gateway.domain.errors import Reason
from gateway.domain.locks import GuardMode, LockEntry
from gateway.domain.queue import Switch
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import Event, State, read_receipt
from gateway.ui.property_desk import PropertyDesk
from gateway.ui.record_desk import RecordDesk

_DESK = "desk"
_PREFIX = "f"
RECORDS = "records"
"""The address's path of the page of records."""


@dataclasses.dataclass
class Draft:
    """One form on its way: from the first key pressed to the receipt."""

    form_id: str
    instance: str = dataclasses.field(default_factory=lambda: secrets.token_hex(6))
    """Part of every widget's key. A new draft has a new one, so its fields are empty."""
    send_key: str = dataclasses.field(default_factory=lambda: secrets.token_hex(16))
    """The idempotency key of the next submission: clicks that repeat, repeat the key."""
    busy: bool = False
    part: int | None = 0
    """Which part of the form is shown; None for the first one with a fault."""
    reasons: dict[str, Reason] = dataclasses.field(default_factory=dict)
    closed: str | None = None
    """Why the last submission was not received, when it was not the answers' fault."""
    turn: int = 0
    """How often the form was shown anew, so that the browser moves the focus once for each."""
    replaces: str | None = None
    """The receipt of a submission HubSpot refused, which the next one corrects."""
    receipt: str | None = None
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock, repr=False)
    asked: dict[str, object] = dataclasses.field(default_factory=dict, repr=False)
    """Field key → the answer the content guard asks about."""
    sure: dict[str, object] = dataclasses.field(default_factory=dict, repr=False)
    """Field key → the answer a person confirmed."""
    askings: int = 0
    """How often something was asked about: each time has empty boxes."""
    kept: dict[str, object] = dataclasses.field(default_factory=dict, repr=False)
    """Widget key → what it holds, for fields that are not drawn at the moment."""
    heard: dict[str, int] = dataclasses.field(default_factory=dict)
    """Field key → how many new answers arrived from the browser, so that it knows when the
    fields that depend on one are drawn."""

    def key(self, field_key: str, part: object = "") -> str:
        """The widget key of a field (and of one of its choices)."""
        digest = hashlib.sha256(field_key.encode()).hexdigest()[:10]
        return f"{_PREFIX}-{self.instance}-{digest}" + (f"-{part}" if part != "" else "")

    def hear(self, field_key: str) -> None:
        """A new answer to a field arrived."""
        self.heard[field_key] = self.heard.get(field_key, 0) + 1

    def go_to(self, part: int) -> None:
        """Show another part of the form."""
        self.part = part
        self.turn += 1

    def come_back(self, reasons: dict[str, Reason], closed: str | None = None) -> None:
        """The answers were not taken: show why, keep all that was typed, allow another try."""
        self.reasons, self.closed = reasons, closed
        self.busy = False
        self.part = None
        self.turn += 1


@dataclasses.dataclass
class Renewed:
    """A page that renews itself."""

    live: bool = True
    """Whether the person wants the page to renew itself."""
    away: bool = False
    """Whether the tab is hidden, so that nobody sees it."""


@dataclasses.dataclass
class InboxView(Renewed):
    """What somebody looks at in the inbox."""

    object_type_id: str | None = None
    property_name: str | None = None
    rows: int = 50
    """How many notices are listed."""


@dataclasses.dataclass
class AuditView(Renewed):
    """What somebody looks at in the audit.

    A press is only written down here; the next run carries it out before it draws anything.
    """

    linked: str = ""
    """What the page's address asked for already."""
    action: str = ""
    """An action's name or an area's, "" for everything."""
    actor: str = ""
    about: str = ""
    turned: list[int] = dataclasses.field(default_factory=list)
    """The row number under which each page that was turned to begins; empty on the newest."""
    checking: bool = False
    checked: AuditCheck | None = None
    shown: tuple[object, AuditPage] | None = None
    """What is shown, and what it was asked with: the same is not asked again."""
    opened: int = 0
    """How often something was put into the box from outside it."""

    def narrow(self, **to: str) -> None:
        """Look at other rows, the newest of them first."""
        for name, value in to.items():
            setattr(self, name, value)
        self.turned.clear()


@dataclasses.dataclass
class EmulatorView(Renewed):
    """What somebody looks at in the emulated HubSpot. Choices only: never a value."""

    part: str = ""
    object_type_id: str = "0-1"
    area: str | None = None
    """The part of the API whose requests are shown; None for all."""
    tokens_until: float = 0.0
    values_until: float = 0.0
    """Until when (monotonic) tokens and sensitive values are shown."""
    told: tuple[str, str] | None = None
    """What came of the last press: a title and a sentence."""


@dataclasses.dataclass
class Watch(Renewed):
    """What somebody looks at on the page of deliveries, and what was just pressed there.

    A press is only written down here; the next run carries it out before it draws anything.
    """

    state: State | None = None
    form_id: str | None = None
    forms: dict[str, str] = dataclasses.field(default_factory=dict)
    """Form id → name, of every form seen so far."""
    rows: int = 25
    """How many submissions are listed."""
    linked: str = ""
    """The receipt of the page's address that was opened already."""
    chosen: str = ""
    """What was typed or chosen as the receipt to show; "" for none."""
    deciding: Event | None = None
    reason: str | None = None
    decided: bool = False
    turning: Switch | None = None
    told: tuple[str, str] | None = None
    """What came of the last press: a title and a sentence."""
    focus: str = ""
    turn: int = 0
    """How often the focus was sent somewhere."""
    opened: int = 0
    """How often another receipt was put into the search box from outside it."""

    def send_focus(self, target: str) -> None:
        """Move the browser's focus to ``target`` once the page is drawn."""
        self.focus = target
        self.turn += 1

    def undecide(self) -> None:
        """Nothing is about to be decided any more."""
        self.deciding, self.reason, self.decided = None, None, False

    def look_at(self, code: str) -> None:
        """Show another submission, or none."""
        self.chosen = read_receipt(code) or code
        self.undecide()
        self.told = None
        self.opened += 1
        self.send_focus("detail" if code else "row")


@dataclasses.dataclass
class Approving:
    """What somebody declares of a form's fields before approving it, and what was just pressed.

    A press is only written down here; the next run carries it out before it draws anything.
    """

    form_id: str
    minimum: dict[str, Sensitivity] = dataclasses.field(default_factory=dict)
    guard: dict[str, GuardMode] = dataclasses.field(default_factory=dict)
    checks: dict[str, str | None] = dataclasses.field(default_factory=dict)
    asked: bool = False
    """Whether the person is being asked if they are sure."""
    withdrawing: LockEntry | None = None
    """What would be withdrawn, where that is what they are asked about."""
    left: str = ""
    """The name of a form HubSpot has no more, once its approval was withdrawn here."""
    expected: str = ""
    """The description that was shown with the question."""
    pressed: bool = False
    told: tuple[str, str] | None = None
    """What came of the last press: a title and a sentence."""
    focus: str = ""
    turn: int = 0
    """How often the focus was sent somewhere."""

    def send_focus(self, target: str) -> None:
        """Move the browser's focus to ``target`` once the page is drawn."""
        self.focus = target
        self.turn += 1

    def said_nothing(self) -> None:
        """Forget what was declared: it is kept with the form now."""
        self.minimum.clear()
        self.guard.clear()
        self.checks.clear()


@dataclasses.dataclass
class Desk:
    """All drafts and approvals of the tab by form id, and what it watches."""

    token: str = dataclasses.field(default_factory=lambda: secrets.token_hex(6))
    """Another one is another session: the browser's page began anew."""
    drafts: dict[str, Draft] = dataclasses.field(default_factory=dict)
    approvals: dict[str, Approving] = dataclasses.field(default_factory=dict)
    watch: Watch = dataclasses.field(default_factory=Watch)
    inbox: InboxView = dataclasses.field(default_factory=InboxView)
    records: RecordDesk = dataclasses.field(default_factory=RecordDesk)
    properties: PropertyDesk = dataclasses.field(default_factory=PropertyDesk)
    audit: AuditView = dataclasses.field(default_factory=AuditView)
    emulator: EmulatorView = dataclasses.field(default_factory=EmulatorView)


def _desk() -> Desk:
    if _DESK not in st.session_state:
        st.session_state[_DESK] = Desk()
    return cast(Desk, st.session_state[_DESK])


def token() -> str:
    """What tells the tab's session from one that was lost."""
    return _desk().token


def draft(form_id: str) -> Draft:
    """The tab's draft of a form, a new one when there is none."""
    return _desk().drafts.setdefault(form_id, Draft(form_id))


def approving(form_id: str) -> Approving:
    """What the tab is about to approve of a form."""
    return _desk().approvals.setdefault(form_id, Approving(form_id))


def watch() -> Watch:
    """What the tab watches on the page of deliveries."""
    return _desk().watch


def inbox() -> InboxView:
    """What the tab looks at in the inbox."""
    return _desk().inbox


def records() -> RecordDesk:
    """What the tab looks for, and at, on the page of records."""
    return _desk().records


def properties() -> PropertyDesk:
    """What the tab looks at on the page of properties."""
    return _desk().properties


def audit() -> AuditView:
    """What the tab looks at in the audit."""
    return _desk().audit


def arrive(path: str) -> None:
    """The tab shows the page at ``path`` now: what belongs to a person on the page of records is
    let go anywhere else."""
    if path != RECORDS and _DESK in st.session_state:
        _desk().records.leave()


def emulator() -> EmulatorView:
    """What the tab looks at in the emulated HubSpot."""
    return _desk().emulator


def forget(old: Draft) -> None:
    """Delete all that was typed into ``old``, and the draft itself."""
    for key in [k for k in st.session_state if str(k).startswith(f"{_PREFIX}-{old.instance}-")]:
        del st.session_state[key]
    for typed in (old.kept, old.asked, old.sure):
        typed.clear()
    drafts = _desk().drafts
    if drafts.get(old.form_id) is old:
        del drafts[old.form_id]


def held(draft: Draft, key: str) -> object:
    """What the widget of ``key`` holds, or held when it was last drawn; None when nothing."""
    if key in st.session_state:
        draft.kept[key] = st.session_state[key]
    return draft.kept.get(key)


def seed(draft: Draft, key: str, default: object) -> None:
    """Give a widget that is about to be drawn anew what it held before, or its default."""
    if key not in st.session_state:
        value = draft.kept.get(key, default)
        if value is not None:
            st.session_state[key] = value


def asked_for(name: str) -> str:
    """One parameter of the page's address: a form's id or a receipt's code, "" when absent."""
    return st.query_params.get(name, "")


def answers_of(pairs: Iterable[tuple[str, Answer | None]]) -> dict[str, Answer]:
    """The answers that were given, out of (field key, answer or None)."""
    return {key: answer for key, answer in pairs if answer is not None}
