"""Exhaustive, at the wire: over every class a property has, every class that was approved, every
set of scopes, in both spellings, and every object type, exactly the allowed cells post."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from samples import World

from gateway.domain.errors import GatewayError, PolicyViolation
from gateway.domain.locks import FieldLock
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, WORKER
from gateway.emulator.faults import Area
from gateway.emulator.seed.shapes import email, field, form, group, prop
from gateway.policy.approving import Declared, proposed
from gateway.sealing.keyfile import OUTBOX_NOTE
from gateway.usecases.gateway import Gateway

NON, SENSITIVE, HIGHLY = map(str, Sensitivity)
STEMS = {"0-1": "contacts", "0-2": "companies", "0-5": "tickets", "2-": "custom",
         "0-3": "deals", "0-421": "appointments"}  # fmt: skip
"""Object type → its name within scopes; ``2-`` stands for the account's custom object."""
ON_FORMS = ("0-1", "0-2", "0-5", "2-")
NOW: tuple[str | None, ...] = (NON, SENSITIVE, HIGHLY, None)
APPROVED: tuple[str | None, ...] = (None, NON, SENSITIVE, HIGHLY)


class Cell(NamedTuple):
    """One form: a field of this object type whose property has the class ``now``, and had the
    class ``approved`` when a person approved it (None: nobody did)."""

    kind: str
    now: str | None
    approved: str | None

    @property
    def then(self) -> str:
        """The class the property begins with."""
        return self.approved or self.now or NON

    @property
    def name(self) -> str:
        """The property's and the form's name."""
        return f"{STEMS[self.kind]}_{self.now}_from_{self.approved}".lower()

    @property
    def form_id(self) -> str:
        """The form's id."""
        return f"00000000-0000-4000-8000-{CELLS.index(self):012d}"


CELLS = tuple(Cell(*row) for row in itertools.product(STEMS, NOW, APPROVED))


def scopes(word: str, access: str, suffix: str = "") -> frozenset[str]:
    """A class's scope of every object, in one spelling."""
    named = {f"crm.objects.{stem}.{word}.{access}{suffix}" for stem in STEMS.values()}
    return frozenset(named | {f"tickets.{word}{suffix}"})


READING = frozenset(f"crm.schemas.{stem}.read" for stem in STEMS.values()) | {"tickets"}
ALL = scopes("sensitive", "write") | scopes("highly_sensitive", "write")
HELD: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "sensitive": scopes("sensitive", "write"),
    "sensitive, second spelling": scopes("sensitive", "write", ".v2"),
    "highly sensitive": scopes("highly_sensitive", "write"),
    "highly sensitive, second spelling": scopes("highly_sensitive", "write", ".v2"),
    "both": ALL,
    "both, read only": frozenset(
        scope
        for word in ("sensitive", "highly_sensitive")
        for scope in scopes(word, "read")
        if not scope.startswith("tickets")
    ),
    "tickets alone": frozenset({"tickets.sensitive", "tickets.highly_sensitive.v2"}),
    "another object's": frozenset(
        {"crm.objects.deals.sensitive.write", "crm.objects.appointments.sensitive.write"}
    ),
}
"""What a token holds beside the right to read forms and definitions."""

OPENS: dict[str, dict[str, tuple[str, ...]]] = {
    "none": {},
    "sensitive": {SENSITIVE: ON_FORMS},
    "sensitive, second spelling": {SENSITIVE: ON_FORMS},
    "highly sensitive": {HIGHLY: ON_FORMS},
    "highly sensitive, second spelling": {HIGHLY: ON_FORMS},
    "both": {SENSITIVE: ON_FORMS, HIGHLY: ON_FORMS},
    "both, read only": {},
    "tickets alone": {SENSITIVE: ("0-5",), HIGHLY: ("0-5",)},
    "another object's": {},
}
"""For which objects each set opens which class, written out by hand."""


def allowed(cell: Cell, held: str) -> bool:
    """Whether answers to the cell's form may be posted: a plain reading of the rules."""
    opened = cell.now == NON or cell.kind in OPENS[held].get(str(cell.now), ())
    as_approved = cell.approved in (None, cell.now)
    return cell.kind in ON_FORMS and cell.now is not None and as_approved and opened


class Ground(NamedTuple):
    """The account with all forms, and the folders of an installation."""

    world: World
    keys: Path
    lock: Path

    def open(self, name: str, held: frozenset[str]) -> Gateway:
        """A gateway with a token of these scopes and a data folder of this name."""
        token = self.world.portal.issue_token({"forms", *READING, *held})
        # Each begins an outbox of its own, on purpose.
        (self.keys / OUTBOX_NOTE).unlink(missing_ok=True)
        return self.world.open(
            HUBSPOT_ACCESS_TOKEN=token,
            GATEWAY_DATA_DIR=str(self.world.folder / name),
            GATEWAY_KEYS=str(self.keys),
            GATEWAY_LOCK_FILE=str(self.lock),
            GATEWAY_RATE_LIMIT="0",
        )

    def kind_of(self, cell: Cell) -> str:
        """The object type's id."""
        return next(iter(self.world.portal.schemas)) if cell.kind == "2-" else cell.kind

    def furnish(self) -> None:
        """Every cell's form and property, as they were when people approved them."""
        for cell in CELLS:
            kind = self.kind_of(cell)
            made = prop(cell.name, "Detail", "string", "text", sensitivity=cell.then)
            self.world.portal.properties.setdefault(kind, {})[cell.name] = made
            self.world.portal.forms[cell.form_id] = form(
                cell.form_id, cell.name,
                [group(email("email", "E-mail"), field("single_line_text", cell.name, "Detail", on=kind))],
                legal={"type": "none"}, button="Send",
            )  # fmt: skip

    def drift(self) -> None:
        """Every property gets the class its cell has now."""
        for cell in CELLS:
            kind = self.kind_of(cell)
            if cell.now != cell.then:
                self.world.portal.amend_property(kind, cell.name, {"dataSensitivity": cell.now})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where keys and approvals stay for all of these tests."""
    return tmp_path_factory.mktemp("installation")


@pytest.fixture
def ground(world: World, folder: Path) -> Ground:
    """The account, with every form approved that ever can be: once for all of these tests."""
    made = Ground(world, folder / "keys", folder / "forms.lock.json")
    made.furnish()
    if not made.lock.exists():
        approve_all(made)
    return made


def approve_all(ground: Ground) -> None:
    """A person approves what can be approved. Of the other objects a lock is forged with the
    ring's own seal, so that even that would not let them through."""
    gateway = ground.open("approver", ALL)
    for cell in CELLS:
        if cell.approved is None:
            continue
        if cell.kind in ON_FORMS:
            shown = gateway.approvals.preview(cell.form_id, by=LOCAL_OPERATOR)
            gateway.approvals.approve(cell.form_id, by=LOCAL_OPERATOR, expected=shown.expected)
            continue
        snapshot, _ = gateway._check.form(cell.form_id)
        lock = proposed(snapshot, None, Declared(), by="local", at="2026-11-25T10:00:00Z")
        assert lock is not None
        key = f"{ground.kind_of(cell)}/{cell.name}"
        pinned = lock.fields.get(key) or FieldLock(
            field_type="single_line_text", type="string",
            sensitivity=Sensitivity(cell.approved), minimum=Sensitivity(cell.approved),
        )  # fmt: skip
        forged = msgspec.structs.replace(lock, fields={**lock.fields, key: pinned})
        gateway.approvals._locks.save(ground.world.portal.id, cell.form_id, forged, lambda: None)
    gateway.close()


def answers(ground: Ground, cell: Cell) -> dict[str, Any]:
    """Good answers to the cell's form."""
    kind = ground.kind_of(cell)
    key = cell.name if kind == "0-1" else f"{kind}/{cell.name}"
    return {"email": "somebody@clinic-mail.example", key: "canary"}


def posted(ground: Ground) -> Counter[str]:
    """form id → how many submissions HubSpot stored, when every call that reached its door was
    one of them."""
    stored = ground.world.portal.submissions()
    calls = [
        r
        for r in ground.world.portal.arrivals()
        if r.area in (Area.SECURE_SUBMIT, Area.PUBLIC_SUBMIT)
    ]
    assert len(calls) == len(stored)
    assert {(row.area, row.status) for row in calls} <= {(Area.SECURE_SUBMIT, 200)}
    return Counter(one.form_id for one in stored)


def accepted(gateway: Gateway, ground: Ground, cells: Sequence[Cell]) -> set[Cell]:
    """The cells whose answers were taken; many people send at once, so that it is quick."""

    def submit(cell: Cell) -> Cell | None:
        try:
            gateway.submit(cell.form_id, answers(ground, cell), by=LOCAL_OPERATOR)
        except PolicyViolation:
            return None
        return cell

    with ThreadPoolExecutor(8) as people:
        return {cell for cell in people.map(submit, cells) if cell is not None}


def drained(gateway: Gateway) -> None:
    """Delivers until nothing waits for it any more."""
    deadline = time.monotonic() + 60
    while not gateway.deliver_until_empty(by=WORKER):
        assert time.monotonic() < deadline


def test_the_tables_name_every_cell() -> None:
    """The expectation is written for every set of scopes, and says yes and no in all of them."""
    assert HELD.keys() == OPENS.keys()
    assert len(CELLS) == len(STEMS) * len(NOW) * len(APPROVED) == 96
    for held in HELD:
        assert {allowed(cell, held) for cell in CELLS} == {True, False}


@pytest.mark.parametrize("held", HELD)
def test_exactly_the_allowed_cells_post(held: str, ground: Ground) -> None:
    """Answers accepted while all was well, and answers given after every property has got its
    class: both are posted from the allowed cells, once each, and from no other one anything
    reaches HubSpot's door. What may not leave is held, never lost."""
    before = ground.open(held, ALL)
    before.forms(by=LOCAL_OPERATOR)
    early = [cell for cell in CELLS if cell.kind in ON_FORMS]
    assert accepted(before, ground, early) == set(early)
    before.close()
    ground.drift()
    gateway = ground.open(held, HELD[held])
    gateway.forms(by=LOCAL_OPERATOR)
    taken = accepted(gateway, ground, CELLS)
    assert taken == {cell for cell in CELLS if allowed(cell, held)}
    assert posted(ground) == {}
    drained(gateway)
    assert posted(ground) == {cell.form_id: 2 for cell in CELLS if allowed(cell, held)}
    counts = gateway.outbox(by=LOCAL_OPERATOR, limit=1).counts
    assert counts[State.DELIVERED] == 2 * len(taken)
    assert counts[State.HELD] == len(early) - len(taken)
    assert sum(counts.values()) == len(early) + len(taken)


def test_without_the_scope_of_forms_nothing_posts(ground: Ground) -> None:
    """A token that may not read forms takes nothing and sends nothing, whatever else it holds."""
    before = ground.open("no forms", ALL)
    cell = Cell("0-1", SENSITIVE, SENSITIVE)
    receipt = before.submit(cell.form_id, answers(ground, cell), by=LOCAL_OPERATOR)
    before.close()
    token = ground.world.portal.issue_token(READING | ALL)
    gateway = ground.world.open(
        HUBSPOT_ACCESS_TOKEN=token, GATEWAY_DATA_DIR=str(ground.world.folder / "no forms"),
        GATEWAY_KEYS=str(ground.keys), GATEWAY_LOCK_FILE=str(ground.lock),
    )  # fmt: skip
    with pytest.raises(GatewayError):
        gateway.submit(cell.form_id, answers(ground, cell), by=LOCAL_OPERATOR)
    gateway.deliver_until_empty(by=WORKER)
    assert posted(ground) == {}
    assert gateway.status(receipt.code, by=LOCAL_OPERATOR).state in (State.QUEUED, State.HELD)
