"""Search: filters, sorting, free text, paging, and limits of its own.

Sensitive properties are found with their scope; highly sensitive ones are not available here.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.objects import COMPANY, CONTACT, DEAL, TICKET, ObjectType
from gateway.domain.scopes import Access
from gateway.domain.sensitivity import Sensitivity
from gateway.emulator import bodies, responses
from gateway.emulator.bodies import Body, Choice, ListOf, Text
from gateway.emulator.calls import Call
from gateway.emulator.objects import access, associations, filters
from gateway.emulator.objects.filters import Condition
from gateway.emulator.objects.inputs import Scalar, SearchCursor, Sort, WholeNumber
from gateway.emulator.objects.reading import settled
from gateway.emulator.objects.shape import as_json, shown, system_values
from gateway.emulator.portal import Portal
from gateway.emulator.properties import asked_object_type
from gateway.emulator.records import Record
from gateway.emulator.responses import Answer, Stop
from gateway.emulator.rules.messages import ASSUMED

MAX_GROUPS, MAX_FILTERS, MAX_FILTERS_IN_ALL = 5, 6, 18
MAX_RESULTS = 10_000
_DEFAULT_LIMIT, _MAX_LIMIT = 10, 200
_LONGEST_QUERY = 3000
_WINDOW, _SPAN = "search", 1.0
"""All searches of the account share one window of a second."""

_SEARCHED: Mapping[str, Sequence[str]] = {
    CONTACT: ("firstname", "lastname", "email", "phone", "mobilephone", "company"),
    COMPANY: ("website", "phone", "name", "domain"),
    DEAL: ("dealname", "pipeline", "dealstage", "description", "dealtype"),
    TICKET: ("subject", "content", "hs_pipeline_stage", "hs_ticket_category"),
}
"""Where ``query`` looks; a custom object's schema says where it does."""
_ASSOCIATED = "associations."
"""What stands before an object type in the name of a filter over associated records' ids."""
_SYSTEM_TYPES: Mapping[str, str] = {
    "createdate": "datetime",
    "hs_createdate": "datetime",
    "lastmodifieddate": "datetime",
    "hs_lastmodifieddate": "datetime",
    "hs_object_id": "number",
}


@dataclasses.dataclass(frozen=True)
class _Search:
    groups: Sequence[Sequence[Condition]]
    sorts: Sequence[tuple[str, bool]]
    """(property, whether descending)."""
    words: Sequence[str]


def search_objects(call: Call) -> Answer:
    """One page of the records that fit, and how many there are in all."""
    kind = asked_object_type(call)
    _count_against_limit(call)
    body = bodies.read(call, _body(call))
    given = _groups(body)
    sorts = [(name, descending) for name, descending in body.get("sorts", ())]
    asked = body.get("properties", [])
    compared = [*(one["propertyName"] for group in given for one in group), *(n for n, _ in sorts)]
    _refuse_highly_sensitive(call, kind, (*asked, *compared))
    access.require(call, kind, (*asked, *compared), Access.READ)
    types = _types(call.portal, kind, compared)
    wanted = _Search(
        [[filters.read(one, types[one["propertyName"]]) for one in group] for group in given],
        sorts,
        body.get("query", "").casefold().split(),
    )
    start, limit = body.get("after", 0), body.get("limit", _DEFAULT_LIMIT)
    if start + limit > MAX_RESULTS:
        raise Stop(responses.bad_request(f"No results beyond the first {MAX_RESULTS} {ASSUMED}"))
    settled(call)
    found = _sorted(kind, _found(call, kind, wanted), wanted.sorts, types)
    rows = found[start : start + limit]
    show = shown(call.portal, kind, asked)
    content: dict[str, Any] = {
        "total": len(found),
        "results": [as_json(kind, record, show) for record in rows],
    }
    if rows and start + limit < len(found):
        after = str(start + limit)
        link = f"{call.base}{call.path}?after={after}"
        content["paging"] = {"next": {"after": after, "link": link}}
    return responses.as_json(content)


def _body(call: Call) -> Body:
    value = Scalar(call.portal.switches.values_may_be_numbers)
    one = Body(
        "Filter",
        required={"propertyName": Text(1), "operator": Choice(tuple(filters.OPERATORS))},
        optional={"value": value, "values": ListOf(value, most=MAX_RESULTS), "highValue": value},
    )
    several = ListOf(one, most=MAX_FILTERS)
    return Body(
        "PublicObjectSearchRequest",
        optional={
            "query": Text(),
            "filterGroups": ListOf(Body("FilterGroup", required={"filters": several}),
                                   most=MAX_GROUPS),
            "filters": several,
            "sorts": ListOf(Sort(), most=10),
            "properties": ListOf(Text()),
            "limit": WholeNumber(_MAX_LIMIT),
            "after": SearchCursor(),
        },
    )  # fmt: skip


def _groups(body: Mapping[str, Any]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """The filters of each group; those that stand alone are a group, as live services take
    them. Stops with 400 where they are too many, or the query is too long."""
    groups = [group["filters"] for group in body.get("filterGroups", ())]
    if body.get("filters") and not groups:
        groups = [body["filters"]]
    if sum(map(len, groups)) > MAX_FILTERS_IN_ALL:
        raise Stop(responses.bad_request(f"No more than {MAX_FILTERS_IN_ALL} filters {ASSUMED}"))
    if len(body.get("query", "")) > _LONGEST_QUERY:
        raise Stop(
            responses.bad_request(f"The query is over {_LONGEST_QUERY} characters {ASSUMED}")
        )
    return groups


def _count_against_limit(call: Call) -> None:
    """Stop with 429 when the account has searched too often in this second."""
    limits, switches = call.portal.limits, call.portal.switches
    if not limits.take(_WINDOW, time.monotonic(), switches.search_limit, _SPAN):
        wait = _SPAN if switches.retry_after else None
        raise Stop(responses.rate_limited("SECONDLY", retry_after=wait))


def _refuse_highly_sensitive(call: Call, kind: ObjectType, named: Iterable[str]) -> None:
    for name in named:
        if call.portal.sensitivity(kind.id, name) is Sensitivity.HIGHLY_SENSITIVE:
            raise Stop(
                responses.bad_request(
                    f'The highly sensitive property "{name}" is not available in search {ASSUMED}'
                )
            )


def _types(portal: Portal, kind: ObjectType, names: Iterable[str]) -> dict[str, str]:
    """The type of each property to filter or sort by. Stops with 400 for an unknown one."""
    found = {}
    for name in names:
        definition = portal.property(kind.id, name)
        if definition is not None and not definition["archived"]:
            found[name] = str(definition["type"])
        elif name in _SYSTEM_TYPES:
            found[name] = _SYSTEM_TYPES[name]
        elif _associated(portal, name) is not None:
            # A record may be associated with several others, as an enumeration has choices.
            found[name] = "enumeration"
        else:
            raise Stop(responses.bad_request(f'Property "{name}" does not exist'))
    return found


def _found(call: Call, kind: ObjectType, wanted: _Search) -> list[Record]:
    portal = call.portal
    names = _searched(portal, kind) if wanted.words else ()
    fits = _fits(portal, kind, wanted, names)
    delay = portal.switches.search_delay
    records: Iterable[Record | None] = portal.records.all(kind.id)
    if delay:
        seen_until = call.at_ms - round(delay * 1000)
        records = (record.as_of(seen_until) for record in portal.records.all(kind.id))
    return [r for r in records if r is not None and not r.archived and fits(r)]


def _associated(portal: Portal, name: str) -> ObjectType | None:
    """The object type whose records a filter looks for among a record's associations; HubSpot
    does not offer the account's own types for that."""
    named = name.removeprefix(_ASSOCIATED)
    kind = portal.object_type(named) if named != name else None
    return kind if kind is not None and kind.id not in portal.schemas else None


def _fits(
    portal: Portal, kind: ObjectType, wanted: _Search, names: Sequence[str]
) -> Callable[[Record], bool]:
    empty_denied = portal.switches.denials_find_empty
    named = {one.name for group in wanted.groups for one in group}
    others = {name: to for name in named if (to := _associated(portal, name)) is not None}

    def fits(record: Record) -> bool:
        own = system_values(kind, record) | {
            name: ";".join(associations.linked(portal, kind, record, to))
            for name, to in others.items()
        }
        texts = [record.values.get(name, "").casefold() for name in names]
        if not all(any(word in text for text in texts) for word in wanted.words):
            return False
        return not wanted.groups or any(
            all(
                one.holds(own.get(one.name) or record.values.get(one.name),
                          empty_denied=empty_denied)
                for one in group
            )
            for group in wanted.groups
        )  # fmt: skip

    return fits


def _searched(portal: Portal, kind: ObjectType) -> Sequence[str]:
    """Where ``query`` looks: never at a sensitive value."""
    schema = portal.schemas.get(kind.id)
    texts = [n for n, p in portal.properties.get(kind.id, {}).items() if p["type"] == "string"]
    listed = schema.get("searchableProperties") if schema else _SEARCHED.get(kind.id)
    return [
        name
        for name in (listed or texts)
        if portal.sensitivity(kind.id, name) is Sensitivity.NON_SENSITIVE
    ]


def _sorted(
    kind: ObjectType,
    records: list[Record],
    sorts: Sequence[tuple[str, bool]],
    types: Mapping[str, str],
) -> list[Record]:
    """Oldest first unless told otherwise; what has no value comes last either way."""
    for name, descending in reversed(sorts):
        with_value: list[tuple[Any, Record]] = []
        without: list[tuple[Any, Record]] = []
        for record in records:
            text = system_values(kind, record).get(name) or record.values.get(name)
            key = filters.comparable(types[name], text) if text else None
            (without if key is None else with_value).append((key, record))
        with_value.sort(key=lambda pair: pair[0], reverse=descending)
        records = [record for _, record in (*with_value, *without)]
    return records
