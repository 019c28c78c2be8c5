"""``properties`` as a person runs it: listing, defining, archiving, and plans that end in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PLAN = """\
version: 1
objects:
  contacts:
    groups:
      vitals: Vitals
    properties:
      blood_group:
        label: Blood group
        type: enumeration
        fieldType: select
        groupName: vitals
        dataSensitivity: sensitive
        options:
          - {value: a, label: A}
          - {value: no}
      passport_number:
        dataSensitivity: sensitive
"""
CREATE = ("properties", "create", "contacts", "blood_group", "--label", "Blood group", "--class",
          "sensitive", "--type", "enumeration", "--field-type", "select", "--group", "health",
          "--option", "a=A", "--option", "b")  # fmt: skip


@pytest.fixture
def desk(account: Any, quick: Any) -> Any:
    """The quick shell, with the token for records and definitions."""
    quick.environ["HUBSPOT_RECORDS_TOKEN"] = account.banner["records_token"]
    return quick


def written(shell: Any, text: str | bytes) -> str:
    """A plan file."""
    path: Path = shell.folder / "plan.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_property_from_the_first_word_to_the_archive(desk: Any) -> None:
    """Created, shown, edited, refused another class, archived with --yes only."""
    assert desk(*CREATE).code == 0
    shown = desk("properties", "show", "contacts", "blood_group", "--json").document["properties"][
        0
    ]
    assert (shown["class"], shown["group"], shown["archived"]) == ("sensitive", "health", False)
    assert [one["value"] for one in shown["options"]] == ["a", "b"]
    more = desk("properties", "edit", "contacts", "blood_group", "--add-option", "c=C", "--json")
    assert [one["label"] for one in more.document["property"]["options"]] == ["A", "b", "C"]
    fixed = desk("properties", "edit", "contacts", "blood_group", "--class", "non_sensitive")
    assert fixed.code == 1
    assert "Create a new property" in fixed.err
    asked = desk("properties", "archive", "contacts", "blood_group")
    assert asked.code == 1
    assert "permanently deleted after 90 days" in asked.err
    done = desk("properties", "archive", "contacts", "blood_group", "--yes", "--json")
    assert (done.code, done.document["done"]) == (0, ["blood_group"])
    clash = desk(*CREATE, "--json")
    assert clash.code == 1
    assert clash.document["error"]["code"] == "PropertyRefused"
    assert desk(*CREATE, "--revive").code == 0


def test_the_list_is_one_view_of_three_classes(desk: Any) -> None:
    """Every class is there; class, text and state narrow it down."""
    whole = desk("properties", "list", "contacts", "--json").document
    assert whole["object"] == {"id": "0-1", "name": "contacts"}
    assert {row["class"] for row in whole["properties"]} == {
        "non_sensitive", "sensitive", "highly_sensitive",
    }  # fmt: skip
    assert whole["gaps"] == []
    highly = desk("properties", "list", "0-1", "--class", "highly_sensitive")
    assert "diagnosis" in highly.out
    assert "email" not in highly.out
    assert "none of these" in desk("properties", "list", "contacts", "--search", "badge").out
    assert (
        "(archived)"
        in desk("properties", "list", "contacts", "--search", "badge", "--archived").out
    )
    both = desk("properties", "show", "contacts", "email", "no_such")
    assert both.code == 1
    assert "no property called no_such" in both.out


def test_several_are_archived_with_a_result_for_each(desk: Any) -> None:
    """One half done is told as such, with exit code 1."""
    assert desk(*CREATE).code == 0
    run = desk("properties", "archive", "contacts", "blood_group", "email", "--yes", "--json")
    assert run.code == 1
    assert run.document["done"] == ["blood_group"]
    assert run.document["failed"]["email"]["code"] == "not_archivable"


def test_groups(desk: Any) -> None:
    """Listed, created, renamed and archived."""
    group = ("properties", "groups")
    assert desk(*group, "create", "contacts", "vitals", "--label", "Vitals").code == 0
    assert desk(*group, "edit", "contacts", "vitals", "--label", "Vital signs").code == 0
    assert "Vital signs" in desk(*group, "list", "contacts").out
    assert desk(*group, "archive", "contacts", "health").code == 1
    assert desk(*group, "archive", "contacts", "vitals", "--json").document["done"]


def test_a_plan_from_file_to_account_and_back(desk: Any, account: Any) -> None:
    """plan shows, apply does it once, and what export writes changes nothing."""
    file = written(desk, PLAN)
    plan = desk("properties", "plan", file)
    assert plan.code == 0
    assert "+ contacts blood_group: Would be created." in plan.out
    first = desk("properties", "apply", file, "--json").document
    assert (first["applied"], first["counts"]["create"], first["counts"]["same"]) == (True, 2, 1)
    before = _writes(account)
    again = desk("properties", "apply", file)
    assert "nothing was changed" in again.out
    assert _writes(account) == before
    options = desk("properties", "show", "contacts", "blood_group", "--json").document["properties"]
    assert [one["value"] for one in options[0]["options"]] == ["a", "no"]
    copy = str(desk.folder / "copy.yaml")
    assert desk("properties", "export", "contacts", "--out", copy).code == 0
    same = desk("properties", "apply", copy, "--json").document
    assert set(same["counts"]) - {name for name, count in same["counts"].items() if not count} == {
        "same"
    }
    wrong = PLAN.replace(
        "dataSensitivity: sensitive\n        options",
        "dataSensitivity: highly_sensitive\n        options",
    )
    refused = desk("properties", "apply", written(desk, wrong), "--json")
    assert (refused.code, refused.document["applied"]) == (1, False)
    reasons = [step["reason"]["code"] for step in refused.document["steps"] if step["reason"]]
    assert reasons == ["fixed_class"]


def _writes(account: Any) -> int:
    log = account.ask("GET", "requests")["requests"]
    return sum(one["method"] != "GET" and "/properties" in one["path"] for one in log)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: 2\nobjects: {}\n", "in the file"),
        ("objects: {}\n", "version"),
        ("version: 1\nversion: 1\n", "twice (line 2)"),
        ("version: 1\nobjects: {contacts: {properties: {a: {label: 7}}}}\n", "contacts, a"),
        ("version: 1\nobjects: {contacts: {properties: {a: {options: [{value: true}]}}}}\n", "quotes"),
        ("version: 1\nobjects: {contacts: {properties: {a: {colour: red}}}}\n", "colour"),
        ("version: 1\nobjects: {contacts: {properties: {a: {dataSensitivity: secret}}}}\n", "contacts, a"),
        ("a: &x [1]\nb: *x\n", "anchor"),
        ("a: !!python/object:os.system [x]\n", "tag"),
        ("a: [\n", "not YAML"),
        ("--- 1\n--- 2\n", "not YAML"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("[" * 5000, "nested"),
        ("{a: " * 5000, "nested"),
        ("", "is empty, or holds no plan"),
        ("- version: 1\n", "is empty, or holds no plan"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_says_where(shell: Any, text: str | bytes, words: str) -> None:
    """Exit code 2, the place, no traceback, and nothing asked of HubSpot."""
    run = shell("properties", "plan", written(shell, text))
    assert run.code == 2
    assert words in run.err


def test_what_cannot_be_read_or_written_is_usage(shell: Any) -> None:
    """A missing file, a folder, an unknown class."""
    assert shell("properties", "plan", str(shell.folder / "none.yaml")).code == 2
    assert shell("properties", "apply", str(shell.folder)).code == 2
    assert shell("properties", "list", "contacts", "--class", "secret").code == 2
    assert shell("properties", "create", "contacts", "x", "--option", "=A").code == 2
    unwritable = shell("properties", "export", "contacts", "--out", str(shell.folder / "a" / "b"))
    assert unwritable.code == 2


def test_unknown_objects_and_names_are_refused(shell: Any) -> None:
    """Exit code 1 with a reason, in text and as a document."""
    assert "no such object type" in shell("properties", "list", "widgets").err
    run = shell("properties", "show", "contacts", "no_such", "--json")
    assert run.code == 1
    assert "no contact property called no_such" in run.document["error"]["message"]
    long = shell("properties", "create", "contacts", "x" * 500, "--label", "L" * 70_000)
    assert long.code == 1
    assert "LLLL" not in long.err
