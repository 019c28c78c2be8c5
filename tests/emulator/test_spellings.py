"""Ways of writing the same call that other clients have."""

from __future__ import annotations

import pytest

CONTACTS = "/crm/v3/objects/contacts"


@pytest.mark.parametrize("truth", ["true", "True", "TRUE"])
def test_a_truth_has_any_case(hub, truth):
    """HubSpot's own Python client writes True."""
    answer = hub.get("/crm/v3/properties/contacts", params={"archived": truth})
    assert "visitor_badge_color" in {row["name"] for row in answer.json()["results"]}


@pytest.mark.parametrize("text", ["", "1", "yes", "truth", "ｔｒｕｅ"])
def test_another_word_is_no_truth(hub, text):
    """400, as ever."""
    assert hub.get(CONTACTS, params={"archived": text}).status_code == 400


@pytest.mark.parametrize("path", ["/marketing/v3/forms", CONTACTS, "/account-info/v3/details"])
def test_a_slash_at_the_end_says_nothing(hub, path):
    """HubSpot's own clients send one for forms; the answer is the same."""
    assert hub.get(f"{path}/").json() == hub.get(path).json()
    assert hub.get(f"{path}//").status_code == 404


def test_a_slash_at_the_end_puts_nothing_into_the_journal(hub):
    """A record's address in a path is still not kept."""
    hub.get(f"{CONTACTS}/ada@mail.example/", params={"idProperty": "email"})
    (entry,) = hub.portal.journal.entries()
    assert entry.path == f"{CONTACTS}/{{id}}"


@pytest.mark.parametrize("named", ["contact", "CONTACT", "Contacts", "0-1"])
def test_an_object_type_has_any_case(hub, named):
    """Singular, plural or id, as HubSpot takes them."""
    assert hub.get(f"/crm/v3/objects/{named}").json() == hub.get(CONTACTS).json()


@pytest.mark.parametrize("path", ["/crm/v3/owners", "/crm/v4/objects/contacts/1", "/nothing", ""])
def test_an_address_that_is_not_served_says_so(hub, path):
    """404 of the general shape, in words that tell it from a record that does not exist."""
    answer = hub.get(path)
    assert answer.status_code == 404
    assert answer.headers["X-HubSpot-NotFound"] == "true"
    told = answer.json()
    assert told["category"] == "OBJECT_NOT_FOUND"
    assert told["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert "does not serve this address" in told["message"]


def test_an_address_has_an_end(hub):
    """So many names in an address get 414; a batch read takes them in its body."""
    names = [f"property_{number}" for number in range(1_500)]
    asked = {"properties": ",".join(names)}
    refused = hub.get(CONTACTS, params=asked)
    assert (refused.status_code, refused.json()["status"]) == (414, "error")
    (entry,) = hub.portal.journal.entries()
    assert (entry.path, entry.status) == ("/crm/v3/objects/…", 414)
    body = {"inputs": [], "properties": names}
    assert hub.call("POST", f"{CONTACTS}/batch/read", json=body).ok
    hub.portal.amend_switches(longest_address=0)
    assert hub.get(CONTACTS, params=asked).ok


def test_the_link_to_the_next_page_asks_for_the_same(hub):
    """Whoever follows links gets what was asked for at first: properties, associations and all."""
    token = hub.admin("POST", "tokens", {"set": "all"}).json()["access_token"]
    for city in ("Graz", "Linz", "Wels"):
        body = {"properties": {"city": city, "zip": "1"}}
        hub.call("POST", CONTACTS, token=token, json=body)
    asked = {"limit": 1, "properties": ["city", "zip"], "propertiesWithHistory": "city"}
    answer = hub.get(CONTACTS, token=token, params=asked).json()
    seen = list(answer["results"])
    while "paging" in answer:
        link = answer["paging"]["next"]["link"]
        assert link.startswith(hub.emulator.api_base)
        path = link.removeprefix(hub.emulator.api_base)
        answer = hub.get(path, token=token).json()
        seen += answer["results"]
    assert [row["properties"]["city"] for row in seen] == ["Graz", "Linz", "Wels"]
    assert all(row["properties"]["zip"] == "1" for row in seen)
    assert all("city" in row["propertiesWithHistory"] for row in seen)
