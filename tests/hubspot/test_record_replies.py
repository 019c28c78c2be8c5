"""What HubSpot answers about records: values, presence, and reasons without what it repeats."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.hubspot_errors import (
    Forbidden,
    HubSpotError,
    NotFound,
    RateLimited,
    Unavailable,
)
from gateway.domain.record_errors import FAULT_SENTENCES, RecordFault, RecordRejected
from gateway.domain.records import Presence
from gateway.hubspot import record_replies
from gateway.hubspot.record_replies import INNER_CODES
from gateway.hubspot.wire import Response

ROW = {
    "id": "12",
    "properties": {"city": "Rome", "passport_number": "canary-1", "zip": None, "email": ""},
    "createdAt": "2026-11-03T14:05:00.000Z",
    "updatedAt": "2026-11-03T14:05:00.000Z",
    "archived": False,
}


def response(body: object, status: int = 200) -> Response:
    """An answer as it comes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {"x-hubspot-correlation-id": "c-1"}, raw)


def listed(*entries: dict[str, Any]) -> dict[str, Any]:
    """A 400 as HubSpot writes it: a JSON list inside a sentence."""
    return {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": f"Property values were not valid: {json.dumps(entries)}",
    }


def rejected(
    body: object, status: int = 400, names: tuple[str, ...] = ("city", "email")
) -> RecordRejected:
    """The error of an answer."""
    with pytest.raises(RecordRejected) as caught:
        record_replies.record(response(body, status), names, ())
    assert "canary" not in str(caught.value) + repr(vars(caught.value))
    return caught.value


def test_only_what_may_be_shown_leaves() -> None:
    """Values of the shown names; of every name that was asked for whether there is one."""
    seen = record_replies.record(
        response(ROW), ["city", "passport_number", "zip", "email", "other"], ["city", "zip"]
    )
    assert {name: value.reveal() for name, value in seen.values.items()} == {"city": "Rome"}
    assert seen.presence == {
        "city": Presence.SET, "passport_number": Presence.SET, "zip": Presence.EMPTY,
        "email": Presence.EMPTY, "other": Presence.EMPTY,
    }  # fmt: skip
    assert "canary" not in repr(seen)
    assert (seen.id, seen.archived, seen.created_at) == ("12", False, ROW["createdAt"])


def test_a_value_is_revealed_alone() -> None:
    """The one property that was asked for, and no other."""
    assert record_replies.revealed(response(ROW), "passport_number").reveal() == "canary-1"
    assert record_replies.revealed(response(ROW), "zip").reveal() == ""


@pytest.mark.parametrize(
    ("code", "fault"), [*INNER_CODES.items(), ("CANARY", RecordFault.REJECTED)]
)
def test_every_inner_code_has_a_reason(code: str, fault: RecordFault) -> None:
    """HubSpot's codes become ours; an unknown one is a plain no."""
    error = rejected(listed({"name": "city", "error": code, "message": "canary"}))
    assert {name: why.code for name, why in error.reasons.items()} == {"city": str(fault)}
    assert error.correlation_id == "c-1"


def test_every_fault_has_a_sentence() -> None:
    """The table is complete, and each sentence is one."""
    assert set(FAULT_SENTENCES) == set(RecordFault)
    assert all(text[0].isupper() and text.endswith(".") for text in FAULT_SENTENCES.values())


def test_no_other_name_is_believed() -> None:
    """A name that was not sent could be a value: it is dropped."""
    error = rejected(listed({"name": "canary", "error": "INVALID_EMAIL"}))
    assert set(error.reasons) == {""}
    demanded = {"name": "canary 1990-02-28", "error": "MISSING_REQUIRED_PROPERTY"}
    assert set(rejected(listed(demanded)).reasons) == {""}


@pytest.mark.parametrize(
    ("message", "status", "code", "other"),
    [
        ("Contact already exists. Existing ID: 123", 409, "taken", "123"),
        ("Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=0-1, propertyName=city, "
         "value=canary}. 84729 already has that value.", 400, "taken", "84729"),
        ("Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=0-1, propertyName=city, "
         "value=x}. 7 already has that value. canary", 400, "taken", None),
        ("No record with the id 5 to associate with exists", 400, "no_association", None),
        ("canary", 400, "rejected", None),
        (None, 409, "rejected", None),
    ],
)  # fmt: skip
def test_what_stands_in_the_way(
    message: str | None, status: int, code: str, other: str | None
) -> None:
    """A value another record has, with that record's id where the value may be shown; a refused
    association; a bare no."""
    told = response({"message": message, "category": "CONFLICT"}, status)
    error = record_replies.record_failure(told, ("city",), ("city",))
    assert isinstance(error, RecordRejected)
    assert [why.code for why in error.reasons.values()] == [code]
    assert error.other_id == other
    kept_from_view = record_replies.record_failure(told, ("city",))
    assert isinstance(kept_from_view, RecordRejected)
    assert kept_from_view.other_id == (other if "Existing ID" in str(message) else None)


def test_demanded_properties_are_named() -> None:
    """By the entries' context, where the names of a group are parted by "or"."""
    body = {"message": "Some required properties were not set.", "errors": [
        {"code": "MISSING_REQUIRED_PROPERTY", "context": {"propertyName": ["domain or name"]}},
        {"code": "MISSING_REQUIRED_PROPERTY", "context": {"propertyName": ["no name!", 3]}},
        {"code": 3, "context": None}, None, "x",
    ]}  # fmt: skip
    assert {n: why.code for n, why in rejected(body).reasons.items()} == {
        "domain": "required", "name": "required",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, Forbidden), (404, NotFound), (429, RateLimited), (500, Unavailable), (302, Unavailable),
     (415, HubSpotError), (414, HubSpotError)],
)  # fmt: skip
def test_other_statuses_are_the_shared_errors(status: int, kind: type[HubSpotError]) -> None:
    """What says nothing of the record is read as everywhere."""
    for read in (
        lambda: record_replies.record(response({"message": "canary"}, status), ["city"], []),
        lambda: record_replies.batch(response({"message": "canary"}, status), {}, [], []),
        lambda: record_replies.done(response({"message": "canary"}, status)),
    ):
        with pytest.raises(kind) as caught:
            read()
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>", {}, [], {"id": 3}, {"id": "1", "properties": 3}]
)
def test_an_answer_that_cannot_be_read(body: object) -> None:
    """It is no answer: nobody can tell what was done."""
    with pytest.raises(Unavailable):
        record_replies.record(response(body), ["city"], ["city"])


def batch(body: object, status: int = 207) -> record_replies.SeenBatch:
    """A batch's answer to two inputs."""
    names = {"row-1": ("city",), "row-2": ("email",)}
    return record_replies.batch(response(body, status), names, ["city", "email"], ["city"])


def test_a_batch_tells_its_halves_apart() -> None:
    """Done by trace id, refused by trace id, missing ids, and what belongs to none."""
    seen = batch({
        "results": [{**ROW, "objectWriteTraceId": "row-1"}],
        "errors": [
            {"context": {"objectWriteTraceId": ["row-2", "row-9"]},
             "message": listed({"name": "email", "error": "INVALID_EMAIL"})["message"]},
            {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["77"]}, "message": "canary"},
        ],
    })  # fmt: skip
    assert [one.trace for one in seen.records] == ["row-1"]
    assert {t: {n: w.code for n, w in of.items()} for t, of in seen.refused.items()} == {
        "row-2": {"email": "not_an_email"}
    }
    assert seen.missing == {"77"}
    assert seen.elsewhere is None
    assert "canary" not in repr(seen)
    lost = batch({"results": [], "errors": [{"message": "canary"}]}, 200)
    assert lost.elsewhere is not None


@pytest.mark.parametrize("body", [{"results": [{"no": "id"}]}, {"results": 3}, [], b"["])
def test_a_batch_that_cannot_be_read(body: object) -> None:
    """A record that cannot be read could be any of them: nobody can tell."""
    with pytest.raises(Unavailable):
        batch(body, 200)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["message", "errors", "context", "category",
                                                       "results", "id", "properties"]), inner,
                                      max_size=4), max_leaves=12),
       st.sampled_from([200, 207, 400, 409]))  # fmt: skip
def test_any_body_is_a_value_or_a_named_error(body: object, status: int) -> None:
    """Whatever JSON comes, nothing but our own errors leaves."""
    for read in (
        lambda: record_replies.record(response(body, status), ["city"], ["city"]),
        lambda: batch(body, status),
    ):
        try:
            read()
        except HubSpotError:
            continue
