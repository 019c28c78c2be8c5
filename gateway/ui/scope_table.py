"""What the token may do: per feature whether it is possible, and every scope in words."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.scope_plans import FeatureScopes, NeedState, ScopePlan
from gateway.intake.richtext import plain
from gateway.ui.check_table import HELD
from gateway.ui.errors import points
from gateway.ui.markup import Markup, fill, join

POSSIBLE: Mapping[bool | None, str] = {True: "Possible", False: "Not possible", None: "Not known"}
"""Whether the token is enough for a feature, in words."""


def scopes(plan: ScopePlan) -> Markup:
    """The whole section."""
    return fill(
        '<section class="si-block" aria-labelledby="scopes-title">'
        '<h2 class="si-h2" id="scopes-title">What the token may do</h2>'
        '<p class="si-lead">$verdict</p>$findings$needs$excess$features</section>',
        verdict=verdict(plan),
        findings=points(plan.findings),
        needs=_needs(plan),
        excess=_excess(plan),
        features=_features(plan),
    )


def verdict(plan: ScopePlan) -> str:
    """The scopes in a sentence or two."""
    missing, excess = plan.scopes.missing, len(plan.scopes.excess)
    if plan.scopes.held is None:
        return "HubSpot did not say which scopes the token has."
    told = (
        f"For taking submissions the token lacks {', '.join(missing)}."
        if missing
        else "The token holds everything that taking submissions needs."
    )
    more = "one scope" if excess == 1 else f"{excess} scopes"
    return f"{told} It holds {more} more." if excess else f"{told} It holds nothing more."


def _excess(plan: ScopePlan) -> Markup:
    if not plan.scopes.excess:
        return Markup("")
    codes = [fill("<code>$scope</code> ", scope=scope) for scope in plan.scopes.excess]
    return fill(
        '<details class="si-fold"><summary>What it holds beyond that ($count)</summary>'
        '<p class="si-note">Take away what nothing here uses, so that a stolen token opens less.'
        '</p><p class="si-codes">$codes</p></details>',
        count=str(len(codes)),
        codes=join(codes),
    )


def _needs(plan: ScopePlan) -> Markup:
    rows = [
        fill(
            '<tr data-held="$held"><th scope="row"><code>$scope</code></th>'
            '<td data-name="What for">To $purpose</td><td data-name="Forms">$forms</td>'
            '<td data-name="Token"><b>$word</b></td></tr>',
            held=HELD[state.held],
            scope=state.need.name,
            purpose=state.need.purpose,
            forms=_forms(plan, state.need.name),
            word=HELD[state.held],
        )
        for state in plan.needs
    ]
    return fill(
        '<table class="si-fields"><caption class="si-sr">Scopes that taking submissions needs'
        '</caption><thead><tr><th scope="col">Scope</th><th scope="col">What for</th>'
        '<th scope="col">Forms</th><th scope="col">Token</th></tr></thead>'
        "<tbody>$rows</tbody></table>",
        rows=join(rows),
    )


def _forms(plan: ScopePlan, scope: str) -> str:
    using = [plain(form.form_name) for form in plan.forms if scope in form.scopes.needed]
    return "All" if len(using) == len(plan.forms) else ", ".join(using)


def _features(plan: ScopePlan) -> Markup:
    rows = [
        fill(
            '<tr data-possible="$word"><th scope="row">$label</th>'
            '<td data-name="Now"><b>$word</b></td><td data-name="Missing">$missing</td></tr>',
            label=row.label,
            word=POSSIBLE[row.possible],
            missing=_missing(row),
        )
        for row in plan.features
    ]
    return fill(
        '<details class="si-fold"><summary>What else it could be used for</summary>'
        '<table class="si-fields"><caption class="si-sr">Features and what they lack</caption>'
        '<thead><tr><th scope="col">Feature</th><th scope="col">Now</th>'
        '<th scope="col">Missing</th></tr></thead><tbody>$rows</tbody></table></details>',
        rows=join(rows),
    )


def _missing(row: FeatureScopes) -> Markup:
    lacking: list[NeedState] = [state for state in row.needs if state.held is False]
    codes = [fill("<code>$scope</code> ", scope=state.need.name) for state in lacking]
    never = [fill("HubSpot has no scope for $what. ", what=what) for what in row.impossible]
    return join([*codes, *never]) or Markup("Nothing")
