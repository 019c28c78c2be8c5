"""``search``: what is looked for comes from a file or standard input, and is told to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from gateway.cli.search_file import read_search_file
from gateway.cli.usage import UsageError
from gateway.domain.search import Operator, Sort

EMAIL, SECRET = "canary@mail.example", "CANARY-PASS-1"


@pytest.fixture(scope="module")
def contact(account: Any) -> Iterator[str]:
    """A contact's id."""
    account.start_again()
    account.ask("PATCH", "switches", search_limit=0)
    values = {"email": EMAIL, "firstname": "Ada", "passport_number": SECRET}
    made = requests.post(
        f"{account.banner['api_base']}/crm/v3/objects/contacts", json={"properties": values},
        headers={"Authorization": f"Bearer {account.banner['records_token']}"}, timeout=10,
    )  # fmt: skip
    yield str(made.json()["id"])
    account.start_again()


@pytest.fixture
def desk(shell: Any, account: Any, contact: str) -> Any:
    """A shell with the token for records."""
    shell.environ["HUBSPOT_RECORDS_TOKEN"] = account.banner["records_token"]
    return shell


def test_an_email_is_asked_for_and_finds_the_contact(desk: Any, contact: str) -> None:
    """The address is read from standard input, and the record shows ordinary values."""
    run = desk("search", "--email", "--json", stdin=EMAIL + "\n")
    assert run.code == 0
    (record,) = run.document["records"]
    assert (run.document["total"], record["id"]) == (1, contact)
    assert record["properties"]["firstname"]["value"] == "Ada"
    assert (run.document["after"], run.document["note"]) == (None, None)


def test_a_sensitive_property_is_compared_and_shown_masked(desk: Any, contact: str) -> None:
    """The value that was looked for comes back to nobody, as text or as JSON."""
    where = ("--where", "passport_number", "eq", "--sort", "email:desc")
    for more in ((), ("--json",)):
        run = desk("search", *where, *more, stdin=SECRET + "\n")
        assert run.code == 0
        assert contact in run.out
        assert SECRET not in run.out + run.err
    (record,) = run.document["records"]
    field = record["properties"]["passport_number"]
    assert field == {"class": "sensitive", "presence": "set", "value": None}


def test_a_file_holds_a_whole_search(desk: Any, contact: str) -> None:
    """As HubSpot writes it; from a file, or from standard input."""
    search = json.dumps({
        "filterGroups": [{"filters": [
            {"propertyName": "firstname", "operator": "IN", "values": ["Ada", "Bo"]},
            {"propertyName": "createdate", "operator": "BETWEEN", "value": "2020-01-01",
             "highValue": "2099-01-01"}]}],
        "sorts": [{"propertyName": "createdate", "direction": "DESCENDING"}],
        "properties": ["phone"], "limit": 5,
    })  # fmt: skip
    path = desk.folder / "search.json"
    path.write_text(search)
    for run in (
        desk("search", "--filters", str(path), "--json"),
        desk("search", "--filters", "-", "--json", stdin=search),
    ):
        assert run.code == 0, run.err
        assert [one["id"] for one in run.document["records"]] == [contact]


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        (("--where", "diagnosis", "HAS_PROPERTY"), "", 1, "highly sensitive"),
        (("--property", "diagnosis"), "", 1, "highly sensitive"),
        (("--where", "no_such", "EQ"), SECRET, 1, "There is no such property"),
        (("--where", "firstname", "LIKE"), SECRET, 2, "An operator is one of"),
        (("--where", "firstname", "EQ"), "", 2, "A value is missing on standard input"),
        (("--object", "planets"), "", 1, "no such object type"),
        (("--after", "9995"), "", 1, "only the first 10,000 records"),
        (("--limit", "0"), "", 1, "A page has 1 to 200 records"),
        (("--sort", "email:up"), "", 2, "--sort PROPERTY:desc"),
        (("--filters", "/no/such/file"), "", 2, "cannot be read"),
        (("--filters", "-", "--words"), "{}", 2, "the words stand in the file"),
        (("--email", "--object", "deals"), SECRET, 2, "--email finds one contact"),
        (("--email",), " ", 1, "An empty value finds nothing"),
    ],
)
def test_bad_searches_say_what_is_wrong(
    desk: Any, arguments: tuple[str, ...], stdin: str, code: int, words: str
) -> None:
    """With the reason, and without what was looked for."""
    run = desk("search", *arguments, "--json", stdin=stdin + "\n" if stdin else "")
    assert run.code == code
    assert words in run.document["error"]["message"]
    assert SECRET not in run.out + run.err


@pytest.mark.parametrize(
    "text",
    [
        "CANARY", '"CANARY"', "[]", '{"CANARY": 1}', '{"filterGroups": {"CANARY": 1}}',
        '{"filterGroups": ["CANARY"]}', '{"filterGroups": [{"filters": ["CANARY"]}]}',
        '{"filterGroups": [{"filters": [{"propertyName": "a", "operator": ["CANARY"]}]}]}',
        '{"filterGroups": [{"filters": [{"propertyName": "a", "operator": "EQ",'
        ' "value": {"CANARY": 1}}]}]}',
        '{"sorts": [{"direction": ["CANARY"]}]}', '{"limit": "CANARY"}', '{"query": ["CANARY"]}',
        "[" * 100_000, '{"query": "\udc80CANARY"}',
    ],
)  # fmt: skip
def test_a_bad_file_is_told_without_what_is_in_it(text: str, tmp_path: Path) -> None:
    """Whatever is wrong, the error has nothing of the file, nor is it chained to one that has."""
    path = tmp_path / "search.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError) as error:
        read_search_file(str(path))
    assert "CANARY" not in str(error.value)
    assert error.value.__context__ is None


def test_numbers_and_truths_are_read_as_hubspot_is_sent_them(tmp_path: Path) -> None:
    """A number, a truth, and a sort in its short form."""
    path = tmp_path / "search.json"
    path.write_text(
        '{"filterGroups": [{"filters": [{"propertyName": "a", "operator": "EQ", "value": true},'
        ' {"propertyName": "b", "operator": "GT", "value": 5}]}], "sorts": ["-c"]}'
    )
    wanted = read_search_file(str(path))
    ((first, second),) = wanted.groups
    assert [value.reveal() for one in (first, second) for value in one.values] == ["true", "5"]
    assert second.operator is Operator.GT
    assert wanted.sorts == (Sort("c", descending=True),)
