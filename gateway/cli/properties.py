"""``properties``: an object's properties in all three classes, and their definition."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.asking import agreed
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.errors import Reason
from gateway.domain.property_definitions import (
    BatchOutcome,
    ListedProperty,
    PropertyGroup,
    PropertyListing,
    PropertyWish,
    WishedOption,
)
from gateway.domain.property_types import PURGED_AFTER_DAYS
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import LOCAL_OPERATOR
from gateway.policy.defining import as_wish
from gateway.usecases.gateway import Gateway


def listing(arguments: argparse.Namespace, out: Out) -> int:
    """Every property of an object, in one view."""
    with opened(out) as gateway:
        found = gateway.properties.list(
            arguments.object, by=LOCAL_OPERATOR, archived=arguments.archived
        )
    rows = [row for row in found.rows if _wanted(row, arguments)]
    document = {
        "object": {"id": found.kind.id, "name": found.kind.plural},
        "properties": [_document(row) for row in rows],
        "gaps": [_gap(found, gap) for gap in found.gaps],
    }
    lines = list(_table(rows)) or ["There are none of these."]
    out.answer(document, "\n".join([*lines, *(found.gap_sentence(gap) for gap in found.gaps)]))
    return 1 if found.gaps else 0


def show(arguments: argparse.Namespace, out: Out) -> int:
    """One property, or several at once."""
    names: Sequence[str] = arguments.name
    with opened(out) as gateway:
        if len(names) == 1:
            rows = [gateway.properties.get(arguments.object, names[0], by=LOCAL_OPERATOR)]
            missing: list[str] = []
        else:
            found = gateway.properties.batch.read(arguments.object, names, by=LOCAL_OPERATOR)
            rows = list(found.rows)
            missing = [name for name in dict.fromkeys(names) if found.find(name) is None]
    text = "\n\n".join("\n".join(_full(row)) for row in rows)
    lines = [f"There is no property called {name} here." for name in missing]
    out.answer(
        {"properties": [_document(row) for row in rows], "missing": missing},
        "\n".join(part for part in (text, *lines) if part),
    )
    return 1 if missing else 0


def create(arguments: argparse.Namespace, out: Out) -> int:
    """A new property."""
    wish = _wish(arguments, options=_options(arguments.option))
    with opened(out) as gateway:
        made = gateway.properties.create(
            arguments.object, arguments.name, wish, by=LOCAL_OPERATOR, revive=arguments.revive
        )
    out.answer({"done": True, "property": _document(made)}, f"Created.\n{_lines(made)}")
    return 0


def edit(arguments: argparse.Namespace, out: Out) -> int:
    """Another label, description, group, place or list of options."""
    with opened(out) as gateway:
        options = _options(arguments.option)
        if arguments.add_option:
            present = gateway.properties.get(arguments.object, arguments.name, by=LOCAL_OPERATOR)
            kept = as_wish(present.definition).options or ()
            options = (*(options or kept), *(_options(arguments.add_option) or ()))
        wish = _wish(arguments, options=options)
        changed = gateway.properties.edit(arguments.object, arguments.name, wish, by=LOCAL_OPERATOR)
    out.answer({"done": True, "property": _document(changed)}, f"Changed.\n{_lines(changed)}")
    return 0


def archive(arguments: argparse.Namespace, out: Out) -> int:
    """Archives properties, after a person said yes."""
    names = list(dict.fromkeys(arguments.name))
    with opened(out) as gateway:
        rows = [gateway.properties.get(arguments.object, names[0], by=LOCAL_OPERATOR)]
        if len(names) > 1:
            rows = list(gateway.properties.batch.read(
                arguments.object, names, by=LOCAL_OPERATOR).rows)  # fmt: skip
        warnings = [*_consequences(rows)]
        if not agreed(arguments, out, [*warnings, _question(names)]):
            out.answer({"done": [], "failed": {}, "warnings": warnings}, "Nothing was archived.")
            return 1
        outcome = _archived(gateway, arguments.object, names)
    document = {**_outcome(outcome), "warnings": warnings}
    out.answer(document, "\n".join(_outcome_lines(outcome, "archived")))
    return 0 if outcome.whole else 1


def groups(arguments: argparse.Namespace, out: Out) -> int:
    """The groups of an object."""
    with opened(out) as gateway:
        found = gateway.properties.groups.list(arguments.object, by=LOCAL_OPERATOR)
    width = max((len(one.name) for one in found), default=0)
    lines = [f"{one.name:<{width}}  {one.label}" for one in found] or ["There are none."]
    out.answer({"groups": [_group(one) for one in found]}, "\n".join(lines))
    return 0


def create_group(arguments: argparse.Namespace, out: Out) -> int:
    """A new group."""
    with opened(out) as gateway:
        made = gateway.properties.groups.create(
            arguments.object, arguments.name, arguments.label, by=LOCAL_OPERATOR
        )
    out.answer({"done": True, "group": _group(made)}, f"Created: {made.name} ({made.label}).")
    return 0


def edit_group(arguments: argparse.Namespace, out: Out) -> int:
    """Another label for a group."""
    with opened(out) as gateway:
        made = gateway.properties.groups.edit(
            arguments.object, arguments.name, arguments.label, by=LOCAL_OPERATOR
        )
    out.answer({"done": True, "group": _group(made)}, f"Changed: {made.name} ({made.label}).")
    return 0


def archive_group(arguments: argparse.Namespace, out: Out) -> int:
    """Archives an empty group."""
    with opened(out) as gateway:
        gateway.properties.groups.archive(arguments.object, arguments.name, by=LOCAL_OPERATOR)
    out.answer({"done": True, "group": {"name": arguments.name}}, f"Archived: {arguments.name}.")
    return 0


def _archived(gateway: Gateway, object_type: str, names: Sequence[str]) -> BatchOutcome:
    if len(names) > 1:
        return gateway.properties.batch.archive(object_type, names, by=LOCAL_OPERATOR)
    gateway.properties.archive(object_type, names[0], by=LOCAL_OPERATOR)
    return BatchOutcome(tuple(names))


def _consequences(rows: Iterable[ListedProperty]) -> Iterator[str]:
    for row in rows:
        if row.used_by:
            forms = ", ".join(row.used_by)
            yield f"{row.name} is on approved forms, which close without it: {forms}."


def _question(names: Sequence[str]) -> str:
    return (
        f"Archive {', '.join(names)}? What records hold there is hidden at once, and permanently "
        f"deleted after {PURGED_AFTER_DAYS} days."
    )


def _wish(
    arguments: argparse.Namespace, *, options: tuple[WishedOption, ...] | None
) -> PropertyWish:
    """What the options of the command say."""
    return PropertyWish(
        label=arguments.label,
        type=arguments.type,
        field_type=arguments.field_type,
        group_name=arguments.group,
        data_sensitivity=Sensitivity.parse(arguments.sensitivity),
        description=arguments.description,
        options=options,
        form_field=arguments.form_field,
        hidden=arguments.hidden,
        display_order=arguments.display_order,
        has_unique_value=arguments.unique,
        calculation_formula=arguments.formula,
    )


def _options(pairs: Sequence[str]) -> tuple[WishedOption, ...] | None:
    """VALUE or VALUE=LABEL, in order."""
    if not pairs:
        return None
    parted = [pair.partition("=") for pair in pairs]
    if not all(value for value, _, _ in parted):
        raise UsageError("Write --option as VALUE or VALUE=LABEL.")
    return tuple(WishedOption(value, label) for value, _, label in parted)


def _wanted(row: ListedProperty, arguments: argparse.Namespace) -> bool:
    searched = (arguments.search or "").casefold()
    of_class = arguments.sensitivity
    return (
        (of_class is None or str(row.sensitivity) == of_class)
        and (searched in row.name.casefold() or searched in row.definition.label.casefold())
    )  # fmt: skip


def _document(row: ListedProperty) -> dict[str, Any]:
    one = row.definition
    return {
        "name": one.name,
        "label": one.label,
        "class": str(row.sensitivity) if row.sensitivity is not None else None,
        "type": one.type,
        "field_type": one.field_type,
        "group": one.group_name,
        "description": one.description,
        "options": [
            {"value": c.value, "label": c.label, "hidden": c.hidden} for c in one.choices
        ],
        "categories": list(one.sensitive_data_categories),
        "form_field": one.form_field,
        "hidden": one.hidden,
        "display_order": one.display_order,
        "unique": one.has_unique_value,
        "hubspot_defined": one.hubspot_defined,
        "calculated": one.calculated,
        "archived": one.archived,
        "archived_at": one.archived_at,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "approved_forms": list(row.used_by),
    }  # fmt: skip


def _gap(found: PropertyListing, gap: Any) -> dict[str, Any]:
    return {
        "object": found.kind.plural,
        "class": str(gap.sensitivity),
        "scopes": list(gap.scopes),
        "message": found.gap_sentence(gap),
    }


def _group(one: PropertyGroup) -> dict[str, Any]:
    return {"name": one.name, "label": one.label, "display_order": one.display_order}


def _outcome(outcome: BatchOutcome) -> dict[str, Any]:
    return {"done": list(outcome.done), "failed": _reasons(outcome.failed)}


def _reasons(failed: Mapping[str, Reason]) -> dict[str, Any]:
    return {name: {"code": why.code, "message": why.sentence} for name, why in failed.items()}


def _outcome_lines(outcome: BatchOutcome, word: str) -> Iterator[str]:
    for name in outcome.done:
        yield f"{name}: {word}."
    for name, why in outcome.failed.items():
        yield f"{name}: not {word}. {why.sentence}"


def _table(rows: Sequence[ListedProperty]) -> Iterator[str]:
    wide = max((len(row.name) for row in rows), default=0)
    for row in rows:
        one = row.definition
        word = row.sensitivity.label if row.sensitivity is not None else "Unknown class"
        parts = [
            f"{row.name:<{wide}}  {word:<16}  {one.type + '/' + one.field_type:<26}  {one.label}",
            "(archived)" if one.archived else "",
            f"[{', '.join(row.used_by)}]" if row.used_by else "",
        ]
        yield " ".join(part for part in parts if part)


def _lines(row: ListedProperty) -> str:
    return "\n".join(_full(row))


def _full(row: ListedProperty) -> Iterator[str]:
    one = row.definition
    yield f"{one.name}: {one.label}"
    yield f"  class        {row.sensitivity.label if row.sensitivity is not None else 'unknown'}"
    yield f"  type         {one.type}/{one.field_type}, group {one.group_name}"
    if one.sensitive_data_categories:
        yield f"  categories   {', '.join(one.sensitive_data_categories)}"
    if one.description:
        yield f"  description  {one.description}"
    for choice in one.choices:
        yield f"  option       {choice.value} = {choice.label}" + (" (hidden)" * choice.hidden)
    yield f"  on forms     {'may be' if one.form_field else 'may not be'}"
    if row.used_by:
        yield f"  approved on  {', '.join(row.used_by)}"
    if one.archived:
        yield f"  archived     {one.archived_at or 'yes'}"
