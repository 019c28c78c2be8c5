"""From environment variables and ``.env`` to checked pieces of text, each fault noted by the
setting's name."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from gateway.domain.answers import Secret
from gateway.domain.errors import SettingFault, SettingsError

MAX_DIGITS = 18
"""More digits than any number here has."""
_TOKEN = re.compile(r"[\x21-\x7e]{8,1024}\Z")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")

KNOWN = frozenset(
    {
        "HUBSPOT_RECORDS_TOKEN", "GATEWAY_REVEAL_SECONDS",
        "HUBSPOT_ACCESS_TOKEN", "HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET", "HUBSPOT_PORTAL_ID",
        "HUBSPOT_REFRESH_TOKEN",
        "HUBSPOT_API_BASE", "HUBSPOT_FORMS_BASE", "HUBSPOT_FORMS_HOSTS", "HUBSPOT_EDITION",
        "GATEWAY_DATABASE_URL",
        "GATEWAY_DATA_DIR", "GATEWAY_KEYS", "GATEWAY_PUBLIC_URL", "GATEWAY_RATE_LIMIT",
        "GATEWAY_UNKNOWN_WINDOW", "GATEWAY_DEFINITION_MAX_AGE", "GATEWAY_SNAPSHOT_MAX_AGE",
        "GATEWAY_WORKER", "GATEWAY_HOLD", "GATEWAY_BACKLOG", "GATEWAY_OWNER", "GATEWAY_ALARM_AGE",
        "GATEWAY_PHONE_REGION",
        "GATEWAY_LOCK_FILE", "GATEWAY_APPROVAL", "GATEWAY_WEBHOOK_LEGACY_SIGNATURES",
    }
)  # fmt: skip
"""Every setting there is."""

OURS = ("HUBSPOT_", "GATEWAY_")
"""How the names of settings begin; another name that begins so is a slip of the keyboard."""

SWITCHES: Mapping[str, bool] = {"on": True, "1": True, "off": False, "0": False}
"""What a switch may say."""

OF_AN_APP = ("HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET")
"""With both of these and no token, the program gets its tokens itself, by OAuth."""
OF_AN_ACCOUNT = (
    "HUBSPOT_PORTAL_ID", *OF_AN_APP, "HUBSPOT_RECORDS_TOKEN", "HUBSPOT_REFRESH_TOKEN",
)  # fmt: skip
"""Settings that mean a real account: without a token they would silently be a demo."""

NOT_YET: Mapping[str, str] = {
    "GATEWAY_ROLES": "there is no sign-in yet, so roles would protect nothing; remove it",
    "OIDC_": "there is no sign-in yet, so this would protect nothing; remove it",
}
"""Settings of the design that would promise something this version does not do."""


def merged(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    merged: dict[str, str] = {}
    faults: list[SettingFault] = []
    if env_file is not None:
        try:
            if env_file.is_dir():
                # As a container's mount makes one where the file is missing.
                faults.append(SettingFault(env_file.name, "it is a folder; put a file there"))
            elif env_file.is_file():
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


class Reader:
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

    def switch(self, name: str, *, default: bool) -> bool:
        """``on`` or ``off``, or 1 or 0."""
        text = self.text(name).lower()
        if text not in ("", *SWITCHES):
            self.fault(name, "write on or off")
        return SWITCHES.get(text, default)

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
        parts = split(text)
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


def split(text: str) -> Any | None:
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
