"""The bases under which each part of HubSpot's API is served, the oldest edition first.

Source: https://developers.hubspot.com/docs/developer-tooling/platform/versioning
"""

from __future__ import annotations

DATED = ("2025-09", "2026-03", "2026-09")

FORMS = ("/marketing/v3/forms", "/marketing/forms/2026-09-beta")
PROPERTIES = ("/crm/v3/properties", *(f"/crm/properties/{edition}" for edition in DATED))
PROPERTY_LIMITS = ("/crm/v3/limits", *(f"/crm/limits/{edition}" for edition in DATED))
SCHEMAS = (
    "/crm/v3/schemas",
    "/crm-object-schemas/v3/schemas",
    *(f"/crm-object-schemas/{edition}/schemas" for edition in DATED),
)
VALIDATIONS = ("/crm/v3/property-validations", "/crm/property-validations/2026-03")
OBJECTS = ("/crm/v3/objects", *(f"/crm/objects/{edition}" for edition in DATED))
ACCOUNT = ("/account-info/v3", *(f"/account-info/{edition}" for edition in DATED))
WEBHOOKS = ("/webhooks/v3", "/webhooks/2026-03", "/app-webhooks/2025-09", "/app-webhooks/2026-09")
OAUTH = ("/oauth/v3", "/oauth/2026-03", "/oauth/2026-09")
