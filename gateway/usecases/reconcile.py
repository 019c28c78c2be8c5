"""Unclear submissions: looked up in HubSpot by their tag, and settled by what is seen there.

Presence is believed whenever it is seen. Absence counts only after a look that was complete,
begun after the window had passed since the last byte could have left, measured by a clock that
nobody can set; and only where a probe has shown that what HubSpot stored does show. Else a
person decides.
"""

from __future__ import annotations

import collections
import dataclasses
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from gateway.domain.errors import GatewayError
from gateway.domain.hubspot_errors import RateLimited, Unauthorized
from gateway.domain.submissions import Event, State
from gateway.hubspot.api import HubSpot
from gateway.store.outbox import Outbox, Unclear
from gateway.store.probes import Probes
from gateway.store.unclear import Verdict
from gateway.usecases import deliver

LOOK_BACK_MS = 5 * 60 * 1000
"""How far before its own time a submission is looked for: clocks differ."""
BATCH = 5_000
MOST_RESENDS = 3
NO_EVIDENCE_S = 86_400.0
"""When no look was complete for so long, a person is asked."""
TOO_OLD_MS = 25 * 86_400_000
OLD_PAGES = 2
TAG_LENGTH = 32


@dataclasses.dataclass
class Found:
    """What one sweep has done."""

    looked: int = 0
    present: int = 0
    absent: int = 0
    review: int = 0
    complete: bool = True
    refused: bool = False
    """HubSpot asked us to slow down, or refused our token: nothing more was asked."""


@dataclasses.dataclass(frozen=True)
class _Seen:
    """What was read of one form: conversion ids by tag and by time, and whether the reading
    reached everything that was looked for."""

    by_tag: Mapping[str, Sequence[str]]
    by_time: Mapping[int, Sequence[str]]
    complete: bool
    refused: bool = False


_NOT_ASKED = _Seen({}, {}, complete=False)


class Reconcile:
    """Reads submissions back, newest first, and matches the tag in their page address."""

    def __init__(
        self,
        outbox: Outbox,
        hubspot: HubSpot,
        probes: Probes,
        *,
        window_s: int,
        page_pause_s: float,
        boot_s: Callable[[], float],
        now_ms: Callable[[], int],
    ) -> None:
        self._outbox = outbox
        self._hubspot = hubspot
        self._probes = probes
        self._window_s = window_s
        self._page_pause_s = page_pause_s
        self._boot_s = boot_s
        self._now_ms = now_ms
        self._observed: dict[str, tuple[int, float]] = {}

    def sweep(self, *, unclear_after_ms: int = 0, deep: bool = True) -> Found:
        """One look at every form with submissions that became unclear after that moment (ms
        since the epoch). A form that cannot be read now is left for the next sweep. Only a
        ``deep`` look reads back as far as what waits for a person, which may be weeks."""
        found = Found()
        by_form: dict[str, list[Unclear]] = defaultdict(list)
        for unclear in self._outbox.unknown(BATCH, unclear_after_ms=unclear_after_ms):
            by_form[unclear.form_id].append(unclear)
        if unclear_after_ms == 0:
            everyone = {one.sid for form in by_form.values() for one in form}
            self._observed = {s: o for s, o in self._observed.items() if s in everyone}
        for form_id, form in by_form.items():
            sought = [o.submitted_at_ms for o in form if deep or o.state is State.UNKNOWN]
            if sought:
                self._sweep_form(form_id, form, min(sought) - LOOK_BACK_MS, found)
        return found

    def copies(self, since_ms: int) -> int:
        """Looks through everything sent since then for tags that HubSpot has more than once,
        and notes them; returns how many are new."""
        noted = 0
        for form_id, (first, _) in self._outbox.sent_since(since_ms).items():
            seen = self._read(form_id, first - LOOK_BACK_MS)
            noted += self._outbox.note_copies(_twice(seen))
        return noted

    def _sweep_form(
        self, form_id: str, unclear: list[Unclear], oldest_ms: int, found: Found
    ) -> None:
        began = self._boot_s()
        ripe = {one.sid for one in unclear if self._is_ripe(one, began)}
        seen = _NOT_ASKED if found.refused else self._read(form_id, oldest_ms)
        found.refused = found.refused or seen.refused
        found.looked += len(unclear)
        found.complete = found.complete and seen.complete
        self._outbox.note_copies(_twice(seen))
        probe = self._probes.valid()
        by_time = probe is not None and probe.time_kept and not probe.uri_kept
        verdicts = []
        for one in unclear:
            verdict = _present(one, seen, by_time=by_time)
            if verdict is None and one.state is State.UNKNOWN:
                verdict = self._absent(one, seen, ripe=one.sid in ripe)
            if verdict is not None:
                verdicts.append(verdict)
        self._outbox.decide_unclear(verdicts)
        events = collections.Counter(verdict.event for verdict in verdicts)
        found.present += events[Event.FOUND_IN_HUBSPOT]
        found.absent += events[Event.ABSENCE_PROVEN]
        found.review += events[Event.GIVEN_TO_A_PERSON]

    def _is_ripe(self, one: Unclear, now_s: float) -> bool:
        """Whether the window has passed, by the outbox's clock and by ours since we first saw
        it unclear: a clock that jumps makes nothing old. One whose lease ran out may only seem
        to be abandoned for the same reason: whoever holds it may send for as long as a lease."""
        since, first_s = self._observed.setdefault(one.sid, (one.unclear_since_ms, now_s))
        if since != one.unclear_since_ms:
            self._observed[one.sid] = (one.unclear_since_ms, now_s)
            return False
        # What became unclear in the future did so by a clock that was ahead: ours decides.
        young = 0 <= self._now_ms() - one.unclear_since_ms < self._window_s * 1000
        lease_s = deliver.LEASE_S if one.cause == "worker_stopped" else 0.0
        return not young and now_s - first_s >= self._window_s + lease_s

    def _absent(self, one: Unclear, seen: _Seen, *, ripe: bool) -> Verdict | None:
        """What follows for one that was not seen: nothing yet, back into the queue, or a person
        decides."""
        age_ms = self._now_ms() - one.submitted_at_ms
        waited_s = (self._now_ms() - one.unclear_since_ms) / 1000
        if age_ms > TOO_OLD_MS and ripe:
            return Verdict(one, Event.GIVEN_TO_A_PERSON, "too_old")
        if not seen.complete:
            hopeless = ripe and waited_s >= NO_EVIDENCE_S
            return Verdict(one, Event.GIVEN_TO_A_PERSON, "no_evidence") if hopeless else None
        if not ripe:
            return None
        if seen.by_time.get(one.submitted_at_ms):
            # Something of exactly its time is there: its tag may have been lost on the way.
            return Verdict(one, Event.GIVEN_TO_A_PERSON, "found_by_time")
        probe = self._probes.valid()
        if one.resends >= MOST_RESENDS:
            cause = "resent_thrice"
        elif probe is None or not probe.proves_absence:
            cause = "not_found_again"
        else:
            return Verdict(one, Event.ABSENCE_PROVEN)
        return Verdict(one, Event.GIVEN_TO_A_PERSON, cause)

    def _read(self, form_id: str, oldest_ms: int) -> _Seen:
        """What HubSpot shows of a form since ``oldest_ms``. It is complete when it reached that
        time, or the end, and every entry on the way could be read. That newest comes first is
        only what HubSpot says: it goes on until ``OLD_PAGES`` pages in a row are older."""
        by_tag: dict[str, list[str]] = defaultdict(list)
        by_time: dict[int, list[str]] = defaultdict(list)
        complete, number, old_pages = False, 0, 0
        try:
            for page in self._hubspot.submission_pages(form_id):
                for entry in page.submissions:
                    # The same entry comes twice when new ones push it onto the next page.
                    number += 1
                    conversion = entry.conversion_id or f"#{number}"
                    tag = _tag(entry.page_url)
                    for place in ([by_tag[tag]] if tag else []) + [by_time[entry.submitted_at]]:
                        if conversion not in place:
                            place.append(conversion)
                if not page.whole:
                    return _Seen(by_tag, by_time, complete=False)
                older = all(entry.submitted_at < oldest_ms for entry in page.submissions)
                old_pages = old_pages + 1 if older else 0
                if old_pages == OLD_PAGES:
                    complete = True
                    break
                time.sleep(self._page_pause_s)
            else:
                complete = True
        except (RateLimited, Unauthorized):
            return _Seen(by_tag, by_time, complete=False, refused=True)
        except GatewayError:
            complete = False
        return _Seen(by_tag, by_time, complete)


def _present(one: Unclear, seen: _Seen, *, by_time: bool) -> Verdict | None:
    conversions = seen.by_tag.get(one.sid)
    if conversions:
        return Verdict(one, Event.FOUND_IN_HUBSPOT, None, conversions[0])
    conversions = seen.by_time.get(one.submitted_at_ms) if by_time else None
    if conversions:
        return Verdict(one, Event.FOUND_IN_HUBSPOT, "found_by_time", conversions[0])
    return None


def _twice(seen: _Seen) -> dict[str, int]:
    return {tag: len(ids) for tag, ids in seen.by_tag.items() if len(ids) > 1}


def _tag(page_url: str) -> str:
    _, _, tail = page_url.partition("/~s/")
    return tail[:TAG_LENGTH]
