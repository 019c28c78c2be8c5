"""The five places of HubSpot's limit on searches, shared by all who use one database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.domain.audit import Action
from gateway.domain.search import PER_SECOND


def test_all_processes_share_five_places(open_desk: Callable[[], Any]) -> None:
    """Five searches are under way at most; a place is free a second after its search was answered,
    and whoever waits is told for how long."""
    desks = [open_desk(), open_desk()]
    first, second = (desk.store.searches for desk in desks)
    places = [(first if n % 2 else second).take("a" if n % 2 else "b") for n in range(PER_SECOND)]
    assert {wait for _, wait in places} == {0.0}
    assert len({place for place, _ in places}) == PER_SECOND
    place, wait = first.take("a")
    assert place == ""
    assert 0 < wait <= 1
    second.end(places[0][0], "b")
    assert second.take("b") == ("", 0.1)
    desks[0].clock.pass_s(1.0)
    assert first.take("a") == (places[0][0], 0.0)
    # Only who has a place gives it back.
    second.end(places[0][0], "b")
    desks[0].clock.pass_s(1.0)
    assert second.take("b")[0] == ""


def test_a_place_of_a_process_that_ended_is_free_again(desk: Any) -> None:
    """After half a minute, and at once when the clock was set back since."""
    for _ in range(PER_SECOND):
        assert desk.store.searches.take("gone")[0]
    desk.clock.pass_s(29)
    assert not desk.store.searches.take("b")[0]
    desk.clock.pass_s(2)
    taken, _ = desk.store.searches.take("b")
    desk.store.searches.end(taken, "b")
    desk.clock.pass_s(-7200)
    assert desk.store.searches.take("b")[0]


def test_the_audit_names_the_properties_and_no_value(desk: Any) -> None:
    """Who searched by which sensitive properties of which object; the chain stays whole."""
    desk.store.searches.note("0-1", ("passport_number", "date_of_birth"), actor="u1")
    row = desk.store.audit.rows()[-1]
    assert (row.action, row.sid, row.actor) == (Action.RECORD_SEARCHED, "0-1", "u1")
    assert row.fields == ("date_of_birth", "passport_number")
    assert desk.store.audit.verify() == (True, None)
