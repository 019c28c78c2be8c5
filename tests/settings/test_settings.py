"""Settings are frozen, every fault is told at once, and no fault repeats a value."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gateway.domain.errors import SettingsError
from gateway.settings import FORMS_HOSTS, Mode, load_settings
from gateway.settings.environment import KNOWN, NOT_YET, OF_AN_ACCOUNT

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
    assert settings.snapshot_max_age == 7 * 86400
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
    "url",
    [
        "sqlite:///folder/outbox.db",
        "postgresql://clerk:hunter22@db/intake?sslrootcert=/ca.pem",
        "postgresql+psycopg://clerk:hunter22@db/intake",
    ],
)
def test_the_database_can_be_named_and_does_not_show(url: str) -> None:
    """A SQLite file or a PostgreSQL is taken as written; its address may hold a password, so
    printing the settings does not show it."""
    settings = load_settings({"GATEWAY_DATABASE_URL": url}, None)
    assert settings.database_url == url
    assert url not in repr(settings)
    assert "hunter22" not in repr(settings)


@pytest.mark.parametrize(
    "url",
    ["mysql://clerk:hunter22@db/x", "postgres://clerk:hunter22@db/x", "outbox.db", "hunter22"],
)
def test_no_other_database_can_be_named(url: str) -> None:
    """The fault says what can be written and repeats nothing of what was."""
    (hint,) = faults({"GATEWAY_DATABASE_URL": url}).values()
    assert "postgresql://user:password@host/database" in hint
    assert "hunter22" not in hint


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
    environ = {"GATEWAY_RATE_LIMIT": "20", "HUBSPOT_ACCESS_TOKEN": TOKEN}
    settings = load_settings(environ, env_file)
    assert (settings.rate_limit, settings.portal_id) == (20, 42)


def test_a_broken_file_names_its_line(tmp_path: Path) -> None:
    """A line of .env that cannot be read is named by its number, not repeated."""
    env_file = tmp_path / ".env"
    env_file.write_text("GATEWAY_RATE_LIMIT=10\nthis is = not 'valid\nsecretcanary\n")
    with pytest.raises(SettingsError) as caught:
        load_settings({}, env_file)
    assert "line 2" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    """A folder called .env, as a container's mount makes one, is no reason to start as a demo."""
    env_file = tmp_path / ".env"
    env_file.mkdir()
    assert faults({}, env_file) == {".env": "it is a folder; put a file there"}


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


NUMBERS = [n for n in sorted(KNOWN) if n.endswith(("LIMIT", "WINDOW", "AGE", "PORTAL_ID"))]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "value", ["9" * 5000, "0" * 5000 + "1", "\u0664\u0662", "1e3", "-1", "4\x001"]
)
def test_a_number_that_is_none_is_a_fault(name: str, value: str) -> None:
    """However long or odd, a number that cannot be taken is named."""
    assert name in faults({"HUBSPOT_ACCESS_TOKEN": TOKEN, name: value})


@pytest.mark.parametrize("name", sorted(KNOWN))
@pytest.mark.parametrize("odd", ["\x00", "\x1b[2J", "\udcff", "\u202e", "\n"])
def test_a_character_that_cannot_be_seen_is_a_fault(name: str, odd: str, tmp_path: Path) -> None:
    """In the environment or in .env, in any setting, and told once."""
    environ = {"HUBSPOT_ACCESS_TOKEN": TOKEN, name: f"canary{odd}canary"}
    assert name in faults(environ)
    if odd != "\udcff":
        env_file = tmp_path / ".env"
        env_file.write_text(f'{name}="canary{odd}canary"\n', encoding="utf-8")
        assert name in faults({}, env_file)


@pytest.mark.parametrize("name", ["GATEWAY_DATA_DIR", "GATEWAY_KEYS"])
def test_a_home_nobody_has_is_a_fault(name: str) -> None:
    """~nosuch is named; ~ alone is a home."""
    assert name in faults({name: "~nosuch-user/x"})
    assert load_settings({name: "~/x"}, None).keys_dir.is_relative_to(Path.home())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HUBSPOT_ACCES_TOKEN", "HUBSPOT_ACCESS_TOKEN"),
        ("HUBSPOT_TOKEN", "HUBSPOT_ACCESS_TOKEN"),
        ("HUBSPOT_PORTALID", "HUBSPOT_PORTAL_ID"),
        ("GATEWAY_RATELIMIT", "GATEWAY_RATE_LIMIT"),
    ],
)
def test_a_mistyped_name_is_told_with_the_right_one(name: str, meant: str) -> None:
    """A typo does not silently start the demo."""
    assert f"did you mean {meant}?" in faults({name: TOKEN})[name]


def test_a_token_in_a_names_place_is_not_repeated(tmp_path: Path) -> None:
    """A line with another sign than = keeps its value to itself."""
    env_file = tmp_path / ".env"
    for line in (f"HUBSPOT_ACCESS_TOKEN:{TOKEN}", f"HUBSPOT_{TOKEN}=x", f"OIDC_{TOKEN}=x"):
        env_file.write_text(line + "\n")
        with pytest.raises(SettingsError) as caught:
            load_settings({}, env_file)
        assert "canary" not in str(caught.value)
        assert any(fault.name.startswith(("HUBSPOT_", "OIDC_")) for fault in caught.value.faults)


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
def test_an_account_without_a_token_is_refused(name: str) -> None:
    """Whoever names an account means no demo."""
    told = faults({name: "123456789"})
    assert set(told) == {"HUBSPOT_ACCESS_TOKEN"}
    assert name in told["HUBSPOT_ACCESS_TOKEN"]


def test_no_error_is_chained_to_the_file(tmp_path: Path) -> None:
    """Neither cause nor context of any error holds the bytes of .env."""
    env_file = tmp_path / ".env"
    for content in (
        b"HUBSPOT_ACCESS_TOKEN=canary\xff\n",
        b"canary = 'x\n",
        b"GATEWAY_KEYS=~canary/x\n",
    ):
        env_file.write_bytes(content)
        with pytest.raises(SettingsError) as caught:
            load_settings({}, env_file)
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """A name that leads through a file, or is too long for a file, is a fault or no file."""
    assert load_settings({}, tmp_path / "none" / ".env").mode is Mode.DEMO
    with pytest.raises(SettingsError):
        load_settings({}, tmp_path / ("x" * 5000))


@pytest.mark.parametrize(("text", "region"), [("", ""), ("GB", "GB"), (" us ", "US")])
def test_the_country_of_phone_numbers(text: str, region: str) -> None:
    """Two letters of a country, in any case; without them the form's language tells."""
    assert load_settings({"GATEWAY_PHONE_REGION": text}, None).phone_region == region


@pytest.mark.parametrize("text", ["UK", "England", "+44", "ZZ"])
def test_a_country_that_has_no_numbers_is_a_fault(text: str) -> None:
    """The fault names the setting and what to write."""
    (hint,) = faults({"GATEWAY_PHONE_REGION": text}).values()
    assert "two letters" in hint
    assert text not in hint


@pytest.mark.parametrize("name", ["GATEWAY_WORKER", "GATEWAY_WEBHOOK_LEGACY_SIGNATURES"])
@pytest.mark.parametrize(("text", "on"), [("on", True), ("1", True), ("OFF", False), ("0", False)])
def test_a_switch_is_on_or_off(name: str, text: str, on: bool) -> None:
    """In words or as a digit; anything else is a fault."""
    settings = load_settings({name: text}, None)
    assert (settings.delivers if name == "GATEWAY_WORKER" else settings.webhook_legacy) is on
    with pytest.raises(SettingsError, match=name):
        load_settings({name: "yes"}, None)


EMULATED = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_API_BASE": EMULATOR}


@pytest.mark.parametrize(
    ("environ", "text", "required"),
    [
        ({}, "", False),
        (EMULATED, "", False),
        ({"HUBSPOT_ACCESS_TOKEN": TOKEN}, "", True),
        ({"HUBSPOT_ACCESS_TOKEN": TOKEN}, "advised", False),
        ({}, "Required", True),
        (EMULATED, "required", True),
    ],
)
def test_approval_is_required_with_a_real_account(
    environ: dict[str, str], text: str, required: bool
) -> None:
    """A real account's forms must be approved unless somebody says otherwise; emulated ones
    should be."""
    settings = load_settings({**environ, "GATEWAY_APPROVAL": text}, None)
    assert settings.approval_required is required


def test_another_word_about_approval_is_a_fault() -> None:
    """Only the two words are understood."""
    assert faults({"GATEWAY_APPROVAL": "never"})["GATEWAY_APPROVAL"] == "write required or advised"


def test_the_lock_file_is_in_the_data_folder_or_where_it_is_named(tmp_path: Path) -> None:
    """Each mode has a lock file of its own, unless one is named; a folder is none."""
    data = {"GATEWAY_DATA_DIR": str(tmp_path)}
    assert load_settings(data, None).lock_file == tmp_path / "demo" / "forms.lock.json"
    live = load_settings({**data, "HUBSPOT_ACCESS_TOKEN": TOKEN}, None)
    assert live.lock_file == tmp_path / "live" / "forms.lock.json"
    named = load_settings({"GATEWAY_LOCK_FILE": str(tmp_path / "x.json")}, None)
    assert named.lock_file == tmp_path / "x.json"
    assert "it is a folder" in faults({"GATEWAY_LOCK_FILE": str(tmp_path)})["GATEWAY_LOCK_FILE"]


APP = {"HUBSPOT_CLIENT_ID": "an-app-s-id", "HUBSPOT_CLIENT_SECRET": "an-app-s-secret"}


def test_an_app_without_a_token_means_oauth() -> None:
    """Client id and secret alone are a real account whose tokens the program gets itself; with a
    token they are what they were, and a demo has neither."""
    live = load_settings(APP, None)
    assert (live.mode, live.oauth, live.api_base) == (Mode.LIVE, True, "https://api.hubapi.com")
    emulated = load_settings({**APP, "HUBSPOT_API_BASE": EMULATOR}, None)
    assert (emulated.mode, emulated.oauth) == (Mode.EMULATED, True)
    fixed = load_settings({**APP, "HUBSPOT_ACCESS_TOKEN": TOKEN}, None)
    assert (fixed.mode, fixed.oauth) == (Mode.LIVE, False)
    assert not load_settings({}, None).oauth


def test_a_refresh_token_begins_an_installation() -> None:
    """It belongs to an app, and not beside a fixed token."""
    begun = load_settings({**APP, "HUBSPOT_REFRESH_TOKEN": "na1-canary-token"}, None)
    assert begun.refresh_token.reveal() == "na1-canary-token"
    assert "canary" not in repr(begun)
    told = faults({"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_REFRESH_TOKEN": "na1-canary-token"})
    assert set(told) == {"HUBSPOT_REFRESH_TOKEN"}


def test_a_token_for_records() -> None:
    """It is kept apart, shows itself nowhere, and needs the token that submits; without one that
    does its work, too."""
    second = "pat-na1-canary-9876543210"
    settings = load_settings({"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_RECORDS_TOKEN": second}, None)
    assert settings.records_token.reveal() == second
    assert "canary" not in repr(settings)
    assert not load_settings({"HUBSPOT_ACCESS_TOKEN": TOKEN}, None).records_token
    assert list(faults({"HUBSPOT_RECORDS_TOKEN": second})) == ["HUBSPOT_ACCESS_TOKEN"]
    odd = {"HUBSPOT_ACCESS_TOKEN": TOKEN, "HUBSPOT_RECORDS_TOKEN": "two words of canary"}
    assert list(faults(odd)) == ["HUBSPOT_RECORDS_TOKEN"]


@pytest.mark.parametrize("text", ["4", "301", "-60", "1.5", "never", "0"])
def test_a_value_is_shown_for_a_while_only(text: str) -> None:
    """5 to 300 seconds; a minute by default."""
    assert load_settings({}, None).reveal_seconds == 60
    assert load_settings({"GATEWAY_REVEAL_SECONDS": "300"}, None).reveal_seconds == 300
    assert list(faults({"GATEWAY_REVEAL_SECONDS": text})) == ["GATEWAY_REVEAL_SECONDS"]
