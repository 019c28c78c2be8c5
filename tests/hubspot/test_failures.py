"""Every answer of HubSpot's becomes a value or one named error, and no error repeats a body."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import GatewayError
from gateway.domain.forms import FieldGroup, FormDefinition, FormField
from gateway.domain.hubspot_errors import (
    Ambiguous,
    Forbidden,
    HubSpotError,
    NotFound,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from gateway.domain.locks import Approval
from gateway.domain.rejections import ERROR_TYPES
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.snapshots import PlacedProperty, Snapshot
from gateway.hubspot import replies
from gateway.hubspot.failures import PLACES, failure
from gateway.hubspot.wire import Response
from gateway.policy.gate import examine

KEYS = ("email", "0-2/state", "passport_number")
CANARY = "canary-value-37184"


def response(status: int, body: object = b"", **headers: str) -> Response:
    """One answer, with a JSON body unless bytes are given."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, headers, raw)


def general(category: str, **more: object) -> dict[str, object]:
    """HubSpot's general error body."""
    return {"status": "error", "message": CANARY, "correlationId": "aeb5f871-7f07-4993-9211-075dc63e7cbf",
            "category": category, **more}  # fmt: skip


CASES = [
    (401, general("EXPIRED_AUTHENTICATION"), Unauthorized, Unauthorized),
    (403, general("MISSING_SCOPES"), Forbidden, Forbidden),
    (404, general("OBJECT_NOT_FOUND"), NotFound, NotFound),
    (404, b"", NotFound, NotFound),
    (423, general("LOCKED"), RateLimited, RateLimited),
    (429, {"policyName": "TEN_SECONDLY_ROLLING"}, RateLimited, RateLimited),
    (429, b"error code: 1015", RateLimited, RateLimited),
    (477, b"", RateLimited, RateLimited),
    (400, general("VALIDATION_ERROR"), Rejected, HubSpotError),
    (413, b"", Rejected, HubSpotError),
    (415, b"", Rejected, HubSpotError),
    (422, b"", Rejected, HubSpotError),
    *(
        (status, b"", Rejected, HubSpotError)
        for status in (402, 405, 406, 410, 414, 425, 431, 451, 499)
    ),
    (409, general("CONFLICT"), Rejected, HubSpotError),
    (201, b"", Ambiguous, Unavailable),
    (101, b"", Ambiguous, Unavailable),
    (408, b"", Ambiguous, Unavailable),
    (307, b"", Ambiguous, Unavailable),
    (500, b"<html>", Ambiguous, Unavailable),
    (502, b"<html>", Ambiguous, Unavailable),
    (503, general("X"), Ambiguous, Unavailable),
    (524, b"", Ambiguous, Unavailable),
]


@pytest.mark.parametrize(("status", "body", "submitting", "reading"), CASES)
def test_each_status_is_one_error(
    status: int, body: object, submitting: type, reading: type
) -> None:
    """The table of statuses, for a submission and for a read; none repeats the body."""
    for kind, error in (
        (submitting, failure(response(status, body), submitting=True, keys=KEYS)),
        (reading, failure(response(status, body))),
    ):
        assert type(error) is kind
        assert CANARY not in str(error) + repr(error) + repr(vars(error))


def test_a_rejection_names_the_fields() -> None:
    """Paths of contacts and other objects become field keys; values in messages are dropped."""
    body = {
        "status": "error", "message": "The request is not valid", "correlationId": "abc-1",
        "errors": [
            {"message": "Error in 'fields.email'. Required field 'email' is missing", "errorType": "REQUIRED_FIELD"},
            {"message": "Error in 'fields.0-2/state'. Required field '0-2/state' is missing", "errorType": "REQUIRED_FIELD"},
            {"message": f"Error in 'context.hutk'. '{CANARY}' is not a valid Hutk", "errorType": "INVALID_HUTK"},
            {"message": f"Error in 'fields.{CANARY}'. x", "errorType": "INVALID_NUMBER"},
        ],
    }  # fmt: skip
    error = failure(response(400, body), submitting=True, keys=KEYS)
    assert isinstance(error, Rejected)
    assert error.errors == {
        "email": "REQUIRED_FIELD",
        "0-2/state": "REQUIRED_FIELD",
        "": "INVALID_HUTK",
    }
    assert error.correlation_id == "abc-1"
    assert CANARY not in repr(vars(error))


@pytest.mark.parametrize("error_type", ERROR_TYPES)
def test_every_error_type_has_a_place(error_type: str) -> None:
    """Each errorType is shown at its field when it has a path, else where the table says."""
    at_field = {"message": "Error in 'fields.email'. x", "errorType": error_type}
    pathless = {"message": "x", "errorType": error_type}
    for entry, place in ((at_field, "email"), (pathless, PLACES.get(error_type, ""))):
        error = failure(response(400, {"errors": [entry]}), submitting=True, keys=KEYS)
        assert isinstance(error, Rejected)
        assert error.errors == {place: error_type}


ODD = st.sampled_from([None, 7, 1.5, True, [], {}, ["x"], {"x": None}])


@given(
    odd=ODD,
    key=st.sampled_from(["category", "policyName", "message", "status", "context", "links"]),
)
def test_an_odd_key_takes_nothing_with_it(odd: object, key: str) -> None:
    """A null or another type under one key of a refusal, or of an entry, leaves the named
    fields and the id of the call."""
    entry = {"message": "Error in 'fields.email'. x", "errorType": "INVALID_EMAIL"}
    told = general("VALIDATION_ERROR", errors=[{**entry, "context": odd, "in": odd, "code": odd}])
    error = failure(response(400, {**told, key: odd}), submitting=True, keys=KEYS)
    assert isinstance(error, Rejected)
    assert error.errors == {"email": "INVALID_EMAIL"}
    assert error.correlation_id == "aeb5f871-7f07-4993-9211-075dc63e7cbf"


@given(odd=ODD)
def test_an_odd_entry_is_the_whole_forms(odd: object) -> None:
    """What cannot be read of an entry is not guessed; the entries beside it still count."""
    good = {"message": "Error in 'fields.email'. x", "errorType": "INVALID_EMAIL"}
    for entry, expected in (
        (odd, {"": "OTHER", "email": "INVALID_EMAIL"}),
        ({**good, "message": odd}, {"": "INVALID_EMAIL", "email": "INVALID_EMAIL"}),
        ({**good, "errorType": odd, "message": "x"}, {"": "OTHER", "email": "INVALID_EMAIL"}),
    ):
        body = {"correlationId": odd, "errors": [entry, good]}
        error = failure(
            response(400, body, **{"x-hubspot-correlation-id": "abc-2"}), submitting=True, keys=KEYS
        )
        assert isinstance(error, Rejected)
        assert (error.errors, error.correlation_id) == (expected, "abc-2")
        assert type(failure(response(400, {"errors": odd}), submitting=True)) is Rejected


def test_one_odd_scope_does_not_hide_the_others() -> None:
    """A 403 still names the scopes that can be read."""
    contexts = [None, {"requiredScopes": None}, {"requiredScopes": [None, 7, "forms"], "x": None}]
    body = general("MISSING_SCOPES", errors=[{"message": None, "context": c} for c in contexts])
    error = failure(response(403, body))
    assert isinstance(error, Forbidden)
    assert error.scopes == ("forms",)


def test_an_unknown_error_type_is_not_repeated() -> None:
    """An errorType HubSpot never documented could be anything: it becomes OTHER."""
    entry = {"message": "Error in 'fields.email'. x", "errorType": CANARY}
    error = failure(response(400, {"errors": [entry]}), submitting=True, keys=KEYS)
    assert isinstance(error, Rejected)
    assert error.errors == {"email": "OTHER"}


def test_missing_scopes_are_named() -> None:
    """A 403 gives the scopes HubSpot asks for, in either of its spellings of the key."""
    for key in ("requiredGranularScopes", "requiredScopes"):
        entry = {"message": "x", "context": {key: ["crm.objects.deals.read", "<script>"]}}
        error = failure(response(403, general("MISSING_SCOPES", errors=[entry])))
        assert isinstance(error, Forbidden)
        assert error.scopes == ("crm.objects.deals.read",)


def test_how_long_to_wait() -> None:
    """Retry-After is honoured where it is sent; a block rests longer than its minute."""
    told = failure(response(429, {"policyName": "DAILY"}, **{"retry-after": "7"}))
    blocked = failure(response(429, b"error code: 1015"))
    moving = failure(response(477, b"", **{"retry-after": "120"}))
    assert isinstance(told, RateLimited)
    assert isinstance(blocked, RateLimited)
    assert isinstance(moving, RateLimited)
    assert (told.policy, told.retry_after) == ("DAILY", 7.0)
    assert (blocked.policy, blocked.retry_after) == ("IP_BLOCK", 90.0)
    assert (moving.policy, moving.retry_after) == ("MIGRATION", 120.0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["errors", "message", "errorType", "context", "category", "results", "id",
                         "paging", "next", "after", "scopes", "portalId", "name", "fieldGroups"])
        | st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(st.sampled_from([200, 400, 401, 403, 404, 429, 500]), JSON | st.binary(max_size=40))
def test_no_body_breaks_the_reading(status: int, body: object) -> None:
    """Whatever HubSpot sends, each reading gives a value or an error of our tree."""
    raw = response(status, body)
    readings = (
        replies.account_details, replies.token_scopes, replies.form, replies.form_page,
        replies.submission_page, lambda r: replies.properties(r, Sensitivity.SENSITIVE),
        lambda r: replies.accepted(r, KEYS),
    )  # fmt: skip
    for read in readings:
        try:
            read(raw)
        except GatewayError as error:
            assert error.__cause__ is None
            assert error.__context__ is None


def test_a_property_of_another_class_than_asked_is_of_no_class() -> None:
    """When the list and the property disagree about the class, it is unknown."""
    body = {"results": [{"name": "a", "dataSensitivity": "sensitive"}, {"name": "b"},
                        {"name": "c", "dataSensitivity": "non_sensitive"}]}  # fmt: skip
    read = replies.properties(response(200, body), Sensitivity.SENSITIVE)
    assert [p.sensitivity for p in read] == [Sensitivity.SENSITIVE, None, None]


def test_one_odd_form_does_not_hide_the_others() -> None:
    """A form that cannot be read keeps its id and name, and the list goes on."""
    good = {"id": "1", "name": "Good", "fieldGroups": [{"fields": [{"objectTypeId": "0-1", "name": "email",
            "fieldType": "email", "validation": None, "dependentFields": []}]}]}  # fmt: skip
    page = replies.form_page(
        response(200, {"results": [{"id": "2", "name": "Odd", "fieldGroups": 7}, good]})
    )
    assert [(f.id, f.definition is None) for f in page.forms] == [("2", True), ("1", False)]


def test_a_form_without_an_id_is_passed_over() -> None:
    """Entries nobody could ask for again do not hide the forms beside them."""
    good = {"id": "1", "name": None, "fieldGroups": []}
    for odd in ({}, {"id": None}, {"id": 7}, {"id": ""}, [], "x", 7):
        page = replies.form_page(response(200, {"results": [odd, good]}))
        assert [(f.id, f.name) for f in page.forms] == [("1", "")]
    with pytest.raises(Unavailable):
        replies.form(response(200, {"name": "x"}))


@pytest.mark.parametrize(
    "odd",
    [{"options": 7}, {"calculated": "perhaps"}, {"label": []}, {"options": [{"label": "no value"}]},
     {"modificationMetadata": [1]}, {"dataSensitivity": 3}, {"archived": {}}],
)  # fmt: skip
def test_an_odd_property_is_kept_without_a_class(odd: dict[str, object]) -> None:
    """A property that cannot be read is neither missing nor of the class that was asked for:
    the gate refuses it as of unknown class, and the others are read."""
    good = {"name": "b", "dataSensitivity": "sensitive", "formField": True}
    spoilt = {"name": "a", "dataSensitivity": "sensitive", "formField": True, **odd}
    body = {"results": [spoilt, good, {"label": "nameless"}, {"name": ""}, {"name": 7}, [], "x"]}
    read = replies.properties(response(200, body), Sensitivity.SENSITIVE)
    assert [(p.name, p.sensitivity) for p in read] == [("a", None), ("b", Sensitivity.SENSITIVE)]
    fields = tuple(FormField("0-1", name, "single_line_text") for name in "ab")
    definition = FormDefinition("f", "Form", (FieldGroup(fields=fields),))
    placed = tuple(PlacedProperty("0-1", one) for one in read)
    described = Snapshot("f", "Form", definition, placed, (), 1)
    report = examine(described, None, approval=Approval(required=False))
    assert [field.code for field in report.fields] == ["class_unknown", "ok"]


def test_an_odd_submission_does_not_hide_the_others() -> None:
    """An entry without a time or with an odd address is passed over; one with an odd id keeps
    its address, which is the evidence."""
    good = {"submittedAt": 5, "pageUrl": "https://x/~s/1", "conversionId": "c"}
    results = [{**good, "pageUrl": 7}, {"pageUrl": "x"}, {**good, "submittedAt": None}, "x", [],
               {**good, "submittedAt": -1}, {**good, "conversionId": 9}, {"submittedAt": "4"}, good]  # fmt: skip
    page = replies.submission_page(
        response(200, {"results": results, "paging": {"next": {"after": "a"}}})
    )
    assert [(s.submitted_at, s.page_url, s.conversion_id) for s in page.submissions] == [
        (5, "https://x/~s/1", None), (4, "", None), (5, "https://x/~s/1", "c"),
    ]  # fmt: skip
    assert page.after == "a"


@pytest.mark.parametrize("portal_id", [10**30, 10**15 + 1, 0, -1, True, "x", None, 1e300])
def test_an_account_id_that_is_none_is_not_believed(portal_id: object) -> None:
    """An id the outbox could not keep ends at the edge, as an answer that cannot be used."""
    with pytest.raises(Unavailable):
        replies.account_details(response(200, {"portalId": portal_id}))
    assert replies.account_details(response(200, {"portalId": 10**15})).portal_id == 10**15


def test_an_answer_without_a_promise_is_unclear() -> None:
    """A 200 that is not JSON does not prove that the submission was stored."""
    with pytest.raises(Ambiguous):
        replies.accepted(response(200, b"<html>ok</html>"), KEYS)
    accepted = replies.accepted(response(200, {"inlineMessage": "<p>Thanks</p>"}), KEYS)
    assert accepted.inline_message == "<p>Thanks</p>"
