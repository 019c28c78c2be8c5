"""Approved, drifted, held, approved again: over a real emulator, with the wire as the witness."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samples import ANSWERS, IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.audit import Action
from gateway.domain.errors import (
    ChangedSinceShown,
    LockNotWritten,
    PermissionDenied,
    PolicyViolation,
    UnknownFields,
    UnknownForm,
)
from gateway.domain.findings import Severity
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.locks import Aspect, GuardMode
from gateway.domain.reports import FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.emulator.definitions.drift import KINDS, drift
from gateway.policy.approving import Declared
from gateway.store.store import open_store
from gateway.usecases.gateway import Gateway
from gateway.usecases.worker import COURIERS

NOBODY = Declared()
AT_ONCE = {"GATEWAY_DEFINITION_MAX_AGE": "0"}


def approve(gateway: Gateway, form: str = PATIENT, declared: Declared = NOBODY) -> FormReport:
    """Looks at the form, and approves what was shown."""
    shown = gateway.approvals.preview(form, by=LOCAL_OPERATOR, declared=declared)
    return gateway.approvals.approve(
        form, by=LOCAL_OPERATOR, expected=shown.expected, declared=declared
    )


def check(gateway: Gateway, form: str = PATIENT) -> FormReport:
    """The gate's report."""
    return gateway.check(form, by=LOCAL_OPERATOR)


def codes(report: FormReport) -> set[str]:
    """The codes of all that closes the form."""
    return {found.code for found in report.errors}


def posts(world: World) -> int:
    """How many submissions came in at the emulator's door, stored or not."""
    return sum(row.area == "secure_submit" for row in world.portal.arrivals())


def lock_file(world: World) -> Path:
    """Where people's approvals are."""
    return world.folder / "emulated" / "forms.lock.json"


def told(world: World, *actions: Action) -> list[tuple[Action, str, tuple[str, ...]]]:
    """The audit's rows of these actions: action, actor and fields."""
    store = open_store(f"sqlite:///{world.folder / 'emulated' / 'outbox.db'}")
    try:
        assert store.audit.verify() == (True, None)
        return [(r.action, r.actor, r.fields) for r in store.audit.rows() if r.action in actions]
    finally:
        store.close()


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.03)


LOWERED = ("recreate_property", {"property": "insurance_number", "class": "non_sensitive"})
"""The drift all this is about: the property is created anew, as an ordinary one."""

DRIFTS: dict[str, tuple[dict[str, Any], Aspect]] = {
    "recreate_property": ({"property": "insurance_number"}, Aspect.CLASS),
    "archive_property": ({"property": "insurance_number"}, Aspect.PROPERTY_GONE),
    "change_type": ({"property": "insurance_number"}, Aspect.TYPE),
    "change_categories": ({"property": "insurance_number"}, Aspect.CATEGORIES),
    "change_options": ({"property": "sex_at_birth"}, Aspect.OPTIONS),
    "add_field": ({"form": PATIENT}, Aspect.FIELD_ADDED),
    "remove_field": ({"form": PATIENT}, Aspect.FIELD_REMOVED),
    "archive_form": ({"form": PATIENT}, Aspect.ARCHIVED),
    "recaptcha_on": ({"form": PATIENT}, Aspect.RECAPTCHA),
    "change_consent": ({"form": PATIENT}, Aspect.CONSENT),
    "change_form_type": ({"form": PATIENT}, Aspect.FORM_TYPE),
}
"""The emulator's changes → what they are told, and what the diff then names."""
AMENDED: dict[str, tuple[dict[str, Any], Aspect]] = {
    "another class": ({"dataSensitivity": "highly_sensitive"}, Aspect.CLASS),
    "no class": ({"dataSensitivity": None}, Aspect.PROPERTY_GONE),
    "created anew": ({"createdAt": "2026-11-01T00:00:00.000Z"}, Aspect.CREATED_AT),
    "categories": ({"sensitiveDataCategories": ["GDPR"]}, Aspect.CATEGORIES),
}
"""What else may become of a property → what the diff then names."""


def closed_by(world: World, aspect: Aspect, change: Callable[[], object]) -> None:
    """After ``change`` the patients' form is closed at the next poll with the change named,
    other forms are open, and nothing has reached the wire."""
    gateway = world.open(**AT_ONCE)
    for form in (PATIENT, IDENTIFICATION):
        assert approve(gateway, form).open
    form_id = world.form_id(PATIENT)
    change()
    report = check(gateway, form_id)
    assert "drift" in codes(report)
    assert aspect in {one.aspect for one in report.drift}
    with pytest.raises(PolicyViolation) as caught:
        gateway.submit(form_id, ANSWERS[PATIENT], by=LOCAL_OPERATOR)
    assert "drift" in {found.code for found in caught.value.findings}
    assert check(gateway, IDENTIFICATION).open
    assert check(gateway, ONBOARDING).open
    assert posts(world) == 0


def test_every_drift_of_the_emulator_is_tried() -> None:
    """Each named change of a definition has its row."""
    assert set(DRIFTS) == set(KINDS)


@pytest.mark.parametrize("kind", DRIFTS)
def test_each_drift_closes_its_form_at_the_next_poll(kind: str, world: World) -> None:
    """Whatever an editor changes in HubSpot, the form's intake is closed, and only that one's."""
    given, aspect = DRIFTS[kind]
    closed_by(world, aspect, lambda: drift(world.portal, kind, given))


@pytest.mark.parametrize("name", AMENDED)
def test_each_change_of_a_property_closes_the_form(name: str, world: World) -> None:
    """So does every other change of a property that was approved."""
    changes, aspect = AMENDED[name]
    closed_by(
        world, aspect, lambda: world.portal.amend_property("0-1", "insurance_number", changes)
    )


def test_a_drift_is_seen_within_the_age_limit(world: World) -> None:
    """A description is believed no longer than GATEWAY_DEFINITION_MAX_AGE."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="1")
    assert approve(gateway).open
    drift(world.portal, *LOWERED)
    until(lambda: not check(gateway).open)


def test_a_class_that_changes_between_check_and_post_is_never_posted(world: World) -> None:
    """TOCTOU: the form passed when the answers were accepted, and its property is ordinary when
    the worker takes them up. They are held, and no post reaches HubSpot."""
    gateway = world.open()
    approve(gateway)
    assert check(gateway).open
    receipt = submit(gateway)
    drift(world.portal, *LOWERED)
    gateway.start_worker()
    status = settled(gateway, receipt)
    assert (status.state, status.cause) == (State.HELD, "gate")
    assert posts(world) == 0


def test_a_class_that_changes_before_accepting_is_never_posted(world: World) -> None:
    """TOCTOU: even when intake still believes the description it read, the worker does not."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="3600")
    approve(gateway)
    drift(world.portal, *LOWERED)
    receipt = submit(gateway)
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert posts(world) == 0


@pytest.mark.parametrize("approved", [True, False])
def test_many_submissions_and_one_change(approved: bool, world: World) -> None:
    """A class that falls while submissions leave one after another: not one is posted that was
    taken up after the change, approved form or not."""
    gateway = world.open(**AT_ONCE)
    if approved:
        approve(gateway)
    receipts = [submit(gateway, email=f"p{i}@clinic-mail.example") for i in range(12)]
    gateway.start_worker()
    until(lambda: posts(world) >= 2)
    with world.portal.lock:
        drift(world.portal, *LOWERED)
        before = time.monotonic()
    for receipt in receipts:
        settled(gateway, receipt, 30)
    late = [
        row for row in world.portal.arrivals() if row.area == "secure_submit" and row.at > before
    ]
    # Those were read and checked before the change, and on their way: at most one per courier.
    assert len(late) <= COURIERS
    counts = gateway.outbox(by=LOCAL_OPERATOR).counts
    assert counts[State.DELIVERED] + counts[State.HELD] == 12
    assert counts[State.DELIVERED] == posts(world)


def test_held_until_approved_again(world: World) -> None:
    """What was accepted before a drift is kept, goes by itself once the form is approved again,
    and arrives exactly once."""
    first = world.open(**AT_ONCE)
    approve(first)
    receipt = submit(first)
    drift(world.portal, "change_consent", {"form": PATIENT})
    first.start_worker()
    assert settled(first, receipt).state is State.HELD
    first.close()
    assert approve(world.open(**AT_ONCE)).open
    assert posts(world) == 0
    worker = world.open()
    worker.start_worker()
    until(lambda: worker.status(receipt.code, by=LOCAL_OPERATOR).state is State.DELIVERED)
    assert posts(world) == 1


def test_approving_a_lower_class_does_not_send_what_was_promised_more(world: World) -> None:
    """Answers accepted as sensitive stay held even when a person then approves the property as
    an ordinary one."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    receipt = submit(gateway)
    drift(world.portal, *LOWERED)
    with pytest.raises(PolicyViolation) as caught:
        approve(gateway)
    assert {f.code for f in caught.value.findings} == {"class_below_minimum"}
    least = Declared(minimum={"insurance_number": Sensitivity.NON_SENSITIVE})
    assert approve(gateway, declared=least).open
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert posts(world) == 0


def test_only_the_roles_that_may_approve(world: World) -> None:
    """Operators, supervisors and administrators approve; who types answers or audits does not."""
    gateway = world.open()
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    for role in (Role.INTAKE, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            gateway.approvals.approve(PATIENT, by=person(role), expected=shown.expected)
    with pytest.raises(PermissionDenied):
        gateway.approvals.preview(PATIENT, by=person(Role.INTAKE))
    assert not lock_file(world).exists()
    for role in (Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN):
        gateway.approvals.preview(PATIENT, by=person(role))
        gateway.approvals.approve(PATIENT, by=person(role), expected=shown.expected)
    lock = check(gateway).lock
    assert lock is not None
    assert lock.approved_by == "p-admin"


def person(role: Role) -> User:
    """Somebody of one role."""
    return User(f"p-{role}", "P", frozenset({role}))


def test_what_was_shown_is_what_is_approved(world: World) -> None:
    """When HubSpot changes the form after it was shown, nothing is approved, even where the
    description in memory would still do."""
    gateway = world.open(GATEWAY_DEFINITION_MAX_AGE="3600")
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    drift(world.portal, "add_field", {"form": PATIENT})
    with pytest.raises(ChangedSinceShown):
        gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=shown.expected)
    assert check(gateway).lock is None
    assert not lock_file(world).exists()
    assert told(world, Action.FORM_APPROVED) == []


@pytest.mark.parametrize("form", ["Visitor sign-in (2019)", "Documents and payment"])
def test_a_form_with_a_fault_cannot_be_approved(form: str, world: World) -> None:
    """An approval puts no other finding right; the refusal names each."""
    gateway = world.open()
    before = codes(check(gateway, form))
    shown = gateway.approvals.preview(form, by=LOCAL_OPERATOR)
    assert {f.code for f in shown.hindrances} == before
    with pytest.raises(PolicyViolation) as caught:
        approve(gateway, form)
    assert {f.code for f in caught.value.findings} == before
    assert not lock_file(world).exists()


def test_unknown_forms_fields_and_checks(world: World) -> None:
    """Nobody can approve a form that is not there, or say something of a field it has not."""
    gateway = world.open()
    with pytest.raises(UnknownForm):
        gateway.approvals.preview("none", by=LOCAL_OPERATOR)
    with pytest.raises(UnknownFields, match="shoe_size"):
        approve(gateway, declared=Declared(guard={"shoe_size": GuardMode.WARN}))
    with pytest.raises(ValueError, match="check"):
        approve(gateway, declared=Declared(checks={"phone": "no.such"}))


def test_declarations_are_kept(world: World) -> None:
    """Guard, check digits and least class stay through later approvals."""
    gateway = world.open(**AT_ONCE)
    said = Declared(
        minimum={"insurance_number": Sensitivity.NON_SENSITIVE},
        guard={"phone": GuardMode.WARN},
        checks={"insurance_number": "luhn"},
    )
    approve(gateway, declared=said)
    drift(world.portal, "add_field", {"form": PATIENT})
    lock = approve(gateway).lock
    assert lock is not None
    assert lock.fields["phone"].guard is GuardMode.WARN
    assert lock.fields["insurance_number"].check == "luhn"
    assert lock.fields["insurance_number"].minimum is Sensitivity.NON_SENSITIVE
    assert lock.fields["email"].guard is GuardMode.BLOCK


def test_required_approval(world: World) -> None:
    """Where approval is required a form nobody approved is closed, and what is queued is held;
    one approval opens both."""
    first = world.open()
    receipt = submit(first)
    first.close()
    gateway = world.open(GATEWAY_APPROVAL="required")
    assert codes(check(gateway)) == {"not_approved"}
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert approve(gateway).open
    assert codes(check(gateway, ONBOARDING)) == {"not_approved"}
    submit(gateway)


def test_advised_approval(world: World) -> None:
    """While HubSpot is emulated an approval is advised, and its absence closes nothing."""
    report = check(world.open())
    assert report.open
    assert [(f.code, f.severity) for f in report.findings if f.code == "not_approved"] == [
        ("not_approved", Severity.WARNING)
    ]


def edit(world: World, change: Callable[[dict[str, Any]], object]) -> None:
    """Edits the lock file by hand."""
    told = json.loads(lock_file(world).read_text(encoding="utf-8"))
    change(told)
    lock_file(world).write_text(json.dumps(told), encoding="utf-8")


def test_a_lock_edited_by_hand_closes_its_form(world: World) -> None:
    """An edit counts for nothing: the form is closed with its own finding, others stay open,
    what is queued is held, and an approval heals it."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    approve(gateway, ONBOARDING)
    receipt = submit(gateway)
    lower = {"minimum": "non_sensitive"}
    edit(world, lambda t: t["forms"][world.form_id(PATIENT)]["fields"]["diagnosis"].update(lower))
    report = check(gateway)
    assert (codes(report), report.lock) == ({"lock_edited"}, None)
    assert "form_closed" in {one.code for one in gateway.doctor(by=LOCAL_OPERATOR)}
    assert check(gateway, ONBOARDING).open
    gateway.start_worker()
    assert settled(gateway, receipt).state is State.HELD
    assert posts(world) == 0
    assert approve(gateway).open


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", "lock_unreadable"), (b'{"version":1,"portal":1,"forms":{}}', "lock_portal"),
     (b'{"version":9,"portal":1,"forms":{}}', "lock_unreadable")],
)  # fmt: skip
def test_a_lock_file_that_does_not_count(content: bytes, code: str, world: World) -> None:
    """A file nobody can read, or another account's, closes every form with its own finding, is
    named before an approval, and is never written over."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    lock_file(world).write_bytes(content)
    for report in gateway.forms(by=LOCAL_OPERATOR):
        assert code in codes(report)
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    assert code in {f.code for f in shown.hindrances}
    with pytest.raises((PolicyViolation, LockNotWritten)):
        approve(gateway)
    assert lock_file(world).read_bytes() == content


def test_the_lock_file_of_another_ring_is_not_believed(world: World, tmp_path: Path) -> None:
    """Approvals made with other sealing keys close their forms."""
    first = world.open()
    approve(first)
    first.close()
    kept = tmp_path / "kept.json"
    kept.write_bytes(lock_file(world).read_bytes())
    gateway = world.open(GATEWAY_DATA_DIR=str(tmp_path / "new"), GATEWAY_LOCK_FILE=str(kept))
    assert codes(check(gateway)) == {"lock_edited"}


def test_two_processes_share_one_file(world: World) -> None:
    """An approval in one process counts in the other at once."""
    first, second = world.open(GATEWAY_APPROVAL="required"), world.open(GATEWAY_APPROVAL="required")
    assert not check(second).open
    approve(first)
    assert check(second).open
    assert check(second).lock == check(first).lock


def test_the_audit_tells_who_approved_and_what_drifted(world: World) -> None:
    """An approval and a drift each have one row, with the fields; the same drift is told once,
    another one again, and a command that only reads tells nothing."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    approve(gateway)
    everything = tuple(sorted(field.key for field in check(gateway).fields))
    assert told(world, Action.FORM_APPROVED) == [
        (Action.FORM_APPROVED, "local", everything),
        (Action.FORM_APPROVED, "local", ()),
    ]
    drift(world.portal, "change_consent", {"form": PATIENT})
    check(gateway)
    gateway.forms(by=LOCAL_OPERATOR)
    gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    assert told(world, Action.FORM_DRIFTED) == []
    assert gateway.approvals.note_drift() == 1
    assert gateway.approvals.note_drift() == 0
    drift(world.portal, "change_type", {"property": "sex_at_birth"})
    assert gateway.approvals.note_drift() == 1
    assert told(world, Action.FORM_DRIFTED) == [
        (Action.FORM_DRIFTED, "worker", ()),
        (Action.FORM_DRIFTED, "worker", ("sex_at_birth",)),
    ]
    approve(gateway)
    assert gateway.approvals.note_drift() == 0
    assert told(world, Action.FORM_APPROVED)[-1] == (
        Action.FORM_APPROVED,
        "local",
        ("sex_at_birth",),
    )


def test_a_worker_tells_the_audit_of_drift(world: World) -> None:
    """Nobody has to look: a running worker notes the drift by itself."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    drift(world.portal, *LOWERED)
    gateway.start_worker()
    until(lambda: told(world, Action.FORM_DRIFTED) != [])
    assert told(world, Action.FORM_DRIFTED) == [
        (Action.FORM_DRIFTED, "worker", ("insurance_number",))
    ]


def listed(gateway: Gateway) -> dict[str, FormReport]:
    """Every form that is shown, by its id."""
    return {report.form_id: report for report in gateway.forms(by=LOCAL_OPERATOR)}


def test_an_approved_form_that_is_archived_stays_in_sight(world: World) -> None:
    """HubSpot lists it no more; the list, its name, the doctor and the audit still know it, and
    that it is closed and why. A copy of its name takes the name over."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    form_id = world.form_id(PATIENT)
    drift(world.portal, "archive_form", {"form": PATIENT})
    report = listed(gateway)[form_id]
    assert (report.form_name, report.open) == (PATIENT, False)
    assert {"form_archived", "drift"} <= codes(report)
    assert check(gateway, PATIENT).form_id == form_id
    doctor = [one for one in gateway.doctor(by=LOCAL_OPERATOR) if PATIENT in one.message]
    assert [(one.code, one.severity) for one in doctor] == [("form_closed", Severity.ERROR)]
    assert gateway.approvals.note_drift() == 1
    copied = {**world.portal.forms[form_id], "id": str(uuid.uuid4()), "archived": False}
    world.portal.forms[copied["id"]] = copied
    assert listed(gateway).keys() >= {form_id, copied["id"]}
    assert check(gateway, PATIENT).form_id == copied["id"]


def test_an_approved_form_that_is_gone_stays_in_sight(world: World) -> None:
    """What HubSpot has erased is told, with the name it was approved under, until its entry is
    taken out of the file; without an approval nobody misses it."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    form_id, other = world.form_id(PATIENT), world.form_id(IDENTIFICATION)
    del world.portal.forms[form_id]
    del world.portal.forms[other]
    report = listed(gateway)[form_id]
    assert (report.form_name, codes(report)) == (PATIENT, {"form_gone"})
    assert [one.aspect for one in report.drift] == [Aspect.ARCHIVED]
    assert other not in listed(gateway)
    assert gateway.approvals.note_drift() == 1
    assert gateway.approvals.note_drift() == 0
    edit(world, lambda told: told["forms"].pop(form_id))
    assert form_id not in listed(gateway)


def test_another_accounts_forms_are_not_missed(world: World) -> None:
    """A lock file of another account closes the forms; its own are none of ours."""
    gateway = world.open(**AT_ONCE)
    approve(gateway)
    del world.portal.forms[world.form_id(PATIENT)]
    edit(world, lambda told: told.update(portal=told["portal"] + 1))
    assert {report.form_name for report in listed(gateway).values()}.isdisjoint({PATIENT})


def test_without_approvals_nobody_asks_about_drift(world: World) -> None:
    """Where no form was approved the worker makes no call for it."""
    gateway = world.open()
    world.portal.journal.clear()
    assert gateway.approvals.note_drift() == 0
    assert list(world.portal.journal.entries()) == []


def test_while_hubspot_is_away(world: World) -> None:
    """The lock counts while HubSpot cannot be asked, and nobody can approve what nobody sees."""
    gateway = world.open(**AT_ONCE)
    shown = gateway.approvals.preview(PATIENT, by=LOCAL_OPERATOR)
    gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=shown.expected)
    world.emulator.stop()
    try:
        report = check(gateway)
        assert report.stale
        assert report.open
        assert report.lock is not None
        with pytest.raises(HubSpotError):
            gateway.approvals.approve(PATIENT, by=LOCAL_OPERATOR, expected=shown.expected)
    finally:
        world.emulator.start()
