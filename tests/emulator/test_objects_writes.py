"""Writing records: what is taken, what is refused and how, and that a refusal changes nothing."""

from __future__ import annotations

import json

import pytest

from gateway.emulator.objects.values import CHECKS

BASES = ["/crm/v3/objects", *(f"/crm/objects/{e}" for e in ("2025-09", "2026-03", "2026-09"))]
CONTACTS = "/crm/v3/objects/contacts"
ORDINARY = ["crm.objects.contacts.read", "crm.objects.contacts.write"]
SENSITIVE = "crm.objects.contacts.sensitive"
HIGHLY = "crm.objects.contacts.highly_sensitive"
KINDS = [
    "contacts",
    "companies",
    "deals",
    "appointments",
    "projects",
    "custom",
    "products",
    "notes",
]
EVERYTHING = [
    "tickets", "tickets.sensitive", "tickets.highly_sensitive",
    *(f"crm.objects.{kind}.{way}" for kind in KINDS for way in ("read", "write")),
    *(f"crm.objects.{kind}.{word}.{way}" for kind in KINDS for way in ("read", "write")
      for word in ("sensitive", "highly_sensitive")),
]  # fmt: skip
GOOD = {
    "contacts": {"email": "ada@mail.example", "passport_number": "X1", "diagnosis": "A cough"},
    "0-2": {"domain": "agency.example", "tax_number": "12"},
    "deals": {"dealname": "Care plan", "dealstage": "closedwon", "payer_iban": "DE89"},
    "ticket": {"subject": "Lost card", "hs_pipeline": "0", "hs_pipeline_stage": "1",
               "identity_note": "torn"},
    "appointments": {"hs_appointment_name": "Monday", "visit_reason": "A cough"},
    "projects": {"hs_name": "Move", "hs_pipeline": "default", "hs_pipeline_stage": "planned"},
    "insurance_policy": {"policy_name": "Basic", "policy_number": "77"},
    "products": {"name": "Splint", "price": "12.50"},
    "0-46": {"hs_note_body": "Called back", "hs_timestamp": "2026-11-03T10:00:00.000Z"},
}  # fmt: skip


@pytest.fixture
def token(hub):
    return hub.portal.issue_token(EVERYTHING)


def create(hub, token, values, kind="contacts", **keys):
    body = {"properties": values, "associations": [], **keys}
    return hub.call("POST", f"/crm/v3/objects/{kind}", token=token, json=body)


def inner(answer):
    """The list inside the message of a 400."""
    body = answer.json()
    assert (answer.status_code, body["category"]) == (400, "VALIDATION_ERROR")
    return json.loads(body["message"].removeprefix("Property values were not valid: "))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", GOOD)
def test_a_record_lives(hub, token, base, kind):
    """Created, read, changed, cleared, archived, and found among the archived only."""
    made = hub.call("POST", f"{base}/{kind}", token=token,
                    json={"properties": GOOD[kind], "associations": []})  # fmt: skip
    assert made.status_code == 201, made.text
    row = made.json()
    assert GOOD[kind].keys() <= row["properties"].keys()
    path = f"{base}/{kind}/{row['id']}"
    names = ",".join(GOOD[kind])
    read = hub.get(path, token=token, params={"properties": names}).json()
    assert read["properties"].items() >= GOOD[kind].items()
    last = list(GOOD[kind])[-1]
    assert hub.call("PATCH", path, token=token, json={"properties": {last: ""}}).status_code == 200
    read = hub.get(path, token=token, params={"properties": last}).json()
    assert read["properties"][last] is None
    assert read["updatedAt"] >= row["updatedAt"]
    assert hub.call("DELETE", path, token=token).status_code == 204
    assert hub.call("DELETE", path, token=token).status_code == 204
    assert hub.get(path, token=token).status_code == 404
    gone = hub.get(path, token=token, params={"archived": "true"}).json()
    assert gone["archived"] is True
    assert gone["archivedAt"] >= gone["createdAt"]


def test_associations_may_be_left_out(hub, token):
    """The published file demands the key; live services do not."""
    answer = hub.call("POST", CONTACTS, token=token, json={"properties": {}})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nothing", "x", "PROPERTY_DOESNT_EXIST"),
        ("visitor_badge_color", "green", "PROPERTY_DOESNT_EXIST"),
        ("createdate", "2026-01-01", "READ_ONLY_VALUE"),
        ("num_unique_conversion_events", "3", "READ_ONLY_VALUE"),
        ("annual_salary", "much", "INVALID_INTEGER"),
        ("annual_salary", "9" * 5000, "INVALID_INTEGER"),
        ("date_of_birth", "1990-02-30", "INVALID_DATE"),
        ("date_of_birth", "1572480000001", "INVALID_DATE"),
        ("last_visit_at", "yesterday", "INVALID_LONG"),
        ("last_visit_at", "999999999999999", "INVALID_LONG"),
        ("newsletter", "yes", "INVALID_OPTION"),
        ("nationality", "XX", "INVALID_OPTION"),
        ("allergies", "nuts;steel", "INVALID_OPTION"),
        ("email", "no address", "INVALID_EMAIL"),
        ("firstname", "x" * 65_537, "VALUE_TOO_LONG"),
    ],
)
def test_a_wrong_value_is_refused(hub, token, name, value, code):
    """Each has its inner code, in a list inside the message; nothing is stored."""
    (entry,) = inner(create(hub, token, {"lastname": "Probe", name: value}))
    assert (entry["isValid"], entry["error"], entry["name"]) == (False, code, name)
    assert entry["portalId"] == hub.portal.id
    assert hub.portal.contacts() == ()


def test_every_wrong_value_is_named(hub, token):
    """One answer tells all of them."""
    rows = inner(create(hub, token, {"nothing": "x", "nationality": "XX", "firstname": "Ada"}))
    assert {row["name"] for row in rows} == {"nothing", "nationality"}


def test_every_type_of_property_has_a_check(hub):
    """The types the account has are all known."""
    types = {p["type"] for rows in hub.portal.properties.values() for p in rows.values()}
    assert types <= CHECKS.keys()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("date_of_birth", "636163200000", "1990-02-28"),
        ("last_visit_at", "1793714700000", "2026-11-03T14:05:00.000Z"),
        ("last_visit_at", "2026-11-03T15:05:00+01:00", "2026-11-03T14:05:00.000Z"),
        ("last_visit_at", "2026-11-03", "2026-11-03T00:00:00.000Z"),
        ("allergies", "nuts;latex", "nuts;latex"),
        ("firstname", "x" * 65_536, "x" * 65_536),
        ("firstname", "a\x00b", "a\x00b"),
        ("internal_rating", "-12.5", "-12.5"),
    ],
)
def test_a_value_is_kept_as_hubspot_keeps_it(hub, token, name, value, kept):
    """Days and moments come back in ISO form, everything else as it was sent."""
    row = create(hub, token, {name: value}).json()
    assert row["properties"][name] == kept


def test_a_leading_semicolon_adds_a_choice(hub, token):
    """``;latex`` adds to the choices there are."""
    made = create(hub, token, {"allergies": "nuts"}).json()
    path = f"{CONTACTS}/{made['id']}"
    row = hub.call("PATCH", path, token=token, json={"properties": {"allergies": ";latex;nuts"}})
    assert row.json()["properties"]["allergies"] == "nuts;latex"


@pytest.mark.parametrize(
    ("kind", "values", "missing"),
    [
        ("companies", {"city": "Graz"}, ["domain or name"]),
        ("deals", {"dealname": "x"}, ["dealstage"]),
        ("tickets", {}, ["subject", "hs_pipeline", "hs_pipeline_stage"]),
        ("appointments", {"room": "4"}, ["hs_appointment_name"]),
        ("insurance_policy", {"policy_number": "1"}, ["policy_name"]),
    ],
)
def test_what_a_type_demands_is_named(hub, token, kind, values, missing):
    """A new record without what its type demands is refused."""
    answer = create(hub, token, values, kind)
    assert answer.status_code == 400
    assert answer.json()["context"]["properties"] == missing
    assert answer.json()["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"


@pytest.mark.parametrize(
    ("scopes", "name", "named"),
    [
        ([], "email", ["crm.objects.contacts.write"]),
        (["crm.objects.contacts.read"], "email", ["crm.objects.contacts.write"]),
        (ORDINARY, "passport_number",
         ["crm.objects.contacts.write", f"{SENSITIVE}.write.v2"]),
        ([*ORDINARY, f"{SENSITIVE}.write", f"{HIGHLY}.read"], "diagnosis",
         ["crm.objects.contacts.write", f"{HIGHLY}.write.v2"]),
    ],
)  # fmt: skip
def test_writing_asks_for_the_scope_of_the_class(hub, scopes, name, named):
    """One property without its write scope fails the whole call, alone and in a batch."""
    token = hub.portal.issue_token(scopes)
    values = {"firstname": "Ada", name: "a@b.example"}
    batch = {"inputs": [{"properties": {}}, {"properties": values}]}
    for answer in (
        create(hub, token, values),
        hub.call("POST", f"{CONTACTS}/batch/create", token=token, json=batch),
    ):
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == named
    assert hub.portal.contacts() == ()


def test_a_write_shows_no_value_the_token_may_not_read(hub):
    """Who may only write a class gets its values back from no call."""
    token = hub.portal.issue_token([*ORDINARY, f"{SENSITIVE}.write"])
    answer = create(hub, token, {"firstname": "Ada", "passport_number": "X1234567"})
    assert answer.status_code == 201
    assert answer.json()["properties"]["firstname"] == "Ada"
    assert "X1234567" not in answer.text
    assert hub.portal.contacts()[0].values["passport_number"] == "X1234567"


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"properties": None}, {"properties": []}, {"properties": {"firstname": 1}},
        {"properties": {"firstname": ["a"]}}, {"properties": {"firstname": {"a": "b"}}},
        {"properties": {}, "associations": {}},
        {"properties": {}, "associations": [{"to": {"id": "1"}}]},
        {"properties": {}, "associations": [{"to": {"id": True}, "types": []}]},
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused(hub, token, body):
    """400 that names paths, never a value; a number too where only texts are taken."""
    hub.portal.amend_switches(values_may_be_numbers=False)
    answer = hub.call("POST", CONTACTS, token=token, json=body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert hub.portal.contacts() == ()


def test_what_is_no_json_is_refused(hub, token):
    """Another media type is 415; text that is no JSON is 400; too much of it 413."""
    send = {"method": "POST", "path": CONTACTS, "token": token}
    form = hub.call(**send, data={"properties": "x"})
    assert form.status_code == 415
    kind = {"Content-Type": "application/json"}
    assert hub.call(**send, data=b"{", headers=kind).status_code == 400
    assert hub.call(**send, data=b" " * (8 * 1024 * 1024 + 1), headers=kind).status_code == 413


def test_validation_rules_hold_for_records_too(hub, token):
    """``records_check_validations``: a value that breaks a rule is refused, unless it is off."""
    values = {"passport_number": "X" * 31}
    (entry,) = inner(create(hub, token, values))
    assert entry["error"] == "VALIDATION_RULE_BROKEN"
    hub.portal.amend_switches(records_check_validations=False)
    assert create(hub, token, values).status_code == 201


def test_numbers_are_values_unless_a_switch_says_no(hub, token):
    """``values_may_be_numbers``: what live services are said to take, and HubSpot's own examples
    send; the published files speak of texts only."""
    values = {"annual_salary": 62000, "newsletter": True, "firstname": None}
    hub.portal.amend_switches(values_may_be_numbers=False)
    assert create(hub, token, values).status_code == 400
    hub.portal.amend_switches(values_may_be_numbers=True)
    row = create(hub, token, values).json()
    assert row["properties"]["annual_salary"] == "62000"
    assert row["properties"]["newsletter"] == "true"
    assert "firstname" not in row["properties"]


@pytest.mark.parametrize("kind", ["nothing", "2-1", "0-9999", "p1_insurance_policy"])
def test_an_unknown_type_is_refused(hub, token, kind):
    """400, as reads have it."""
    assert create(hub, token, {}, kind).status_code == 400


@pytest.mark.parametrize("record_id", ["1", "abc", "%00", "84729735601%2F", "9" * 3000])
def test_a_record_that_is_not_there_is_404(hub, token, record_id):
    """For reading, changing and archiving."""
    path = f"{CONTACTS}/{record_id}"
    body = {"properties": {}}
    found = {
        hub.get(path, token=token).status_code,
        hub.call("PATCH", path, token=token, json=body).status_code,
        hub.call("DELETE", path, token=token).status_code,
    }
    assert found == {404}
