"""What people may do to the emulated HubSpot of a demo: let it fail, read an open question the
other way, change what a portal's editor might change, and let it report."""

from __future__ import annotations

import contextlib
import datetime
import enum
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from gateway.domain.errors import GatewayError
from gateway.domain.users import Permission, User
from gateway.domain.webhooks import record_word
from gateway.emulator.changes import ChangeSource
from gateway.emulator.definitions.drift import KINDS as DRIFT
from gateway.emulator.definitions.drift import drift
from gateway.emulator.faults import KINDS
from gateway.emulator.grants import USER_ID
from gateway.emulator.portal import Portal, Property, now_ms
from gateway.emulator.records import Origin
from gateway.emulator.rules.fields import form_fields
from gateway.emulator.switches import Switches
from gateway.emulator.webhooks.everything import report_everything
from gateway.policy.permissions import require
from gateway.usecases.emulated_views import (
    ArmedFault,
    DeliveryRow,
    DriftKind,
    FaultKind,
    FormCard,
    PropertyCard,
    SwitchRow,
)

MOST_FAULTS, MOST_DELIVERIES = 50, 25
HOUR_MS = 3_600_000


class NotPossible(GatewayError):  # noqa: N818 - a state, named as the domain names its errors
    """The emulated account cannot be changed like this. Its text names no value."""


class Again(enum.StrEnum):
    """How the last report is sent once more."""

    AS_IT_WAS = "as it was"
    FORGED = "forged"
    OLD = "old"


_AGAIN: Mapping[Again, Mapping[str, Any]] = {
    Again.AS_IT_WAS: {},
    Again.FORGED: {"forged": True},
    Again.OLD: {"stamp_offset_ms": -HOUR_MS},
}


class EmulatedControls:
    """Each method asks whether the user may play with the emulator."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    # Faults.

    def fault_kinds(self, *, by: User) -> tuple[FaultKind, ...]:
        """Everything that can go wrong."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        return tuple(
            FaultKind(name, kind.doc, frozenset(kind.areas), kind.timed)
            for name, kind in KINDS.items()
        )

    def faults(self, *, by: User) -> tuple[ArmedFault, ...]:
        """What waits for its call, oldest first."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with self._portal.lock:
            rows = self._portal.faults.listing()[:MOST_FAULTS]
        return tuple(
            ArmedFault(
                id=row["id"],
                on=row["on"],
                kind=row.get("kind") or ", ".join(row["mix"]),
                times=row.get("times"),
                seconds=row["seconds"] if "kind" in row else 0.0,
            )
            for row in rows
        )

    def arm(self, on: str, kind: str, times: int | None, seconds: float, *, by: User) -> None:
        """Let a fault strike the next ``times`` calls of ``on``, or all until it is removed.
        Raises :class:`NotPossible`."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with self._portal.lock, _told():
            if len(self._portal.faults.listing()) >= MOST_FAULTS:
                raise NotPossible(f"At most {MOST_FAULTS} faults wait at once. Remove some first.")
            self._portal.faults.add(on, kind, times, seconds)

    def disarm(self, number: int | None, *, by: User) -> None:
        """Remove one fault, by its id, or all; the latter lifts a block, too."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with self._portal.lock:
            if number is not None:
                self._portal.faults.remove(number)
            else:
                self._portal.faults.clear()
                self._portal.limits.lift()

    # Switches.

    def switches(self, *, by: User) -> tuple[SwitchRow, ...]:
        """Every open question, and how it is read."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        hints = get_type_hints(Switches)
        return tuple(
            SwitchRow(
                name=row["name"],
                doc=row["doc"],
                value=row["value"],
                default=row["default"],
                choices=tuple(hints[row["name"]])
                if issubclass(hints[row["name"]], enum.StrEnum)
                else (),
            )
            for row in self._portal.switches.listing()
        )

    def turn(self, name: str, value: object, *, by: User) -> None:
        """Read one question another way. Raises :class:`NotPossible`."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with _told():
            self._portal.amend_switches(**{name: value})

    def turn_back(self, *, by: User) -> None:
        """Read every question as at first."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        self._portal.amend_switches(**{r["name"]: r["default"] for r in Switches().listing()})

    # Definitions.

    def drift_kinds(self, *, by: User) -> tuple[DriftKind, ...]:
        """Every change of a definition there is."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        return tuple(DriftKind(name, k.doc, k.needs, k.may) for name, k in DRIFT.items())

    def forms(self, *, by: User) -> tuple[FormCard, ...]:
        """Every form that is not archived, by name."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with self._portal.lock:
            found = [
                FormCard(form["id"], form["name"], frozenset(map("/".join, form_fields(form))))
                for form in self._portal.forms.values()
                if not form["archived"]
            ]
        return tuple(sorted(found, key=lambda form: form.name.casefold()))

    def properties(self, *, by: User) -> tuple[PropertyCard, ...]:
        """Every property of the kinds of records that forms write, the newest first."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            found = [
                (row.get("createdAt") or "", _card(portal, type_id, row))
                for type_id, rows in portal.properties.items()
                if portal.schemas.get(type_id) or record_word(type_id) != type_id
                for row in rows.values()
                if not row["archived"]
            ]
        found.sort(key=lambda one: one[1].label.casefold())
        found.sort(key=lambda one: one[0], reverse=True)
        return tuple(card for _, card in found)

    def change_definition(self, kind: str, given: Mapping[str, str], *, by: User) -> None:
        """Make one change, as an editor in HubSpot might. Whoever hears of every property on the
        forms hears of a new one, too. Raises :class:`NotPossible`."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock, _told():
            drift(portal, kind, given)
            if portal.webhooks.target is not None:
                report_everything(portal, portal.webhooks.target.url)

    # What HubSpot reports.

    def deliveries(self, *, by: User) -> tuple[DeliveryRow, ...]:
        """The webhook requests that were made last, newest first."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with self._portal.lock:
            newest = self._portal.webhooks.deliveries.all()[: -MOST_DELIVERIES - 1 : -1]
            return tuple(_delivery(one.listing()) for one in newest)

    def report_again(self, how: Again, *, by: User) -> None:
        """Send the last report once more. Raises :class:`NotPossible` when there is none."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            found = [one for one in portal.webhooks.deliveries.all() if not one.forged]
            if not found:
                raise NotPossible("HubSpot has reported nothing yet. Let it change a record first.")
            last = found[-1]
            portal.webhooks.deliveries.add(
                last.events, time.monotonic(), raw=last.raw, **_AGAIN[how]
            )
            portal.wake()

    def change_record(self, key: str, *, by: User) -> str:
        """Let a person in HubSpot write a made-up value into a property (``0-1/email``) of the
        newest record of its kind, or of a new one; the record's id. Raises
        :class:`NotPossible`."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        type_id, _, name = key.partition("/")
        portal = self._portal
        with portal.lock, _told():
            definition = portal.properties[type_id][name]
            portal.settle(time.monotonic())
            portal.records.settle(time.monotonic())
            living = [one for one in portal.records.all(type_id) if not one.archived]
            held = living[-1].values.get(name, "") if living else ""
            values = {name: _made_up(definition, held)}
            origin = Origin(ChangeSource.PERSON, now_ms(), f"userId:{USER_ID}")
            if not living:
                return portal.records.create(type_id, values, origin).id
            portal.records.update(type_id, living[-1], values, origin)
            return living[-1].id


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell what the emulator's own checks say; their sentences hold names and no values."""
    try:
        yield
    except KeyError:
        raise NotPossible("That is not there any more. Look again.") from None
    except ValueError as fault:
        sentence = str(fault)
        raise NotPossible(f"{sentence[:1].upper()}{sentence[1:]}.") from None


def _card(portal: Portal, type_id: str, row: Property) -> PropertyCard:
    return PropertyCard(
        key=f"{type_id}/{row['name']}",
        label=str(row.get("label") or row["name"]),
        record=record_word(type_id),
        sensitivity=portal.sensitivity(type_id, row["name"]),
        for_forms=row["formField"] and not row["calculated"] and row["type"] != "datetime",
    )


def _delivery(row: Mapping[str, Any]) -> DeliveryRow:
    tries = tuple((attempt["at"], attempt["status"]) for attempt in row["attempts"])
    return DeliveryRow(row["id"], str(row["state"]), row["events"], tries)


def _made_up(definition: Property, held: str) -> str:
    """A value that fits the property and differs from the one it has."""
    options = [row["value"] for row in definition["options"] if row["value"] != held]
    if options:
        return str(random.choice(options))  # noqa: S311 - a made-up value is no secret
    now = datetime.datetime.now(datetime.UTC)
    kind = definition["type"]
    if kind == "date":
        past = datetime.timedelta(days=random.randrange(20_000))  # noqa: S311 - as above
        return (now - past).date().isoformat()
    if kind == "datetime":
        return now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if kind == "number":
        return str(random.randrange(1, 100_000))  # noqa: S311 - as above
    if kind == "bool":
        return "false" if held == "true" else "true"
    return f"Made up at {now:%H:%M:%S}, {random.randrange(1000)}"  # noqa: S311 - as above
