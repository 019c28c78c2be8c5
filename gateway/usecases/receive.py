"""From a call of HubSpot's to the inbox, and what people see of it there.

A notice says that something changed, never to what: the value that HubSpot sends along is not
read, whatever its class, and whoever needs it looks at the record.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

from gateway.domain.answers import Secret
from gateway.domain.errors import GatewayError, UnknownReceipt, WebhookRefused
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.domain.submissions import Event, State, Status, read_receipt
from gateway.domain.users import Permission, User
from gateway.domain.webhooks import (
    FORM_SOURCE,
    Confirmation,
    InboxRow,
    Notice,
    Refusal,
    record_word,
)
from gateway.hubspot.webhooks import Arrived, parse, verify
from gateway.policy.permissions import require
from gateway.store.inbox import Inbox
from gateway.store.outbox import Outbox
from gateway.usecases.definitions import Definitions
from gateway.usecases.instruments import Instruments
from gateway.usecases.portal import Portal

PORTAL_WAIT_S = 0.5
"""How long a call waits to learn which account is ours, where nobody has asked yet."""
CONFIRMS_MS = 120_000
"""So long after a delivery a change may be its own: HubSpot writes a form's answers to the
record at once or within moments. Longer, and more of them would be somebody else's."""
CLOCKS_APART_MS = 5_000
LONGEST_SEND_MS = 30_000
"""So long before its delivery a submission may have been on its way at most."""
MOST_NEIGHBOURS = 500

_Named = tuple[str, str]
"""(object type id, property)."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one request: refused whole, or kept whole."""

    refusal: Refusal | None = None
    position: int | None = None
    """Which event was the reason, counted from 0, where one was."""
    stored: int = 0
    repeated: int = 0
    """How many were known already."""


@dataclasses.dataclass(frozen=True)
class InboxListing:
    """Notices, the one that occurred last first, and every (object type id, property) there is
    one of."""

    rows: tuple[InboxRow, ...]
    names: tuple[_Named, ...]


@dataclasses.dataclass(frozen=True)
class Confirmations:
    """What HubSpot reported of one submission, in the order of its form."""

    found: tuple[Confirmation, ...] = ()
    awaited: bool = False
    """Whether more may still come."""


class Webhooks:
    """Takes in what HubSpot reports, and shows it."""

    def __init__(
        self,
        inbox: Inbox,
        outbox: Outbox,
        portal: Portal,
        definitions: Definitions,
        instruments: Instruments,
        *,
        secret: Secret,
        public_url: str,
        legacy: bool,
        expected_portal: int | None,
        now_ms: Callable[[], int],
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._portal = portal
        self._definitions = definitions
        self._instruments = instruments
        self._secret = secret
        self.public_url = public_url
        """The address HubSpot's signatures are checked against, without the path."""
        self._legacy = legacy
        self._expected_portal = expected_portal
        self._now_ms = now_ms
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="whose-webhook")

    @property
    def listens(self) -> bool:
        """Whether there is a secret to know HubSpot by."""
        return bool(self._secret)

    def receive(self, arrived: Arrived) -> Outcome:
        """Keeps every event of a request that HubSpot signed, once and durably, or none of
        them. Whoever is told of an outcome without a refusal need not send it again."""
        try:
            notices = self._read(arrived)
            stored = self._inbox.keep(notices)
        except WebhookRefused as error:
            return self.turn_away(error.refusal, error.position)
        except GatewayError:
            return self.turn_away(Refusal.STORE)
        repeated = len(notices) - stored
        self._instruments.webhook_received(stored, repeated)
        return Outcome(stored=stored, repeated=repeated)

    def turn_away(self, refusal: Refusal, position: int | None = None) -> Outcome:
        """The outcome of a request that is not taken, counted."""
        self._instruments.webhook_refused(refusal)
        return Outcome(refusal, position)

    def inbox(
        self,
        *,
        by: User,
        limit: int = 200,
        object_type_id: str | None = None,
        name: str | None = None,
    ) -> InboxListing:
        """What HubSpot reported, newest first; of one kind of record and one property if
        given."""
        require(by, Permission.VIEW_INBOX)
        kept = self._inbox.newest(limit, object_type_id=object_type_id, name=name)
        named = {_named(one.notice) for one in kept}
        told = self._described(named)
        rows = [
            InboxRow(
                one,
                record_word(one.notice.object_type_id),
                *told.get(_named(one.notice), (None, "")),
            )
            for one in kept
        ]
        return InboxListing(tuple(rows), self._inbox.names())

    def confirmations(self, receipt: str, *, by: User) -> Confirmations:
        """What HubSpot reported right after a submission was delivered, of the properties on its
        form. Nothing in a notice names a submission, so each tells to how many others it may
        belong. Raises :class:`UnknownReceipt`."""
        require(by, Permission.VIEW_RECEIPTS)
        code = read_receipt(receipt)
        status = self._outbox.status(code) if code is not None else None
        if status is None:
            raise UnknownReceipt
        if not self.listens or not _arrived(status):
            return Confirmations()
        since, until = _window(status)
        return Confirmations(self._confirmed(status, since, until), awaited=self._now_ms() <= until)

    def _confirmed(self, status: Status, since: int, until: int) -> tuple[Confirmation, ...]:
        portal_id = self._known_portal()
        snapshot = self._snapshot(status.form_id)
        named = _properties(snapshot) if snapshot is not None else frozenset()
        if portal_id is None or snapshot is None or not named:
            return ()
        found = self._inbox.changes(
            portal_id, named, source=FORM_SOURCE, since_ms=since, until_ms=until
        )
        if not found:
            return ()
        labels = {
            (one.object_type_id, one.property.name): one.property.label
            for one in snapshot.properties
        }
        near = self._neighbours(status, found)
        changes = _by_property(found)
        return tuple(
            _confirmation(changes[key], labels, near) for key in _in_order(snapshot, changes)
        )

    def close(self) -> None:
        """Asks for nothing more."""
        self._asking.shutdown(wait=False, cancel_futures=True)

    def _read(self, arrived: Arrived) -> tuple[Notice, ...]:
        unsigned = verify(
            arrived,
            secret=self._secret,
            public_url=self.public_url,
            now_ms=self._now_ms(),
            legacy=self._legacy,
        )
        if unsigned is not None:
            raise WebhookRefused(unsigned)
        notices = parse(arrived.body)
        portal_id = self._known_portal() or self._asked_portal()
        if portal_id is None:
            raise WebhookRefused(Refusal.UNKNOWN_PORTAL)
        for position, notice in enumerate(notices):
            if notice.portal_id != portal_id:
                raise WebhookRefused(Refusal.PORTAL, position)
        return notices

    def _known_portal(self) -> int | None:
        return self._expected_portal or self._portal.known_id()

    def _asked_portal(self) -> int | None:
        """Our account, asked for beside the call, which does not wait for HubSpot for long."""
        with contextlib.suppress(GatewayError, NotYet, RuntimeError):
            return self._asking.submit(self._portal.last_known).result(PORTAL_WAIT_S).portal_id
        return None

    def _described(
        self, named: Collection[_Named]
    ) -> Mapping[_Named, tuple[Sensitivity | None, str]]:
        """Class and label of each property, as far as they are known; one that is found in two
        classes has none."""
        found: dict[_Named, tuple[Sensitivity | None, str]] = {}
        for type_id in {type_id for type_id, name in named if name}:
            for one in self._definitions.properties(type_id) or ():
                key = (type_id, one.name)
                found[key] = (None if key in found else one.sensitivity, one.label)
        return found

    def _snapshot(self, form_id: str) -> Snapshot | None:
        with contextlib.suppress(GatewayError):
            return self._definitions.best(form_id).snapshot
        return None

    def _neighbours(self, status: Status, found: Iterable[Notice]) -> Callable[[_Named, int], int]:
        """How many other submissions, with the property on their form, a change at a moment may
        belong to. A form that cannot be read may have any property."""
        moments = [one.occurred_at_ms for one in found]
        first, last = min(moments) - CONFIRMS_MS, max(moments) + LONGEST_SEND_MS + CLOCKS_APART_MS
        near = [
            (form_id, delivered)
            for code, form_id, delivered in self._outbox.delivered_between(
                first, last, MOST_NEIGHBOURS
            )
            if code != status.code
        ]
        named: dict[str, frozenset[_Named] | None] = {}
        for form_id in {form_id for form_id, _ in near}:
            snapshot = self._snapshot(form_id)
            named[form_id] = _properties(snapshot) if snapshot is not None else None

        def count(key: _Named, at_ms: int) -> int:
            return sum(
                delivered - LONGEST_SEND_MS - CLOCKS_APART_MS <= at_ms <= delivered + CONFIRMS_MS
                for form_id, delivered in near
                if (has := named[form_id]) is None or key in has
            )

        return count


def _arrived(status: Status) -> bool:
    return status.state is State.DELIVERED and status.delivered_at_ms is not None


def _window(status: Status) -> tuple[int, int]:
    """When a change may be this delivered submission's: from when it was last sent."""
    delivered = status.delivered_at_ms or status.changed_at_ms
    sent = [at for at, _, event in status.history if event == Event.CLAIMED]
    return max(sent, default=delivered) - CLOCKS_APART_MS, delivered + CONFIRMS_MS


def _named(notice: Notice) -> _Named:
    return (notice.object_type_id, notice.property_name)


def _properties(snapshot: Snapshot) -> frozenset[_Named]:
    return frozenset((one.object_type_id, one.property.name) for one in snapshot.properties)


def _in_order(snapshot: Snapshot, changes: Collection[_Named]) -> list[_Named]:
    """``changes`` as their fields stand on the form; what is on it no more comes last."""
    fields = snapshot.definition.walk() if snapshot.definition is not None else ()
    places = {(field.object_type_id, field.name): place for place, field in enumerate(fields)}
    return sorted(changes, key=lambda key: places.get(key, len(places)))


def _by_property(found: Iterable[Notice]) -> Mapping[_Named, list[Notice]]:
    grouped: dict[_Named, list[Notice]] = {}
    for one in found:
        grouped.setdefault(_named(one), []).append(one)
    return grouped


def _confirmation(
    changes: list[Notice], labels: Mapping[_Named, str], near: Callable[[_Named, int], int]
) -> Confirmation:
    first = changes[0]
    key = _named(first)
    records = len({one.object_id for one in changes})
    return Confirmation(
        property_name=first.property_name,
        label=labels.get(key, ""),
        occurred_at_ms=first.occurred_at_ms,
        others=max(near(key, first.occurred_at_ms), records - 1),
    )
