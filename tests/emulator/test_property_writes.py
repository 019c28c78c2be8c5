"""Properties and groups, created, changed and archived, in every edition of their paths."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.emulator.definitions.property_rules import PAIRS
from gateway.emulator.definitions.property_shapes import FIELD_TYPES, TYPES
from gateway.emulator.routing.editions import PROPERTIES, PROPERTY_LIMITS

BASE = PROPERTIES[0]
SCOPES = [
    "crm.schemas.contacts.write",
    "crm.schemas.custom.write",
    "crm.objects.contacts.sensitive.write",
    "crm.objects.contacts.highly_sensitive.write.v2",
]
BLOOD = {
    "name": "blood_group",
    "label": "Blood group",
    "type": "string",
    "fieldType": "text",
    "groupName": "health",
    "dataSensitivity": "sensitive",
}


@pytest.fixture
def write(hub):
    """A writer of contact properties: ``write(method, path, body)``."""
    token = hub.portal.issue_token([*SCOPES, "crm.schemas.contacts.read"])

    def call(method, path, body=None, base=BASE):
        return hub.call(method, f"{base}/contacts{path}", token=token, json=body)

    return call


def code_of(answer):
    """Status and the last word of the sub-category."""
    return answer.status_code, answer.json().get("subCategory", "").rpartition(".")[2]


@pytest.mark.parametrize("base", PROPERTIES)
@pytest.mark.parametrize("word", ["non_sensitive", "sensitive", "highly_sensitive"])
def test_a_property_lives(write, base, word):
    """Created in each class, read back, changed, archived and listed as archived."""
    made = write("POST", "", {**BLOOD, "dataSensitivity": word}, base)
    assert made.status_code == 201
    assert made.json()["dataSensitivity"] == word
    listed = write("GET", f"?dataSensitivity={word}", base=base).json()["results"]
    assert "blood_group" in {row["name"] for row in listed}
    changed = write("PATCH", "/blood_group", {"label": "Blood"}, base)
    assert (changed.status_code, changed.json()["label"]) == (200, "Blood")
    assert changed.json()["createdAt"] == made.json()["createdAt"]
    assert write("DELETE", "/blood_group", base=base).status_code == 204
    assert write("GET", "/blood_group", base=base).status_code == 404
    assert write("GET", "/blood_group?archived=true", base=base).json()["archivedAt"]
    assert write("DELETE", "/blood_group", base=base).status_code == 404
    assert write("PATCH", "/blood_group", {}, base).status_code == 404


def test_without_a_class_it_is_not_sensitive(write):
    """The default class is the ordinary one, and forms may show it."""
    plain = {key: value for key, value in BLOOD.items() if key != "dataSensitivity"}
    made = write("POST", "", plain).json()
    assert (made["dataSensitivity"], made["formField"]) == ("non_sensitive", True)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("field_type", FIELD_TYPES)
def test_only_valid_pairs(write, kind, field_type):
    """A property is created exactly when its fieldType goes with its type."""
    option = {"hidden": False, "displayOrder": 0}
    options = [{**option, "label": text, "value": text} for text in ("true", "false")]
    more = {"options": options} if kind in ("bool", "enumeration") else {}
    body = {**BLOOD, "type": kind, "fieldType": field_type, "calculationFormula": "1", **more}
    expected = (201, "") if field_type in PAIRS[kind] else (400, "INVALID_TYPE_PAIR")
    assert code_of(write("POST", "", body)) == expected


def test_every_type_has_pairs():
    """The table of pairs is complete, and names only field types the spec knows."""
    assert set(PAIRS) == set(TYPES)
    assert {f for pair in PAIRS.values() for f in pair} == set(FIELD_TYPES)


_OPTION = {"hidden": False, "label": "A", "value": "a"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "Blood"}, "INVALID_NAME"),
        ({"name": "1st"}, "INVALID_NAME"),
        ({"name": "hs_own"}, "INVALID_NAME"),
        ({"name": "x" * 101}, "INVALID_NAME"),
        ({"name": "x y"}, "INVALID_NAME"),
        ({"name": "né"}, "INVALID_NAME"),
        ({"name": "x\n"}, "INVALID_NAME"),
        ({"label": " "}, "EMPTY_LABEL"),
        ({"groupName": "nowhere"}, "GROUP_DOES_NOT_EXIST"),
        ({"type": "enumeration", "fieldType": "select"}, "OPTIONS_MISSING"),
        ({"options": [_OPTION]}, "OPTIONS_NOT_ALLOWED"),
        (
            {"type": "bool", "fieldType": "booleancheckbox", "options": [_OPTION]},
            "OPTIONS_NOT_BOOLEAN",
        ),
        (
            {"type": "enumeration", "fieldType": "radio", "options": [_OPTION, _OPTION]},
            "DUPLICATE_OPTION_VALUE",
        ),
        (
            {
                "type": "enumeration",
                "fieldType": "radio",
                "options": [_OPTION, {**_OPTION, "value": "b"}],
            },
            "DUPLICATE_OPTION_LABEL",
        ),
        (
            {"type": "enumeration", "fieldType": "radio", "options": [{**_OPTION, "value": ""}]},
            "EMPTY_OPTION",
        ),
        ({"fieldType": "calculation_equation"}, "FORMULA_MISSING"),
        ({"externalOptions": True}, "REFERENCE_MISSING"),
    ],
)
def test_bad_definitions_are_refused(hub, write, changes, code):
    """Each fault has a code of its own, and nothing is kept."""
    before = set(hub.portal.properties["0-1"])
    answer = write("POST", "", {**BLOOD, **changes})
    assert code_of(answer) == (400, code)
    assert set(hub.portal.properties["0-1"]) == before


@pytest.mark.parametrize("key", ["name", "label", "type", "fieldType", "groupName"])
def test_five_keys_are_required(write, key):
    """A missing key is named; its value never is."""
    answer = write("POST", "", {k: v for k, v in BLOOD.items() if k != key})
    assert answer.status_code == 400
    assert f"[{key}]" in answer.json()["message"]
    assert answer.json()["errors"] == [{"message": f"{key} is missing", "in": key}]


def test_a_bool_has_its_options(write):
    """A bool without options gets true and false."""
    made = write("POST", "", {**BLOOD, "type": "bool", "fieldType": "booleancheckbox"}).json()
    assert [option["value"] for option in made["options"]] == ["true", "false"]


def test_a_taken_name_is_409(write):
    """A live name is taken, whatever class is asked for."""
    answer = write("POST", "", {**BLOOD, "name": "email"})
    assert code_of(answer) == (409, "PROPERTY_WITH_NAME_EXISTS")
    assert answer.json()["category"] == "OBJECT_ALREADY_EXISTS"
    assert answer.json()["message"] == "A property named 'email' already exists."


def test_an_archived_name_is_revived(hub, write):
    """A name in the bin comes back with the new definition, and another class."""
    write("POST", "", BLOOD)
    write("DELETE", "/blood_group")
    again = write("POST", "", {**BLOOD, "dataSensitivity": "non_sensitive"})
    assert again.status_code == 201
    assert again.json()["archived"] is False
    assert "archivedAt" not in again.json()
    assert hub.portal.sensitivity("0-1", "blood_group") == "non_sensitive"


def test_ten_unique_properties_and_no_more(write):
    """The eleventh property with unique values is refused."""
    for number in range(11):
        body = {**BLOOD, "name": f"unique_{number}", "hasUniqueValue": True}
        expected = (201, "") if number < 10 else (400, "TOO_MANY_UNIQUE")
        assert code_of(write("POST", "", body)) == expected


@pytest.mark.parametrize(
    "key", ["name", "dataSensitivity", "hasUniqueValue", "externalOptions", "referencedObjectType"]
)
def test_what_is_fixed_cannot_be_changed(hub, write, key):
    """A change that names what creation fixed is refused, or ignored by switch."""
    before = write("POST", "", BLOOD).json()
    body = {key: "non_sensitive", "label": "Blood"}
    assert code_of(write("PATCH", "/blood_group", body)) == (400, "FIXED_AT_CREATION")
    hub.portal.amend_switches(fixed_keys_refused=False)
    after = write("PATCH", "/blood_group", body).json()
    assert (after.get(key), after["label"]) == (before.get(key), "Blood")


def test_options_are_replaced_whole(write):
    """An edit of the options drops what it does not send."""
    path = "/preferred_contact"
    option = {"hidden": False, "label": "Pigeon", "value": "pigeon"}
    changed = write("PATCH", path, {"options": [option]}).json()
    assert changed["options"] == [{"displayOrder": 0, **option}]
    assert code_of(write("PATCH", path, {"options": []})) == (400, "OPTIONS_MISSING")
    assert write("GET", path).json()["options"] == changed["options"]


def test_another_type_takes_its_options_along(write):
    """From a choice to a text the options go; to a bool its two come."""
    path = "/preferred_contact"
    text = write("PATCH", path, {"type": "string", "fieldType": "text"}).json()
    assert text["options"] == []
    truth = write("PATCH", path, {"type": "bool", "fieldType": "booleancheckbox"}).json()
    assert len(truth["options"]) == 2
    assert code_of(write("PATCH", path, {"type": "date"})) == (400, "INVALID_TYPE_PAIR")


def test_hubspots_own_stay(write):
    """A built-in property is neither changed nor archived."""
    assert code_of(write("PATCH", "/email", {"label": "x"})) == (400, "READ_ONLY_DEFINITION")
    assert code_of(write("DELETE", "/email")) == (400, "NOT_ARCHIVABLE")


def test_a_property_in_use_stays(hub, write):
    """What a live form asks for cannot be archived, unless a switch says so."""
    expected = (400, "CANNOT_DELETE_PROPERTY_IN_USE")
    assert code_of(write("DELETE", "/passport_number")) == expected
    batch = {"inputs": [{"name": "internal_rating"}, {"name": "passport_number"}]}
    assert code_of(write("POST", "/batch/archive", batch)) == expected
    assert write("GET", "/internal_rating").ok
    hub.portal.amend_switches(property_in_use_kept=False)
    assert write("DELETE", "/passport_number").status_code == 204


@pytest.mark.parametrize(
    ("word", "scopes", "status"),
    [
        ("non_sensitive", SCOPES[:1], 201),
        ("non_sensitive", ["crm.schemas.contacts.read"], 403),
        ("non_sensitive", ["crm.objects.contacts.write"], 403),
        ("sensitive", SCOPES[:1], 403),
        ("sensitive", [*SCOPES[:1], "crm.objects.contacts.sensitive.read"], 403),
        ("sensitive", [*SCOPES[:1], "crm.objects.contacts.sensitive.write.v2"], 201),
        ("sensitive", SCOPES[2:3], 403),
        ("highly_sensitive", SCOPES[:3], 403),
        ("highly_sensitive", [SCOPES[0], SCOPES[3]], 201),
    ],
)
def test_creating_needs_scopes(hub, word, scopes, status):
    """The schema scope and that of the class are both needed, alone and in a batch."""
    token = hub.portal.issue_token(scopes)
    body = {**BLOOD, "dataSensitivity": word}
    answer = hub.call("POST", f"{BASE}/contacts", token=token, json=body)
    assert answer.status_code == status
    batch = {"inputs": [{**body, "name": "other"}]}
    path = f"{BASE}/contacts/batch/create"
    assert hub.call("POST", path, token=token, json=batch).status_code == status
    if status == 403:
        assert answer.json()["category"] == "MISSING_SCOPES"
        assert answer.json()["errors"][0]["context"]["requiredGranularScopes"]


def test_changing_a_sensitive_property_needs_its_scope(hub):
    """Edit and archive ask for the class, too; reading does not."""
    token = hub.portal.issue_token(SCOPES[:1])
    hub.portal.amend_switches(property_in_use_kept=False)
    path = f"{BASE}/contacts/passport_number"
    assert hub.call("PATCH", path, token=token, json={"label": "x"}).status_code == 403
    assert hub.call("DELETE", path, token=token).status_code == 403
    archive = {"inputs": [{"name": "passport_number"}]}
    url = f"{BASE}/contacts/batch/archive"
    assert hub.call("POST", url, token=token, json=archive).status_code == 403
    assert hub.call("GET", path, token=token).status_code == 200


def test_no_scope_opens_highly_sensitive_appointments(hub):
    """Appointments have no highly sensitive class, whatever the token holds."""
    token = hub.portal.issue_token(
        ["crm.schemas.appointments.write", "crm.objects.appointments.highly_sensitive.write"]
    )
    body = {**BLOOD, "groupName": "appointmentinformation", "dataSensitivity": "highly_sensitive"}
    assert hub.call("POST", f"{BASE}/appointments", token=token, json=body).status_code == 403


@pytest.mark.parametrize("base", PROPERTIES)
def test_batches_answer_as_their_edition_does(write, base):
    """2026-09 answers every batch with 200; the others with 201, 200, 207 and 204."""
    one = base.endswith("2026-09")
    option = {"hidden": False, "displayOrder": 0, "label": "A", "value": "a"}
    choice = {"type": "enumeration", "fieldType": "radio", "options": [option]}
    good = [{**BLOOD, "name": f"made_{n}", **choice} for n in range(3)]
    made = write("POST", "/batch/create", {"inputs": good}, base)
    assert made.status_code == (200 if one else 201)
    assert "errors" not in made.json()
    mixed = write("POST", "/batch/create", {"inputs": [good[0], {**BLOOD, "name": "new"}]}, base)
    assert mixed.status_code == (200 if one else 207)
    body = mixed.json()
    assert [row["name"] for row in body["results"]] == ["new"]
    assert (body["numErrors"], body["errors"][0]["context"]) == (1, {"name": ["made_0"]})
    asked = {"archived": False, "dataSensitivity": "sensitive"}
    names = [{"name": "made_0"}, {"name": "email"}, {"name": "none"}]
    read = write("POST", "/batch/read", {**asked, "inputs": names}, base)
    assert read.status_code == (200 if one else 207)
    assert [row["name"] for row in read.json()["results"]] == ["made_0"]
    assert read.json()["errors"][0]["context"] == {"name": ["email", "none"]}
    whole = write("POST", "/batch/read", {**asked, "inputs": names[:1]}, base)
    assert whole.status_code == 200
    gone = write("POST", "/batch/archive", {"inputs": [names[0], names[2]]}, base)
    assert gone.status_code == 204
    assert write("GET", "/made_0", base=base).status_code == 404


@pytest.mark.parametrize("key", ["archived", "dataSensitivity", "inputs"])
def test_a_batch_read_names_everything(hub, write, key):
    """All three keys of a batch read are required where the specs are taken at their word."""
    hub.portal.amend_switches(batch_read_names_class=True)
    body = {"archived": False, "dataSensitivity": "sensitive", "inputs": []}
    del body[key]
    assert write("POST", "/batch/read", body).status_code == 400


def test_a_batch_read_without_a_class_finds_non_sensitive_ones(write):
    """As HubSpot's own client asks, which cannot say the class."""
    body = {"archived": False, "inputs": [{"name": "email"}, {"name": "passport_number"}]}
    told = write("POST", "/batch/read", body).json()
    assert [row["name"] for row in told["results"]] == ["email"]
    assert told["errors"][0]["context"] == {"name": ["passport_number"]}


def test_a_batch_has_a_hundred_inputs(write):
    """The hundred and first input refuses the batch."""
    names = [{"name": f"n{i}"} for i in range(101)]
    assert write("POST", "/batch/archive", {"inputs": names[:100]}).status_code == 204
    assert write("POST", "/batch/archive", {"inputs": names}).status_code == 400


def test_dated_editions_want_the_place_of_an_option(write):
    """``displayOrder`` of an option may be left out in v3 only."""
    option = {"hidden": False, "label": "A", "value": "a"}
    body = {**BLOOD, "type": "enumeration", "fieldType": "radio", "options": [option]}
    for base in PROPERTIES[1:]:
        assert write("POST", "", body, base).status_code == 400
    assert write("POST", "", body).status_code == 201


def test_the_latest_edition_shows_fewer_keys(write):
    """2026-09 neither takes nor shows the hints the older editions have."""
    hint = {"numberDisplayHint": "currency", "type": "number", "fieldType": "number"}
    assert write("POST", "", {**BLOOD, **hint}).json()["numberDisplayHint"] == "currency"
    latest = write("GET", "/blood_group", base=PROPERTIES[-1]).json()
    assert "numberDisplayHint" not in latest


@pytest.mark.parametrize("base", PROPERTIES)
def test_a_group_lives(write, base):
    """A group is created, listed, changed, used, and archived once it is empty."""
    made = write("POST", "/groups", {"name": "blood", "label": "Blood"}, base)
    assert made.status_code == 201
    assert made.json() == {"name": "blood", "label": "Blood", "displayOrder": -1, "archived": False}
    assert made.json() in write("GET", "/groups", base=base).json()["results"]
    again = write("POST", "/groups", {"name": "blood", "label": "Blood"}, base)
    assert (again.status_code, again.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    changed = write("PATCH", "/groups/blood", {"displayOrder": 3}, base)
    assert changed.json() == {**made.json(), "displayOrder": 3}
    write("POST", "", {**BLOOD, "groupName": "blood"}, base)
    refused = write("DELETE", "/groups/blood", base=base)
    assert code_of(refused) == (400, "GROUP_WITH_ACTIVE_PROPERTIES")
    write("DELETE", "/blood_group", base=base)
    assert write("DELETE", "/groups/blood", base=base).status_code == 204
    assert write("GET", "/groups/blood", base=base).status_code == 404
    assert write("PATCH", "/groups/blood", {}, base).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"name": "Bad Name", "label": "x"}, {"name": "fine", "label": " "}, {"name": "fine"},
     {"name": "fine", "label": "x", "displayOrder": 1.5}, {"name": 5, "label": "x"}, []],
)  # fmt: skip
def test_bad_groups_are_refused(write, body):
    """A group needs a valid name and a label."""
    assert write("POST", "/groups", body).status_code == 400


def test_groups_need_the_schema_scope(hub):
    """Reading asks for the reading scope, writing for the writing one."""
    token = hub.portal.issue_token(["crm.schemas.contacts.read"])
    path = f"{BASE}/contacts/groups"
    body = {"name": "x", "label": "X"}
    assert hub.get(path, token=token).ok
    assert hub.call("POST", path, token=token, json=body).status_code == 403
    assert hub.call("DELETE", f"{path}/health", token=token).status_code == 403


def test_every_object_type_has_a_group(hub):
    """Whatever object a property is made for, there is a group to put it into."""
    for kind in hub.portal.properties:
        assert hub.portal.groups[kind], kind
        rows = hub.portal.properties[kind].values()
        assert {row["groupName"] for row in rows} <= set(hub.portal.groups[kind])


@pytest.mark.parametrize("base", PROPERTY_LIMITS)
def test_custom_properties_are_counted(hub, write, base):
    """A created property counts, an archived or built-in one does not; only object types the
    token may read are told."""
    token = hub.portal.issue_token(["crm.schemas.contacts.read"])

    def used():
        (row,) = hub.get(f"{base}/custom-properties", token=token).json()["byObjectType"]
        assert (row["objectTypeId"], row["limit"]) == ("0-1", 1000)
        return row["usage"]

    before = used()
    write("POST", "", BLOOD)
    assert used() == before + 1
    write("DELETE", "/blood_group")
    assert used() == before
    nobody = hub.portal.issue_token(["forms"])
    assert hub.get(f"{base}/custom-properties", token=nobody).status_code == 403


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*BLOOD, "options", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=_json, method=st.sampled_from(["POST", "PATCH"]))
def test_no_body_breaks_the_emulator(hub, body, method):
    """Whatever JSON comes, infinite numbers too, it is taken or refused, never a 5xx."""
    token = hub.portal.issue_token(SCOPES)
    path = {"POST": "", "PATCH": "/internal_rating"}[method]
    headers = {"Content-Type": "application/json"}
    answer = hub.call(
        method, f"{BASE}/contacts{path}", token=token, headers=headers, data=json.dumps(body)
    )
    assert answer.status_code in (200, 201, 400, 403, 409)
    assert not [e for e in hub.portal.journal.entries() if e.status >= 500]
