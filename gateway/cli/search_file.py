"""Reads what ``search --filters`` takes: HubSpot's own way to write a search, as JSON.

Values of filters are as private as the values of records, so that no fault repeats what stood in
the file: it says in which filter of which group the fault is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cli.json_file import MIB, read_json_file
from gateway.cli.usage import UsageError
from gateway.domain.answers import Secret
from gateway.domain.search import Filter, Group, Operator, Search, Sort

EXAMPLE = (
    '{"filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ", "value": "..."}]}]}'
)
_KEYS = frozenset({"filterGroups", "query", "sorts", "properties", "limit", "after"})
_FILTER_KEYS = frozenset({"propertyName", "operator", "value", "values", "highValue"})
_DIRECTIONS: Mapping[str, bool] = {"ASCENDING": False, "DESCENDING": True}


def read_search_file(name: str) -> Search:
    """The search in the file ``name``, or on standard input for ``-``. Raises
    :class:`UsageError`, which is chained to nothing that holds what was read."""
    body = read_json_file(name, what="file of the search", most=MIB)
    if not isinstance(body, dict) or not body.keys() <= _KEYS:
        raise UsageError(
            f"The search is one JSON object with {', '.join(sorted(_KEYS))}, such as {EXAMPLE}"
        )
    wanted = Search(
        groups=tuple(
            _group(one, f"group {place}")
            for place, one in enumerate(_list(body, "filterGroups"), 1)
        ),
        query=Secret(_text(body.get("query", ""), "query")),
        sorts=tuple(_sort(one) for one in _list(body, "sorts")),
        properties=tuple(_text(one, "properties") for one in _list(body, "properties")),
        after=_text(body.get("after", ""), "after"),
    )
    limit = body.get("limit", wanted.limit)
    if not isinstance(limit, int):
        raise UsageError("In the search, limit is a whole number.")
    return dataclasses.replace(wanted, limit=limit)


def _group(one: object, where: str) -> Group:
    if not isinstance(one, dict) or one.keys() != {"filters"}:
        raise UsageError(f'In {where}: a group is {{"filters": [...]}}.')
    filters = _list(one, "filters")
    return tuple(_filter(f, f"filter {place} of {where}") for place, f in enumerate(filters, 1))


def _filter(one: object, where: str) -> Filter:
    if not isinstance(one, dict) or not one.keys() <= _FILTER_KEYS:
        raise UsageError(f"In {where}: a filter has {', '.join(sorted(_FILTER_KEYS))}.")
    operator = one.get("operator")
    if not isinstance(operator, str) or operator not in set(Operator):
        raise UsageError(f"In {where}: operator is one of {', '.join(Operator)}.")
    values = [one[key] for key in ("value", "highValue") if key in one]
    values += _list(one, "values")
    return Filter(
        _text(one.get("propertyName"), f"propertyName of {where}"),
        Operator(operator),
        tuple(Secret(_text(value, f"the value of {where}")) for value in values),
    )


def _sort(one: object) -> Sort:
    if isinstance(one, str):
        return Sort(one.removeprefix("-"), descending=one.startswith("-"))
    direction = one.get("direction", "ASCENDING") if isinstance(one, dict) else None
    if isinstance(one, dict) and isinstance(direction, str) and direction in _DIRECTIONS:
        return Sort(_text(one.get("propertyName"), "sorts"), _DIRECTIONS[direction])
    raise UsageError('In sorts: write {"propertyName": "...", "direction": "DESCENDING"}.')


def _list(body: Mapping[str, Any], key: str) -> Sequence[object]:
    found = body.get(key, [])
    if not isinstance(found, list):
        raise UsageError(f"In the search, {key} is a list.")
    return found


def _text(value: object, where: str) -> str:
    """A text, or a number or truth as HubSpot would be sent it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise UsageError(f"In the search, {where} is a text.")
    return value
