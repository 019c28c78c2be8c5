"""Why a record cannot be written or found: a whole answer, or one row of a batch's answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.domain.objects import ObjectType
from gateway.emulator import batches, responses
from gateway.emulator.responses import Answer, Stop

Json = dict[str, Any]


class Refusal(Stop):
    """Ends a call about one record, or one input of a batch that tells its inputs apart."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        context: Mapping[str, Sequence[str]] | None = None,
        errors: Sequence[Json] = (),
    ) -> None:
        keys: Json = {}
        if context:
            keys["context"] = dict(context)
        if errors:
            keys["errors"] = list(errors)
        super().__init__(responses.error(status, message, category, **keys))
        self._category = category
        self._message = message
        self._context = dict(context or {})
        self._errors = list(errors)
        self._keys = keys

    def of_batch(self) -> Answer:
        """The answer to a batch that is all or nothing: a conflict stays one, all else is 400."""
        if self.answer.status == 409:
            return self.answer
        return responses.error(400, self._message, self._category, **self._keys)

    def as_row(self, trace_id: str) -> Json:
        """The entry of a batch's answer, for the input that carried ``trace_id``."""
        row = batches.fault(self._category, self._message, **self._context)
        row["context"]["objectWriteTraceId"] = [trace_id]
        return {**row, "errors": self._errors}


def no_record(record_id: str) -> Refusal:
    """404: there is no such record."""
    return Refusal(404, "OBJECT_NOT_FOUND", "resource not found", context={"id": [record_id]})


def wrong_values(entries: Sequence[Json]) -> Refusal:
    """400 for property values: a JSON list inside a sentence, as the live service has it."""
    listed = json.dumps(list(entries), ensure_ascii=False, separators=(",", ":"))
    return Refusal(400, "VALIDATION_ERROR", f"Property values were not valid: {listed}")


def missing_values(kind: ObjectType, names: Sequence[str]) -> Refusal:
    """400 for a record that lacks what its type demands."""
    return Refusal(
        400,
        "VALIDATION_ERROR",
        f"Error creating {type_name(kind)}. Some required properties were not set.",
        context={"properties": list(names)},
        errors=[
            {
                "message": f"{name} is required",
                "code": "MISSING_REQUIRED_PROPERTY",
                "context": {"propertyName": [name]},
            }
            for name in names
        ],
    )


def contact_exists(record_id: str) -> Refusal:
    """409 for a contact whose e-mail another contact has."""
    return Refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {record_id}")


def value_taken(portal_id: int, kind: ObjectType, name: str, shown: str, holder: str) -> Refusal:
    """400 for a value of a unique property that the record ``holder`` has."""
    where = f"portalId={portal_id}, objectTypeId={kind.id}, propertyName={name}, value={shown}"
    return Refusal(
        400,
        "VALIDATION_ERROR",
        f"Cannot set PropertyValueCoordinates{{{where}}}. {holder} already has that value.",
    )


def type_name(kind: ObjectType) -> str:
    """The object type as error messages name it."""
    return kind.label.upper().replace(" ", "_") if kind.id.startswith("0-") else kind.id
