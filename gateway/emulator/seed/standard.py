"""The properties every HubSpot account has, beside those of the clinic: what HubSpot's own
examples and most programs write.

Sources: https://knowledge.hubspot.com/properties/hubspots-default-contact-properties and its
sisters for companies, deals and tickets.
"""

# ruff: noqa: E501 - a row of the table is one line

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.domain.objects import APPOINTMENT, COMPANY, CONTACT, DEAL, PROJECT, TICKET
from gateway.emulator.seed.groups import BUILT_IN
from gateway.emulator.seed.industries import INDUSTRIES
from gateway.emulator.seed.shapes import Choices, Json, owner, prop

_LIFECYCLE = (
    ("subscriber", "Subscriber"), ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"), ("opportunity", "Opportunity"),
    ("customer", "Customer"), ("evangelist", "Evangelist"), ("other", "Other"),
)  # fmt: skip
_LEAD_STATUS = (
    ("NEW", "New"), ("OPEN", "Open"), ("IN_PROGRESS", "In Progress"), ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"), ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"), ("BAD_TIMING", "Bad Timing"),
)  # fmt: skip
_SIZES = tuple((size, size) for size in ("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"))  # fmt: skip
_COMPANY_TYPES = (
    ("PROSPECT", "Prospect"), ("PARTNER", "Partner"), ("RESELLER", "Reseller"),
    ("VENDOR", "Vendor"), ("OTHER", "Other"),
)  # fmt: skip
_DEAL_PRIORITIES = (("low", "Low"), ("medium", "Medium"), ("high", "High"))
_CURRENCIES = (("USD", "US Dollar"),)
_SOURCES = (("CHAT", "Chat"), ("EMAIL", "Email"), ("FORM", "Form"), ("PHONE", "Phone"))
_RESOLUTIONS = (
    ("ISSUE_FIXED", "Issue fixed"), ("NOT_AN_ISSUE", "Not an issue"),
    ("OTHER", "Other"), ("UNRESOLVED", "Unresolved"),
)  # fmt: skip

_TEXT, _LONG = ("string", "text"), ("string", "textarea")
_PHONE, _NUMBER = ("string", "phonenumber"), ("number", "number")
_MOMENT, _ONE, _RADIO = ("datetime", "date"), ("enumeration", "select"), ("enumeration", "radio")

_ROWS: Mapping[str, Sequence[tuple[str, str, tuple[str, str], Choices]]] = {
    CONTACT: (
        ("salutation", "Salutation", _TEXT, ()),
        ("company", "Company Name", _TEXT, ()),
        ("jobtitle", "Job Title", _TEXT, ()),
        ("website", "Website URL", _TEXT, ()),
        ("address", "Street Address", _TEXT, ()),
        ("state", "State/Region", _TEXT, ()),
        ("country", "Country/Region", _TEXT, ()),
        ("fax", "Fax Number", _PHONE, ()),
        ("work_email", "Work email", _TEXT, ()),
        ("industry", "Industry", _TEXT, ()),
        ("job_function", "Job function", _TEXT, ()),
        ("seniority", "Seniority", _TEXT, ()),
        ("company_size", "Company size", _TEXT, ()),
        ("numemployees", "Number of Employees", _ONE, _SIZES),
        ("annualrevenue", "Annual Revenue", _TEXT, ()),
        ("message", "Message", _LONG, ()),
        ("twitterhandle", "Twitter Username", _TEXT, ()),
        ("hs_linkedin_url", "LinkedIn URL", _TEXT, ()),
        ("lifecyclestage", "Lifecycle Stage", _RADIO, _LIFECYCLE),
        ("hs_lead_status", "Lead Status", _RADIO, _LEAD_STATUS),
    ),
    COMPANY: (
        ("phone", "Phone Number", _PHONE, ()),
        ("website", "Website URL", _TEXT, ()),
        ("address", "Street Address", _TEXT, ()),
        ("address2", "Street Address 2", _TEXT, ()),
        ("state", "State/Region", _TEXT, ()),
        ("zip", "Postal Code", _TEXT, ()),
        ("country", "Country/Region", _TEXT, ()),
        ("industry", "Industry", _ONE, INDUSTRIES),
        ("type", "Type", _ONE, _COMPANY_TYPES),
        ("description", "Description", _LONG, ()),
        ("about_us", "About Us", _LONG, ()),
        ("numberofemployees", "Number of Employees", _NUMBER, ()),
        ("annualrevenue", "Annual Revenue", _NUMBER, ()),
        ("founded_year", "Year Founded", _TEXT, ()),
        ("timezone", "Time Zone", _TEXT, ()),
        ("twitterhandle", "Twitter Handle", _TEXT, ()),
        ("linkedin_company_page", "LinkedIn Company Page", _TEXT, ()),
        ("facebook_company_page", "Facebook Company Page", _TEXT, ()),
        ("lifecyclestage", "Lifecycle Stage", _RADIO, _LIFECYCLE),
        ("hs_lead_status", "Lead Status", _RADIO, _LEAD_STATUS),
    ),
    DEAL: (
        ("hs_priority", "Priority", _ONE, _DEAL_PRIORITIES),
        ("hs_next_step", "Next step", _TEXT, ()),
        ("deal_currency_code", "Currency", _ONE, _CURRENCIES),
        ("closed_won_reason", "Closed Won Reason", _LONG, ()),
        ("closed_lost_reason", "Closed Lost Reason", _LONG, ()),
    ),
    TICKET: (
        ("source_type", "Source", _ONE, _SOURCES),
        ("hs_resolution", "Resolution", _ONE, _RESOLUTIONS),
        ("closed_date", "Close date", _MOMENT, ()),
    ),
    APPOINTMENT: (),
    PROJECT: (),
}  # fmt: skip
"""objectTypeId → (name, label, (type, fieldType), choices) of each."""


def standard_properties() -> dict[str, dict[str, Json]]:
    """objectTypeId → name → property definition, made anew with each call. Every object has an
    owner, too, whose options HubSpot keeps elsewhere."""
    return {
        kind: {
            row["name"]: row
            for row in (
                *(
                    prop(name, label, *of, group=BUILT_IN[kind], choices=choices, built_in=True)
                    for name, label, of, choices in rows
                ),
                owner(BUILT_IN[kind]),
            )
        }
        for kind, rows in _ROWS.items()
    }
