"""The clinic's validation rules: a few, on answers of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.domain.objects import COMPANY, CONTACT

Rules = Mapping[str, Mapping[str, Sequence[str]]]
"""property → ruleType → ruleArguments."""

VALIDATIONS: Mapping[str, Rules] = {
    CONTACT: {
        "annual_salary": {"MIN_NUMBER": ("0",), "DECIMAL": ("2",)},
        "bank_account": {"MAX_LENGTH": ("40",)},
        "date_of_birth": {"BEFORE_DURATION": ("P0D",)},
        "insurance_number": {"MIN_LENGTH": ("4",), "MAX_LENGTH": ("40",)},
        "passport_number": {"MAX_LENGTH": ("30",)},
    },
    COMPANY: {"name": {"MAX_LENGTH": ("120",)}},
}
"""objectTypeId → the rules of its properties."""
