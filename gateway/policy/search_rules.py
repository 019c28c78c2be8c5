"""May this search be sent? HubSpot's limits, and the classes of the properties it names.

What is refused here never leaves: a highly sensitive property is kept out of search by HubSpot
itself, and naming one would tell it what somebody looks for.
Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from gateway.domain.search import (
    COUNTS,
    MAX_DEPTH,
    MAX_FILTERS,
    MAX_FILTERS_IN_ALL,
    MAX_GROUPS,
    MAX_PAGE,
    MAX_QUERY,
    MAX_SORTS,
    OPERATORS,
    Filter,
    Flaw,
    Group,
    Search,
    SearchFault,
    Takes,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.record_rules import KEPT_BY_HUBSPOT, Living, can_be_kept, class_of

_CURSOR = re.compile(r"[0-9]{1,9}\Z")


def shape_flaws(wanted: Search) -> tuple[Flaw, ...]:
    """What is wrong with a search whatever the properties are: its size, and its values."""
    return tuple(
        dict.fromkeys(
            [
                *_of_groups(wanted.groups),
                *(flaw for group in wanted.groups for one in group for flaw in _of_values(one)),
                *_of_page(wanted),
            ]
        )
    )


def _of_groups(groups: Sequence[Group]) -> Iterator[Flaw]:
    sizes = [len(group) for group in groups]
    if len(groups) > MAX_GROUPS:
        yield Flaw(SearchFault.TOO_MANY_GROUPS)
    if 0 in sizes:
        yield Flaw(SearchFault.EMPTY_GROUP)
    if max(sizes, default=0) > MAX_FILTERS:
        yield Flaw(SearchFault.TOO_MANY_FILTERS)
    if sum(sizes) > MAX_FILTERS_IN_ALL:
        yield Flaw(SearchFault.TOO_MANY_IN_ALL)


def _of_values(one: Filter) -> Iterator[Flaw]:
    least, most = COUNTS[OPERATORS[one.operator].takes]
    if len(one.values) < least:
        yield Flaw(SearchFault.VALUES_MISSING, one.property_name)
    if len(one.values) > most:
        yield Flaw(SearchFault.TOO_MANY_VALUES, one.property_name)
    if not all(value.reveal().strip() for value in one.values):
        yield Flaw(SearchFault.EMPTY_VALUE, one.property_name)
    if not all(can_be_kept(value.reveal()) for value in one.values):
        yield Flaw(SearchFault.NOT_TEXT, one.property_name)


def _of_page(wanted: Search) -> Iterator[Flaw]:
    if len(wanted.query.reveal()) > MAX_QUERY:
        yield Flaw(SearchFault.QUERY_TOO_LONG)
    if not can_be_kept(wanted.query.reveal()):
        yield Flaw(SearchFault.NOT_TEXT)
    if len(wanted.sorts) > MAX_SORTS:
        yield Flaw(SearchFault.TOO_MANY_SORTS)
    if not 1 <= wanted.limit <= MAX_PAGE:
        yield Flaw(SearchFault.BAD_PAGE)
    if wanted.after and not _CURSOR.match(wanted.after):
        yield Flaw(SearchFault.BAD_CURSOR)
    elif wanted.after and int(wanted.after) + wanted.limit > MAX_DEPTH:
        yield Flaw(SearchFault.TOO_DEEP)


def property_flaws(
    names: Collection[str], living: Living, archived: Collection[str]
) -> tuple[Flaw, ...]:
    """What is wrong with the properties a search names. ``living`` has every definition of a
    name, of each class it was found in; ``archived`` the names of those that were put away."""
    found = ((name, _fault(name, living, archived)) for name in names)
    return tuple(Flaw(fault, name) for name, fault in found if fault is not None)


def telling(wanted: Search, living: Living) -> tuple[str, ...]:
    """The sensitive properties whose values a search tells something about: those it sorts by
    or compares with a value. Whether there is one is told of every record anyway."""
    compared = {
        one.property_name
        for group in wanted.groups
        for one in group
        if OPERATORS[one.operator].takes is not Takes.NOTHING
    } | {one.property_name for one in wanted.sorts}
    return tuple(
        name
        for name in wanted.compared()
        if name in compared and class_of(name, living) is Sensitivity.SENSITIVE
    )


def _fault(name: str, living: Living, archived: Collection[str]) -> SearchFault | None:
    found = living.get(name, ())
    if not found and name in KEPT_BY_HUBSPOT:
        return None
    if not found:
        put_away = name in archived
        return SearchFault.ARCHIVED_PROPERTY if put_away else SearchFault.UNKNOWN_PROPERTY
    if any(one.sensitivity is Sensitivity.HIGHLY_SENSITIVE for one in found):
        return SearchFault.HIGHLY_SENSITIVE
    if class_of(name, living) is None:
        return SearchFault.CLASS_UNKNOWN
    return SearchFault.ARCHIVED_PROPERTY if found[0].archived else None
