"""A plan of properties: what an account is to have, written down, compared and carried out. What a
plan does not name stays as it is.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from gateway.domain.errors import Reason
from gateway.domain.property_definitions import PropertyWish


class PlannedObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one object type is to have."""

    groups: Mapping[str, str] = {}
    """Name → label."""
    properties: Mapping[str, PropertyWish] = {}
    """By name."""


class PropertyPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole plan, as a file holds it."""

    version: Literal[1]
    objects: Mapping[str, PlannedObject]
    """By the object type's name or id."""


class StepKind(enum.StrEnum):
    """What a plan means for one property or group."""

    CREATE = "create"
    REVIVE = "revive"
    """An archived property of this name and class comes back under the planned definition."""
    EDIT = "edit"
    SAME = "same"
    REFUSED = "refused"


class Progress(enum.StrEnum):
    """What came of a step."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"


STEP_WORDS: Mapping[StepKind, str] = {
    StepKind.CREATE: "would be created",
    StepKind.REVIVE: "would be brought back from the archive",
    StepKind.EDIT: "would be changed",
    StepKind.SAME: "is as planned",
    StepKind.REFUSED: "is refused",
}
"""Each kind of step as the end of a sentence."""
DONE_WORDS: Mapping[StepKind, str] = {
    **STEP_WORDS,
    StepKind.CREATE: "was created",
    StepKind.REVIVE: "was brought back from the archive",
    StepKind.EDIT: "was changed",
}
"""The same, once it is done."""


@dataclasses.dataclass(frozen=True)
class PlanStep:
    """One property or group of a plan, and what it takes."""

    object: str
    """The object type's name in HubSpot's paths."""
    name: str
    kind: StepKind
    is_group: bool = False
    parts: tuple[str, ...] = ()
    """What would be changed, in HubSpot's words."""
    reason: Reason | None = None
    """Why it is refused, or was not done."""
    progress: Progress = Progress.PLANNED

    @property
    def sentence(self) -> str:
        """What is, would be or was done, as a person reads it."""
        if self.reason is not None:
            return self.reason.sentence
        words = DONE_WORDS if self.progress is Progress.DONE else STEP_WORDS
        parts = f": {', '.join(self.parts)}" if self.parts else ""
        return f"{words[self.kind].capitalize()}{parts}."


@dataclasses.dataclass(frozen=True)
class PlanReport:
    """Every step of a plan, groups first."""

    steps: tuple[PlanStep, ...]

    @property
    def refused(self) -> bool:
        """Whether a step is refused: then nothing of the plan is carried out."""
        return any(step.kind is StepKind.REFUSED for step in self.steps)

    @property
    def whole(self) -> bool:
        """Whether nothing was refused and nothing failed."""
        return all(step.reason is None for step in self.steps)

    def count(self, kinds: Iterable[StepKind]) -> int:
        """How many steps are of these kinds."""
        wanted = set(kinds)
        return sum(step.kind in wanted for step in self.steps)


CHANGES = (StepKind.CREATE, StepKind.REVIVE, StepKind.EDIT)
"""Kinds of step that change something."""
