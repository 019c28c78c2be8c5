"""A gateway with a token of its own for records, and values that must not be found anywhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from samples import World

from gateway.bootstrap import open_gateway
from gateway.domain.answers import Secret
from gateway.domain.audit import Action, AuditRow
from gateway.domain.users import Role, User
from gateway.emulator import Emulator
from gateway.settings import load_settings
from gateway.usecases.gateway import Gateway

EMAIL = "canary-ada@clinic-mail.example"
PASSPORT = "canary-X1234567"
DIAGNOSIS = "canary-diagnosis"
VALUES = {"email": EMAIL, "passport_number": PASSPORT, "diagnosis": DIAGNOSIS, "city": "Berlin"}

SUPERVISOR = User("supervisor-1", "Supervisor", frozenset({Role.SUPERVISOR}))
"""Who corrects records and may look at a value."""


def opened(world: World, **more: str) -> Gateway:
    """A gateway that submits with one token and looks at records with another."""
    tokens = {
        "HUBSPOT_ACCESS_TOKEN": world.emulator.intake_token,
        "HUBSPOT_RECORDS_TOKEN": world.emulator.desk_token,
    }
    return world.open(**(tokens | more))


@contextlib.contextmanager
def shared(emulator: Emulator, folder: Path) -> Iterator[Gateway]:
    """The same, for many tests: it looks definitions up anew each time."""
    tokens = {
        "HUBSPOT_ACCESS_TOKEN": emulator.intake_token,
        "HUBSPOT_RECORDS_TOKEN": emulator.desk_token,
        "HUBSPOT_API_BASE": emulator.api_base,
        "GATEWAY_DATA_DIR": str(folder),
        "GATEWAY_DEFINITION_MAX_AGE": "0",
    }
    with open_gateway(load_settings(tokens, None)) as gateway:
        yield gateway


def secret(**values: str) -> dict[str, Secret]:
    """Values as the gateway takes them."""
    return {name: Secret(value) for name, value in values.items()}


def contact(gateway: Gateway, **values: str) -> str:
    """The id of a new contact, by default with a value of each class."""
    made = gateway.records.create("contacts", secret(**(values or VALUES)), by=SUPERVISOR)
    return made.id


def told(gateway: Gateway) -> list[AuditRow]:
    """What the audit knows of records."""
    rows = gateway._store.audit.rows()
    return [row for row in rows if row.action.startswith("record.")]


def actions(gateway: Gateway) -> list[tuple[Action, str, str | None, tuple[str, ...]]]:
    """Action, place, cause and names of each row about records."""
    return [(row.action, row.sid, row.cause, row.fields) for row in told(gateway)]
