"""Settings from the environment and ``.env``: frozen, checked, every fault told at once.

A fault names the setting and what to do about it, never what was in it.
"""

from __future__ import annotations

import dataclasses
import enum
import os
import re
from collections.abc import Mapping
from pathlib import Path

from phonenumbers import SUPPORTED_REGIONS

from gateway.domain.answers import Secret
from gateway.domain.editions import Edition
from gateway.domain.errors import SettingsError
from gateway.settings.environment import (
    OF_AN_ACCOUNT,
    OF_AN_APP,
    Reader,
    merged,
    on_loopback,
    split,
)

PROJECT = Path(__file__).resolve().parents[2]
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

APPROVAL: Mapping[str, bool] = {"required": True, "advised": False}
"""What GATEWAY_APPROVAL may say: whether a form that nobody has approved is closed."""
MAX_OWNER = 100
"""The longest name of an owner that is shown."""
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
"""How the address of a database begins; the rest of it is checked where it is opened."""


_FORMS_HOST = re.compile(r"api(-[a-z]{2}[0-9])?\.hsforms\.com\Z")
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
    """What submits, and reads forms."""
    records_token: Secret
    """What reads and changes records and definitions; empty leaves that to ``token``."""
    client_id: str
    client_secret: Secret
    refresh_token: Secret
    """What an installation by OAuth is begun with, if anything."""
    portal_id: int | None
    api_base: str
    forms_base: str | None
    """Where submissions go; None takes the host of the account's region."""
    forms_hosts: Mapping[str, str]
    edition: Edition
    """Which edition of HubSpot's API is asked where both exist."""
    database_url: str = dataclasses.field(repr=False)
    """Where the outbox is. It may hold a password, so it is never shown."""
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
    delivers: bool
    """Whether the pages' process also delivers; else that is left to worker processes."""
    hold: int
    """How long delivered answers are kept, sealed, before their key is destroyed."""
    backlog: int
    """So many submissions may wait before nothing more is accepted."""
    owner: str
    """Who is to be told when something needs a person."""
    alarm_age: int
    """What waits for longer than this is an alarm."""
    phone_region: str
    """The country of phone numbers without one, two capital letters; empty leaves it to the
    form's language."""
    lock_file: Path
    """What people approved, form by form."""
    approval_required: bool
    """Whether a form that nobody has approved is closed."""

    reveal_seconds: int
    """How long a sensitive value that was asked for stays on the screen."""
    webhook_legacy: bool
    """Whether a webhook without a version 3 signature may be signed as before, without a time."""

    @property
    def oauth(self) -> bool:
        """Whether the program gets its tokens itself, by OAuth: it has no fixed one."""
        return self.mode is not Mode.DEMO and not self.token

    @property
    def database_folder(self) -> Path | None:
        """The folder of the outbox's file; None when it is kept by a server."""
        _, is_file, path = self.database_url.partition("sqlite:///")
        return Path(path).parent if is_file else None


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = PROJECT / ".env"
) -> Settings:
    """The settings of ``environ`` (default: the process's own) over those of ``env_file``.

    An absent or empty variable takes its default. Raises :class:`SettingsError` with every
    fault at once.
    """
    reader = Reader(merged(environ if environ is not None else os.environ, env_file))
    settings = _read(reader)
    if reader.faults or settings is None:
        raise SettingsError(reader.faults)
    return settings


def _read(reader: Reader) -> Settings | None:
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
        records_token=reader.secret("HUBSPOT_RECORDS_TOKEN"),
        client_id=reader.text("HUBSPOT_CLIENT_ID"),
        client_secret=reader.secret("HUBSPOT_CLIENT_SECRET"),
        refresh_token=reader.secret("HUBSPOT_REFRESH_TOKEN"),
        portal_id=reader.number("HUBSPOT_PORTAL_ID", 0, 1, 10**12) or None,
        api_base=api_base or DEFAULT_API_BASE,
        forms_base=forms_base or (api_base if mode is Mode.EMULATED else None),
        forms_hosts=_forms_hosts(reader),
        edition=_edition(reader),
        database_url=_database_url(reader, data_dir),
        keys_dir=reader.folder("GATEWAY_KEYS", data_dir / "keys"),
        public_url=_public_url(reader),
        rate_limit=reader.number("GATEWAY_RATE_LIMIT", 90, 0, 1000),
        unknown_window=reader.number("GATEWAY_UNKNOWN_WINDOW", 900, 1, 30 * 86400),
        definition_max_age=reader.number("GATEWAY_DEFINITION_MAX_AGE", 60, 0, 3600),
        snapshot_max_age=reader.number("GATEWAY_SNAPSHOT_MAX_AGE", 7 * 86400, 0, 30 * 86400),
        delivers=reader.switch("GATEWAY_WORKER", default=True),
        hold=reader.number("GATEWAY_HOLD", 86400, 0, 365 * 86400),
        backlog=reader.number("GATEWAY_BACKLOG", 100_000, 1, 100_000_000),
        owner=reader.text("GATEWAY_OWNER")[:MAX_OWNER] or "your administrator",
        alarm_age=reader.number("GATEWAY_ALARM_AGE", 3600, 1, 30 * 86400),
        phone_region=_phone_region(reader),
        lock_file=_lock_file(reader, data_dir),
        approval_required=_approval_required(reader, mode),
        reveal_seconds=reader.number("GATEWAY_REVEAL_SECONDS", 60, 5, 300),
        webhook_legacy=reader.switch("GATEWAY_WEBHOOK_LEGACY_SIGNATURES", default=False),
    )
    return None if reader.faults else settings


def _mode(reader: Reader, token: Secret, api_base: str | None, forms_base: str | None) -> Mode:
    loopback = [on_loopback(base) for base in (api_base, forms_base) if base]
    if any(loopback) and (not all(loopback) or api_base is None):
        reader.fault(
            "HUBSPOT_FORMS_BASE",
            "HUBSPOT_API_BASE and HUBSPOT_FORMS_BASE must both be the emulator, or neither",
        )
    if token and reader.text("HUBSPOT_REFRESH_TOKEN"):
        reader.fault(
            "HUBSPOT_REFRESH_TOKEN", "HUBSPOT_ACCESS_TOKEN is set too; take one of the two away"
        )
    if token or all(reader.text(name) for name in OF_AN_APP):
        return Mode.EMULATED if any(loopback) else Mode.LIVE
    if api_base or forms_base:
        reader.fault(
            "HUBSPOT_ACCESS_TOKEN",
            "it is needed with HUBSPOT_API_BASE; the emulator prints one when it starts",
        )
    for name in OF_AN_ACCOUNT:
        if reader.text(name):
            reader.fault(
                "HUBSPOT_ACCESS_TOKEN",
                f"it is needed with {name}; without it this is a demo (to install an app by OAuth "
                f"instead, set {' and '.join(OF_AN_APP)})",
            )
    return Mode.DEMO


def _forms_hosts(reader: Reader) -> Mapping[str, str]:
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


def _edition(reader: Reader) -> Edition:
    text = reader.text("HUBSPOT_EDITION").lower()
    if text not in ("", *Edition):
        reader.fault("HUBSPOT_EDITION", f"write {' or '.join(Edition)}")
        return Edition.V3
    return Edition(text or Edition.V3)


def _database_url(reader: Reader, data_dir: Path) -> str:
    text = reader.text("GATEWAY_DATABASE_URL")
    if text and not text.startswith(DATABASES):
        reader.fault(
            "GATEWAY_DATABASE_URL",
            "write sqlite:///folder/outbox.db or postgresql://user:password@host/database, "
            "or leave it empty",
        )
    return text or f"sqlite:///{data_dir / 'outbox.db'}"


def _lock_file(reader: Reader, data_dir: Path) -> Path:
    path = reader.folder("GATEWAY_LOCK_FILE", data_dir / "forms.lock.json")
    if os.path.isdir(path):  # noqa: PTH112  # it never raises, whatever was written there
        reader.fault("GATEWAY_LOCK_FILE", "it is a folder; name a file such as forms.lock.json")
    return path


def _approval_required(reader: Reader, mode: Mode) -> bool:
    text = reader.text("GATEWAY_APPROVAL").lower()
    if text not in ("", *APPROVAL):
        reader.fault("GATEWAY_APPROVAL", f"write {' or '.join(APPROVAL)}")
    return APPROVAL.get(text, mode is Mode.LIVE)


def _phone_region(reader: Reader) -> str:
    region = reader.text("GATEWAY_PHONE_REGION").upper()
    if region and region not in SUPPORTED_REGIONS:
        reader.fault("GATEWAY_PHONE_REGION", "give a country's two letters, such as US, GB or DE")
    return region


def _public_url(reader: Reader) -> str:
    text = reader.text("GATEWAY_PUBLIC_URL") or "http://localhost:8501"
    parts = split(text)
    if parts is None or parts.scheme not in ("http", "https"):
        reader.fault(
            "GATEWAY_PUBLIC_URL", "give the address people open, such as https://intake.example"
        )
    return text.rstrip("/")
