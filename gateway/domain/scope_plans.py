"""Which scopes the work takes and which the token holds, per form and per feature."""

from __future__ import annotations

import dataclasses

from gateway.domain.features import FEATURES, Feature
from gateway.domain.findings import Finding
from gateway.domain.reports import ScopeReport
from gateway.domain.scopes import ScopeNeed


@dataclasses.dataclass(frozen=True)
class NeedState:
    """One need, and whether the token meets it."""

    need: ScopeNeed
    held: bool | None
    """None when HubSpot did not say which scopes the token has."""


@dataclasses.dataclass(frozen=True)
class FeatureScopes:
    """What one feature takes for some forms."""

    feature: Feature
    needs: tuple[NeedState, ...]
    impossible: tuple[str, ...]
    """What HubSpot has no scope for, as ends of a sentence: "highly sensitive appointment
    properties"."""

    @property
    def label(self) -> str:
        """What the feature does, as a person reads it."""
        return FEATURES[self.feature].label

    @property
    def possible(self) -> bool | None:
        """Whether the token holds all of it; None when nobody knows."""
        if self.impossible or any(state.held is False for state in self.needs):
            return False
        return None if any(state.held is None for state in self.needs) else True


@dataclasses.dataclass(frozen=True)
class FormScopes:
    """What every feature takes for one form."""

    form_id: str
    form_name: str
    open: bool
    features: tuple[FeatureScopes, ...]
    scopes: ScopeReport
    """Of the features that were asked for, for this form."""


@dataclasses.dataclass(frozen=True)
class ScopePlan:
    """What every feature takes for some forms, and the sum of what was asked for."""

    asked: tuple[Feature, ...]
    forms: tuple[FormScopes, ...]
    features: tuple[FeatureScopes, ...]
    """Over all the forms; every feature there is, asked for or not."""
    needs: tuple[NeedState, ...]
    """Of the features that were asked for, each once."""
    scopes: ScopeReport
    findings: tuple[Finding, ...]
    """What keeps this from being the whole truth."""

    @property
    def complete(self) -> bool:
        """Whether it is known that the token holds everything that was asked for."""
        return all(state.held for state in self.needs) and not any(
            one.impossible for one in self.features if one.feature in self.asked
        )
