"""Every call the gateway can make: one table of methods, hosts and paths.

A path that is not here cannot be asked for, whatever the configuration says. The public
(unauthenticated) submit is not here. HubSpot's numeric generations lose support in
September 2027; a row that has one holds its dated twin, and a setting chooses between the two
(:class:`Edition`). Twins take and give the same bodies, as far as ours go.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping

from gateway.domain.editions import Edition


class Host(enum.StrEnum):
    """Which of HubSpot's two hosts serves a call."""

    API = "api"
    FORMS = "forms"


class Operation(enum.StrEnum):
    """One thing the gateway asks HubSpot."""

    ACCOUNT_DETAILS = "account_details"
    DAILY_USAGE = "daily_usage"
    PRIVATE_APP_TOKEN = "private_app_token"  # noqa: S105  # the name of a call
    OAUTH_TOKEN = "oauth_token"  # noqa: S105  # the name of a call
    OAUTH_GRANT = "oauth_grant"
    OAUTH_REVOKE = "oauth_revoke"
    LIST_FORMS = "list_forms"
    GET_FORM = "get_form"
    LIST_PROPERTIES = "list_properties"
    GET_PROPERTY = "get_property"
    CREATE_PROPERTY = "create_property"
    UPDATE_PROPERTY = "update_property"
    ARCHIVE_PROPERTY = "archive_property"
    READ_PROPERTIES = "read_properties"
    CREATE_PROPERTIES = "create_properties"
    ARCHIVE_PROPERTIES = "archive_properties"
    LIST_GROUPS = "list_groups"
    CREATE_GROUP = "create_group"
    UPDATE_GROUP = "update_group"
    ARCHIVE_GROUP = "archive_group"
    LIST_SCHEMAS = "list_schemas"
    SEARCH_RECORDS = "search_records"
    CREATE_RECORD = "create_record"
    GET_RECORD = "get_record"
    UPDATE_RECORD = "update_record"
    ARCHIVE_RECORD = "archive_record"
    READ_RECORDS = "read_records"
    CREATE_RECORDS = "create_records"
    UPDATE_RECORDS = "update_records"
    ARCHIVE_RECORDS = "archive_records"
    LIST_VALIDATIONS = "list_validations"
    SECURE_SUBMIT = "secure_submit"
    READ_SUBMISSIONS = "read_submissions"


@dataclasses.dataclass(frozen=True)
class Route:
    """One row: how a call is addressed, and what its path may look like."""

    method: str
    host: Host
    template: str
    timeout_s: float = 8.0
    """How long HubSpot may stay silent. A read is asked again, so it may fail soon; giving a
    submission up too early would only make it unclear."""
    dated: str | None = None
    """The same call in the dated edition, with the same placeholders; None where there is none."""
    bare: bool = False
    """Whether it carries no token of an account: its body proves who asks."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """What a path of this row must match, character for character."""
        escaped = re.escape(self.template)
        return re.compile(re.sub(r"\\{(\w+)\\}", _placeholder, escaped) + r"\Z")

    def address(self, path: str, edition: Edition) -> str | None:
        """``path``, written as this row's template has it, in ``edition``; None when it is no
        path of this row."""
        found = self.pattern.match(path)
        if found is None:
            return None
        twin = self.dated if edition is Edition.DATED else None
        return twin.format(**found.groupdict()) if twin is not None else path


_SHAPES: Mapping[str, str] = {
    "portal_id": r"[0-9]{1,15}",
    "form_id": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "object_type": r"(?:[a-z]{3,20}|2-[0-9]{1,19})",
    "object_type_id": r"[0-9]{1,3}-[0-9]{1,19}",
    "record_id": r"[0-9]{1,19}",
    "property_name": r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
    "group_name": r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
}


def _placeholder(match: re.Match[str]) -> str:
    return f"(?P<{match.group(1)}>{_SHAPES[match.group(1)]})"


def _properties(method: str, path: str) -> Route:
    return Route(
        method, Host.API, f"/crm/v3/properties{path}", dated=f"/crm/properties/2026-09{path}"
    )


def _records(method: str, path: str, *, timeout_s: float = 8.0) -> Route:
    return Route(
        method,
        Host.API,
        f"/crm/v3/objects/{{object_type}}{path}",
        timeout_s,
        dated=f"/crm/objects/2026-09/{{object_type}}{path}",
    )


ROUTES: Mapping[Operation, Route] = {
    # https://developers.hubspot.com/docs/api-reference/latest/account/account-information
    Operation.ACCOUNT_DETAILS: Route(
        "GET", Host.API, "/account-info/v3/details", dated="/account-info/2026-09/details"
    ),
    # the same page
    Operation.DAILY_USAGE: Route(
        "GET",
        Host.API,
        "/account-info/v3/api-usage/daily/private-apps",
        dated="/account-info/2026-09/api-usage/daily/private-apps",
    ),
    # https://developers.hubspot.com/docs/guides/apps/private-apps/overview
    Operation.PRIVATE_APP_TOKEN: Route(
        "POST", Host.API, "/oauth/v2/private-apps/get/access-token-info"
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
    Operation.OAUTH_TOKEN: Route(
        "POST", Host.API, "/oauth/v3/token/introspect", dated="/oauth/2026-09/token/introspect"
    ),
    Operation.OAUTH_GRANT: Route(
        "POST", Host.API, "/oauth/v3/token", dated="/oauth/2026-09/token", bare=True
    ),
    Operation.OAUTH_REVOKE: Route(
        "POST", Host.API, "/oauth/v3/token/revoke", dated="/oauth/2026-09/token/revoke", bare=True
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/marketing/forms
    # The dated twin, /marketing/forms/2026-09-beta, is a beta: it is not used.
    Operation.LIST_FORMS: Route("GET", Host.API, "/marketing/v3/forms"),
    Operation.GET_FORM: Route("GET", Host.API, "/marketing/v3/forms/{form_id}"),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/properties
    Operation.LIST_PROPERTIES: _properties("GET", "/{object_type}"),
    Operation.GET_PROPERTY: _properties("GET", "/{object_type}/{property_name}"),
    Operation.CREATE_PROPERTY: _properties("POST", "/{object_type}"),
    Operation.UPDATE_PROPERTY: _properties("PATCH", "/{object_type}/{property_name}"),
    Operation.ARCHIVE_PROPERTY: _properties("DELETE", "/{object_type}/{property_name}"),
    Operation.READ_PROPERTIES: _properties("POST", "/{object_type}/batch/read"),
    Operation.CREATE_PROPERTIES: _properties("POST", "/{object_type}/batch/create"),
    Operation.ARCHIVE_PROPERTIES: _properties("POST", "/{object_type}/batch/archive"),
    Operation.LIST_GROUPS: _properties("GET", "/{object_type}/groups"),
    Operation.CREATE_GROUP: _properties("POST", "/{object_type}/groups"),
    Operation.UPDATE_GROUP: _properties("PATCH", "/{object_type}/groups/{group_name}"),
    Operation.ARCHIVE_GROUP: _properties("DELETE", "/{object_type}/groups/{group_name}"),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas
    Operation.LIST_SCHEMAS: Route(
        "GET",
        Host.API,
        "/crm-object-schemas/v3/schemas",
        dated="/crm-object-schemas/2026-09/schemas",
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects
    Operation.CREATE_RECORD: _records("POST", "", timeout_s=20.0),
    Operation.GET_RECORD: _records("GET", "/{record_id}"),
    Operation.UPDATE_RECORD: _records("PATCH", "/{record_id}", timeout_s=20.0),
    Operation.ARCHIVE_RECORD: _records("DELETE", "/{record_id}", timeout_s=20.0),
    Operation.READ_RECORDS: _records("POST", "/batch/read", timeout_s=20.0),
    Operation.CREATE_RECORDS: _records("POST", "/batch/create", timeout_s=30.0),
    Operation.UPDATE_RECORDS: _records("POST", "/batch/update", timeout_s=30.0),
    Operation.ARCHIVE_RECORDS: _records("POST", "/batch/archive", timeout_s=30.0),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
    Operation.SEARCH_RECORDS: Route(
        "POST",
        Host.API,
        "/crm/v3/objects/{object_type}/search",
        dated="/crm/objects/2026-09/{object_type}/search",
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations
    # older twin: /crm/v3/property-validations/{object_type_id}
    Operation.LIST_VALIDATIONS: Route(
        "GET", Host.API, "/crm/property-validations/2026-03/{object_type_id}", timeout_s=4.0
    ),
    # https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v3-legacy/submit-data-authenticated
    # no dated twin is published
    Operation.SECURE_SUBMIT: Route(
        "POST",
        Host.FORMS,
        "/submissions/v3/integration/secure/submit/{portal_id}/{form_id}",
        timeout_s=20.0,
    ),
    # https://developers.hubspot.com/docs/api-reference/legacy/forms-v1/get-submissions
    # no dated twin is published
    Operation.READ_SUBMISSIONS: Route(
        "GET", Host.API, "/form-integrations/v1/submissions/forms/{form_id}"
    ),
}
