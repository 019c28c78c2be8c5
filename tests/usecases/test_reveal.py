"""One value, for one person, for a purpose, for a while; and never without the audit."""

from __future__ import annotations

import copy
import gc
import logging
import pickle
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import DIAGNOSIS, EMAIL, PASSPORT, SUPERVISOR, actions, contact, opened, secret
from samples import World

from gateway.domain.audit import Action
from gateway.domain.errors import GatewayError
from gateway.domain.record_errors import (
    InvalidRecord,
    MissingScope,
    NeedsConfirmation,
    NotAudited,
    NothingToReveal,
    OutcomeNotAudited,
    TooManyReveals,
    UnknownRecord,
)
from gateway.domain.reveals import MAX_REVEALS, REVEAL_WINDOW_MS, Purpose, Revealed
from gateway.domain.users import Role, User
from gateway.usecases.gateway import Gateway

NO_ROWS = "CREATE TRIGGER no_rows BEFORE INSERT ON audit BEGIN INSERT INTO nowhere VALUES (1); END"
ONLY_ASKED = """CREATE TRIGGER only_asked BEFORE INSERT ON audit
WHEN NEW.action <> 'record.change_asked' BEGIN SELECT RAISE(ABORT, 'no'); END"""


@pytest.fixture
def desk(world: World) -> Gateway:
    """A gateway with a token for records."""
    return opened(world)


def database(world: World) -> Path:
    """The outbox's file."""
    return next(world.folder.rglob("outbox.db"))


def run(world: World, statement: str) -> None:
    """A statement behind the gateway's back."""
    with sqlite3.connect(database(world)) as connection:
        connection.execute(statement)
    connection.close()


def reads(world: World) -> int:
    """How many calls about records the emulator has seen."""
    return sum(str(one.area) == "objects" for one in world.portal.arrivals())


def reveal(
    gateway: Gateway, record_id: str, name: str = "passport_number", **more: bool
) -> Revealed:
    """A value for the supervisor."""
    return gateway.records.reveal(
        "contacts", record_id, name, Purpose.IDENTIFY, by=SUPERVISOR, **more
    )


def test_a_value_is_shown_for_a_purpose(desk: Gateway) -> None:
    """The one value that was asked for; the audit tells who looked at which property of which
    record and why."""
    record_id = contact(desk)
    shown = reveal(desk, record_id)
    assert shown.reveal() == PASSPORT
    assert 0 < shown.left_s <= shown.seconds == desk.records.reveal.seconds == 60
    last = desk._store.audit.rows()[-1]
    assert (last.action, last.sid) == (Action.RECORD_REVEALED, f"0-1/{record_id}")
    assert (last.actor, last.cause, last.fields) == (
        SUPERVISOR.id,
        "identify",
        ("passport_number",),
    )
    assert desk._store.audit.verify() == (True, None)


def test_only_the_one_property_is_asked_for(world: World, desk: Gateway) -> None:
    """HubSpot is asked once, for the one property, with the token that is for records; before that
    for its class."""
    record_id = contact(desk)
    world.portal.journal.clear()
    reveal(desk, record_id)
    *before, asked = world.portal.journal.entries()
    assert {str(one.area) for one in before} == {"properties"}
    assert (asked.method, asked.query) == ("GET", ("properties",))
    assert asked.caller == "records token"


def test_an_empty_value_is_empty(desk: Gateway) -> None:
    """A property without a value is revealed as empty, and told to the audit like any other."""
    shown = reveal(desk, contact(desk, email=EMAIL))
    assert shown.reveal() == ""
    assert shown.empty
    assert actions(desk)[-1][0] is Action.RECORD_REVEALED


def test_highly_sensitive_needs_a_second_word(world: World, desk: Gateway) -> None:
    """Without it nothing is asked and nothing told; with it the value is shown."""
    record_id = contact(desk)
    before, rows = reads(world), len(actions(desk))
    with pytest.raises(NeedsConfirmation):
        reveal(desk, record_id, "diagnosis")
    assert (reads(world), len(actions(desk))) == (before, rows)
    assert reveal(desk, record_id, "diagnosis", confirmed=True).reveal() == DIAGNOSIS


@pytest.mark.parametrize(
    ("name", "error"),
    [("city", NothingToReveal), ("nope", InvalidRecord), ("visitor_badge_color", InvalidRecord)],
)
def test_what_cannot_be_revealed(
    name: str, error: type[Exception], world: World, desk: Gateway
) -> None:
    """An ordinary property, or one that is not there, costs no row of the audit."""
    record_id = contact(desk)
    before, rows = reads(world), len(actions(desk))
    with pytest.raises(error):
        reveal(desk, record_id, name)
    with pytest.raises(InvalidRecord):
        reveal(desk, "../1", "passport_number")
    with pytest.raises(InvalidRecord, match="one of the purposes"):
        desk.records.reveal("contacts", record_id, "city", "curiosity", by=SUPERVISOR)  # type: ignore[arg-type]  # as a caller without types
    assert (reads(world), len(actions(desk))) == (before, rows)


def test_a_record_that_is_not_there_is_told_of_too(desk: Gateway) -> None:
    """Looking for a record by its number stands in the audit, and counts, found or not."""
    with pytest.raises(UnknownRecord):
        reveal(desk, "77")
    assert actions(desk) == [(Action.RECORD_REVEALED, "0-1/77", "identify", ("passport_number",))]


@pytest.mark.parametrize(
    "statement",
    [NO_ROWS, ONLY_ASKED.replace("change_asked", ""), "ALTER TABLE audit RENAME TO gone"],
)
def test_without_the_audit_there_is_no_value(statement: str, world: World, desk: Gateway) -> None:
    """When the row cannot be written, HubSpot is not even asked for the value; nor is anything
    changed."""
    record_id = contact(desk)
    before = reads(world)
    run(world, statement)
    with pytest.raises(NotAudited):
        reveal(desk, record_id)
    with pytest.raises(NotAudited):
        desk.records.update("contacts", record_id, secret(city="Rome"), by=SUPERVISOR)
    with pytest.raises(NotAudited):
        desk.records.archive("contacts", record_id, by=SUPERVISOR)
    assert reads(world) == before
    assert world.portal.contacts()[0].values["city"] == "Berlin"


def test_a_change_that_could_not_be_told_of_says_so(world: World, desk: Gateway) -> None:
    """When the audit breaks between asking and the answer, the person learns that the change was
    made."""
    record_id = contact(desk)
    run(world, ONLY_ASKED)
    with pytest.raises(OutcomeNotAudited):
        desk.records.update("contacts", record_id, secret(city="Rome"), by=SUPERVISOR)
    assert world.portal.contacts()[0].values["city"] == "Rome"
    assert actions(desk)[-1][0] is Action.RECORD_ASKED


def test_the_row_is_durable_before_hubspot_is_asked(world: World, desk: Gateway) -> None:
    """At the moment the call arrives, another process already finds the row."""
    record_id = contact(desk)
    seen: list[int] = []

    def look() -> None:
        with sqlite3.connect(database(world)) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM audit WHERE action = 'record.revealed'"
            ).fetchone()
        connection.close()
        seen.append(count)

    client = desk.records._desk.hubspot.client
    send = client.send

    def watched(request: object) -> object:
        look()
        return send(request)  # type: ignore[arg-type]  # passed through as it came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "send", watched)
        reveal(desk, record_id)
    assert seen[-1] == 1


def test_the_21st_reveal_in_an_hour_is_refused(world: World, desk: Gateway) -> None:
    """Twenty a person and hour, counted in the database, so that another gateway and other
    threads share them; another person has their own."""
    record_id = contact(desk)
    second = opened(world)
    outcomes: list[str] = []

    def many(gateway: Gateway) -> None:
        for _ in range(13):
            try:
                reveal(gateway, record_id)
                outcomes.append("shown")
            except TooManyReveals:
                outcomes.append("refused")

    threads = [threading.Thread(target=many, args=(one,)) for one in (desk, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("shown"), outcomes.count("refused")) == (MAX_REVEALS, 6)
    before = reads(world)
    with pytest.raises(TooManyReveals, match="within an hour"):
        reveal(desk, record_id)
    assert reads(world) == before
    other = User("supervisor-2", "Other", frozenset({Role.SUPERVISOR}))
    shown = desk.records.reveal("contacts", record_id, "passport_number", Purpose.CARE, by=other)
    assert shown.reveal() == PASSPORT
    counted = desk.metrics().decode().splitlines()
    refused = 'sealed_intake_reveals_total{outcome="refused",purpose="identify"}'
    assert any(line.startswith(refused) for line in counted)
    assert 'sealed_intake_reveals_total{outcome="shown",purpose="care"} 1.0' in counted
    assert 'sealed_intake_record_changes_total{change="create"} 1.0' in counted


def test_after_an_hour_there_are_new_ones(desk: Gateway) -> None:
    """Rows older than an hour are not counted."""
    rows = desk._store.record_rows
    now = [1_900_000_000_000]
    clock = desk._store.record_rows._means
    object.__setattr__(clock, "clock", lambda _: now[0])
    for _ in range(MAX_REVEALS):
        now[0] += 60_000
        assert rows.revealed("0-1/1", "passport_number", Purpose.CARE, actor="u")
    assert not rows.revealed("0-1/1", "passport_number", Purpose.CARE, actor="u")
    now[0] += REVEAL_WINDOW_MS - 60_000 * (MAX_REVEALS - 1) + 1
    assert rows.revealed("0-1/1", "passport_number", Purpose.CARE, actor="u")
    assert not rows.revealed("0-1/1", "passport_number", Purpose.CARE, actor="u")


def test_a_missing_scope_is_not_a_reveal(world: World) -> None:
    """What the token may not read costs no row: nothing was looked at."""
    poor = world.portal.issue_token(["crm.objects.contacts.read"])
    gateway = opened(world, HUBSPOT_RECORDS_TOKEN=poor)
    with pytest.raises(MissingScope, match="read sensitive contact properties"):
        reveal(gateway, "12")
    assert not actions(gateway)


def test_the_time_is_a_setting(world: World) -> None:
    """GATEWAY_REVEAL_SECONDS says how long a value is shown."""
    gateway = opened(world, GATEWAY_REVEAL_SECONDS="5")
    shown = reveal(gateway, contact(gateway))
    assert shown.seconds == 5
    assert shown.left_s <= 5


# ---- the value itself --------------------------------------------------------------------


def test_a_value_forgets_itself() -> None:
    """Once its time is over it gives nothing, and holds nothing."""
    now = [100.0]
    shown = Revealed("canary", 60, lambda: now[0])
    now[0] += 59.9
    assert shown.reveal() == "canary"
    now[0] += 0.2
    assert shown.reveal() is None
    assert shown._box == []
    assert shown.left_s == 0


def test_a_value_nobody_asks_for_is_forgotten_too() -> None:
    """Its text is let go when the time is over, though nobody looks."""
    shown = Revealed("canary", 0.05)
    deadline = time.monotonic() + 30
    while shown._box and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shown._box == []


def test_a_value_can_be_let_go_early() -> None:
    """Hidden by hand, or dropped by whoever held it, its text is gone and its timer ended."""
    shown = Revealed("canary", 600)
    shown.forget()
    assert shown.reveal() is None
    dropped = Revealed("canary", 600)
    box, timer = dropped._box, dropped._timer
    del dropped
    gc.collect()
    assert box == []
    timer.join(30)
    assert not timer.is_alive()


@pytest.mark.parametrize(
    "spread",
    [repr, str, "{}".format, "{:>20}".format, lambda v: f"{v!r}", lambda v: "%s" % v],  # noqa: UP031
)
def test_a_value_does_not_print_itself(spread: Callable[[Revealed], str]) -> None:
    """No text of it holds the value."""
    assert "canary" not in spread(Revealed("canary", 60))


@pytest.mark.parametrize("spread", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_value_cannot_be_copied(spread: Callable[[Revealed], object]) -> None:
    """It cannot be pickled or copied: a copy would outlive it."""
    with pytest.raises(TypeError, match="copied"):
        spread(Revealed("canary", 60))


# ---- it is nowhere else ------------------------------------------------------------------


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything any library logs."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_no_value_stays_anywhere(
    world: World, desk: Gateway, log: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """After reveals, changes and every kind of failure no log, row, error, text or file has a
    planted value."""
    record_id = contact(desk)
    other = contact(desk, email=f"other-{EMAIL}")
    told: list[str] = []
    for ask in _ways(desk, record_id, other):
        for fault in (None, "401_expired", "403", "429", "500", "garbage_json", "reset"):
            world.portal.faults.clear()
            if fault is not None:
                world.portal.faults.add(on="objects", kind=fault, times=1)
            try:
                told.append(repr(ask()))
            except GatewayError as error:
                told.append("".join(traceback.format_exception(error)))
                told += [repr(vars(error)), repr(error), str(error)]
    told += [repr(row) for row in desk._store.audit.rows()]
    told += [repr(vars(desk.records)), repr(vars(desk.records._classes))]
    told += [repr(vars(desk.records._desk)), repr(vars(desk.records._desk.hubspot.client))]
    out = capsys.readouterr()
    told += [record.getMessage() for record in log.records] + [out.out, out.err]
    for canary in (PASSPORT, DIAGNOSIS, "canary-new", EMAIL):
        assert not [text for text in told if canary in text]
        for path in world.folder.rglob("*"):
            assert not path.is_file() or canary.encode() not in path.read_bytes(), path.name
    assert world.emulator.desk_token not in " ".join(told)


def _ways(gateway: Gateway, record_id: str, other: str) -> list[Callable[[], object]]:
    records, new = gateway.records, secret(passport_number="canary-new", nationality="canary-new")
    return [
        lambda: records.read("contacts", record_id, ["passport_number", "email"], by=SUPERVISOR),
        lambda: reveal(gateway, record_id),
        lambda: records.update("contacts", other, secret(email=EMAIL), by=SUPERVISOR),
        lambda: records.update("contacts", record_id, new, by=SUPERVISOR),
        lambda: records.update("contacts", record_id, secret(diagnosis=DIAGNOSIS), by=SUPERVISOR),
        lambda: records.create("contacts", secret(email=EMAIL), by=SUPERVISOR),
    ]
