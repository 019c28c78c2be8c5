"""Sealing and store together: no answer is in any file, and what was stored opens again."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gateway.domain.answers import WireField
from gateway.domain.errors import Tampered
from gateway.domain.submissions import Event, Payload
from gateway.sealing.envelope import Context, seal, unseal
from gateway.sealing.keyring import open_keyring
from gateway.store.outbox import Outcome

CANARY = "CANARY-patient-41d7"


def payload() -> Payload:
    return Payload(
        (WireField("0-1", "ssn", CANARY),), f"https://f.example/{CANARY}", CANARY,
        {"consent": {"text": CANARY}},
    )  # fmt: skip


def context(row: Any) -> Context:
    return Context(row.sid, row.portal_id, row.form_id, row.submitted_at_ms, row.snapshot_hash)


@pytest.fixture
def ring(desk: Any) -> Any:
    return open_keyring(desk.file.parent / "keys", "demo")


def accept(desk: Any, ring: Any, **changes: Any) -> Any:
    new = desk.new(key="k", fingerprint=ring.fingerprint(CANARY.encode()), **changes)
    return desk.outbox.accept(
        new,
        lambda sid, ms: (
            ring.sealing.key_id,
            seal(
                payload(),
                Context(sid, new.portal_id, new.form_id, ms, new.snapshot_hash),
                ring.sealing,
            ),
        ),
    )


@pytest.mark.sqlite
def test_no_file_holds_an_answer(desk: Any, ring: Any) -> None:
    """At every step of a life, no byte of any file of the data folder is the answer, in any
    of the spellings a text is stored in."""
    spellings = [CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode(),
                 base64.b64encode(CANARY.encode()), json.dumps(CANARY[::-1]).encode()]  # fmt: skip

    def look() -> None:
        for file in desk.file.parent.rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            assert not [s for s in spellings if s in content], file.name

    accept(desk, ring)
    look()
    (claimed,) = desk.claim()
    look()
    assert unseal(claimed.envelope, context(claimed), ring.opening).fields[0].value == CANARY
    desk.outbox.settle(claimed, Event.REFUSED_BY_HUBSPOT, outcome=Outcome("invalid", rejected={"ssn": CANARY}))  # fmt: skip
    look()
    desk.store.close()
    look()


@pytest.mark.sqlite
def test_no_file_holds_an_answer_while_it_is_written(desk: Any, ring: Any) -> None:
    """Not even the journal of an open transaction holds it."""
    accept(desk, ring)

    def work(connection: Any) -> None:
        connection.exec_driver_sql("UPDATE outbox SET envelope = x'00'")
        names = {p.name for p in desk.file.parent.iterdir()}
        assert len(names) >= 3
        for name in names - {"keys"}:
            assert CANARY.encode() not in (desk.file.parent / name).read_bytes()

    desk.store._writer.run(work)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE outbox SET form_id = 'form-9'",
        "UPDATE outbox SET portal_id = 1",
        "UPDATE outbox SET submitted_at_ms = submitted_at_ms + 1",
        "UPDATE outbox SET snapshot_hash = 'cd'",
        "UPDATE outbox SET sid = '00'",
        "UPDATE outbox SET envelope = substr(envelope, 1, length(envelope) - 1)"
        " || CASE substr(envelope, -1) WHEN x'00' THEN x'01' ELSE x'00' END",
    ],
)
def test_an_edited_row_does_not_open(desk: Any, ring: Any, edit: str) -> None:
    """Whoever edits a row in the database cannot make its answers go somewhere else."""
    accept(desk, ring)
    desk.store._writer.run(lambda connection: connection.exec_driver_sql(edit).rowcount)
    (claimed,) = desk.claim()
    with pytest.raises(Tampered):
        unseal(claimed.envelope, context(claimed), ring.opening)
