"""What leaves: golden requests byte for byte, every field type read back from HubSpot, and no
hostile answer under a name that is not on the form."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import ANSWERS, IDENTIFICATION, ONBOARDING, PATIENT, World, settled, submit

from gateway.domain.answers import Secret
from gateway.domain.errors import GatewayError
from gateway.domain.forms import SENDABLE, FieldType, FormDefinition
from gateway.domain.submissions import Payload
from gateway.emulator.seed import load
from gateway.hubspot import wire
from gateway.hubspot.client import Client
from gateway.hubspot.routes import Host
from gateway.intake.prepare import prepare

GOLDEN = Path(__file__).parent / "golden"
FORMS = {
    one["name"]: msgspec.convert(one, FormDefinition, strict=False) for one in load("clinic").forms
}
PORTAL, AT_MS, SID = 44127903, 1_795_444_071_694, "0123456789abcdef0123456789abcdef"


def payload(form: str, answers: dict[str, Any]) -> Payload:
    """What the submission of these answers would seal."""
    prepared = prepare(FORMS[form], answers)
    return Payload(prepared.fields, f"http://localhost:8501/intake/~s/{SID}", form, prepared.legal)


def captured(request: wire.Request) -> bytes:
    """The bytes the client puts on the wire for a request."""
    received = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                while b"\r\n\r\n" not in received:
                    received.extend(connection.recv(65536))
                head, _, body = bytes(received).partition(b"\r\n\r\n")
                length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]
                while len(body) < length:
                    received.extend(more := connection.recv(65536))
                    body += more
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
                )

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        client = Client(Secret("pat-na1-golden"), dict.fromkeys(Host, base), emulated=True)
        client.send(request)
        client.close()
        thread.join(5)
    text = bytes(received).replace(base.removeprefix("http://").encode(), b"api.hsforms.com")
    return re.sub(rb"requests/[\d.]+", b"requests/x", text).replace(b"\r\n", b"\n")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("contact_only", PATIENT),
        ("contact_and_company", ONBOARDING),
        ("contact_and_ticket", IDENTIFICATION),
    ],
)
def test_golden_requests(name: str, form: str) -> None:
    """Method, path, headers and body of a secure submit are exactly as kept on disk."""
    request = wire.secure_submit(
        PORTAL, FORMS[form].id, payload(form, ANSWERS[form]), submitted_at_ms=AT_MS
    )
    assert captured(request) == (GOLDEN / f"{name}.http").read_bytes()


STORED: list[tuple[FieldType, str, str, Any, str]] = [
    (
        FieldType.EMAIL,
        PATIENT,
        "email",
        "Field.Types@clinic-mail.example",
        "Field.Types@clinic-mail.example",
    ),
    (FieldType.SINGLE_LINE_TEXT, PATIENT, "firstname", "  Zoë ", "Zoë"),
    (
        FieldType.MULTI_LINE_TEXT,
        PATIENT,
        "diagnosis",
        "one\r\ntwo < three & four",
        "one\ntwo < three & four",
    ),
    (FieldType.PHONE, PATIENT, "phone", "+44 20 7946 0958", "+44 20 7946 0958"),
    (FieldType.DATEPICKER, PATIENT, "date_of_birth", "2000-02-29", "2000-02-29"),
    (FieldType.DROPDOWN, PATIENT, "insurance_type", "public", "public"),
    (FieldType.RADIO, PATIENT, "has_allergies", "yes", "yes"),
    (FieldType.MULTIPLE_CHECKBOXES, PATIENT, "allergies", ["latex", "nuts"], "latex;nuts"),
    (FieldType.SINGLE_CHECKBOX, PATIENT, "newsletter", True, "true"),
    (FieldType.SINGLE_CHECKBOX, PATIENT, "takes_medication", False, "false"),
    (FieldType.MOBILE_PHONE, ONBOARDING, "mobilephone", "+49 151 23456789", "+49 151 23456789"),
    (FieldType.NUMBER, ONBOARDING, "annual_salary", "62000.50", "62000.50"),
    (FieldType.NUMBER, ONBOARDING, "annual_salary", 62000, "62000"),
]
"""Field type, form, field, what is typed → what HubSpot stores."""


def test_the_table_covers_every_type_that_can_be_sent() -> None:
    """Each of the 11 types has a row."""
    assert {row[0] for row in STORED} == SENDABLE


@pytest.mark.parametrize(("kind", "form", "name", "typed", "stored"), STORED)
def test_each_field_type_is_stored(
    kind: FieldType, form: str, name: str, typed: Any, stored: str, world: World
) -> None:
    """An answer of each type is posted, and read back from HubSpot's record over HTTP."""
    assert next(f for f in FORMS[form].walk() if f.name == name).kind is kind
    gateway = world.open()
    gateway.start_worker()
    changes = {"email": "types@clinic-mail.example", name: typed}
    assert settled(gateway, submit(gateway, form, **changes)).state == "DELIVERED"
    email = stored if kind is FieldType.EMAIL else changes["email"]
    answer = requests.get(
        f"{world.emulator.api_base}/crm/v3/objects/contacts/{email}",
        params={"idProperty": "email", "properties": name},
        headers={"Authorization": f"Bearer {world.emulator.access_token}"},
        timeout=10,
    )
    assert answer.json()["properties"][name] == stored


def test_company_and_ticket_fields_reach_their_objects(world: World) -> None:
    """Company fields land on the company, a hidden default on the ticket, never on the contact."""
    gateway = world.open()
    gateway.start_worker()
    settled(gateway, submit(gateway, ONBOARDING))
    settled(gateway, submit(gateway, IDENTIFICATION))
    companies = [record.values for record in world.portal.records_of("0-2")]
    tickets = [record.values for record in world.portal.records_of("0-5")]
    assert any(values.get("name") == "Canary Works" for values in companies)
    assert any(values.get("subject") == "Identity check at the front desk" for values in tickets)


def test_consent_is_sent_in_each_mode(world: World) -> None:
    """Explicit, implicit and legitimate interest each have HubSpot's own shape; none has none."""
    explicit = payload(
        PATIENT,
        {**ANSWERS[PATIENT], "consent": {"processing": True, "communications": {"999": True}}},
    )
    assert explicit.legal is not None
    assert explicit.legal["consent"]["consentToProcess"] is True
    assert [c["value"] for c in explicit.legal["consent"]["communications"]] == [True, False]
    interest = payload(ONBOARDING, ANSWERS[ONBOARDING])
    assert interest.legal == {
        "legitimateInterest": {
            "value": True, "subscriptionTypeId": 2001, "legalBasis": "CUSTOMER",
            "text": "We process these answers because we need them for your employment.",
        }
    }  # fmt: skip
    implicit = payload(IDENTIFICATION, ANSWERS[IDENTIFICATION])
    assert implicit.legal is not None
    assert implicit.legal["consent"]["consentToProcess"] is True
    bare = msgspec.structs.replace(
        FORMS[PATIENT], legal_consent_options=FORMS["Visitor sign-in (2019)"].legal_consent_options
    )
    assert bare.legal_consent_options.type == "none"
    assert (
        prepare(bare, {k: v for k, v in ANSWERS[PATIENT].items() if k != "consent"}).legal is None
    )


HOSTILE = st.recursive(
    st.text(max_size=40) | st.booleans() | st.none() | st.integers() | st.floats()
    | st.sampled_from(["QQQSECRET<script>", "QQQSECRET\u202e", "QQQSECRET\ud800", "QQQSECRET\x00", "a;QQQSECRET"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = st.sampled_from(
    ["email", "firstname", "0-1/firstname", "0-2/name", "annual_salary", "consent", "hs_object_id",
     "passport_number", "allergies", "has_allergies", "__proto__", "0-1/", "/", "other_allergies"]
) | st.text(max_size=20)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
@given(
    st.sampled_from([PATIENT, ONBOARDING, IDENTIFICATION]),
    st.dictionaries(NAMES, HOSTILE, max_size=6),
)
def test_no_hostile_answer_reaches_a_foreign_name(form: str, hostile: dict[str, Any]) -> None:
    """Whatever is typed under whatever name, the body holds only the form's own fields, as
    text; and what is refused is refused without a canary in any message."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(0)
    handler.emit = records.append  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        sent = wire.secure_submit(
            1, FORMS[form].id, payload(form, {**ANSWERS[form], **hostile}), submitted_at_ms=1
        )
    except GatewayError as error:
        shown = str(error) + repr(error) + repr(getattr(error, "reasons", {}))
        assert "QQQSECRET" not in shown
        assert error.__cause__ is None
        return
    finally:
        root.removeHandler(handler)
    assert sent.body is not None
    body = json.loads(sent.body)
    known = {(f.object_type_id, f.name) for f in FORMS[form].walk()}
    assert {(f["objectTypeId"], f["name"]) for f in body["fields"]} <= known
    assert all(isinstance(f["value"], str) for f in body["fields"])
    assert set(body) <= {"submittedAt", "fields", "context", "legalConsentOptions"}
    assert set(body["context"]) == {"pageUri", "pageName"}
    assert not records
