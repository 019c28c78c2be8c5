"""A walk through what the SDK's models cannot say, by its own plain requests: the classes of
properties, the secure submission, and OAuth's later calls."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlencode

import requests
from sdk.driver import Driver

PROPERTIES = "/crm/v3/properties/contacts"
NAMES = {"sensitive": "sdk_allergy_note", "highly_sensitive": "sdk_diagnosis_code"}
FORM = "Patient intake"
GIVEN = {
    "firstname": "Ada", "lastname": "Probe", "email": "ada.sdk@mail.example",
    "phone": "+1 555 010 4477", "date_of_birth": "1990-02-28", "sex_at_birth": "female",
    "insurance_type": "self_pay", "diagnosis": "A cough since March", "has_allergies": "no",
    "newsletter": "true",
}  # fmt: skip
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclasses.dataclass
class Walk:
    """What each call answered."""

    made: dict[str, Any]
    """By class: the property that was made."""
    listed: dict[str, set[str]]
    """By class: the names a list of that class has."""
    read: dict[str, Any]
    account: dict[str, Any]
    thanks: dict[str, Any]
    submissions: list[dict[str, Any]]
    token: dict[str, Any]
    introspected: dict[str, Any]
    after_the_end: dict[str, Any]


def walk(sdk: Driver, token: str) -> Walk:
    """Properties of both classes, a submission, and a token looked at and ended."""
    client = sdk.client(access_token=token, base_url=sdk.emulator.api_base)

    def call(method: str, path: str, body: Any = None, **query: str) -> Any:
        keys = {"method": method, "path": path, "qs": query}
        answer = client.api_request(keys if body is None else {**keys, "body": body})
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code}"
        return answer.json() if answer.content else None

    made = {sort: call("POST", PROPERTIES, _property(name, sort)) for sort, name in NAMES.items()}
    listed = {
        sort: {row["name"] for row in call("GET", PROPERTIES, dataSensitivity=sort)["results"]}
        for sort in ("non_sensitive", *NAMES)
    }
    read = call("POST", f"{PROPERTIES}/batch/read", {
        "archived": False, "dataSensitivity": "sensitive", "inputs": [{"name": NAMES["sensitive"]}],
    })  # fmt: skip
    for name in NAMES.values():
        call("DELETE", f"{PROPERTIES}/{name}")
    account = call("GET", "/account-info/v3/details")
    form = next(row["id"] for row in sdk.emulator.forms if row["name"] == FORM)
    path = f"/submissions/v3/integration/secure/submit/{account['portalId']}/{form}"
    fields = [{"objectTypeId": "0-1", "name": name, "value": text} for name, text in GIVEN.items()]
    thanks = call("POST", path, {"fields": fields})
    submissions = call("GET", f"/form-integrations/v1/submissions/forms/{form}", limit="50")
    return Walk(made, listed, read, account, thanks, submissions["results"], *_token(sdk))


def _token(sdk: Driver) -> tuple[Any, Any, Any]:
    app = {"client_id": sdk.emulator.client_id, "client_secret": sdk.emulator.client_secret}
    client = sdk.client(base_url=sdk.emulator.api_base)

    def call(path: str, **given: str) -> Any:
        answer: requests.Response = client.api_request({
            "method": "POST", "path": path, "default_json": False, "headers": _FORM,
            "body": urlencode({**app, **given}),
        })  # fmt: skip
        assert answer.status_code < 400, f"{path}: {answer.status_code}"
        return answer.json() if answer.content else None

    told = call("/oauth/v3/token", grant_type="refresh_token",
                refresh_token=sdk.emulator.refresh_token)  # fmt: skip
    asked = {"token_type_hint": "access_token", "token": told["access_token"]}
    before = call("/oauth/v3/token/introspect", **asked)
    call("/oauth/v3/token/revoke", **asked)
    return told, before, call("/oauth/v3/token/introspect", **asked)


def _property(name: str, sort: str) -> dict[str, Any]:
    return {"name": name, "label": "A note", "type": "string", "fieldType": "text",
            "groupName": "contactinformation", "dataSensitivity": sort}  # fmt: skip
