"""The desk's side of the composition: definitions, records and search, which people work on by
hand and no submission passes through."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from gateway.bootstrap.account import account_of
from gateway.hubspot.api import HubSpot
from gateway.hubspot.properties import PropertyDefinitions
from gateway.settings import Settings
from gateway.store.lockfile import LockStore
from gateway.store.store import Store
from gateway.usecases.classes import Classes
from gateway.usecases.definitions import Definitions
from gateway.usecases.desk import Desk
from gateway.usecases.instruments import Instruments
from gateway.usecases.object_types import ObjectTypes
from gateway.usecases.portal import Portal
from gateway.usecases.properties import Properties
from gateway.usecases.property_book import PropertyBook
from gateway.usecases.record_batches import RecordBatches
from gateway.usecases.record_writing import RecordWriting
from gateway.usecases.records import Records
from gateway.usecases.reveal import Reveal
from gateway.usecases.search import RecordSearch


class Shared(NamedTuple):
    """What the desk has in common with the submissions' side."""

    store: Store
    portal: Portal
    definitions: Definitions
    locks: LockStore
    instruments: Instruments
    owner: str
    now_ms: Callable[[], int]
    boot_s: Callable[[], float]


class OpenDesk(NamedTuple):
    """The desk, and the three things people do at it."""

    account: Desk
    properties: Properties
    records: Records
    search: RecordSearch


def open_desk(
    settings: Settings, shared: Shared, hubspot: HubSpot, resources: ExitStack
) -> OpenDesk:
    """The desk with its own token where the settings have one, else with ``hubspot``'s, the one
    that submits. What it opens is closed with ``resources``."""
    separate = bool(settings.records_token)
    if separate:
        hubspot = account_of(settings, settings.records_token)
        resources.callback(hubspot.close)
    store, now_ms = shared.store, shared.now_ms
    desk = Desk(hubspot, shared.portal, separate=separate, now_ms=now_ms)
    calls = PropertyDefinitions(desk.hubspot.client)
    resources.callback(calls.close)
    object_types = ObjectTypes(desk, calls, now_ms=now_ms)
    classes = Classes(
        desk, object_types, max_age_ms=settings.definition_max_age * 1000, now_ms=now_ms
    )
    book = PropertyBook(
        desk,
        calls,
        shared.definitions,
        classes,
        object_types,
        shared.locks,
        shared.portal,
        store.property_rows,
        now_ms=now_ms,
    )
    rows, instruments = store.record_rows, shared.instruments
    writing = RecordWriting(desk, rows, instruments)
    records = Records(
        desk,
        classes,
        writing,
        RecordBatches(desk, classes, writing),
        Reveal(
            desk,
            classes,
            rows,
            instruments,
            seconds=settings.reveal_seconds,
            clock=shared.boot_s,
        ),
    )
    search = RecordSearch(desk, classes, store.searches, records, owner=shared.owner)
    return OpenDesk(desk, Properties(book), records, search)
