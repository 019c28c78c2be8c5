"""The body of a submission, taken apart.

Source: https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gateway.domain.objects import CONTACT

MONTH_MS = 31 * 86_400_000
"""How far back a submission may be dated; HubSpot says a month, we take the longest."""


class Malformed(Exception):  # noqa: N818 - it describes the payload
    """The body does not have the shape at all; the text holds no value."""


@dataclasses.dataclass(frozen=True)
class SentField:
    """One entry of ``fields``."""

    object_type_id: str
    name: str
    value: str = dataclasses.field(repr=False)

    @property
    def key(self) -> str:
        """How errors name it: bare for contacts, else with the object type."""
        return self.name if self.object_type_id == CONTACT else f"{self.object_type_id}/{self.name}"


@dataclasses.dataclass(frozen=True)
class Payload:
    """A submission's body. ``context`` and ``legal`` are still raw."""

    fields: tuple[SentField, ...]
    submitted_at: int | None
    context: Mapping[str, Any] = dataclasses.field(repr=False)
    legal: Mapping[str, Any] | None = dataclasses.field(repr=False)


def read_payload(content: Mapping[str, Any], now: int, *, object_type_demanded: bool) -> Payload:
    """The payload in ``content``, at ``now`` (ms since the epoch).

    Raises :class:`Malformed` when a key is of the wrong type or a date is out of bounds.
    """
    fields = content.get("fields")
    if not isinstance(fields, list):
        raise Malformed("Invalid input JSON: fields must be an array")
    context = content.get("context", {})
    if not isinstance(context, dict):
        raise Malformed("Invalid input JSON: context must be an object")
    legal = content.get("legalConsentOptions")
    if legal is not None and not isinstance(legal, dict):
        raise Malformed("Invalid input JSON: legalConsentOptions must be an object")
    return Payload(
        tuple(_field(entry, object_type_demanded=object_type_demanded) for entry in fields),
        _moment(content.get("submittedAt"), now),
        context,
        legal,
    )


def _field(entry: object, *, object_type_demanded: bool) -> SentField:
    if not isinstance(entry, dict):
        raise Malformed("Invalid input JSON: a field must be an object")
    if object_type_demanded and "objectTypeId" not in entry:
        raise Malformed("Invalid input JSON: a field must have objectTypeId")
    name, value = entry.get("name"), entry.get("value")
    kind = entry.get("objectTypeId", CONTACT)
    if not (isinstance(name, str) and name and isinstance(value, str) and isinstance(kind, str)):
        raise Malformed("Invalid input JSON: name, value and objectTypeId of a field are strings")
    return SentField(kind, name, value)


def _moment(given: object, now: int) -> int | None:
    if given is None:
        return None
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) <= 15:
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool):
        raise Malformed("Invalid input JSON: submittedAt must be milliseconds since the epoch")
    if given < now - MONTH_MS:
        raise Malformed("submittedAt is older than one month")
    return given
