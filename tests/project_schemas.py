"""What HubSpot's developer platform reads, as JSON schemas; the same for 2025.2 and 2026.03.

Sources: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration
and https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks
"""

from __future__ import annotations

from typing import Any

UID = {"type": "string", "pattern": "^[a-z0-9_]{1,64}$"}
SCOPES = {
    "type": "array", "uniqueItems": True, "items": {"type": "string", "pattern": "^[a-z_.]+$"},
}  # fmt: skip
URLS = {"type": "array", "items": {"type": "string", "pattern": "^https?://"}}


def closed(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object with these keys and no others."""
    return {
        "type": "object", "additionalProperties": False, "properties": properties,
        "required": [name for name in properties if name not in optional],
    }  # fmt: skip


HSPROJECT = closed(
    {
        "name": {"type": "string", "minLength": 1},
        "srcDir": {"const": "src"},
        "platformVersion": {"enum": ["2025.2", "2026.03"]},
    }
)

_SCOPE_KEYS = {
    "requiredScopes": {**SCOPES, "minItems": 1},
    "optionalScopes": SCOPES,
    "conditionallyRequiredScopes": SCOPES,
}
APP = closed(
    {
        "uid": UID,
        "type": {"const": "app"},
        "config": closed(
            {
                "name": {"type": "string", "minLength": 1},
                "description": {"type": "string"},
                "distribution": {"enum": ["private", "marketplace"]},
                "auth": {
                    "oneOf": [
                        closed({"type": {"const": "static"}, **_SCOPE_KEYS}),
                        closed(
                            {
                                "type": {"const": "oauth"},
                                "redirectUrls": {**URLS, "minItems": 1},
                                **_SCOPE_KEYS,
                            }
                        ),
                    ]
                },
                "permittedUrls": closed({"fetch": URLS, "iframe": URLS, "img": URLS}),
                "support": closed(
                    {"supportEmail": {"type": "string", "format": "email"}},
                ),
            },
            "support",
        ),
    }
)

_CHANGE = closed(
    {
        "subscriptionType": {"const": "object.propertyChange"},
        "objectType": {"enum": ["contact", "company", "deal", "ticket"]},
        "propertyName": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "active": {"type": "boolean"},
    }
)
WEBHOOKS = closed(
    {
        "uid": UID,
        "type": {"const": "webhooks"},
        "config": closed(
            {
                "settings": closed(
                    {
                        "targetUrl": {"type": "string", "pattern": "^https?://[^/]+/webhooks/hubspot$"},
                        "maxConcurrentRequests": {"type": "integer", "exclusiveMinimum": 5},
                    }
                ),
                "subscriptions": closed(
                    {
                        "crmObjects": {
                            "type": "array", "minItems": 1, "maxItems": 1000,
                            "uniqueItems": True, "items": _CHANGE,
                        },
                        "legacyCrmObjects": {"type": "array", "maxItems": 0},
                        "hubEvents": {"type": "array", "maxItems": 0},
                    }
                ),
            }
        ),
    }
)  # fmt: skip

SCHEMAS = {
    "hsproject.json": HSPROJECT,
    "app-hsmeta.json": APP,
    "webhooks-hsmeta.json": WEBHOOKS,
}
"""File → its schema."""
