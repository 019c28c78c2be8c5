"""From the cells of a CSV row to the answers the page would give: which column answers which
field, and what a cell's text is for a field of that type.

The header names fields as the answers file does: ``email``, ``0-2/name``,
``consent.processing``, ``consent.communications.999``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from gateway.domain.forms import FieldType, FormDefinition, FormField
from gateway.domain.objects import CONTACT
from gateway.intake.consent import COMMUNICATIONS, PROCESSING
from gateway.intake.reasons import WHOLE, told_key

TRUTHS: Mapping[str, bool] = {
    "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False,
}  # fmt: skip
"""What a cell may say for a tick, in any case of letters."""
_SPELT: Mapping[str, str] = {"true": "true", "false": "false"}
_CONSENT = "consent"


@dataclasses.dataclass(frozen=True)
class Header:
    """The columns of a file. ``keys`` has one field key per column, None for one without a
    name. ``strangers`` and ``twice`` say, in words fit to be shown, which columns the form
    does not have and which it has more than once: a file without a header has answers there."""

    keys: tuple[str | None, ...] = dataclasses.field(repr=False)
    strangers: tuple[str, ...]
    twice: tuple[str, ...]


class CsvRows:
    """Reads rows for one form."""

    def __init__(self, form: FormDefinition) -> None:
        self._fields: dict[str, FormField] = {field.key: field for field in form.walk()}
        boxes = form.legal_consent_options.communications_checkboxes
        subscriptions = {f"{COMMUNICATIONS}.{one.subscription_type_id}" for one in boxes}
        self._consent = {PROCESSING, *subscriptions}
        self._known = self._fields.keys() | self._consent

    def recognised(self, names: Sequence[str]) -> int:
        """How many of ``names`` are columns the form has."""
        return sum(_key(name) in self._known for name in names)

    def header(self, names: Sequence[str]) -> Header:
        """What the columns named ``names`` stand for."""
        keys = tuple(_key(name) or None for name in names)
        strangers: list[str] = []
        twice: list[str] = []
        met: set[str] = set()
        for place, key in enumerate(keys):
            if key is None:
                continue
            if key not in self._known:
                told = told_key(key, self._known)
                strangers.append(f"column {place + 1}" if told == WHOLE else told)
            elif key in met:
                twice.append(key)
            met.add(key)
        return Header(keys, tuple(strangers), tuple(twice))

    def answers(self, cells: Mapping[str, str]) -> dict[str, object]:
        """The answers, in the shape of an answers file, of one row: field key → the cell's
        text, empty ones left out. What cannot be read stays as it is, for intake to refuse."""
        answers: dict[str, object] = {}
        consent: dict[str, object] = {}
        communications: dict[str, object] = {}
        for key, text in cells.items():
            if key == PROCESSING:
                consent["processing"] = _truth(text)
            elif key in self._consent:
                communications[key.removeprefix(f"{COMMUNICATIONS}.")] = _truth(text)
            else:
                # A field may be called "consent" too; by its full name it is not mistaken.
                name = f"{CONTACT}/{key}" if key == _CONSENT else key
                answers[name] = _answer(self._fields[key], text)
        if communications:
            consent["communications"] = communications
        return {**answers, "consent": consent} if consent else answers


def cell_text(cell: str) -> str:
    """A cell as it counts: no white space around it, line ends as one character, and the
    spreadsheet's TRUE and FALSE in small letters. Saving a file anew does not change it."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _SPELT.get(text.lower(), text) if len(text) <= len("false") else text


def _key(name: str) -> str:
    return name.strip().removeprefix(f"{CONTACT}/")


def _answer(field: FormField, text: str) -> object:
    if field.kind is FieldType.SINGLE_CHECKBOX:
        return _truth(text)
    if field.kind is FieldType.MULTIPLE_CHECKBOXES:
        if any(option.value == text for option in field.options):
            return [text]
        return [item.strip() for item in text.split(";") if item.strip()]
    return text


def _truth(text: str) -> object:
    return TRUTHS.get(text.lower(), text)
