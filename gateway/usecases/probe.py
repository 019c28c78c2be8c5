"""Measures how HubSpot shows what was just sent: whether page address and time come back as
they were sent, and after how long. On that rests whether absence proves anything.

The submissions take the same road as all others: through the gate, the outbox and its books.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping

from gateway.domain.errors import InvalidSubmission, ProbeFailed
from gateway.domain.forms import ConsentType, FieldType, FormDefinition, FormField
from gateway.domain.overview import Probe
from gateway.domain.submissions import State
from gateway.domain.users import User
from gateway.hubspot.api import HubSpot
from gateway.intake.prepare import prepare
from gateway.store.outbox import Outbox
from gateway.store.probes import Probes
from gateway.usecases.check import Check
from gateway.usecases.portal import Portal
from gateway.usecases.submit import Submit

SENT = 3
"""Submissions that one probe sends."""
DELIVERY_S = 30.0
VISIBLE_S = 60.0
LOOK_S = 0.25
_PAGES = 4

Told = Callable[[str], None]


class ProbeRun:
    """Sends test submissions to one form, and watches for them."""

    def __init__(
        self,
        check: Check,
        portal: Portal,
        submit: Submit,
        outbox: Outbox,
        hubspot: HubSpot,
        probes: Probes,
        *,
        window_s: int,
        public_url: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._check = check
        self._portal = portal
        self._submit = submit
        self._outbox = outbox
        self._hubspot = hubspot
        self._probes = probes
        self._window_s = window_s
        self._public_url = public_url
        self._now_ms = now_ms

    def __call__(
        self, form: str, answers: Mapping[str, object] | None, *, by: User, tell: Told
    ) -> Probe:
        """The measurement, signed and kept. A worker must be delivering. Without ``answers``
        harmless ones are made up for the required fields.

        Raises what submitting raises, :class:`ProbeFailed` when the submissions do not leave,
        and the error of looking.
        """
        definition, report = self._check.open_form(form)
        made_up = answers if answers is not None else harmless(definition)
        sent: dict[str, int] = {}
        for number in range(1, SENT + 1):
            tell(f"Sending test submission {number} of {SENT}.")
            receipt = self._submit(report.form_id, made_up, by=by)
            sent[self._sid_of(receipt.code)] = self._delivered(receipt.code)
        tell("Looking for them in HubSpot.")
        probe = self._look(report.form_id, sent)
        self._probes.save(probe, actor=by.id)
        return probe

    def _sid_of(self, code: str) -> str:
        sid = self._outbox.sid_of(code)
        if sid is None:
            raise ProbeFailed
        return sid

    def _delivered(self, code: str) -> int:
        """When HubSpot had taken the submission, ms since the epoch by this machine's clock, by
        which it is watched for as well: the outbox's may be another's."""
        deadline = time.monotonic() + DELIVERY_S
        while time.monotonic() < deadline:
            status = self._outbox.status(code)
            if status is not None and status.state is State.DELIVERED:
                return self._now_ms()
            if status is None or status.state not in (State.QUEUED, State.SENDING):
                raise ProbeFailed
            time.sleep(0.02)
        raise ProbeFailed

    def _look(self, form_id: str, sent: Mapping[str, int]) -> Probe:
        """Watches until each is seen by its tag or its time, or the patience is over."""
        times = self._outbox.sent_with(tuple(sent))
        uri: dict[str, bool] = {}
        kept: dict[str, bool] = {}
        slowest_s, deadline = 0.0, time.monotonic() + VISIBLE_S
        while len(uri) < len(sent) and time.monotonic() < deadline:
            for seen_url, seen_at in self._newest(form_id):
                for sid in sent.keys() - uri.keys():
                    address = f"{self._public_url}/intake/~s/{sid}"
                    by_tag, by_time = sid in seen_url, seen_at == times[sid]
                    if by_tag or by_time:
                        uri[sid] = seen_url == address
                        kept[sid] = by_time
                        slowest_s = max(slowest_s, (self._now_ms() - sent[sid]) / 1000)
            time.sleep(LOOK_S)
        return Probe(
            portal_id=self._portal.last_known().portal_id,
            form_id=form_id,
            measured_ms=self._now_ms(),
            sent=len(sent),
            seen=len(uri),
            uri_kept=len(uri) == len(sent) and all(uri.values()),
            time_kept=len(kept) == len(sent) and all(kept.values()),
            slowest_s=round(slowest_s, 3),
            window_s=self._window_s,
        )

    def _newest(self, form_id: str) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for number, page in enumerate(self._hubspot.submission_pages(form_id), 1):
            found += [(seen.page_url, seen.submitted_at) for seen in page.submissions]
            if number == _PAGES:
                break
        return found


def harmless(definition: FormDefinition) -> dict[str, object]:
    """Made-up answers to whatever the form asks for, and consent where it is needed. A choice
    may bring further questions, so that it is asked again what is missing."""
    fields = {field.key: field for field in definition.walk()}
    answers: dict[str, object] = {}
    if definition.legal_consent_options.type == ConsentType.EXPLICIT:
        answers["consent"] = {"processing": True}
    wanted = {key for key, field in fields.items() if field.kind is FieldType.EMAIL}
    while True:
        for key in wanted:
            answers[key] = _made_up(fields[key])
        try:
            prepare(definition, answers)
        except InvalidSubmission as refused:
            wanted = (refused.reasons.keys() & fields.keys()) - answers.keys()
            if wanted:
                continue
        return answers


def _made_up(field: FormField) -> object:
    return _MADE_UP[field.kind](field) if field.kind is not None else ""


def _word(_: FormField) -> object:
    return "Probe"


def _first(field: FormField) -> object:
    return field.options[0].value if field.options else ""


_MADE_UP: Mapping[FieldType, Callable[[FormField], object]] = {
    FieldType.EMAIL: lambda _: f"probe-{time.time_ns()}@probe-mail.example",
    FieldType.PHONE: lambda _: "+44 20 7946 0000",
    FieldType.MOBILE_PHONE: lambda _: "+49 151 23456789",
    FieldType.SINGLE_LINE_TEXT: _word,
    FieldType.MULTI_LINE_TEXT: _word,
    FieldType.NUMBER: lambda _: "1",
    FieldType.SINGLE_CHECKBOX: lambda _: True,
    FieldType.MULTIPLE_CHECKBOXES: lambda field: [_first(field)],
    FieldType.DROPDOWN: _first,
    FieldType.RADIO: _first,
    FieldType.DATEPICKER: lambda _: datetime.datetime.now(datetime.UTC).date().isoformat(),
    FieldType.FILE: _word,
    FieldType.PAYMENT_LINK_RADIO: _first,
}
"""Field type → a harmless answer. The gate refuses forms with the last two."""
