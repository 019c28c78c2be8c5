"""What must be true when a storm is over, whatever it did: one list of rules for every row.

The harness trusts nobody: what was promised is read from the receipts people were given, what
arrived from the emulator's own counts, and only then is the outbox asked what it says.
"""

from __future__ import annotations

import bisect
import collections
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from gateway.domain.audit import Action, AuditRow
from gateway.domain.errors import SealError
from gateway.domain.submissions import State, Status
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.faults import Area
from gateway.sealing.envelope import Context, unseal
from gateway.store.outbox import Sealed
from gateway.store.schema import outbox
from gateway.usecases.gateway import Gateway
from storm.account import Arrival

Faults = collections.Counter[str]
"""What was violated → how often. Empty when all is well."""

MOST = 1_000_000
BATCH = 500
OTHER_CONTEXTS = 50
"""So many envelopes are tried with the context of their neighbour."""
LINE = re.compile(r"(\S+) ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")

BETWEEN_SENDS = frozenset({Action.REQUEUED, Action.ABSENT, Action.RELEASED, Action.RESENT})
"""One of these stands between any two claims of a submission: nothing had left, it was proven
absent, or a person took it upon themselves."""
NEED_A_REASON = frozenset({State.REJECTED, State.REVIEW, State.HELD, State.DISCARDED})


def receipts(lines: Iterable[str]) -> dict[str, str]:
    """key → receipt of an intake's log. A line that was cut off by a kill promised nothing."""
    found = (LINE.fullmatch(line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def judge(
    gateway: Gateway,
    promised: Iterable[str],
    tags: Mapping[str, int],
    arrivals: Sequence[Arrival],
    *,
    delivered: bool = True,
) -> Faults:
    """Every rule that can be read off at the end. ``promised`` are the receipts that were given
    out; ``delivered`` says that all of them must be delivered by now."""
    statuses = {one.code: one for one in gateway._outbox.listing(MOST)}
    history: dict[str, list[AuditRow]] = collections.defaultdict(list)
    for row in gateway._store.audit.rows():
        history[row.sid].append(row)
    sids = _sids(gateway)
    faults: Faults = collections.Counter()
    for receipt in promised:
        faults.update(_of_promise(statuses.get(receipt), delivered=delivered))
    for receipt, status in statuses.items():
        faults.update(_of_submission(status, tags.get(sids[receipt], 0)))
    faults["in HubSpot, but never accepted"] += len(tags.keys() - set(sids.values()))
    faults.update(_of_sends(history, arrivals))
    faults.update(_of_keys(gateway, shredded=sum(s.shredded_at_ms is not None
                                                 for s in statuses.values())))  # fmt: skip
    balance = gateway.balance(by=LOCAL_OPERATOR)
    faults["the books do not balance"] += not balance.balanced
    faults["the audit does not verify"] += not balance.audit_intact
    return +faults


def _of_promise(status: Status | None, *, delivered: bool) -> Iterable[str]:
    """I1: what was acknowledged is there, in one state."""
    if status is None:
        yield "lost"
    elif delivered and status.state is not State.DELIVERED:
        yield f"left {status.state} ({status.cause})"


def _of_submission(status: Status, stored: int) -> Iterable[str]:
    """I4, I5, I6: stored once, never told delivered without being stored, a reason for a person."""
    if stored > 1:
        yield "doubled"
    if status.state is State.DELIVERED and not stored:
        yield "delivered, but not stored"
    if status.state in NEED_A_REASON and status.cause is None and status.decision is None:
        yield "waits without a reason"


def _of_sends(
    history: Mapping[str, Sequence[AuditRow]], arrivals: Sequence[Arrival]
) -> Iterable[str]:
    """I2, I3: no send without a claim, no second claim without what must stand between."""
    sends = collections.Counter(
        one.tag for one in arrivals if one.area == Area.SECURE_SUBMIT and one.tag
    )
    for sid, rows in history.items():
        claims, free = 0, True
        for row in rows:
            if row.action is Action.CLAIMED:
                if not free:
                    yield "claimed again without proof"
                claims, free = claims + 1, False
            free = free or row.action in BETWEEN_SENDS
        if sends[sid] > claims:
            yield "sent without a claim"


def _of_keys(gateway: Gateway, *, shredded: int) -> Iterable[str]:
    """I7, I8: each envelope opens with its own context, with no other, and never once shredded."""
    # Those that the release before took in have no key noted until this has run.
    gateway._housekeeping._retention.sweep()
    opening = gateway._worker._delivery._keyring.opening
    opened = tried = 0
    for epoch in gateway._worker._delivery._keyring.epochs():
        start = 0
        while batch := gateway._store.epochs.sealed_with(epoch.key_id, BATCH, start=start):
            start += len(batch)
            for one, other in zip(batch, [*batch[1:], batch[0]], strict=True):
                try:
                    unseal(one.envelope, _context(one), opening)
                except SealError:
                    yield "an envelope that does not open"
                    continue
                opened += 1
                if one is not other and tried < OTHER_CONTEXTS:
                    tried += 1
                    try:
                        unseal(one.envelope, _context(other), opening)
                    except SealError:
                        continue
                    yield "an envelope that opens as another"
    if opened + shredded != sum(gateway._outbox.counts().values()):
        yield "an envelope without a key"


def _context(one: Sealed) -> Context:
    return Context(one.sid, one.portal_id, one.form_id, one.submitted_at_ms, one.snapshot_hash)


def _sids(gateway: Gateway) -> dict[str, str]:
    asked = select(outbox.c.receipt, outbox.c.sid)
    return gateway._outbox._means.reader.run(
        lambda connection: {row.receipt: row.sid for row in connection.execute(asked)}
    )


def most_within(times: Sequence[float], seconds: float) -> int:
    """I11: the most of these moments that lie within any stretch of ``seconds``, its end left
    out."""
    ordered = sorted(times)
    return max(
        (bisect.bisect_left(ordered, at + seconds) - number for number, at in enumerate(ordered)),
        default=0,
    )


def shortest_gap(times: Sequence[float]) -> float:
    """I10: the shortest time between two of these moments."""
    ordered = sorted(times)
    pairs = itertools.pairwise(ordered)
    return min((after - before for before, after in pairs), default=float("inf"))


def told(faults: Faults) -> str:
    """The faults in words: "3 lost, 1 doubled"; what matters most when there is none."""
    words = [f"{many} {what}" for what, many in sorted(faults.items())]
    return ", ".join(words) or "0 lost, 0 doubled"
