"""What an approval of a form would pin: what HubSpot says now, and what people declare beside
it, which outlives later approvals."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from gateway.domain.locks import FieldLock, FormLock, GuardMode
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import Snapshot
from gateway.policy.differences import consent_texts
from gateway.policy.drift import consent_digest, fields_of, pins


@dataclasses.dataclass(frozen=True)
class Declared:
    """What a person says of fields, each by field key; what is not named stays as it was."""

    minimum: Mapping[str, Sensitivity] = dataclasses.field(default_factory=dict)
    """The least class the field's answers may be kept under."""
    guard: Mapping[str, GuardMode] = dataclasses.field(default_factory=dict)
    checks: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    """The check digits its answers must have; None for none."""

    def keys(self) -> frozenset[str]:
        """Every field that something is said of."""
        return frozenset({*self.minimum, *self.guard, *self.checks})


def proposed(
    snapshot: Snapshot, before: FormLock | None, declared: Declared, *, by: str, at: str
) -> FormLock | None:
    """What would be pinned, without its seal; None for a form that cannot be read. ``before``
    is what is pinned now. A field whose property nobody can tell is left out: the gate refuses
    it anyway."""
    form = snapshot.definition
    if form is None:
        return None
    known = snapshot.by_address()
    fields: dict[str, FieldLock] = {}
    for key, field in fields_of(form).items():
        found = known.get((field.object_type_id, field.name), ())
        living = [prop for prop in found if not prop.archived]
        if len(living) != 1 or living[0].sensitivity is None:
            continue
        sensitivity = living[0].sensitivity
        kept = before.fields.get(key) if before is not None else None
        now = pins(field, living[0])
        fields[key] = FieldLock(
            field_type=now.field_type,
            type=now.type,
            sensitivity=sensitivity,
            minimum=declared.minimum.get(key) or _least(kept, sensitivity),
            categories=now.categories,
            created_at=now.created_at,
            choices=now.choices,
            options=now.options,
            values=now.values,
            guard=declared.guard.get(key, kept.guard if kept is not None else GuardMode.BLOCK),
            check=declared.checks.get(key, kept.check if kept is not None else None),
        )
    return FormLock(
        name=form.name,
        form_type=form.form_type,
        consent=consent_digest(form.legal_consent_options),
        consent_mode=form.legal_consent_options.type,
        consent_texts=consent_texts(form.legal_consent_options),
        approved_by=by,
        approved_at=at,
        fields=fields,
    )


def _least(kept: FieldLock | None, now: Sensitivity) -> Sensitivity:
    """The least class where nobody declares one: the class as it is. An approval never lowers
    it by itself, and it rises with the class unless a lower one was declared."""
    if kept is None:
        return now
    follows = kept.minimum is kept.sensitivity
    return max(kept.minimum, now, key=lambda one: one.rank) if follows else kept.minimum
