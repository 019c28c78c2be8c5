"""How many properties of the account's own each object type has, and may have.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/limits-tracking/get-custom-properties
"""

from __future__ import annotations

from typing import Any

from gateway.domain.objects import ObjectType
from gateway.domain.scopes import definition_need
from gateway.emulator import responses
from gateway.emulator.calls import Call
from gateway.emulator.responses import Answer

MAX_CUSTOM = 1000
"""How many custom properties an object type may have: what most subscriptions give."""


def count_properties(call: Call) -> Answer:
    """Limit and use of custom properties, for each object type the token may read."""
    portal = call.portal
    kinds = [kind for name in portal.properties if (kind := portal.object_type(name))]
    held = call.token().scopes
    read = [kind for kind in kinds if definition_need(kind).met_by(held)]
    if not read:
        call.require(definition_need(kinds[0]))
    rows = [_row(call, kind) for kind in read]
    limit, used = MAX_CUSTOM * len(rows), sum(row["usage"] for row in rows)
    return responses.as_json(
        {
            "byObjectType": rows,
            "overallLimit": limit,
            "overallUsage": used,
            "overallPercentage": _share(used, limit),
        }
    )


def _row(call: Call, kind: ObjectType) -> dict[str, Any]:
    rows = call.portal.properties[kind.id].values()
    used = sum(not row["hubspotDefined"] and not row["archived"] for row in rows)
    schema = call.portal.schemas.get(kind.id)
    labels = schema["labels"] if schema else {"singular": kind.label, "plural": kind.plural}
    return {
        "objectTypeId": kind.id,
        "singularLabel": labels["singular"].capitalize(),
        "pluralLabel": labels["plural"].capitalize(),
        "limit": MAX_CUSTOM,
        "usage": used,
        "percentage": _share(used, MAX_CUSTOM),
    }


def _share(used: int, limit: int) -> float:
    return round(100 * used / limit, 2)
