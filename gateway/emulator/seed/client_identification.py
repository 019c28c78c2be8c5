"""The form with which the front desk checks a client's identity."""

from __future__ import annotations

from gateway.domain.objects import TICKET
from gateway.emulator.seed import choices
from gateway.emulator.seed.shapes import digits, email, field, form, group

CLIENT_IDENTIFICATION = form(
    "7d2b90c4-51ae-4f36-b8e2-94a6c01d7f5b",
    "Client identification",
    [
        group(
            field("single_line_text", "firstname", "First name", required=True),
            field("single_line_text", "lastname", "Last name", required=True),
            email("email", "E-mail", required=True, placeholder="name@mail.example"),
            text="<h2>Who is in front of you?</h2><p>Copy the names exactly from the "
            "passport.</p>",
        ),
        group(
            field("phone", "phone", "Phone", required=True, placeholder="+1 555 010 8842",
                  useCountryCodeSelect=True, validation=digits(7, 15)),
        ),
        group(
            field("single_line_text", "passport_number", "Passport number", required=True,
                  description="Letters and digits, without spaces.",
                  placeholder="As on the page with the photograph"),
            field("dropdown", "nationality", "Nationality", required=True,
                  placeholder="Please choose", choices=choices.NATIONALITIES),
            text="<h2>The passport</h2>",
        ),
        group(
            field("datepicker", "id_issued_on", "Issued on", required=True),
            field("datepicker", "id_expires_on", "Expires on", required=True),
        ),
        group(
            field("single_line_text", "subject", "Ticket name", on=TICKET, hidden=True,
                  required=True, default="Identity check at the front desk"),
            field("multi_line_text", "identity_note", "Anything the case worker should know?",
                  on=TICKET, description="For example: the passport is damaged."),
        ),
    ],
    legal={
        "type": "implicit_consent_to_process",
        "privacyText": "By handing in this form the client agrees that we check their identity.",
        "consentToProcessText": "We store these answers to check the client's identity.",
        "communicationConsentText": "The client may also agree to the following.",
        "communicationsCheckboxes": [
            {"label": "News of the clinic by e-mail", "required": False,
             "subscriptionTypeId": 999},
        ],
    },
    button="Save identification",
    redirect="https://www.lindenhof-clinic.example/identification/done",
)  # fmt: skip
"""Implicit consent; contact and ticket fields, one of them hidden; ends with a redirect."""
