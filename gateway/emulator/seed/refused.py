"""Two forms no careful gateway may open, each with more than one reason."""

from __future__ import annotations

from gateway.emulator.seed import choices
from gateway.emulator.seed.shapes import email, field, form, group

VISITOR_SIGN_IN = form(
    "c05a7e13-9b42-4d6f-a1c8-2f8e60b3d914",
    "Visitor sign-in (2019)",
    [
        group(
            field("single_line_text", "firstname", "First name", required=True),
            field("single_line_text", "lastname", "Last name", required=True),
            email("email", "E-mail", required=True),
            text="<h2>Visitors</h2><p>Please sign in at the reception.</p>",
        ),
        group(
            field("single_line_text", "visitor_reference", "Social security number",
                  required=True, description="Needed for the badge printer."),
            field("dropdown", "visitor_badge_color", "Badge colour", choices=choices.BADGES),
        ),
    ],
    legal={"type": "none"},
    button="Sign in",
    thanks="<p>Thank you. Please wait for your badge.</p>",
    recaptcha=True,
)  # fmt: skip
"""reCAPTCHA is on, one property is archived, and an ordinary one is asked for a secret."""

DOCUMENTS_AND_PAYMENT = form(
    "e8417b2c-03d5-4a9e-97f6-61bd4c52a0e7",
    "Documents and payment",
    [
        group(
            email("email", "E-mail", required=True),
            text="<h2>Your documents</h2><p>A photograph of the card is enough.</p>",
        ),
        group(
            field("file", "insurance_card_scan", "Insurance card", required=True,
                  allowMultipleFiles=False),
            field("payment_link_radio", "payment_option", "What would you like to pay?",
                  required=True, choices=choices.PAYMENTS),
        ),
    ],
    legal={"type": "none"},
    button="Send and pay",
    thanks="<p>Thank you. The payment page opens next.</p>",
)  # fmt: skip
"""Two kinds of field whose answers cannot be sent."""
