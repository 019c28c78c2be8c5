"""The files of a HubSpot project: an app with the least scopes, and its subscriptions.

``hsproject.json`` stands at the top of a project, ``app-hsmeta.json`` in ``src/app`` and
``webhooks-hsmeta.json`` in ``src/app/webhooks``. Platform versions 2025.2 and 2026.03 read the
same files; only ``platformVersion`` tells them apart.

Sources: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration
and https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.domain.features import NOTIFIED, Feature
from gateway.domain.findings import Finding, finding
from gateway.domain.grants import CALLBACK
from gateway.domain.objects import object_type
from gateway.domain.reports import FormReport
from gateway.domain.scope_plans import ScopePlan
from gateway.domain.webhooks import PATH
from gateway.policy.features import is_notified
from gateway.policy.public_url import public_url_finding

HSPROJECT, APP, WEBHOOKS = "hsproject.json", "app-hsmeta.json", "webhooks-hsmeta.json"
PLACES: Mapping[str, str] = {
    HSPROJECT: HSPROJECT,
    APP: f"src/app/{APP}",
    WEBHOOKS: f"src/app/webhooks/{WEBHOOKS}",
}
"""File → where it stands in a project."""

MAX_CONCURRENT = 10
"""Requests HubSpot has under way at once; it takes no number below six."""


class Platform(enum.StrEnum):
    """A version of HubSpot's developer platform."""

    V2026_03 = "2026.03"
    V2025_2 = "2025.2"


class Auth(enum.StrEnum):
    """How an app gets its token."""

    STATIC = "static"
    """One fixed token, for one account."""
    OAUTH = "oauth"
    """A token for every account that installs the app."""


@dataclasses.dataclass(frozen=True)
class Project:
    """What a person chooses of a project."""

    platform: Platform = Platform.V2026_03
    auth: Auth = Auth.STATIC
    name: str = "Sealed Intake"
    support_email: str | None = None


@dataclasses.dataclass(frozen=True)
class ProjectFiles:
    """The files by name, each a JSON document, and what is to be known about them."""

    files: Mapping[str, Mapping[str, Any]]
    findings: tuple[Finding, ...]

    def with_findings(self, more: Sequence[Finding]) -> ProjectFiles:
        """The same files with further findings."""
        return dataclasses.replace(self, findings=(*self.findings, *more))


def project_files(
    project: Project,
    reports: Sequence[FormReport],
    plan: ScopePlan,
    public_url: str,
    optional: Sequence[str] = (),
) -> ProjectFiles:
    """The project's files for ``reports``, whose app may also be granted the scopes ``optional``.
    Without a property whose changes HubSpot reports, or without the feature, there is no file of
    webhooks."""
    files: dict[str, Mapping[str, Any]] = {
        HSPROJECT: {
            "name": project.name,
            "srcDir": "src",
            "platformVersion": str(project.platform),
        },
        APP: _app(project, plan, public_url, optional),
    }
    findings: list[Finding] = []
    if Feature.WEBHOOKS in plan.asked:
        subscriptions = _subscriptions(reports)
        if subscriptions:
            files[WEBHOOKS] = _webhooks(subscriptions, public_url)
            findings.append(public_url_finding(public_url))
        else:
            findings.append(finding("nothing_to_subscribe"))
    return ProjectFiles(files, tuple(findings))


def _app(
    project: Project, plan: ScopePlan, public_url: str, optional: Sequence[str]
) -> dict[str, Any]:
    auth: dict[str, Any] = {"type": str(project.auth)}
    if project.auth is Auth.OAUTH:
        auth["redirectUrls"] = [public_url + CALLBACK]
    auth |= {
        "requiredScopes": list(plan.scopes.needed),
        "optionalScopes": list(optional),
        "conditionallyRequiredScopes": [],
    }
    config: dict[str, Any] = {
        "name": project.name,
        "description": "Takes form submissions with Sensitive Data, and keeps each one sealed "
        "until HubSpot has it.",
        "distribution": "private",
        "auth": auth,
        "permittedUrls": {"fetch": [], "iframe": [], "img": []},
    }
    if project.support_email is not None:
        config["support"] = {"supportEmail": project.support_email}
    return {"uid": _uid(project.name, "app"), "type": "app", "config": config}


def _webhooks(subscriptions: list[dict[str, Any]], public_url: str) -> dict[str, Any]:
    return {
        "uid": "sealed_intake_webhooks",
        "type": "webhooks",
        "config": {
            "settings": {
                "targetUrl": public_url + PATH,
                "maxConcurrentRequests": MAX_CONCURRENT,
            },
            "subscriptions": {"crmObjects": subscriptions, "legacyCrmObjects": [], "hubEvents": []},
        },
    }


def _subscriptions(reports: Iterable[FormReport]) -> list[dict[str, Any]]:
    """A subscription for every sensitive property on the forms whose changes are reported."""
    found: set[tuple[str, str]] = set()
    for report in reports:
        for field in report.fields:
            kind = object_type(field.object_type_id)
            if kind is not None and is_notified(kind, field.sensitivity):
                found.add((NOTIFIED[kind.plural], field.name))
    return [
        {
            "subscriptionType": "object.propertyChange",
            "objectType": object_name,
            "propertyName": name,
            "active": True,
        }
        for object_name, name in sorted(found)
    ]


def _uid(name: str, otherwise: str) -> str:
    """``name`` as a component's id: lower-case letters, digits and ``_``."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64] or otherwise
