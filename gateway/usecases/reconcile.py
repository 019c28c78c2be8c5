"""Unclear submissions: looked up in HubSpot by their tag, and confirmed when they are there.

Only presence is believed. What is not found stays unclear and is never sent again from here.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import defaultdict

from gateway.domain.errors import HubSpotError, InvalidTransition
from gateway.hubspot.api import HubSpot
from gateway.store.outbox import Outbox, Unclear

LOOK_BACK_MS = 5 * 60 * 1000
"""How far before its own time a submission is looked for: clocks differ."""
BATCH = 500
MOST_SEEN = 2000
"""How many entries of a form are looked through in one sweep: 40 calls."""


class Reconcile:
    """Reads submissions back, newest first, and matches the tag in their page address."""

    def __init__(self, outbox: Outbox, hubspot: HubSpot) -> None:
        self._outbox = outbox
        self._hubspot = hubspot

    def sweep(self, *, unclear_after_ms: int = 0) -> int:
        """One look at every form with submissions that became unclear after that moment (ms
        since the epoch); returns how many were confirmed. A form that cannot be read now is
        left for the next sweep."""
        by_form: dict[str, list[Unclear]] = defaultdict(list)
        for unclear in self._outbox.unknown(BATCH, unclear_after_ms=unclear_after_ms):
            by_form[unclear.form_id].append(unclear)
        return sum(self._sweep_form(form_id, unclear) for form_id, unclear in by_form.items())

    def _sweep_form(self, form_id: str, unclear: list[Unclear]) -> int:
        oldest = min(one.submitted_at_ms for one in unclear) - LOOK_BACK_MS
        waiting = {one.sid for one in unclear}
        confirmed = 0
        # What cannot be read now, or was confirmed by another process, is no fault of ours.
        with contextlib.suppress(HubSpotError):
            for seen in itertools.islice(self._hubspot.submissions(form_id), MOST_SEEN):
                if 0 < seen.submitted_at < oldest or not waiting:
                    break
                sid = _tag(seen.page_url)
                if sid not in waiting:
                    continue
                waiting.discard(sid)
                with contextlib.suppress(InvalidTransition):
                    self._outbox.confirm(sid, seen.conversion_id)
                    confirmed += 1
        return confirmed


def _tag(page_url: str) -> str:
    _, _, tail = page_url.partition("/~s/")
    return tail[:32]
