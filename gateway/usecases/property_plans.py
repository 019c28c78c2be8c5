"""Plans of properties: compared with the account, carried out, and written down from it.

Carrying a plan out a second time changes nothing, because only what differs is sent. A plan with
a refused step is not begun; when HubSpot stops answering half-way, each step says whether it was
done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from gateway.domain.errors import GatewayError, PropertyRefused, Reason
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import (
    BatchOutcome,
    DefinedProperty,
    PropertyGroup,
    PropertyListing,
    PropertyWish,
)
from gateway.domain.property_faults import PropertyFault, reason
from gateway.domain.property_plans import (
    PlannedObject,
    PlanReport,
    PlanStep,
    Progress,
    PropertyPlan,
    StepKind,
)
from gateway.domain.users import Permission, User
from gateway.policy.defining import (
    as_wish,
    change_problems,
    completed,
    creation_problems,
    differences,
    label_problems,
    name_problems,
)
from gateway.policy.permissions import require
from gateway.usecases.property_batches import EARLIER, STOPPING, create_all, together, why_not
from gateway.usecases.property_book import PropertyBook
from gateway.usecases.property_changes import change
from gateway.usecases.property_groups import change_group, create_group

_CREATING = frozenset({StepKind.CREATE, StepKind.REVIVE})


@dataclasses.dataclass(frozen=True)
class _Compared:
    """One object type of a plan beside what the account has of it."""

    kind: ObjectType
    planned: PlannedObject
    present: PropertyListing
    groups: Mapping[str, PropertyGroup]
    steps: tuple[PlanStep, ...]


class PropertyPlans:
    """Compares plans and carries them out. Raises as
    :class:`gateway.usecases.properties.Properties` does, but what is wrong with one property is
    told in its step."""

    def __init__(self, book: PropertyBook) -> None:
        self._book = book

    def preview(self, plan: PropertyPlan, *, by: User, revive: bool = False) -> PlanReport:
        """What the plan would change. Nothing is sent but questions. With ``revive`` archived
        properties of planned names and classes may come back."""
        require(by, Permission.VIEW_PROPERTIES)
        compared = self._compare(plan, revive=revive)
        return PlanReport(tuple(step for one in compared for step in one.steps))

    def apply(self, plan: PropertyPlan, *, by: User, revive: bool = False) -> PlanReport:
        """Carries the plan out, unless a step is refused: then nothing is sent."""
        require(by, Permission.DEFINE_PROPERTIES)
        compared = self._compare(plan, revive=revive)
        report = PlanReport(tuple(step for one in compared for step in one.steps))
        if report.refused:
            return report
        run = _Run(self._book, by)
        return PlanReport(tuple(step for one in compared for step in run.carry_out(one)))

    def export(self, object_types: Iterable[str], *, by: User) -> PropertyPlan:
        """The account's own properties and their groups as a plan: those HubSpot brings along are
        left out, and so are those of a class that cannot be read or is not known."""
        require(by, Permission.VIEW_PROPERTIES)
        objects: dict[str, PlannedObject] = {}
        for object_type in object_types:
            kind = self._book.kind(object_type)
            rows = [row.definition for row in self._book.present(kind, (False,)).rows]
            ours = [one for one in rows if _is_ours(one)]
            names = {one.group_name for one in ours}
            groups = self._book.hubspot.groups(kind.plural)
            objects[kind.plural] = PlannedObject(
                groups={one.name: one.label for one in groups if one.name in names},
                properties={one.name: as_wish(one) for one in sorted(ours, key=_by_name)},
            )
        return PropertyPlan(version=1, objects=objects)

    def _compare(self, plan: PropertyPlan, *, revive: bool) -> tuple[_Compared, ...]:
        compared: list[_Compared] = []
        for object_type, planned in plan.objects.items():
            kind = self._book.kind(object_type)
            if any(one.kind == kind for one in compared):
                twice = reason(PropertyFault.PLANNED_TWICE, object=kind.plural)
                raise PropertyRefused([twice])
            present = self._book.present(kind)
            groups = {one.name: one for one in self._book.hubspot.groups(kind.plural)}
            steps = [
                *(_group_step(kind, name, label, groups.get(name))
                  for name, label in planned.groups.items()),
                *self._property_steps(kind, planned, present, groups, revive=revive),
            ]  # fmt: skip
            compared.append(_Compared(kind, planned, present, groups, tuple(steps)))
        return tuple(compared)

    def _property_steps(
        self,
        kind: ObjectType,
        planned: PlannedObject,
        present: PropertyListing,
        groups: Mapping[str, PropertyGroup],
        *,
        revive: bool,
    ) -> Iterable[PlanStep]:
        known_groups = groups.keys() | planned.groups.keys()
        allows = self._book.object_types.allows_sensitive(kind)
        for name, wish in planned.properties.items():
            row = present.find(name)
            if row is not None and not row.definition.archived:
                yield _edit_step(kind, row.definition, wish, known_groups)
                continue
            reasons = creation_problems(
                kind, name, wish, present=present, groups=known_groups, allows_sensitive=allows,
                revive=revive,
            )  # fmt: skip
            step = StepKind.CREATE if row is None else StepKind.REVIVE
            yield _step(kind, name, step, reasons)


class _Run:
    """One plan on its way. Once it is not clear what becomes of a step, nothing more is tried."""

    def __init__(self, book: PropertyBook, by: User) -> None:
        self._book, self._by = book, by
        self._stopped = False

    def carry_out(self, one: _Compared) -> Iterator[PlanStep]:
        """The steps of one object type, each with what came of it."""
        for step in one.steps:
            if step.is_group:
                yield self._single(one, step)
        made = [step for step in one.steps if not step.is_group and step.kind in _CREATING]
        outcome = self._create(one, made)
        for step in one.steps:
            if step in made:
                yield _with(step, outcome.failed.get(step.name))
            elif not step.is_group:
                yield self._single(one, step)

    def _create(self, one: _Compared, steps: Sequence[PlanStep]) -> BatchOutcome:
        names = [step.name for step in steps]
        wishes = {name: completed(one.planned.properties[name]) for name in names}
        if self._stopped:
            return BatchOutcome((), {name: _not_tried(name) for name in names})
        try:
            outcome = create_all(self._book, one.kind, wishes, {}, by=self._by)
        except GatewayError as error:
            outcome = BatchOutcome((), {name: why_not(error, name) for name in names})
        self._stopped = any(why.code in STOPPING for why in outcome.failed.values())
        return outcome

    def _single(self, one: _Compared, step: PlanStep) -> PlanStep:
        if step.kind is StepKind.SAME:
            return step
        if self._stopped:
            return _with(step, _not_tried(step.name))
        try:
            (self._group if step.is_group else self._edit)(one, step.name)
        except GatewayError as error:
            why = why_not(error, step.name)
            self._stopped = why.code in STOPPING
            return _with(step, why)
        return _with(step, None)

    def _group(self, one: _Compared, name: str) -> None:
        write = change_group if name in one.groups else create_group
        write(self._book, one.kind, name, one.planned.groups[name], by=self._by)

    def _edit(self, one: _Compared, name: str) -> None:
        row = one.present.find(name)
        if row is not None:
            differing = differences(row.definition, one.planned.properties[name])
            change(self._book, one.kind, row.definition, differing, by=self._by)


def _with(step: PlanStep, why: Reason | None) -> PlanStep:
    progress = Progress.DONE if why is None else Progress.FAILED
    return dataclasses.replace(step, reason=why, progress=progress)


def _not_tried(name: str) -> Reason:
    return reason(PropertyFault.NOT_TRIED, name=name, why=EARLIER)


def _group_step(kind: ObjectType, name: str, label: str, present: PropertyGroup | None) -> PlanStep:
    if present is not None:
        same = present.label == label
        step = _step(kind, name, StepKind.SAME if same else StepKind.EDIT,
                     tuple(label_problems(label)), () if same else ("label",))  # fmt: skip
    else:
        reasons = (*name_problems(name), *label_problems(label))
        step = _step(kind, name, StepKind.CREATE, reasons)
    return dataclasses.replace(step, is_group=True)


def _edit_step(
    kind: ObjectType, present: DefinedProperty, wish: PropertyWish, groups: Collection[str]
) -> PlanStep:
    reasons = change_problems(kind, present, wish, groups)
    parts = tuple(sorted(differences(present, wish).said()))
    return _step(kind, present.name, StepKind.EDIT if parts else StepKind.SAME, reasons, parts)


def _step(
    kind: ObjectType,
    name: str,
    step: StepKind,
    reasons: Sequence[Reason],
    parts: tuple[str, ...] = (),
) -> PlanStep:
    if reasons:
        return PlanStep(kind.plural, name, StepKind.REFUSED, reason=together(reasons))
    return PlanStep(kind.plural, name, step, parts=parts)


def _is_ours(one: DefinedProperty) -> bool:
    return not one.hubspot_defined and one.sensitivity is not None and not one.calculated


def _by_name(one: DefinedProperty) -> str:
    return one.name
