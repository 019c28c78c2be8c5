"""What goes out: each function builds one request, and does no I/O.

A request names its host by kind; :mod:`gateway.hubspot.client` alone knows addresses.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gateway.domain.answers import Secret
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import Payload
from gateway.hubspot.routes import ROUTES, Operation

FORMS_PAGE = 100
SUBMISSIONS_PAGE = 50


@dataclasses.dataclass(frozen=True)
class Request:
    """One call. The body may hold answers or a token, so it does not show itself."""

    operation: Operation
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = dataclasses.field(default=None, repr=False)
    content_type: str = "application/json"


@dataclasses.dataclass(frozen=True)
class Response:
    """What came back: header names in lower case; a body that does not show itself."""

    status: int
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)


def account_details() -> Request:
    """Which account the token belongs to, and where its data lives."""
    return build(Operation.ACCOUNT_DETAILS)


def daily_usage() -> Request:
    """How many of the day's calls the account's private apps have used."""
    return build(Operation.DAILY_USAGE)


def private_app_token(token: Secret) -> Request:
    """What a private app's token or a service key may do. The token goes in the body, as
    HubSpot asks."""
    return build(Operation.PRIVATE_APP_TOKEN, body=json_body({"tokenKey": token.reveal()}))


def oauth_token(token: Secret, client_id: str, client_secret: Secret) -> Request:
    """What an OAuth access token may do. The documentation names the token's key
    ``access_token`` and the published spec ``token``: both are sent."""

    form = {
        "client_id": client_id,
        "client_secret": client_secret.reveal(),
        "token_type_hint": "access_token",
        "access_token": token.reveal(),
        "token": token.reveal(),
    }
    return build(
        Operation.OAUTH_TOKEN,
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
    )


def list_forms(after: str | None = None) -> Request:
    """One page of the account's forms. Without ``formTypes`` HubSpot leaves kinds out."""
    query = [("limit", str(FORMS_PAGE)), ("formTypes", "hubspot"), ("archived", "false")]
    if after:
        query.append(("after", after))
    return build(Operation.LIST_FORMS, query=query)


def get_form(form_id: str, *, archived: bool = False) -> Request:
    """One form; an archived one must be asked for as such."""
    query = [("archived", "true")] if archived else []
    return build(Operation.GET_FORM, query=query, form_id=form_id)


def list_properties(
    object_type: str, sensitivity: Sensitivity, *, archived: bool = False
) -> Request:
    """The properties of one class; HubSpot lists one class per call, without paging."""
    query = [("dataSensitivity", str(sensitivity)), ("archived", str(archived).lower())]
    return build(Operation.LIST_PROPERTIES, query=query, object_type=object_type)


def list_validations(object_type_id: str) -> Request:
    """The validation rules of an object type's properties, those without any left out."""
    return build(Operation.LIST_VALIDATIONS, object_type_id=object_type_id)


def read_submissions(form_id: str, after: str | None = None) -> Request:
    """One page of a form's submissions, newest first."""
    query = [("limit", str(SUBMISSIONS_PAGE))]
    if after:
        query.append(("after", after))
    return build(Operation.READ_SUBMISSIONS, query=query, form_id=form_id)


def secure_submit(
    portal_id: int, form_id: str, payload: Payload, *, submitted_at_ms: int
) -> Request:
    """The authenticated submission: the one call that may carry sensitive answers.

    ``submittedAt`` is milliseconds since the epoch, as text; ``hutk`` and ``ipAddress`` are
    never sent, so that two people at one machine are not taken for one.
    """
    body: dict[str, Any] = {
        "submittedAt": str(submitted_at_ms),
        "fields": [
            {"objectTypeId": field.object_type_id, "name": field.name, "value": field.value}
            for field in payload.fields
        ],
        "context": {"pageUri": payload.page_uri, "pageName": payload.page_name},
    }
    if payload.legal is not None:
        body["legalConsentOptions"] = payload.legal
    return build(
        Operation.SECURE_SUBMIT, body=json_body(body), portal_id=str(portal_id), form_id=form_id
    )


def build(
    operation: Operation,
    *,
    query: list[tuple[str, str]] | None = None,
    body: bytes | None = None,
    content_type: str = "application/json",
    **names: str,
) -> Request:
    """The request of one row of the table; ``names`` fill its path."""
    path = ROUTES[operation].template.format(**names)
    return Request(operation, path, tuple(query or ()), body, content_type)


def json_body(body: Mapping[str, Any]) -> bytes:
    """A body as it goes onto the wire."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
