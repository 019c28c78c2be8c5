"""`check --junit` gives a CI server every field of every form."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from samples import PATIENT


def suites(path: Path) -> dict[str, ET.Element]:
    """The suites of a file, by name."""
    root = ET.parse(path).getroot()  # noqa: S314  # our own file
    assert root.tag == "testsuites"
    return {suite.get("name", ""): suite for suite in root.findall("testsuite")}


def test_all_forms_in_ci(shell: Any, tmp_path: Path) -> None:
    """A suite per form, a case per field and per fault of the form; counts that add up; exit 1
    while one form is refused."""
    path = tmp_path / "gate.xml"
    run = shell("check", "--all", "--json", "--junit", str(path))
    assert run.code == 1
    found = suites(path)
    root = ET.parse(path).getroot()  # noqa: S314  # our own file
    forms = {form["form"]["name"]: form for form in run.document["forms"]}
    assert found.keys() == forms.keys()
    for name, form in forms.items():
        cases = found[name].findall("testcase")
        whole = [f for f in form["findings"] if f["severity"] == "error" and f["field"] is None]
        assert len(cases) == len(form["fields"]) + len(whole)
        failed = [case.get("name") for case in cases if case.find("failure") is not None]
        refused = [row["field"] for row in form["fields"] if row["verdict"] == "refused"]
        assert failed == refused + [fault["code"] for fault in whole]
        assert (failed == []) is form["open"]
        assert int(found[name].get("tests", "")) == len(cases)
        assert int(found[name].get("failures", "")) == len(failed)
    for count in ("tests", "failures"):
        assert int(root.get(count, "")) == sum(int(s.get(count, "")) for s in found.values())


def test_a_failure_says_code_and_reason(shell: Any, tmp_path: Path) -> None:
    """Every reason of a field is a failure of its own, with its code as the type."""
    path = tmp_path / "gate.xml"
    run = shell("check", "Visitor sign-in (2019)", "--json", "--junit", str(path))
    told = {
        (failure.get("type"), failure.get("message"))
        for failure in suites(path)["Visitor sign-in (2019)"].iter("failure")
    }
    assert told == {
        (f["code"], f["message"]) for f in run.document["findings"] if f["severity"] == "error"
    }
    assert ("recaptcha", "reCAPTCHA is switched on, so HubSpot refuses every submission by a "
            "program.") in told  # fmt: skip


def test_a_ci_job_passes_when_all_forms_are_open(shell: Any, account: Any, tmp_path: Path) -> None:
    """Exit 0, and no failure in the file."""
    path = tmp_path / "gate.xml"
    for form in account.banner["forms"]:
        if form["name"] in ("Visitor sign-in (2019)", "Documents and payment"):
            account.ask("PATCH", f"forms/{form['id']}", archived=True)
    run = shell("check", "--all", "--junit", str(path))
    account.start_again()
    assert run.code == 0
    assert 'failures="0"' in path.read_text()


@pytest.mark.parametrize("name", ["<b>&\"'", "a\x00\x0b\x1b[31m\ud800\ufffe z", "]]>", "  "])
def test_a_hostile_name_makes_no_broken_file(
    name: str, shell: Any, account: Any, tmp_path: Path
) -> None:
    """Markup is escaped, and what XML has no place for is left out."""
    form = next(f["id"] for f in account.banner["forms"] if f["name"] == PATIENT)
    account.ask("PATCH", f"forms/{form}", name=name)
    path = tmp_path / "gate.xml"
    run = shell("check", form, "--junit", str(path))
    account.start_again()
    assert run.code == 0
    (told,) = suites(path)
    assert told.strip() in (name, "a[31m? z", form, "")


def test_a_file_that_cannot_be_written(shell: Any, tmp_path: Path) -> None:
    """A folder that is not there exits 2."""
    run = shell("check", PATIENT, "--junit", str(tmp_path / "no" / "gate.xml"))
    assert run.code == 2
    assert "JUnit" in run.err


def test_what_could_not_be_checked_is_no_success(shell: Any, tmp_path: Path) -> None:
    """Where nothing could be checked the file says so: the one of the run before would go on
    telling that all is well."""
    path = tmp_path / "gate.xml"
    path.write_text('<testsuites failures="0"/>')
    run = shell("check", "--all", "--junit", str(path), HUBSPOT_API_BASE="http://127.0.0.1:9")
    assert run.code == 3
    told = path.read_text()
    assert 'errors="1"' in told
    assert "HubSpot" in told
