"""`scopes` and `hsmeta`: what a token needs, and the project whose token has exactly that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from project_schemas import SCHEMAS
from samples import IDENTIFICATION, ONBOARDING, PATIENT

LEAST = {
    PATIENT: ["crm.objects.contacts.highly_sensitive.write", "crm.objects.contacts.sensitive.write",
              "crm.schemas.contacts.read", "forms"],
    ONBOARDING: ["crm.objects.contacts.highly_sensitive.write",
                 "crm.objects.contacts.sensitive.write", "crm.schemas.companies.read",
                 "crm.schemas.contacts.read", "forms"],
    IDENTIFICATION: ["crm.objects.contacts.sensitive.write", "crm.schemas.contacts.read",
                     "crm.schemas.tickets.read", "forms", "tickets.sensitive"],
}  # fmt: skip
"""What submitting to each seeded form takes, and nothing else."""


@pytest.fixture
def token(account: Any) -> Any:
    """A further token with the scopes that are given."""
    return lambda *scopes, **more: {
        "HUBSPOT_ACCESS_TOKEN": account.ask("POST", "tokens", scopes=list(scopes), **more)[
            "access_token"
        ]
    }


@pytest.mark.parametrize(("form", "least"), LEAST.items())
def test_the_least_token_is_enough(form: str, least: list[str], shell: Any, token: Any) -> None:
    """A token with the named scopes holds everything, and nothing in excess; the gate agrees."""
    environ = token(*least)
    run = shell("scopes", form, "--json", **environ)
    assert run.code == 0
    assert run.document["ok"] is True
    assert run.document["needed"] == run.document["held"] == least
    assert run.document["missing"] == run.document["excess"] == []
    assert shell("check", form, **environ).code == 0


@pytest.mark.parametrize(("form", "least"), LEAST.items())
def test_each_scope_that_is_taken_away_is_missed(
    form: str, least: list[str], shell: Any, token: Any
) -> None:
    """Without any one of them the exit code is 1 and the scope is named."""
    for gone in least:
        if gone == "forms" or gone.startswith("crm.schemas"):
            continue
        run = shell("scopes", form, "--json", **token(*(s for s in least if s != gone)))
        assert (run.code, run.document["missing"]) == (1, [gone])
        assert f"MISSING   {gone}" in shell("scopes", form, **token(*set(least) - {gone})).out


def test_the_other_spelling_is_as_good(shell: Any, token: Any) -> None:
    """``.v2`` and the finer scopes of tickets meet a need; people read the base name."""
    spelled = ["crm.objects.contacts.sensitive.write.v2", "crm.objects.tickets.sensitive.write",
               "crm.schemas.contacts.read", "crm.schemas.tickets.read", "forms"]  # fmt: skip
    run = shell("scopes", IDENTIFICATION, "--json", **token(*spelled))
    assert (run.code, run.document["missing"], run.document["excess"]) == (0, [], [])
    assert run.document["needed"] == LEAST[IDENTIFICATION]


def test_what_is_too_much_is_named(shell: Any, token: Any) -> None:
    """A scope that serves nothing is in excess, but the one every token is given is not."""
    more = ["crm.objects.contacts.sensitive.read", "automation"]
    run = shell("scopes", PATIENT, "--json", **token(*LEAST[PATIENT], *more, "oauth"))
    assert (run.code, run.document["excess"]) == (0, sorted(more))
    assert "In excess" in shell("scopes", PATIENT, **token(*LEAST[PATIENT], *more)).out


def test_features_are_asked_one_by_one(shell: Any, token: Any) -> None:
    """Each named feature counts, and every feature is told with what it lacks."""
    environ = token(*LEAST[PATIENT])
    run = shell("scopes", PATIENT, "--feature", "reveal", "--json", **environ)
    assert run.code == 1
    assert run.document["missing"] == [
        "crm.objects.contacts.highly_sensitive.read", "crm.objects.contacts.read",
        "crm.objects.contacts.sensitive.read",
    ]  # fmt: skip
    rows = {row["feature"]: row for row in run.document["features"]}
    assert rows["submit"]["possible"] is True
    assert rows["reveal"]["possible"] is False
    assert rows["search"]["missing"] == [
        "crm.objects.contacts.read",
        "crm.objects.contacts.sensitive.read",
    ]
    both = shell("scopes", PATIENT, "--feature", "submit", "--feature", "read-back", **environ)
    assert both.code == 0
    assert shell("scopes", "--feature", "fly").code == 2


def test_every_form_by_default(shell: Any, emulator: dict[str, Any]) -> None:
    """Without a form all are planned, each by itself and all together."""
    run = shell("scopes", "--json")
    assert {one["form"]["id"] for one in run.document["forms"]} == {
        form["id"] for form in emulator["forms"]
    }
    assert set().union(*(one["needed"] for one in run.document["forms"])) == set(
        run.document["needed"]
    )
    text = shell("scopes").out
    assert "Take submissions" in text
    assert "to write highly sensitive contact properties" in text


def test_a_token_hubspot_does_not_describe_is_never_called_enough(shell: Any, token: Any) -> None:
    """An OAuth token without its app's secret: nothing is claimed, and the exit code is 1."""
    run = shell("scopes", PATIENT, "--json", **token(*LEAST[PATIENT], kind="oauth"))
    assert (run.code, run.document["ok"], run.document["held"]) == (1, False, None)
    assert [one["code"] for one in run.document["findings"]] == ["scope_unknown"]
    assert "not known" in shell("scopes", PATIENT, **token("forms", kind="oauth")).out


def test_what_cannot_be_read_makes_the_plan_incomplete(shell: Any, token: Any) -> None:
    """Without the definitions nobody knows the classes, and the plan says so."""
    run = shell("scopes", PATIENT, "--json", **token("forms"))
    assert (run.code, run.document["missing"]) == (1, ["crm.schemas.contacts.read"])
    assert "scopes_incomplete" in {one["code"] for one in run.document["findings"]}


def test_an_unknown_form(shell: Any) -> None:
    """A form that does not exist exits 1 with a sentence."""
    run = shell("scopes", "no such form")
    assert run.code == 1
    assert run.err


def written(folder: Path) -> dict[str, Any]:
    """Every file below ``folder``, by its name."""
    return {p.name: json.loads(p.read_text()) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("platform", ["2025.2", "2026.03"])
@pytest.mark.parametrize("auth", ["static", "oauth"])
def test_the_files_fit_the_platforms_schemas(
    shell: Any, tmp_path: Path, platform: str, auth: str
) -> None:
    """Each file is valid; the platform and the kind of token are the ones asked for."""
    folder = tmp_path / "app"
    run = shell("hsmeta", "--out", str(folder), "--platform", platform, "--auth", auth,
                "--support-email", "help@clinic.example", "--json",
                GATEWAY_PUBLIC_URL="https://intake.clinic.example")  # fmt: skip
    assert run.code == 0
    files = written(folder)
    assert files.keys() == SCHEMAS.keys() == run.document["files"].keys()
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator(schema).validate(files[name])
    assert files["hsproject.json"]["platformVersion"] == platform
    config = files["app-hsmeta.json"]["config"]
    assert config["auth"]["type"] == auth
    assert config["support"] == {"supportEmail": "help@clinic.example"}
    settings = files["webhooks-hsmeta.json"]["config"]["settings"]
    assert settings["targetUrl"] == "https://intake.clinic.example/webhooks/hubspot"
    assert [one["code"] for one in run.document["findings"]] == ["public_url_ready"]


def test_the_projects_token_is_exactly_enough(shell: Any, tmp_path: Path, token: Any) -> None:
    """A token with the app's scopes may submit and hear of changes, and nothing is in excess."""
    run = shell("hsmeta", "--out", str(tmp_path / "app"), "--json")
    environ = token(*run.document["requiredScopes"])
    asked = ("--feature", "submit", "--feature", "read-back", "--feature", "webhooks")
    plan = shell("scopes", PATIENT, ONBOARDING, IDENTIFICATION, *asked, "--json", **environ)
    assert (plan.code, plan.document["missing"], plan.document["excess"]) == (0, [], [])
    opens = not any(".read" in s and "sensitive" in s for s in run.document["requiredScopes"])
    assert opens, "no scope that reads sensitive values"


def test_only_sensitive_changes_are_subscribed_to(shell: Any, tmp_path: Path) -> None:
    """Every sensitive property of the open forms once; no ordinary and no highly sensitive one."""
    run = shell("hsmeta", "--out", str(tmp_path / "app"), "--json")
    classes = {
        (row["property"], row["class"])
        for form in shell("check", "--all", "--json").document["forms"]
        if form["open"]
        for row in form["fields"]
    }
    objects = {"contact": "0-1", "company": "0-2", "deal": "0-3", "ticket": "0-5"}
    heard = [
        f"{objects[s['objectType']]}/{s['propertyName']}" for s in run.document["subscriptions"]
    ]
    assert len(heard) == len(set(heard))
    assert set(heard) == {name for name, of in classes if of == "sensitive"}
    assert {of for _, of in classes} == {"sensitive", "highly_sensitive", "non_sensitive"}


def test_without_the_feature_there_are_no_webhooks(shell: Any, tmp_path: Path) -> None:
    """An app for submitting only has neither subscriptions nor their scopes."""
    folder = tmp_path / "app"
    run = shell("hsmeta", PATIENT, "--out", str(folder), "--feature", "submit", "--json")
    assert run.document["requiredScopes"] == LEAST[PATIENT]
    assert run.document["subscriptions"] == []
    assert written(folder).keys() == {"hsproject.json", "app-hsmeta.json"}


def test_a_project_is_laid_out_for_upload(shell: Any, tmp_path: Path) -> None:
    """--project puts each file where HubSpot's own tool looks for it."""
    run = shell("hsmeta", "--out", str(tmp_path / "app"), "--project", "--name", "Front desk")
    assert run.code == 0
    for place in ("hsproject.json", "src/app/app-hsmeta.json",
                  "src/app/webhooks/webhooks-hsmeta.json"):  # fmt: skip
        assert (tmp_path / "app" / place).is_file()
    assert written(tmp_path / "app")["app-hsmeta.json"]["uid"] == "front_desk"


def test_another_file_is_never_written_over(shell: Any, tmp_path: Path) -> None:
    """The same again is fine; a file that differs stops everything, until --force."""
    folder = tmp_path / "app"
    asked = ("hsmeta", "--out", str(folder))
    assert shell(*asked).code == 0
    assert shell(*asked).code == 0
    app, project = folder / "app-hsmeta.json", folder / "hsproject.json"
    app.write_text('{"mine": true}')
    before = project.read_text()
    refused = shell(*asked, "--platform", "2025.2")
    assert refused.code == 2
    assert "hsproject.json and app-hsmeta.json" in refused.err
    assert (app.read_text(), project.read_text()) == ('{"mine": true}', before)
    assert shell(*asked, "--force").code == 0
    assert json.loads(app.read_text())["type"] == "app"


@pytest.mark.parametrize(
    ("option", "value"), [("--name", " "), ("--support-email", "nobody"), ("--support-email", "")]
)
def test_what_hubspot_would_not_take_of_an_app(
    option: str, value: str, shell: Any, tmp_path: Path
) -> None:
    """An app without a name, or with an address that is none, is refused; nothing is written."""
    run = shell("hsmeta", "--out", str(tmp_path / "app"), option, value)
    assert run.code == 2
    assert option in run.err
    assert not (tmp_path / "app").exists()


def test_an_address_hubspot_cannot_reach_is_told(shell: Any, tmp_path: Path) -> None:
    """The files are written all the same, with a warning of their own for each cause."""
    for url, code in (("http://localhost:8501", "public_url_loopback"),
                      ("http://intake.clinic.example", "public_url_insecure")):  # fmt: skip
        run = shell("hsmeta", "--out", str(tmp_path / code), "--json", GATEWAY_PUBLIC_URL=url)
        assert run.code == 0
        (found,) = run.document["findings"]
        assert (found["code"], found["severity"]) == (code, "warning")


def test_a_closed_form_is_named_and_left_out_by_default(shell: Any, tmp_path: Path) -> None:
    """Named by hand it is taken, with a warning; a form without reported properties has no
    webhooks."""
    run = shell("hsmeta", "Visitor sign-in (2019)", "--out", str(tmp_path / "app"), "--json")
    assert run.code == 0
    assert {one["code"] for one in run.document["findings"]} == {
        "form_refused", "nothing_to_subscribe",
    }  # fmt: skip
    assert "webhooks-hsmeta.json" not in run.document["files"]


def test_a_folder_that_cannot_be_written(shell: Any, tmp_path: Path) -> None:
    """A file in the folder's place exits 2."""
    (tmp_path / "app").write_text("")
    run = shell("hsmeta", "--out", str(tmp_path / "app"))
    assert run.code == 2
    assert "--out" in run.err
