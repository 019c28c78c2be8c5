"""Settings from the environment and ``.env``: frozen, checked, every fault told at once.

A fault names the setting and what to do about it, never what was in it.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from gateway.domain.answers import Secret
from gateway.domain.errors import SettingFault, SettingsError

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_API_BASE = "https://api.hubapi.com"

FORMS_HOSTS: Mapping[str, str] = {
    # Only the first is in HubSpot's documentation, the next two are in wide use, and the
    # last two follow the pattern: HUBSPOT_FORMS_HOSTS overrides any row.
    "na1": "api.hsforms.com",
    "eu1": "api-eu1.hsforms.com",
    "na2": "api-na2.hsforms.com",
    "ap1": "api-ap1.hsforms.com",
    "ca1": "api-ca1.hsforms.com",
}
"""``dataHostingLocation`` of the account → host of the secure submit."""

MAX_DIGITS = 18
"""More digits than any number here has."""

_FORMS_HOST = re.compile(r"api(-[a-z]{2}[0-9])?\.hsforms\.com\Z")
_TOKEN = re.compile(r"[\x21-\x7e]{8,1024}\Z")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_REGION = re.compile(r"[a-z]{2}[0-9]\Z")


class Mode(enum.StrEnum):
    """Whom the gateway talks to. The three never share a data folder or a key."""

    DEMO = "demo"
    """No token: the emulator runs inside, and nothing leaves the machine."""
    EMULATED = "emulated"
    """A token and a loopback address: an emulator in another process."""
    LIVE = "live"
    """A real HubSpot account."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything that can be set. Times are seconds unless the name says otherwise."""

    mode: Mode
    token: Secret
    client_id: str
    client_secret: Secret
    portal_id: int | None
    api_base: str
    forms_base: str | None
    """Where submissions go; None takes the host of the account's region."""
    forms_hosts: Mapping[str, str]
    database_url: str
    keys_dir: Path
    public_url: str
    rate_limit: int
    """Submissions per 10 seconds; 0 switches the limit off."""
    unknown_window: int
    """How long an unclear submission is looked for before a person is asked."""
    definition_max_age: int
    """How old HubSpot's description of a form may be when answers are accepted."""
    snapshot_max_age: int
    """How old the last good description may be while HubSpot cannot be asked."""


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = PROJECT / ".env"
) -> Settings:
    """The settings of ``environ`` (default: the process's own) over those of ``env_file``.

    An absent or empty variable takes its default. Raises :class:`SettingsError` with every
    fault at once.
    """
    reader = _Reader(_merged(environ if environ is not None else os.environ, env_file))
    settings = _read(reader)
    if reader.faults or settings is None:
        raise SettingsError(reader.faults)
    return settings


KNOWN = frozenset(
    {
        "HUBSPOT_ACCESS_TOKEN", "HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET", "HUBSPOT_PORTAL_ID",
        "HUBSPOT_API_BASE", "HUBSPOT_FORMS_BASE", "HUBSPOT_FORMS_HOSTS", "GATEWAY_DATABASE_URL",
        "GATEWAY_DATA_DIR", "GATEWAY_KEYS", "GATEWAY_PUBLIC_URL", "GATEWAY_RATE_LIMIT",
        "GATEWAY_UNKNOWN_WINDOW", "GATEWAY_DEFINITION_MAX_AGE", "GATEWAY_SNAPSHOT_MAX_AGE",
    }
)  # fmt: skip
"""Every setting there is."""

OURS = ("HUBSPOT_", "GATEWAY_")
"""How the names of settings begin; another name that begins so is a slip of the keyboard."""

OF_AN_ACCOUNT = ("HUBSPOT_PORTAL_ID", "HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET")
"""Settings that mean a real account: without a token they would silently be a demo."""

NOT_YET: Mapping[str, str] = {
    "HUBSPOT_REFRESH_TOKEN": "signing in with a refresh token is not built yet; "
    "put an access token into HUBSPOT_ACCESS_TOKEN and remove this",
    "GATEWAY_ROLES": "there is no sign-in yet, so roles would protect nothing; remove it",
    "OIDC_": "there is no sign-in yet, so this would protect nothing; remove it",
}
"""Settings of the design that would promise something this version does not do."""


def _merged(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    merged: dict[str, str] = {}
    faults: list[SettingFault] = []
    if env_file is not None:
        try:
            if env_file.is_file():
                with env_file.open(encoding="utf-8") as stream:
                    for binding in parse_stream(stream):
                        if binding.error:
                            hint = f"line {binding.original.line} cannot be read; write NAME=value"
                            faults.append(SettingFault(env_file.name, hint))
                        elif binding.key:
                            merged[binding.key] = binding.value or ""
        except UnicodeDecodeError:
            faults.append(SettingFault(env_file.name, "it is not UTF-8 text; save it as UTF-8"))
        except OSError:
            faults.append(SettingFault(env_file.name, "it cannot be opened; check who may read it"))
    if faults:
        raise SettingsError(faults)
    for name, value in environ.items():
        if value or name not in merged:
            merged[name] = value
    return {name: value.strip() for name, value in merged.items()}


class _Reader:
    """Takes settings one by one, and remembers what was wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)
        self.faults: list[SettingFault] = []
        for name in sorted(values):
            if name in KNOWN and not values[name].isprintable():
                self.fault(name, "it holds a character that cannot be seen; type it again")
                self.values[name] = ""
            elif name.startswith(OURS) and name not in KNOWN and name not in NOT_YET:
                self.fault(_shown_name(name), _no_such_setting(name))
            for setting, hint in NOT_YET.items():
                family = setting.endswith("_") and name.startswith(setting)
                if values[name] and (family or name == setting):
                    self.fault(_shown_name(name), hint)

    def fault(self, name: str, hint: str) -> None:
        """One fault for each setting: a second would only follow from the first."""
        if all(name != known.name for known in self.faults):
            self.faults.append(SettingFault(name, hint))

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name)
        if not text:
            return default
        digits = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
        if not digits or not low <= int(text) <= high:
            self.fault(name, f"give a whole number from {low} to {high}")
            return default
        return int(text)

    def folder(self, name: str, default: Path) -> Path:
        """A folder; ``~`` and ``~user`` stand for homes."""
        text = self.text(name)
        if not text:
            return default
        try:
            return Path(text).expanduser()
        except RuntimeError:
            self.fault(name, "it begins with ~ and a user this machine does not have")
            return default

    def secret(self, name: str) -> Secret:
        text = self.text(name)
        if text and not _TOKEN.match(text):
            self.fault(name, "it does not look like a token: 8 or more characters without spaces")
        return Secret(text)

    def base(self, name: str, official: Callable[[str], bool], hosts: str) -> str | None:
        """A scheme and host to talk to: HubSpot's own over https, or this machine."""
        text = self.text(name)
        if not text:
            return None
        parts = _split(text)
        hint = f"give https://{hosts}, or a loopback address of the emulator such as http://127.0.0.1:8799"
        if parts is not None and parts.path in ("", "/"):
            if is_loopback(parts.hostname) and parts.scheme == "http":
                return f"http://{parts.netloc}"
            if parts.scheme == "https" and parts.port in (None, 443) and official(parts.hostname):
                return f"https://{parts.hostname}"
        self.fault(name, hint)
        return None


def _shown_name(name: str) -> str:
    """As much of ``name`` as is a name: behind it a line without = may hold a value."""
    found = _NAME.match(name)
    return found[0] if found else "a setting"


def _no_such_setting(name: str) -> str:
    near = difflib.get_close_matches(_shown_name(name), sorted(KNOWN), n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"there is no such setting; {meant}write NAME=value, see .env.example for the list"


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine only: ``localhost``, 127.0.0.0/8 or ``::1``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def on_loopback(base: str) -> bool:
    """Whether a base address points to this machine."""
    return is_loopback(urlsplit(base).hostname or "")


def _split(text: str) -> Any | None:
    """The parts of an address with a host and without user, query and fragment, or None."""
    if not text.isascii() or any(c.isspace() or c == "\\" for c in text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    bare = parts.hostname and parts.username is None and not parts.query and not parts.fragment
    return parts if bare else None


def _read(reader: _Reader) -> Settings | None:
    token = reader.secret("HUBSPOT_ACCESS_TOKEN")
    api_base = reader.base("HUBSPOT_API_BASE", lambda h: h == "api.hubapi.com", "api.hubapi.com")
    forms_base = reader.base(
        "HUBSPOT_FORMS_BASE", lambda h: bool(_FORMS_HOST.match(h)), "api.hsforms.com"
    )
    mode = _mode(reader, token, api_base, forms_base)
    data_dir = reader.folder("GATEWAY_DATA_DIR", PROJECT / ".data") / mode
    settings = Settings(
        mode=mode,
        token=token,
        client_id=reader.text("HUBSPOT_CLIENT_ID"),
        client_secret=reader.secret("HUBSPOT_CLIENT_SECRET"),
        portal_id=reader.number("HUBSPOT_PORTAL_ID", 0, 1, 10**12) or None,
        api_base=api_base or DEFAULT_API_BASE,
        forms_base=forms_base or (api_base if mode is Mode.EMULATED else None),
        forms_hosts=_forms_hosts(reader),
        database_url=_database_url(reader, data_dir),
        keys_dir=reader.folder("GATEWAY_KEYS", data_dir / "keys"),
        public_url=_public_url(reader),
        rate_limit=reader.number("GATEWAY_RATE_LIMIT", 90, 0, 1000),
        unknown_window=reader.number("GATEWAY_UNKNOWN_WINDOW", 900, 1, 30 * 86400),
        definition_max_age=reader.number("GATEWAY_DEFINITION_MAX_AGE", 60, 0, 3600),
        snapshot_max_age=reader.number("GATEWAY_SNAPSHOT_MAX_AGE", 86400, 0, 30 * 86400),
    )
    return None if reader.faults else settings


def _mode(reader: _Reader, token: Secret, api_base: str | None, forms_base: str | None) -> Mode:
    loopback = [on_loopback(base) for base in (api_base, forms_base) if base]
    if any(loopback) and (not all(loopback) or api_base is None):
        reader.fault(
            "HUBSPOT_FORMS_BASE",
            "HUBSPOT_API_BASE and HUBSPOT_FORMS_BASE must both be the emulator, or neither",
        )
    if token:
        return Mode.EMULATED if any(loopback) else Mode.LIVE
    if api_base or forms_base:
        reader.fault(
            "HUBSPOT_ACCESS_TOKEN",
            "it is needed with HUBSPOT_API_BASE; the emulator prints one when it starts",
        )
    for name in OF_AN_ACCOUNT:
        if reader.text(name):
            reader.fault(
                "HUBSPOT_ACCESS_TOKEN", f"it is needed with {name}; without it this is a demo"
            )
    return Mode.DEMO


def _forms_hosts(reader: _Reader) -> Mapping[str, str]:
    hosts = dict(FORMS_HOSTS)
    for pair in filter(None, (p.strip() for p in reader.text("HUBSPOT_FORMS_HOSTS").split(","))):
        region, _, host = pair.partition("=")
        if not _REGION.match(region) or not _FORMS_HOST.match(host):
            reader.fault(
                "HUBSPOT_FORMS_HOSTS", "write region=host pairs such as eu1=api-eu1.hsforms.com"
            )
            return hosts
        hosts[region] = host
    return hosts


def _database_url(reader: _Reader, data_dir: Path) -> str:
    text = reader.text("GATEWAY_DATABASE_URL")
    if text and not text.startswith("sqlite:///"):
        reader.fault(
            "GATEWAY_DATABASE_URL",
            "only SQLite is supported yet; write sqlite:///folder/outbox.db or leave it empty",
        )
    return text or f"sqlite:///{data_dir / 'outbox.db'}"


def _public_url(reader: _Reader) -> str:
    text = reader.text("GATEWAY_PUBLIC_URL") or "http://localhost:8501"
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https"):
        reader.fault(
            "GATEWAY_PUBLIC_URL", "give the address people open, such as https://intake.example"
        )
    return text.rstrip("/")
