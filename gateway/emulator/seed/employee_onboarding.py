"""The form a new employee fills in with the personnel office."""

from __future__ import annotations

from gateway.domain.objects import COMPANY
from gateway.emulator.seed import choices
from gateway.emulator.seed.shapes import digits, email, field, form, group, when

EMPLOYEE_ONBOARDING = form(
    "b1e94d07-26f3-4c58-8a9d-0c7d35f2e841",
    "Employee onboarding",
    [
        group(
            field("single_line_text", "firstname", "First name", required=True),
            field("single_line_text", "lastname", "Last name", required=True),
            email("email", "Private e-mail", required=True, placeholder="name@mail.example",
                  blocked=["lindenhof-clinic.example"],
                  description="Not the address of the clinic: you get that on your first day."),
            text="<h2>Welcome to the clinic</h2><p>Fill this in together with the personnel "
            "office.</p>",
        ),
        group(
            field("mobile_phone", "mobilephone", "Mobile phone", required=True,
                  placeholder="+1 555 010 2210", validation=digits(7, 15)),
            field("radio", "preferred_contact", "How do we best reach you?",
                  choices=choices.CONTACT_WAYS, default="phone"),
        ),
        group(
            field("single_line_text", "name", "Employer", on=COMPANY, required=True,
                  default="Lindenhof Clinic",
                  description="Change it if an agency employs you."),
            field("single_line_text", "domain", "Employer's web address", on=COMPANY,
                  placeholder="agency.example"),
            field("single_line_text", "cost_center", "Cost centre", on=COMPANY,
                  placeholder="For example: 4410"),
            text="<h2>Your job</h2>",
        ),
        group(
            field("datepicker", "start_date", "First working day", required=True),
            field("radio", "contract_type", "Kind of contract", required=True,
                  choices=choices.CONTRACTS,
                  dependents=[
                      when(["fixed_term", "trainee"],
                           field("datepicker", "contract_end_date", "Contract ends on",
                                 required=True)),
                  ]),
            field("number", "annual_salary", "Annual salary before tax, in dollars",
                  required=True, placeholder="62000", validation=digits(4, 7),
                  description="Digits only, without commas."),
        ),
        group(
            field("single_line_text", "bank_account", "Bank account (IBAN)", required=True,
                  description="We pay your salary to this account.",
                  placeholder="DE89 3704 0044 0532 0130 00"),
            text="<h2>Pay and emergencies</h2><p>Only the payroll office sees your bank "
            "account and your salary.</p>",
        ),
        group(
            field("single_line_text", "emergency_contact_name", "Whom do we call in an emergency?",
                  placeholder="First and last name"),
            field("phone", "emergency_contact_phone", "Their phone number",
                  useCountryCodeSelect=False, validation=digits(7, 15)),
        ),
    ],
    legal={
        "type": "legitimate_interest",
        "lawfulBasis": "client",
        "subscriptionTypeIds": [2001],
        "privacyText": "We process these answers because we need them for your employment.",
    },
    button="Send to payroll",
    thanks="<p>Welcome on board. The personnel office has your details now.</p>",
)  # fmt: skip
"""Legitimate interest; contact and company fields; two highly sensitive answers."""
