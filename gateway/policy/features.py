"""Which scopes a feature takes for given properties, and what HubSpot has no scope for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from gateway.domain.features import FEATURES, NOTIFIED, Feature
from gateway.domain.objects import ObjectType, object_type
from gateway.domain.reports import FormReport
from gateway.domain.scopes import ScopeNeed, forms_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity

Cell = tuple[ObjectType, Sensitivity | None]
"""An object and a class of its properties; None where the class is not known."""


@dataclasses.dataclass(frozen=True)
class Demand:
    """Everything a feature takes."""

    needs: tuple[ScopeNeed, ...]
    """By name, each once."""
    impossible: tuple[Cell, ...]
    """What no scope of HubSpot's allows."""


def cells_of(reports: Iterable[FormReport]) -> tuple[Cell, ...]:
    """The objects and classes behind the fields of ``reports``, each once; objects no program
    knows are passed over."""
    cells = {
        (field.object_type_id, field.sensitivity): object_type(field.object_type_id)
        for report in reports
        for field in report.fields
    }
    return tuple((kind, of) for (_, of), kind in cells.items() if kind is not None)


def demand(feature: Feature, cells: Iterable[Cell]) -> Demand:
    """What ``feature`` takes for properties of these objects and classes."""
    row = FEATURES[feature]
    found = {forms_need().name: forms_need()} if row.forms else {}
    impossible: list[Cell] = []
    for kind, of in cells:
        if row.notified and not is_notified(kind, of):
            continue
        for need_of in row.of_object:
            found[need_of(kind).name] = need_of(kind)
        if of is None or of not in row.classes:
            continue
        need = sensitive_need(kind, of, row.access)
        if need is None:
            impossible.append((kind, of))
        else:
            found[need.name] = need
    return Demand(tuple(found[name] for name in sorted(found)), tuple(dict.fromkeys(impossible)))


def is_notified(kind: ObjectType, of: Sensitivity | None) -> bool:
    """Whether HubSpot reports changes of the object's properties of this class."""
    return kind.plural in NOTIFIED and of is Sensitivity.SENSITIVE
