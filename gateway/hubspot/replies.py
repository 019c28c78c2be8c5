"""What comes back: each function turns one response into a value, or raises the one named
error. Bodies are read into typed, frozen structures; a decoding error never travels on.
"""

from __future__ import annotations

import dataclasses
import email.utils
from collections.abc import Collection
from typing import Annotated, Any, TypeVar

import msgspec

from gateway.domain.forms import FormDefinition
from gateway.domain.properties import Property
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.validations import PlacedRules, ValidationRule
from gateway.hubspot import nesting
from gateway.hubspot.failures import failure, unreadable
from gateway.hubspot.wire import Response

MAX_PORTAL_ID = 10**15
"""The largest account id that is believed; the outbox could not keep one without a bound."""

COUNTED = frozenset({"SUCCESS", "CACHED"})
"""The ``fetchStatus`` of a count that says something."""

_T = TypeVar("_T")


class AccountDetails(msgspec.Struct, frozen=True, rename="camel"):
    """The account a token belongs to."""

    portal_id: Annotated[int, msgspec.Meta(ge=1, le=MAX_PORTAL_ID)]
    account_type: str = "STANDARD"
    data_hosting_location: str = "na1"
    time_zone: str = "UTC"


class DailyUsage(msgspec.Struct, frozen=True, rename="camel"):
    """The day's calls of the account's private apps, as HubSpot last counted them."""

    usage_limit: Annotated[int, msgspec.Meta(ge=1)]
    current_usage: Annotated[int, msgspec.Meta(ge=0)]
    fetch_status: str = "SUCCESS"


class FormListing(msgspec.Struct, frozen=True):
    """A form of the list; ``definition`` is None when HubSpot's description of it cannot be
    read, so that one odd form does not hide the others."""

    id: str
    name: str
    definition: FormDefinition | None


class FormPage(msgspec.Struct, frozen=True):
    """One page of forms; ``after`` leads to the next."""

    forms: tuple[FormListing, ...]
    after: str | None


class Accepted(msgspec.Struct, frozen=True, rename="camel"):
    """HubSpot took the submission. It returns no id; what it says to the person is markup
    from outside."""

    inline_message: str | None = None
    redirect_uri: str | None = None


class SeenSubmission(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of the submissions read, without its values: they are not ours to read."""

    submitted_at: Annotated[int, msgspec.Meta(ge=1)]
    page_url: str = ""
    conversion_id: str | None = None


class SubmissionPage(msgspec.Struct, frozen=True):
    """One page of submissions, newest first."""

    submissions: tuple[SeenSubmission, ...]
    after: str | None
    whole: bool = True
    """Whether every entry could be read: one that could not may be the one looked for."""


class _Next(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    next: _Next = _Next()


class _Page(msgspec.Struct, frozen=True):
    results: list[Any]
    paging: _Paging = _Paging()


class _Counted(msgspec.Struct):
    """A page with every entry of it, those that say nothing included."""

    results: list[Any]


_Name = Annotated[str, msgspec.Meta(min_length=1)]


class _Head(msgspec.Struct):
    id: _Name
    name: Any = ""


class _Named(msgspec.Struct):
    name: _Name


class _RuleMap(msgspec.Struct):
    property_name: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="propertyName")
    rules: list[Any] = msgspec.field(name="propertyValidationRules", default_factory=list)


_UNREADABLE_RULE = ValidationRule(rule_type="")


class _Scopes(msgspec.Struct):
    scopes: list[str]
    active: bool = True


def account_details(response: Response) -> AccountDetails:
    """The account behind the token."""
    return _convert(_success(response), AccountDetails, response)


def daily_usage(response: Response) -> DailyUsage | None:
    """The day's calls; None when HubSpot does not know them now."""
    page = _convert(_success(response), _Page, response)
    rows = (converted(one, DailyUsage) for one in page.results)
    return next((row for row in rows if row is not None and row.fetch_status in COUNTED), None)


def token_scopes(response: Response) -> frozenset[str]:
    """The scopes a token holds. The answer repeats the token: nothing else is kept."""
    read = _convert(_success(response), _Scopes, response)
    return frozenset(read.scopes) if read.active else frozenset()


def form(response: Response) -> FormListing:
    """One form."""
    listing = _listing(_described(response))
    if listing is None:
        raise unreadable(response)
    return listing


def form_page(response: Response) -> FormPage:
    """One page of the account's forms; an entry without an id is passed over."""
    page = _convert(_described(response), _Page, response)
    listings = (_listing(one) for one in page.results)
    return FormPage(
        tuple(one for one in listings if one is not None), page.paging.next.after or None
    )


def properties(response: Response, asked: Sensitivity) -> tuple[Property, ...]:
    """The properties of the class that was ``asked`` for.

    A property that names another class, or none, is given the class None: a disagreement is
    unknown, and the gate refuses it. So is one that cannot be read but for its name; it must
    not look as if HubSpot had none of that name. One without a name is passed over.
    """
    page = _convert(_success(response), _Page, response)
    read = (_property(one) for one in page.results)
    return tuple(
        one if one.sensitivity is asked else msgspec.structs.replace(one, data_sensitivity=None)
        for one in read
        if one is not None
    )


def validations(response: Response, object_type_id: str) -> tuple[PlacedRules, ...]:
    """The validation rules of one object type's properties.

    A rule that cannot be read is kept as one of no known kind, so that it is told; a property
    without a name is passed over.
    """
    page = _convert(_success(response), _Page, response)
    read = (converted(one, _RuleMap) for one in page.results)
    return tuple(
        PlacedRules(
            object_type_id,
            one.property_name,
            tuple(converted(rule, ValidationRule) or _UNREADABLE_RULE for rule in one.rules),
        )
        for one in read
        if one is not None
    )


def accepted(response: Response, keys: Collection[str]) -> Accepted:
    """HubSpot's yes to a submission; ``keys`` are the fields that were sent.

    Raises :class:`Rejected` for a no, :class:`Ambiguous` when it cannot be told.
    """
    if response.status != 200:
        raise failure(response, submitting=True, keys=keys)
    read = converted(decoded(response), Accepted)
    if read is None:
        raise unreadable(response, submitting=True)
    return read


def submission_page(response: Response) -> SubmissionPage:
    """One page of a form's submissions; an entry that cannot be read is passed over, and the
    page is not whole then."""
    page = _convert(_success(response), _Page, response)
    seen = tuple(one for one in map(_seen, page.results) if one is not None)
    listed = converted(decoded(response), _Counted)
    whole = listed is not None and len(seen) == len(listed.results)
    return SubmissionPage(seen, page.paging.next.after or None, whole)


def date_ms(response: Response) -> int | None:
    """HubSpot's clock from the ``Date`` header (RFC 9110, whole seconds), ms since the epoch."""
    try:
        return int(
            email.utils.parsedate_to_datetime(response.headers.get("date", "")).timestamp() * 1000
        )
    except (TypeError, ValueError, OverflowError):
        return None


def _listing(one: Any) -> FormListing | None:
    head = converted(one, _Head)
    if head is None:
        return None
    name = head.name if isinstance(head.name, str) else ""
    definition = converted(one, FormDefinition)
    if definition is not None and not _walkable(definition):
        definition = None
    return FormListing(head.id, name, definition)


def _walkable(definition: FormDefinition) -> bool:
    """Whether its dependent fields nest no deeper than is followed."""
    try:
        return all(True for _ in definition.walk())
    except (ValueError, RecursionError):
        return False


def _property(one: Any) -> Property | None:
    read = converted(one, Property)
    if read is not None and read.name:
        return read
    named = converted(one, _Named)
    # All that is known to be wrong is the class: nothing else is claimed of it.
    return Property(name=named.name, form_field=True) if named is not None else None


def _seen(one: Any) -> SeenSubmission | None:
    read = converted(one, SeenSubmission)
    if read is None and isinstance(one, dict):
        # The tag in the page's address is the evidence; the id is only told beside it.
        without_id = {name: told for name, told in one.items() if name != "conversionId"}
        read = converted(without_id, SeenSubmission)
    return read


def _success(response: Response) -> Any:
    if response.status != 200:
        raise failure(response)
    told = decoded(response)
    if told is None:
        raise unreadable(response)
    return told


def _described(response: Response) -> Any:
    """The body of an answer about forms. One that nests deeper than can be read loses its
    description; the others of its list keep theirs."""
    if response.status == 200 and decoded(response) is None:
        response = dataclasses.replace(response, body=nesting.cut(response.body))
    return _success(response)


def _convert(value: Any, kind: type[_T], response: Response) -> _T:
    read = converted(value, kind)
    if read is None:
        raise unreadable(response)
    return read


def decoded(response: Response) -> Any | None:
    """The body's JSON without its nulls; None when it is none."""
    try:
        return _without_nulls(msgspec.json.decode(response.body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def converted(value: Any, kind: type[_T]) -> _T | None:
    """``value`` as ``kind``; None when it cannot be read so. Whoever raises does so outside
    the handler: a decoding error keeps what it read."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _without_nulls(value: Any) -> Any:
    """HubSpot writes null for what it leaves out; both mean "not said"."""
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value if one is not None]
    return value
