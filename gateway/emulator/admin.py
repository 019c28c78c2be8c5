"""The emulator's own routes under ``/_emulator``: faults, switches, tokens, drift, limits, and
what came in.

They need no token, and answer loopback callers that are not web pages. None shows a value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.faults import Area
from gateway.emulator.portal import Portal
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.scope_sets import scope_set
from gateway.emulator.tokens import TokenKind


def add_fault(call: Call) -> Answer:
    """Switch a fault on: ``{on, kind, times?, seconds?}``; ``times: null`` until cleared. Or
    a random mix: ``{on, mix: {kind: probability}, seed?, seconds?: {kind: seconds}}``."""
    given = call.json_object()
    if "mix" in given:
        return _add_mix(call, given)
    on, kind = given.get("on"), given.get("kind")
    times, seconds = given.get("times", 1), given.get("seconds", 0)
    if not isinstance(on, str) or not isinstance(kind, str):
        raise Stop(responses.bad_request("on and kind are texts"))
    if not (times is None or _is_number(times)) or not _is_number(seconds):
        raise Stop(responses.bad_request("times and seconds are numbers"))
    _told(lambda: call.portal.faults.add(on, kind, times and int(times), float(seconds)))
    return list_faults(call)


def _add_mix(call: Call, given: Mapping[str, Any]) -> Answer:
    on, shares = given.get("on"), given["mix"]
    seed, seconds = given.get("seed", 0), given.get("seconds", {})
    if not (isinstance(on, str) and _is_numbers(shares) and _is_numbers(seconds)):
        raise Stop(responses.bad_request("on is a text; mix and seconds are {kind: number}"))
    if not isinstance(seed, int):
        raise Stop(responses.bad_request("seed is a whole number"))
    _told(lambda: call.portal.faults.mix(on, shares, seed=seed, seconds=seconds))
    return list_faults(call)


def list_faults(call: Call) -> Answer:
    """The faults still waiting."""
    return responses.as_json({"faults": list(call.portal.faults.listing())})


def remove_fault(call: Call) -> Answer:
    """Switch one fault or mix off, by the ``id`` it is listed with."""
    text = call.params["fault_id"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not call.portal.faults.remove(number):
        raise Stop(responses.not_found())
    return Answer(204)


def clear_faults(call: Call) -> Answer:
    """Switch every fault off, and lift a block."""
    call.portal.faults.clear()
    call.portal.limits.lift()
    return Answer(204)


def list_requests(call: Call) -> Answer:
    """What was called, oldest first: names only, the token by its name."""
    entries = call.portal.journal.entries()
    return responses.as_json({"requests": [dataclasses.asdict(entry) for entry in entries]})


def clear_requests(call: Call) -> Answer:
    """Forget what was called."""
    call.portal.journal.clear()
    return Answer(204)


def list_arrivals(call: Call) -> Answer:
    """When each call came, as ``[monotonic seconds, area, status, tag]``; of one ``area``
    when it is named."""
    named = call.text("area")
    if named is not None and named not in set(Area):
        raise Stop(responses.bad_request(f"area is one of {', '.join(Area)}"))
    rows = [row for row in call.portal.arrivals() if named in (None, row.area)]
    return responses.as_json({"arrivals": rows})


def list_tags(call: Call) -> Answer:
    """How often each tag was stored: ``{tag: count}``."""
    return responses.as_json(call.portal.tags())


def count_submissions(call: Call) -> Answer:
    """How many submissions were stored."""
    return responses.as_json({"count": len(call.portal.received.all())})


def show_limits(call: Call) -> Answer:
    """How much of the day is used."""
    limits = call.portal.limits
    return responses.as_json(
        {"calls_today": limits.calls_today, "submissions_today": limits.submissions_today}
    )


def amend_limits(call: Call) -> Answer:
    """Say how much of the day is used: ``{calls_today?, submissions_today?}``."""
    given = call.json_object()
    for name, used in given.items():
        counts = isinstance(used, int) and not isinstance(used, bool) and used >= 0
        if name not in ("calls_today", "submissions_today") or not counts:
            raise Stop(responses.bad_request("calls_today and submissions_today are counts"))
    for name, used in given.items():
        setattr(call.portal.limits, name, used)
    return show_limits(call)


def new_day(call: Call) -> Answer:
    """Midnight of the account's time zone: the day's counts start again."""
    call.portal.limits.new_day()
    return Answer(204)


def amend_account(call: Call) -> Answer:
    """Move the account to another time zone: ``{time_zone}``, an IANA name."""
    zone = call.json_object().get("time_zone")
    if not isinstance(zone, str) or not zone:
        raise Stop(responses.bad_request("time_zone is a text"))
    call.portal.time_zone = zone
    return responses.as_json({"time_zone": zone})


def list_switches(call: Call) -> Answer:
    """Every guess with its value, default and the question it answers."""
    return responses.as_json({"switches": call.portal.switches.listing()})


def amend_switches(call: Call) -> Answer:
    """Change switches: ``{name: value}``."""
    changes = call.json_object()
    _told(lambda: call.portal.amend_switches(**changes))
    return list_switches(call)


def issue_token(call: Call) -> Answer:
    """A further token: ``{scopes, kind?, expires_in?}``, or ``set`` for ``scopes``: ``all``,
    ``desk``, ``least``, ``forms``…"""
    given = call.json_object()
    scopes, expires_in = given.get("scopes"), given.get("expires_in")
    if "set" in given:
        scopes = list(_told(lambda: scope_set(given["set"], call.portal.seed)))
    if not isinstance(scopes, list) or not all(isinstance(s, str) for s in scopes):
        raise Stop(responses.bad_request("scopes is a list of texts"))
    if not (expires_in is None or _is_number(expires_in)):
        raise Stop(responses.bad_request("expires_in is a number of seconds"))
    kind = _told(lambda: TokenKind(given.get("kind", TokenKind.PRIVATE_APP)))
    text = call.portal.issue_token(scopes, kind=kind, expires_in=expires_in)
    return responses.as_json({"access_token": text, "scopes": scopes}, 201)


def amend_form(call: Call) -> Answer:
    """Change a form's definition, as an editor would."""
    changes = call.json_object()
    form_id = call.params["form_id"]
    return responses.as_json(_found(lambda: call.portal.amend_form(form_id, changes)))


def amend_property(call: Call) -> Answer:
    """Change a property; another class means archived and created again."""
    changes = call.json_object()
    kind, name = _address(call)
    return responses.as_json(_found(lambda: call.portal.amend_property(kind, name, changes)))


def archive_property(call: Call) -> Answer:
    """Archive a property."""
    kind, name = _address(call)
    return responses.as_json(_found(lambda: call.portal.archive_property(kind, name)))


def reset(call: Call) -> Answer:
    """Back to the seed; tokens stay valid."""
    call.portal.reset()
    return Answer(204)


def redirected(_: Call) -> Answer:
    """Where a redirect leads: nobody should ever come here."""
    return responses.as_json({"inlineMessage": "a redirect was followed"})


def _address(call: Call) -> tuple[str, str]:
    portal: Portal = call.portal
    kind = portal.object_type(call.params["object_type"])
    return (kind.id if kind else ""), call.params["property_name"]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_numbers(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_number(n) for n in value.values())


def _told(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except ValueError as fault:
        raise Stop(responses.bad_request(str(fault))) from None


def _found(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except KeyError:
        raise Stop(responses.not_found()) from None
