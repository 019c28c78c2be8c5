"""The form a new patient fills in at the front desk."""

from __future__ import annotations

from gateway.emulator.seed import choices
from gateway.emulator.seed.shapes import digits, email, field, form, group, when

_ALLERGIES = field(
    "multiple_checkboxes",
    "allergies",
    "What are you allergic to?",
    required=True,
    description="Tick everything that applies.",
    choices=choices.ALLERGIES,
    dependents=[
        when(
            ["other"],
            field(
                "single_line_text",
                "other_allergies",
                "Which other allergies?",
                required=True,
                placeholder="For example: bee stings, kiwi",
            ),
        )
    ],
)

PATIENT_INTAKE = form(
    "3f6c2a51-8d0e-4b7a-9c41-5e2f7a1b6d30",
    "Patient intake",
    [
        group(
            field("single_line_text", "firstname", "First name", required=True),
            field("single_line_text", "lastname", "Last name", required=True),
            text="<h2>About you</h2><p>Please answer as it stands in your papers. "
            "<strong>It takes about five minutes.</strong></p>",
        ),
        group(
            email("email", "E-mail", required=True, placeholder="name@mail.example",
                  description="We send your appointment to this address.",
                  blocked=["mailinator.com"]),
            field("phone", "phone", "Phone", placeholder="+1 555 010 4477",
                  useCountryCodeSelect=True, validation=digits(7, 20)),
        ),
        group(
            field("datepicker", "date_of_birth", "Date of birth", required=True),
            field("dropdown", "sex_at_birth", "Sex at birth", required=True,
                  description="Some reference values depend on it.",
                  placeholder="Please choose", choices=choices.SEX),
        ),
        group(
            field("dropdown", "insurance_type", "How are you insured?", required=True,
                  placeholder="Please choose", choices=choices.INSURANCE,
                  dependents=[
                      when(["public", "private", "employer"],
                           field("single_line_text", "insurance_number", "Insurance number",
                                 required=True,
                                 description="It is on the front of your card.")),
                  ]),
            text="<h2>Your insurance</h2>",
        ),
        group(
            field("multi_line_text", "diagnosis", "What brings you to us?", required=True,
                  description="Your symptoms or your diagnosis, in your own words. "
                  "<em>Only the people who treat you can read this.</em>"),
            field("radio", "has_allergies", "Do you have any allergies?", required=True,
                  choices=choices.YES_NO, dependents=[when(["yes"], _ALLERGIES)]),
            field("single_checkbox", "takes_medication", "I take medicine regularly",
                  dependents=[
                      when(["true"],
                           field("multi_line_text", "medication", "Which medicine?",
                                 required=True,
                                 placeholder="Name and dose, one on each line")),
                  ]),
            text="<h2>Your health</h2><p>What you write here is stored as sensitive data. "
            'Read <a href="https://www.lindenhof-clinic.example/privacy">how we protect it</a>.'
            "</p>",
        ),
        group(
            field("single_checkbox", "newsletter", "Send me the printed clinic newsletter"),
            text="<h2>Staying in touch</h2>",
        ),
    ],
    legal={
        "type": "explicit_consent_to_process",
        "privacyText": "You may withdraw your consent at any time. Read our "
        '<a href="https://www.lindenhof-clinic.example/privacy">privacy notice</a>.',
        "consentToProcessText": "To treat you, Lindenhof Clinic has to store and process the "
        "answers you give on this form.",
        "consentToProcessCheckboxLabel": "I agree that Lindenhof Clinic stores and processes "
        "my answers.",
        "consentToProcessFooterText": "Without this consent we cannot take the form.",
        "communicationConsentText": "We would like to write to you about the following.",
        "communicationsCheckboxes": [
            {"label": "Advice on health by e-mail, four times a year", "required": False,
             "subscriptionTypeId": 999},
            {"label": "Reminders of my appointments by e-mail", "required": False,
             "subscriptionTypeId": 1001},
        ],
    },
    button="Submit intake",
    thanks="<p>Thank you. Your answers have arrived; please take a seat.</p>",
)  # fmt: skip
"""Explicit consent; dependent fields two levels deep; sensitive and highly sensitive."""
