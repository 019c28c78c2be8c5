"""Good answers to every seeded form, and the world they travel through."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.domain.submissions import Receipt, Status
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.usecases.gateway import Gateway

PATIENT, ONBOARDING, IDENTIFICATION = (
    "Patient intake",
    "Employee onboarding",
    "Client identification",
)

ANSWERS: dict[str, dict[str, Any]] = {
    PATIENT: {
        "firstname": "Ada", "lastname": "Lovelace", "email": "ada@clinic-mail.example",
        "phone": "+44 20 7946 0958", "date_of_birth": "1990-02-28", "sex_at_birth": "female",
        "insurance_type": "private", "insurance_number": "canary-DE-1234567",
        "diagnosis": "canary-diagnosis", "has_allergies": "yes", "allergies": ["nuts", "latex"],
        "newsletter": True, "consent": {"processing": True},
    },
    ONBOARDING: {
        "firstname": "Grace", "lastname": "Hopper", "email": "grace@firm-mail.example",
        "mobilephone": "+49 151 23456789",
        "0-2/name": "Canary Works", "0-2/domain": "canary-works.example",
        "start_date": "2026-12-01", "contract_type": "permanent", "annual_salary": "62000",
        "bank_account": "canary-DE89370400440532013000",
    },
    IDENTIFICATION: {
        "firstname": "Alan", "lastname": "Turing", "email": "alan@client-mail.example",
        "phone": "+44 161 496 0000", "passport_number": "canary-X1234567", "nationality": "GB",
        "id_issued_on": "2020-05-04", "id_expires_on": "2030-05-03",
    },
}  # fmt: skip


@dataclasses.dataclass
class World:
    """One emulated HubSpot and the gateways that talk to it."""

    emulator: Emulator
    folder: Path
    open: Callable[..., Gateway]

    @property
    def portal(self) -> Any:
        """The emulated account."""
        return self.emulator.portal

    def form_id(self, name: str) -> str:
        """A seeded form's id."""
        return next(form["id"] for form in self.emulator.forms if form["name"] == name)

    def environ(self, **more: str) -> dict[str, str]:
        """What a gateway of this world finds in its environment."""
        return {
            "HUBSPOT_ACCESS_TOKEN": self.emulator.access_token,
            "HUBSPOT_API_BASE": self.emulator.api_base,
            "GATEWAY_DATA_DIR": str(self.folder),
            **more,
        }


def submit(gateway: Gateway, form: str = PATIENT, **more: Any) -> Receipt:
    """Good answers to a form, with changes; a change to None leaves an answer out."""
    keys = {name: more.pop(name) for name in ("key", "replaces", "confirmed") if name in more}
    answers = {
        name: value for name, value in {**ANSWERS[form], **more}.items() if value is not None
    }
    return gateway.submit(form, answers, by=LOCAL_OPERATOR, **keys)


def settled(gateway: Gateway, receipt: Receipt, seconds: float = 30.0) -> Status:
    """Where a submission is once it is settled."""
    return gateway.wait(receipt.code, seconds=seconds, by=LOCAL_OPERATOR)
