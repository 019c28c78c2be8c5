"""The three classes HubSpot gives a property, in order of care.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data
"""

from __future__ import annotations

import enum


class Sensitivity(enum.StrEnum):
    """A property's ``dataSensitivity``; the text is HubSpot's own spelling."""

    NON_SENSITIVE = "non_sensitive"
    SENSITIVE = "sensitive"
    HIGHLY_SENSITIVE = "highly_sensitive"

    @property
    def rank(self) -> int:
        """0, 1 or 2: a larger number asks for more care."""
        return _RANKS[self]

    @property
    def label(self) -> str:
        """The class as a person reads it."""
        return _LABELS[self]

    @classmethod
    def parse(cls, text: str | None) -> Sensitivity | None:
        """The class named by ``text``, or None when it is absent or not one we know.

        A missing class is unknown, never "not sensitive": callers must refuse None.
        """
        try:
            return cls(text) if text is not None else None
        except ValueError:
            return None


_RANKS = {
    Sensitivity.NON_SENSITIVE: 0,
    Sensitivity.SENSITIVE: 1,
    Sensitivity.HIGHLY_SENSITIVE: 2,
}
_LABELS = {
    Sensitivity.NON_SENSITIVE: "Not sensitive",
    Sensitivity.SENSITIVE: "Sensitive",
    Sensitivity.HIGHLY_SENSITIVE: "Highly sensitive",
}
