"""What comes back: each function turns one response into a value, or raises the one named
error. Bodies are read into typed, frozen structures; a decoding error never travels on.
"""

from __future__ import annotations

import email.utils
from collections.abc import Collection
from typing import Any, TypeVar

import msgspec

from gateway.domain.forms import FormDefinition
from gateway.domain.properties import Property
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot.failures import failure, unreadable
from gateway.hubspot.wire import Response

_T = TypeVar("_T")


class AccountDetails(msgspec.Struct, frozen=True, rename="camel"):
    """The account a token belongs to."""

    portal_id: int
    account_type: str = "STANDARD"
    data_hosting_location: str = "na1"
    time_zone: str = "UTC"


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

    submitted_at: int = 0
    page_url: str = ""
    conversion_id: str | None = None


class SubmissionPage(msgspec.Struct, frozen=True):
    """One page of submissions, newest first."""

    submissions: tuple[SeenSubmission, ...]
    after: str | None


class _Next(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    next: _Next = _Next()


class _Page(msgspec.Struct, frozen=True):
    results: list[Any]
    paging: _Paging = _Paging()


class _Head(msgspec.Struct):
    id: str
    name: str = ""


class _Scopes(msgspec.Struct):
    scopes: list[str]
    active: bool = True


def account_details(response: Response) -> AccountDetails:
    """The account behind the token."""
    return _convert(_success(response), AccountDetails, response)


def token_scopes(response: Response) -> frozenset[str]:
    """The scopes a token holds. The answer repeats the token: nothing else is kept."""
    read = _convert(_success(response), _Scopes, response)
    return frozenset(read.scopes) if read.active else frozenset()


def form(response: Response) -> FormListing:
    """One form."""
    return _listing(_success(response), response)


def form_page(response: Response) -> FormPage:
    """One page of the account's forms."""
    page = _convert(_success(response), _Page, response)
    return FormPage(
        tuple(_listing(one, response) for one in page.results), page.paging.next.after or None
    )


def properties(response: Response, asked: Sensitivity) -> tuple[Property, ...]:
    """The properties of the class that was ``asked`` for.

    A property that names another class, or none, is given the class None: a disagreement is
    unknown, and the gate refuses it.
    """
    page = _convert(_success(response), _Page, response)
    read = (_convert(one, Property, response) for one in page.results)
    return tuple(
        one if one.sensitivity is asked else msgspec.structs.replace(one, data_sensitivity=None)
        for one in read
    )


def accepted(response: Response, keys: Collection[str]) -> Accepted:
    """HubSpot's yes to a submission; ``keys`` are the fields that were sent.

    Raises :class:`Rejected` for a no, :class:`Ambiguous` when it cannot be told.
    """
    if response.status != 200:
        raise failure(response, submitting=True, keys=keys)
    try:
        return msgspec.convert(_without_nulls(msgspec.json.decode(response.body)), Accepted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise unreadable(response, submitting=True) from None


def submission_page(response: Response) -> SubmissionPage:
    """One page of a form's submissions."""
    page = _convert(_success(response), _Page, response)
    seen = tuple(_convert(one, SeenSubmission, response) for one in page.results)
    return SubmissionPage(seen, page.paging.next.after or None)


def date_ms(response: Response) -> int | None:
    """HubSpot's clock from the ``Date`` header (RFC 9110, whole seconds), ms since the epoch."""
    try:
        return int(
            email.utils.parsedate_to_datetime(response.headers.get("date", "")).timestamp() * 1000
        )
    except (TypeError, ValueError):
        return None


def _success(response: Response) -> Any:
    if response.status != 200:
        raise failure(response)
    try:
        return _without_nulls(msgspec.json.decode(response.body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise unreadable(response) from None


def _listing(one: Any, response: Response) -> FormListing:
    head = _convert(one, _Head, response)
    try:
        definition = msgspec.convert(one, FormDefinition, strict=False)
        sum(1 for _ in definition.walk())
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return FormListing(head.id, head.name, None)
    return FormListing(head.id, head.name, definition)


def _convert(value: Any, kind: type[_T], response: Response) -> _T:
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.MsgspecError, RecursionError):
        raise unreadable(response) from None


def _without_nulls(value: Any) -> Any:
    """HubSpot writes null for what it leaves out; both mean "not said"."""
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value if one is not None]
    return value
