"""What every HubSpot account has: the bodies of HubSpot's own examples are taken as they stand."""

from __future__ import annotations

import pytest

from gateway.domain.objects import OBJECT_TYPES
from gateway.emulator.seed.standard import standard_properties

EXAMPLES = {
    "contacts": {
        "email": "example@hubspot.com", "firstname": "Jane", "lastname": "Doe",
        "phone": "(555) 555-5555", "company": "HubSpot", "website": "hubspot.com",
        "jobtitle": "Nurse", "lifecyclestage": "marketingqualifiedlead",
        "hs_lead_status": "IN_PROGRESS", "address": "1 Main St", "state": "MA", "country": "USA",
    },
    "companies": {
        "name": "HubSpot", "domain": "hubspot.com", "city": "Cambridge", "state": "Massachusetts",
        "industry": "COMPUTER_SOFTWARE", "phone": "555-555-555", "lifecyclestage": "customer",
        "numberofemployees": "7000", "hubspot_owner_id": "910901",
    },
    "deals": {
        "dealname": "New deal", "pipeline": "default", "dealstage": "contractsent",
        "closedate": "2019-12-07T16:50:06.678Z", "amount": "1500.00",
        "hubspot_owner_id": "910901", "hs_priority": "high",
    },
    "tickets": {
        "subject": "Troubleshoot report", "hs_pipeline": "0", "hs_pipeline_stage": "2",
        "hs_ticket_priority": "HIGH", "hs_ticket_category": "BILLING_ISSUE",
        "hubspot_owner_id": "910901", "source_type": "EMAIL",
    },
    "appointments": {
        "hs_appointment_name": "A first talk", "hs_appointment_start": "2025-11-12T15:48:22Z",
        "hubspot_owner_id": "910901",
    },
    "projects": {
        "hs_name": "A move", "hs_pipeline": "default", "hs_pipeline_stage": "planned",
        "hubspot_owner_id": "910901",
    },
    "products": {"name": "Service", "price": "6000.00", "hs_sku": "191902",
                 "hs_cost_of_goods_sold": "600.00", "hs_recurring_billing_period": "P24M"},
    "line_items": {"name": "1 year", "quantity": "2", "price": "10", "hs_product_id": "20534",
                   "recurringbillingfrequency": "monthly"},
    "notes": {"hs_timestamp": "2021-11-12T15:48:22Z", "hs_note_body": "Spoke with her",
              "hubspot_owner_id": "14240720", "hs_attachment_ids": "24332474034;24332474044"},
    "tasks": {"hs_timestamp": "2019-10-30T03:30:17.883Z", "hs_task_body": "Send it",
              "hubspot_owner_id": "64492917", "hs_task_subject": "Follow up",
              "hs_task_status": "WAITING", "hs_task_priority": "HIGH", "hs_task_type": "CALL"},
    "calls": {"hs_timestamp": "2021-03-17T01:32:44.872Z", "hs_call_title": "Support call",
              "hubspot_owner_id": "11349275740", "hs_call_body": "Resolved",
              "hs_call_duration": "3800", "hs_call_from_number": "(857) 829 5489",
              "hs_call_to_number": "(509) 999 9999", "hs_call_status": "COMPLETED",
              "hs_call_recording_url": "https://api.example/recordings/1"},
    "leads": {"hs_lead_name": "Jane Doe", "hs_lead_type": "NEW BUSINESS", "hs_lead_label": "WARM"},
}  # fmt: skip


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_example_of_hubspots_is_taken(kind, hub):
    """Whoever knows HubSpot writes these names first; each comes back when it is asked for."""
    scopes = [f"crm.objects.{kind}.{access}" for access in ("read", "write")]
    token = hub.portal.issue_token([*scopes, "tickets"])
    path, values = f"/crm/v3/objects/{kind}", EXAMPLES[kind]
    made = hub.call("POST", path, token=token, json={"properties": values})
    assert made.status_code == 201, made.text
    asked = {"properties": ",".join(values)}
    told = hub.get(f"{path}/{made.json()['id']}", token=token, params=asked).json()
    shown = told["properties"]
    assert {name for name in values if not shown[name]} == set()


def test_they_are_hubspots_own():
    """None counts as the account's own, takes a class of its own, or can be put away."""
    properties = standard_properties()
    assert properties.keys() == OBJECT_TYPES.keys()
    for rows in properties.values():
        assert "hubspot_owner_id" in rows
        for row in rows.values():
            assert (row["hubspotDefined"], row["dataSensitivity"]) == (True, "non_sensitive")
            assert not row["modificationMetadata"]["archivable"]


def test_the_clinics_own_go_first(hub):
    """A property the clinic has itself keeps its definition and its class."""
    with hub.portal.lock:
        for kind, rows in hub.portal.seed.properties.items():
            for row in rows:
                assert hub.portal.properties[kind][row["name"]] == row
