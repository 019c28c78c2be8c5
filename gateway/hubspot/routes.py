"""Every call the gateway can make: one table of methods, hosts and paths.

A path that is not here cannot be asked for, whatever the configuration says. The public
(unauthenticated) submit is not here. HubSpot's numeric generations lose support in
September 2027; each row that has one names its dated twin, and a move is an edit of the row.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping


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
    LIST_FORMS = "list_forms"
    GET_FORM = "get_form"
    LIST_PROPERTIES = "list_properties"
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

    @property
    def pattern(self) -> re.Pattern[str]:
        """What a path of this row must match, character for character."""
        escaped = re.escape(self.template)
        return re.compile(re.sub(r"\\{(\w+)\\}", _placeholder, escaped) + r"\Z")


_SHAPES: Mapping[str, str] = {
    "portal_id": r"[0-9]{1,15}",
    "form_id": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "object_type": r"(?:[a-z]{3,20}|2-[0-9]{1,19})",
    "object_type_id": r"[0-9]{1,3}-[0-9]{1,19}",
}


def _placeholder(match: re.Match[str]) -> str:
    return _SHAPES[match.group(1)]


ROUTES: Mapping[Operation, Route] = {
    # https://developers.hubspot.com/docs/api-reference/latest/account/account-information
    # dated twin: /account-info/2026-09/details
    Operation.ACCOUNT_DETAILS: Route("GET", Host.API, "/account-info/v3/details"),
    # the same page; dated twin: /account-info/2026-09/api-usage/daily/private-apps
    Operation.DAILY_USAGE: Route("GET", Host.API, "/account-info/v3/api-usage/daily/private-apps"),
    # https://developers.hubspot.com/docs/guides/apps/private-apps/overview
    Operation.PRIVATE_APP_TOKEN: Route(
        "POST", Host.API, "/oauth/v2/private-apps/get/access-token-info"
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
    # dated twin: /oauth/2026-09/token/introspect
    Operation.OAUTH_TOKEN: Route("POST", Host.API, "/oauth/v3/token/introspect"),
    # https://developers.hubspot.com/docs/api-reference/latest/marketing/forms
    # dated twin: /marketing/forms/2026-09-beta
    Operation.LIST_FORMS: Route("GET", Host.API, "/marketing/v3/forms"),
    Operation.GET_FORM: Route("GET", Host.API, "/marketing/v3/forms/{form_id}"),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/properties
    # dated twin: /crm/properties/2026-09/{object_type}
    Operation.LIST_PROPERTIES: Route("GET", Host.API, "/crm/v3/properties/{object_type}"),
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
