"""From a person's answers to a receipt: every step in the order you would say it aloud."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from gateway.domain.errors import IntakeClosed, KeyringBroken, PolicyViolation
from gateway.domain.findings import Verdict
from gateway.domain.forms import field_key
from gateway.domain.reports import FormReport
from gateway.domain.submissions import Payload, Receipt, State
from gateway.domain.users import Permission, User
from gateway.intake.prepare import Prepared, prepare
from gateway.policy.permissions import require
from gateway.sealing.envelope import Context, seal
from gateway.sealing.keyring import Keyring
from gateway.store.outbox import NewSubmission, Outbox
from gateway.usecases.check import Check
from gateway.usecases.portal import Portal


class Submit:
    """Takes answers in. It holds public keys only: what it sealed it cannot open."""

    def __init__(
        self, check: Check, portal: Portal, keyring: Keyring, outbox: Outbox, public_url: str
    ) -> None:
        self._check = check
        self._portal = portal
        self._keyring = keyring
        self._outbox = outbox
        self._public_url = public_url

    def __call__(
        self,
        form: str,
        answers: Mapping[str, object],
        *,
        by: User,
        key: str | None = None,
        replaces: str | None = None,
    ) -> Receipt:
        """Accepts one submission, durably, and then, and only then, gives its receipt.

        ``answers`` has the shape of an answers file. ``key`` makes a repeat harmless: the same
        key with the same answers gives the same receipt, with other answers
        :class:`KeyConflict`. ``replaces`` is the receipt of a refused submission that this one
        corrects. Raises :class:`PermissionDenied`, :class:`UnknownForm`,
        :class:`PolicyViolation`, :class:`InvalidSubmission`, :class:`IntakeClosed`.
        """
        require(by, Permission.SUBMIT)
        definition, report = self._check.open_form(form)
        prepared = prepare(definition, answers)
        classes = _classes(report, prepared)
        portal_id = self._portal.last_known().portal_id

        def sealed(sid: str, submitted_at_ms: int) -> bytes:
            payload = Payload(
                fields=prepared.fields,
                page_uri=f"{self._public_url}/intake/~s/{sid}",
                page_name=report.form_name,
                legal=prepared.legal,
                classes=classes,
            )
            context = Context(sid, portal_id, report.form_id, submitted_at_ms, report.snapshot_hash)
            try:
                return seal(payload, context, self._keyring.sealing)
            except KeyringBroken:
                raise IntakeClosed("key") from None

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
            ),
            sealed,
        )
        return Receipt(
            code=accepted.receipt,
            form_id=report.form_id,
            form_name=report.form_name,
            accepted_at_ms=accepted.accepted_at_ms,
            state=State.QUEUED,
        )


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
