"""The one grant of an outbox: who may renew it, what is kept of a renewal, and links that are good
once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.grants import Ended
from gateway.domain.queue import Switch
from gateway.store.grants import MOST_LINKS, NewTokens
from gateway.store.queue import Effect

NEW = NewTokens(4711, ("forms", "oauth"), b"sealed 1", asked_ms=1_800_000_000_000, life_s=1800)
DIGEST, OTHER = "ab" * 32, "cd" * 32


def renewed(sealed: bytes) -> NewTokens:
    return dataclasses.replace(NEW, sealed=sealed)


@pytest.fixture
def grants(desk: Any) -> Any:
    """With one installation."""
    assert desk.store.grants.read() is None
    assert desk.store.grants.install(1, NEW, "user-1")
    return desk.store.grants


def test_an_installation_is_read_back(grants: Any) -> None:
    """What was kept is there, and lives from when it was asked for."""
    row = grants.read()
    assert (row.grant.generation, row.version, row.sealed) == (1, 1, b"sealed 1")
    assert (row.grant.portal_id, row.grant.scopes) == (4711, ("forms", "oauth"))
    assert row.grant.expires_ms - row.grant.issued_ms == 1_800_000
    assert row.grant.ended is None
    assert "sealed 1" not in repr(row) + repr(NEW)


def test_one_renews_at_a_time(desk: Any, grants: Any) -> None:
    """While one has the lease nobody else gets it; when it is over or given back, another does."""
    assert grants.lease("a", 1, 1, 60).ours
    assert grants.lease("a", 1, 1, 60).ours
    assert not grants.lease("b", 1, 1, 60).ours
    grants.give_back("b")
    assert not grants.lease("b", 1, 1, 60).ours
    grants.give_back("a")
    assert grants.lease("b", 1, 1, 60).ours
    desk.clock.pass_s(61)
    assert grants.lease("a", 1, 1, 60).ours
    desk.clock.pass_s(-7200)
    assert grants.lease("c", 1, 1, 60).ours


def test_a_renewal_counts_once(grants: Any) -> None:
    """Of two who renewed the same tokens the second's are not kept; nobody gets a lease on what
    is no longer there."""
    assert grants.lease("a", 1, 1, 60).ours
    assert grants.renew(1, 1, renewed(b"a's"))
    assert not grants.renew(1, 1, renewed(b"b's"))
    lease = grants.lease("b", 1, 1, 60)
    assert (lease.ours, lease.row.version, lease.row.sealed) == (False, 2, b"a's")
    assert not grants.end(1, 1, Ended.REVOKED)
    assert grants.lease("b", 1, 2, 60).ours


def test_a_late_renewal_outweighs_an_end(desk: Any, grants: Any) -> None:
    """Somebody froze after HubSpot's answer, and another took the old refresh token for dead: what
    the first brings is the one that is good."""
    assert grants.lease("frozen", 1, 1, 60).ours
    desk.clock.pass_s(61)
    assert grants.lease("b", 1, 1, 60).ours
    assert grants.end(1, 1, Ended.REVOKED)
    assert grants.read().grant.ended is Ended.REVOKED
    assert grants.read().sealed == b""
    assert grants.renew(1, 1, renewed(b"the good ones"))
    assert grants.read().grant.ended is None


def test_the_next_installation(grants: Any, desk: Any) -> None:
    """It counts up, and what belongs to the one before is not kept any more."""
    assert grants.end(1, 1, Ended.WITHDRAWN, actor="user-2")
    assert grants.install(2, renewed(b"new"), "user-3")
    assert not grants.install(2, renewed(b"newer"), "user-4")
    assert not grants.renew(1, 1, renewed(b"late"))
    assert grants.read().sealed == b"new"
    rows = desk.store.audit.rows("the app")
    assert [(row.action.value, row.actor) for row in rows] == [
        ("app.installed", "user-1"), ("app.ended", "user-2"), ("app.installed", "user-3"),
    ]  # fmt: skip
    assert desk.store.audit.verify() == (True, None)


def test_nothing_to_begin_with(desk: Any) -> None:
    """Before the first installation there is a lease too, so that one process begins it; a refresh
    token that was refused is noted."""
    grants = desk.store.grants
    assert grants.lease("a", 0, 0, 60).ours
    assert not grants.lease("b", 0, 0, 60).ours
    assert grants.end(0, 0, Ended.REVOKED, adopted=DIGEST)
    row = grants.read()
    assert (row.grant.generation, row.grant.ended, row.adopted) == (0, Ended.NEVER, DIGEST)
    assert desk.store.audit.rows("the app") == ()
    assert grants.install(1, NEW, "user-1")
    assert grants.read().adopted == DIGEST


def test_a_link_is_good_once(desk: Any) -> None:
    """With its own secret, once, and only within its time."""
    grants = desk.store.grants
    grants.new_link("01" * 16, DIGEST, asked_by="user-1", life_s=3600)
    assert grants.spend_link("01" * 16, OTHER) is None
    assert grants.spend_link("02" * 16, DIGEST) is None
    assert grants.spend_link("01" * 16, DIGEST) == "user-1"
    assert grants.spend_link("01" * 16, DIGEST) is None
    grants.new_link("03" * 16, DIGEST, asked_by="user-1", life_s=3600)
    desk.clock.pass_s(3600)
    assert grants.spend_link("03" * 16, DIGEST) is None
    grants.new_link("04" * 16, DIGEST, asked_by="user-1", life_s=3600)
    desk.clock.pass_s(-10)
    assert grants.spend_newest_link() is None


def test_links_do_not_pile_up(desk: Any) -> None:
    """Only so many wait at a time, the newest; a code by hand takes the newest of all."""
    grants = desk.store.grants
    for n in range(MOST_LINKS + 2):
        grants.new_link(f"{n:032x}", DIGEST, asked_by="u", life_s=3600)
        desk.clock.pass_s(1)
    assert grants.spend_link(f"{1:032x}", DIGEST) is None
    assert grants.spend_link(f"{2:032x}", DIGEST) == "u"
    assert grants.spend_newest_link() == f"{MOST_LINKS + 1:032x}"
    assert grants.spend_newest_link() == f"{MOST_LINKS:032x}"


def test_what_a_newer_program_wrote(open_desk: Callable[[], Any]) -> None:
    """A reason nobody here knows is a grant that is over."""
    desk = open_desk()
    desk.store.grants.install(1, NEW, "u")
    desk.store._writer.run(lambda c: c.execute(text("UPDATE grants SET ended = 'otherwise'")))
    assert open_desk().store.grants.read().grant.ended is Ended.REVOKED


def test_a_refused_token_says_nothing_where_there_is_none(desk: Any) -> None:
    """The pause for want of an installation is not covered by that of a call under way; a person
    ends either."""
    queue = desk.store.queue
    queue.apply(Effect(pause=Switch.PAUSED_INSTALL, pause_s=60.0))
    queue.apply(Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0))
    assert queue.state().switch is Switch.PAUSED_INSTALL
    queue.over(Switch.PAUSED_INSTALL)
    queue.apply(Effect(pause=Switch.PAUSED_AUTH, pause_s=300.0))
    queue.apply(Effect(pause=Switch.PAUSED_INSTALL, pause_s=60.0))
    assert queue.state().switch is Switch.PAUSED_INSTALL
