"""The clinic's properties, each with its class. A health answer carries its category."""

from __future__ import annotations

from gateway.domain.objects import APPOINTMENT, COMPANY, CONTACT, DEAL, PROJECT, TICKET
from gateway.emulator.seed import choices, dealings
from gateway.emulator.seed.shapes import HIPAA, Json, kept_by_hubspot, prop

POLICY = "2-41007216"
"""The account's own object type: an insurance policy."""

_SENSITIVE, _HIGHLY = "sensitive", "highly_sensitive"


_CONTACT_ORDINARY = (
    prop("email", "Email", "string", "text", built_in=True),
    prop("firstname", "First name", "string", "text", built_in=True),
    prop("lastname", "Last name", "string", "text", built_in=True),
    prop("phone", "Phone number", "string", "phonenumber", built_in=True),
    prop("mobilephone", "Mobile phone number", "string", "phonenumber", built_in=True),
    prop("city", "City", "string", "text", built_in=True),
    prop("zip", "Postal code", "string", "text", built_in=True),
    prop("num_unique_conversion_events", "Number of unique forms submitted", "number", "number",
         group="conversioninformation", built_in=True, read_only=True, calculated=True,
         form_field=False),
    prop("newsletter", "Printed newsletter", "bool", "booleancheckbox", choices=choices.TRUTH),
    prop("preferred_contact", "Preferred way of contact", "enumeration", "radio",
         choices=choices.CONTACT_WAYS),
    prop("start_date", "First working day", "date", "date", group="employment"),
    prop("contract_type", "Kind of contract", "enumeration", "radio", group="employment",
         choices=choices.CONTRACTS),
    prop("contract_end_date", "Contract ends on", "date", "date", group="employment"),
    prop("last_visit_at", "Last visit", "datetime", "date", group="visits"),
    prop("visitor_reference", "Visitor reference", "string", "text", group="visits"),
    prop("visitor_badge_color", "Badge colour", "enumeration", "select", group="visits",
         choices=choices.BADGES, archived_at="2026-06-30T16:20:00.000Z"),
    prop("internal_rating", "Internal rating", "number", "number", group="visits",
         form_field=False, description="Set by the front desk, never by a form."),
    prop("payment_option", "Payment", "enumeration", "radio", group="visits",
         choices=choices.PAYMENTS),
)  # fmt: skip

_HEALTH = "health"
_CONTACT_HEALTH = (
    prop("date_of_birth", "Date of birth", "date", "date", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA),
    prop("sex_at_birth", "Sex at birth", "enumeration", "select", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA, choices=choices.SEX),
    prop("insurance_type", "Health insurance", "enumeration", "select", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA, choices=choices.INSURANCE),
    prop("insurance_number", "Insurance number", "string", "text", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA),
    prop("insurance_card_scan", "Insurance card", "string", "file", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA),
    prop("has_allergies", "Allergies?", "enumeration", "radio", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA, choices=choices.YES_NO),
    prop("allergies", "Allergies", "enumeration", "checkbox", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA, choices=choices.ALLERGIES),
    prop("other_allergies", "Other allergies", "string", "text", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA),
    prop("takes_medication", "Takes medication", "bool", "booleancheckbox", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA, choices=choices.TRUTH),
    prop("medication", "Medication", "string", "textarea", group=_HEALTH,
         sensitivity=_SENSITIVE, categories=HIPAA),
    prop("diagnosis", "Diagnosis", "string", "textarea", group=_HEALTH,
         sensitivity=_HIGHLY, categories=HIPAA),
)  # fmt: skip

_CONTACT_PERSONAL = (
    prop("passport_number", "Passport number", "string", "text", group="identity",
         sensitivity=_SENSITIVE),
    prop("nationality", "Nationality", "enumeration", "select", group="identity",
         sensitivity=_SENSITIVE, choices=choices.NATIONALITIES),
    prop("id_issued_on", "Passport issued on", "date", "date", group="identity",
         sensitivity=_SENSITIVE),
    prop("id_expires_on", "Passport expires on", "date", "date", group="identity",
         sensitivity=_SENSITIVE),
    prop("emergency_contact_name", "Emergency contact", "string", "text", group="employment",
         sensitivity=_SENSITIVE),
    prop("emergency_contact_phone", "Emergency contact's phone", "string", "phonenumber",
         group="employment", sensitivity=_SENSITIVE),
    prop("annual_salary", "Annual salary", "number", "number", group="employment",
         sensitivity=_HIGHLY),
    prop("bank_account", "Bank account (IBAN)", "string", "text", group="employment",
         sensitivity=_HIGHLY),
)  # fmt: skip

_COMPANY = (
    prop("name", "Company name", "string", "text", group="companyinformation", built_in=True),
    prop("domain", "Company domain name", "string", "text", group="companyinformation",
         built_in=True),
    prop("city", "City", "string", "text", group="companyinformation", built_in=True),
    prop("cost_center", "Cost centre", "string", "text", group="companyinformation"),
    prop("tax_number", "Tax number", "string", "text", group="companyinformation",
         sensitivity=_SENSITIVE),
)  # fmt: skip

_TICKET = (
    prop("subject", "Ticket name", "string", "text", group="ticketinformation", built_in=True),
    prop("content", "Ticket description", "string", "textarea", group="ticketinformation",
         built_in=True),
    prop("hs_pipeline", "Pipeline", "enumeration", "select", group="ticketinformation",
         choices=(("0", "Support pipeline"),), built_in=True),
    prop("hs_pipeline_stage", "Ticket status", "enumeration", "select",
         group="ticketinformation", choices=choices.TICKET_STAGES, built_in=True),
    prop("hs_ticket_priority", "Priority", "enumeration", "select", group="ticketinformation",
         choices=choices.PRIORITIES, built_in=True),
    prop("hs_ticket_category", "Category", "enumeration", "checkbox", group="ticketinformation",
         choices=choices.TICKET_CATEGORIES, built_in=True),
    prop("identity_note", "Note on the identity check", "string", "textarea",
         group="ticketinformation", sensitivity=_SENSITIVE),
)  # fmt: skip

_POLICY = (
    prop("policy_name", "Policy", "string", "text", group="policy"),
    prop("policy_number", "Policy number", "string", "text", group="policy",
         sensitivity=_SENSITIVE, categories=HIPAA),
)  # fmt: skip

PROPERTIES: dict[str, tuple[Json, ...]] = {
    CONTACT: (
        *_CONTACT_ORDINARY,
        *kept_by_hubspot("contactinformation", created="createdate", modified="lastmodifieddate"),
        *_CONTACT_HEALTH,
        *_CONTACT_PERSONAL,
    ),
    COMPANY: (*_COMPANY, *kept_by_hubspot("companyinformation", created="createdate")),
    DEAL: (*dealings.DEALS, *kept_by_hubspot("dealinformation", created="createdate")),
    TICKET: (*_TICKET, *kept_by_hubspot("ticketinformation", created="createdate")),
    APPOINTMENT: (*dealings.APPOINTMENTS, *kept_by_hubspot("appointmentinformation")),
    PROJECT: (*dealings.PROJECTS, *kept_by_hubspot("projectinformation")),
    POLICY: (*_POLICY, *kept_by_hubspot("policy")),
}
"""objectTypeId → property definitions."""
