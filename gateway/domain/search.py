"""A search for records: what may be asked, how much of it, and why it may be refused.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping

from gateway.domain.answers import Secret
from gateway.domain.records import Record

MAX_GROUPS, MAX_FILTERS, MAX_FILTERS_IN_ALL = 5, 6, 18
"""Groups in a search, filters in one group, and filters in all."""
MAX_QUERY = 3_000
"""Characters of free text."""
MAX_SORTS = 1
"""HubSpot sorts by one property."""
MAX_PAGE, DEFAULT_PAGE = 200, 10
"""Records in one answer."""
MAX_DEPTH = 10_000
"""Records one search shows, page by page; what comes after them is never shown."""
PER_SECOND = 5
"""Searches a second, of the whole account, whoever asks."""


class Operator(enum.StrEnum):
    """How a filter compares; the text is HubSpot's own spelling."""

    EQ = "EQ"
    NEQ = "NEQ"
    LT = "LT"
    LTE = "LTE"
    GT = "GT"
    GTE = "GTE"
    BETWEEN = "BETWEEN"
    IN = "IN"
    NOT_IN = "NOT_IN"
    HAS_PROPERTY = "HAS_PROPERTY"
    NOT_HAS_PROPERTY = "NOT_HAS_PROPERTY"
    CONTAINS_TOKEN = "CONTAINS_TOKEN"  # noqa: S105  # a word of a text
    NOT_CONTAINS_TOKEN = "NOT_CONTAINS_TOKEN"  # noqa: S105  # a word of a text


class Takes(enum.Enum):
    """What an operator compares with."""

    NOTHING = enum.auto()
    ONE = enum.auto()
    RANGE = enum.auto()
    """Two values, both ends included."""
    SEVERAL = enum.auto()


COUNTS: Mapping[Takes, tuple[int, int]] = {
    Takes.NOTHING: (0, 0),
    Takes.ONE: (1, 1),
    Takes.RANGE: (2, 2),
    Takes.SEVERAL: (1, 100),
}
"""How many values there must be, at least and at most. HubSpot names no limit for a list; ours
keeps a search readable."""


@dataclasses.dataclass(frozen=True)
class OperatorRow:
    """One operator: what it takes, and how a person reads it."""

    takes: Takes
    words: str
    """Between a property's name and the value."""


OPERATORS: Mapping[Operator, OperatorRow] = {
    Operator.EQ: OperatorRow(Takes.ONE, "is"),
    Operator.NEQ: OperatorRow(Takes.ONE, "is not"),
    Operator.LT: OperatorRow(Takes.ONE, "is less than"),
    Operator.LTE: OperatorRow(Takes.ONE, "is at most"),
    Operator.GT: OperatorRow(Takes.ONE, "is more than"),
    Operator.GTE: OperatorRow(Takes.ONE, "is at least"),
    Operator.BETWEEN: OperatorRow(Takes.RANGE, "is between"),
    Operator.IN: OperatorRow(Takes.SEVERAL, "is one of"),
    Operator.NOT_IN: OperatorRow(Takes.SEVERAL, "is none of"),
    Operator.HAS_PROPERTY: OperatorRow(Takes.NOTHING, "has a value"),
    Operator.NOT_HAS_PROPERTY: OperatorRow(Takes.NOTHING, "has no value"),
    Operator.CONTAINS_TOKEN: OperatorRow(Takes.ONE, "contains the word"),
    Operator.NOT_CONTAINS_TOKEN: OperatorRow(Takes.ONE, "does not contain the word"),
}
"""Each operator's row. HubSpot restricts none of them to a type of property."""

EMAIL = "email"
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}\Z")
"""What a property's name looks like: only that is repeated."""


@dataclasses.dataclass(frozen=True)
class Filter:
    """One comparison. Its values do not show themselves."""

    property_name: str
    operator: Operator
    values: tuple[Secret, ...] = ()


Group = tuple[Filter, ...]
"""Filters that must all hold."""


@dataclasses.dataclass(frozen=True)
class Sort:
    """What the results are put in order by."""

    property_name: str
    descending: bool = False


@dataclasses.dataclass(frozen=True)
class Search:
    """What to look for. One group that holds is enough; without groups everything is found.

    A sensitive property is compared or shown only because it is named here.
    """

    groups: tuple[Group, ...] = ()
    query: Secret = dataclasses.field(default_factory=lambda: Secret(""))
    """Free text, looked for in ordinary properties."""
    sorts: tuple[Sort, ...] = ()
    properties: tuple[str, ...] = ()
    """What to show of each record, beside what HubSpot shows anyway."""
    limit: int = DEFAULT_PAGE
    after: str = ""
    """Where the page before ended; "" for the first page."""

    def names(self) -> tuple[str, ...]:
        """Every property it names, each once."""
        return tuple(dict.fromkeys((*self.compared(), *self.properties)))

    def compared(self) -> tuple[str, ...]:
        """The properties it compares or sorts by, each once."""
        filtered = (one.property_name for group in self.groups for one in group)
        return tuple(dict.fromkeys((*filtered, *(one.property_name for one in self.sorts))))


@dataclasses.dataclass(frozen=True)
class Found:
    """One page of what was found."""

    object_type_id: str
    total: int
    """How many records fit, as HubSpot counts them, shown or not."""
    records: tuple[Record, ...]
    after: str = ""
    """Where this page ended; "" when nothing comes after it."""

    @property
    def beyond(self) -> bool:
        """Whether there are more records than one search can show: see ``BEYOND``."""
        return self.total > MAX_DEPTH


class SearchFault(enum.StrEnum):
    """Why a search is not sent."""

    TOO_MANY_GROUPS = "too_many_groups"
    EMPTY_GROUP = "empty_group"
    TOO_MANY_FILTERS = "too_many_filters"
    TOO_MANY_IN_ALL = "too_many_in_all"
    QUERY_TOO_LONG = "query_too_long"
    TOO_MANY_SORTS = "too_many_sorts"
    BAD_PAGE = "bad_page"
    BAD_CURSOR = "bad_cursor"
    TOO_DEEP = "too_deep"
    VALUES_MISSING = "values_missing"
    TOO_MANY_VALUES = "too_many_values"
    EMPTY_VALUE = "empty_value"
    NOT_TEXT = "not_text"
    UNKNOWN_PROPERTY = "unknown_property"
    ARCHIVED_PROPERTY = "archived_property"
    CLASS_UNKNOWN = "class_unknown"
    HIGHLY_SENSITIVE = "highly_sensitive"


BEYOND = (
    f"HubSpot shows only the first {MAX_DEPTH:,} records of a search. Narrow it with another "
    "filter, or go on from the last record you have: sort by hs_object_id and ask for "
    "hs_object_id GT its id."
)
"""The limit, and the way out of it."""

FAULT_SENTENCES: Mapping[SearchFault, str] = {
    SearchFault.TOO_MANY_GROUPS: f"A search has at most {MAX_GROUPS} groups of filters.",
    SearchFault.EMPTY_GROUP: "A group has at least one filter.",
    SearchFault.TOO_MANY_FILTERS: f"A group has at most {MAX_FILTERS} filters.",
    SearchFault.TOO_MANY_IN_ALL: f"A search has at most {MAX_FILTERS_IN_ALL} filters in all.",
    SearchFault.QUERY_TOO_LONG: f"The words to look for are longer than {MAX_QUERY:,} characters.",
    SearchFault.TOO_MANY_SORTS: "HubSpot sorts by one property only.",
    SearchFault.BAD_PAGE: f"A page has 1 to {MAX_PAGE} records.",
    SearchFault.BAD_CURSOR: "This is not where a page ended. Use the one the page before gave.",
    SearchFault.TOO_DEEP: BEYOND,
    SearchFault.VALUES_MISSING: "The operator needs a value, or two for a range.",
    SearchFault.TOO_MANY_VALUES: "The operator does not take so many values.",
    SearchFault.EMPTY_VALUE: "An empty value finds nothing. Ask for NOT_HAS_PROPERTY instead.",
    SearchFault.NOT_TEXT: "What is looked for holds a character that cannot be sent.",
    SearchFault.UNKNOWN_PROPERTY: "There is no such property. Check its name.",
    SearchFault.ARCHIVED_PROPERTY: "The property is archived, so it cannot be searched.",
    SearchFault.CLASS_UNKNOWN: "HubSpot did not say how sensitive the property is, so it is "
    "left alone.",
    SearchFault.HIGHLY_SENSITIVE: "The property is highly sensitive, which HubSpot keeps out of "
    "search. Find the record by another property, open it, and reveal the value there.",
}
"""Each fault as a person reads it; the property's name is told beside it."""


@dataclasses.dataclass(frozen=True)
class Flaw:
    """One reason against a search, and the property it is about ("" for none)."""

    fault: SearchFault
    property_name: str = ""

    @property
    def sentence(self) -> str:
        """The reason as a person reads it, the property's name before it."""
        told = FAULT_SENTENCES[self.fault]
        return f"{self.property_name}: {told}" if _NAME.match(self.property_name) else told
