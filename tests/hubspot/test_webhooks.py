"""Is it HubSpot who calls? HubSpot's own vectors, and everything that must not be believed."""

from __future__ import annotations

import dataclasses
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import CANARY, PUBLIC, SECRET, Call, event, genuine, mutated, signed

from gateway.domain.answers import Secret
from gateway.domain.errors import WebhookRefused
from gateway.domain.webhooks import (
    CHANGE_WORDS,
    REFUSAL_SENTENCES,
    SUBSCRIBED,
    UNSIGNED,
    Change,
    Refusal,
    record_word,
    source_word,
)
from gateway.hubspot.webhooks import (
    Arrived,
    parse,
    signature_v1,
    signature_v2,
    signature_v3,
    verify,
)

KEY = SECRET.encode()
URI = b"https://www.example.com/webhook_uri"
BODY_A = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
DOUBLE, SINGLE = b'{"example_field":"example_value"}', b"{'example_field':'example_value'}"
NOW = 1_800_000_000_000

VECTORS = {
    "V1": (
        signature_v1(KEY, BODY_A),
        b"232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    ),
    "V2": (
        signature_v2(KEY, b"GET", URI, b""),
        b"eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e",
    ),
    "V3": (
        signature_v2(KEY, b"POST", URI, DOUBLE),
        b"9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900",
    ),
    "V4": (
        signature_v1(KEY, SINGLE),
        b"69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750",
    ),
    "V5": (
        signature_v2(KEY, b"POST", URI, SINGLE),
        b"4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383",
    ),
    "V6": (
        signature_v3(KEY, b"POST", URI, SINGLE, b"1693657560000"),
        b"K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    ),
    "V7": (
        signature_v3(KEY, b"POST", URI, SINGLE, b"1700000300000"),
        b"RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
    ),
    "V8": (
        signature_v3(KEY, b"POST", URI, DOUBLE, b"1693657560000"),
        b"oaA3M5dEtt6kFsseJD/Hv/x+JNl1vsoxFj4oxmwP6Go=",
    ),
}


def arrived(call: Call) -> Arrived:
    headers = [(n.lower().encode(), v.encode("utf-8")) for n, v in call.headers.items()]
    return Arrived(call.method.encode(), call.target.encode(), headers, call.body)


def judged(request: Arrived, **changes: Any) -> Refusal | None:
    told = {"secret": Secret(SECRET), "public_url": PUBLIC, "now_ms": NOW, "legacy": False}
    return verify(request, **{**told, **changes})  # type: ignore[arg-type]


def refused(body: bytes) -> WebhookRefused:
    with pytest.raises(WebhookRefused) as error:
        parse(body)
    return error.value


@pytest.mark.parametrize("name", VECTORS)
def test_hubspots_own_vectors(name: str) -> None:
    """Each signature HubSpot published is the one worked out here."""
    made, published = VECTORS[name]
    assert made == published


def test_a_thousand_genuine_requests_are_all_believed() -> None:
    """Any body, any query, any age up to five minutes, half a minute ahead."""
    draw = random.Random(1)
    assert [judged(arrived(genuine(draw, NOW))) for _ in range(1000)] == [None] * 1000


def test_of_ten_thousand_changed_requests_none_is_believed() -> None:
    """One bit of the body, one letter of a header, another address, time, method or secret, or a
    right signature of an older version: none passes, and none raises."""
    draw = random.Random(2)
    judgements = [judged(arrived(mutated(draw, genuine(draw, NOW)))) for _ in range(10_000)]
    assert None not in judgements
    assert set(judgements) == UNSIGNED - {Refusal.OFF}


@given(st.lists(st.tuples(st.sampled_from([
    b"x-hubspot-signature-v3", b"X-HubSpot-Request-Timestamp", b"x-hubspot-signature",
    b"x-hubspot-signature-version", b"host"]), st.binary(max_size=80))), st.binary(max_size=80),
    st.booleans())  # fmt: skip
def test_any_bytes_are_refused_calmly(
    headers: list[tuple[bytes, bytes]], body: bytes, legacy: bool
) -> None:
    """Whatever stands in headers and body, as often as it likes: an answer, never an error."""
    request = Arrived(b"POST", b"/webhooks/hubspot", headers, body)
    assert judged(request, legacy=legacy) in UNSIGNED


@pytest.mark.parametrize(
    ("age_ms", "refusal"),
    [(0, None), (300_000, None), (300_001, Refusal.TIME), (-30_000, None), (-30_001, Refusal.TIME),
     (10**12, Refusal.TIME), (-(10**12), Refusal.TIME)],
)  # fmt: skip
def test_a_signature_holds_for_five_minutes(age_ms: int, refusal: Refusal | None) -> None:
    """Not older than that, and hardly ahead, to the millisecond."""
    assert judged(arrived(signed(b"[]", NOW - age_ms))) is refusal


def test_without_a_secret_nothing_is_believed() -> None:
    """Not even what was signed with an empty one."""
    for secret in ("", SECRET):
        assert judged(arrived(signed(b"[]", NOW, secret=secret)), secret=Secret("")) is Refusal.OFF


def test_two_signatures_are_none() -> None:
    """A request that names two signatures or two times is not believed on either."""
    for name in (b"x-hubspot-signature-v3", b"x-hubspot-request-timestamp"):
        request = arrived(signed(b"[]", NOW))
        doubled = [*request.headers, next(h for h in request.headers if h[0] == name)]
        assert judged(dataclasses.replace(request, headers=doubled)) is Refusal.SIGNATURE


def test_exactly_twelve_escapes_are_decoded() -> None:
    """The twelve of HubSpot's list, once; every other stays as it is."""
    twelve = b"%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B"
    plain = signature_v3(KEY, b"POST", b"https://x/?" + b":/?@!$'()*,;", b"", b"1")
    assert signature_v3(KEY, b"POST", b"https://x/?" + twelve, b"", b"1") == plain
    others = {bytes(f"%{n:02X}", "ascii") for n in range(256)} - {
        twelve[i : i + 3] for i in range(0, len(twelve), 3)
    }
    assert len(others) == 244
    for escape in (*others, b"%253A", b"%3a", b"%2f"):
        letter = escape.replace(b"%", b"")
        told = signature_v3(KEY, b"POST", b"https://x/?" + escape, b"", b"1")
        assert told == _plainly(b"https://x/?" + escape), letter


def _plainly(address: bytes) -> bytes:
    import base64
    import hmac

    return base64.b64encode(hmac.digest(KEY, b"POST" + address + b"1", "sha256"))


def test_a_path_before_ours_belongs_to_the_address() -> None:
    """Where the public address has a path of its own, HubSpot signs that too."""
    public = "https://clinic.example/intake"
    call = arrived(signed(b"[]", NOW, public=public))
    assert judged(call, public_url=public) is None
    assert judged(call) is Refusal.SIGNATURE


V1 = signature_v1(KEY, BODY_A)
V2 = signature_v2(KEY, b"POST", f"{PUBLIC}/webhooks/hubspot".encode(), BODY_A)


@pytest.mark.parametrize(
    ("version", "signature", "legacy", "refusal"),
    [
        (b"v1", V1, True, None),
        (b"v2", V2, True, None),
        (b"v1", V1, False, Refusal.SIGNATURE),
        (b"v2", V2, False, Refusal.SIGNATURE),
        (b"v1", V2, True, Refusal.SIGNATURE),
        (b"v2", V1, True, Refusal.SIGNATURE),
        (b"v1", V1.upper(), True, Refusal.SIGNATURE),
        (b"v3", V1, True, Refusal.SIGNATURE),
        (b"", V1, True, Refusal.SIGNATURE),
    ],
)
def test_older_versions_count_only_where_allowed(
    version: bytes, signature: bytes, legacy: bool, refusal: Refusal | None
) -> None:
    """Version 1 and 2, each under its own name, and only with the setting."""
    headers = [(b"x-hubspot-signature", signature), (b"x-hubspot-signature-version", version)]
    request = Arrived(b"POST", b"/webhooks/hubspot", headers, BODY_A)
    assert judged(request, legacy=legacy) is refusal


def test_a_version_3_that_fails_is_not_saved_by_an_older_one() -> None:
    """Whoever sends a version 3 is judged by it, whatever stands beside it and is allowed."""
    for wrong in (b"", b"x" * 44):
        headers = [
            (b"x-hubspot-signature-v3", wrong), (b"x-hubspot-request-timestamp", b"%d" % NOW),
            (b"x-hubspot-signature", V1), (b"x-hubspot-signature-version", b"v1"),
        ]  # fmt: skip
        request = Arrived(b"POST", b"/webhooks/hubspot", headers, BODY_A)
        assert judged(request, legacy=True) is Refusal.SIGNATURE


def test_a_request_does_not_show_itself() -> None:
    """Its body may hold values."""
    assert CANARY not in repr(arrived(signed(json.dumps([event()]).encode(), NOW)))


# ---- what it reports ---------------------------------------------------------------------


def test_an_event_is_kept_without_its_value() -> None:
    """Ids, names, times, source and user; the value is in none of it."""
    (notice,) = parse(json.dumps([event()]).encode())
    assert CANARY not in repr(notice)
    assert notice.key == (686627, 1, 847297356, "passport_number", 1715203101897)
    assert (notice.object_type_id, notice.kind, notice.change) == (
        "0-1", "contact.propertyChange", Change.PROPERTY,
    )  # fmt: skip
    assert (notice.source, notice.user_id) == ("CRM_UI", 882761034)


def test_all_documented_kinds_are_told() -> None:
    """Older and newer names, generic objects, merges, links, and kinds to come."""
    events = [
        event(subscriptionType=None, eventType="company.propertyChange"),
        event(subscriptionType="object.propertyChange", objectTypeId="2-1234567", isSensitive=True),
        event(subscriptionType="object.creation", objectTypeId="0-421", propertyName=None),
        event(subscriptionType="deal.merge", objectId=None, primaryObjectId=5,
              mergedObjectIds=[6, 7], newObjectId=8, numberOfPropertiesMoved=2),
        event(subscriptionType="ticket.associationChange", objectId=None, fromObjectId=3,
              toObjectId=4, associationType="TICKET_TO_CONTACT", associationRemoved=False),
        event(subscriptionType="contact.privacyDeletion", propertyName=None),
        event(subscriptionType="conversation.newMessage", messageId="abc", messageType="MESSAGE"),
        event(subscriptionType="invoice.paid", sourceId=4, changeSource=["odd"]),
        event(subscriptionType="object.restore", objectTypeId=None),
    ]  # fmt: skip
    told = parse(json.dumps(events).encode())
    assert [(one.object_type_id, one.change, one.object_id, one.other_id) for one in told] == [
        ("0-2", Change.PROPERTY, 847297356, None),
        ("2-1234567", Change.PROPERTY, 847297356, None),
        ("0-421", Change.CREATED, 847297356, None),
        ("0-3", Change.MERGED, 5, 8),
        ("0-5", Change.ASSOCIATED, 3, 4),
        ("0-1", Change.ERASED, 847297356, None),
        ("conversation", Change.MESSAGE, 847297356, None),
        ("invoice", Change.OTHER, 847297356, None),
        ("object", Change.RESTORED, 847297356, None),
    ]
    assert told[7].source == ""


def test_nothing_free_is_kept() -> None:
    """A source or a user that is not of the known shape may hold anything, and is left out."""
    (one,) = parse(
        json.dumps([event(changeSource="a value", sourceId="ada@mail.example")]).encode()
    )
    assert (one.source, one.user_id) == ("", None)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", Refusal.NOT_JSON),
        (b"\xff\xfe", Refusal.NOT_JSON),
        (b"[" * 100_000, Refusal.NOT_JSON),
        (b"[{}", Refusal.NOT_JSON),
        (b"[] []", Refusal.NOT_JSON),
        (b"NaN", Refusal.NOT_JSON),
        (b"{}", Refusal.NOT_A_LIST),
        (b"null", Refusal.NOT_A_LIST),
        (b'"text"', Refusal.NOT_A_LIST),
        (b"7", Refusal.NOT_A_LIST),
        (b"[" + b"1," * 100 + b"1]", Refusal.TOO_MANY),
        (b" " * 2**20 + b"[]", Refusal.TOO_LARGE),
    ],
)
def test_what_is_no_list_of_events_is_refused(body: bytes, refusal: Refusal) -> None:
    """Each for its own reason, and the error holds nothing of what was sent."""
    error = refused(body)
    assert (error.refusal, error.position) == (refusal, None)
    assert error.__context__ is None


@pytest.mark.parametrize(
    "wrong",
    [
        None, 7, [], "text", {},
        event(eventId="x"), event(eventId=-1), event(eventId=2**63), event(eventId=1.5),
        event(eventId=None), event(portalId=None), event(subscriptionId=[1]),
        event(occurredAt=0), event(occurredAt=10**17), event(occurredAt=None),
        event(subscriptionType=None), event(subscriptionType="a" * 200), event(subscriptionType="x"),
        event(subscriptionType="contact.creation\n"), event(objectId="../1"),
        event(propertyName="a\x1b[2J"), event(propertyName="a\0"), event(propertyName="x" * 256),
        event(propertyName=""),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_named(wrong: Any) -> None:
    """The whole request is refused, and the event's place in it is told."""
    error = refused(json.dumps([event(), event(2), wrong]).encode())
    assert (error.refusal, error.position) == (Refusal.UNREADABLE, 2)
    assert CANARY not in repr(error) + str(error)
    assert error.__context__ is None


def test_a_hundred_events_are_taken_and_numbers_may_be_text() -> None:
    """HubSpot sends no more than a hundred; a number in quotes is a number."""
    events = [event(n, objectId=str(n)) for n in range(100)]
    assert [one.object_id for one in parse(json.dumps(events).encode())] == list(range(100))
    assert parse(b"[]") == ()


def test_the_tables_are_complete() -> None:
    """Every change and every refusal has words, and every published kind of record a name."""
    assert set(CHANGE_WORDS) == set(Change)
    assert set(REFUSAL_SENTENCES) == set(Refusal)
    for object_type_id, label in SUBSCRIBED.values():
        assert record_word(object_type_id) == label
    assert record_word("2-77") == "custom object"
    assert record_word("0-9999") == "0-9999"
    assert source_word("CRM_UI") == "a person in HubSpot"
    assert source_word("SOME_NEW_SOURCE") == "some new source"
