"""The property groups an account starts with: HubSpot's own, and those its properties name."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.domain.objects import APPOINTMENT, COMPANY, CONTACT, DEAL, PROJECT, TICKET
from gateway.emulator.seed.shapes import Json

BUILT_IN: Mapping[str, str] = {
    CONTACT: "contactinformation",
    COMPANY: "companyinformation",
    DEAL: "dealinformation",
    TICKET: "ticketinformation",
    APPOINTMENT: "appointmentinformation",
    PROJECT: "projectinformation",
}
"""objectTypeId → the group of HubSpot's own properties."""
_LABELS: Mapping[str, str] = {
    "contactinformation": "Contact information",
    "companyinformation": "Company information",
    "dealinformation": "Deal information",
    "ticketinformation": "Ticket information",
    "appointmentinformation": "Appointment information",
    "projectinformation": "Project information",
    "conversioninformation": "Conversion information",
}


def group(name: str, label: str, order: int = -1) -> Json:
    """One property group."""
    return {"name": name, "label": label, "displayOrder": order, "archived": False}


def starting_groups(properties: Mapping[str, Mapping[str, Json]]) -> dict[str, dict[str, Json]]:
    """objectTypeId → name → group, for properties by objectTypeId and name."""
    found: dict[str, dict[str, Json]] = {}
    for kind in (*BUILT_IN, *(kind for kind in properties if kind not in BUILT_IN)):
        named = [row["groupName"] for row in properties.get(kind, {}).values()]
        names = dict.fromkeys((*((BUILT_IN[kind],) if kind in BUILT_IN else ()), *named))
        found[kind] = {name: group(name, _label(name), i) for i, name in enumerate(names)}
    return found


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " ").capitalize())
