"""One exchange, from a call to its outcome, in the order HubSpot's edge and API go through:
block, fault, token, rate limit, the endpoint itself."""

from __future__ import annotations

import dataclasses
import enum
import time
import uuid
from collections.abc import Callable, Mapping

from gateway.emulator import faults, responses
from gateway.emulator.arrivals import Arrival, tag_of
from gateway.emulator.calls import Call
from gateway.emulator.faults import Area, Cut, Fault, Moment
from gateway.emulator.journal import Entry
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.submit import PUBLIC_HEADERS
from gateway.emulator.tokens import Token, TokenKind

MARK = {"X-Sealed-Intake-Emulator": "1"}
"""On every answer, so that nobody takes a demo for a delivery."""
CORRELATION = "X-HubSpot-Correlation-Id"
_JOURNAL_NAME_LENGTH = 120
_KNOWN_PARTS = 3
"""How much of an unknown path the journal keeps: the rest may be anything, a token too."""
_SUBMITS = (Area.SECURE_SUBMIT, Area.PUBLIC_SUBMIT)
_READING = ("GET", "OPTIONS")
_SECONDLY = 19
"""What the obsolete per-second headers say."""


class Door(enum.Enum):
    """Who may call a route, and whose window it uses."""

    BEARER = enum.auto()
    """A token is needed, and its window counts."""
    SELF = enum.auto()
    """The endpoint looks at the credentials itself."""
    PUBLIC = enum.auto()
    """Anybody, browsers too."""
    ADMIN = enum.auto()
    """The emulator's own: no faults, limits or journal."""


@dataclasses.dataclass(frozen=True)
class Route:
    """One row of the route table."""

    method: str
    path: str
    handler: Callable[[Call], Answer]
    door: Door
    area: Area | None = None
    tells_limits: bool = True
    """Whether its answers carry the rate headers."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What goes back. Without an answer the connection is cut."""

    answer: Answer | None
    delay: float = 0.0
    """Seconds to wait before answering."""
    cut: Cut = Cut.CLOSE


def carry_out(route: Route, call: Call) -> Outcome:
    """Carry out ``call`` and note it in the journal. Hold the portal's lock."""
    now = time.monotonic()
    portal = call.portal
    portal.settle(now)
    portal.revision += call.method not in _READING
    if route.door is Door.ADMIN:
        return Outcome(_marked(_handled(route, call)))
    if portal.limits.blocked(now):
        return _noted(route, call, Outcome(_marked(responses.blocked())))
    fault = portal.faults.take(route.area) if route.area else None
    outcome = _with_fault(route, call, fault, now)
    if outcome.answer is not None and outcome.answer.status == 429:
        if fault is None or faults.KINDS[fault.kind].counted:
            portal.limits.refused(now, portal.switches.block_time)
        if portal.switches.retry_after and "Retry-After" not in outcome.answer.headers:
            wait = str(max(1, round(portal.switches.rate_window)))
            told = outcome.answer.with_headers({"Retry-After": wait})
            outcome = dataclasses.replace(outcome, answer=told)
    return _noted(route, call, outcome, fault)


def turned_away(call: Call, answer: Answer) -> Outcome:
    """What no route takes: noted with the first parts of its path only."""
    parts = call.path.split("/")[: _KNOWN_PARTS + 1]
    path = "/".join(parts) + ("/…" if call.path.count("/") > _KNOWN_PARTS else "")
    outcome = Outcome(_marked(answer))
    call.portal.journal.note(_entry(call, path, outcome))
    return outcome


def broken(call: Call, what: str) -> Outcome:
    """A bug of the emulator's own: answered as HubSpot's internal error, noted by its type."""
    outcome = Outcome(_marked(responses.error(500, "internal error")))
    call.portal.journal.note(_entry(call, "", outcome, fault=f"bug: {what}"))
    return outcome


def _with_fault(route: Route, call: Call, fault: Fault | None, now: float) -> Outcome:
    if fault is None:
        return Outcome(_marked(_limited(route, call, now)))
    kind = faults.KINDS[fault.kind]
    if kind.moment is Moment.LATER:
        route = _postponed(route, fault.seconds)
    real = None if kind.moment is Moment.BEFORE else _limited(route, call, now)
    if kind.cut is not None:
        return Outcome(None, cut=kind.cut)
    answer = kind.answer(fault) if kind.answer else real
    return Outcome(_marked(answer or Answer(500)), fault.seconds if kind.delays else 0.0)


def _postponed(route: Route, seconds: float) -> Route:
    """``route``, its handling put off: the call passes token and limits now, and is carried
    out ``seconds`` after it came."""

    def put_off(call: Call) -> Answer:
        late = dataclasses.replace(call, at=call.at + seconds)
        call.portal.late.put(late.at, lambda: _handled(route, late))
        return Answer(202)

    return dataclasses.replace(route, handler=put_off)


def _limited(route: Route, call: Call, now: float) -> Answer:
    try:
        token = call.token() if route.door is Door.BEARER else None
    except Stop as stop:
        return stop.answer
    windows = _windows(route, call, token)
    if not windows:
        return _handled(route, call)
    switches, limits = call.portal.switches, call.portal.limits
    span = switches.rate_window
    submits = route.area is Area.SECURE_SUBMIT
    spent = limits.calls_today >= switches.daily_limit > 0 and not _is_oauth(token)
    if spent or (submits and limits.submissions_today >= switches.submissions_limit_daily > 0):
        answer = responses.rate_limited("DAILY")
    elif not all(limits.take(name, now, limit, span) for name, limit in windows.items()):
        answer = responses.rate_limited("TEN_SECONDLY_ROLLING")
    else:
        limits.calls_today += 1
        limits.submissions_today += submits
        answer = _handled(route, call)
    if route.door is Door.PUBLIC:
        return answer.with_headers(PUBLIC_HEADERS)
    if not route.tells_limits:
        return answer
    return answer.with_headers(_limit_headers(call, windows, now, token))


def _windows(route: Route, call: Call, token: Token | None) -> Mapping[str, int]:
    """The windows a call counts in, and the limit of each."""
    switches = call.portal.switches
    if route.door is Door.PUBLIC:
        return {"public": switches.public_limit}
    if token is None:
        return {}
    if _is_oauth(token):
        # An app has one window in an account, however often it fetches a new token.
        windows = {"app": switches.oauth_rate_limit}
    else:
        windows = {f"token {call.bearer}": switches.rate_limit}
    if route.area is Area.SECURE_SUBMIT:
        windows[f"submit {call.bearer}"] = switches.submit_limit
    return windows


def _is_oauth(token: Token | None) -> bool:
    """Whether it is an app's token, which has no limit of the day."""
    return token is not None and token.kind is TokenKind.OAUTH


def _limit_headers(
    call: Call, windows: Mapping[str, int], now: float, token: Token | None
) -> dict[str, str]:
    """What HubSpot tells of the tightest window; nothing where there is no limit."""
    switches, limits = call.portal.switches, call.portal.limits
    span = switches.rate_window
    headers = {
        "X-HubSpot-RateLimit-Secondly": str(_SECONDLY),
        "X-HubSpot-RateLimit-Secondly-Remaining": str(_SECONDLY - 1),
    }
    if switches.daily_limit and not _is_oauth(token):
        left = max(0, switches.daily_limit - limits.calls_today)
        headers["X-HubSpot-RateLimit-Daily"] = str(switches.daily_limit)
        headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(left)
    rooms = [
        (limits.remaining(w, now, limit, span), limit) for w, limit in windows.items() if limit
    ]
    if rooms:
        left, limit = min(rooms)
        headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = str(round(span * 1000))
        headers["X-HubSpot-RateLimit-Max"] = str(limit)
        headers["X-HubSpot-RateLimit-Remaining"] = str(left)
    return headers


def _handled(route: Route, call: Call) -> Answer:
    try:
        return route.handler(call)
    except Stop as stop:
        return stop.answer


def _marked(answer: Answer) -> Answer:
    own = {CORRELATION: str(uuid.uuid4())}
    return answer.with_headers({**own, **answer.headers, **MARK})


def _noted(route: Route, call: Call, outcome: Outcome, fault: Fault | None = None) -> Outcome:
    path = call.path
    if "object_id" in call.params:
        path = path.removesuffix(call.params["object_id"]) + "{id}"
    if "token" in call.params:
        path = path.removesuffix(call.params["token"]) + "{token}"
    content = call.content if route.area in _SUBMITS else None
    fields = _field_names(content) if isinstance(content, Mapping) else ()
    status = outcome.answer.status if outcome.answer else 0
    if route.area is not None:
        tag = _tag(content) if isinstance(content, Mapping) else None
        call.portal.arrived.note(Arrival(call.at, route.area, status, tag))
    struck = fault.kind if fault else None
    call.portal.journal.note(_entry(call, path, outcome, route.area, fields, struck))
    return outcome


def _entry(
    call: Call,
    path: str,
    outcome: Outcome,
    area: Area | None = None,
    fields: tuple[str, ...] = (),
    fault: str | None = None,
) -> Entry:
    answer = outcome.answer
    return Entry(
        call.method,
        path,
        answer.status if answer else 0,
        tuple(call.query),
        tuple(call.headers),
        fields,
        fault,
        area=area,
        at_ms=call.at_ms,
        took_ms=round((time.monotonic() - call.at + outcome.delay) * 1000),
        correlation_id=answer.headers.get(CORRELATION, "") if answer else "",
        caller=call.portal.caller(call.bearer),
    )


def _tag(content: Mapping[str, object]) -> str | None:
    context = content.get("context")
    return tag_of(context.get("pageUri")) if isinstance(context, Mapping) else None


def _field_names(content: Mapping[str, object]) -> tuple[str, ...]:
    entries = content.get("fields")
    names = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
            kind = entry.get("objectTypeId", "0-1")
            prefix = "" if kind == "0-1" else f"{kind}/"
            names.append(f"{prefix}{entry['name']}"[:_JOURNAL_NAME_LENGTH])
    return tuple(names)
