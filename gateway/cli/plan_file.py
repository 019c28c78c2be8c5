"""Reads and writes the YAML file of a property plan.

Only plain YAML is taken: one document, no tags, no anchors (a short file could unfold into a huge
one), no key twice; ``yes`` and ``no`` are texts, as YAML 1.2 has it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, NodeEvent

from gateway.cli.usage import UsageError
from gateway.domain.property_definitions import PropertyWish
from gateway.domain.property_plans import PropertyPlan

MAX_BYTES = 1 << 20
"""Some thousand properties; a larger file is not read."""
MAX_DEPTH = 20
EXAMPLE = """\
plan file:
  version: 1
  objects:
    contacts:
      groups:
        health: Health
      properties:
        blood_group:
          label: Blood group
          type: enumeration
          fieldType: select
          groupName: health
          dataSensitivity: sensitive
          options:
            - {value: a, label: A}
            - {value: b, label: B}"""


class _Plain(Composer):
    """Composes plain YAML only, and gives up where it is anything else."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise UsageError("The plan file uses an anchor (& or *). Write it out in full.")
        if getattr(event, "tag", None) is not None:
            raise UsageError("The plan file uses a tag (!). Write plain texts and numbers.")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UsageError("The plan file is nested too deeply to be a plan.")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def read_plan_file(name: str) -> PropertyPlan:
    """The plan in the file ``name``, or on standard input for ``-``. Raises :class:`UsageError`
    with the place that is wrong."""
    raw = _read(name)
    try:
        document = _loaded(raw)
    except (YAMLError, ValueError, RecursionError) as error:
        raise UsageError(_yaml_fault(error)) from None
    return _plan(document)


def written(plan: PropertyPlan) -> str:
    """The plan as a file holds it."""
    stream = io.StringIO()
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.width = 1000
    yaml.dump(as_document(plan), stream)
    return stream.getvalue()


def as_document(plan: PropertyPlan) -> dict[str, Any]:
    """The plan as plain values, without what is not said."""
    told: dict[str, Any] = _said(msgspec.to_builtins(plan))
    return told


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_said(one) for one in value]
    return value


def _read(name: str) -> bytes:
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        raise UsageError(
            "The plan file cannot be read. Check its name and who may read it."
        ) from None
    if len(raw) > MAX_BYTES:
        raise UsageError(f"The plan file is larger than {MAX_BYTES >> 20} MiB. Split it.")
    return raw


def _loaded(raw: bytes) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Plain
    return yaml.load(raw.decode("utf-8-sig"))


def _yaml_fault(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "The plan file is not UTF-8 text. Save it as UTF-8."
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    where = f" (line {mark.line + 1})" if mark is not None else ""
    if isinstance(error, DuplicateKeyError):
        return f"The plan file names something twice{where}. Keep it once."
    return f"The plan file is not YAML{where}. Correct it and try again."


def _plan(document: object) -> PropertyPlan:
    """The document as a plan; a fault names the object type and the property it is in."""
    if not isinstance(document, dict):
        raise UsageError("The plan file is empty, or holds no plan. `--help` shows one.")
    objects = document.get("objects")
    for object_type, planned in objects.items() if isinstance(objects, dict) else ():
        properties = planned.get("properties") if isinstance(planned, dict) else None
        for name, wish in properties.items() if isinstance(properties, dict) else ():
            _converted(wish, PropertyWish, f"{object_type}, {name}")
    plan: PropertyPlan = _converted(document, PropertyPlan, "the file")
    return plan


def _converted(value: object, kind: Any, where: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        fault = str(error).replace("`", "").replace("$.", "").replace(" - at $", "")
        hint = " (a text that looks like a number, true or false stands in quotes)"
        quoted = hint if "Expected str" in fault else ""
    raise UsageError(f"The plan file cannot be used: in {where}: {fault}{quoted}.")
