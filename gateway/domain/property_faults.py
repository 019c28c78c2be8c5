"""Why a property's definition is refused: closed lists of codes and sentences, which name
properties, groups and object types, and never a value."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from gateway.domain.errors import Reason
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.property_types import (
    MAX_DESCRIPTION,
    MAX_LABEL,
    MAX_OPTIONS,
    MAX_UNIQUE,
    PURGED_AFTER_DAYS,
)


class PropertyFault(enum.StrEnum):
    """One thing that can be wrong with what somebody wants of a property or a group."""

    UNKNOWN_OBJECT = "unknown_object"
    NO_SUCH_PROPERTY = "no_such_property"
    ARCHIVED = "archived"
    NAME_TAKEN = "name_taken"
    NAME_OF_ARCHIVED = "name_of_archived"
    OTHER_CLASS_ARCHIVED = "other_class_archived"
    NAME_UNSEEN = "name_unseen"
    INVALID_NAME = "invalid_name"
    RESERVED_NAME = "reserved_name"
    MISSING = "missing"
    EMPTY_LABEL = "empty_label"
    LABEL_TOO_LONG = "label_too_long"
    DESCRIPTION_TOO_LONG = "description_too_long"
    ODD_CHARACTER = "odd_character"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_FIELD_TYPE = "unknown_field_type"
    WRONG_PAIR = "wrong_pair"
    NO_SUCH_GROUP = "no_such_group"
    OPTIONS_MISSING = "options_missing"
    OPTIONS_NOT_ALLOWED = "options_not_allowed"
    OPTIONS_NOT_BOOLEAN = "options_not_boolean"
    EMPTY_OPTION = "empty_option"
    OPTION_WITH_SEMICOLON = "option_with_semicolon"
    DUPLICATE_VALUE = "duplicate_value"
    DUPLICATE_LABEL = "duplicate_label"
    TOO_MANY_OPTIONS = "too_many_options"
    FORMULA_MISSING = "formula_missing"
    NOT_ON_FORMS = "not_on_forms"
    FIXED_CLASS = "fixed_class"
    FIXED = "fixed"
    NOTHING_TO_CHANGE = "nothing_to_change"
    HUBSPOTS_OWN = "hubspots_own"
    NOT_ARCHIVABLE = "not_archivable"
    CLASS_IMPOSSIBLE = "class_impossible"
    SENSITIVE_NOT_ALLOWED = "sensitive_not_allowed"
    TOO_MANY_UNIQUE = "too_many_unique"
    IN_USE = "in_use"
    NO_SUCH_NAMED_GROUP = "no_such_named_group"
    GROUP_TAKEN = "group_taken"
    GROUP_IN_USE = "group_in_use"
    HUBSPOT_REFUSED = "hubspot_refused"
    CLASS_NOT_KEPT = "class_not_kept"
    PLANNED_TWICE = "planned_twice"
    NOT_TRIED = "not_tried"
    UNCLEAR = "unclear"


_F = PropertyFault
FAULTS: Mapping[PropertyFault, str] = {
    _F.UNKNOWN_OBJECT: "There is no such object type. Give contacts, companies, deals, tickets, "
    "appointments, projects, or a custom object's id or name, such as 2-123 or pet (its name takes "
    "the scope crm.schemas.custom.read).",
    _F.NO_SUCH_PROPERTY: "There is no {object} property called {name}. Check the name: it is the "
    "internal one, not the label.",
    _F.ARCHIVED: "{name} is archived, so nothing can be changed in it. Create it again to bring it "
    "back.",
    _F.NAME_TAKEN: "There is a {object} property called {name} already. Edit that one, or take "
    "another name.",
    _F.NAME_OF_ARCHIVED: "{name} is the name of an archived property. Creating it brings the old one "
    "back, with what records still hold in it, under the new definition. Say that it is to be "
    "revived, or take another name.",
    _F.OTHER_CLASS_ARCHIVED: "{name} is the name of an archived property that is "
    "{other}. Bringing it back as one that is {wanted} would change the class of what records hold in "
    "it. Take another name; this one is free again "
    f"{PURGED_AFTER_DAYS} days after it was archived.",
    _F.NAME_UNSEEN: "Nobody can tell whether the name is free, or an archived property's of another "
    "class: the token may not read the {classes} {object} properties. Give it that scope first.",
    _F.INVALID_NAME: "A name has small letters a to z, digits and _ only, begins with a letter, and "
    "is at most 100 long.",
    _F.RESERVED_NAME: "Names that begin with hs_, and the names batch and groups, are HubSpot's own. "
    "Take another name.",
    _F.MISSING: "A new property needs {what}.",
    _F.EMPTY_LABEL: "The label is empty. Give the words people read.",
    _F.LABEL_TOO_LONG: f"The label is longer than {MAX_LABEL} characters. Shorten it.",
    _F.DESCRIPTION_TOO_LONG: f"The description is longer than {MAX_DESCRIPTION} characters. "
    "Shorten it.",
    _F.ODD_CHARACTER: "There is a character in the {what} that cannot be seen or written down. "
    "Type it again.",
    _F.UNKNOWN_TYPE: "There is no such type. Types are {known}.",
    _F.UNKNOWN_FIELD_TYPE: "There is no such field type. Field types are {known}.",
    _F.WRONG_PAIR: "{field_type} does not go with the type {type}. It goes with {known}.",
    _F.NO_SUCH_GROUP: "There is no group of {object} properties called {group}. Create it first, or take one of "
    "those there are.",
    _F.OPTIONS_MISSING: "Choices need at least one option.",
    _F.OPTIONS_NOT_ALLOWED: "A property of the type {type} has no options.",
    _F.OPTIONS_NOT_BOOLEAN: "The options of a yes-or-no property are true and false.",
    _F.EMPTY_OPTION: "An option has no value. Give each one a value.",
    _F.OPTION_WITH_SEMICOLON: "An option's value has a ; in it. HubSpot parts several choices by ;, "
    "so take it out.",
    _F.DUPLICATE_VALUE: "Two options have the same value.",
    _F.DUPLICATE_LABEL: "Two options have the same label.",
    _F.TOO_MANY_OPTIONS: f"There are more than {MAX_OPTIONS} options.",
    _F.FORMULA_MISSING: "A calculation needs its formula.",
    _F.NOT_ON_FORMS: "No form can show the field type {field_type}. Leave formField out, or false.",
    _F.FIXED_CLASS: "The class of {name} is fixed: it is {was}, and HubSpot does not change it. "
    "Create a new property that is {wanted}, under another name, move the values over, take it "
    "into the forms, then archive {name}.",
    _F.FIXED: "{what} is fixed when a property is created, and cannot be changed in {name}.",
    _F.NOTHING_TO_CHANGE: "Nothing to change: {name} is already as you say.",
    _F.HUBSPOTS_OWN: "The definition of {name} is HubSpot's own and cannot be changed.",
    _F.NOT_ARCHIVABLE: "{name} is HubSpot's own and cannot be archived.",
    _F.CLASS_IMPOSSIBLE: "HubSpot has no {wanted} {object} properties that an app could reach. Take "
    "another class, or another object.",
    _F.SENSITIVE_NOT_ALLOWED: "This custom object does not allow sensitive properties. Switch them "
    "on in its HubSpot settings first.",
    _F.TOO_MANY_UNIQUE: f"An object has at most {MAX_UNIQUE} properties with unique values.",
    _F.IN_USE: "HubSpot does not archive {name}: something in the account uses it. Take it out of "
    "the forms, lists and workflows that do, then archive it.",
    _F.NO_SUCH_NAMED_GROUP: "There is no group of {object} properties called {name}.",
    _F.GROUP_TAKEN: "There is a group of {object} properties called {name} already.",
    _F.GROUP_IN_USE: "The group {name} still has properties. Move them to another group, then "
    "archive it.",
    _F.HUBSPOT_REFUSED: "HubSpot did not take the definition of {name}. Compare it with one "
    "that HubSpot's own pages make.",
    _F.CLASS_NOT_KEPT: "HubSpot made {name}, but not in the class that was asked for. Put nothing "
    "into it, and archive it; check whether Sensitive Data is switched on in the account.",
    _F.PLANNED_TWICE: "The plan names {object} twice. Put all of it under one heading.",
    _F.NOT_TRIED: "{name} was left as it was. {why} Give the same command again after that.",
    _F.UNCLEAR: "HubSpot did not say what became of {name}. Look whether it is there, then give the "
    "same command again.",
}
"""Each fault as a sentence with what to do."""


class DefinitionRejected(HubSpotError):
    """HubSpot does not take a definition, or does not archive one: ``fault`` says why."""

    sentence = "HubSpot did not take the definition. Compare it with one HubSpot's pages make."

    def __init__(
        self, fault: PropertyFault, *, status: int | None = None, correlation_id: str | None = None
    ) -> None:
        super().__init__(status=status, category="VALIDATION_ERROR", correlation_id=correlation_id)
        self.fault = fault


class DefinitionUnclear(HubSpotError):
    """A definition may or may not have been changed: the connection broke before HubSpot
    answered, and HubSpot could not be asked afterwards."""

    sentence = (
        "The connection broke before HubSpot answered; the definition may have been changed. Look "
        "at it, then give the same command again."
    )


def reason(fault: PropertyFault, **words: str) -> Reason:
    """The fault with its sentence, ``words`` put in. Raises :class:`KeyError` for one that is not
    given."""
    return Reason(fault.value, FAULTS[fault].format(**words))
