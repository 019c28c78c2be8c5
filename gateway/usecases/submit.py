"""From a person's answers to a receipt: every step in the order you would say it aloud."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping

from gateway.domain.errors import IntakeClosed, KeyringBroken, PolicyViolation
from gateway.domain.findings import Verdict
from gateway.domain.forms import field_key
from gateway.domain.reports import FormReport
from gateway.domain.submissions import Payload, Receipt, State
from gateway.domain.users import Permission, User
from gateway.intake.demands import demands_of
from gateway.intake.prepare import Prepared, prepare
from gateway.policy.permissions import require
from gateway.sealing.envelope import Context, seal
from gateway.sealing.keyring import Keyring
from gateway.store.outbox import NewSubmission, Outbox
from gateway.usecases.check import Check
from gateway.usecases.guarding import Guarding
from gateway.usecases.instruments import Instruments
from gateway.usecases.intake import Intake
from gateway.usecases.portal import Portal

DAY_MS = 86_400_000


class Submit:
    """Takes answers in. It holds public keys only: what it sealed it cannot open."""

    def __init__(
        self,
        check: Check,
        portal: Portal,
        keyring: Keyring,
        outbox: Outbox,
        intake: Intake,
        guarding: Guarding,
        instruments: Instruments,
        public_url: str,
        *,
        phone_region: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._check = check
        self._portal = portal
        self._keyring = keyring
        self._outbox = outbox
        self._intake = intake
        self._guarding = guarding
        self._instruments = instruments
        self._public_url = public_url
        self._phone_region = phone_region
        self._now_ms = now_ms

    def __call__(
        self,
        form: str,
        answers: Mapping[str, object],
        *,
        by: User,
        key: str | None = None,
        replaces: str | None = None,
        confirmed: Collection[str] = (),
        on_sealed: Callable[[str, int], None] = lambda _form_id, _sealed_ms: None,
    ) -> Receipt:
        """Accepts one submission, durably, and then, and only then, gives its receipt.

        ``answers`` has the shape of an answers file. ``key`` makes a repeat harmless: the same
        key with the same answers gives the same receipt, with other answers
        :class:`KeyConflict`. ``replaces`` is the receipt of a refused submission that this one
        corrects. ``confirmed`` are the keys of fields whose answers a person was asked about and
        confirmed (``guard_asks``). ``on_sealed(form_id, submitted_at_ms)`` is told when the answers
        are sealed and not yet durable. Raises :class:`PermissionDenied`, :class:`UnknownForm`,
        :class:`PolicyViolation`, :class:`InvalidSubmission`, :class:`IntakeClosed`.
        """
        require(by, Permission.SUBMIT)
        self._intake.check()
        definition, report = self._check.open_form(form)
        prepared = prepare(definition, answers, demands_of(report, self._phone_region))
        classes = _classes(report, prepared)
        asked = self._guarding(definition, report, prepared.fields, confirmed=confirmed, by=by)
        portal_id = self._portal.last_known().portal_id
        refused: set[str] = set()

        def sealed(sid: str, submitted_at_ms: int) -> tuple[str, bytes]:
            payload = Payload(
                fields=prepared.fields,
                page_uri=f"{self._public_url}/intake/~s/{sid}",
                page_name=report.form_name,
                legal=prepared.legal,
                classes=classes,
            )
            context = Context(sid, portal_id, report.form_id, submitted_at_ms, report.snapshot_hash)
            try:
                key = self._keyring.sealing_on(self._now_ms() // DAY_MS)
                if key.key_id in refused:
                    # Another process has closed it: the ring has a newer one.
                    self._keyring.refresh()
                    key = self._keyring.sealing_on(self._now_ms() // DAY_MS)
                refused.add(key.key_id)
                envelope = seal(payload, context, key)
            except KeyringBroken:
                raise IntakeClosed("key") from None
            on_sealed(report.form_id, submitted_at_ms)
            return key.key_id, envelope

        accepted = self._outbox.accept(
            NewSubmission(
                form_id=report.form_id,
                form_name=report.form_name,
                portal_id=portal_id,
                snapshot_hash=report.snapshot_hash,
                accepted_by=by.id,
                key=key,
                fingerprint=self._keyring.fingerprint(
                    _canonical(portal_id, report.form_id, answers)
                ),
                replaces=replaces,
                confirmed=asked,
            ),
            sealed,
        )
        if accepted.created:
            self._instruments.accepted()
            self._guarding.count(asked)
        return Receipt(
            code=accepted.receipt,
            form_id=report.form_id,
            form_name=report.form_name,
            accepted_at_ms=accepted.accepted_at_ms,
            state=State.QUEUED,
        )

    def row_key(self, form_id: str, row: Mapping[str, object], occurrence: int) -> str:
        """The idempotency key of one row of a file: the ring's keyed digest of the form, the
        row's answers and how many equal rows came before it, so that the same file again sends
        nothing twice, and the key tells nobody what was answered."""
        told = json.dumps([form_id, dict(row), occurrence], sort_keys=True, default=_listed)
        return "row-" + self._keyring.fingerprint(told.encode("utf-8", "surrogatepass"))


def _classes(report: FormReport, prepared: Prepared) -> dict[str, str]:
    """The class of every field that is about to be sealed; a field the gate has not passed
    stops everything."""
    passed = {
        field.key: field.sensitivity
        for field in report.fields
        if field.verdict is not Verdict.REFUSED and field.sensitivity is not None
    }
    keys = [field_key(field.object_type_id, field.name) for field in prepared.fields]
    if not passed.keys() >= set(keys):
        raise PolicyViolation(report.form_name, report.errors)
    return {key: str(passed[key]) for key in keys}


def _canonical(portal_id: int, form_id: str, answers: Mapping[str, object]) -> bytes:
    """The same bytes for the same answers to the same form, as they were given: what is made
    of them may change with the form's texts, and a repeat is still a repeat."""
    told = [portal_id, form_id, dict(answers)]
    return json.dumps(told, sort_keys=True, default=_listed).encode("utf-8", "surrogatepass")


def _listed(value: object) -> list[object]:
    """Tuples within answers arrive as lists from a file; nothing else gets past preparing."""
    return list(value) if isinstance(value, Iterable) else []
