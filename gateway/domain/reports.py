"""What the gate says of a form: one row per field, the form's findings, and the scopes."""

from __future__ import annotations

import dataclasses

from gateway.domain.findings import Finding, Severity, Verdict
from gateway.domain.locks import Change, FormLock
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.validations import PlacedRules


@dataclasses.dataclass(frozen=True)
class FieldReport:
    """The gate's verdict on one field of a form, and what it rests on."""

    key: str
    label: str
    object_type_id: str
    name: str
    field_type: str
    sensitivity: Sensitivity | None
    """The class of the property, or None when it is unknown."""
    categories: tuple[str, ...]
    verdict: Verdict
    code: str
    """``ok``, or the code of the weightiest finding."""
    reason: str
    """One sentence in plain words."""
    scope_needed: tuple[str, ...]
    """Every spelling of the scope that writing the value takes; empty when none is needed."""
    scope_held: bool | None
    """Whether the token holds one of them; None when HubSpot did not say."""
    conditional: bool
    """Whether the field shows only under a condition."""
    hidden: bool
    """Whether the form answers it by itself, with its default."""


@dataclasses.dataclass(frozen=True)
class ScopeReport:
    """Base names of scopes: ``held`` is None when HubSpot did not say."""

    needed: tuple[str, ...]
    held: tuple[str, ...] | None
    missing: tuple[str, ...]
    excess: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class FormReport:
    """The gate's whole answer for one form."""

    form_id: str
    form_name: str
    fields: tuple[FieldReport, ...]
    findings: tuple[Finding, ...]
    """The faults of the fields and of the form itself, weightiest first."""
    scopes: ScopeReport
    snapshot_hash: str
    """SHA-256 (hex) over everything the verdict rests on; it travels with each submission."""
    read_at_ms: int
    """When HubSpot last described the form and its properties, ms since the epoch."""
    stale: bool = False
    """Whether HubSpot could not be asked, so that this rests on the last good description."""
    lock: FormLock | None = None
    """What a person approved of the form; None when nobody has, or when it does not count."""
    drift: tuple[Change, ...] = ()
    """What has changed since, field by field."""
    rules: tuple[PlacedRules, ...] = ()
    """The validation rules of the properties behind the fields."""

    @property
    def open(self) -> bool:
        """Whether intake may go on: no finding is an error."""
        return not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that close the form."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)
