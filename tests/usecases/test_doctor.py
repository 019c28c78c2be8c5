"""The doctor over a real account: every finding it can make of one comes when it should."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from samples import PATIENT, World

from gateway.domain.errors import INTAKE_CAUSES
from gateway.domain.findings import Finding, Severity
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator.tokens import TokenKind
from gateway.settings.options import (
    OPTION_FILE,
    SAFE_BY_DEFAULT,
    SAFE_OPTIONS,
    file_findings,
)
from gateway.usecases.account_health import TIERS
from gateway.usecases.gateway import Gateway


def diagnosis(gateway: Gateway, **how: Any) -> Mapping[str, Finding]:
    """Every finding by its code; the last one of each."""
    return {one.code: one for one in gateway.doctor(by=LOCAL_OPERATOR, **how)}


def test_a_sound_set_up(world: World) -> None:
    """Everything it looks at has a finding, none of them an error."""
    found = diagnosis(world.open(GATEWAY_PUBLIC_URL="https://intake.clinic.example"))
    assert found.keys() >= {
        "emulated", "loopback_only", "public_url_ready", "streamlit_ready", "keys_ready",
        "store_ready", "token_kind", "sensitive_data_on", "limits_unknown", "usage",
        "clock_ready", "form_open", "form_refused",
    }  # fmt: skip
    assert all(one.severity is not Severity.ERROR for one in found.values())
    assert str(world.emulator.portal_id) in found["token_kind"].message
    assert "na1" in found["token_kind"].message
    assert all(one.message and one.cure for one in found.values())


def test_the_limits_and_the_tier(world: World) -> None:
    """The limits come from the headers, the day's use from its call."""
    world.portal.amend_switches(rate_limit=190, daily_limit=1_000_000)
    found = diagnosis(world.open())
    assert found["limits"].message == (
        "HubSpot allows 190 calls in 10 s and 1,000,000 a day, as Enterprise accounts have."
    )
    assert "of the 1,000,000 calls of today" in found["usage"].message
    assert "tier_low" not in found


@pytest.mark.parametrize(("daily", "tier"), TIERS.items())
def test_each_tier_is_known_by_its_day(world: World, daily: int, tier: str) -> None:
    """A number of calls a day names the accounts that have it; seen properties prove more."""
    world.portal.amend_switches(rate_limit=100, daily_limit=daily)
    found = diagnosis(world.open())
    assert f"as {tier} accounts have" in found["limits"].message
    assert "tier_low" not in found


def without_sensitive_data(world: World) -> None:
    """An account in which Sensitive Data was never switched on."""
    for rows in world.portal.properties.values():
        for row in rows.values():
            row["dataSensitivity"] = "non_sensitive"


def test_sensitive_data_that_nobody_sees(world: World) -> None:
    """Without one sensitive property it is probably off, and a small tier says so too; both
    are told as what they are, not as certain."""
    world.portal.amend_switches(rate_limit=100, daily_limit=250_000)
    without_sensitive_data(world)
    found = diagnosis(world.open())
    assert "not certain" in found["sensitive_data_unseen"].message
    assert found["sensitive_data_unseen"].severity is Severity.WARNING
    assert "Free and Starter" in found["tier_low"].message
    assert "sensitive_data_on" not in found


def test_sensitive_properties_that_are_on_no_form_count(world: World) -> None:
    """One sensitive contact property is proof enough, though no form uses it."""
    for form in world.portal.forms.values():
        form["fieldGroups"] = form["fieldGroups"][:0]
    assert "sensitive_data_on" in diagnosis(world.open())


def test_definitions_nobody_may_read_say_nothing(world: World) -> None:
    """A token without the definitions leaves the question open."""
    token = world.portal.issue_token(["forms"])
    found = diagnosis(world.open(HUBSPOT_ACCESS_TOKEN=token))
    assert not {"sensitive_data_on", "sensitive_data_unseen"} & found.keys()


@pytest.mark.parametrize(("used", "code"), [(900, "usage"), (950, "usage_high")])
def test_a_day_that_is_nearly_used_up(world: World, used: int, code: str) -> None:
    """From 95 % on it is worth knowing: sending pauses there."""
    gateway = world.open()
    diagnosis(gateway)
    world.portal.amend_switches(daily_limit=1000)
    world.portal.limits.calls_today = used
    told = {"usage", "usage_high"} & diagnosis(gateway).keys()
    world.portal.limits.new_day()
    assert told == {code}


def test_an_oauth_token(world: World) -> None:
    """It is named, its limit a day is none, and its scopes are not known without the app."""
    token = world.portal.issue_token(
        world.emulator.portal.seed.scopes, kind=TokenKind.OAUTH, expires_in=None
    )
    world.portal.amend_switches(rate_limit=110)
    found = diagnosis(world.open(HUBSPOT_ACCESS_TOKEN=token))
    assert "an OAuth access token" in found["token_kind"].message
    assert "limits_oauth" in found
    assert "limits" not in found


@pytest.mark.parametrize(
    ("kind", "code"), [("401_missing", "token_refused"), ("500", "hubspot_unreachable")]
)
def test_an_account_that_does_not_answer(world: World, kind: str, code: str) -> None:
    """The cause is told, and nothing about the account is made up."""
    world.portal.faults.add("account", kind, times=None)
    found = diagnosis(world.open())
    world.portal.faults.clear()
    assert code in found
    assert not {"token_kind", "limits", "usage", "sensitive_data_on"} & found.keys()


def test_another_account(world: World) -> None:
    """A token of another account than the one configured is an error."""
    found = diagnosis(world.open(HUBSPOT_PORTAL_ID="1"))
    assert found["portal_mismatch"].severity is Severity.ERROR


def test_keys_that_are_spoilt_while_it_runs(world: World, gateway: Gateway) -> None:
    """The ring is read again: damage is found before a restart would find it."""
    (path,) = (world.folder / "emulated" / "keys").glob("*.json")
    kept = path.read_bytes()
    path.write_bytes(b"{")
    found = diagnosis(gateway)
    path.write_bytes(kept)
    assert found["keys_broken"].severity is Severity.ERROR
    assert "keys_ready" not in found


def test_an_outbox_that_was_moved_away(world: World, gateway: Gateway) -> None:
    """It is told in whole sentences, as intake tells it."""
    (path,) = world.folder.rglob("outbox.db")
    path.rename(world.folder / "away.db")
    told = diagnosis(gateway)["store_broken"]
    assert told.message == f"Nothing can be kept at the moment. {INTAKE_CAUSES['store']}"


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://localhost:8501", "public_url_loopback"), ("http://127.0.0.1", "public_url_loopback"),
     ("http://[::1]:8501", "public_url_loopback"), ("http://intake.example", "public_url_insecure"),
     ("https://localhost", "public_url_loopback"), ("https://intake.example", "public_url_ready")],
)  # fmt: skip
def test_the_public_address(world: World, url: str, code: str) -> None:
    """HubSpot sends to https only, and never to this machine's own names."""
    told = {c for c in diagnosis(world.open(GATEWAY_PUBLIC_URL=url)) if c.startswith("public_url")}
    assert told == {code}


def test_forms_are_told_open_or_closed_with_every_reason(gateway: Gateway) -> None:
    """Each form has its finding; a closed one all its reasons."""
    found = gateway.doctor(by=LOCAL_OPERATOR)
    assert sum(one.code == "form_open" for one in found) == 3
    closed = [one.message for one in found if one.code == "form_refused"]
    assert len(closed) == 2
    assert any("reCAPTCHA" in message and "archived" in message for message in closed)


def test_what_the_token_has_over_is_one_finding(world: World) -> None:
    """All scopes that serve no form together, and none that serves one."""
    token = world.portal.issue_token([*world.portal.seed.scopes, "automation", "oauth"])
    found = diagnosis(world.open(HUBSPOT_ACCESS_TOKEN=token))
    assert found["scope_excess"].message.endswith("does not need: automation.")
    least = world.portal.issue_token(world.portal.seed.scopes)
    assert "scope_excess" not in diagnosis(world.open(HUBSPOT_ACCESS_TOKEN=least))


def test_the_options_in_effect_are_looked_at(gateway: Gateway) -> None:
    """Inside Streamlit it is the values in effect that count."""
    found = gateway.doctor(by=LOCAL_OPERATOR, option=lambda name: object())
    assert sum(one.code == "streamlit_option" for one in found) >= len(SAFE_OPTIONS) - 4
    assert "streamlit_ready" not in {one.code for one in found}


def test_the_option_file(tmp_path: Path) -> None:
    """On the command line the file counts: what it leaves out must be safe by itself."""
    assert file_findings(OPTION_FILE) == ()
    path = tmp_path / ".streamlit" / "config.toml"
    assert [one.code for one in file_findings(path)] == ["streamlit_file"]
    path.parent.mkdir()
    path.write_text("[server\n")
    (told,) = file_findings(path)
    assert ".streamlit/config.toml" in told.message
    path.write_text("")
    assert len(file_findings(path)) == len(SAFE_OPTIONS) - len(SAFE_BY_DEFAULT)
    shipped = OPTION_FILE.read_text()
    path.write_text(shipped.replace('address = "127.0.0.1"', 'address = "0.0.0.0"'))
    (told,) = file_findings(path)
    assert "server.address" in told.message
    path.write_text("server = 1\n")
    assert file_findings(path)


def test_the_names_of_answers_never_show(world: World) -> None:
    """What it tells of a form are names of fields, never an answer or the token."""
    told = " ".join(f"{f.message} {f.cure}" for f in world.open().doctor(by=LOCAL_OPERATOR))
    assert world.emulator.access_token not in told
    assert PATIENT in told


def test_webhooks_that_are_not_or_too_easily_believed(world: World) -> None:
    """A missing secret is told, and so is the setting that believes older signatures."""
    assert "webhook_secret_missing" in diagnosis(world.open())
    secret = {"HUBSPOT_CLIENT_SECRET": "a-client-secret"}
    assert not {"webhook_secret_missing", "webhook_legacy"} & diagnosis(world.open(**secret)).keys()
    legacy = world.open(**secret, GATEWAY_WEBHOOK_LEGACY_SIGNATURES="1")
    assert "webhook_legacy" in diagnosis(legacy)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "lock_unreadable"),
        ('{"version": 99, "portal": 1, "forms": {}}', "lock_unreadable"),
        ('{"version": 1, "portal": 1, "forms": {}}', "lock_portal"),
        (None, None),
    ],
)
def test_a_lock_file_that_does_not_count(
    world: World, tmp_path: Path, text: str | None, code: str | None
) -> None:
    """A broken lock file, and another account's, is said once for the whole set-up."""
    file = tmp_path / "approved" / "forms.lock.json"
    file.parent.mkdir()
    if text is not None:
        file.write_text(text)
    gateway = world.open(GATEWAY_LOCK_FILE=str(file))
    found = [one for one in gateway.doctor(by=LOCAL_OPERATOR) if one.code.startswith("lock_")]
    assert [one.code for one in found] == ([code] if code is not None else [])
    assert all(one.severity is Severity.ERROR for one in found)
