"""Faults on demand, with the shapes HubSpot and its edge really use."""

from __future__ import annotations

import collections
import dataclasses
import enum
import itertools
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.emulator import responses
from gateway.emulator.responses import Answer


class Area(enum.StrEnum):
    """What a fault strikes; each route belongs to one."""

    SECURE_SUBMIT = "secure_submit"
    PUBLIC_SUBMIT = "public_submit"
    SUBMISSIONS = "submissions"
    FORMS = "forms"
    PROPERTIES = "properties"
    VALIDATIONS = "validations"
    OBJECTS = "objects"
    SCHEMAS = "schemas"
    ACCOUNT = "account"
    WEBHOOKS = "webhooks"
    """The settings API; deliveries fail by their receiver."""
    TOKEN = "token"  # noqa: S105 - the name of an area, not a secret


EVERYWHERE = "*"
REDIRECT_TARGET = "/_emulator/redirected"
"""Where a 307 leads: the journal shows whether anybody followed it."""


class Moment(enum.Enum):
    """Whether the call is carried out before the fault shows."""

    BEFORE = enum.auto()
    """Nothing is carried out."""
    AFTER = enum.auto()
    """The call is carried out; only its answer suffers."""
    LATER = enum.auto()
    """The call is carried out the fault's seconds after it came, whatever the caller knows."""


class Cut(enum.Enum):
    """How a connection ends that gets no answer."""

    CLOSE = enum.auto()
    """Closed in order (TCP FIN)."""
    RESET = enum.auto()
    """Reset (TCP RST)."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """A fault that is switched on."""

    on: str
    kind: str
    times: int | None
    """How many calls it strikes; None until it is cleared."""
    seconds: float
    """How late a slow answer or a late store is, and what ``Retry-After`` says."""
    id: int = 0
    """Its number, by which it can be taken away; 0 for one that a mix has drawn."""


@dataclasses.dataclass(frozen=True)
class _Kind:
    doc: str
    """What HubSpot does, in a sentence."""
    moment: Moment
    answer: Callable[[Fault], Answer] | None
    """The answer instead of the real one; None when the real one is sent, or none at all."""
    cut: Cut | None = None
    """How the connection is cut, where it is not answered."""
    delays: bool = False
    areas: frozenset[Area] = frozenset(Area)
    """Where it makes sense; everywhere else it does not strike."""
    counted: bool = True
    """Whether its 429 counts towards the block of a caller that does not stop."""
    timed: bool = False
    """Whether the fault's seconds mean anything."""


def _migrating(fault: Fault) -> Answer:
    return responses.error(
        477,
        "This account is being migrated to another data hosting location. Try again later.",
        "MIGRATION_IN_PROGRESS",
        headers={"Retry-After": str(int(fault.seconds) or 60)},
    )


_NAMED = ("crm.objects.contacts.sensitive.write.v2",)


def _missing_scopes(_: Fault) -> Answer:
    return responses.missing_scopes(_NAMED)


def _older_missing_scopes(_: Fault) -> Answer:
    return responses.missing_scopes(_NAMED, key="requiredScopes")


def _redirect(_: Fault) -> Answer:
    return Answer(307, headers={"Location": REDIRECT_TARGET})


def _half_json(_: Fault) -> Answer:
    return Answer(200, b'{"inlineMessage": "<p>Thank')


def _locked(_: Fault) -> Answer:
    return responses.error(423, "This resource is locked. Wait two seconds.", "LOCKED")


def _come_back(fault: Fault) -> Answer:
    return responses.rate_limited("TEN_SECONDLY_ROLLING", retry_after=fault.seconds)


def _internal_error(_: Fault) -> Answer:
    return responses.error(500, "internal error")


def _bad_gateway(_: Fault) -> Answer:
    return responses.edge_html(502, "Bad Gateway")


_SUBMITS = frozenset({Area.SECURE_SUBMIT, Area.PUBLIC_SUBMIT})

KINDS: Mapping[str, _Kind] = {
    "401_missing": _Kind("Refuses the token as one it does not know.",
        Moment.BEFORE, lambda _: responses.not_authenticated()),
    "401_expired": _Kind("Refuses the token as one that has expired.",
        Moment.BEFORE, lambda _: responses.expired(time.time() - 75, time.time())),
    "403": _Kind("Says that the token lacks a scope, and which.",
        Moment.BEFORE, _missing_scopes),
    "403_required_scopes": _Kind("The same, in the older spelling.",
        Moment.BEFORE, _older_missing_scopes),
    "403_not_public": _Kind("Says that this part of the API is not for everybody.",
        Moment.BEFORE, lambda _: responses.not_public()),
    "403_banned": _Kind("Says that the account or the caller is banned.",
        Moment.BEFORE, lambda _: responses.banned()),
    "403_unexplained": _Kind("Forbids it without saying why.",
        Moment.BEFORE, lambda _: responses.forbidden()),
    "404": _Kind("Says that there is no such thing.",
        Moment.BEFORE, lambda _: responses.not_found()),
    "423": _Kind("Says that it is locked for two seconds.",
        Moment.BEFORE, _locked),
    "429": _Kind("Says that the ten-second limit is used up.",
        Moment.BEFORE, lambda _: responses.rate_limited("TEN_SECONDLY_ROLLING")),
    "429_daily": _Kind("Says that the day's limit is used up.",
        Moment.BEFORE, lambda _: responses.rate_limited("DAILY")),
    "429_retry_after": _Kind("Says that the limit is used up, and for how long.",
        Moment.BEFORE, _come_back, timed=True),
    "ip_block": _Kind("Its edge blocks this address, in plain text.",
        Moment.BEFORE, lambda _: responses.blocked(), counted=False),
    "477": _Kind("Says that the account is being moved to another region, and when to come back.",
        Moment.BEFORE, _migrating, timed=True),
    "500": _Kind("Fails, and has stored nothing.",
        Moment.BEFORE, _internal_error),
    "500_after_store": _Kind("Fails, and has stored it all the same.",
        Moment.AFTER, _internal_error),
    "502_html": _Kind("Its edge fails with a page of HTML; nothing was stored.",
        Moment.BEFORE, _bad_gateway),
    "502_after_store": _Kind("Its edge fails with a page of HTML; it was stored all the same.",
        Moment.AFTER, _bad_gateway),
    "503_html": _Kind("Its edge says that the service is away for a moment; nothing was stored.",
        Moment.BEFORE, lambda _: responses.edge_html(503, "Service Temporarily Unavailable")),
    "504_html": _Kind("Its edge gives up waiting; nothing was stored.",
        Moment.BEFORE, lambda _: responses.edge_html(504, "Gateway Time-out")),
    "524_after_store": _Kind(
        "Its edge gave up after a hundred seconds; it was stored all the same.",
        Moment.AFTER, lambda _: responses.edge_html(524, "A timeout occurred")),
    "drop_before": _Kind("Closes the connection without an answer; nothing was stored.",
        Moment.BEFORE, None, cut=Cut.CLOSE),
    "drop_after_store": _Kind("Closes the connection without an answer; it was stored though.",
        Moment.AFTER, None, cut=Cut.CLOSE),
    "reset": _Kind("Resets the connection; nothing was stored.",
        Moment.BEFORE, None, cut=Cut.RESET),
    "reset_after_store": _Kind("Resets the connection; it was stored all the same.",
        Moment.AFTER, None, cut=Cut.RESET),
    "late_store": _Kind("Closes the connection without an answer, and stores it seconds later.",
        Moment.LATER, None, cut=Cut.CLOSE, areas=_SUBMITS, timed=True),
    "slow": _Kind("Does as it was asked, and answers late.",
        Moment.AFTER, None, delays=True, timed=True),
    "slow_before": _Kind("Fails after a long wait; nothing was stored.",
        Moment.BEFORE, _internal_error, delays=True, timed=True),
    "garbage_json": _Kind("Does as it was asked, and answers with half a text.",
        Moment.AFTER, _half_json),
    "redirect": _Kind("Sends the caller to another address.",
        Moment.BEFORE, _redirect),
}  # fmt: skip
"""What each kind of fault does. Some 5xx store and some do not; the sender cannot know which."""


class Mix:
    """A random mix of faults on one area, repeatable by its seed."""

    def __init__(
        self,
        number: int,
        on: str,
        shares: Mapping[str, float],
        seed: int,
        seconds: Mapping[str, float],
    ) -> None:
        self.id = number
        self._on, self._shares, self._seed, self._seconds = on, shares, seed, seconds
        self._random = random.Random(seed)  # noqa: S311 - it must repeat itself
        self._struck: collections.Counter[str] = collections.Counter()

    def draw(self, area: Area) -> Fault | None:
        """The fault of the next call of ``area``, None for most."""
        if self._on not in (area, EVERYWHERE):
            return None
        place = self._random.random()
        for kind, share in self._shares.items():
            if place < share:
                if area not in KINDS[kind].areas:
                    return None
                self._struck[kind] += 1
                return Fault(self._on, kind, None, self._seconds.get(kind, 0.0))
            place -= share
        return None

    def listing(self) -> Mapping[str, Any]:
        """The mix as it was asked for, and how often each kind has struck."""
        return {
            "id": self.id,
            "on": self._on,
            "mix": dict(self._shares),
            "seed": self._seed,
            "seconds": dict(self._seconds),
            "struck": dict(self._struck),
        }


class Faults:
    """The faults that are switched on: single ones oldest first, then the mixes."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self._mixes: list[Mix] = []
        self._ids = itertools.count(1)

    def add(self, on: str, kind: str, times: int | None = 1, seconds: float = 0.0) -> None:
        """Switch a fault on.

        Raises :class:`ValueError` naming what is not known.
        """
        _check(on, kind, seconds)
        if times is not None and times < 1:
            raise ValueError("a fault strikes at least once")
        self._active.append(Fault(on, kind, times, seconds, next(self._ids)))

    def mix(
        self,
        on: str,
        shares: Mapping[str, float],
        *,
        seed: int = 0,
        seconds: Mapping[str, float] | None = None,
    ) -> None:
        """Strike each call with these probabilities until cleared: ``shares`` is ``{kind:
        probability}``, ``seconds`` is ``{kind: seconds}``. The same seed strikes the same
        calls, counted in the order they are carried out.

        Raises :class:`ValueError` naming what is not known.
        """
        late = dict(seconds or {})
        for kind in shares:
            _check(on, kind, late.get(kind, 0.0))
        fit = all(0 <= share <= 1 for share in shares.values())
        if not shares or not fit or sum(shares.values()) > 1 + 1e-9:
            raise ValueError("the shares of a mix are at least 0, and at most 1 together")
        if late.keys() - shares.keys():
            raise ValueError("the seconds of a mix belong to its own kinds")
        self._mixes.append(Mix(next(self._ids), on, dict(shares), seed, late))

    def take(self, area: Area) -> Fault | None:
        """The fault that strikes this call, used up once; None when there is none."""
        for index, fault in enumerate(self._active):
            if fault.on in (area, EVERYWHERE) and area in KINDS[fault.kind].areas:
                if fault.times == 1:
                    del self._active[index]
                elif fault.times is not None:
                    self._active[index] = dataclasses.replace(fault, times=fault.times - 1)
                return fault
        drawn = (mix.draw(area) for mix in self._mixes)
        return next((fault for fault in drawn if fault is not None), None)

    def remove(self, number: int) -> bool:
        """Switch one fault or mix off, by its id; whether it was still there."""
        before = len(self._active) + len(self._mixes)
        self._active = [fault for fault in self._active if fault.id != number]
        self._mixes = [mix for mix in self._mixes if mix.id != number]
        return len(self._active) + len(self._mixes) < before

    def clear(self) -> None:
        """Switch every fault off."""
        self._active.clear()
        self._mixes.clear()

    def listing(self) -> Sequence[Mapping[str, Any]]:
        """The faults still waiting and the mixes, as the admin route shows them."""
        singles = [dataclasses.asdict(fault) for fault in self._active]
        return [*singles, *(mix.listing() for mix in self._mixes)]


def _check(on: str, kind: str, seconds: float) -> None:
    """Raises :class:`ValueError` naming what is not known."""
    if on != EVERYWHERE and on not in set(Area):
        raise ValueError(f"a fault strikes one of {EVERYWHERE}, {', '.join(Area)}")
    if kind not in KINDS:
        raise ValueError(f"a fault is one of {', '.join(KINDS)}")
    if on != EVERYWHERE and on not in KINDS[kind].areas:
        raise ValueError(f"{kind} strikes one of {', '.join(sorted(KINDS[kind].areas))}")
    if not 0 <= seconds <= 3600:
        raise ValueError("a fault lasts between 0 and 3600 seconds")
