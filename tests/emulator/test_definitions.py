"""Form and property definitions, in every edition of their paths."""

from __future__ import annotations

import pytest

FORM_PATHS = ["/marketing/v3/forms", "/marketing/forms/2026-09-beta"]
PROPERTY_PATHS = [
    "/crm/v3/properties",
    *(f"/crm/properties/{e}" for e in ("2025-09", "2026-03", "2026-09")),
]
CLASSES = ["non_sensitive", "sensitive", "highly_sensitive"]


@pytest.mark.parametrize("base", FORM_PATHS)
def test_forms_are_listed_and_got(hub, base):
    """The list and the single form agree, in both editions."""
    listed = hub.get(base).json()["results"]
    assert [form["name"] for form in listed] == [form["name"] for form in hub.emulator.forms]
    assert hub.get(f"{base}/{listed[0]['id']}").json() == listed[0]


def test_forms_come_in_pages(hub):
    """``limit`` and ``after`` walk the list; the last page has no paging."""
    seen, after = [], None
    for _ in range(10):
        page = hub.get(FORM_PATHS[0], params={"limit": 2, "after": after}).json()
        seen += [form["name"] for form in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert seen == [form["name"] for form in hub.emulator.forms]


def test_twenty_forms_are_a_page(hub):
    """Without a limit a page has twenty forms."""
    form = hub.portal.forms[hub.form_id("Patient intake")]
    for i in range(20):
        hub.portal.forms[f"copy-{i}"] = {**form, "id": f"copy-{i}"}
    page = hub.get(FORM_PATHS[0]).json()
    assert len(page["results"]) == 20
    assert "paging" in page


@pytest.mark.parametrize(
    ("types", "count"),
    [([], 5), (["hubspot"], 5), (["captured"], 0), (["captured", "hubspot"], 5), (["all"], 5)],
)
def test_form_types_select(hub, types, count):
    """Only forms made in HubSpot come unless others are asked for."""
    answer = hub.get(FORM_PATHS[0], params={"formTypes": types})
    assert len(answer.json()["results"]) == count


@pytest.mark.parametrize("query", [{"formTypes": "paper"}, {"archived": "maybe"}, {"limit": "x"}])
def test_bad_queries_are_400(hub, query):
    """What the spec does not know is refused."""
    assert hub.get(FORM_PATHS[0], params=query).status_code == 400


def test_an_archived_form_shows_only_when_asked(hub):
    """An archived form leaves the list and the plain read."""
    form_id = hub.form_id("Patient intake")
    hub.portal.amend_form(form_id, {"archived": True})
    assert form_id not in {f["id"] for f in hub.get(FORM_PATHS[0]).json()["results"]}
    assert hub.get(f"{FORM_PATHS[0]}/{form_id}").status_code == 404
    shown = hub.get(f"{FORM_PATHS[0]}/{form_id}", params={"archived": "true"}).json()
    assert shown["archivedAt"] == shown["updatedAt"]


@pytest.mark.parametrize("base", PROPERTY_PATHS)
@pytest.mark.parametrize("kind", ["0-1", "contacts", "contact"])
def test_one_class_a_call(hub, base, kind):
    """Each list has one class only; the default is the ordinary one; nothing is paged."""
    by_class = {
        word: hub.get(f"{base}/{kind}", params={"dataSensitivity": word}).json() for word in CLASSES
    }
    for word, page in by_class.items():
        assert set(page) == {"results"}
        assert {row["dataSensitivity"] for row in page["results"]} == {word}
    assert hub.get(f"{base}/{kind}").json() == by_class["non_sensitive"]
    names = [row["name"] for page in by_class.values() for row in page["results"]]
    live = [n for n, row in hub.portal.properties["0-1"].items() if not row["archived"]]
    assert sorted(names) == sorted(live)


@pytest.mark.parametrize("kind", ["2-41007216", "insurance_policy", "p44127903_insurance_policy"])
def test_custom_objects_have_three_names(hub, kind):
    """A custom object is found by id, by name and by its full name."""
    token = hub.portal.issue_token(["crm.schemas.custom.read"])
    page = hub.get(f"/crm/v3/properties/{kind}", token=token).json()
    assert "policy_name" in {row["name"] for row in page["results"]}


def test_archived_properties_have_a_list_of_their_own(hub):
    """``archived=true`` lists the archived ones, and only them."""
    page = hub.get("/crm/v3/properties/contacts", params={"archived": "true"}).json()
    assert [row["name"] for row in page["results"]] == ["visitor_badge_color"]
    path = "/crm/v3/properties/contacts/visitor_badge_color"
    assert hub.get(path).status_code == 404
    assert hub.get(path, params={"archived": "true"}).json()["archivedAt"]


@pytest.mark.parametrize("name", ["email", "passport_number", "diagnosis"])
def test_one_property_is_found_whatever_its_class(hub, name):
    """A single read needs no class; with another class it finds nothing."""
    path = f"/crm/v3/properties/contacts/{name}"
    found = hub.get(path).json()
    assert found["name"] == name
    for word in CLASSES:
        expected = 200 if word == found["dataSensitivity"] else 404
        assert hub.get(path, params={"dataSensitivity": word}).status_code == expected


@pytest.mark.parametrize(
    ("path", "status", "category"),
    [
        ("/crm/v3/properties/contacts/none", 404, "OBJECT_NOT_FOUND"),
        ("/crm/v3/properties/spaceships", 400, "VALIDATION_ERROR"),
        ("/crm/v3/properties/contacts?dataSensitivity=secret", 400, "VALIDATION_ERROR"),
    ],
)
def test_bad_reads_of_properties(hub, path, status, category):
    """Unknown names and classes are refused."""
    answer = hub.get(path)
    assert (answer.status_code, answer.json()["category"]) == (status, category)


@pytest.mark.parametrize(
    ("kind", "scope"),
    [("contacts", "crm.schemas.contacts.read"), ("companies", "crm.objects.companies.read"),
     ("tickets", "tickets")],
)  # fmt: skip
def test_definitions_need_one_ordinary_scope(hub, kind, scope):
    """The schema scope or the object's ordinary one suffices for every class."""
    path = f"/crm/v3/properties/{kind}"
    params = {"dataSensitivity": "sensitive"}
    assert hub.get(path, params=params, token=hub.portal.issue_token([scope])).status_code == 200
    answer = hub.get(path, params=params, token=hub.portal.issue_token(["forms"]))
    assert answer.status_code == 403
    assert scope in answer.json()["errors"][0]["context"]["requiredGranularScopes"]
