"""One emulator for the whole folder, put back to its seed before each test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from gateway.emulator import Emulator

MAIN = "main"
"""Stands for the emulator's own token."""
Fields = list[dict[str, str]]

_NAMES = {"firstname": "Ada", "lastname": "Probe", "email": "ada.probe@mail.example"}
_GOOD: dict[str, dict[str, str]] = {
    "Patient intake": {
        **_NAMES,
        "phone": "+1 555 010 4477",
        "date_of_birth": "1990-02-28",
        "sex_at_birth": "female",
        "insurance_type": "self_pay",
        "diagnosis": "A cough since March",
        "has_allergies": "no",
        "newsletter": "true",
    },
    "Employee onboarding": {
        **_NAMES,
        "mobilephone": "+1 555 010 2210",
        "0-2/name": "Agency Ltd",
        "0-2/domain": "agency.example",
        "start_date": "2026-12-01",
        "contract_type": "permanent",
        "annual_salary": "62000",
        "bank_account": "DE89370400440532013000",
    },
    "Client identification": {
        **_NAMES,
        "phone": "+1 555 010 8842",
        "passport_number": "X1234567",
        "nationality": "DE",
        "id_issued_on": "2020-05-04",
        "id_expires_on": "2030-05-03",
        "0-5/subject": "Identity check",
    },
    "Visitor sign-in (2019)": {**_NAMES, "visitor_reference": "4471"},
}


@dataclasses.dataclass
class Hub:
    """A caller of the emulator over real HTTP."""

    emulator: Emulator
    session: requests.Session

    @property
    def portal(self) -> Any:
        return self.emulator.portal

    def form_id(self, name: str) -> str:
        return next(form["id"] for form in self.emulator.forms if form["name"] == name)

    def good(self, form: str, **changes: str | None) -> dict[str, str]:
        """Answers ``form`` takes, by field key; None leaves one out."""
        merged: dict[str, str | None] = {**_GOOD[form], **changes}
        return {key: value for key, value in merged.items() if value is not None}

    def call(
        self, method: str, path: str, *, token: str | None = MAIN, **keys: Any
    ) -> requests.Response:
        headers = dict(keys.pop("headers", {}))
        if token is not None:
            text = self.emulator.access_token if token == MAIN else token
            headers["Authorization"] = f"Bearer {text}"
        return self.session.request(
            method, self.emulator.api_base + path, headers=headers,
            allow_redirects=False, timeout=10, **keys,
        )  # fmt: skip

    def get(self, path: str, **keys: Any) -> requests.Response:
        return self.call("GET", path, **keys)

    def admin(self, method: str, path: str, body: object = None) -> requests.Response:
        return self.call(method, f"/_emulator/{path}", token=None, json=body)

    def submit(
        self, form: str, answers: dict[str, str], *, door: str = "secure/submit", **keys: Any
    ) -> requests.Response:
        """Post ``answers`` to ``form`` (name or id); other keys of the body go by ``body``."""
        body = {"fields": as_fields(answers), **keys.pop("body", {})}
        return self.call("POST", self.submit_path(form, door), json=body, **keys)

    def submit_path(self, form: str, door: str = "secure/submit") -> str:
        form_id = form if form.count("-") == 4 else self.form_id(form)
        return f"/submissions/v3/integration/{door}/{self.emulator.portal_id}/{form_id}"

    def submit_public(self, form: str, answers: dict[str, str], **keys: Any) -> requests.Response:
        return self.submit(form, answers, door="submit", token=None, **keys)


def as_fields(answers: dict[str, str]) -> Fields:
    """Answers by field key, as the wire has them."""
    rows = []
    for key, value in answers.items():
        kind, _, name = key.rpartition("/")
        rows.append({"objectTypeId": kind or "0-1", "name": name, "value": value})
    return rows


@pytest.fixture(scope="session")
def running() -> Iterator[Hub]:
    """The one server of this folder."""
    with Emulator() as emulator, requests.Session() as session:
        session.trust_env = False
        yield Hub(emulator, session)


@pytest.fixture
def hub(running: Hub) -> Hub:
    """The server as it started, without a rate limit."""
    running.portal.reset()
    running.portal.amend_switches(rate_limit=0, public_limit=0)
    return running
