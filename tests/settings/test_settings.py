"""Settings are frozen, every fault is told at once, and no fault repeats a value."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gateway.domain.errors import SettingsError
from gateway.settings import FORMS_HOSTS, KNOWN, NOT_YET, Mode, load_settings

PROJECT = Path(__file__).resolve().parents[2]
TOKEN = "pat-na1-canary-0123456789"
EMULATOR = "http://127.0.0.1:8799"


def faults(environ: dict[str, str], env_file: Path | None = None) -> dict[str, str]:
    """The faults of an environment, by setting."""
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file)
    for value in environ.values():
        assert len(value) < 20 or value not in str(caught.value)
    return {fault.name: fault.hint for fault in caught.value.faults}


def test_without_a_token_it_is_a_demo() -> None:
    """No token means demo mode, and nothing else has to be set."""
    settings = load_settings({}, None)
    assert settings.mode is Mode.DEMO
    assert settings.definition_max_age == 60
    assert settings.snapshot_max_age == 86400
    assert settings.rate_limit == 90


def test_a_token_alone_is_live() -> None:
    """A token alone talks to HubSpot's own host, and the region decides the submit host."""
    settings = load_settings({"HUBSPOT_ACCESS_TOKEN": TOKEN}, None)
    assert settings.mode is Mode.LIVE
    assert settings.api_base == "https://api.hubapi.com"
    assert settings.forms_base is None
    assert settings.forms_hosts == FORMS_HOSTS


def test_a_loopback_base_is_an_emulator() -> None:
    """A token with a loopback base talks to an emulator, for both hosts."""
    settings = load_settings({"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": EMULATOR}, None)
    assert settings.mode is Mode.EMULATED
    assert settings.forms_base == EMULATOR


def test_modes_never_share_a_folder() -> None:
    """Demo, emulated and live keep their data and keys apart."""
    environments = (
        {},
        {"HUBSPOT_ACCESS_TOKEN": TOKEN},
        {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": EMULATOR},
    )
    every = [load_settings(env, None) for env in environments]
    assert len({s.database_url for s in every}) == len({s.keys_dir for s in every}) == 3


def test_settings_are_frozen() -> None:
    """Nothing can be changed after the start."""
    settings = load_settings({}, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.rate_limit = 0  # type: ignore[misc]


def test_the_token_does_not_show() -> None:
    """Printing the settings shows no token."""
    assert TOKEN not in repr(load_settings({"HUBSPOT_ACCESS_TOKEN": TOKEN}, None))


@pytest.mark.parametrize(
    "base",
    [
        "http://api.hubapi.com", "https://evil.example", "https://api.hubapi.com.evil.example",
        "https://user:secret@api.hubapi.com", "https://api.hubapi.com@evil.example",
        "https://api.hubapi.com/path", "https://api.hubapi.com?x=1", "https://api.hubapi.com#x",
        "https://api.hubapi.com:8443", "ftp://api.hubapi.com", "//api.hubapi.com", "api.hubapi.com",
        "https://api.hubapi.com\\@evil.example", "https://api.hubapi.com%00.evil.example",
        "http://10.0.0.1:8080", "http://0.0.0.0:8080", "http://2130706433", "http://[::]:80",
        "http://169.254.169.254", "https://127.0.0.1:8443", "http://127.0.0.1.evil.example",
        "http://localhost.evil.example", "https://xn--pi-hubapi.com", "https://api.hubapi.com.",
        "https://API.HUBAPI.COM:99999", "file:///etc/passwd", "https://", "http://",
    ],
)  # fmt: skip
def test_no_other_host_can_be_configured(base: str) -> None:
    """Only HubSpot's own host over https, or loopback, is taken as an API base."""
    environ = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": base}
    assert "HUBSPOT_API_BASE" in faults(environ)
    environ = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_FORMS_BASE": base}
    assert "HUBSPOT_FORMS_BASE" in faults(environ)


def test_all_faults_come_at_once() -> None:
    """Every wrong setting is named in one error."""
    told = faults(
        {
            "HUBSPOT_ACCESS_TOKEN": "a b",
            "HUBSPOT_PORTAL_ID": "twelve",
            "GATEWAY_RATE_LIMIT": "-1",
            "GATEWAY_DATABASE_URL": "mysql://root:hunter22@db/x",
            "GATEWAY_PUBLIC_URL": "javascript:alert(1)",
            "GATEWAY_RATELIMIT": "90",
            "HUBSPOT_FORMS_HOSTS": "eu1=evil.example",
            "GATEWAY_ROLES": "admins=admin",
            "OIDC_CLIENT_ID": "clinic",
        }
    )
    assert set(told) == {
        "HUBSPOT_ACCESS_TOKEN", "HUBSPOT_PORTAL_ID", "GATEWAY_RATE_LIMIT", "GATEWAY_DATABASE_URL",
        "GATEWAY_PUBLIC_URL", "GATEWAY_RATELIMIT", "HUBSPOT_FORMS_HOSTS", "GATEWAY_ROLES", "OIDC_CLIENT_ID",
    }  # fmt: skip
    assert all(told.values())


def test_one_emulated_host_is_refused() -> None:
    """The API cannot be real while submissions go to the emulator, nor the other way."""
    told = faults({"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_FORMS_BASE": EMULATOR})
    assert "HUBSPOT_FORMS_BASE" in told


def test_an_address_without_a_token_is_refused() -> None:
    """An emulator's address without its token would silently be a demo: it is a fault."""
    assert "HUBSPOT_ACCESS_TOKEN" in faults({"HUBSPOT_API_BASE": EMULATOR})


def test_the_region_table_can_be_overridden() -> None:
    """A region's submit host can be set, among HubSpot's own hosts."""
    settings = load_settings({"HUBSPOT_FORMS_HOSTS": "ap1=api-na1.hsforms.com"}, None)
    assert settings.forms_hosts["ap1"] == "api-na1.hsforms.com"
    assert settings.forms_hosts["eu1"] == "api-eu1.hsforms.com"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """A variable of the environment overrides the same name in .env."""
    env_file = tmp_path / ".env"
    env_file.write_text("GATEWAY_RATE_LIMIT=10\nHUBSPOT_PORTAL_ID='42'\n")
    settings = load_settings({"GATEWAY_RATE_LIMIT": "20"}, env_file)
    assert (settings.rate_limit, settings.portal_id) == (20, 42)


def test_a_broken_file_names_its_line(tmp_path: Path) -> None:
    """A line of .env that cannot be read is named by its number, not repeated."""
    env_file = tmp_path / ".env"
    env_file.write_text("GATEWAY_RATE_LIMIT=10\nthis is = not 'valid\nsecretcanary\n")
    with pytest.raises(SettingsError) as caught:
        load_settings({}, env_file)
    assert "line 2" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    """A .env that is not UTF-8 is refused with a sentence."""
    env_file = tmp_path / ".env"
    env_file.write_bytes("HUBSPOT_ACCESS_TOKEN=abc\n".encode("utf-16"))
    with pytest.raises(SettingsError):
        load_settings({}, env_file)


def test_the_example_names_every_setting() -> None:
    """.env.example lists each setting once, and no other."""
    example = (PROJECT / ".env.example").read_text().splitlines()
    named = [line.split("=")[0] for line in example if "=" in line and not line.startswith("#")]
    assert sorted(named) == sorted(KNOWN)
    assert not KNOWN & NOT_YET.keys()
