"""The content guard on the way of a submission: what it blocks and what it asks about ends
there, with a reason per field; what a person confirmed goes on. Each is told to the audit and
counted, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from gateway.domain.answers import WireField
from gateway.domain.errors import InvalidSubmission, Reason
from gateway.domain.forms import FormDefinition, FormField, field_key
from gateway.domain.kinds import Guarded, GuardOutcome, Hit, Kind, Tier, named
from gateway.domain.locks import GuardMode
from gateway.domain.objects import CONTACT
from gateway.domain.reports import FormReport
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import User
from gateway.policy.guard import look
from gateway.store.guard_rows import GuardRows
from gateway.usecases.instruments import Instruments

BLOCKS, ASKS = "guard_blocks", "guard_asks"
"""The codes of its two reasons; the second may be confirmed."""
SENTENCES: Mapping[str, str] = {
    BLOCKS: "This looks like {kind}. What is typed here is stored as {data}, so it is not taken. "
    "Take it out, and give it in a field that is made for it; if there is none, ask your "
    "administrator.",
    ASKS: "This looks like {kind}. What is typed here is stored as {data}. Take it out, or confirm "
    "that it is right.",
}
"""What is said of each, with words for the kind and the class; never with what was typed."""
STORED_AS: Mapping[Sensitivity, str] = {
    Sensitivity.NON_SENSITIVE: "ordinary data",
    Sensitivity.SENSITIVE: "sensitive data, and not as highly sensitive data",
    Sensitivity.HIGHLY_SENSITIVE: "highly sensitive data",
}
"""How a property of each class keeps an answer, as a sentence ends."""


class Guarding:
    """Shows the answers of a submission to the guard."""

    def __init__(self, rows: GuardRows, instruments: Instruments) -> None:
        self._rows = rows
        self._instruments = instruments

    def __call__(
        self,
        definition: FormDefinition,
        report: FormReport,
        answers: Iterable[WireField],
        *,
        confirmed: Collection[str],
        by: User,
    ) -> tuple[Guarded, ...]:
        """What was asked about and is in ``confirmed`` (field keys), for the audit of the
        submission.

        Raises :class:`InvalidSubmission` with a reason for every field that is blocked or asked
        about, after the audit knows of it; :class:`IntakeClosed` when it cannot be told.
        """
        sure = {key.removeprefix(f"{CONTACT}/") for key in confirmed}
        reasons: dict[str, Reason] = {}
        passed: dict[str, tuple[Hit, ...]] = {}
        stopped: dict[str, tuple[Hit, ...]] = {}
        for key, sensitivity, hits in _hits(definition, report, answers):
            if all(hit.asks for hit in hits) and key in sure:
                passed[key] = hits
                continue
            stopped[key] = hits
            blocked = [hit.kind for hit in hits if not hit.asks]
            code = BLOCKS if blocked else ASKS
            kinds = named(blocked or [hit.kind for hit in hits])
            sentence = SENTENCES[code].format(kind=kinds, data=STORED_AS[sensitivity])
            reasons[key] = Reason(code, sentence)
        if reasons:
            told = _told(stopped, lambda asks: GuardOutcome.ASKED if asks else GuardOutcome.BLOCKED)
            self._rows.refused(report.form_id, told, actor=by.id)
            self.count(told)
            raise InvalidSubmission(reasons)
        return _told(passed, lambda _: GuardOutcome.CONFIRMED)

    def count(self, told: Iterable[Guarded]) -> None:
        """Counts what came of hits, once it is durable."""
        for one in told:
            self._instruments.guarded(one)


def _hits(
    definition: FormDefinition, report: FormReport, answers: Iterable[WireField]
) -> Iterable[tuple[str, Sensitivity, tuple[Hit, ...]]]:
    """Field key, class of its property and hits, for every answer with any. What the form
    itself fills in is nobody's typing."""
    fields = {field.key: field for field in definition.walk()}
    classes = {field.key: field.sensitivity for field in report.fields}
    for answer in answers:
        key = field_key(answer.object_type_id, answer.name)
        field, sensitivity = fields[key], classes[key]
        if field.hidden or sensitivity is None:
            continue
        hits = look(
            answer.value,
            about=_about(field),
            field_type=field.kind,
            sensitivity=sensitivity,
            mode=_mode(report, key),
        )
        if hits:
            yield key, sensitivity, hits


def _about(field: FormField) -> str:
    return f"{field.label} | {field.description or ''} | {field.name}"


def _mode(report: FormReport, key: str) -> GuardMode:
    locked = report.lock.fields.get(key) if report.lock is not None else None
    return locked.guard if locked is not None else GuardMode.BLOCK


def _told(
    hits: Mapping[str, tuple[Hit, ...]], outcome: Callable[[bool], GuardOutcome]
) -> tuple[Guarded, ...]:
    """The hits by kind, tier and outcome, with the fields they stand in."""
    fields: dict[tuple[Kind, Tier, GuardOutcome], list[str]] = {}
    for key, found in hits.items():
        for hit in found:
            fields.setdefault((hit.kind, hit.tier, outcome(hit.asks)), []).append(key)
    return tuple(
        Guarded(kind, tier, came_of_it, tuple(sorted(keys)))
        for (kind, tier, came_of_it), keys in fields.items()
    )
