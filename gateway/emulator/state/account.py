"""What of an account is kept, and how it comes back.

Not kept: faults, the journal of calls, rate windows, install codes, and submissions a fault has
put off. What was to happen later (a record's write, a webhook's next try) keeps its distance.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.emulator.grants import Grant
from gateway.emulator.links import Kind
from gateway.emulator.portal import Portal
from gateway.emulator.received import Submission
from gateway.emulator.records import Record, Write
from gateway.emulator.switches import Switches
from gateway.emulator.tokens import Token
from gateway.emulator.webhooks.deliveries import Delivery
from gateway.emulator.webhooks.subscriptions import Subscription, Target

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Credentials:
    """Every text that opens something."""

    client_secret: str
    developer_key: str
    access_token: str
    intake_token: str
    refresh_token: str
    tokens: dict[str, Token]
    grants: dict[str, Grant]
    grantable_scopes: tuple[str, ...]
    desk_token: str = ""
    """Not in files of an earlier release: a new one is issued then."""


@dataclasses.dataclass(frozen=True)
class Link:
    """One association, seen from one end."""

    from_type: str
    from_id: str
    to_type: str
    to_id: str
    kind: Kind


@dataclasses.dataclass(frozen=True)
class Merged:
    """A record that went into another one."""

    object_type_id: str
    old_id: str
    new_id: str


@dataclasses.dataclass(frozen=True)
class Hooks:
    """Webhooks, and the deliveries that are not over."""

    target: Target | None
    subscriptions: tuple[Subscription, ...]
    deliveries: tuple[Delivery, ...]
    next_id: int


@dataclasses.dataclass(frozen=True)
class Account:
    """All that is kept. Moments of the monotonic clock are seconds from now."""

    portal_id: int
    time_zone: str
    switches: Json
    calls_today: int
    submissions_today: int
    credentials: Credentials
    forms: dict[str, Json]
    properties: dict[str, dict[str, Json]]
    validations: dict[str, dict[str, Json]]
    groups: dict[str, dict[str, Json]]
    schemas: dict[str, Json]
    records: dict[str, tuple[Record, ...]]
    merged: tuple[Merged, ...]
    links: tuple[Link, ...]
    writes: tuple[tuple[float, Write], ...]
    submissions: tuple[Submission, ...]
    webhooks: Hooks


def taken(portal: Portal) -> bytes:
    """The account as bytes. Hold the portal's lock."""
    now = time.monotonic()
    portal.settle(now)
    portal.webhooks.collect(portal, now)
    portal.webhooks.batch(portal, now)
    # The standard library's JSON keeps half a surrogate pair that somebody sent; msgspec's
    # does not take it.
    return json.dumps(msgspec.to_builtins(_account(portal, now))).encode()


def put_back(portal: Portal, content: bytes) -> None:
    """Give ``portal`` what was taken. Hold its lock.

    Raises :class:`ValueError` when the content is of another version or account.
    """
    try:
        account = msgspec.convert(json.loads(content), Account)
    except (msgspec.ValidationError, ValueError):
        raise ValueError("was written by another version of the emulator") from None
    if account.portal_id != portal.id:
        raise ValueError("belongs to another account: start with the seed it was made with")
    now = time.monotonic()
    portal.switches = Switches().amended(account.switches)
    portal.time_zone = account.time_zone
    portal.limits.calls_today = account.calls_today
    portal.limits.submissions_today = account.submissions_today
    _put_back_credentials(portal, account.credentials)
    portal.forms, portal.schemas = account.forms, account.schemas
    portal.properties, portal.groups = account.properties, account.groups
    portal.validations = account.validations
    _put_back_records(portal, account, now)
    for submission in account.submissions:
        due = now + submission.visible_at
        portal.received.add(dataclasses.replace(submission, visible_at=due))
    _put_back_webhooks(portal, account.webhooks, now)


def _account(portal: Portal, now: float) -> Account:
    records = portal.records
    return Account(
        portal_id=portal.id,
        time_zone=portal.time_zone,
        switches=dataclasses.asdict(portal.switches),
        calls_today=portal.limits.calls_today,
        submissions_today=portal.limits.submissions_today,
        credentials=Credentials(
            client_secret=portal.client_secret,
            developer_key=portal.developer_key,
            access_token=portal.access_token,
            intake_token=portal.intake_token,
            refresh_token=portal.refresh_token,
            tokens=dict(portal.tokens.all()),
            grants=dict(portal.grants.all()),
            grantable_scopes=tuple(sorted(portal.grantable_scopes)),
            desk_token=portal.desk_token,
        ),
        forms=portal.forms,
        properties=portal.properties,
        validations=portal.validations,
        groups=portal.groups,
        schemas=portal.schemas,
        records={kind: tuple(records.all(kind)) for kind in records.types()},
        merged=tuple(Merged(kind, old, new) for (kind, old), new in records.merged().items()),
        links=tuple(Link(*one, *other, kind) for one, other, kind in records.links.all()),
        writes=tuple((due - now, write) for due, write in records.waiting()),
        submissions=tuple(
            dataclasses.replace(row, visible_at=max(0.0, row.visible_at - now))
            for row in portal.received.all()
        ),
        webhooks=Hooks(
            target=portal.webhooks.target,
            subscriptions=tuple(portal.webhooks.subscriptions.values()),
            deliveries=tuple(
                dataclasses.replace(row, due=max(0.0, row.due - now))
                for row in portal.webhooks.deliveries.under_way()
            ),
            next_id=portal.webhooks.next_id,
        ),
    )


def _put_back_credentials(portal: Portal, kept: Credentials) -> None:
    portal.client_secret, portal.developer_key = kept.client_secret, kept.developer_key
    for text in (portal.access_token, portal.intake_token):
        portal.tokens.revoke(text)
    portal.grants.forget(portal.refresh_token)
    portal.access_token, portal.intake_token = kept.access_token, kept.intake_token
    portal.refresh_token = kept.refresh_token
    if kept.desk_token:
        portal.tokens.revoke(portal.desk_token)
        portal.desk_token = kept.desk_token
    portal.grantable_scopes = frozenset(kept.grantable_scopes)
    for text, token in kept.tokens.items():
        portal.tokens.file(text, token)
    for text, grant in kept.grants.items():
        portal.grants.file(grant, text)


def _put_back_records(portal: Portal, account: Account, now: float) -> None:
    merged: Mapping[tuple[str, str], str] = {
        (row.object_type_id, row.old_id): row.new_id for row in account.merged
    }
    portal.records.put_back(account.records, merged)
    for link in account.links:
        one, other = (link.from_type, link.from_id), (link.to_type, link.to_id)
        portal.records.links.join(one, other, link.kind)
    for wait, write in account.writes:
        portal.records.wait(now + wait, write)


def _put_back_webhooks(portal: Portal, kept: Hooks, now: float) -> None:
    webhooks = portal.webhooks
    webhooks.target, webhooks.next_id = kept.target, kept.next_id
    webhooks.subscriptions = {row.id: row for row in kept.subscriptions}
    for row in kept.deliveries:
        webhooks.deliveries.put_back(dataclasses.replace(row, due=now + row.due))
