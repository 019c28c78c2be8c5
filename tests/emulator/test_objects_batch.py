"""Batches: all or nothing, or told apart; and the associations of what is created."""

from __future__ import annotations

import pytest

from gateway.emulator.links import CATEGORIES, DEFINED

CONTACTS, COMPANIES = "/crm/v3/objects/contacts", "/crm/v3/objects/companies"
SCOPES = [f"crm.objects.{kind}.{way}" for kind in ("contacts", "companies", "deals", "custom")
          for way in ("read", "write")]  # fmt: skip


@pytest.fixture
def token(hub):
    return hub.portal.issue_token(SCOPES)


@pytest.fixture
def batch(hub, token):
    """Posts inputs to a batch call: ``batch("create", [...])``."""

    def post(action, inputs, base=CONTACTS, **keys):
        query = keys.pop("params", None)
        path = f"{base}/batch/{action}"
        return hub.call("POST", path, token=token, json={"inputs": inputs, **keys}, params=query)

    return post


def contact(name, **keys):
    return {"properties": {"email": f"{name}@mail.example"}, "associations": [], **keys}


def test_a_hundred_are_created(hub, batch):
    """201 with all of them; one more is refused."""
    answer = batch("create", [contact(i) for i in range(100)])
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], len(body["results"])) == ("COMPLETE", 100)
    assert body["startedAt"] <= body["completedAt"]
    assert "errors" not in body
    assert batch("create", [contact(i) for i in range(200, 301)]).status_code == 400
    assert len(hub.portal.contacts()) == 100


@pytest.mark.parametrize("trace", [[None, None], ["a", None], ["a", "a"], ["", ""]])
def test_inputs_that_cannot_be_told_apart_are_all_or_nothing(hub, batch, trace):
    """One wrong input refuses the batch, and nothing is written."""
    keys = [{"objectWriteTraceId": t} if t is not None else {} for t in trace]
    wrong = {"properties": {"nothing": "x"}, "associations": [], **keys[1]}
    answer = batch("create", [contact("ada", **keys[0]), wrong])
    assert answer.status_code == 400
    assert "PROPERTY_DOESNT_EXIST" in answer.json()["message"]
    assert hub.portal.contacts() == ()


def test_traced_inputs_say_which_half_was_done(hub, batch):
    """207: the good ones are written and carry their trace, the others are named by it."""
    batch("create", [contact("taken")])
    answer = batch("create", [
        contact("ada", objectWriteTraceId="one"),
        {"properties": {"nothing": "x"}, "associations": [], "objectWriteTraceId": "two"},
        contact("taken", objectWriteTraceId="three"),
        contact("ada", objectWriteTraceId="four"),
    ])  # fmt: skip
    assert answer.status_code == 207
    body = answer.json()
    assert [row["objectWriteTraceId"] for row in body["results"]] == ["one"]
    assert body["numErrors"] == 3
    told = {row["context"]["objectWriteTraceId"][0]: row["category"] for row in body["errors"]}
    assert told == {"two": "VALIDATION_ERROR", "three": "CONFLICT", "four": "VALIDATION_ERROR"}
    assert len(hub.portal.contacts()) == 2


def test_a_conflict_in_a_batch_stays_one(hub, batch):
    """409 for the whole batch, as for one contact."""
    batch("create", [contact("taken")])
    assert batch("create", [contact("ada"), contact("taken")]).status_code == 409
    assert len(hub.portal.contacts()) == 1


def test_the_latest_edition_answers_with_200(hub, token):
    """From 2026-09 on every batch is a 200, with the faults inside."""
    body = {"inputs": [contact("ada", objectWriteTraceId="one"),
                       {"properties": {"nothing": "x"}, "objectWriteTraceId": "two"}]}  # fmt: skip
    for edition, status in (("2026-03", 207), ("2026-09", 200)):
        hub.portal.reset()
        path = f"/crm/objects/{edition}/contacts/batch/create"
        answer = hub.call("POST", path, token=token, json=body)
        assert (answer.status_code, answer.json()["numErrors"]) == (status, 1)


def test_many_are_changed_by_id_or_email(hub, batch):
    """A missing one is named where inputs are told apart, and refuses the batch otherwise."""
    ada, bo = (r["id"] for r in batch("create", [contact("ada"), contact("bo")]).json()["results"])
    inputs = [
        {"id": ada, "properties": {"city": "Graz"}, "objectWriteTraceId": "one"},
        {"id": "bo@mail.example", "idProperty": "email", "properties": {"city": "Linz"},
         "objectWriteTraceId": "two"},
        {"id": "1", "properties": {"city": "Wien"}, "objectWriteTraceId": "three"},
    ]  # fmt: skip
    answer = batch("update", inputs)
    assert answer.status_code == 207
    assert [row["id"] for row in answer.json()["results"]] == [ada, bo]
    (fault,) = answer.json()["errors"]
    assert (fault["category"], fault["context"]["id"]) == ("OBJECT_NOT_FOUND", ["1"])
    for one in inputs:
        del one["objectWriteTraceId"]
        one["properties"] = {"city": "Salzburg"}
    assert batch("update", inputs).status_code == 400
    assert {c.values["city"] for c in hub.portal.contacts()} == {"Graz", "Linz"}
    assert batch("update", inputs[:2]).status_code == 200
    assert batch("update", [inputs[0], inputs[0]]).status_code == 400


def test_upsert_says_what_is_new(hub, batch):
    """Known by e-mail: one is changed, the other created with that e-mail."""
    batch("create", [contact("ada")])
    inputs = [
        {"id": f"{name}@mail.example", "idProperty": "email", "properties": {"city": "Graz"}}
        for name in ("ada", "bo")
    ]
    answer = batch("upsert", inputs)
    assert answer.status_code == 200
    assert [row["new"] for row in answer.json()["results"]] == [False, True]
    assert [c.values["email"] for c in hub.portal.contacts()] == [
        "ada@mail.example",
        "bo@mail.example",
    ]
    assert {c.values["city"] for c in hub.portal.contacts()} == {"Graz"}
    assert (
        batch("upsert", [{"id": "Ada", "idProperty": "firstname", "properties": {}}]).status_code
        == 400
    )
    assert batch("upsert", [{"id": "1", "properties": {}}]).status_code == 400


def test_many_are_read(hub, batch):
    """200 when all are there; what is missing makes it 207 and is named."""
    ada, bo = (r["id"] for r in batch("create", [contact("ada"), contact("bo")]).json()["results"])
    keys = {"properties": ["email", "city"], "propertiesWithHistory": ["email"]}
    answer = batch("read", [{"id": ada}, {"id": int(bo)}, {"id": ada}], **keys)
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == [ada, bo]
    row = answer.json()["results"][0]
    assert row["properties"]["city"] is None
    assert row["propertiesWithHistory"]["email"][0]["value"] == "ada@mail.example"
    answer = batch("read", [{"id": ada}, {"id": "77"}, {"id": "x"}], **keys)
    assert answer.status_code == 207
    (fault,) = answer.json()["errors"]
    assert (fault["category"], fault["context"]["ids"]) == ("OBJECT_NOT_FOUND", ["77", "x"])
    by_email = batch("read", [{"id": "bo@mail.example"}], idProperty="email", **keys)
    assert by_email.json()["results"][0]["id"] == bo


def test_a_batch_read_asks_for_the_scope_of_the_class(batch):
    """One sensitive name without its scope is 403 for the whole call."""
    for key in ("properties", "propertiesWithHistory"):
        assert batch("read", [{"id": "1"}], **{key: ["diagnosis"]}).status_code == 403


def test_many_are_archived(hub, batch):
    """204, whether they are there or not; they are read among the archived."""
    (ada,) = (r["id"] for r in batch("create", [contact("ada")]).json()["results"])
    assert batch("archive", [{"id": ada}, {"id": "77"}]).status_code == 204
    assert batch("archive", [{"id": ada}]).status_code == 204
    assert batch("read", [{"id": ada}]).status_code == 207
    assert batch("read", [{"id": ada}], params={"archived": "true"}).status_code == 200


def _link(to, type_id, category="HUBSPOT_DEFINED"):
    return {"to": {"id": to},
            "types": [{"associationCategory": category, "associationTypeId": type_id}]}  # fmt: skip


def test_associations_are_made_and_shown_from_both_ends(hub, token):
    """A contact created with a company names it, and the company names the contact."""
    body = {"properties": {"name": "Agency"}, "associations": []}
    company = hub.call("POST", COMPANIES, token=token, json=body).json()["id"]
    body = {
        **contact("ada"),
        "associations": [_link(company, 279), _link(company, 7, "USER_DEFINED")],
    }
    made = hub.call("POST", CONTACTS, token=token, json=body)
    assert made.status_code == 201, made.text
    query = {"associations": "companies,deals"}
    row = hub.get(f"{CONTACTS}/{made.json()['id']}", token=token, params=query).json()
    assert row["associations"] == {
        "companies": {
            "results": [
                {"id": company, "type": "contact_to_company_unlabeled"},
                {"id": company, "type": "contact_to_company"},
            ]
        }
    }
    page = hub.get(COMPANIES, token=token, params={"associations": "contact"}).json()
    (row,) = page["results"]
    assert {r["id"] for r in row["associations"]["contacts"]["results"]} == {made.json()["id"]}
    hub.call("DELETE", f"{COMPANIES}/{company}", token=token)
    row = hub.get(f"{CONTACTS}/{made.json()['id']}", token=token, params=query).json()
    assert "associations" not in row


def test_a_custom_object_is_named_whole(hub, token):
    """Its associations stand under its fully qualified name."""
    person = hub.call("POST", CONTACTS, token=token, json=contact("ada")).json()["id"]
    body = {"properties": {"policy_name": "Basic"},
            "associations": [_link(person, 12, "USER_DEFINED")]}  # fmt: skip
    full = f"p{hub.portal.id}_insurance_policy"
    policy = hub.call("POST", f"/crm/v3/objects/{full}", token=token, json=body).json()["id"]
    query = {"associations": "insurance_policy"}
    row = hub.get(f"{CONTACTS}/{person}", token=token, params=query).json()
    assert row["associations"][full]["results"] == [
        {"id": policy, "type": "contact_to_insurance_policy"}
    ]


@pytest.mark.parametrize(
    "link",
    [_link("77", 279), _link("77", 9999), _link("1", 3), {"to": {"id": "1"}, "types": []},
     _link("1", 0), _link("1", "279"), _link("1", 279, "NONE")],
)  # fmt: skip
def test_a_wrong_association_refuses_the_record(hub, token, link):
    """400, and no record is made."""
    answer = hub.call(
        "POST", CONTACTS, token=token, json={**contact("ada"), "associations": [link]}
    )
    assert answer.status_code == 400
    assert hub.portal.contacts() == ()


def test_an_unknown_type_cannot_be_asked_for(hub, token):
    """``associations`` names object types."""
    assert hub.get(f"{CONTACTS}?associations=nothing", token=token).status_code == 400


def test_every_defined_type_has_its_way_back(hub):
    """The table is its own mirror, and names only objects there are."""
    assert CATEGORIES[0] == "HUBSPOT_DEFINED"
    for type_id, one in DEFINED.items():
        other = DEFINED[one.back]
        assert (other.from_type, other.to_type) == (one.to_type, one.from_type)
        assert other.back == type_id
        assert hub.portal.object_type(one.from_type) is not None
