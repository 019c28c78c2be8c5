"""Search: every operator, sorting, free text, paging, its limits, and what it never shows."""

from __future__ import annotations

import time

import pytest

from gateway.emulator.objects.filters import OPERATORS, contains

PATH = "/crm/v3/objects/contacts/search"
READ = "crm.objects.contacts.read"
SENSITIVE = "crm.objects.contacts.sensitive.read"
HIGHLY = "crm.objects.contacts.highly_sensitive.read"
PEOPLE = [
    {"email": "ada@mail.example", "firstname": "Ada", "internal_rating": "3",
     "start_date": "2026-01-31", "contract_type": "permanent", "passport_number": "X1"},
    {"email": "bo@clinic.example", "firstname": "Bo Ann", "internal_rating": "20",
     "start_date": "2026-03-01", "contract_type": "trainee", "diagnosis": "A cough"},
    {"email": "cy@clinic.example", "lastname": "Ng"},
]  # fmt: skip


@pytest.fixture
def find(hub):
    """Three contacts, and a search that gives the first letters of the e-mails found."""
    hub.portal.amend_switches(search_limit=0)
    writer = hub.portal.issue_token([
        "crm.objects.contacts.write", "crm.objects.contacts.sensitive.write",
        "crm.objects.contacts.highly_sensitive.write",
    ])  # fmt: skip
    for person in PEOPLE:
        body = {"properties": person}
        made = hub.call("POST", "/crm/v3/objects/contacts", token=writer, json=body)
        assert made.status_code == 201, made.text
    token = hub.portal.issue_token([READ, SENSITIVE, HIGHLY])

    def search(*groups, status=200, **keys):
        body = {"filterGroups": [{"filters": list(group)} for group in groups], **keys}
        answer = hub.call("POST", PATH, token=token, json=body)
        assert answer.status_code == status, answer.text
        content = answer.json()
        if status == 200:
            content["letters"] = "".join(
                row["properties"].get("email", "?")[0] for row in content["results"]
            )
        return content

    return search


def where(name, operator, *value, **keys):
    return {
        "propertyName": name,
        "operator": operator,
        **keys,
        **({"value": value[0]} if value else {}),
    }


CASES = [
    (where("firstname", "EQ", "ada"), "a"),
    (where("firstname", "NEQ", "Ada"), "b"),
    (where("internal_rating", "LT", "20"), "a"),
    (where("internal_rating", "LTE", "20"), "ab"),
    (where("internal_rating", "GT", "3"), "b"),
    (where("internal_rating", "GTE", "3"), "ab"),
    (where("internal_rating", "BETWEEN", "2", highValue="5"), "a"),
    (where("start_date", "GT", "2026-02-01"), "b"),
    (where("start_date", "LTE", "1769817600000"), "a"),
    (where("createdate", "GT", "2026-01-01T00:00:00Z"), "abc"),
    (where("contract_type", "IN", values=["permanent", "trainee"]), "ab"),
    (where("contract_type", "NOT_IN", values=["permanent"]), "b"),
    (where("firstname", "IN", values=["ada"]), "a"),
    (where("firstname", "IN", values=["Ada"]), ""),
    (where("lastname", "HAS_PROPERTY"), "c"),
    (where("firstname", "NOT_HAS_PROPERTY"), "c"),
    (where("email", "CONTAINS_TOKEN", "*@clinic.example"), "bc"),
    (where("firstname", "CONTAINS_TOKEN", "ann"), "b"),
    (where("firstname", "CONTAINS_TOKEN", "an"), ""),
    (where("firstname", "NOT_CONTAINS_TOKEN", "ann"), "a"),
    (where("passport_number", "EQ", "x1"), "a"),
]


@pytest.mark.parametrize(("condition", "letters"), CASES, ids=lambda c: str(c)[:60])
def test_an_operator_finds(find, condition, letters):
    """Each as the documentation has it; texts in lists find in lower case only."""
    found = find([condition])
    assert (found["letters"], found["total"]) == (letters, len(letters))


def test_every_operator_is_tried():
    """The cases above name all thirteen."""
    assert {case["operator"] for case, _ in CASES} == set(OPERATORS)
    assert len(OPERATORS) == 13


def test_denials_find_empty_ones_where_a_switch_says_so(hub, find):
    """``denials_find_empty``: an open question of search."""
    hub.portal.amend_switches(denials_find_empty=True)
    assert find([where("firstname", "NEQ", "Ada")])["letters"] == "bc"


def test_filters_are_anded_and_groups_ored(find):
    """Also where filters stand alone, and where there are none."""
    rated, bo = where("internal_rating", "GT", "1"), where("firstname", "EQ", "bo ann")
    assert find([rated, bo])["letters"] == "b"
    assert find([bo], [where("lastname", "EQ", "ng")])["letters"] == "bc"
    assert find(filters=[bo])["letters"] == "b"
    assert find()["letters"] == find([])["letters"] == "abc"


@pytest.mark.parametrize(
    ("sort", "letters"),
    [
        ("email", "abc"), ("-email", "cba"), ("-internal_rating", "bac"),
        ({"propertyName": "internal_rating", "direction": "ASCENDING"}, "abc"),
        ({"propertyName": "start_date", "direction": "DESCENDING"}, "bac"),
        ({"propertyName": "hs_object_id", "direction": "DESCENDING"}, "cba"),
    ],
)  # fmt: skip
def test_results_are_sorted(find, sort, letters):
    """By name or by object; numbers as numbers; what has no value comes last."""
    assert find(sorts=[sort])["letters"] == letters


def test_words_are_sought_where_the_object_keeps_its_names(find):
    """``query`` finds all of its words, and never in a sensitive value."""
    assert find(query="CLINIC bo")["letters"] == "b"
    assert find(query="clinic ada")["letters"] == ""
    assert find(query="X1")["letters"] == ""


def test_results_come_in_pages(find):
    """``after`` counts; an empty one, as published models send it, is the start."""
    first = find(limit=2, after="")
    assert (first["letters"], first["total"]) == ("ab", 3)
    rest = find(limit=2, after=first["paging"]["next"]["after"])
    assert (rest["letters"], "paging" in rest) == ("c", False)
    assert find(limit=2, after=2)["letters"] == "c"
    assert find(limit=0)["total"] == 3


@pytest.mark.parametrize(
    "keys",
    [
        {"limit": 201}, {"limit": -1}, {"limit": "10"}, {"limit": True}, {"after": "x"},
        {"after": "9" * 30}, {"after": "9991"}, {"query": "x" * 3001}, {"query": 7},
        {"sorts": ["nothing"]}, {"sorts": [{"direction": "ASCENDING"}]}, {"sorts": "email"},
        {"properties": "email"}, {"filterGroups": {}}, {"filterGroups": [{}]},
        {"filterGroups": [{"filters": [where("email", "LIKE", "x")]}]},
        {"filterGroups": [{"filters": [where("nothing", "EQ", "x")]}]},
        {"filterGroups": [{"filters": [where("email", "EQ")]}]},
        {"filterGroups": [{"filters": [where("email", "IN", values=[])]}]},
        {"filterGroups": [{"filters": [where("email", "IN", "x")]}]},
        {"filterGroups": [{"filters": [where("internal_rating", "BETWEEN", "1")]}]},
        {"filterGroups": [{"filters": [where("internal_rating", "EQ", "much")]}]},
        {"filterGroups": [{"filters": [where("start_date", "EQ", "soon")]}]},
        {"filterGroups": [{"filters": [where("internal_rating", "EQ", 3)]}]},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 7}]},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 5}] * 4},
    ],
    ids=lambda keys: str(keys)[:70],
)  # fmt: skip
def test_a_wrong_search_is_refused(hub, find, keys):
    """400 of the general shape, for each limit and each odd part; a number too where only texts
    are taken."""
    hub.portal.amend_switches(values_may_be_numbers=False)
    assert find(status=400, **keys)["category"] == "VALIDATION_ERROR"


def test_the_last_result_within_reach(find):
    """Ten thousand results can be paged through, no more."""
    assert find(limit=10, after="9990")["letters"] == ""


def test_unknown_names_are_ignored_among_what_is_shown(find):
    """As reads have it; a known one without a value is null."""
    row = find(properties=["nothing", "city", "email"])["results"][0]
    assert set(row["properties"]) == {
        "city", "email", "createdate", "lastmodifieddate", "hs_object_id",
    }  # fmt: skip
    assert row["properties"]["city"] is None


def test_archived_records_are_not_found(hub, find):
    """Search looks among the live ones."""
    contact = hub.portal.contacts()[0]
    writer = hub.portal.issue_token(["crm.objects.contacts.write"])
    hub.call("DELETE", f"/crm/v3/objects/contacts/{contact.id}", token=writer)
    assert find()["letters"] == "bc"


PLACES = ["properties", "filters", "sorts"]


def _naming(place, name):
    if place == "filters":
        return {"filterGroups": [{"filters": [where(name, "HAS_PROPERTY")]}]}
    return {place: [name]}


@pytest.mark.parametrize("place", PLACES)
def test_sensitive_properties_need_their_scope(hub, find, place):
    """Without it the whole search is 403 and names the scope; with it they are found."""
    body = _naming(place, "passport_number")
    plain = hub.portal.issue_token([READ])
    answer = hub.call("POST", PATH, token=plain, json=body)
    assert answer.status_code == 403
    named = answer.json()["errors"][0]["context"]["requiredGranularScopes"]
    assert named == [READ, f"{SENSITIVE}.v2"]
    assert find(**body)["total"] > 0


@pytest.mark.parametrize("place", PLACES)
def test_highly_sensitive_properties_are_not_available(find, place):
    """Refused even with every scope."""
    body = find(status=400, **_naming(place, "diagnosis"))
    assert "not available in search" in body["message"]


def test_searches_have_one_limit_for_the_whole_account(hub):
    """``search_limit``: five a second for all objects and tokens; with one, two at once are too
    many. No answer carries the rate headers."""
    assert hub.portal.switches.search_limit == 5
    hub.portal.amend_switches(search_limit=1)
    tokens = [
        hub.portal.issue_token([READ]),
        hub.portal.issue_token(["crm.objects.companies.read"]),
    ]
    seen = {}
    until = time.monotonic() + 30
    while 429 not in seen and time.monotonic() < until:
        for kind, token in zip(("contacts", "companies"), tokens, strict=True):
            path = f"/crm/v3/objects/{kind}/search"
            answer = hub.call("POST", path, token=token, json={})
            seen[answer.status_code] = answer
    assert set(seen) == {200, 429}
    body = seen[429].json()
    assert body["message"] == "You have reached your secondly limit."
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "SECONDLY")
    for answer in seen.values():
        assert not [h for h in answer.headers if h.lower().startswith("x-hubspot-ratelimit")]


def test_the_index_may_lag(hub, find):
    """``search_delay``: a search sees what was, while a read sees what is."""
    hub.portal.amend_switches(search_delay=3600)
    assert find()["total"] == 0
    hub.portal.amend_switches(search_delay=0)
    assert find()["letters"] == "abc"


def test_a_record_is_seen_as_it_was(hub, find):
    """Values, clearing and archiving all belong to a moment."""
    record = hub.portal.contacts()[0]
    made = record.created_ms
    writer = hub.portal.issue_token(["crm.objects.contacts.write"])
    path = f"/crm/v3/objects/contacts/{record.id}"
    while hub.portal.contacts()[0].updated_ms == made:
        hub.call(
            "PATCH", path, token=writer, json={"properties": {"firstname": "", "city": "Graz"}}
        )
    hub.call("DELETE", path, token=writer)
    assert record.as_of(made - 1) is None
    then = record.as_of(made)
    assert (then.values["firstname"], "city" in then.values, then.archived) == ("Ada", False, False)
    now = record.as_of(record.archived_ms)
    assert ("firstname" in now.values, now.archived) == (False, True)


@pytest.mark.parametrize(
    ("text", "pattern", "held"),
    [
        ("ada@mail.example", "*@mail.example", True), ("ada@mail.example", "mail", True),
        ("ada@mail.example", "mai", False), ("ada@mail.example", "mai*", True),
        ("one two three", "two three", True), ("one two three", "three two", False),
        ("one", "", False), ("one", "*", True), ("aba", "a*b*a", True), ("aa", "a*a*a", False),
        ("a" * 65_536, "a*" * 1500 + "b", False),
    ],
    ids=lambda v: str(v)[:20],
)  # fmt: skip
def test_tokens(text, pattern, held):
    """Whole words in order; a star stands for anything, in one word or in the whole."""
    assert contains(text, pattern) is held


def test_what_a_record_is_associated_with(hub):
    """``associations.company`` finds by the ids of associated records, living ones only, as
    HubSpot does for its own object types; it does not for the account's."""
    hub.portal.amend_switches(search_limit=0)
    token = hub.portal.issue_token(
        [f"crm.objects.{kind}.{what}" for kind in ("contacts", "companies")
         for what in ("read", "write")]
    )  # fmt: skip

    def made(kind, properties, *joined):
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
        body = {"properties": properties,
                "associations": [{"to": {"id": one}, "types": types} for one in joined]}  # fmt: skip
        answer = hub.call("POST", f"/crm/v3/objects/{kind}", token=token, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def found(name, operator, *value, **keys):
        body = {"filterGroups": [{"filters": [where(name, operator, *value, **keys)]}]}
        answer = hub.call("POST", PATH, token=token, json=body)
        return [row["id"] for row in answer.json()["results"]] if answer.ok else answer.status_code

    one, other = (made("companies", {"name": name}) for name in ("One", "Other"))
    ada, bo, cy = (
        made("contacts", {"firstname": "A"}, one), made("contacts", {"firstname": "B"}, one, other),
        made("contacts", {"firstname": "C"}),
    )  # fmt: skip
    assert found("associations.company", "EQ", one) == [ada, bo]
    assert found("associations.companies", "IN", values=[other]) == [bo]
    assert found("associations.company", "NOT_HAS_PROPERTY") == [cy]
    hub.call("DELETE", f"/crm/v3/objects/companies/{one}", token=token)
    assert found("associations.company", "EQ", one) == []
    assert found("associations.insurance_policy", "EQ", "1") == 400
    assert found("associations.", "EQ", "1") == 400
