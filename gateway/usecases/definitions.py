"""What HubSpot says of each form: read, joined with its properties, and remembered.

A fresh description may be shared for a short time; while HubSpot cannot be asked, the last
good one from disk lets intake go on. What is about to be sent is always checked against a
description read after it was accepted.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from gateway.domain.errors import IntakeClosed, UnknownForm
from gateway.domain.forms import FormDefinition
from gateway.domain.hubspot_errors import Forbidden, HubSpotError, NotFound, Unavailable
from gateway.domain.objects import object_type
from gateway.domain.properties import Property
from gateway.domain.snapshots import PlacedProperty, Snapshot
from gateway.hubspot.api import HubSpot, is_form_id
from gateway.hubspot.replies import FormListing
from gateway.store.snapshots import Snapshots
from gateway.usecases.breaker import Breaker
from gateway.usecases.portal import REMEMBERED_AS
from gateway.usecases.rule_book import RuleBook

ALL_FORMS = "forms"
AHEAD = 8
"""Reads side by side, two of each object type: more than most forms need."""
LONGEST_PAUSE_S = 5.0
"""Between two readings of a form while few of the window's calls are left."""
SAVE_AGAIN_MS = 60_000
"""An unchanged description is written again after this long, to keep its age."""


@dataclasses.dataclass(frozen=True)
class _ReadAt:
    at_ms: int
    properties: tuple[Property, ...] | None
    """None when the token may not read them."""


@dataclasses.dataclass(frozen=True)
class Described:
    """A snapshot, and whether it is the last good one because HubSpot could not be asked."""

    snapshot: Snapshot
    stale: bool


class Definitions:
    """Reads form descriptions, and keeps the last good ones."""

    def __init__(
        self,
        hubspot: HubSpot,
        snapshots: Snapshots,
        *,
        approved: Callable[[], frozenset[str]],
        max_age_ms: int,
        keep_age_ms: int,
        now_ms: Callable[[], int],
        breaker: Breaker,
    ) -> None:
        self._breaker = breaker
        self._hubspot = hubspot
        self._snapshots = snapshots
        self._approved = approved
        """The ids of the forms that people approved: looked at even when HubSpot lists them no
        more, since an archived form would else be gone without a word."""
        self._max_age_ms = max_age_ms
        self._keep_age_ms = keep_age_ms
        self._now_ms = now_ms
        # One lock per question: nobody waits for the answer to another one.
        self._locks: dict[str, threading.Lock] = collections.defaultdict(threading.Lock)
        self._ahead = ThreadPoolExecutor(AHEAD, thread_name_prefix="read-ahead")
        self._forms: dict[str, Snapshot] = {}
        self._begun: dict[str, float] = {}
        self._listed: tuple[int, tuple[str, ...]] | None = None
        self._properties: dict[tuple[str, bool], _ReadAt] = {}
        self._saved: dict[str, tuple[int, str]] = {}
        self._rules = RuleBook(hubspot, max_age_ms=max_age_ms, now_ms=now_ms)
        self._changed_ms = 0
        """When a definition was last changed from here: what was read before is not fresh."""

    def changed(self) -> None:
        """A property was created, changed or archived just now: everything is read again before
        it is used, so that the gate sees the change at once."""
        # A read that began in this very millisecond may have come before the change.
        self._changed_ms = self._now_ms() + 1

    def _oldest(self) -> int:
        """When something must have been read to be fresh."""
        return max(self._now_ms() - self._max_age_ms, self._changed_ms)

    def find(self, form: str) -> str:
        """The id of the form with this id or exact name.

        Raises :class:`UnknownForm`, and the :class:`HubSpotError` of asking when only HubSpot
        could tell.
        """
        # What cannot be written as UTF-8 is no form's id or name.
        wanted = form.strip().encode(errors="replace").decode()
        form_id = wanted.lower()
        if form_id in self._forms or self._read_back(self._snapshots.load(form_id)) is not None:
            return form_id
        if is_form_id(form_id):
            try:
                return self.current(form_id).form_id
            except NotFound:
                raise UnknownForm from None
        described = self.all()
        named = [one.snapshot for one in described if one.snapshot.form_name == wanted]
        # A copy often bears the name of the archived form it replaces.
        named = [one for one in named if not one.archived] or named
        if len(named) == 1:
            return named[0].form_id
        if any(one.stale for one in described):
            raise Unavailable
        raise UnknownForm

    def current(self, form_id: str, *, after_ms: int | None = None) -> Snapshot:
        """A description no older than the age limit and, with ``after_ms``, read after that
        moment. Raises the :class:`HubSpotError` of asking; nothing stale is given out."""
        oldest = max(self._oldest(), after_ms if after_ms is not None else 0)
        if (known := self._fresh(form_id, oldest)) is not None:
            return known
        with self._locks[form_id]:
            if (known := self._fresh(form_id, oldest)) is not None:
                return known
            self._spare(form_id)
            at_ms = self._now_ms()
            try:
                with self._breaker.guard(form_id):
                    self._read_ahead(form_id, oldest)
                    return self._join(self._hubspot.form(form_id), at_ms, oldest)
            except NotFound:
                self._forget(form_id)
                raise

    def _spare(self, form_id: str) -> None:
        """Waits where the account's calls run short: many who were accepted one after the other
        then share a reading, instead of using up what their sending needs."""
        rates = self._hubspot.client.rates
        now = time.monotonic()
        if rates.most and rates.left is not None and rates.left * 2 < rates.most:
            pause_s = min(LONGEST_PAUSE_S, rates.most / (2 * max(1, rates.left)))
            time.sleep(max(0.0, self._begun.get(form_id, now - pause_s) + pause_s - now))
        self._begun[form_id] = time.monotonic()

    def _read_ahead(self, form_id: str, oldest: int) -> None:
        """Asks for the properties the form needed last time while the form itself is asked for:
        somebody waits for both. What fails here is asked again by whoever needs it."""
        if (known := self._forms.get(form_id)) is not None:
            for type_id in dict.fromkeys(type_id for type_id, _ in _wanted(known.definition)):
                self._ahead.submit(self._read, type_id, oldest, archived=False)
                self._ahead.submit(self._rules.of, type_id)

    def properties(self, type_id: str) -> tuple[Property, ...] | None:
        """An object type's properties in every class, no older than the age limit where HubSpot
        answers, else as they were read last; None when they were never read, or may not be."""
        with contextlib.suppress(HubSpotError), self._breaker.guard(type_id):
            return self._read(type_id, self._oldest(), archived=False).properties
        known = self._properties.get((type_id, False))
        return known.properties if known is not None else None

    def close(self) -> None:
        """Asks for nothing more."""
        self._ahead.shutdown(wait=False, cancel_futures=True)

    def _fresh(self, form_id: str, oldest: int) -> Snapshot | None:
        known = self._forms.get(form_id)
        return known if known is not None and self._is_fresh(known.read_at_ms, oldest) else None

    def _is_fresh(self, read_at_ms: int, oldest: int) -> bool:
        """Whether something was read at ``oldest`` or later. What seems to have been read in
        the future was read before the clock was set back: its age is not known."""
        return oldest <= read_at_ms <= self._now_ms()

    def _forget(self, form_id: str) -> None:
        """HubSpot has no such form any more, so it must not open again in an outage."""
        self._forms.pop(form_id, None)
        self._saved.pop(form_id, None)
        with contextlib.suppress(IntakeClosed):
            self._snapshots.forget(form_id)

    def best(self, form_id: str) -> Described:
        """A fresh description, or the last good one while HubSpot cannot be asked.

        Raises :class:`UnknownForm`, and the :class:`HubSpotError` of asking when there is no
        good one.
        """
        try:
            return Described(self.current(form_id), stale=False)
        except NotFound:
            raise UnknownForm from None
        except HubSpotError:
            remembered = self._read_back(self._snapshots.load(form_id))
            if remembered is None:
                raise
            return Described(remembered, stale=True)

    def all(self) -> tuple[Described, ...]:
        """Every form of the account, by name, and those approved ones that are archived.

        Raises the :class:`HubSpotError` of asking when none is remembered either."""
        try:
            with self._locks[ALL_FORMS]:
                oldest = self._oldest()
                if self._listed is None or not self._is_fresh(self._listed[0], oldest):
                    self._list(oldest)
                listed = self._listed[1] if self._listed is not None else ()
                known = [self._forms[form_id] for form_id in listed if form_id in self._forms]
                found = [Described(one, stale=False) for one in known]
        except HubSpotError:
            found = [Described(snapshot, stale=True) for snapshot in self._remembered()]
            if not found:
                raise
        approved = self._approved()
        # An approval may have been withdrawn since the list was read.
        shown = [d for d in found if not d.snapshot.archived or d.snapshot.form_id in approved]
        return tuple(sorted(shown, key=lambda d: d.snapshot.form_name.casefold()))

    def _list(self, oldest: int) -> None:
        at_ms = self._now_ms()
        with self._breaker.guard(ALL_FORMS):
            listings = [*self._hubspot.forms()]
            for form_id in sorted(self._approved() - {one.id for one in listings}):
                with contextlib.suppress(NotFound):
                    listings.append(self._hubspot.form(form_id))
            for listing in listings:
                self._join(listing, at_ms, oldest)
        ids = tuple(one.id for one in listings)
        for gone in self._snapshots.all().keys() - {*ids, REMEMBERED_AS}:
            self._forget(gone)
        self._listed = (at_ms, ids)

    def _remembered(self) -> tuple[Snapshot, ...]:
        kept = (
            self._read_back(one)
            for form_id, one in self._snapshots.all().items()
            if form_id != REMEMBERED_AS
        )
        return tuple(one for one in kept if one is not None)

    def _read_back(self, kept: tuple[int, bytes] | None) -> Snapshot | None:
        """A remembered description; None when there is none, when it is too old, or when
        another version of the program wrote it in a way this one cannot read."""
        if kept is None or not self._is_fresh(kept[0], self._now_ms() - self._keep_age_ms):
            return None
        try:
            return msgspec.json.decode(kept[1], type=Snapshot)
        except msgspec.MsgspecError:
            return None

    def _join(self, listing: FormListing, at_ms: int, oldest: int) -> Snapshot:
        """Joins one form with its properties on ``(objectTypeId, name)``, and remembers it."""
        wanted = _wanted(listing.definition)
        placed: list[PlacedProperty] = []
        unreadable: list[str] = []
        names_of: dict[str, set[str]] = collections.defaultdict(set)
        for type_id, name in wanted:
            names_of[type_id].add(name)
        rules = {type_id: self._ahead.submit(self._rules.of, type_id) for type_id in names_of}
        for type_id, names in names_of.items():
            read = self._read(type_id, oldest, archived=False)
            at_ms = min(at_ms, read.at_ms)
            if read.properties is None:
                unreadable.append(type_id)
                continue
            found = [p for p in read.properties if p.name in names]
            missing = names - {p.name for p in found}
            if missing:
                gone = self._read(type_id, oldest, archived=True)
                at_ms = min(at_ms, gone.at_ms)
                found += [p for p in gone.properties or () if p.name in missing]
            placed += [PlacedProperty(type_id, p) for p in found]
        told = {type_id: answer.result() for type_id, answer in rules.items()}
        snapshot = Snapshot(
            form_id=listing.id,
            form_name=listing.name,
            definition=listing.definition,
            properties=tuple(placed),
            unreadable=tuple(unreadable),
            read_at_ms=at_ms,
            validations=tuple(
                one
                for type_id, of_type in told.items()
                for one in of_type or ()
                if one.property_name in names_of[type_id]
            ),
            rules_unknown=tuple(type_id for type_id, of_type in told.items() if of_type is None),
        )
        self._forms[listing.id] = snapshot
        saved_ms, saved_hash = self._saved.get(listing.id, (0, ""))
        if saved_hash != snapshot.hash or at_ms - saved_ms > SAVE_AGAIN_MS:
            # A full disk must not keep anybody from reading a form.
            with contextlib.suppress(IntakeClosed):
                self._snapshots.save(listing.id, at_ms, msgspec.json.encode(snapshot))
            self._saved[listing.id] = (at_ms, snapshot.hash)
        return snapshot

    def _read(self, type_id: str, oldest: int, *, archived: bool) -> _ReadAt:
        with self._locks[f"{type_id} {archived}"]:
            known = self._properties.get((type_id, archived))
            if known is None or not self._is_fresh(known.at_ms, oldest):
                known = _ReadAt(self._now_ms(), self._ask(type_id, archived=archived))
                self._properties[(type_id, archived)] = known
            return known

    def _ask(self, type_id: str, *, archived: bool) -> tuple[Property, ...] | None:
        kind = object_type(type_id)
        if kind is None:
            return ()
        try:
            return self._hubspot.properties(kind.plural, archived=archived)
        except Forbidden:
            return None
        except NotFound:
            return ()


def _wanted(definition: FormDefinition | None) -> tuple[tuple[str, str], ...]:
    if definition is None:
        return ()
    return tuple(dict.fromkeys((f.object_type_id, f.name) for f in definition.walk()))
