"""What the token must be allowed to do, per form and per feature, and what it may do beyond
that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from gateway.domain.errors import AccountRefused
from gateway.domain.features import Feature
from gateway.domain.findings import Finding, finding
from gateway.domain.hubspot_errors import HubSpotError, NotInstalled
from gateway.domain.objects import OBJECT_TYPES
from gateway.domain.reports import FormReport
from gateway.domain.scope_plans import FeatureScopes, FormScopes, NeedState, ScopePlan
from gateway.domain.scopes import FORMS, GIVEN, ScopeNeed
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.policy.features import Cell, cells_of, demand
from gateway.policy.permissions import require
from gateway.policy.project_files import Project, ProjectFiles, project_files
from gateway.policy.scopes import scope_report
from gateway.usecases.check import Check
from gateway.usecases.portal import Portal

BY_DEFAULT = (Feature.SUBMIT, Feature.READ_BACK)
"""What a gateway does in any case."""
OF_A_PROJECT = (*BY_DEFAULT, Feature.WEBHOOKS)
"""What an app is made for when nothing else is asked."""


class Scopes:
    """Puts the forms and the token's scopes before the table of features."""

    def __init__(self, check: Check, portal: Portal, *, public_url: str) -> None:
        self._check = check
        self._portal = portal
        self._public_url = public_url

    def plan(
        self,
        forms: Sequence[str] = (),
        features: Collection[Feature] = BY_DEFAULT,
        *,
        by: User,
    ) -> ScopePlan:
        """What ``features`` take for the forms with these ids or names (default: all of them).

        Raises :class:`UnknownForm`, or what asking HubSpot raised when nothing is remembered.
        """
        require(by, Permission.CHECK_FORMS)
        reports = self._reports(forms)
        return _plan(reports, self._held(), features)

    def project(
        self,
        project: Project,
        forms: Sequence[str] = (),
        features: Collection[Feature] = OF_A_PROJECT,
        *,
        by: User,
    ) -> ProjectFiles:
        """The files of a HubSpot project whose app has the least scopes for ``features`` on
        these forms: the open ones (and those that only lack a scope) when none is named. Before
        the app is installed no form can be read: then what a form could take is optional.

        Raises as :meth:`plan` does.
        """
        require(by, Permission.CHECK_FORMS)
        try:
            reports = self._reports(forms)
        except NotInstalled:
            if forms:
                raise
            _, beside = self.to_ask_for(features, ())
            plan = _plan((), None, features)
            return project_files(project, (), plan, self._public_url, beside)
        chosen = reports if forms else tuple(filter(_opens_with_scopes, reports))
        plan = _plan(chosen, None, features)
        files = project_files(project, chosen, plan, self._public_url)
        closed = [
            finding(
                "form_refused", form=one.form_name, cause=" ".join(e.message for e in one.errors)
            )
            for one in chosen
            if not _opens_with_scopes(one)
        ]
        return files.with_findings([*_unread(chosen), *closed])

    def to_ask_for(
        self, features: Collection[Feature], optional: Collection[Feature]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The scopes an app is installed with: those it cannot do without for ``features``, and
        those that ``optional`` ones take beside them, on the forms that are open or only lack a
        scope. As long as no form can be read, which takes an installation, everything that a
        form could take is optional."""
        try:
            cells = cells_of(filter(_opens_with_scopes, self._check.all()))
        except HubSpotError:
            cells = ()
        asked, beside = tuple(features), tuple(optional)
        if not cells:
            asked, beside, cells = (), (*features, *optional), _OF_ANY_FORM
        needed = {*GIVEN, FORMS, *_names(asked, cells)}
        return tuple(sorted(needed)), tuple(sorted(_names(beside, cells) - needed))

    def _reports(self, forms: Sequence[str]) -> tuple[FormReport, ...]:
        if not forms:
            return self._check.all()
        reports = {report.form_id: report for _, report in map(self._check.form, forms)}
        return tuple(reports.values())

    def _held(self) -> frozenset[str] | None:
        try:
            return self._portal.last_known().held
        except (HubSpotError, AccountRefused):
            return None


_OF_ANY_FORM: tuple[Cell, ...] = tuple(
    (kind, of)
    for kind in OBJECT_TYPES.values()
    if kind.on_forms
    for of in (Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE)
)


def _names(features: Iterable[Feature], cells: tuple[Cell, ...]) -> set[str]:
    return {need.name for feature in features for need in demand(feature, cells).needs}


def _opens_with_scopes(report: FormReport) -> bool:
    return all(error.code == "scope_missing" for error in report.errors)


def _plan(
    reports: tuple[FormReport, ...], held: frozenset[str] | None, features: Collection[Feature]
) -> ScopePlan:
    asked = tuple(feature for feature in Feature if feature in features)
    of_forms = []
    for report in reports:
        rows = _features(cells_of([report]), held)
        scopes = scope_report(_needs(rows, asked), held)
        of_forms.append(FormScopes(report.form_id, report.form_name, report.open, rows, scopes))
    rows = _features(cells_of(reports), held)
    needs = _needs(rows, asked)
    return ScopePlan(
        asked=asked,
        forms=tuple(of_forms),
        features=rows,
        needs=tuple(_state(need, held) for need in needs),
        scopes=scope_report(needs, held),
        findings=(*([finding("scope_unknown")] if held is None else []), *_unread(reports)),
    )


def _features(cells: tuple[Cell, ...], held: frozenset[str] | None) -> tuple[FeatureScopes, ...]:
    return tuple(_feature(feature, cells, held) for feature in Feature)


def _feature(
    feature: Feature, cells: tuple[Cell, ...], held: frozenset[str] | None
) -> FeatureScopes:
    demanded = demand(feature, cells)
    return FeatureScopes(
        feature,
        tuple(_state(need, held) for need in demanded.needs),
        tuple(
            f"{of.label.lower()} {kind.label} properties" for kind, of in demanded.impossible if of
        ),
    )


def _state(need: ScopeNeed, held: frozenset[str] | None) -> NeedState:
    return NeedState(need, None if held is None else need.met_by(held))


def _needs(rows: Iterable[FeatureScopes], asked: Collection[Feature]) -> tuple[ScopeNeed, ...]:
    """The needs of the features that were asked for, each once, by name."""
    found = {
        state.need.name: state.need for row in rows if row.feature in asked for state in row.needs
    }
    return tuple(found[name] for name in sorted(found))


def _unread(reports: Iterable[FormReport]) -> tuple[Finding, ...]:
    """Fields whose class is not known: what they take may be missing from the plan."""
    count = sum(field.sensitivity is None for report in reports for field in report.fields)
    return (finding("scopes_incomplete", count=count),) if count else ()
