"""Builders of the JSON HubSpot serves for properties, fields and forms.

Shapes: HubSpot's published OpenAPI files for forms and properties.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
Choices = Sequence[tuple[str, str]]
"""(value, label) of each option, in order."""

_CREATED = "2026-02-09T08:30:00.000Z"
_UPDATED = "2026-09-14T10:05:00.000Z"
_BUILT_IN = "2019-08-06T02:41:08.029Z"
_ENUMERATED = frozenset({"multiple_checkboxes", "dropdown", "radio", "payment_link_radio"})
HIPAA = ("HIPAA",)
"""The category of health data."""


def prop(
    name: str,
    label: str,
    kind: str,
    field_type: str,
    *,
    group: str = "contactinformation",
    sensitivity: str = "non_sensitive",
    categories: Sequence[str] = (),
    choices: Choices = (),
    description: str = "",
    built_in: bool = False,
    read_only: bool = False,
    calculated: bool = False,
    form_field: bool = True,
    archived_at: str | None = None,
) -> Json:
    """One property definition: ``kind`` is its ``type``."""
    made: Json = {
        "name": name,
        "label": label,
        "type": kind,
        "fieldType": field_type,
        "description": description,
        "groupName": group,
        "options": [
            {"label": text, "value": value, "displayOrder": order, "hidden": False}
            for order, (value, text) in enumerate(choices)
        ],
        "displayOrder": -1,
        "calculated": calculated,
        "externalOptions": False,
        "hasUniqueValue": False,
        "hidden": False,
        "hubspotDefined": built_in,
        "formField": form_field,
        "dataSensitivity": sensitivity,
        "archived": archived_at is not None,
        "createdAt": _BUILT_IN if built_in else _CREATED,
        "updatedAt": archived_at or (_BUILT_IN if built_in else _UPDATED),
        "modificationMetadata": {
            "archivable": not built_in,
            "readOnlyDefinition": built_in,
            "readOnlyValue": read_only,
        },
    }
    if categories:
        made["sensitiveDataCategories"] = list(categories)
    if archived_at is not None:
        made["archivedAt"] = archived_at
    return made


def kept_by_hubspot(
    group: str, *, created: str = "hs_createdate", modified: str = "hs_lastmodifieddate"
) -> tuple[Json, ...]:
    """The properties HubSpot itself fills on every record; nobody writes them."""
    rows = (
        (created, "Create date", "datetime", "date"),
        (modified, "Last modified date", "datetime", "date"),
        ("hs_object_id", "Record ID", "number", "number"),
    )
    return tuple(
        prop(*row, group=group, built_in=True, read_only=True, form_field=False) for row in rows
    )


def owner(group: str) -> Json:
    """The property that says which user of HubSpot's looks after a record."""
    made = prop("hubspot_owner_id", "Owner", "enumeration", "select", group=group, built_in=True,
                form_field=False)  # fmt: skip
    return {**made, "externalOptions": True, "referencedObjectType": "OWNER"}


def field(
    field_type: str,
    name: str,
    label: str,
    *,
    on: str = "0-1",
    required: bool = False,
    hidden: bool = False,
    description: str | None = None,
    placeholder: str | None = None,
    default: str | None = None,
    choices: Choices | None = None,
    dependents: Sequence[Json] = (),
    **extra: Any,
) -> Json:
    """One form field. ``extra`` are the keys only its type has."""
    made: Json = {
        "objectTypeId": on,
        "name": name,
        "label": label,
        "required": required,
        "hidden": hidden,
        "fieldType": field_type,
        "dependentFields": list(dependents),
        **extra,
    }
    if field_type in _ENUMERATED:
        made["defaultValues"] = [default] if default else []
        made["options"] = [
            {"label": text, "value": value, "displayOrder": order}
            for order, (value, text) in enumerate(choices or ())
        ]
    elif default is not None:
        made["defaultValue"] = default
    if description is not None:
        made["description"] = description
    if placeholder is not None:
        made["placeholder"] = placeholder
    return made


def email(name: str, label: str, *, blocked: Sequence[str] = (), **keys: Any) -> Json:
    """An e-mail field with its block list."""
    validation = {"blockedEmailDomains": list(blocked), "useDefaultBlockList": False}
    return field("email", name, label, validation=validation, **keys)


def digits(low: int, high: int) -> Json:
    """How many digits a number or phone field takes."""
    return {"minAllowedDigits": low, "maxAllowedDigits": high}


def when(values: Sequence[str], then: Json, *, operator: str = "set_any") -> Json:
    """``then`` shows while its parent has one of ``values``."""
    condition = {
        "operator": operator,
        "value": "",
        "values": list(values),
        "rangeStart": "",
        "rangeEnd": "",
    }
    return {"dependentCondition": condition, "dependentField": then}


def group(*fields: Json, text: str | None = None) -> Json:
    """Fields that stand together, under a text of their own."""
    made: Json = {"groupType": "default_group", "richTextType": "text", "fields": list(fields)}
    return made if text is None else {**made, "richText": text}


def form(
    form_id: str,
    name: str,
    groups: Sequence[Json],
    *,
    legal: Json,
    button: str,
    thanks: str | None = None,
    redirect: str | None = None,
    recaptcha: bool = False,
) -> Json:
    """One form definition that thanks, or redirects."""
    after = ("redirect_url", redirect) if redirect else ("thank_you", thanks or "")
    return {
        "id": form_id,
        "formType": "hubspot",
        "name": name,
        "createdAt": _CREATED,
        "updatedAt": _UPDATED,
        "archived": False,
        "fieldGroups": list(groups),
        "configuration": {
            "language": "en",
            "embedType": "V4",
            "createNewContactForNewEmail": True,
            "editable": True,
            "archivable": True,
            "cloneable": True,
            "allowLinkToResetKnownValues": False,
            "prePopulateKnownValues": False,
            "recaptchaEnabled": recaptcha,
            "notifyContactOwner": False,
            "notifyRecipients": [],
            "lifecycleStages": [],
            "postSubmitAction": {"type": after[0], "value": after[1]},
        },
        "displayOptions": {
            "renderRawHtml": False,
            "theme": "default_style",
            "submitButtonText": button,
            "style": _STYLE,
        },
        "legalConsentOptions": legal,
    }


_STYLE = {
    "backgroundWidth": "100%",
    "fontFamily": "arial, helvetica, sans-serif",
    "helpTextColor": "#5c6b7a",
    "helpTextSize": "11px",
    "labelTextColor": "#22313f",
    "labelTextSize": "14px",
    "legalConsentTextColor": "#22313f",
    "legalConsentTextSize": "14px",
    "submitAlignment": "left",
    "submitColor": "#0b6e69",
    "submitFontColor": "#ffffff",
    "submitSize": "14px",
}
