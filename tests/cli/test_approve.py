"""``approve``, ``--withdraw`` and what ``check`` says of approvals, as a person and as a script run them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samples import ANSWERS, IDENTIFICATION, ONBOARDING, PATIENT

from gateway.emulator.definitions.drift import KINDS

AT_ONCE = {"GATEWAY_DEFINITION_MAX_AGE": "0"}
GIVEN: dict[str, dict[str, str]] = {
    kind: {"form": PATIENT} if row.needs == "form" else {"property": "insurance_number"}
    for kind, row in KINDS.items()
} | {"change_options": {"property": "sex_at_birth"}}
"""What each of the emulator's drifts is told."""


def lock_file(shell: Any) -> Path:
    """Where the approvals are."""
    return Path(shell.folder) / "data" / "emulated" / "forms.lock.json"


def form_id(emulator: dict[str, Any], name: str) -> str:
    """A form's id, as the emulator printed it."""
    return next(form["id"] for form in emulator["forms"] if form["name"] == name)


def test_without_a_yes_it_only_shows(quick: Any) -> None:
    """A script that does not say --yes sees what would be approved, exits 1, and nothing is
    written."""
    run = quick("approve", PATIENT)
    assert run.code == 1
    assert "This form is not approved." in run.out
    assert "+ diagnosis" in run.out
    assert "Highly sensitive [HIPAA]" in run.out
    assert "4 choices (female, male, other, undisclosed)" in run.out
    assert "Its consent: explicit consent to process" in run.out
    assert "footer: Without this consent we cannot take the form." in run.out
    assert "Not approved." in run.out
    assert "--yes" in run.err
    assert not lock_file(quick).exists()


def test_yes_approves_once(quick: Any) -> None:
    """--yes writes the lock; the same command again has nothing to do and writes nothing."""
    run = quick("approve", PATIENT, "--yes")
    assert run.code == 0
    assert "Approved. Intake is open." in run.out
    before = lock_file(quick).read_bytes()
    again = quick("approve", PATIENT, "--yes")
    assert again.code == 0
    assert "there is nothing to do" in again.out
    assert lock_file(quick).read_bytes() == before
    assert quick("approve", PATIENT).code == 0
    told = quick("check", PATIENT)
    assert told.code == 0
    assert "Approved 20" in told.out
    assert "by local" in told.out


def test_the_document(quick: Any) -> None:
    """--json has one shape whether something was written or not."""
    shown = quick("approve", PATIENT, "--json").document
    written = quick("approve", PATIENT, "--json", "--yes").document
    assert shown.keys() == written.keys() == {
        "form", "written", "open", "approved", "drift", "fields", "findings",
    }  # fmt: skip
    assert (shown["written"], shown["approved"]) == (False, None)
    assert (written["written"], written["open"], written["findings"]) == (True, True, [])
    assert written["approved"].keys() == {"by", "at"}
    row = next(f for f in shown["fields"] if f["field"] == "allergies")
    assert row == {
        "field": "allergies", "change": "new", "class": "sensitive", "minimum": "sensitive",
        "categories": ["HIPAA"], "type": "enumeration", "field_type": "multiple_checkboxes",
        "choices": 6, "values": ["contrast_dye", "latex", "nuts", "other", "penicillin", "pollen"],
        "created_at": "2026-02-09T08:30:00.000Z", "guard": "block", "check": None,
    }  # fmt: skip


def test_doctor_minds_an_approved_form_that_closed(quick: Any, account: Any) -> None:
    """A form nobody wanted open is worth knowing; one that was approved and drifted is a fault,
    and the last line says so."""
    before = quick("doctor")
    assert (before.code, "All is well; " in before.out) == (0, True)
    quick("approve", PATIENT, "--yes")
    account.ask("POST", "drift", kind="change_type", property="insurance_number")
    after = quick("doctor", **AT_ONCE)
    assert (after.code, "One point has to be put right" in after.out) == (1, True)
    assert "form_closed" in after.out
    assert "the property type of insurance_number was string, and is number" in after.out


def test_check_tells_of_approval(quick: Any) -> None:
    """check --json says who approved and when, or null; the advice is no error."""
    before = quick("check", PATIENT, "--json").document
    assert (before["approved"], before["drift"], before["open"]) == (None, [], True)
    assert ("not_approved", "warning") in {(f["code"], f["severity"]) for f in before["findings"]}
    quick("approve", PATIENT, "--yes")
    after = quick("check", PATIENT, "--json").document
    assert after["approved"]["by"] == "local"
    assert "not_approved" not in {f["code"] for f in after["findings"]}


@pytest.mark.parametrize("kind", KINDS)
def test_each_drift_is_told_by_check(
    kind: str, quick: Any, account: Any, emulator: dict[str, Any]
) -> None:
    """After each drift check exits 1 with the difference, other forms stay open, and a
    submission is refused; approved again, where it may be, the form is open."""
    patient = form_id(emulator, PATIENT)
    for name in (patient, ONBOARDING, IDENTIFICATION):
        assert quick("approve", name, "--yes", **AT_ONCE).code == 0
    account.ask("POST", "drift", kind=kind, **GIVEN[kind])
    run = quick("check", patient, "--json", **AT_ONCE)
    assert run.code == 1
    assert run.document["open"] is False
    assert run.document["approved"] is not None
    assert run.document["drift"]
    for change in run.document["drift"]:
        assert change.keys() == {"field", "aspect", "was", "is"}
        assert change["was"] != change["is"]
    assert "drift" in {f["code"] for f in run.document["findings"]}
    text = quick("check", patient, **AT_ONCE)
    assert "Changed since it was approved:" in text.out
    shown = run.document["drift"][0]
    assert f"{shown['was']} -> {shown['is']}" in text.out
    refused = quick("submit", patient, "--answers", quick.answers(**ANSWERS[PATIENT]), **AT_ONCE)
    assert refused.code == 1
    for name in (ONBOARDING, IDENTIFICATION):
        assert quick("check", name, **AT_ONCE).code == 0
    everything = quick("check", "--all", "--json", **AT_ONCE)
    assert everything.code == 1
    shown = {one["form"]["id"]: one["open"] for one in everything.document["forms"]}
    assert shown[patient] is False
    assert account.stored() == 0


@pytest.mark.parametrize("changes", [{"archived": True}, {"configuration": {"recaptchaEnabled": True}},
                                     {"formType": "captured"}])  # fmt: skip
def test_an_editor_changes_the_form(
    changes: dict[str, Any], quick: Any, account: Any, emulator: dict[str, Any]
) -> None:
    """PATCH of a form at the emulator closes it, and undoing it opens it again."""
    patient = form_id(emulator, PATIENT)
    quick("approve", patient, "--yes")
    account.ask("PATCH", f"forms/{patient}", **changes)
    assert quick("check", patient, **AT_ONCE).code == 1
    undo = {"archived": False, "configuration": {"recaptchaEnabled": False}, "formType": "hubspot"}
    account.ask("PATCH", f"forms/{patient}", **undo)
    assert quick("check", patient, **AT_ONCE).code == 0


def test_an_editor_changes_the_property(quick: Any, account: Any) -> None:
    """PATCH of a property at the emulator closes its form; a lower class is approved only by
    saying so."""
    quick("approve", PATIENT, "--yes")
    account.ask("PATCH", "properties/contacts/insurance_number", dataSensitivity="non_sensitive")
    run = quick("check", PATIENT, "--json", **AT_ONCE)
    assert {(c["field"], c["aspect"]) for c in run.document["drift"]} == {
        ("insurance_number", "class"), ("insurance_number", "created_at"),
    }  # fmt: skip
    refused = quick("approve", PATIENT, "--yes", "--json", **AT_ONCE)
    assert refused.code == 1
    assert {f["code"] for f in refused.document["findings"]} == {"class_below_minimum"}
    lower = ("--minimum", "insurance_number=non_sensitive")
    assert quick("approve", PATIENT, "--yes", *lower, **AT_ONCE).code == 0
    assert quick("check", PATIENT, **AT_ONCE).code == 0


def test_what_is_said_of_fields(quick: Any) -> None:
    """Least class, guard and check digits are written, shown, and kept by later approvals."""
    said = ("--minimum", "insurance_number=non_sensitive", "--guard", "phone=warn",
            "--check", "insurance_number=luhn")  # fmt: skip
    run = quick("approve", PATIENT, "--yes", *said)
    assert run.code == 0
    line = next(line for line in run.out.splitlines() if "insurance_number" in line)
    assert "at least not sensitive" in line
    assert "checked as luhn" in line
    assert "guard warns only" in run.out
    again = quick("approve", PATIENT, "--yes", "--json", "--check", "phone=luhn").document
    rows = {row["field"]: row for row in again["fields"]}
    assert (rows["insurance_number"]["check"], rows["insurance_number"]["change"]) == (
        "luhn",
        "same",
    )
    assert (rows["phone"]["guard"], rows["phone"]["check"], rows["phone"]["change"]) == (
        "warn", "luhn", "changed",
    )  # fmt: skip
    gone = quick("approve", PATIENT, "--yes", "--json", "--check", "phone=none").document
    assert {row["field"]: row for row in gone["fields"]}["phone"]["check"] is None


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (("--minimum", "phone"), 2, "FIELD=VALUE"),
        (("--minimum", "=sensitive"), 2, "FIELD=VALUE"),
        (("--minimum", "phone=secret"), 2, "highly_sensitive"),
        (("--guard", "phone=never"), 2, "warn"),
        (("--check", "phone=no.such"), 2, "luhn"),
        (("--minimum", "shoe_size=sensitive"), 1, "shoe_size"),
        (("--minimum", "phone=sensitive"), 1, "at least sensitive"),
    ],
    ids=lambda said: " ".join(said) if isinstance(said, tuple) else "",
)
def test_what_cannot_be_said(said: tuple[str, ...], code: int, words: str, quick: Any) -> None:
    """A slip is named, and nothing is written."""
    run = quick("approve", PATIENT, "--yes", *said)
    assert run.code == code
    assert words in run.out + run.err
    assert not lock_file(quick).exists()


def test_a_bad_form_is_not_approved(quick: Any) -> None:
    """A form with a fault exits 1 with every reason, --yes or not."""
    run = quick("approve", "Visitor sign-in (2019)", "--yes")
    assert run.code == 1
    assert "reCAPTCHA is switched on" in run.out
    assert "cannot be approved before" in run.out
    assert not lock_file(quick).exists()


def test_an_unknown_form(quick: Any) -> None:
    """A form HubSpot does not have exits 1 and says how to list them."""
    run = quick("approve", "none", "--yes")
    assert run.code == 1
    assert "check --all" in run.err


def test_approval_can_be_required(quick: Any) -> None:
    """With GATEWAY_APPROVAL=required a form nobody approved is closed until one does."""
    required = {"GATEWAY_APPROVAL": "required"}
    run = quick("check", PATIENT, "--json", **required)
    assert run.code == 1
    assert {f["code"] for f in run.document["findings"] if f["severity"] == "error"} == {
        "not_approved"
    }
    assert quick("approve", PATIENT, "--yes", **required).code == 0
    assert quick("check", PATIENT, **required).code == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "lock_unreadable"), ("", "lock_unreadable"), ("[1]", "lock_unreadable"),
     ('{"version": 1, "portal": 1, "forms": {}}', "lock_portal")],
)  # fmt: skip
def test_a_lock_file_that_does_not_count(content: str, code: str, quick: Any) -> None:
    """A spoilt lock file, or another account's, closes every form with its code, and approve
    says what to do instead of writing over it."""
    lock_file(quick).parent.mkdir(parents=True, mode=0o700)
    lock_file(quick).parent.chmod(0o700)
    lock_file(quick).write_text(content, encoding="utf-8")
    run = quick("check", "--all", "--json")
    assert run.code == 1
    for form in run.document["forms"]:
        assert code in {f["code"] for f in form["findings"]}
        assert form["approved"] is None
    assert quick("approve", PATIENT, "--yes").code == 1
    assert lock_file(quick).read_text(encoding="utf-8") == content


def test_an_edited_lock(quick: Any, emulator: dict[str, Any]) -> None:
    """An edit by hand closes the one form; approve heals it."""
    quick("approve", PATIENT, "--yes")
    quick("approve", ONBOARDING, "--yes")
    told = json.loads(lock_file(quick).read_text(encoding="utf-8"))
    told["forms"][form_id(emulator, PATIENT)]["fields"]["diagnosis"]["minimum"] = "non_sensitive"
    lock_file(quick).write_text(json.dumps(told, indent=2), encoding="utf-8")
    run = quick("check", PATIENT, "--json")
    assert run.code == 1
    assert {f["code"] for f in run.document["findings"] if f["severity"] == "error"} == {
        "lock_edited"
    }
    assert quick("check", ONBOARDING).code == 0
    assert quick("approve", PATIENT, "--yes").code == 0
    assert quick("check", PATIENT).code == 0


def test_another_place_for_the_file(quick: Any) -> None:
    """GATEWAY_LOCK_FILE names a file that may be kept under version control."""
    place = Path(quick.folder) / "repository" / "forms.lock.json"
    run = quick("approve", PATIENT, "--yes", GATEWAY_LOCK_FILE=str(place))
    assert run.code == 0
    assert json.loads(place.read_text(encoding="utf-8"))["version"] == 1
    assert not lock_file(quick).exists()
    assert quick("approve", PATIENT, GATEWAY_LOCK_FILE=str(Path(quick.folder))).code == 2


@contextlib.contextmanager
def terminal(shell: Any, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The command with a terminal as its standard input."""
    pty = pytest.importorskip("pty", reason="no terminals on this system")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", *arguments], stdin=theirs, text=True,
        env={**os.environ, **shell.environ}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    os.close(theirs)
    try:
        yield process, ours
    finally:
        os.close(ours)


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("no", 1), ("", 1)])
def test_a_person_is_asked(typed: str, code: int, quick: Any) -> None:
    """At a terminal the form is shown first; only a yes approves it."""
    with terminal(quick, "approve", PATIENT) as (process, keyboard):
        os.write(keyboard, f"{typed}\n".encode())
        out, err = process.communicate(timeout=120)
    assert process.returncode == code
    assert "+ diagnosis" in err
    assert "Type yes:" in err
    assert ("Approved. Intake is open." in out) is (code == 0)
    assert lock_file(quick).exists() is (code == 0)


def test_hostile_labels_and_categories(quick: Any, account: Any) -> None:
    """Control characters and markup from HubSpot neither command the terminal nor break the
    document."""
    odd = "\u001b[2J<script>\u202e{was}"
    account.ask("PATCH", "properties/contacts/phone", label=odd, sensitiveDataCategories=[odd])
    run = quick("approve", PATIENT)
    assert "\u001b" not in run.out
    assert "<script>" in run.out
    assert quick("approve", PATIENT, "--yes", "--json").code == 0
    account.ask("PATCH", "properties/contacts/phone", sensitiveDataCategories=[])
    checked = quick("check", PATIENT, **AT_ONCE)
    assert checked.code == 1
    assert "\u001b" not in checked.out


def test_an_approval_is_withdrawn(quick: Any, emulator: dict[str, Any]) -> None:
    """Without a yes it says what would hold and changes nothing; with one the approval is out of
    the file, and the audit has it in words."""
    quick("approve", PATIENT, "--yes")
    before = lock_file(quick).read_bytes()
    asked = quick("approve", PATIENT, "--withdraw")
    assert asked.code == 1
    assert "Withdraw its approval? No approval is required here" in asked.err
    assert "--yes" in asked.err
    assert "Nothing was withdrawn." in asked.out
    assert lock_file(quick).read_bytes() == before
    run = quick("approve", form_id(emulator, PATIENT), "--withdraw", "--yes")
    assert run.code == 0
    assert "Its approval is withdrawn. The form is open, and goes by the gate alone." in run.out
    assert json.loads(lock_file(quick).read_text(encoding="utf-8"))["forms"] == {}
    assert "The approval of the form was withdrawn" in quick("audit", "list").out
    listed = quick("audit", "list", "--action", "form.approval_withdrawn", "--json").document
    assert [one["action"] for one in listed["items"]] == ["form.approval_withdrawn"]
    again = quick("approve", PATIENT, "--withdraw", "--yes")
    assert again.code == 1
    assert f"The form {PATIENT} is not approved, so there is nothing to withdraw." in again.err


def test_the_document_of_a_withdrawal(quick: Any, emulator: dict[str, Any]) -> None:
    """--json has one shape whether something was withdrawn, not agreed to, or refused."""
    quick("approve", PATIENT, "--yes")
    required = {"GATEWAY_APPROVAL": "required"}
    keys = {"form", "withdrawn", "approved", "afterwards"}
    shown = quick("approve", PATIENT, "--withdraw", "--json", **required)
    done = quick("approve", PATIENT, "--withdraw", "--json", "--yes", **required)
    refused = quick("approve", PATIENT, "--withdraw", "--json", "--yes", **required)
    assert (shown.code, done.code, refused.code) == (1, 0, 1)
    assert shown.document.keys() == done.document.keys() == keys
    assert refused.document.keys() == {*keys, "error"}
    assert refused.document["error"]["code"] == "NothingToWithdraw"
    assert (shown.document["withdrawn"], done.document["withdrawn"]) == (False, True)
    assert done.document["form"] == {"id": form_id(emulator, PATIENT), "name": PATIENT}
    assert done.document["approved"].keys() == {"by", "at"}
    assert done.document["afterwards"] == "closes"
    assert quick("check", PATIENT, **required).code == 1


def test_a_retired_form_is_withdrawn_by_its_name(
    quick: Any, account: Any, emulator: dict[str, Any]
) -> None:
    """An archived form is named as it was approved; afterwards check --all and the doctor pass."""
    quick("approve", PATIENT, "--yes")
    account.ask("PATCH", f"forms/{form_id(emulator, PATIENT)}", archived=True)
    assert f"{PATIENT}  " in quick("check", "--all", **AT_ONCE).out
    assert quick("doctor", **AT_ONCE).code == 1
    run = quick("approve", PATIENT, "--withdraw", "--yes", **AT_ONCE)
    assert (run.code, "has left the lists" in run.out) == (0, True)
    assert f"{PATIENT}  " not in quick("check", "--all", **AT_ONCE).out
    assert quick("doctor", **AT_ONCE).code == 0


def test_what_cannot_be_withdrawn(quick: Any) -> None:
    """An unknown form, a lock file nobody can read, and something said of fields are refused."""
    assert "check --all" in quick("approve", "none", "--withdraw", "--yes").err
    assert quick("approve", PATIENT, "--withdraw", "--guard", "phone=warn").code == 2
    quick("approve", PATIENT, "--yes")
    lock_file(quick).write_text("{", encoding="utf-8")
    run = quick("approve", PATIENT, "--withdraw", "--yes")
    assert (run.code, "it cannot be read; restore it" in run.err) == (1, True)
    assert lock_file(quick).read_text(encoding="utf-8") == "{"


def test_a_person_is_asked_before_a_withdrawal(quick: Any) -> None:
    """At a terminal only a yes withdraws it."""
    quick("approve", PATIENT, "--yes")
    for typed, code in (("no", 1), ("yes", 0)):
        with terminal(quick, "approve", PATIENT, "--withdraw") as (process, keyboard):
            os.write(keyboard, f"{typed}\n".encode())
            out, err = process.communicate(timeout=120)
        assert process.returncode == code
        assert "goes by the gate alone" in err
        assert ("Its approval is withdrawn." in out) is (code == 0)
