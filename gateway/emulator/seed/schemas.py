"""The schema of an account's own object type, without the properties that belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator.seed.shapes import Json

_CREATED = "2026-02-09T08:20:00.000Z"


def schema(
    portal_id: int,
    number: int,
    name: str,
    labels: tuple[str, str],
    *,
    display: str,
    required: Sequence[str] = (),
    searchable: Sequence[str] = (),
    secondary: Sequence[str] = (),
    associated: Sequence[str] = (),
    sensitive: bool = False,
    description: str | None = None,
    at: str = _CREATED,
) -> Json:
    """One object schema of type ``2-<number>``. ``labels`` are the singular and the plural;
    ``display`` and the like name properties; ``associated`` are object type ids."""
    made: Json = {
        "id": str(number),
        "objectTypeId": f"2-{number}",
        "fullyQualifiedName": f"p{portal_id}_{name}",
        "name": name,
        "labels": {"singular": labels[0], "plural": labels[1]},
        "primaryDisplayProperty": display,
        "secondaryDisplayProperties": list(secondary),
        "requiredProperties": list(required),
        "searchableProperties": list(searchable),
        "allowsSensitiveProperties": sensitive,
        "archived": False,
        "createdAt": at,
        "updatedAt": at,
        "associations": [
            association(str(i), f"2-{number}", other, f"{name}_to_{other}", at)
            for i, other in enumerate(associated, number * 10)
        ],
    }
    if description is not None:
        made["description"] = description
    return made


def association(number: str, source: str, target: str, name: str, at: str) -> Json:
    """One definition of an association from object type ``source`` to ``target``."""
    return {
        "id": number,
        "fromObjectTypeId": source,
        "toObjectTypeId": target,
        "name": name,
        "createdAt": at,
        "updatedAt": at,
    }
