"""The lock file: readable, sealed form by form, and written whole or not at all."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.domain.errors import ApprovedAnew, LockNotWritten, NothingToWithdraw
from gateway.domain.locks import FieldLock, FormLock, GuardMode, LockEntry, LockFault
from gateway.domain.sensitivity import Sensitivity
from gateway.store.lockfile import LARGEST_FILE, LockStore

PORTAL, FORM, OTHER = 44127903, "form-1", "form-2"


def sign(body: bytes) -> str:
    """A keyed digest, as a key ring's."""
    return hmac.new(b"key", body, hashlib.sha256).hexdigest()


def lock(name: str = "Patient intake", **more: Any) -> FormLock:
    """An approval of one field."""
    pinned = FieldLock(
        field_type="email",
        type="string",
        sensitivity=Sensitivity.SENSITIVE,
        minimum=Sensitivity.SENSITIVE,
        categories=("HIPAA",),
    )
    return FormLock(
        name=name,
        form_type="hubspot",
        consent="c",
        consent_mode="none",
        approved_by="local",
        approved_at="2026-11-25T10:00:00Z",
        fields={"email": pinned},
        **more,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "forms.lock.json"


@pytest.fixture
def store(path: Path) -> LockStore:
    return LockStore(path, sign)


def save(store: LockStore, form: str = FORM, portal: int = PORTAL, **more: Any) -> FormLock:
    """Approves a form."""
    return store.save(portal, form, lock(**more), before=lambda: None)


def edited(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The file, changed as an editor would."""
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told), encoding="utf-8")


def test_no_file_is_no_approval(store: LockStore) -> None:
    """Nothing was approved, and nothing is wrong."""
    assert store.of(FORM, PORTAL) is None
    assert store.fault(PORTAL) is None
    assert store.form_ids(PORTAL) == frozenset()


def test_what_is_saved_is_read_back(store: LockStore, path: Path) -> None:
    """The approval comes back sealed, here and in another process, and only for its form."""
    kept = save(store)
    assert kept == msgspec.structs.replace(lock(), seal=kept.seal)
    assert len(kept.seal) == 64
    for reader in (store, LockStore(path, sign)):
        assert reader.of(FORM, PORTAL) == kept
        assert reader.of(OTHER, PORTAL) is None
        assert reader.form_ids(PORTAL) == {FORM}
        assert reader.form_ids(None) == {FORM}
        assert reader.form_ids(PORTAL + 1) == frozenset()
    assert store.of(FORM, None) == kept


def test_the_file_is_made_to_be_compared(store: LockStore, path: Path) -> None:
    """Sorted keys, a value per line, one line end; one change of a pin is one line beside the
    seal's."""
    save(store, name="Zoë")
    before = path.read_text(encoding="utf-8")
    assert before.endswith("}\n")
    assert not before.endswith("\n\n")
    assert "Zoë" in before
    assert (
        json.dumps(json.loads(before), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        == before
    )
    other = msgspec.structs.replace(lock("Zoë").fields["email"], guard=GuardMode.WARN)
    store.save(
        PORTAL, FORM, msgspec.structs.replace(lock("Zoë"), fields={"email": other}), lambda: None
    )
    after = path.read_text(encoding="utf-8")
    changed = [a for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]
    assert [line.split('"')[1] for line in changed] == ["guard", "seal"]


def test_forms_stand_beside_one_another(store: LockStore) -> None:
    """Another approval leaves those that are there."""
    first = save(store)
    second = save(store, OTHER, name="Other")
    assert store.of(FORM, PORTAL) == first
    assert store.of(OTHER, PORTAL) == second


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "minimum": lambda form: form["fields"]["email"].update(minimum="non_sensitive"),
    "guard": lambda form: form["fields"]["email"].update(guard="warn"),
    "field removed": lambda form: form["fields"].pop("email"),
    "field added": lambda form: form["fields"].update(more=form["fields"]["email"]),
    "who": lambda form: form.update(approved_by="somebody"),
    "unknown key": lambda form: form.update(comment="x"),
    "unknown key of a field": lambda form: form["fields"]["email"].update(comment="x"),
    "no seal": lambda form: form.pop("seal"),
    "empty seal": lambda form: form.update(seal=""),
    "another seal": lambda form: form.update(seal="0" * 64),
    "a seal that is no text": lambda form: form.update(seal=7),
    "a seal of other letters": lambda form: form.update(seal="ü"),
    "wrong type": lambda form: form.update(fields=[]),
    "nothing": lambda form: form.clear(),
}
"""What a hand may do to a form's entry."""


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_by_hand_counts_for_nothing(
    edit: Callable[[dict[str, Any]], object], store: LockStore, path: Path
) -> None:
    """Every edit of a form's entry breaks its seal; the form beside it stays approved, and
    approving the edited one again heals it."""
    save(store)
    other = save(store, OTHER)
    edited(path, lambda told: edit(told["forms"][FORM]))
    assert store.of(FORM, PORTAL) is LockFault.EDITED
    assert store.of(OTHER, PORTAL) == other
    assert store.fault(PORTAL) is None
    kept = save(store)
    assert store.of(FORM, PORTAL) == kept


def test_an_entry_cannot_move(store: LockStore, path: Path) -> None:
    """An approval of one form is none of another, and none of another account."""
    save(store)
    edited(path, lambda told: told["forms"].update({OTHER: told["forms"][FORM]}))
    assert store.of(OTHER, PORTAL) is LockFault.EDITED
    edited(path, lambda told: told.update(portal=1))
    assert store.of(FORM, 1) is LockFault.EDITED


def test_an_edited_entry_is_not_healed_by_an_approval_of_another(
    store: LockStore, path: Path
) -> None:
    """Approving one form keeps the other's entry as it is, edits included."""
    save(store)
    edited(path, lambda told: told["forms"][FORM].update(comment="x"))
    save(store, OTHER)
    assert store.of(FORM, PORTAL) is LockFault.EDITED
    assert json.loads(path.read_text())["forms"][FORM]["comment"] == "x"


def test_white_space_is_no_edit(store: LockStore, path: Path) -> None:
    """Another layout of the same approval still counts."""
    kept = save(store)
    edited(path, lambda told: None)
    assert store.of(FORM, PORTAL) == kept


def test_other_keys_trust_nothing(store: LockStore, path: Path) -> None:
    """With another key folder the approvals count for nothing."""
    save(store)
    assert LockStore(path, lambda body: "0" * 64).of(FORM, PORTAL) is LockFault.EDITED


def test_a_later_version_reads_an_earlier_entry(store: LockStore, path: Path) -> None:
    """An entry that lacks a pin this version knows by default is still whole."""
    save(store)

    def without(told: dict[str, Any]) -> None:
        entry = told["forms"][FORM]
        del entry["fields"]["email"]["check"]
        entry["seal"] = store._seal(PORTAL, FORM, entry)

    edited(path, without)
    assert isinstance(store.of(FORM, PORTAL), FormLock)


def test_another_accounts_file(store: LockStore, path: Path) -> None:
    """A file of another account closes every form, and is not written over."""
    save(store, portal=1)
    before = path.read_bytes()
    assert store.of(FORM, PORTAL) is LockFault.PORTAL
    assert store.of("never seen", PORTAL) is LockFault.PORTAL
    assert store.fault(PORTAL) is LockFault.PORTAL
    with pytest.raises(LockNotWritten, match="another HubSpot account"):
        save(store)
    assert path.read_bytes() == before


UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "no object": b"7",
    "no UTF-8": b'{"forms": "\xff"}',
    "deep": b'{"version":1,"portal":1,"forms":{"a":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_002,
    "conflict markers": b'<<<<<<< HEAD\n{"version": 1}\n=======\n',
    "a later version": json.dumps({"version": 2, "portal": PORTAL, "forms": {}}).encode(),
    "no version": json.dumps({"portal": PORTAL, "forms": {}}).encode(),
    "unknown key": json.dumps({"version": 1, "portal": PORTAL, "forms": {}, "x": 1}).encode(),
    "no number": json.dumps({"version": 1, "portal": "x", "forms": {}}).encode(),
    "a form that is no object": json.dumps({"version": 1, "portal": PORTAL, "forms": {"a": 1}}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_nobody_can_read(content: bytes, store: LockStore, path: Path) -> None:
    """Whatever stands there, it is no approval, it stops nothing else, and it is not lost."""
    path.parent.mkdir()
    path.write_bytes(content)
    assert store.of(FORM, PORTAL) is LockFault.UNREADABLE
    assert store.fault(PORTAL) is LockFault.UNREADABLE
    assert store.form_ids(PORTAL) == frozenset()
    with pytest.raises(LockNotWritten, match="cannot be read"):
        save(store)
    assert path.read_bytes() == content


def test_a_mark_in_front_of_the_file(store: LockStore, path: Path) -> None:
    """An editor's byte order mark changes nothing, and is gone with the next approval."""
    lock = save(store)
    written = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + written)
    assert store.of(FORM, PORTAL) == lock
    save(store)
    assert path.read_bytes()[:1] == b"{"


def test_a_huge_file_is_not_read(store: LockStore, path: Path) -> None:
    """A file larger than any lock file is refused by its size."""
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert store.of(FORM, PORTAL) is LockFault.UNREADABLE


def test_something_else_in_its_place(store: LockStore, path: Path) -> None:
    """A folder or a pipe in the file's place is no approval, and nobody waits for it."""
    path.mkdir(parents=True)
    assert store.of(FORM, PORTAL) is LockFault.UNREADABLE
    path.rmdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(path)
        assert store.of(FORM, PORTAL) is LockFault.UNREADABLE


def test_what_is_written_by_others_is_seen(store: LockStore, path: Path) -> None:
    """An approval of another process counts at the next look, and so does a removal."""
    assert store.of(FORM, PORTAL) is None
    kept = save(LockStore(path, sign))
    assert store.of(FORM, PORTAL) == kept
    path.unlink()
    assert store.of(FORM, PORTAL) is None


def test_what_before_raises_keeps_the_old_file(store: LockStore, path: Path) -> None:
    """When the audit cannot be told there is no approval, and nothing is left beside the file."""
    kept = save(store)

    def refuse() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.save(PORTAL, FORM, lock("Other"), before=refuse)
    assert store.of(FORM, PORTAL) == kept
    assert {one.name for one in path.parent.iterdir()} == {path.name, f".{path.name}.lock"}


def test_the_file_is_there_only_after_before(store: LockStore, path: Path) -> None:
    """The audit is told while the file is not yet in its place."""
    seen: list[bool] = []
    store.save(PORTAL, FORM, lock(), before=lambda: seen.append(path.exists()))
    assert seen == [False]
    assert path.exists()


@pytest.mark.skipif(os.name != "posix", reason="no such permissions on this system")
def test_nobody_else_may_write_it(store: LockStore, path: Path) -> None:
    """The file holds no answer and may be read; writing it is the owner's."""
    save(store)
    assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The cause is told in words."""
    (tmp_path / "file").write_text("")
    store = LockStore(tmp_path / "file" / "forms.lock.json", sign)
    assert store.of(FORM, PORTAL) is LockFault.UNREADABLE
    with pytest.raises(LockNotWritten) as caught:
        save(store)
    assert caught.value.cause


def test_two_approvals_at_once_are_both_kept(path: Path) -> None:
    """Many people approving at the same moment lose nobody's approval."""
    stores = [LockStore(path, sign) for _ in range(8)]
    threads = [
        threading.Thread(target=save, args=(store, f"form-{i}")) for i, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].form_ids(PORTAL) == {f"form-{i}" for i in range(8)}


def remove(store: LockStore, form: str = FORM, portal: int | None = PORTAL) -> None:
    """Withdraws what stands there now."""
    store.remove(portal, store.entries(portal)[form], before=lambda: None)


def test_an_entry_is_taken_out(store: LockStore, path: Path) -> None:
    """The other entries, edits included, and the shape of the file stay; the last one leaves an
    empty file that counts, and more can be approved."""
    save(store, name="Zoë")
    other = save(store, OTHER)
    edited(path, lambda told: told["forms"][FORM].update(comment="x"))
    assert {one.name for one in store.entries(PORTAL).values()} == {"Zoë", "Patient intake"}
    remove(store)
    assert store.of(FORM, PORTAL) is None
    assert store.of(OTHER, PORTAL) == other
    before = path.read_text(encoding="utf-8")
    assert (
        json.dumps(json.loads(before), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        == before
    )
    remove(store, OTHER)
    assert json.loads(path.read_text()) == {"version": 1, "portal": PORTAL, "forms": {}}
    assert store.form_ids(PORTAL) == frozenset()
    assert save(store) == store.of(FORM, PORTAL)


def test_only_the_entry_that_was_shown_is_taken_out(store: LockStore, path: Path) -> None:
    """One that was written since stays, and one that is out already cannot be taken out again."""
    save(store)
    shown = store.entries(PORTAL)[FORM]
    kept = save(store, name="Other")
    with pytest.raises(ApprovedAnew):
        store.remove(PORTAL, shown, before=lambda: None)
    assert store.of(FORM, PORTAL) == kept
    now = store.entries(PORTAL)[FORM]
    store.remove(PORTAL, now, before=lambda: None)
    with pytest.raises(NothingToWithdraw):
        store.remove(PORTAL, now, before=lambda: None)


def test_nothing_is_taken_out_when_before_raises(store: LockStore) -> None:
    """When the audit cannot be told the approval stays."""
    kept = save(store)

    def refuse() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.remove(PORTAL, store.entries(PORTAL)[FORM], before=refuse)
    assert store.of(FORM, PORTAL) == kept


def test_without_a_file_there_is_nothing_to_take_out(store: LockStore, path: Path) -> None:
    """No file is an empty one, and none is made."""
    assert store.entries(PORTAL) == {}
    with pytest.raises(NothingToWithdraw):
        store.remove(PORTAL, LockEntry(FORM, "Other", ""), before=lambda: None)
    assert not path.exists()
