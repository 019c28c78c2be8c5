"""The bodies that define forms, as HubSpot's published specs have them.

Source: the OpenAPI files of the forms API, v3 and 2026-09-beta, which agree.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.emulator.bodies import Body, Choice, Flag, ListOf, Moment, OneOf, Shape, Text, Whole

OPERATORS = (
    "between", "contains", "doesnt_contain", "eq", "gt", "gte", "is_not_empty", "lt", "lte",
    "neq", "not_between", "set_all", "set_any", "set_eq", "set_neq", "set_not_all",
    "set_not_any", "str_ends_with", "str_starts_with", "within_time", "within_time_reverse",
)  # fmt: skip
LANGUAGES = (
    "af", "ar-eg", "bg", "bn", "ca-es", "cs", "da", "de", "el", "en", "en-gb", "es", "es-mx",
    "fi", "fr", "fr-ca", "he-il", "hr", "hu", "id", "it", "ja", "ko", "lt", "ms", "nl", "no-no",
    "pl", "pt", "pt-br", "ro", "ru", "sk", "sl", "sv", "th", "tl", "tr", "uk", "vi", "zh-cn",
    "zh-hk", "zh-tw",
)  # fmt: skip
THEMES = ("canvas", "default_style", "legacy", "linear", "round", "sharp")

_FIELDS: dict[str, Body] = {}
FIELD = OneOf("fieldType", _FIELDS)
"""Any field. The table is filled below, for a field may hold fields."""

_CONDITION = Body(
    "DependentFieldFilter",
    {"operator": Choice(OPERATORS), "rangeEnd": Text(), "rangeStart": Text(), "value": Text(),
     "values": ListOf(Text())},
)  # fmt: skip
_DEPENDENT = Body("DependentField", {"dependentCondition": _CONDITION, "dependentField": FIELD})
_EVERY_FIELD: dict[str, Shape] = {
    "dependentFields": ListOf(_DEPENDENT),
    "hidden": Flag(),
    "label": Text(),
    "name": Text(),
    "objectTypeId": Text(),
    "required": Flag(),
}
_OPTION = Body(
    "EnumeratedFieldOption",
    {"displayOrder": Whole(), "label": Text(), "value": Text()},
    {"description": Text()},
)
_OPTIONS: dict[str, Shape] = {"defaultValues": ListOf(Text()), "options": ListOf(_OPTION)}
_DIGITS: dict[str, Shape] = {"maxAllowedDigits": Whole(), "minAllowedDigits": Whole()}
_PHONE_DIGITS = Body("PhoneFieldValidation", _DIGITS)
_EMAIL_RULES = Body(
    "EmailFieldValidation",
    {"blockedEmailDomains": ListOf(Text()), "useDefaultBlockList": Flag()},
)
_TEXT, _HINT = {"defaultValue": Text()}, {"placeholder": Text()}


def _field(
    name: str, kind: str, required: Mapping[str, Shape], optional: Mapping[str, Shape]
) -> tuple[str, Body]:
    must = {**_EVERY_FIELD, "fieldType": Choice((kind,)), **required}
    return kind, Body(name, must, {"description": Text(), **optional})


_FIELDS.update(
    (
        _field("EmailField", "email", {"validation": _EMAIL_RULES}, _TEXT | _HINT),
        _field(
            "PhoneField",
            "phone",
            {"useCountryCodeSelect": Flag(), "validation": _PHONE_DIGITS},
            _TEXT | _HINT,
        ),
        _field("MobilePhoneField", "mobile_phone", {"validation": _PHONE_DIGITS}, _TEXT | _HINT),
        _field("SingleLineTextField", "single_line_text", {}, _TEXT | _HINT),
        _field("MultiLineTextField", "multi_line_text", {}, _TEXT | _HINT),
        _field(
            "NumberField",
            "number",
            {},
            {**_TEXT, **_HINT, "validation": Body("NumberFieldValidation", _DIGITS)},
        ),
        _field("SingleCheckboxField", "single_checkbox", {}, _TEXT),
        _field("MultipleCheckboxesField", "multiple_checkboxes", _OPTIONS, {}),
        _field("DropdownField", "dropdown", _OPTIONS, _HINT),
        _field("RadioField", "radio", _OPTIONS, _HINT),
        _field("DatepickerField", "datepicker", {}, _TEXT | _HINT),
        _field("FileField", "file", {"allowMultipleFiles": Flag()}, _TEXT | _HINT),
        _field("PaymentLinkRadioField", "payment_link_radio", _OPTIONS, {}),
    )
)

_GROUP = Body(
    "FieldGroup",
    {"fields": ListOf(FIELD), "groupType": Choice(("default_group", "progressive", "queued")),
     "richTextType": Choice(("image", "text"))},
    {"richText": Text()},
)  # fmt: skip
_AFTER = Body(
    "FormPostSubmitAction", {"type": Choice(("redirect_url", "thank_you")), "value": Text()}
)
_STAGE = Body("LifecycleStage", {"objectTypeId": Text(), "value": Text()})
_CONFIGURATION = Body(
    "HubSpotFormConfiguration",
    {
        **dict.fromkeys(
            ("allowLinkToResetKnownValues", "archivable", "cloneable",
             "createNewContactForNewEmail", "editable", "notifyContactOwner",
             "prePopulateKnownValues", "recaptchaEnabled"),
            Flag(),
        ),
        "language": Choice(LANGUAGES),
        "lifecycleStages": ListOf(_STAGE),
        "notifyRecipients": ListOf(Text()),
        "postSubmitAction": _AFTER,
    },
    {"embedType": Choice(("V3", "V4"))},
)  # fmt: skip
_STYLE = Body(
    "FormStyle",
    {
        **dict.fromkeys(
            ("backgroundWidth", "fontFamily", "helpTextColor", "helpTextSize", "labelTextColor",
             "labelTextSize", "legalConsentTextColor", "legalConsentTextSize", "submitColor",
             "submitFontColor", "submitSize"),
            Text(),
        ),
        "submitAlignment": Choice(("center", "left", "right")),
    },
)  # fmt: skip
_DISPLAY = Body(
    "FormDisplayOptions",
    {"renderRawHtml": Flag(), "style": _STYLE, "submitButtonText": Text(),
     "theme": Choice(THEMES)},
    {"cssClass": Text()},
)  # fmt: skip
_CHECKBOX = Body(
    "LegalConsentCheckbox",
    {"label": Text(), "required": Flag(), "subscriptionTypeId": Whole(long=True)},
)
_BOXES: dict[str, Shape] = {"communicationsCheckboxes": ListOf(_CHECKBOX), "privacyText": Text()}


def _legal(
    name: str,
    kind: str,
    required: Mapping[str, Shape] | None = None,
    optional: Mapping[str, Shape] | None = None,
) -> tuple[str, Body]:
    return kind, Body(name, {"type": Choice((kind,)), **(required or {})}, optional or {})


_LEGAL = OneOf(
    "type",
    dict(
        (
            _legal("LegalConsentOptionsNone", "none"),
            _legal(
                "LegalConsentOptionsLegitimateInterest",
                "legitimate_interest",
                {"lawfulBasis": Choice(("client", "lead", "other")), "privacyText": Text(),
                 "subscriptionTypeIds": ListOf(Whole(long=True))},
            ),
            _legal(
                "LegalConsentOptionsExplicitConsentToProcess",
                "explicit_consent_to_process",
                _BOXES,
                {"communicationConsentText": Text(), "consentToProcessCheckboxLabel": Text(),
                 "consentToProcessFooterText": Text(), "consentToProcessText": Text()},
            ),
            _legal(
                "LegalConsentOptionsImplicitConsentToProcess",
                "implicit_consent_to_process",
                _BOXES,
                {"communicationConsentText": Text(), "consentToProcessText": Text()},
            ),
        )
    ),
)  # fmt: skip

_CONTENT: dict[str, Shape] = {
    "name": Text(),
    "fieldGroups": ListOf(_GROUP),
    "configuration": _CONFIGURATION,
    "displayOptions": _DISPLAY,
    "legalConsentOptions": _LEGAL,
    "archived": Flag(),
}
_WHOLE: dict[str, Shape] = {
    **_CONTENT,
    "formType": Choice(("hubspot",)),
    "createdAt": Moment(),
    "updatedAt": Moment(),
}
_ARCHIVED_AT: dict[str, Shape] = {"archivedAt": Moment()}
CREATE = Body("HubSpotFormDefinitionCreateRequest", _WHOLE, _ARCHIVED_AT)
REPLACE = Body("HubSpotFormDefinition", {**_WHOLE, "id": Text()}, _ARCHIVED_AT)
CHANGE = Body("HubSpotFormDefinitionPatchRequest", {}, _CONTENT)
CONTENT_KEYS = tuple(_CONTENT)
"""What a writer decides; the rest is HubSpot's."""
