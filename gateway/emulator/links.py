"""Which records are associated with which, and by what types of association.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/associations (type ids)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
CATEGORIES = (HUBSPOT_DEFINED, "INTEGRATOR_DEFINED", "USER_DEFINED", "WORK")

_PAIRS: Sequence[tuple[int, int, str, str, str, str]] = (
    (1, 2, "0-1", "0-2", "contact_to_company", "company_to_contact"),
    (279, 280, "0-1", "0-2", "contact_to_company_unlabeled", "company_to_contact_unlabeled"),
    (4, 3, "0-1", "0-3", "contact_to_deal", "deal_to_contact"),
    (15, 16, "0-1", "0-5", "contact_to_ticket", "ticket_to_contact"),
    (5, 6, "0-3", "0-2", "deal_to_company", "company_to_deal"),
    (341, 342, "0-3", "0-2", "deal_to_company_unlabeled", "company_to_deal_unlabeled"),
    (27, 28, "0-3", "0-5", "deal_to_ticket", "ticket_to_deal"),
    (19, 20, "0-3", "0-8", "deal_to_line_item", "line_item_to_deal"),
    (26, 25, "0-5", "0-2", "ticket_to_company", "company_to_ticket"),
    (339, 340, "0-5", "0-2", "ticket_to_company_unlabeled", "company_to_ticket_unlabeled"),
    (13, 14, "0-2", "0-2", "parent_to_child_company", "child_to_parent_company"),
    (449, 449, "0-1", "0-1", "contact_to_contact", "contact_to_contact"),
    (450, 450, "0-2", "0-2", "company_to_company", "company_to_company"),
    (451, 451, "0-3", "0-3", "deal_to_deal", "deal_to_deal"),
    (452, 452, "0-5", "0-5", "ticket_to_ticket", "ticket_to_ticket"),
    (182, 181, "0-48", "0-2", "call_to_company", "company_to_call"),
    (186, 185, "0-49", "0-2", "email_to_company", "company_to_email"),
    (188, 187, "0-47", "0-2", "meeting_event_to_company", "company_to_meeting_event"),
    (190, 189, "0-46", "0-2", "note_to_company", "company_to_note"),
    (192, 191, "0-27", "0-2", "task_to_company", "company_to_task"),
    (194, 193, "0-48", "0-1", "call_to_contact", "contact_to_call"),
    (198, 197, "0-49", "0-1", "email_to_contact", "contact_to_email"),
    (200, 199, "0-47", "0-1", "meeting_event_to_contact", "contact_to_meeting_event"),
    (202, 201, "0-46", "0-1", "note_to_contact", "contact_to_note"),
    (204, 203, "0-27", "0-1", "task_to_contact", "contact_to_task"),
    (206, 205, "0-48", "0-3", "call_to_deal", "deal_to_call"),
    (210, 209, "0-49", "0-3", "email_to_deal", "deal_to_email"),
    (212, 211, "0-47", "0-3", "meeting_event_to_deal", "deal_to_meeting_event"),
    (214, 213, "0-46", "0-3", "note_to_deal", "deal_to_note"),
    (216, 215, "0-27", "0-3", "task_to_deal", "deal_to_task"),
    (220, 219, "0-48", "0-5", "call_to_ticket", "ticket_to_call"),
    (224, 223, "0-49", "0-5", "email_to_ticket", "ticket_to_email"),
    (226, 225, "0-47", "0-5", "meeting_event_to_ticket", "ticket_to_meeting_event"),
    (228, 227, "0-46", "0-5", "note_to_ticket", "ticket_to_note"),
    (230, 229, "0-27", "0-5", "task_to_ticket", "ticket_to_task"),
)
"""(type id, type id of the way back, object type, the other's, name, name of the way back).
What HubSpot defines beside these is taken on trust."""


@dataclasses.dataclass(frozen=True)
class Defined:
    """A type of association HubSpot defines."""

    from_type: str
    to_type: str
    name: str
    back: int
    """The type id of the way back."""


DEFINED: Mapping[int, Defined] = {
    **{there: Defined(a, b, name, back) for there, back, a, b, name, _ in _PAIRS},
    **{back: Defined(b, a, name, there) for there, back, a, b, _, name in _PAIRS},
}
"""associationTypeId → what it joins."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """One type of association, as calls name it."""

    category: str
    type_id: int

    @property
    def defined(self) -> Defined | None:
        """What HubSpot says of it, None for a type it does not define."""
        return DEFINED.get(self.type_id) if self.category == HUBSPOT_DEFINED else None

    @property
    def back(self) -> Kind:
        """The same association seen from the other record."""
        return Kind(self.category, self.defined.back) if self.defined else self


Address = tuple[str, str]
"""(object type id, record id)."""


class Links:
    """Every association of the portal, kept at both its ends."""

    def __init__(self) -> None:
        self._ends: dict[Address, dict[Address, dict[Kind, None]]] = {}

    def join(self, one: Address, other: Address, kind: Kind) -> None:
        """Associate two records. Doing so again changes nothing."""
        self._ends.setdefault(one, {}).setdefault(other, {})[kind] = None
        self._ends.setdefault(other, {}).setdefault(one, {})[kind.back] = None

    def of(self, one: Address, to_type: str) -> Sequence[tuple[str, Sequence[Kind]]]:
        """What is associated with a record: ids of the type, each with its kinds."""
        ends = self._ends.get(one, {})
        return [(other, tuple(kinds)) for (kind, other), kinds in ends.items() if kind == to_type]

    def all(self) -> Sequence[tuple[Address, Address, Kind]]:
        """Every association, seen from each of its ends."""
        return [
            (one, other, kind)
            for one, ends in self._ends.items()
            for other, kinds in ends.items()
            for kind in kinds
        ]

    def forget(self, one: Address) -> None:
        """Drop every association of a record."""
        for other in self._ends.pop(one, {}):
            self._ends.get(other, {}).pop(one, None)

    def move(self, one: Address, to: Address) -> None:
        """Give every association of a record to another one; none with itself."""
        for other, kinds in dict(self._ends.get(one, {})).items():
            for kind in kinds:
                if other != to:
                    self.join(to, other, kind)
        self.forget(one)
