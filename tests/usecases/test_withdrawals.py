"""An approval is withdrawn: what is gone, what holds then, and who may; over a real emulator."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samples import IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.audit import Action, AuditRow
from gateway.domain.errors import (
    ApprovedAnew,
    GatewayError,
    LockNotWritten,
    NothingToWithdraw,
    PermissionDenied,
    SeveralApproved,
    UnknownForm,
)
from gateway.domain.findings import Severity
from gateway.domain.locks import GuardMode
from gateway.domain.reports import FormReport
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.domain.withdrawals import AFTERWARDS, DECLARED_GOES, Afterwards, Withdrawal
from gateway.emulator.definitions.drift import drift
from gateway.policy.approving import Declared
from gateway.store.store import open_store
from gateway.usecases.gateway import Gateway

NOBODY = Declared()
AT_ONCE = {"GATEWAY_DEFINITION_MAX_AGE": "0"}
REQUIRED = {"GATEWAY_APPROVAL": "required", **AT_ONCE}


def approve(gateway: Gateway, form: str = PATIENT, declared: Declared = NOBODY) -> FormReport:
    """Looks at the form, and approves what was shown."""
    shown = gateway.approvals.preview(form, by=LOCAL_OPERATOR, declared=declared)
    return gateway.approvals.approve(
        form, by=LOCAL_OPERATOR, expected=shown.expected, declared=declared
    )


def withdraw(gateway: Gateway, form: str = PATIENT) -> Withdrawal:
    """Looks at what holds afterwards, and withdraws what was shown."""
    shown = gateway.withdrawals.preview(form, by=LOCAL_OPERATOR)
    return gateway.withdrawals.withdraw(shown.entry, by=LOCAL_OPERATOR)


def check(gateway: Gateway, form: str = PATIENT) -> FormReport:
    """The gate's report."""
    return gateway.check(form, by=LOCAL_OPERATOR)


def lock_file(world: World) -> Path:
    """Where people's approvals are."""
    return world.folder / "emulated" / "forms.lock.json"


def told(world: World) -> list[AuditRow]:
    """The audit's rows of approvals, given and withdrawn."""
    store = open_store(f"sqlite:///{world.folder / 'emulated' / 'outbox.db'}")
    try:
        assert store.audit.verify() == (True, None)
        wanted = (Action.FORM_APPROVED, Action.FORM_WITHDRAWN)
        return [row for row in store.audit.rows() if row.action in wanted]
    finally:
        store.close()


def edit(world: World, change: Callable[[dict[str, Any]], object]) -> None:
    """Edits the lock file by hand."""
    read = json.loads(lock_file(world).read_text(encoding="utf-8"))
    change(read)
    lock_file(world).write_text(json.dumps(read), encoding="utf-8")


def test_the_table_is_complete() -> None:
    """Whatever may hold afterwards is said before, and when it is done."""
    assert set(AFTERWARDS) == set(Afterwards)
    assert all(row.before and row.after for row in AFTERWARDS.values())


def test_where_approval_is_required_the_form_closes(world: World) -> None:
    """Withdrawn, the form is closed as not approved, what is queued for it is held, other forms
    stay open, and a new approval opens it and lets go what was held."""
    gateway = world.open(**REQUIRED)
    approve(gateway)
    approve(gateway, ONBOARDING)
    receipt = submit(gateway)
    assert withdraw(gateway).afterwards is Afterwards.CLOSES
    report = check(gateway)
    assert ([f.code for f in report.errors], report.lock) == (["not_approved"], None)
    assert "withdrawn" in report.errors[0].message
    assert check(gateway, ONBOARDING).open
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert approve(gateway).open


def test_where_it_is_not_required_the_gate_alone_decides(world: World) -> None:
    """Withdrawn, the form stays open, and what is queued for it is sent."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    receipt = submit(gateway)
    assert withdraw(gateway).afterwards is Afterwards.STAYS_OPEN
    report = check(gateway)
    assert (report.open, report.lock) == (True, None)
    assert [f.severity for f in report.findings if f.code == "not_approved"] == [Severity.WARNING]
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.DELIVERED


def test_a_drifted_form_opens_where_approval_is_not_required(world: World) -> None:
    """That withdrawing opens a form is said before it is done."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    drift(world.portal, "change_consent", {"form": PATIENT})
    assert not check(gateway).open
    shown = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR)
    assert shown.afterwards is Afterwards.OPENS
    assert "it opens as it is in HubSpot" in shown.words
    withdraw(gateway)
    assert check(gateway).open


def test_a_form_with_another_fault_stays_closed(world: World) -> None:
    """What the gate finds by itself keeps the form closed without an approval, too."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    drift(world.portal, "recaptcha_on", {"form": PATIENT})
    assert withdraw(gateway).afterwards is Afterwards.STAYS_CLOSED
    assert not check(gateway).open


def test_what_was_declared_goes_with_it(world: World) -> None:
    """Least class, guard and check digits are gone; the question says so where there were any."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    assert DECLARED_GOES not in gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).words
    approve(gateway, declared=Declared(guard={"phone": GuardMode.WARN}))
    assert DECLARED_GOES in gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).words
    withdraw(gateway)
    lock = approve(gateway).lock
    assert lock is not None
    assert lock.fields["phone"].guard is GuardMode.BLOCK


def test_the_audit_tells_who_withdrew_which_approval(world: World) -> None:
    """One row with the fields that were pinned, and the digest the approval was told with."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    person = User("p-7", "P", frozenset({Role.SUPERVISOR}))
    shown = gateway.withdrawals.preview(PATIENT, by=person)
    gateway.withdrawals.withdraw(shown.entry, by=person)
    given, taken = told(world)
    assert (taken.action, taken.actor) == (Action.FORM_WITHDRAWN, "p-7")
    assert (taken.sid, taken.fields) == (given.sid, given.fields)
    assert taken.envelope_sha256 == given.envelope_sha256
    entry = gateway.audit.page(by=LOCAL_OPERATOR).entries[0]
    assert (entry.words, entry.about) == ("The approval of the form was withdrawn", PATIENT)


def test_the_same_roles_as_approve(world: World) -> None:
    """Who types answers or audits withdraws nothing."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    entry = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry
    for role in (Role.INTAKE, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            gateway.withdrawals.withdraw(entry, by=User("p", "P", frozenset({role})))
    with pytest.raises(PermissionDenied):
        gateway.withdrawals.preview(PATIENT, by=User("p", "P", frozenset({Role.INTAKE})))
    assert check(gateway).lock is not None
    for role in (Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN):
        approve(gateway)
        entry = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry
        gateway.withdrawals.withdraw(entry, by=User("p", "P", frozenset({role})))
        assert check(gateway).lock is None


def test_what_is_not_approved_cannot_be_withdrawn(world: World) -> None:
    """A form nobody approved is told apart from one that is not there; the file and the audit
    stay as they are."""
    gateway = world.open(**AT_ONCE)
    with pytest.raises(NothingToWithdraw, match="Patient intake is not approved"):
        gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR)
    with pytest.raises(UnknownForm):
        gateway.withdrawals.preview("none", by=LOCAL_OPERATOR)
    assert gateway.withdrawals.of(world.form_id(PATIENT), by=LOCAL_OPERATOR) is None
    assert not lock_file(world).exists()
    assert told(world) == []


def test_two_people_at_once(world: World) -> None:
    """One withdraws it, everybody else is told that there is nothing to withdraw; one row."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    entry = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry
    came: list[GatewayError | Withdrawal] = []

    def press() -> None:
        try:
            came.append(gateway.withdrawals.withdraw(entry, by=LOCAL_OPERATOR))
        except GatewayError as error:
            came.append(error)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Withdrawal) for one in came) == 1
    assert sum(isinstance(one, NothingToWithdraw) for one in came) == 3
    assert [row.action for row in told(world)] == [Action.FORM_APPROVED, Action.FORM_WITHDRAWN]


def test_only_what_was_shown_is_withdrawn(world: World) -> None:
    """When somebody approves the form anew after the question, their approval stays."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    entry = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry
    approve(gateway, declared=Declared(guard={"phone": GuardMode.WARN}))
    with pytest.raises(ApprovedAnew):
        gateway.withdrawals.withdraw(entry, by=LOCAL_OPERATOR)
    assert check(gateway).lock is not None


@pytest.mark.parametrize("content", [b"{", b'{"version":1,"portal":1,"forms":{}}'])
def test_a_lock_file_that_does_not_count(content: bytes, world: World) -> None:
    """Nothing is withdrawn from a file nobody can read, or of another account."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    entry = gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry
    lock_file(world).write_bytes(content)
    with pytest.raises(LockNotWritten):
        gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR)
    with pytest.raises(LockNotWritten):
        gateway.withdrawals.withdraw(entry, by=LOCAL_OPERATOR)
    assert gateway.withdrawals.of(world.form_id(PATIENT), by=LOCAL_OPERATOR) is None
    assert lock_file(world).read_bytes() == content
    assert len(told(world)) == 1


def test_an_entry_that_was_edited_is_withdrawn(world: World) -> None:
    """An approval that does not count any more can be taken out, too."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    edit(world, lambda read: read["forms"][world.form_id(PATIENT)].update(comment="x"))
    assert [f.code for f in check(gateway).errors] == ["lock_edited"]
    done = withdraw(gateway)
    assert (done.lock, done.afterwards) == (None, Afterwards.OPENS)
    assert check(gateway).open
    assert told(world)[-1].fields == ()


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("erased", [True, False])
def test_a_retired_form_is_let_go(erased: bool, by_name: bool, world: World) -> None:
    """A form that HubSpot has archived or erased is found by its id and by the name it was
    approved under; withdrawn, it is in no list and the doctor is silent about it, at once, in
    other processes that had it in their list, too."""
    gateway = world.open(**AT_ONCE)
    other = world.open(GATEWAY_DEFINITION_MAX_AGE="3600")
    approve(gateway)
    approve(gateway, ONBOARDING)
    form_id = world.form_id(PATIENT)
    if erased:
        del world.portal.forms[form_id]
    else:
        drift(world.portal, "archive_form", {"form": PATIENT})
    for one in (gateway, other):
        assert form_id in {report.form_id for report in one.forms(by=LOCAL_OPERATOR)}
    done = withdraw(gateway, PATIENT if by_name else form_id.upper())
    assert done.afterwards is (Afterwards.GONE if erased else Afterwards.ARCHIVED)
    assert done.form_name == PATIENT
    for one in (gateway, other):
        assert form_id not in {report.form_id for report in one.forms(by=LOCAL_OPERATOR)}
    assert not [f for f in gateway.doctor(by=LOCAL_OPERATOR) if PATIENT in f.message]
    assert check(gateway, ONBOARDING).lock is not None


def test_names_that_mean_more_than_one_form(world: World) -> None:
    """Where an archived form and its copy are both approved under one name, the id is asked for;
    where only one of them is, its name is enough."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    form_id = world.form_id(PATIENT)
    drift(world.portal, "archive_form", {"form": PATIENT})
    copied = {**world.portal.forms[form_id], "id": str(uuid.uuid4()), "archived": False}
    world.portal.forms[copied["id"]] = copied
    assert gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry.form_id == form_id
    approve(gateway, copied["id"])
    with pytest.raises(SeveralApproved) as caught:
        gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR)
    assert set(caught.value.form_ids) == {form_id, copied["id"]}
    withdraw(gateway, form_id)
    assert gateway.withdrawals.preview(PATIENT, by=LOCAL_OPERATOR).entry.form_id == copied["id"]


def test_a_form_renamed_since(world: World) -> None:
    """The name it has in HubSpot now finds it, as does the one it was approved under."""
    gateway = world.open(**AT_ONCE)
    approve(gateway, IDENTIFICATION)
    form_id = world.form_id(IDENTIFICATION)
    world.portal.amend_form(form_id, {"name": "Who are you?"})
    for name in ("Who are you?", IDENTIFICATION):
        shown = gateway.withdrawals.preview(name, by=LOCAL_OPERATOR)
        assert (shown.entry.form_id, shown.form_name) == (form_id, "Who are you?")


@pytest.mark.parametrize(
    ("required", "afterwards"), [(True, Afterwards.CLOSES), (False, Afterwards.UNTOLD)]
)
def test_while_hubspot_is_away(required: bool, afterwards: Afterwards, world: World) -> None:
    """A person can close a form while HubSpot cannot be asked and nothing is remembered of it."""
    more = {**AT_ONCE, "GATEWAY_SNAPSHOT_MAX_AGE": "0"}
    gateway = world.open(**(more | {"GATEWAY_APPROVAL": "required"} if required else more))
    approve(gateway)
    world.emulator.stop()
    try:
        assert withdraw(gateway).afterwards is afterwards
        assert json.loads(lock_file(world).read_text(encoding="utf-8"))["forms"] == {}
    finally:
        world.emulator.start()
