"""The clinic's deals, appointments and projects: properties no form of it carries."""

from __future__ import annotations

from gateway.emulator.seed.shapes import HIPAA, Json, prop

_DEALS, _APPOINTMENTS, _PROJECTS = (
    "dealinformation", "appointmentinformation", "projectinformation",
)  # fmt: skip
_DEAL_STAGES = (
    ("appointmentscheduled", "Appointment scheduled"),
    ("qualifiedtobuy", "Qualified to buy"),
    ("presentationscheduled", "Presentation scheduled"),
    ("decisionmakerboughtin", "Decision maker bought in"),
    ("contractsent", "Contract sent"),
    ("closedwon", "Closed won"),
    ("closedlost", "Closed lost"),
)
_DEAL_TYPES = (("newbusiness", "New business"), ("existingbusiness", "Existing business"))

DEALS: tuple[Json, ...] = (
    prop("dealname", "Deal name", "string", "text", group=_DEALS, built_in=True),
    prop("amount", "Amount", "number", "number", group=_DEALS, built_in=True),
    prop("closedate", "Close date", "datetime", "date", group=_DEALS, built_in=True),
    prop("pipeline", "Pipeline", "enumeration", "select", group=_DEALS, built_in=True,
         choices=(("default", "Sales pipeline"),)),
    prop("dealstage", "Deal stage", "enumeration", "radio", group=_DEALS, built_in=True,
         choices=_DEAL_STAGES),
    prop("dealtype", "Deal type", "enumeration", "radio", group=_DEALS, built_in=True,
         choices=_DEAL_TYPES),
    prop("description", "Deal description", "string", "textarea", group=_DEALS, built_in=True),
    prop("contract_number", "Contract number", "string", "text", group=_DEALS),
    prop("credit_check", "Result of the credit check", "string", "text", group=_DEALS,
         sensitivity="sensitive"),
    prop("payer_iban", "Bank account of the payer (IBAN)", "string", "text", group=_DEALS,
         sensitivity="highly_sensitive"),
)  # fmt: skip

APPOINTMENTS: tuple[Json, ...] = (
    prop("hs_appointment_name", "Appointment name", "string", "text", group=_APPOINTMENTS,
         built_in=True),
    prop("hs_appointment_start", "Start", "datetime", "date", group=_APPOINTMENTS,
         built_in=True),
    prop("hs_appointment_end", "End", "datetime", "date", group=_APPOINTMENTS, built_in=True),
    prop("hs_appointment_notes", "Notes", "string", "textarea", group=_APPOINTMENTS,
         built_in=True),
    prop("room", "Room", "string", "text", group=_APPOINTMENTS),
    prop("visit_reason", "Reason of the visit", "string", "textarea", group=_APPOINTMENTS,
         sensitivity="sensitive", categories=HIPAA),
)  # fmt: skip

PROJECTS: tuple[Json, ...] = (
    prop("hs_name", "Project name", "string", "text", group=_PROJECTS, built_in=True),
    prop("hs_pipeline", "Pipeline", "enumeration", "select", group=_PROJECTS, built_in=True,
         choices=(("default", "Project pipeline"),)),
    prop("hs_pipeline_stage", "Stage", "enumeration", "select", group=_PROJECTS,
         built_in=True, choices=(("planned", "Planned"), ("done", "Done"))),
)  # fmt: skip
