"""What may be defined: whether a wish can become a property, or a change of one, before HubSpot
is asked. Every reason at once; names only, never a text somebody typed.

Sources: https://developers.hubspot.com/docs/api-reference/latest/crm/properties (what is fixed at
creation, pairs, ten unique properties) and .../properties/sensitive-data (classes).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence

import msgspec

from gateway.domain.errors import Reason
from gateway.domain.objects import ObjectType
from gateway.domain.property_definitions import (
    DefinedProperty,
    PropertyListing,
    PropertyWish,
    WishedOption,
)
from gateway.domain.property_faults import PropertyFault, reason
from gateway.domain.property_types import (
    MAX_DESCRIPTION,
    MAX_LABEL,
    MAX_OPTIONS,
    MAX_UNIQUE,
    NAME,
    NOT_ON_FORMS,
    PAIRS,
    RESERVED_NAMES,
    RESERVED_PREFIX,
    TRUTH,
    WITH_OPTIONS,
    PropertyFieldType,
    PropertyType,
)
from gateway.domain.scopes import Access, ScopeNeed, property_need, sensitive_need
from gateway.domain.sensitivity import Sensitivity

_F = PropertyFault
NEEDED = {
    "label": "a label",
    "type": "a type",
    "fieldType": "a field type",
    "groupName": "a group",
    "dataSensitivity": "a class (dataSensitivity)",
}
"""What a new property needs to be told: HubSpot's word → as a sentence ends."""
FIXED = ("has_unique_value",)
"""What is fixed at creation, besides the class, which has a sentence of its own."""
_TAKEN_OVER = ("label", "description", "type", "field_type", "group_name", "hidden",
               "display_order", "form_field", "calculation_formula")  # fmt: skip
"""What a wish and a definition call by the same name, and may differ in."""


def needs_of(kind: ObjectType, sensitivity: Sensitivity) -> tuple[ScopeNeed, ...]:
    """What writing definitions of a class asks for; empty when HubSpot has no scope for it."""
    if sensitivity is Sensitivity.NON_SENSITIVE:
        return (property_need(kind),)
    values = sensitive_need(kind, sensitivity, Access.WRITE)
    return (property_need(kind), values) if values is not None else ()


def possible(kind: ObjectType, sensitivity: Sensitivity) -> Iterator[Reason]:
    """Why properties of a class cannot be written for an object at all."""
    if not needs_of(kind, sensitivity):
        yield reason(_F.CLASS_IMPOSSIBLE, wanted=sensitivity.label.lower(), object=kind.label)


def name_problems(name: str) -> Iterator[Reason]:
    """What is wrong with the name of a new property or group."""
    if not NAME.match(name):
        yield reason(_F.INVALID_NAME)
    elif name.startswith(RESERVED_PREFIX) or name in RESERVED_NAMES:
        yield reason(_F.RESERVED_NAME)


def label_problems(label: str) -> Iterator[Reason]:
    """What is wrong with a label."""
    if not label.strip():
        yield reason(_F.EMPTY_LABEL)
    if len(label) > MAX_LABEL:
        yield reason(_F.LABEL_TOO_LONG)
    if not _visible(label):
        yield reason(_F.ODD_CHARACTER, what="label")


def creation_problems(
    kind: ObjectType,
    name: str,
    wish: PropertyWish,
    *,
    present: PropertyListing,
    groups: Collection[str],
    allows_sensitive: bool,
    revive: bool,
) -> tuple[Reason, ...]:
    """Every reason why ``name`` cannot be created as ``wish`` among the properties that are
    ``present``, archived ones included; empty when it can."""
    return tuple(
        _creation(kind, name, wish, present, groups, allows_sensitive=allows_sensitive,
                  revive=revive)
    )  # fmt: skip


def _creation(
    kind: ObjectType,
    name: str,
    wish: PropertyWish,
    present: PropertyListing,
    groups: Collection[str],
    *,
    allows_sensitive: bool,
    revive: bool,
) -> Iterator[Reason]:
    yield from name_problems(name)
    said = wish.said()
    if missing := [words for name, words in NEEDED.items() if name not in said]:
        yield reason(_F.MISSING, what=", ".join(missing))
    if present.gaps:
        classes = " and ".join(gap.sensitivity.label.lower() for gap in present.gaps)
        yield reason(_F.NAME_UNSEEN, classes=classes, object=kind.label)
    known = present.find(name)
    if known is not None and not known.definition.archived:
        yield reason(_F.NAME_TAKEN, object=kind.label, name=name)
    elif known is not None:
        yield from _revival(known.definition, wish, revive=revive)
    if wish.data_sensitivity is not None:
        yield from possible(kind, wish.data_sensitivity)
        if wish.data_sensitivity is not Sensitivity.NON_SENSITIVE and not allows_sensitive:
            yield reason(_F.SENSITIVE_NOT_ALLOWED)
    unique = sum(row.definition.has_unique_value and not row.definition.archived
                 for row in present.rows)  # fmt: skip
    if wish.has_unique_value and unique >= MAX_UNIQUE:
        yield reason(_F.TOO_MANY_UNIQUE)
    yield from _parts(kind, wish, groups)


def _revival(old: DefinedProperty, wish: PropertyWish, *, revive: bool) -> Iterator[Reason]:
    """An archived property of the name is there. Its class is what records hold it under."""
    wanted = wish.data_sensitivity
    if wanted is not None and old.sensitivity is not wanted:
        yield reason(
            _F.OTHER_CLASS_ARCHIVED,
            name=old.name,
            other=_word(old.sensitivity),
            wanted=wanted.label.lower(),
        )
    elif not revive:
        yield reason(_F.NAME_OF_ARCHIVED, name=old.name)


def change_problems(
    kind: ObjectType, present: DefinedProperty, wish: PropertyWish, groups: Collection[str]
) -> tuple[Reason, ...]:
    """Every reason why ``present`` cannot be changed as ``wish`` says; empty when it can, also
    when the wish changes nothing."""
    return tuple(_change(kind, present, wish, groups))


def _change(
    kind: ObjectType, present: DefinedProperty, wish: PropertyWish, groups: Collection[str]
) -> Iterator[Reason]:
    name = present.name
    wanted = wish.data_sensitivity
    if wanted is not None and wanted is not present.sensitivity:
        yield reason(_F.FIXED_CLASS, name=name, was=_word(present.sensitivity),
                     wanted=wanted.label.lower())  # fmt: skip
    if wish.has_unique_value not in (None, present.has_unique_value):
        yield reason(_F.FIXED, what="hasUniqueValue", name=name)
    if present.archived:
        yield reason(_F.ARCHIVED, name=name)
    differing = differences(present, wish)
    if not differing.said():
        return
    if present.modification_metadata.read_only_definition:
        yield reason(_F.HUBSPOTS_OWN, name=name)
    if present.sensitivity is not None:
        yield from possible(kind, present.sensitivity)
    yield from _parts(kind, _as_it_would_be(present, differing), groups, changed=differing)


def differences(present: DefinedProperty, wish: PropertyWish) -> PropertyWish:
    """What of a wish is not so yet; what cannot be changed is left out."""
    differing: dict[str, object] = {}
    for key in _TAKEN_OVER:
        wanted, have = getattr(wish, key), getattr(present, key)
        # What HubSpot does not say of formField is a no.
        if wanted is not None and wanted != (False if have is None else have):
            differing[key] = wanted
    if wish.options is not None and _told(wish.options) != _told(_as_wished(present)):
        differing["options"] = wish.options
    return PropertyWish(**differing)  # type: ignore[arg-type]  # the wish's own values


def archive_problems(present: DefinedProperty) -> Iterator[Reason]:
    """Why a property cannot be archived."""
    if present.archived:
        yield reason(_F.ARCHIVED, name=present.name)
    elif not present.modification_metadata.archivable or present.hubspot_defined:
        yield reason(_F.NOT_ARCHIVABLE, name=present.name)


def completed(wish: PropertyWish) -> PropertyWish:
    """A wish for a new property with everything said that HubSpot might guess otherwise: forms may
    show it where they can, and yes-or-no has its two options."""
    more: dict[str, object] = {}
    if wish.form_field is None:
        more["form_field"] = wish.field_type not in NOT_ON_FORMS
    if wish.type == PropertyType.BOOL and not wish.options:
        more["options"] = tuple(WishedOption(value, label) for value, label in TRUTH.items())
    return msgspec.structs.replace(wish, **more)


def as_wish(present: DefinedProperty) -> PropertyWish:
    """A definition as somebody would wish for it: what a plan writes down. Where nothing is
    special nothing is said."""
    return PropertyWish(
        label=present.label,
        type=present.type,
        field_type=present.field_type,
        group_name=present.group_name,
        data_sensitivity=present.sensitivity,
        description=present.description or None,
        options=_as_wished(present) or None,
        form_field=present.form_field,
        hidden=present.hidden or None,
        has_unique_value=present.has_unique_value or None,
        calculation_formula=present.calculation_formula or None,
    )


def _as_wished(present: DefinedProperty) -> tuple[WishedOption, ...]:
    return tuple(
        WishedOption(one.value, one.label, one.hidden, one.description) for one in present.choices
    )


def _told(options: Sequence[WishedOption]) -> list[tuple[str, str, bool, str]]:
    return [(one.value, one.label or one.value, one.hidden, one.description) for one in options]


def _as_it_would_be(present: DefinedProperty, differing: PropertyWish) -> PropertyWish:
    """The whole definition after a change, so that its parts can be held against one another."""
    said = {key: getattr(differing, key) for key in differing.__struct_fields__}
    changed = {key: value for key, value in said.items() if value is not None}
    return msgspec.structs.replace(as_wish(present), **changed)


def _parts(
    kind: ObjectType,
    wish: PropertyWish,
    groups: Collection[str],
    *,
    changed: PropertyWish | None = None,
) -> Iterator[Reason]:
    """What is wrong with the parts of a whole definition; of a change, with what it touches."""
    touched = (changed or wish).said()
    if wish.label is not None and "label" in touched:
        yield from label_problems(wish.label)
    if wish.description and "description" in touched:
        if len(wish.description) > MAX_DESCRIPTION:
            yield reason(_F.DESCRIPTION_TOO_LONG)
        if not _visible(wish.description, lines=True):
            yield reason(_F.ODD_CHARACTER, what="description")
    if wish.group_name is not None and "groupName" in touched and wish.group_name not in groups:
        shown = wish.group_name if NAME.match(wish.group_name) else "that"
        yield reason(_F.NO_SUCH_GROUP, object=kind.label, group=shown)
    if wish.form_field and wish.field_type in NOT_ON_FORMS and touched & {"fieldType", "formField"}:
        yield reason(_F.NOT_ON_FORMS, field_type=wish.field_type or "")
    if not touched & {"type", "fieldType", "options", "calculationFormula"}:
        return
    pair = list(_pair_problems(wish))
    yield from pair
    if not pair and wish.type is not None and wish.field_type is not None:
        yield from _option_problems(PropertyType(wish.type), PropertyFieldType(wish.field_type),
                                    wish.options or ())  # fmt: skip
        if wish.field_type == PropertyFieldType.CALCULATION and not wish.calculation_formula:
            yield reason(_F.FORMULA_MISSING)


def _pair_problems(wish: PropertyWish) -> Iterator[Reason]:
    """Whether type and field type are known and go together."""
    known_type = wish.type is None or wish.type in [*PropertyType]
    known_field = wish.field_type is None or wish.field_type in [*PropertyFieldType]
    if not known_type:
        yield reason(_F.UNKNOWN_TYPE, known=", ".join(PropertyType))
    if not known_field:
        yield reason(_F.UNKNOWN_FIELD_TYPE, known=", ".join(PropertyFieldType))
    if wish.type is None or wish.field_type is None or not (known_type and known_field):
        return
    fitting = PAIRS[PropertyType(wish.type)]
    if wish.field_type not in fitting:
        yield reason(_F.WRONG_PAIR, field_type=wish.field_type, type=wish.type,
                     known=", ".join(fitting))  # fmt: skip


def _option_problems(
    kind: PropertyType, field_type: PropertyFieldType, options: Sequence[WishedOption]
) -> Iterator[Reason]:
    values = [one.value for one in options]
    labels = [one.label or one.value for one in options]
    if options and kind not in WITH_OPTIONS:
        yield reason(_F.OPTIONS_NOT_ALLOWED, type=kind)
        return
    calculated = field_type is PropertyFieldType.CALCULATION
    if kind is PropertyType.ENUMERATION and not options and not calculated:
        yield reason(_F.OPTIONS_MISSING)
    if kind is PropertyType.BOOL and options and set(values) != set(TRUTH):
        yield reason(_F.OPTIONS_NOT_BOOLEAN)
    if len(options) > MAX_OPTIONS:
        yield reason(_F.TOO_MANY_OPTIONS)
    if not all(value.strip() for value in values):
        yield reason(_F.EMPTY_OPTION)
    if any(";" in value for value in values):
        yield reason(_F.OPTION_WITH_SEMICOLON)
    if len(set(values)) < len(values):
        yield reason(_F.DUPLICATE_VALUE)
    if len(set(labels)) < len(labels):
        yield reason(_F.DUPLICATE_LABEL)
    if any(len(label) > MAX_LABEL for label in (*labels, *values)):
        yield reason(_F.LABEL_TOO_LONG)
    if not all(map(_visible, (*labels, *values))):
        yield reason(_F.ODD_CHARACTER, what="options")


def _visible(text: str, *, lines: bool = False) -> bool:
    """Whether every character of ``text`` can be seen and written down."""
    allowed = "\n" if lines else ""
    return all(c in allowed or unicodedata.category(c) not in ("Cc", "Cs", "Cn") for c in text)


def _word(sensitivity: Sensitivity | None) -> str:
    return sensitivity.label.lower() if sensitivity is not None else "of an unknown class"
