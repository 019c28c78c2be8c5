"""HubSpot's other object types: nothing sensitive is kept on them, so each has just enough
properties to be created, read and found.

Source: https://developers.hubspot.com/docs/guides/crm/understanding-the-crm (object type ids)
"""

# ruff: noqa: E501 - a row of the table is one line

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.domain.objects import ObjectType
from gateway.emulator.seed.shapes import Json, kept_by_hubspot, owner, prop

_TEXT, _NUMBER, _MOMENT = "string", "number", "datetime"
_FIELD = {_TEXT: "text", _NUMBER: "number", _MOMENT: "date"}
_STAMP = ("hs_timestamp", _MOMENT)

_ROWS: Sequence[tuple[str, str, str, Sequence[tuple[str, str]]]] = (
    ("0-7", "products", "product", (("name", _TEXT), ("description", _TEXT), ("price", _NUMBER), ("hs_sku", _TEXT), ("hs_cost_of_goods_sold", _NUMBER), ("hs_recurring_billing_period", _TEXT), ("hs_product_type", _TEXT), ("hs_url", _TEXT))),
    ("0-8", "line_items", "line_item", (("name", _TEXT), ("quantity", _NUMBER), ("price", _NUMBER), ("amount", _NUMBER), ("hs_product_id", _TEXT), ("hs_sku", _TEXT), ("description", _TEXT), ("discount", _NUMBER), ("hs_discount_percentage", _NUMBER), ("tax", _NUMBER), ("hs_line_item_currency_code", _TEXT), ("hs_recurring_billing_period", _TEXT), ("recurringbillingfrequency", _TEXT))),
    ("0-14", "quotes", "quote", (("hs_title", _TEXT), ("hs_expiration_date", _MOMENT), ("hs_status", _TEXT), ("hs_currency", _TEXT), ("hs_language", _TEXT), ("hs_comments", _TEXT), ("hs_terms", _TEXT))),
    ("0-18", "communications", "communication", (_STAMP, ("hs_communication_body", _TEXT), ("hs_communication_channel_type", _TEXT), ("hs_communication_logged_from", _TEXT))),
    ("0-19", "feedback_submissions", "feedback_submission", (("hs_survey_name", _TEXT), ("hs_content", _TEXT))),
    ("0-27", "tasks", "task", (_STAMP, ("hs_task_subject", _TEXT), ("hs_task_body", _TEXT), ("hs_task_status", _TEXT), ("hs_task_priority", _TEXT), ("hs_task_type", _TEXT), ("hs_task_reminders", _TEXT))),
    ("0-46", "notes", "note", (_STAMP, ("hs_note_body", _TEXT), ("hs_attachment_ids", _TEXT))),
    ("0-47", "meetings", "meeting", (_STAMP, ("hs_meeting_title", _TEXT), ("hs_meeting_body", _TEXT), ("hs_meeting_start_time", _MOMENT), ("hs_meeting_end_time", _MOMENT), ("hs_internal_meeting_notes", _TEXT), ("hs_meeting_external_url", _TEXT), ("hs_meeting_location", _TEXT), ("hs_meeting_outcome", _TEXT), ("hs_activity_type", _TEXT), ("hs_attachment_ids", _TEXT))),
    ("0-48", "calls", "call", (_STAMP, ("hs_call_title", _TEXT), ("hs_call_body", _TEXT), ("hs_call_status", _TEXT), ("hs_call_direction", _TEXT), ("hs_call_disposition", _TEXT), ("hs_call_duration", _NUMBER), ("hs_call_from_number", _TEXT), ("hs_call_to_number", _TEXT), ("hs_call_recording_url", _TEXT), ("hs_activity_type", _TEXT), ("hs_attachment_ids", _TEXT))),
    ("0-49", "emails", "email", (_STAMP, ("hs_email_subject", _TEXT), ("hs_email_text", _TEXT), ("hs_email_direction", _TEXT), ("hs_email_status", _TEXT), ("hs_email_html", _TEXT), ("hs_email_headers", _TEXT), ("hs_attachment_ids", _TEXT))),
    ("0-53", "invoices", "invoice", (("hs_title", _TEXT), ("hs_currency", _TEXT))),
    ("0-54", "marketing_events", "marketing_event", (("hs_event_name", _TEXT),)),
    ("0-69", "subscriptions", "subscription", (("hs_name", _TEXT),)),
    ("0-74", "goal_targets", "goal_target", (("hs_goal_name", _TEXT), ("hs_target_amount", _NUMBER))),
    ("0-84", "discounts", "discount", (("hs_label", _TEXT), ("hs_value", _NUMBER))),
    ("0-85", "fees", "fee", (("hs_label", _TEXT), ("hs_value", _NUMBER))),
    ("0-86", "taxes", "tax", (("hs_label", _TEXT), ("hs_value", _NUMBER))),
    ("0-101", "commerce_payments", "commerce_payment", (("hs_initial_amount", _NUMBER),)),
    ("0-115", "users", "user", (("hs_job_title", _TEXT),)),
    ("0-116", "postal_mail", "postal_mail", (_STAMP, ("hs_postal_mail_body", _TEXT), ("hs_attachment_ids", _TEXT))),
    ("0-123", "orders", "order", (("hs_order_name", _TEXT), ("hs_total_price", _NUMBER), ("hs_currency_code", _TEXT), ("hs_source_store", _TEXT))),
    ("0-136", "leads", "lead", (("hs_lead_name", _TEXT), ("hs_lead_type", _TEXT), ("hs_lead_label", _TEXT), ("hs_pipeline", _TEXT), ("hs_pipeline_stage", _TEXT))),
    ("0-142", "carts", "cart", (("hs_cart_name", _TEXT), ("hs_total_price", _NUMBER))),
    ("0-162", "services", "service", (("hs_name", _TEXT), ("hs_pipeline", _TEXT), ("hs_pipeline_stage", _TEXT))),
    ("0-410", "courses", "course", (("hs_course_name", _TEXT),)),
    ("0-420", "listings", "listing", (("hs_name", _TEXT), ("hs_price", _NUMBER))),
)  # fmt: skip
"""(object type id, plural, singular, [(property, type)])."""

FURTHER: Mapping[str, ObjectType] = {
    type_id: ObjectType(type_id, plural, plural, singular.replace("_", " "), False)
    for type_id, plural, singular, _ in _ROWS
}
"""objectTypeId → the type, as paths and scopes name it."""
ENGAGEMENTS = frozenset({"0-18", "0-27", "0-46", "0-47", "0-48", "0-49", "0-116"})
"""Communications, tasks, notes, meetings, calls, e-mails and letters: HubSpot lets who may read
(write) contacts read (write) them."""
SINGULAR: Mapping[str, str] = {type_id: singular for type_id, _, singular, _ in _ROWS}
"""objectTypeId → the other name paths take."""


def further_properties() -> dict[str, dict[str, Json]]:
    """objectTypeId → name → property definition, made anew with each call."""
    return {
        type_id: {row["name"]: row for row in _definitions(singular, rows)}
        for type_id, _, singular, rows in _ROWS
    }


def _definitions(singular: str, rows: Sequence[tuple[str, str]]) -> list[Json]:
    group = f"{singular}_information"
    own = [
        prop(name, name.removeprefix("hs_").replace("_", " ").capitalize(), kind, _FIELD[kind],
             group=group, built_in=True, form_field=False)
        for name, kind in rows
    ]  # fmt: skip
    return [*own, owner(group), *kept_by_hubspot(group)]
