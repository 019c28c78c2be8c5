"""Forms as HubSpot serves them, decoded into the domain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gateway.domain.forms import FormDefinition

MakeField = Callable[..., dict[str, Any]]
MakeForm = Callable[..., FormDefinition]


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"objectTypeId": "0-1", "name": name, "fieldType": kind, "label": name, **more}


def _form(*fields: dict[str, Any], legal: dict[str, Any] | None = None) -> FormDefinition:
    raw = {
        "id": "11111111-2222-4333-8444-555555555555",
        "name": "Intake",
        "formType": "hubspot",
        "fieldGroups": [
            {"groupType": "default_group", "richTextType": "text", "fields": [f]} for f in fields
        ],
        "legalConsentOptions": legal or {"type": "none"},
    }
    return msgspec.json.decode(msgspec.json.encode(raw), type=FormDefinition)


def _options(*values: str) -> list[dict[str, Any]]:
    return [{"label": v.title(), "value": v, "displayOrder": i} for i, v in enumerate(values)]


def _when(operator: str, field: dict[str, Any], **condition: Any) -> dict[str, Any]:
    return {
        "dependentCondition": {"operator": operator, **condition},
        "dependentField": field,
    }


@pytest.fixture(scope="session")
def field() -> MakeField:
    """One field as JSON: ``field(name, type, **keys)``."""
    return _field


@pytest.fixture(scope="session")
def form() -> MakeForm:
    """A form of the given fields: ``form(field, …, legal={…})``."""
    return _form


@pytest.fixture(scope="session")
def options() -> Callable[..., list[dict[str, Any]]]:
    """Choices by their internal values."""
    return _options


@pytest.fixture(scope="session")
def when() -> Callable[..., dict[str, Any]]:
    """A dependant: ``when(operator, field, value=…)``."""
    return _when


@pytest.fixture(scope="session")
def clinic() -> FormDefinition:
    """A form with every field type that can be sent, conditions, hidden fields, consent."""
    return _form(
        _field(
            "email",
            "email",
            required=True,
            validation={"blockedEmailDomains": ["blocked.example"], "useDefaultBlockList": True},
        ),
        _field("phone", "phone", validation={"minAllowedDigits": 7, "maxAllowedDigits": 20}),
        _field("mobilephone", "mobile_phone"),
        _field("firstname", "single_line_text", required=True),
        _field("history", "multi_line_text"),
        _field("age", "number", validation={"minAllowedDigits": 1, "maxAllowedDigits": 3}),
        _field("newsletter", "single_checkbox"),
        _field(
            "allergies",
            "multiple_checkboxes",
            options=_options("nuts", "latex", "other"),
            dependentFields=[
                _when(
                    "set_any",
                    _field(
                        "allergy_detail",
                        "single_line_text",
                        required=True,
                        dependentFields=[
                            _when("is_not_empty", _field("allergy_since", "datepicker"))
                        ],
                    ),
                    values=["other"],
                ),
            ],
        ),
        _field("clinic", "dropdown", options=_options("north", "south")),
        _field("contact_by", "radio", options=_options("mail", "phone")),
        _field("date_of_birth", "datepicker"),
        _field("name", "single_line_text", objectTypeId="0-2"),
        _field(
            "source",
            "single_line_text",
            hidden=True,
            defaultValue="gateway",
            required=True,
            dependentFields=[
                _when("eq", _field("source_note", "single_line_text"), value="gateway")
            ],
        ),
        _field("campaign", "single_line_text", hidden=True, required=True),
        legal={
            "type": "explicit_consent_to_process",
            "privacyText": "<p>Privacy</p>",
            "consentToProcessText": "<p>I agree &amp; understand</p>",
            "communicationsCheckboxes": [
                {"label": "<b>Mail</b> me", "required": False, "subscriptionTypeId": 999},
                {"label": "Call me", "required": True, "subscriptionTypeId": 1000},
            ],
        },
    )


@pytest.fixture(scope="session")
def good() -> dict[str, object]:
    """Answers the clinic's form takes."""
    return {
        "email": "ann@clinic.org",
        "phone": "+44 20 7946 0000",
        "firstname": "Zoë",
        "history": "line one\r\nAT&T, a < b",
        "age": 41,
        "newsletter": True,
        "allergies": ["nuts", "other"],
        "allergy_detail": "bees",
        "clinic": "north",
        "contact_by": "phone",
        "date_of_birth": "1990-02-28",
        "0-2/name": "ACME",
        "consent": {"processing": True, "communications": {"1000": True}},
    }
