"""One HubSpot account in memory: what it is made of, and how a test reaches into it."""

from __future__ import annotations

import copy
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.objects import OBJECT_TYPES, ObjectType, object_type
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator.arrivals import Arrival, Arrivals
from gateway.emulator.due import Due
from gateway.emulator.faults import Faults
from gateway.emulator.grants import Grants
from gateway.emulator.journal import Journal
from gateway.emulator.limits import Limits
from gateway.emulator.oauth.scopes import known_scopes
from gateway.emulator.received import Received, Submission
from gateway.emulator.records import Record, Records, iso
from gateway.emulator.seed import Seed
from gateway.emulator.seed.account import desk_scopes_for, reading_scopes_for
from gateway.emulator.seed.further import FURTHER, SINGULAR, further_properties
from gateway.emulator.seed.groups import starting_groups
from gateway.emulator.seed.standard import standard_properties
from gateway.emulator.switches import Switches
from gateway.emulator.tokens import TokenKind, Tokens
from gateway.emulator.webhooks.book import Webhooks

Form = dict[str, Any]
"""A form definition, as raw JSON."""
Property = dict[str, Any]
"""A property definition, as raw JSON."""
Group = dict[str, Any]
"""A property group, as raw JSON."""
Schema = dict[str, Any]
"""An object schema without its properties, as raw JSON."""


RuleRows = dict[str, dict[str, Any]]
"""The validation rules of one property by ruleType, as raw JSON."""

_CALLERS: Mapping[TokenKind, str] = {
    TokenKind.PRIVATE_APP: "another token",
    TokenKind.SERVICE_KEY: "a service key",
    TokenKind.OAUTH: "the OAuth app",
}
_CLASSES: Mapping[object, Sensitivity] = {str(word): word for word in Sensitivity}


class Portal:
    """The account: forms, properties, records, submissions, tokens, and the emulator's own
    switches, faults, journal and arrivals. Hold ``lock`` for anything but its methods."""

    def __init__(
        self,
        seed: Seed,
        switches: Switches,
        access_token: str | None = None,
        time_zone: str | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.seed = seed
        self.id = seed.portal_id
        self._first_switches = switches
        self._first_time_zone = time_zone or seed.time_zone
        self.tokens = Tokens()
        self.client_id = seed.client_id
        self.client_secret = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        self.intake_token = self.tokens.issue(seed.scopes)
        reading = reading_scopes_for(seed.properties)
        self.access_token = self.tokens.issue((*seed.scopes, *reading), text=access_token)
        self.desk_token = self.tokens.issue(desk_scopes_for(seed.properties))
        """May read and change every record and definition, and knows no form."""
        self.grants = Grants()
        self.refresh_token = self.grants.grant((*seed.scopes, "oauth"))
        """Of an installation that is there from the start: the least a gateway needs."""
        self.developer_key = str(uuid.uuid4())
        """The ``hapikey`` of the settings API."""
        self.wake: Callable[[], object] = lambda: None
        """Calls whoever sends webhooks."""
        self.revision = 0
        """Goes up with whatever may have changed the account."""
        self.grantable_scopes = known_scopes()
        """What the app may be granted. A test may set it at any time."""
        self._fill()

    def _fill(self) -> None:
        seed = self.seed
        self.switches = self._first_switches
        self.limits = Limits()
        self.faults = Faults()
        self.journal = Journal()
        self.arrived = Arrivals()
        self.late: Due[Callable[[], object]] = Due()
        """Submissions whose sender is gone, by the moment they are carried out."""
        self.time_zone = self._first_time_zone
        """The account's zone, an IANA name. A test may set it at any time."""
        self.records = Records()
        self.webhooks = Webhooks()
        self.records.changes.on_note = self._tell_sender
        self.received = Received()
        self.forms: dict[str, Form] = {f["id"]: copy.deepcopy(f) for f in seed.forms}
        own = standard_properties()
        self.properties: dict[str, dict[str, Property]] = {
            kind: own.get(kind, {}) | {p["name"]: copy.deepcopy(p) for p in rows}
            for kind, rows in seed.properties.items()
        } | further_properties()
        self.validations: dict[str, dict[str, RuleRows]] = {
            kind: {name: {t: rule_row(t, a) for t, a in of.items()} for name, of in rows.items()}
            for kind, rows in seed.validations.items()
        }
        """objectTypeId → property → its validation rules."""
        self.groups: dict[str, dict[str, Group]] = starting_groups(self.properties)
        self.schemas: dict[str, Schema] = {
            row["objectTypeId"]: copy.deepcopy(row) for row in seed.schemas
        }
        """The account's own object types by their id, archived ones too."""

    def _tell_sender(self) -> None:
        self.revision += 1
        if self.webhooks.listening:
            self.wake()

    def object_type(self, named: str) -> ObjectType | None:
        """The object type a path names: by id, by plural or singular in any case of its letters
        (``contacts``, ``CONTACT``), or by a custom object's names."""
        lower = named.lower()
        for kind in OBJECT_TYPES.values():
            if lower in (kind.id, kind.plural, kind.label):
                return kind
        for further in FURTHER.values():
            if lower in (further.id, further.plural, SINGULAR[further.id]):
                return further
        for custom_id, schema in self.schemas.items():
            if not schema["archived"] and named in (
                custom_id, schema["name"], schema["fullyQualifiedName"]
            ):  # fmt: skip
                return object_type(custom_id)
        return None

    def property(self, object_type_id: str, name: str) -> Property | None:
        """The property of this name, archived or not."""
        return self.properties.get(object_type_id, {}).get(name)

    def sensitivity(self, object_type_id: str, name: str) -> Sensitivity | None:
        """The class of a property; None when there is no such property."""
        definition = self.property(object_type_id, name)
        return _CLASSES.get(definition.get("dataSensitivity")) if definition else None

    def subscription_types(self) -> frozenset[int]:
        """Every subscription type the account's forms name."""
        found: set[int] = set()
        for form in self.forms.values():
            legal = form["legalConsentOptions"]
            found.update(legal.get("subscriptionTypeIds", ()))
            found.update(b["subscriptionTypeId"] for b in legal.get("communicationsCheckboxes", ()))
        return frozenset(found)

    def settle(self, now: float) -> None:
        """Carry out the late submissions that are due. Whoever looks at the account, or
        changes it, settles it first."""
        for carry_out in self.late.until(now):
            carry_out()

    # What tests and the admin routes do from outside.

    def reset(self) -> None:
        """Back to the seed and the first switches; tokens stay valid, and the installation that
        was there from the start is there again."""
        with self.lock:
            self._fill()
            if self.grants.find(self.refresh_token) is None:
                self.grants.grant((*self.seed.scopes, "oauth"), self.refresh_token)

    def issue_token(
        self,
        scopes: Iterable[str],
        *,
        kind: TokenKind = TokenKind.PRIVATE_APP,
        expires_in: float | None = None,
    ) -> str:
        """A further token; ``expires_in`` seconds from now, never by default."""
        expires_at = None if expires_in is None else time.time() + expires_in
        with self.lock:
            return self.tokens.issue(scopes, kind=kind, expires_at=expires_at)

    def caller(self, text: str | None) -> str:
        """The name the journal gives a token, whose text it never shows."""
        token = self.tokens.find(text) if text else None
        if text is None or token is None:
            return "no token" if text is None else "an unknown token"
        own = {
            self.intake_token: "intake token",
            self.desk_token: "records token",
            self.access_token: "main token",
        }
        return own.get(text, _CALLERS[token.kind])

    def revoke_grant(self, refresh_token: str | None = None) -> int:
        """Uninstall the app: the grant's refresh tokens and access tokens are unknown from
        now on. Of every grant unless ``refresh_token`` names one; how many ended."""
        with self.lock:
            ended = {
                grant.id
                for text, grant in self.grants.all().items()
                if refresh_token in (None, text)
            }
            for grant_id in ended:
                self.grants.revoke(grant_id)
                self.tokens.revoke_grant(grant_id)
            return len(ended)

    def amend_switches(self, **changes: Any) -> None:
        """Change switches on the running account. Raises :class:`ValueError`."""
        with self.lock:
            self.settle(time.monotonic())
            self.switches = self.switches.amended(changes)

    def amend_form(self, form_id: str, changes: Mapping[str, Any]) -> Form:
        """Change a form's definition as an editor would; nested objects are merged, lists
        replaced. Raises :class:`KeyError` for an unknown form."""
        with self.lock:
            self.settle(time.monotonic())
            form = self.forms[form_id]
            _merge(form, changes)
            form["updatedAt"] = iso(now_ms())
            if form["archived"]:
                form.setdefault("archivedAt", form["updatedAt"])
            else:
                form.pop("archivedAt", None)
            return copy.deepcopy(form)

    def amend_property(
        self, object_type_id: str, name: str, changes: Mapping[str, Any]
    ) -> Property:
        """Change a property. HubSpot fixes the class at creation, so another
        ``dataSensitivity`` means: archived and created again under the same name, with a
        new ``createdAt``. Raises :class:`KeyError` for an unknown property."""
        with self.lock:
            self.settle(time.monotonic())
            definition = self.properties[object_type_id][name]
            before = definition.get("dataSensitivity")
            _merge(definition, changes)
            definition["updatedAt"] = iso(now_ms())
            if definition.get("dataSensitivity") != before:
                definition["createdAt"] = definition["updatedAt"]
            if not definition["archived"]:
                definition.pop("archivedAt", None)
            return copy.deepcopy(definition)

    def amend_rules(
        self, object_type_id: str, name: str, rules: Sequence[Mapping[str, Any]]
    ) -> None:
        """Put ``rules`` (raw JSON, as odd as wanted) in the place of a property's validation
        rules."""
        with self.lock:
            self.settle(time.monotonic())
            rows = {str(rule.get("ruleType")): dict(copy.deepcopy(rule)) for rule in rules}
            self.validations.setdefault(object_type_id, {})[name] = rows

    def archive_property(self, object_type_id: str, name: str) -> Property:
        """Archive a property. Raises :class:`KeyError` for an unknown one."""
        stamp = iso(now_ms())
        return self.amend_property(object_type_id, name, {"archived": True, "archivedAt": stamp})

    def submissions(self, form_id: str | None = None) -> Sequence[Submission]:
        """What was accepted, oldest first; of one form when it is named."""
        with self.lock:
            self.settle(time.monotonic())
            return tuple(s for s in self.received.all() if form_id in (None, s.form_id))

    def tags(self) -> Mapping[str, int]:
        """How often each tag (the part of ``pageUri`` after ``/~s/``) was accepted."""
        with self.lock:
            self.settle(time.monotonic())
            return self.received.tags()

    def arrivals(self) -> Sequence[Arrival]:
        """Every call of an area, in the order they were carried out, without a value."""
        with self.lock:
            return self.arrived.rows()

    def contacts(self) -> Sequence[Record]:
        """The contacts written so far, oldest first."""
        return self.records_of("0-1")

    def records_of(self, object_type_id: str) -> Sequence[Record]:
        """The records of one object type written so far, oldest first."""
        with self.lock:
            now = time.monotonic()
            self.settle(now)
            self.records.settle(now)
            return tuple(self.records.all(object_type_id))


def rule_row(rule_type: str, arguments: Iterable[str]) -> dict[str, Any]:
    """A validation rule as HubSpot shows it."""
    return {
        "ruleType": rule_type,
        "ruleArguments": list(arguments),
        "shouldApplyNormalization": False,
    }


def now_ms() -> int:
    """The moment, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def _merge(target: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
