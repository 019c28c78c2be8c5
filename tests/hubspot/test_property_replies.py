"""What HubSpot answers about definitions, read in every edition, and its odd and hostile answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.domain.hubspot_errors import HubSpotError, NotFound, Unavailable
from gateway.domain.property_faults import DefinitionRejected, PropertyFault
from gateway.domain.sensitivity import Sensitivity
from gateway.hubspot import property_replies
from gateway.hubspot.wire import Response

CANARY = "canary-text"


def answered(status: int, body: Any) -> Response:
    """An answer with a JSON body."""
    return Response(status, {}, json.dumps(body).encode())


def error(category: str, sub_category: Any = None, **more: Any) -> dict[str, Any]:
    """HubSpot's general error."""
    return {"status": "error", "message": CANARY, "category": category,
            "subCategory": sub_category, "correlationId": "c-1", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (409, error("OBJECT_ALREADY_EXISTS", "Properties.PROPERTY_WITH_NAME_EXISTS"), "name_taken"),
        (409, error("CONFLICT"), "name_taken"),
        (400, error("VALIDATION_ERROR", "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"), "in_use"),
        (400, error("VALIDATION_ERROR", "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES"), "group_in_use"),
        (400, error("VALIDATION_ERROR", {"odd": "object"}), "hubspot_refused"),
        (400, error("VALIDATION_ERROR", CANARY), "hubspot_refused"),
        (400, ["no object"], "hubspot_refused"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_by_its_category(status: int, body: Any, fault: str) -> None:
    """Known sub-categories have a meaning; of any other text nothing is kept."""
    for read in (property_replies.one, property_replies.done, property_replies.batch):
        with pytest.raises(DefinitionRejected) as caught:
            read(answered(status, body))
        assert caught.value.fault.value == fault
        assert CANARY not in repr(caught.value.__dict__) + str(caught.value)
        assert caught.value.__cause__ is None


def test_other_statuses_keep_their_errors() -> None:
    """404 is not found, 5xx is unavailable, and so is a success nobody can read."""
    with pytest.raises(NotFound):
        property_replies.one(answered(404, error("OBJECT_NOT_FOUND")))
    for response in (answered(502, "x"), Response(200, {}, b"<html>"), answered(201, {"name": ""})):
        with pytest.raises(HubSpotError) as caught:
            property_replies.one(response)
        assert isinstance(caught.value, Unavailable)


@pytest.mark.parametrize("status", [200, 201, 207])
def test_a_batch_tells_both_halves_in_every_edition(status: int) -> None:
    """Results and faults stand side by side, whatever the status says."""
    fault = {
        **error("VALIDATION_ERROR"), "context": {"name": ["b", 7]}, "errors": [], "links": {},
    }  # fmt: skip
    taken = {**fault, "category": "OBJECT_ALREADY_EXISTS", "context": {"name": ["c"]}}
    told = property_replies.batch(
        answered(status, {"status": "COMPLETE", "results": [{"name": "a", "dataSensitivity": "sensitive"}],
                          "numErrors": 4, "errors": [fault, taken, "odd", {"context": None}]})
    )  # fmt: skip
    assert [one.name for one in told.definitions] == ["a"]
    assert told.faults == {"b": PropertyFault.HUBSPOT_REFUSED, "c": PropertyFault.NAME_TAKEN}


def test_a_property_in_a_list_of_another_class_is_of_none() -> None:
    """A disagreement between list and property, or silence, is unknown, never ordinary."""
    rows = [{"name": "a", "dataSensitivity": "sensitive"}, {"name": "b"}, {"name": "c", "label": 7},
            {"label": "nameless"}, 7, {"name": "d", "dataSensitivity": "non_sensitive"}]  # fmt: skip
    read = property_replies.listed(answered(200, {"results": rows}), Sensitivity.NON_SENSITIVE)
    assert {one.name: one.sensitivity for one in read} == {
        "a": None, "b": None, "c": None, "d": Sensitivity.NON_SENSITIVE,
    }  # fmt: skip


def test_what_cannot_be_read_of_a_property_is_not_touched() -> None:
    """A definition that is odd is kept by its name, and nothing may be changed in it."""
    (read,) = property_replies.listed(
        answered(200, {"results": [{"name": "a", "options": "none"}]}), Sensitivity.SENSITIVE
    )
    assert read.modification_metadata.read_only_definition
    assert not read.modification_metadata.archivable


def test_groups_in_order_and_schemas_by_either_spelling() -> None:
    """Archived groups are left out; both spellings of the flag are read."""
    rows = [{"name": "z", "label": "Z", "displayOrder": -1}, {"name": "b", "displayOrder": 2},
            {"name": "a", "label": "A", "displayOrder": 0}, {"name": "gone", "archived": True}]  # fmt: skip
    assert [one.name for one in property_replies.groups(answered(200, {"results": rows}))] == [
        "a",
        "b",
        "z",
    ]
    schemas = property_replies.schemas(
        answered(200, {"results": [
            {"objectTypeId": "2-1", "labels": {"plural": "Cars"}, "allowsSensitiveProperties": False},
            {"objectTypeId": "2-2", "name": "boat", "allowSensitiveProperties": False},
            {"objectTypeId": "2-3"}, {"objectTypeId": "../x"}, {}]})
    )  # fmt: skip
    assert [(one.label, one.allows_sensitive) for one in schemas] == [
        ("Cars", False), ("boat", False), ("2-3", True),
    ]  # fmt: skip
