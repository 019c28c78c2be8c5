"""A HubSpot form's definition: its groups, fields, conditions and consent.

The definition says nothing about sensitivity; the join to properties is on
``(objectTypeId, name)``. Every optional key of HubSpot's has a default here, unknown keys
are ignored, and a form whose required keys are absent cannot be read at all.

Source: https://developers.hubspot.com/docs/api-reference/latest/marketing/forms
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from gateway.domain.objects import CONTACT

MAX_DEPTH = 20
"""How deep dependent fields are followed; a deeper form is refused, not cut short."""


class FieldType(enum.StrEnum):
    """The 13 kinds of form field HubSpot documents."""

    EMAIL = "email"
    PHONE = "phone"
    MOBILE_PHONE = "mobile_phone"
    SINGLE_LINE_TEXT = "single_line_text"
    MULTI_LINE_TEXT = "multi_line_text"
    NUMBER = "number"
    SINGLE_CHECKBOX = "single_checkbox"
    MULTIPLE_CHECKBOXES = "multiple_checkboxes"
    DROPDOWN = "dropdown"
    RADIO = "radio"
    DATEPICKER = "datepicker"
    FILE = "file"
    PAYMENT_LINK_RADIO = "payment_link_radio"

    @classmethod
    def parse(cls, text: str) -> FieldType | None:
        """The field type named by ``text``, or None for one we do not know."""
        try:
            return cls(text)
        except ValueError:
            return None


SENDABLE = frozenset(FieldType) - {FieldType.FILE, FieldType.PAYMENT_LINK_RADIO}
"""The 11 field types whose answers can be posted today."""


class FieldOption(msgspec.Struct, frozen=True, rename="camel"):
    """One choice of a dropdown, radio or checkbox group. ``value`` is what is sent."""

    value: str
    label: str = ""
    display_order: int = -1
    description: str = ""


class Validation(msgspec.Struct, frozen=True, rename="camel"):
    """A field's own limits. Digits count decimal digits, not characters."""

    blocked_email_domains: tuple[str, ...] = ()
    use_default_block_list: bool = False
    min_allowed_digits: int | None = None
    max_allowed_digits: int | None = None


class Condition(msgspec.Struct, frozen=True, rename="camel"):
    """When a dependent field shows: ``operator`` compares its parent's value with
    ``value``, ``values`` or the range. HubSpot may leave unused keys out."""

    operator: str
    value: str = ""
    values: tuple[str, ...] = ()
    range_start: str = ""
    range_end: str = ""


class DependentField(msgspec.Struct, frozen=True, rename="camel"):
    """A field that shows only under a condition on its parent's value."""

    dependent_condition: Condition
    dependent_field: FormField


class FormField(msgspec.Struct, frozen=True, rename="camel"):
    """One field of a form. ``label``, ``description`` and ``placeholder`` may hold markup:
    they come from HubSpot and are cleaned before they are shown."""

    object_type_id: str
    name: str
    field_type: str
    label: str = ""
    required: bool = False
    hidden: bool = False
    description: str | None = None
    placeholder: str | None = None
    default_value: str | None = None
    default_values: tuple[str, ...] = ()
    options: tuple[FieldOption, ...] = ()
    validation: Validation = Validation()
    use_country_code_select: bool = False
    """Whether HubSpot's own page asks for the country of a phone number."""
    dependent_fields: tuple[DependentField, ...] = ()

    @property
    def key(self) -> str:
        """How answers and errors name the field: ``email``, or ``0-2/name`` for other
        objects than the contact (HubSpot's own path in its errors)."""
        return field_key(self.object_type_id, self.name)

    @property
    def kind(self) -> FieldType | None:
        """The field type, or None when it is one we do not know."""
        return FieldType.parse(self.field_type)


class FieldGroup(msgspec.Struct, frozen=True, rename="camel"):
    """Fields that stand together, or a block of rich text when ``fields`` is empty."""

    group_type: str = "default_group"
    rich_text_type: str = "text"
    rich_text: str | None = None
    fields: tuple[FormField, ...] = ()


class PostSubmitAction(msgspec.Struct, frozen=True, rename="camel"):
    """What HubSpot's own page does after a submission."""

    type: str = "thank_you"
    value: str = ""


class Configuration(msgspec.Struct, frozen=True, rename="camel"):
    """The form's settings that matter to a gateway."""

    language: str = "en"
    recaptcha_enabled: bool = False
    pre_populate_known_values: bool = False
    notify_contact_owner: bool = False
    notify_recipients: tuple[str, ...] = ()
    post_submit_action: PostSubmitAction = PostSubmitAction()


class CommunicationCheckbox(msgspec.Struct, frozen=True, rename="camel"):
    """One subscription a person may agree to."""

    subscription_type_id: int
    label: str = ""
    required: bool = False


class ConsentType(enum.StrEnum):
    """The four consent modes of a form."""

    NONE = "none"
    LEGITIMATE_INTEREST = "legitimate_interest"
    EXPLICIT = "explicit_consent_to_process"
    IMPLICIT = "implicit_consent_to_process"


class LegalConsent(msgspec.Struct, frozen=True, rename="camel"):
    """A form's consent definition. It has not the shape a submission sends: that mapping
    is :mod:`gateway.intake.consent`. ``type`` is text so that an unknown mode can be refused."""

    type: str = ConsentType.NONE
    privacy_text: str = ""
    lawful_basis: str = ""
    subscription_type_ids: tuple[int, ...] = ()
    communications_checkboxes: tuple[CommunicationCheckbox, ...] = ()
    communication_consent_text: str = ""
    consent_to_process_text: str = ""
    consent_to_process_checkbox_label: str = ""
    consent_to_process_footer_text: str = ""


class DisplayOptions(msgspec.Struct, frozen=True, rename="camel"):
    """The words on the form's button; the rest of HubSpot's styling is not ours."""

    submit_button_text: str = "Submit"


class FormDefinition(msgspec.Struct, frozen=True, rename="camel"):
    """A form as HubSpot serves it. ``id`` is the form's GUID in submit paths."""

    id: str
    name: str
    field_groups: tuple[FieldGroup, ...]
    form_type: str = "hubspot"
    archived: bool = False
    updated_at: str | None = None
    configuration: Configuration = Configuration()
    display_options: DisplayOptions = DisplayOptions()
    legal_consent_options: LegalConsent = LegalConsent()

    def walk(self) -> Iterator[FormField]:
        """Every field, dependent ones included, in the order a person meets them.

        A field hidden behind a condition is still a field: the gate must see it.
        Raises :class:`ValueError` when dependants nest deeper than ``MAX_DEPTH``.
        """
        for group in self.field_groups:
            for field in group.fields:
                yield from _walk(field, 0)


def _walk(field: FormField, depth: int) -> Iterator[FormField]:
    if depth > MAX_DEPTH:
        raise ValueError("dependent fields nest too deep")
    yield field
    for dependant in field.dependent_fields:
        yield from _walk(dependant.dependent_field, depth + 1)


def field_key(object_type_id: str, name: str) -> str:
    """The name of a field in answers and errors: bare for contacts, with the object type
    for all others."""
    return name if object_type_id == CONTACT else f"{object_type_id}/{name}"
