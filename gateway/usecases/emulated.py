"""The emulated HubSpot of a demo, for people to look into and to play with.

It is there only where the emulator runs inside this process. Every list is bounded, and a
sensitive value is handed out only where it was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from gateway.domain.objects import OBJECT_TYPES
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.domain.webhooks import record_word
from gateway.emulator import Emulator
from gateway.emulator.account import REGION
from gateway.emulator.arrivals import tag_of
from gateway.emulator.received import Submission
from gateway.emulator.records import Record
from gateway.policy.permissions import require
from gateway.usecases.emulated_controls import EmulatedControls
from gateway.usecases.emulated_views import (
    AccountCard,
    Cell,
    ReceivedRow,
    RecordKind,
    RecordPage,
    RecordRow,
    RequestRow,
    TokenCard,
)

MOST_RECORDS, MOST_RECEIVED, MOST_REQUESTS = 50, 50, 100
LONGEST = 300
"""Characters of one value that are shown."""
COLUMNS = 6
"""How many properties are shown at first."""
KNOWN_BEST = ("email", "firstname", "lastname", "name", "domain", "subject", "dealname", "hs_name")
"""Properties that tell people which record it is."""

Receipts = Callable[[Sequence[str]], Mapping[str, str]]
"""Tags of submissions → our receipts."""


class EmulatedAccount:
    """The account's books. Each method asks whether the user may play with the emulator."""

    def __init__(self, emulator: Emulator, receipts: Receipts) -> None:
        self._emulator = emulator
        self._portal = emulator.portal
        self._receipts = receipts
        self.controls = EmulatedControls(emulator.portal)

    def about(self, *, by: User, with_tokens: bool = False) -> AccountCard:
        """The account; ``with_tokens`` the texts of its tokens, too."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            target = portal.webhooks.target
            return AccountCard(
                portal_id=portal.id,
                region=REGION,
                time_zone=portal.time_zone,
                api_base=self._emulator.api_base,
                forms_base=self._emulator.forms_base,
                reports_to=target.url if target else None,
                subscriptions=sum(one.active for one in portal.webhooks.subscriptions.values()),
                calls_today=portal.limits.calls_today,
                tokens=tuple(self._tokens(with_tokens)),
            )

    def _tokens(self, shown: bool) -> Iterator[TokenCard]:
        uses = {
            self._emulator.intake_token: "This gateway submits with it. It reads no value back.",
            self._emulator.desk_token: "This gateway's pages of records and properties use it.",
            self._emulator.access_token: "For clients of your own: it submits, and reads records.",
        }
        for text, use in uses.items():
            token = self._portal.tokens.find(text)
            if token is not None:
                scopes = tuple(sorted(set(token.scopes)))
                name = self._portal.caller(text)
                yield TokenCard(name, use, scopes, text if shown else None)

    def record_kinds(self, *, by: User) -> tuple[RecordKind, ...]:
        """Every object type that forms write, and every other that has records."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            self._settle()
            known = dict.fromkeys([*OBJECT_TYPES, *portal.schemas, *portal.records.types()])
            return tuple(
                RecordKind(type_id, self._word(type_id), len(portal.records.all(type_id)))
                for type_id in known
            )

    def _word(self, type_id: str) -> str:
        schema = self._portal.schemas.get(type_id)
        labels = schema.get("labels") if schema else None
        named = labels.get("singular") if isinstance(labels, Mapping) else None
        return str(named).lower() if named else record_word(type_id)

    def records(
        self,
        type_id: str,
        *,
        by: User,
        columns: Collection[str] = (),
        with_sensitive: bool = False,
    ) -> RecordPage:
        """The newest records of one type, with these properties (or those people know best).
        What is not plainly ordinary is kept back unless ``with_sensitive``."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            self._settle()
            newest = portal.records.all(type_id)[: -MOST_RECORDS - 1 : -1]
            names = {name for record in newest for name in record.values}
            chosen = _in_order(columns) if columns else _in_order(names)[:COLUMNS]
            classes = {name: portal.sensitivity(type_id, name) for name in chosen}
            hidden = {
                name
                for name, level in classes.items()
                if level is not Sensitivity.NON_SENSITIVE and not with_sensitive
            }
            return RecordPage(
                rows=tuple(_row(one, chosen, classes, hidden) for one in newest),
                columns={name: self._label(type_id, name) for name in chosen},
            )

    def columns(self, type_id: str, *, by: User) -> Mapping[str, str]:
        """Every property of one type that is not archived, and its label; what people know best
        first."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            rows = portal.properties.get(type_id, {})
            names = _in_order(name for name, row in rows.items() if not row["archived"])
            return {name: self._label(type_id, name) for name in names}

    def _label(self, type_id: str, name: str) -> str:
        definition = self._portal.property(type_id, name)
        return str(definition.get("label") or name) if definition else name

    def received(self, *, by: User) -> tuple[ReceivedRow, ...]:
        """The submissions that arrived last, newest first."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        portal = self._portal
        with portal.lock:
            self._settle()
            newest = portal.received.all()[: -MOST_RECEIVED - 1 : -1]
            names = {form_id: form["name"] for form_id, form in portal.forms.items()}
            times = {
                tag: portal.received.count(tag) for one in newest if (tag := tag_of(one.page_uri))
            }
        ours = self._receipts(tuple(times))
        return tuple(_received(one, names, times, ours) for one in newest)

    def requests(self, *, by: User, area: str | None = None) -> tuple[RequestRow, ...]:
        """The calls that came last, newest first; of one part of the API when it is named."""
        require(by, Permission.PLAY_WITH_EMULATOR)
        with self._portal.lock:
            entries = self._portal.journal.newest(MOST_REQUESTS, area)
        return tuple(
            RequestRow(
                at_ms=one.at_ms,
                method=one.method,
                path=one.path,
                area=one.area,
                status=one.status,
                took_ms=one.took_ms,
                correlation_id=one.correlation_id,
                caller=one.caller,
                fault=one.fault,
                fields=len(one.fields),
            )
            for one in entries
        )

    def _settle(self) -> None:
        now = time.monotonic()
        self._portal.settle(now)
        self._portal.records.settle(now)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """What people know best first, then by the alphabet, HubSpot's own last."""
    place = {name: number for number, name in enumerate(KNOWN_BEST)}
    return tuple(sorted(names, key=lambda n: (place.get(n, len(place)), n.startswith("hs_"), n)))


def _row(
    record: Record,
    columns: Iterable[str],
    classes: Mapping[str, Sensitivity | None],
    hidden: Collection[str],
) -> RecordRow:
    cells = {
        name: Cell("" if name in hidden else _short(value), classes[name], name in hidden)
        for name in columns
        if (value := record.values.get(name))
    }
    return RecordRow(record.id, record.created_ms, record.updated_ms, record.archived, cells)


def _short(value: str) -> str:
    if len(value) <= LONGEST:
        return value
    return f"{value[:LONGEST]}… ({len(value):,} characters)"


def _received(
    one: Submission, names: Mapping[str, str], times: Mapping[str, int], ours: Mapping[str, str]
) -> ReceivedRow:
    tag = tag_of(one.page_uri) or ""
    keys = [f"{v.object_type_id}/{v.name}".removeprefix("0-1/") for v in one.values]
    return ReceivedRow(
        form=names.get(one.form_id, one.form_id),
        submitted_ms=one.submitted_at,
        page_uri=(one.page_uri or "")[:LONGEST],
        receipt=ours.get(tag),
        times=times.get(tag, 1),
        fields=tuple(dict.fromkeys(keys)),
    )
