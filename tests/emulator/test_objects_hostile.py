"""Odd bodies, paths and queries at every call about records: answered, and never with 5xx."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.emulator.routing.objects import ROUTES

READING = ["crm.objects.contacts.read", "crm.objects.contacts.sensitive.read"]
WRITING = ["crm.objects.contacts.write", "crm.objects.contacts.sensitive.write"]
KINDS = st.sampled_from(
    ["contacts", "0-2", "deals", "ticket", "insurance_policy", "0-421", "tasks"]
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from([
        "", "email", "ada@mail.example", "firstname", "diagnosis", "date_of_birth", "9" * 400,
        "-1", "1e999", "NaN", "\x00", "\ud800", "0001-01-01", "9999-12-31T23:59:59Z", ";", "null",
        "hs_object_id", "createdate", "a*b", "-", "²", "x" * 65_537, "HUBSPOT_DEFINED",
    ]),
)  # fmt: skip
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.floats(), st.integers(),
    st.sampled_from([10**30, -(2**63), 279, 100, 201]),
)  # fmt: skip
KEYS = st.sampled_from([
    "inputs", "properties", "id", "idProperty", "associations", "to", "types", "filterGroups",
    "filters", "propertyName", "operator", "value", "values", "highValue", "sorts", "direction",
    "limit", "after", "query", "propertiesWithHistory", "objectId", "primaryObjectId",
    "objectIdToMerge", "objectWriteTraceId", "associationCategory", "associationTypeId",
])  # fmt: skip
ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXTS, inner, max_size=5),
    max_leaves=20,
)
NAMES = st.sampled_from([
    "email", "firstname", "city", "phone", "passport_number", "allergies", "last_visit_at",
    "internal_rating", "start_date", "newsletter", "createdate", "hs_object_id", "dealname",
    "domain", "policy_name", "diagnosis", "nothing",
])  # fmt: skip
VALUES = st.dictionaries(
    TEXTS | NAMES,
    SCALARS, max_size=4,
)  # fmt: skip
INPUT = st.fixed_dictionaries(
    {"id": SCALARS, "properties": VALUES},
    optional={"idProperty": TEXTS, "objectWriteTraceId": TEXTS, "associations": ODD},
)
FILTER = st.fixed_dictionaries({
    "propertyName": NAMES,
    "operator": st.sampled_from(["EQ", "BETWEEN", "IN", "CONTAINS_TOKEN", "HAS_PROPERTY", "GT"]),
    "value": SCALARS, "values": st.lists(SCALARS, max_size=3), "highValue": SCALARS,
})  # fmt: skip
NEARLY = st.fixed_dictionaries({}, optional={
    "properties": VALUES | st.lists(NAMES | TEXTS, max_size=3),
    "inputs": st.lists(INPUT, max_size=3),
    "associations": ODD,
    "filterGroups": st.lists(st.fixed_dictionaries({"filters": st.lists(FILTER, max_size=3)}), max_size=2),
    "sorts": st.lists(NAMES, max_size=2),
    "query": TEXTS, "limit": SCALARS, "after": SCALARS, "objectId": SCALARS,
})  # fmt: skip
QUERIES = st.dictionaries(
    st.sampled_from(["limit", "after", "properties", "propertiesWithHistory", "associations",
                     "archived", "idProperty"]),
    TEXTS.map(lambda t: t.encode(errors="replace")[:2000]), max_size=3,
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"), [(r.method, r.path) for r in ROUTES if "/v3/" in r.path]
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=KINDS, named=TEXTS, body=NEARLY | ODD, query=QUERIES)
def test_nothing_breaks_a_call(running, method, path, kind, named, body, query):
    """Any body, id and query is answered below 500, as JSON or with nothing."""
    hub = running
    hub.portal.amend_switches(rate_limit=0, search_limit=0, block_time=0)
    scopes = [s.replace("contacts", stem) for stem in ("contacts", "companies", "deals", "custom",
              "appointments", "tasks") for s in (*READING, *WRITING)]  # fmt: skip
    token = hub.portal.issue_token([*scopes, "tickets", "tickets.sensitive"])
    object_id = quote(named.encode(errors="replace")[:2000] or b"1", safe="")
    target = path.replace("{object_type}", kind).replace("{object_id}", object_id)
    answer = hub.call(
        method, target, token=token, params=query,
        data=None if method == "GET" else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status_code < 500, answer.text
    if answer.content and answer.headers["Content-Type"].startswith("application/json"):
        answer.json()


RAW = [
    b"", b"{", b"nul", b"\xff\xfe{}", b'{"properties": {"firstname": "\\ud800"}}',
    b"[" * 100_000, b'{"properties":' * 50_000, b'{"properties": {"firstname": ' + b"9" * 10_000 + b"}}",
    b'{"properties": {"firstname": NaN}}', b'{"properties": {"firstname": "' + b"x" * 2**20 + b'"}}',
    b'{"properties": {' + b",".join(b'"p%d": "x"' % i for i in range(20_000)) + b"}}",
]  # fmt: skip


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
@pytest.mark.parametrize("path", ["", "/batch/create", "/search", "/batch/read"])
def test_nothing_breaks_the_reading_of_a_body(hub, path, raw):
    """Broken JSON, deep JSON, a megabyte in one value, twenty thousand properties."""
    token = hub.portal.issue_token([*READING, *WRITING])
    headers = {"Content-Type": "application/json"}
    answer = hub.call(
        "POST", f"/crm/v3/objects/contacts{path}", token=token, data=raw, headers=headers
    )
    assert answer.status_code in (200, 201, 400)
    answer.json()
