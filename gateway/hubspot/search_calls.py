"""A search for records: the request, and what comes back.

What is looked for stands in the body, and never in an address: addresses end in logs.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec

from gateway.domain.search import OPERATORS, Filter, Search, Takes
from gateway.hubspot import record_replies
from gateway.hubspot.failures import unreadable
from gateway.hubspot.record_replies import SeenRecord
from gateway.hubspot.replies import converted, decoded
from gateway.hubspot.routes import Operation
from gateway.hubspot.wire import Request, Response, build, json_body

LOWER_CASE = frozenset({"string", "phone_number"})
"""Types of property whose listed values HubSpot compares in lower case only."""


class SeenPage(msgspec.Struct, frozen=True):
    """One page of what was found; ``after`` is "" on the last."""

    total: int
    records: tuple[SeenRecord, ...]
    after: str


class _Next(msgspec.Struct):
    after: str = ""


class _Paging(msgspec.Struct):
    next: _Next = msgspec.field(default_factory=_Next)


class _Page(msgspec.Struct):
    total: Annotated[int, msgspec.Meta(ge=0)]
    paging: _Paging = msgspec.field(default_factory=_Paging)


def search_records(
    object_type: str, wanted: Search, shown: Collection[str], types: Mapping[str, str]
) -> Request:
    """The search, which asks for the properties ``shown``; ``types`` tells the type of each
    property it compares."""
    body: dict[str, Any] = {
        "filterGroups": [
            {"filters": [_filter(one, types.get(one.property_name, "")) for one in group]}
            for group in wanted.groups
        ],
        "sorts": [
            {
                "propertyName": one.property_name,
                "direction": "DESCENDING" if one.descending else "ASCENDING",
            }
            for one in wanted.sorts
        ],
        "properties": list(shown),
        "limit": wanted.limit,
        "after": wanted.after,
    }
    if wanted.query:
        body["query"] = wanted.query.reveal()
    return build(Operation.SEARCH_RECORDS, body=json_body(body), object_type=object_type)


def found_records(response: Response, names: Collection[str], shown: Collection[str]) -> SeenPage:
    """One page; of the properties ``names`` the presence is told, of those in ``shown`` the
    values, too."""
    records = record_replies.batch(response, {}, names, shown).records
    page = converted(decoded(response), _Page)
    if page is None:
        raise unreadable(response)
    return SeenPage(page.total, records, page.paging.next.after)


def _filter(one: Filter, kind: str) -> dict[str, Any]:
    """A filter as HubSpot writes it."""
    texts = [value.reveal() for value in one.values]
    takes = OPERATORS[one.operator].takes
    body: dict[str, Any] = {"propertyName": one.property_name, "operator": str(one.operator)}
    if takes is Takes.SEVERAL:
        body["values"] = [text.lower() for text in texts] if kind in LOWER_CASE else texts
    elif texts:
        body["value"] = texts[0]
    if takes is Takes.RANGE:
        body["highValue"] = texts[1]
    return body
