"""The gate's reports as JUnit XML, which every CI server shows: a suite per form, a case per
field, and a case per fault of the form itself.

Format: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from gateway.cli.usage import UsageError
from gateway.domain.findings import Finding, Severity, Verdict
from gateway.domain.reports import FieldReport, FormReport

NAME = "class gate"


def write_junit(path: Path, reports: Iterable[FormReport]) -> None:
    """Writes the reports to ``path``. Raises :class:`UsageError` when it cannot be written."""
    _write(path, map(_suite, reports))


def write_no_reports(path: Path, why: str) -> None:
    """Writes to ``path`` that there are no reports, and why: one case that ended in an error.
    Raises as :func:`write_junit` does."""
    suite, case = TestSuite(NAME), TestCase("check", NAME)
    case.result = [Error(_clean(why))]
    suite.add_testcase(case)
    _write(path, [suite])


def _write(path: Path, suites: Iterable[TestSuite]) -> None:
    document = JUnitXml(NAME)
    for suite in suites:
        document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]  # the library types it not
    try:
        document.write(str(path), pretty=True)
    except OSError:
        raise UsageError("The JUnit file cannot be written. Check its folder.") from None


def _suite(report: FormReport) -> TestSuite:
    suite = TestSuite(_clean(report.form_name) or report.form_id)
    suite.add_property("form_id", report.form_id)
    suite.add_property("open", str(report.open).lower())
    for scope in report.scopes.missing:
        suite.add_property("scope_missing", scope)
    for field in report.fields:
        suite.add_testcase(_field(report, field))
    for fault in report.errors:
        if fault.field is None:
            case = _case(report, fault.code)
            case.result = [_failure(fault.code, fault.message, fault.cure)]
            suite.add_testcase(case)
    return suite


def _field(report: FormReport, field: FieldReport) -> TestCase:
    case = _case(report, field.key)
    found = [fault for fault in report.findings if fault.field == field.key]
    if field.verdict is Verdict.REFUSED:
        case.result = [
            _failure(fault.code, fault.message, fault.cure)
            for fault in found
            if fault.severity is Severity.ERROR
        ] or [_failure(field.code, field.reason, "")]
    else:
        case.system_out = _clean("\n".join([_class(field), *map(_sentence, found)]))
    return case


def _case(report: FormReport, name: str) -> TestCase:
    return TestCase(_clean(name), f"form.{report.form_id}")


def _failure(code: str, message: str, cure: str) -> Failure:
    failure = Failure(_clean(message), code)
    failure.text = _clean(f"{code}: {message} {cure}".strip())
    return failure


def _class(field: FieldReport) -> str:
    return f"{field.sensitivity.label if field.sensitivity else 'Unknown class'}. {field.reason}"


def _sentence(fault: Finding) -> str:
    return f"{fault.severity}: {fault.code}: {fault.message} {fault.cure}"


def _clean(text: str) -> str:
    """``text`` without the characters XML 1.0 has no place for: controls, halves of pairs and
    the two that are no characters at all. What is left is escaped by the library."""
    return "".join(
        c
        for c in text
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in "￾￿")
    )
