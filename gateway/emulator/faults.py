"""Faults on demand, with the shapes HubSpot and its edge really use."""

from __future__ import annotations

import dataclasses
import enum
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
    OBJECTS = "objects"
    ACCOUNT = "account"
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


@dataclasses.dataclass(frozen=True)
class Fault:
    """A fault that is switched on."""

    on: str
    kind: str
    times: int | None
    """How many calls it strikes; None until it is cleared."""
    seconds: float
    """How late a slow answer is, and what ``Retry-After`` says of a migration."""


@dataclasses.dataclass(frozen=True)
class _Kind:
    moment: Moment
    answer: Callable[[Fault], Answer] | None
    """The answer instead of the real one; None when the real one is sent, or none at all."""
    drops: bool = False
    """Whether the connection is cut instead of answered."""
    delays: bool = False


def _migrating(fault: Fault) -> Answer:
    return responses.error(
        477,
        "This account is being migrated to another data hosting location. Try again later.",
        "MIGRATION_IN_PROGRESS",
        headers={"Retry-After": str(int(fault.seconds) or 60)},
    )


def _missing_scopes(_: Fault) -> Answer:
    return responses.missing_scopes(["crm.objects.contacts.sensitive.write.v2"])


def _redirect(_: Fault) -> Answer:
    return Answer(307, headers={"Location": REDIRECT_TARGET})


def _half_json(_: Fault) -> Answer:
    return Answer(200, b'{"inlineMessage": "<p>Thank')


def _locked(_: Fault) -> Answer:
    return responses.error(423, "This resource is locked. Wait two seconds.", "LOCKED")


KINDS: Mapping[str, _Kind] = {
    "401_missing": _Kind(Moment.BEFORE, lambda _: responses.not_authenticated()),
    "401_expired": _Kind(Moment.BEFORE, lambda _: responses.expired(time.time() - 75, time.time())),
    "403": _Kind(Moment.BEFORE, _missing_scopes),
    "404": _Kind(Moment.BEFORE, lambda _: responses.not_found()),
    "423": _Kind(Moment.BEFORE, _locked),
    "429": _Kind(Moment.BEFORE, lambda _: responses.rate_limited("TEN_SECONDLY_ROLLING")),
    "429_daily": _Kind(Moment.BEFORE, lambda _: responses.rate_limited("DAILY")),
    "477": _Kind(Moment.BEFORE, _migrating),
    "500": _Kind(Moment.BEFORE, lambda _: responses.error(500, "internal error")),
    "502_html": _Kind(Moment.BEFORE, lambda _: responses.edge_html(502, "Bad Gateway")),
    "504_html": _Kind(Moment.BEFORE, lambda _: responses.edge_html(504, "Gateway Time-out")),
    "drop_before": _Kind(Moment.BEFORE, None, drops=True),
    "drop_after_store": _Kind(Moment.AFTER, None, drops=True),
    "slow": _Kind(Moment.AFTER, None, delays=True),
    "garbage_json": _Kind(Moment.AFTER, _half_json),
    "redirect": _Kind(Moment.BEFORE, _redirect),
}
"""What each kind of fault does. A 5xx stores nothing here; the sender cannot know that."""


class Faults:
    """The faults that are switched on, oldest first."""

    def __init__(self) -> None:
        self._active: list[Fault] = []

    def add(self, on: str, kind: str, times: int | None = 1, seconds: float = 0.0) -> None:
        """Switch a fault on.

        Raises :class:`ValueError` naming what is not known.
        """
        if on != EVERYWHERE and on not in set(Area):
            raise ValueError(f"a fault strikes one of {EVERYWHERE}, {', '.join(Area)}")
        if kind not in KINDS:
            raise ValueError(f"a fault is one of {', '.join(KINDS)}")
        if times is not None and times < 1:
            raise ValueError("a fault strikes at least once")
        if not 0 <= seconds <= 3600:
            raise ValueError("a fault lasts between 0 and 3600 seconds")
        self._active.append(Fault(on, kind, times, seconds))

    def take(self, area: Area) -> Fault | None:
        """The fault that strikes this call, used up once; None when there is none."""
        for index, fault in enumerate(self._active):
            if fault.on in (area, EVERYWHERE):
                if fault.times == 1:
                    del self._active[index]
                elif fault.times is not None:
                    self._active[index] = dataclasses.replace(fault, times=fault.times - 1)
                return fault
        return None

    def clear(self) -> None:
        """Switch every fault off."""
        self._active.clear()

    def listing(self) -> Sequence[Mapping[str, Any]]:
        """The faults still waiting, as the admin route shows them."""
        return [dataclasses.asdict(fault) for fault in self._active]
