"""Forms, created, replaced, changed and archived, in both editions of their paths."""

from __future__ import annotations

import copy

import pytest

from gateway.emulator.definitions import form_shapes
from gateway.emulator.routing.editions import FORMS

BASE = FORMS[0]
INTAKE = "Patient intake"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def body(hub):
    """A create body: the seed's first form under another name, without its id."""
    form = copy.deepcopy(hub.portal.forms[hub.form_id(INTAKE)])
    del form["id"]
    return {**form, "name": "A new form"}


def fields_of(form):
    return form["fieldGroups"][0]["fields"]


@pytest.mark.parametrize("base", FORMS)
def test_a_form_lives(hub, body, base):
    """Created, read, submitted to, changed, replaced, archived, and not found any more."""
    made = hub.call("POST", base, json=body)
    assert made.status_code == 201
    form = made.json()
    assert form["id"] not in {None, hub.form_id(INTAKE)}
    assert form["createdAt"] == form["updatedAt"] != body["createdAt"]
    path = f"{base}/{form['id']}"
    assert hub.get(path).json() == form
    assert hub.submit(form["id"], hub.good(INTAKE)).status_code == 200
    changed = hub.call("PATCH", path, json={"name": "Another name"}).json()
    assert (changed["name"], changed["createdAt"]) == ("Another name", form["createdAt"])
    assert changed["fieldGroups"] == form["fieldGroups"]
    shorter = {**changed, "fieldGroups": form["fieldGroups"][:1]}
    replaced = hub.call("PUT", path, json=shorter)
    assert replaced.status_code == 200
    assert replaced.json()["fieldGroups"] == form["fieldGroups"][:1]
    assert hub.call("DELETE", path).status_code == 204
    assert hub.get(path).status_code == 404
    assert hub.get(path, params={"archived": "true"}).json()["archivedAt"]
    assert hub.submit(form["id"], hub.good(INTAKE)).status_code == 404
    assert hub.call("DELETE", path).status_code == 404
    assert hub.call("PUT", path, json=shorter).status_code == 404


def test_a_patch_brings_a_form_back(hub):
    """``archived: false`` takes a form out of the bin."""
    form_id = hub.form_id(INTAKE)
    path = f"{BASE}/{form_id}"
    assert "archivedAt" in hub.call("PATCH", path, json={"archived": True}).json()
    back = hub.call("PATCH", path, json={"archived": False}).json()
    assert back["archived"] is False
    assert "archivedAt" not in back


def test_every_seeded_form_may_be_created_again(hub):
    """What the emulator serves it also takes, but for the field of an archived property."""
    for form in list(hub.portal.forms.values()):
        again = {**form, "name": f"{form['name']} (copy)"}
        expected = 400 if "Visitor" in form["name"] else 201
        assert hub.call("POST", BASE, json=again).status_code == expected


@pytest.mark.parametrize("key", form_shapes.CREATE.required)
def test_every_required_key_is_asked_for(hub, body, key):
    """A body without it is refused, and the key is named."""
    del body[key]
    answer = hub.call("POST", BASE, json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"message": f"{key} is missing", "in": key}]


def _twice(body):
    fields_of(body).append(copy.deepcopy(fields_of(body)[0]))


def _unknown_type(body):
    fields_of(body)[0]["fieldType"] = "hologram"


def _no_label(body):
    del fields_of(body)[0]["label"]


def _strange_theme(body):
    body["displayOptions"]["theme"] = "neon"


def _captured(body):
    body["formType"] = "captured"


def _bad_language(body):
    body["configuration"]["language"] = "xx"


def _bad_legal(body):
    body["legalConsentOptions"] = {"type": "handshake"}


def _bad_operator(body):
    field = fields_of(body)[0]
    inner = {**copy.deepcopy(field), "name": "city"}
    condition = {"operator": "is", "value": "", "values": [], "rangeStart": "", "rangeEnd": ""}
    field["dependentFields"] = [{"dependentCondition": condition, "dependentField": inner}]


def _no_name(body):
    body["name"] = " "


def _bad_date(body):
    body["createdAt"] = "yesterday"


def _unknown_property(body):
    fields_of(body)[0]["name"] = "nowhere"


def _no_form_field(body):
    fields_of(body)[0]["name"] = "internal_rating"


def _groups_no_list(body):
    body["fieldGroups"] = {}


@pytest.mark.parametrize(
    "spoil",
    [_twice, _unknown_type, _no_label, _strange_theme, _captured, _bad_language, _bad_legal,
     _bad_operator, _no_name, _bad_date, _unknown_property, _no_form_field, _groups_no_list],
)  # fmt: skip
def test_bad_forms_are_refused(hub, body, spoil):
    """A form that breaks a rule is not kept."""
    spoil(body)
    count = len(hub.portal.forms)
    answer = hub.call("POST", BASE, json=body)
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert len(hub.portal.forms) == count


def test_an_unusable_property_is_an_internal_error_by_its_text(hub, body):
    """HubSpot names neither field nor reason for a property that forms cannot set."""
    _unknown_property(body)
    assert hub.call("POST", BASE, json=body).json()["message"] == "internal error"


def test_a_name_is_taken_while_its_form_lives(hub, body):
    """Two live forms do not share a name; an archived one gives it free."""
    body["name"] = INTAKE
    assert hub.call("POST", BASE, json=body).status_code == 409
    other = f"{BASE}/{hub.form_id('Client identification')}"
    assert hub.call("PATCH", other, json={"name": INTAKE}).status_code == 409
    hub.call("DELETE", f"{BASE}/{hub.form_id(INTAKE)}")
    assert hub.call("POST", BASE, json=body).status_code == 201


def test_a_form_with_an_archived_property_may_still_be_renamed(hub):
    """What already stands on a form is not asked again."""
    path = f"{BASE}/{hub.form_id('Visitor sign-in (2019)')}"
    assert hub.call("PATCH", path, json={"name": "Visitors"}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_unknown_forms_are_404(hub, body, method):
    """Nobody changes a form that does not exist."""
    answer = hub.call(method, f"{BASE}/{NOBODY}", json={**body, "id": NOBODY})
    assert answer.status_code == 404


def test_the_id_of_a_form_stays(hub, body):
    """A replacement under another id is refused."""
    path = f"{BASE}/{hub.form_id(INTAKE)}"
    assert hub.call("PUT", path, json={**body, "id": NOBODY}).status_code == 400


def test_a_form_may_forbid_its_archiving(hub):
    """``archivable: false`` keeps a form."""
    form_id = hub.form_id(INTAKE)
    hub.portal.amend_form(form_id, {"configuration": {"archivable": False}})
    assert hub.call("DELETE", f"{BASE}/{form_id}").status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_writing_needs_the_forms_scope(hub, body, method):
    """The one scope of forms is asked for by each call."""
    token = hub.portal.issue_token(["crm.schemas.contacts.write"])
    path = BASE if method == "POST" else f"{BASE}/{hub.form_id(INTAKE)}"
    answer = hub.call(method, path, token=token, json=body)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": ["forms"]}


def test_deep_dependants_are_kept_until_a_limit(hub, body):
    """Twenty-five dependent fields inside one another are kept; a hundred are refused."""
    condition = {"operator": "eq", "value": "x", "values": [], "rangeStart": "", "rangeEnd": ""}
    rows = hub.portal.properties["0-1"].values()
    names = [row["name"] for row in rows if row["formField"] and not row["archived"]]

    def nested(depth):
        plain = {**fields_of(body)[0], "dependentFields": []}
        field = {**plain, "name": names[depth % len(names)]}
        for i in range(depth):
            inner = {"dependentCondition": condition, "dependentField": field}
            field = {**plain, "name": names[i % len(names)], "dependentFields": [inner]}
        return {**body, "fieldGroups": [{**body["fieldGroups"][0], "fields": [field]}]}

    assert hub.call("POST", BASE, json=nested(25)).status_code == 201
    assert hub.call("POST", BASE, json=nested(100)).status_code == 400


@pytest.mark.parametrize("depth", [150, 320, 900, 5_000])
def test_no_depth_breaks_the_emulator(hub, depth):
    """JSON of any depth is refused with 400."""
    text = '{"fieldGroups":[' * depth + "1" + "]}" * depth
    headers = {"Content-Type": "application/json"}
    assert hub.call("POST", BASE, headers=headers, data=text).status_code == 400
