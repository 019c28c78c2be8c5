"""What the official SDK raises carries HubSpot's category and correlation id."""

from __future__ import annotations

import json
import uuid

import pytest
from hubspot.crm import contacts, properties

NOBODY = "999999999"


def _body(values):
    return contacts.SimplePublicObjectInputForCreate(properties=values, associations=[])


CASES = {
    "no such record": (404, "OBJECT_NOT_FOUND", lambda c: (c.crm.contacts.basic_api.get_by_id, NOBODY)),
    "no such property": (
        400, "VALIDATION_ERROR", lambda c: (c.crm.contacts.basic_api.create, _body({"nothing": "x"}))
    ),
    "no such object type": (
        400, "VALIDATION_ERROR", lambda c: (c.crm.objects.basic_api.get_page, "2-1")
    ),
    "a name that is taken": (
        409, "OBJECT_ALREADY_EXISTS",
        lambda c: (c.crm.properties.core_api.create, "contacts", properties.PropertyCreate(
            name="city", label="City", type="string", field_type="text",
            group_name="contactinformation")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_carries_category_and_correlation(sdk, client, case):
    """Status, category and id are in the exception, and no value is."""
    status, category, of = CASES[case]
    method, *args = of(client)
    refusal = sdk.refused(method, *args)
    told = json.loads(refusal.body)
    assert (refusal.status, told["category"]) == (status, category)
    assert uuid.UUID(told["correlationId"])
    assert refusal.headers["X-HubSpot-Correlation-Id"] == told["correlationId"]


def test_a_missing_scope_is_named(sdk):
    """403 names the granular scope the sensitive property takes."""
    with sdk.portal.lock:
        token = sdk.portal.issue_token(["crm.objects.contacts.read"])
    basic = sdk.client(access_token=token).crm.contacts.basic_api
    refusal = sdk.refused(basic.get_page, properties=["passport_number"])
    told = json.loads(refusal.body)
    assert (refusal.status, told["category"]) == (403, "MISSING_SCOPES")
    assert "crm.objects.contacts.sensitive.read.v2" in json.dumps(told["errors"])


def test_an_unknown_token_is_refused(sdk):
    """401, as for any client."""
    basic = sdk.client(
        access_token="pat-na1-00000000-0000-4000-8000-000000000000"
    ).crm.contacts.basic_api
    refusal = sdk.refused(basic.get_page)
    assert (refusal.status, json.loads(refusal.body)["category"]) == (401, "INVALID_AUTHENTICATION")
