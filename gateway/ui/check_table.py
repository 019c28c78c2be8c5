"""The gate's report on each form: a row per field, and what is wrong with the form itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.domain.findings import Finding, Verdict
from gateway.domain.objects import object_type
from gateway.domain.reports import FieldReport, FormReport
from gateway.intake.richtext import plain
from gateway.ui import look
from gateway.ui.errors import points
from gateway.ui.markup import Markup, fill, join

VERDICTS: Mapping[Verdict, str] = {
    Verdict.OK: "May be collected",
    Verdict.WARN: "Look at it",
    Verdict.REFUSED: "Refused",
}
"""The gate's verdict on a field, in words."""
HELD: Mapping[bool | None, str] = {True: "held", False: "missing", None: "not known"}
"""Whether the token holds a scope, in a word."""
_COLUMNS = ("Field", "Property", "Class", "Verdict", "Why", "Scope")


def forms(reports: Iterable[FormReport], unfolded: str) -> Markup:
    """Every form, the closed ones first; the one with the id ``unfolded`` shows its fields."""
    ordered = sorted(reports, key=lambda report: (report.open, report.form_name))
    return fill(
        '<section class="si-block" aria-labelledby="forms-title">'
        '<h2 class="si-h2" id="forms-title">Forms and their fields</h2>$rows</section>',
        rows=join([_form(report, shown=report.form_id == unfolded) for report in ordered])
        if ordered
        else Markup('<p class="si-none">The account has no form.</p>'),
    )


def _form(report: FormReport, *, shown: bool) -> Markup:
    whole = tuple(dict.fromkeys(f for f in report.findings if f.field is None))
    return fill(
        '<details class="si-fold si-form"$open><summary><span>$name</span> '
        '<b data-state="$state">$word</b> <small>$about</small></summary>$whole$table</details>',
        open=Markup(" open") if shown else Markup(""),
        name=plain(report.form_name) or report.form_id,
        state="open" if report.open else "closed",
        word="Open" if report.open else "Closed",
        about=about(report),
        whole=points(whole),
        table=table(report),
    )


def about(report: FormReport) -> str:
    """How many fields there are, and how many of them are refused."""
    count = len(report.fields)
    refused = sum(field.verdict is Verdict.REFUSED for field in report.fields)
    fields = "1 field" if count == 1 else f"{count} fields"
    return f"{fields}, {refused} refused" if refused else fields


def table(report: FormReport) -> Markup:
    """The fields of a form as a table."""
    if not report.fields:
        return Markup("")
    found: dict[str | None, list[Finding]] = {}
    for one in report.findings:
        found.setdefault(one.field, []).append(one)
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<table class="si-fields"><caption class="si-sr">The fields of $name</caption>'
        "<thead><tr>$heads</tr></thead><tbody>$rows</tbody></table>",
        name=plain(report.form_name),
        heads=join(heads),
        rows=join([_row(field, found.get(field.key, [])) for field in report.fields]),
    )


def _row(field: FieldReport, found: Iterable[Finding]) -> Markup:
    kind = object_type(field.object_type_id)
    return fill(
        '<tr data-verdict="$verdict"><th scope="row">$label</th>'
        '<td data-name="Property"><span translate="no">$property</span> $object</td>'
        '<td data-name="Class">$level$categories</td>'
        '<td data-name="Verdict"><b>$words</b></td><td data-name="Why">$why</td>'
        '<td data-name="Scope">$scope</td></tr>',
        verdict=field.verdict.value,
        label=plain(field.label) or field.key,
        property=field.name,
        object=f"({kind.label})" if kind else f"({field.object_type_id})",
        level=look.level(field.sensitivity),
        categories=f" {', '.join(field.categories)}",
        words=VERDICTS[field.verdict],
        why=_why(field, found),
        scope=_scope(field),
    )


def _why(field: FieldReport, found: Iterable[Finding]) -> Markup:
    rows = [
        fill("<li>$message <span>$cure</span> <code>$code</code></li>",
             message=one.message, cure=one.cure.replace("`", ""), code=one.code)
        for one in found
    ]  # fmt: skip
    return fill("<ul>$rows</ul>", rows=join(rows)) if rows else fill("$why", why=field.reason)


def _scope(field: FieldReport) -> Markup:
    if not field.scope_needed:
        return Markup("None")
    return fill(
        '<code data-held="$held">$scope</code> $held',
        scope=field.scope_needed[0],
        held=HELD[field.scope_held],
    )
