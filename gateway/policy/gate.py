"""The class gate: may each field of this form carry data to its property?

It joins the form's definition with the properties on ``(objectTypeId, name)``, dependent
fields included, because a form's definition never mentions sensitivity and HubSpot's secure
endpoint takes fields that are not on the form. It fails closed: what cannot be shown to be
safe is refused.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from gateway.domain.findings import Finding, Severity, Verdict, finding
from gateway.domain.forms import SENDABLE, FieldType, FormField
from gateway.domain.locks import Approval, Change, FieldLock
from gateway.domain.objects import ObjectType, object_type
from gateway.domain.properties import Property
from gateway.domain.reports import FieldReport, FormReport
from gateway.domain.scopes import Access, ScopeNeed, definition_need, forms_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.policy.approval_rules import approval_findings, field_findings
from gateway.policy.drift import changes, changes_by_field
from gateway.policy.form_rules import form_findings
from gateway.policy.labels import kind_named
from gateway.policy.scopes import scope_report

OK_REASONS: Mapping[Sensitivity, str] = {
    Sensitivity.NON_SENSITIVE: "May be collected, as ordinary data.",
    Sensitivity.SENSITIVE: "May be collected, and is sent by secure submit only.",
    Sensitivity.HIGHLY_SENSITIVE: "May be collected, and is sent by secure submit only.",
}
"""What is said of a field that passes, by the class of its property."""


def examine(
    snapshot: Snapshot,
    held: frozenset[str] | None,
    *,
    approval: Approval,
    stale: bool = False,
    at_least: Mapping[str, str] | None = None,
    beside: Sequence[Finding] = (),
) -> FormReport:
    """The gate's report on a form.

    ``held`` are the token's scopes, None when HubSpot did not say (a warning, never taken
    for consent). ``approval`` is what a person approved of the form; whatever has changed since
    closes it. ``at_least`` maps field keys to the classes under which answers were
    accepted: a property of a lower class now refuses its field. ``beside`` are findings of
    others about the same description.
    """
    definition = snapshot.definition
    fields: list[FieldReport] = []
    faults: list[Finding] = []
    needs: dict[str, ScopeNeed] = {forms_need().name: forms_need()}
    walked = tuple(definition.walk()) if definition is not None else ()
    top = {
        (f.object_type_id, f.name)
        for group in (definition.field_groups if definition else ())
        for f in group.fields
    }
    times = Counter((f.object_type_id, f.name) for f in walked)
    known = snapshot.by_address()
    drift = changes(snapshot, approval.lock) if approval.lock is not None else ()
    of_field = changes_by_field(drift)
    told: dict[str | None, tuple[Finding, ...]] = {}
    for one in beside:
        told[one.field] = (*told.get(one.field, ()), one)
    for field in walked:
        address = (field.object_type_id, field.name)
        case = _Case(
            field,
            known.get(address, ()),
            field.object_type_id in snapshot.unreadable,
            held,
            times[address],
            at_least,
            approval.lock.fields.get(field.key) if approval.lock is not None else None,
            of_field.get(field.key, ()),
            told.get(field.key, ()),
        )
        report, found = _judge(case, conditional=address not in top)
        fields.append(report)
        faults.extend(found)
        for need in case.needs():
            needs[need.name] = need
    faults.extend(form_findings(snapshot, stale=stale))
    faults.extend(approval_findings(approval, drift))
    faults.extend(told.get(None, ()))
    scopes = scope_report(needs.values(), held)
    if held is None:
        faults.append(finding("scope_unknown"))
    elif not forms_need().met_by(held):
        faults.append(_scope_missing(forms_need()))
    return FormReport(
        form_id=snapshot.form_id,
        form_name=snapshot.form_name,
        fields=tuple(fields),
        findings=_weightiest_first(faults),
        scopes=scopes,
        snapshot_hash=snapshot.hash,
        read_at_ms=snapshot.read_at_ms,
        stale=stale,
        lock=approval.lock,
        drift=drift,
        rules=snapshot.validations,
    )


UNSUPPORTED: Mapping[FieldType, str] = {
    FieldType.FILE: "file upload",
    FieldType.PAYMENT_LINK_RADIO: "payment",
}
"""The field types that cannot be sent, as a person names them."""


class _Fault(Protocol):
    def __call__(self, code: str, **words: object) -> Finding: ...


@dataclasses.dataclass(frozen=True)
class _Case:
    """One field, with everything its verdict rests on."""

    field: FormField
    properties: tuple[Property, ...]
    """Every property at the field's address, in every class it was found in."""
    unreadable: bool
    """Whether the token may not read this object's properties."""
    held: frozenset[str] | None
    times: int
    at_least: Mapping[str, str] | None
    approved: FieldLock | None
    changed: tuple[Change, ...]
    """What of it has changed since it was approved."""
    beside: tuple[Finding, ...]
    """What others found about it."""

    @property
    def kind(self) -> ObjectType | None:
        return object_type(self.field.object_type_id)

    @property
    def prop(self) -> Property | None:
        return self.properties[0] if len(self.properties) == 1 else None

    @property
    def sensitivity(self) -> Sensitivity | None:
        return self.prop.sensitivity if self.prop else None

    @property
    def write_need(self) -> ScopeNeed | None:
        if self.kind is None or self.sensitivity in (None, Sensitivity.NON_SENSITIVE):
            return None
        return sensitive_need(self.kind, self.sensitivity, Access.WRITE)

    def needs(self) -> tuple[ScopeNeed, ...]:
        definition = (definition_need(self.kind),) if self.kind else ()
        return definition + ((self.write_need,) if self.write_need else ())

    @property
    def words(self) -> dict[str, object]:
        return {
            "name": self.field.name,
            "object": self.kind.label if self.kind else "unknown",
            "type": self.field.field_type,
        }


def _judge(case: _Case, *, conditional: bool) -> tuple[FieldReport, list[Finding]]:
    found = [
        *_faults(case),
        *field_findings(case.field.key, case.sensitivity, case.approved, case.changed),
        *case.beside,
    ]
    worst = min(found, key=lambda f: _WEIGHT[f.severity], default=None)
    need, sensitivity = case.write_need, case.sensitivity
    report = FieldReport(
        key=case.field.key,
        label=case.field.label,
        object_type_id=case.field.object_type_id,
        name=case.field.name,
        field_type=case.field.field_type,
        sensitivity=sensitivity,
        categories=case.prop.sensitive_data_categories if case.prop else (),
        verdict=_VERDICT[worst.severity] if worst else Verdict.OK,
        code=worst.code if worst else "ok",
        reason=worst.message if worst else OK_REASONS[sensitivity or Sensitivity.NON_SENSITIVE],
        scope_needed=need.spellings if need else (),
        scope_held=None if need is None or case.held is None else need.met_by(case.held),
        conditional=conditional,
        hidden=case.field.hidden,
    )
    return report, found


def _faults(case: _Case) -> Iterable[Finding]:
    """Everything wrong with one field, the gravest first."""
    field, words = case.field, case.words

    def fault(code: str, **more: object) -> Finding:
        return finding(code, field=field.key, **{**words, **more})

    if field.kind is None:
        yield fault("field_type_unknown")
    elif field.kind not in SENDABLE:
        yield fault("field_type_unsupported", type=UNSUPPORTED[field.kind])
    if case.times > 1:
        yield fault("field_duplicate")
    if case.kind is None or not case.kind.on_forms:
        yield fault("object_not_allowed", type=field.object_type_id)
        return
    if case.unreadable:
        need = definition_need(case.kind)
        yield fault("scope_missing", scope=need.name, purpose=need.purpose)
        return
    yield from _property_faults(case, fault)
    if field.hidden and field.required and not (field.default_value or field.default_values):
        yield fault("hidden_required")


def _property_faults(case: _Case, fault: _Fault) -> Iterable[Finding]:
    living = [p for p in case.properties if not p.archived]
    if not living:
        yield fault("property_archived" if case.properties else "property_missing")
        return
    if len(living) > 1:
        yield fault("property_ambiguous")
        return
    (prop,) = living
    if prop.modification_metadata.read_only_value:
        yield fault("read_only")
    if prop.calculated:
        yield fault("calculated")
    if not prop.form_field:
        yield fault("not_form_compatible")
    if prop.sensitivity is None:
        yield fault("class_unknown")
        return
    was = Sensitivity.parse((case.at_least or {}).get(case.field.key))
    if was is not None and prop.sensitivity.rank < was.rank:
        yield fault("class_lowered", was=was.label.lower())
    if prop.sensitivity is Sensitivity.NON_SENSITIVE:
        if named := kind_named(case.field.label) or kind_named(prop.label):
            yield fault("label_names_sensitive", kind=named)
        return
    need = case.write_need
    if need is None:
        yield fault("no_scope_exists", **{"class": prop.sensitivity.label.lower()})
    elif case.held is not None and not need.met_by(case.held):
        yield fault("scope_missing", scope=need.name, purpose=need.purpose)


def _scope_missing(need: ScopeNeed) -> Finding:
    return finding("scope_missing", scope=need.name, purpose=need.purpose)


_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_VERDICT = {
    Severity.ERROR: Verdict.REFUSED,
    Severity.WARNING: Verdict.WARN,
    Severity.INFO: Verdict.OK,
}


def _weightiest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: _WEIGHT[f.severity]))
