"""What kinds of property there are: HubSpot's types, the field types each goes with, and the
bounds of names and texts.

Source: https://developers.hubspot.com/docs/api-reference/latest/crm/properties (types, pairs, ten
unique properties per object). The lengths of labels and descriptions are unpublished; ours are
what a screen can show.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping


class PropertyType(enum.StrEnum):
    """A property's ``type``; the text is HubSpot's own spelling."""

    BOOL = "bool"
    DATE = "date"
    DATETIME = "datetime"
    ENUMERATION = "enumeration"
    NUMBER = "number"
    PHONE_NUMBER = "phone_number"
    STRING = "string"


class PropertyFieldType(enum.StrEnum):
    """A property's ``fieldType``; the text is HubSpot's own spelling."""

    BOOLEAN_CHECKBOX = "booleancheckbox"
    CALCULATION = "calculation_equation"
    CHECKBOX = "checkbox"
    DATE = "date"
    FILE = "file"
    HTML = "html"
    NUMBER = "number"
    PHONE_NUMBER = "phonenumber"
    RADIO = "radio"
    SELECT = "select"
    TEXT = "text"
    TEXTAREA = "textarea"


_T, _F = PropertyType, PropertyFieldType
PAIRS: Mapping[PropertyType, tuple[PropertyFieldType, ...]] = {
    _T.BOOL: (_F.BOOLEAN_CHECKBOX, _F.CALCULATION),
    _T.DATE: (_F.DATE,),
    _T.DATETIME: (_F.DATE,),
    _T.ENUMERATION: (_F.SELECT, _F.RADIO, _F.CHECKBOX, _F.BOOLEAN_CHECKBOX, _F.CALCULATION),
    _T.NUMBER: (_F.NUMBER, _F.CALCULATION),
    # The pairing is not published; the spec's enum has the type.
    _T.PHONE_NUMBER: (_F.PHONE_NUMBER,),
    _T.STRING: (_F.TEXT, _F.TEXTAREA, _F.PHONE_NUMBER, _F.FILE, _F.HTML, _F.CALCULATION),
}
"""type → the field types it goes with, the usual one first."""

FIELD_TYPE_WORDS: Mapping[PropertyFieldType, str] = {
    _F.BOOLEAN_CHECKBOX: "Single checkbox",
    _F.CALCULATION: "Calculation",
    _F.CHECKBOX: "Multiple checkboxes",
    _F.DATE: "Date",
    _F.FILE: "File",
    _F.HTML: "Rich text",
    _F.NUMBER: "Number",
    _F.PHONE_NUMBER: "Phone number",
    _F.RADIO: "Radio buttons",
    _F.SELECT: "Drop-down list",
    _F.TEXT: "One line of text",
    _F.TEXTAREA: "Several lines of text",
}
"""Each field type as a person reads it."""

TYPE_WORDS: Mapping[PropertyType, str] = {
    _T.BOOL: "Yes or no",
    _T.DATE: "Date",
    _T.DATETIME: "Date and time",
    _T.ENUMERATION: "Choices",
    _T.NUMBER: "Number",
    _T.PHONE_NUMBER: "Phone number",
    _T.STRING: "Text",
}
"""Each type as a person reads it."""

WITH_OPTIONS = frozenset({_T.BOOL, _T.ENUMERATION})
"""Types that have options; a bool's are true and false."""
NOT_ON_FORMS = frozenset({_F.HTML, _F.CALCULATION})
"""Field types that no form can show."""
TRUTH: Mapping[str, str] = {"true": "Yes", "false": "No"}
"""The options of a bool, value → label, unless others are given."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z", re.ASCII)
"""What a new property's or group's name must match."""
RESERVED_PREFIX = "hs_"
RESERVED_NAMES = frozenset({"batch", "groups"})
"""Names that HubSpot's own paths use: such a property could not be asked for."""
MAX_LABEL = 255
MAX_DESCRIPTION = 2_000
MAX_OPTIONS = 5_000
MAX_UNIQUE = 10
"""How many properties of one object may have ``hasUniqueValue``."""
MAX_BATCH = 100
"""Inputs of one batch call."""
PURGED_AFTER_DAYS = 90
"""An archived property is deleted for good after so many days."""
