"""An envelope opens whole, for its own row, with its own key; or not at all."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.domain.answers import WireField
from gateway.domain.errors import SealError, Tampered, WrongKey
from gateway.domain.submissions import Payload
from gateway.sealing.envelope import HEADER_SIZE, MAGIC, VERSION, Context, key_id_of, seal, unseal
from gateway.sealing.keyring import Keyring, open_keyring
from gateway.sealing.plaintext import BUCKETS, LARGEST, PayloadTooLarge, bucket_of, canonical, pad
from gateway.sealing.suites import DEFAULT_SUITE, SUITES

ANY_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
PAYLOADS = st.builds(
    Payload,
    fields=st.lists(st.builds(WireField, ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=5).map(tuple),
    page_uri=ANY_TEXT,
    page_name=ANY_TEXT,
    legal=st.none() | st.dictionaries(ANY_TEXT, JSON, max_size=3),
    classes=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
)
CONTEXTS = st.builds(
    Context,
    sid=ANY_TEXT,
    portal_id=st.integers(0, 2**53),
    form_id=ANY_TEXT,
    submitted_at_ms=st.integers(0, 2**45),
    snapshot_hash=ANY_TEXT,
)


def plain(payload: Payload) -> tuple[Any, ...]:
    fields = tuple((f.object_type_id, f.name, f.value) for f in payload.fields)
    return fields, payload.page_uri, payload.page_name, payload.legal, payload.classes


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=PAYLOADS, context=CONTEXTS)
def test_what_is_sealed_opens_to_the_same(
    ring: Keyring, payload: Payload, context: Context
) -> None:
    """Whatever the text, every part of a payload comes back exactly."""
    opened = unseal(seal(payload, context, ring.sealing), context, ring.opening)
    assert plain(opened) == plain(payload)


def test_the_header_is_as_documented(ring: Keyring, payload: Payload, context: Context) -> None:
    """Magic, version, suite, key id and day stand where the format says."""
    envelope = seal(payload, context, ring.sealing)
    assert envelope[:4] == MAGIC
    assert envelope[4] == VERSION
    assert envelope[5] == ring.sealing.suite.id
    assert envelope[6:22].hex() == ring.sealing.key_id
    assert int.from_bytes(envelope[22:26], "big") == context.submitted_at_ms // 86_400_000


def test_an_envelope_names_its_key(ring: Keyring, payload: Payload, context: Context) -> None:
    """The key's id is read without opening; what is no envelope of ours names none."""
    envelope = seal(payload, context, ring.sealing)
    assert key_id_of(envelope) == key_id_of(envelope[:HEADER_SIZE]) == ring.sealing.key_id
    other_version = envelope[:4] + bytes([VERSION + 1]) + envelope[5:]
    for foreign in (b"", envelope[: HEADER_SIZE - 1], b"X" + envelope[1:], other_version):
        assert key_id_of(foreign) is None


def test_sealing_twice_gives_different_bytes(
    ring: Keyring, payload: Payload, context: Context
) -> None:
    """Equal answers cannot be recognised by equal envelopes."""
    assert seal(payload, context, ring.sealing) != seal(payload, context, ring.sealing)


def test_every_bit_counts(ring: Keyring, payload: Payload, context: Context) -> None:
    """No single bit of an envelope can be flipped unnoticed; only the key id's bits make it
    another key's envelope, all others make it a tampered one."""
    envelope = seal(payload, context, ring.sealing)
    bits = range(8 * len(envelope))
    for bit in sorted(random.Random(7).sample(bits, min(6000, len(bits)))):
        broken = bytearray(envelope)
        broken[bit // 8] ^= 1 << bit % 8
        expected = WrongKey if 6 <= bit // 8 < 22 else Tampered
        with pytest.raises(expected):
            unseal(bytes(broken), context, ring.opening)


def test_every_truncation_is_refused(ring: Keyring, payload: Payload, context: Context) -> None:
    """An envelope that lost its end, or gained one, does not open."""
    envelope = seal(payload, context, ring.sealing)
    for size in range(len(envelope)):
        with pytest.raises(Tampered):
            unseal(envelope[:size], context, ring.opening)
    with pytest.raises(Tampered):
        unseal(envelope + b"\0", context, ring.opening)


@pytest.mark.parametrize("name", [f.name for f in dataclasses.fields(Context)])
def test_every_context_edit_is_refused(
    ring: Keyring, payload: Payload, context: Context, name: str
) -> None:
    """An envelope under another row's sid, portal, form, time or snapshot does not open."""
    envelope = seal(payload, context, ring.sealing)
    value = getattr(context, name)
    for other in [value + 1, 0] if isinstance(value, int) else [value + "x", value[:-1], ""]:
        with pytest.raises(Tampered):
            unseal(envelope, dataclasses.replace(context, **{name: other}), ring.opening)


def test_the_context_has_no_seams(ring: Keyring, payload: Payload, context: Context) -> None:
    """Moving a character from one part of the context to the next is noticed."""
    left = dataclasses.replace(context, sid="ab", form_id="c")
    right = dataclasses.replace(context, sid="a", form_id="bc")
    with pytest.raises(Tampered):
        unseal(seal(payload, left, ring.sealing), right, ring.opening)


def test_another_suite_in_the_header_is_refused(
    ring: Keyring, payload: Payload, context: Context
) -> None:
    """The suite an envelope names must be the one of the key it names."""
    envelope = bytearray(seal(payload, context, ring.sealing))
    for suite_id in [*SUITES, 0, 255]:
        if suite_id != ring.sealing.suite.id:
            envelope[5] = suite_id
            with pytest.raises(Tampered):
                unseal(bytes(envelope), context, ring.opening)


def test_another_ring_cannot_open_it(
    ring: Keyring, payload: Payload, context: Context, tmp_path: Any
) -> None:
    """Without the key it names, an envelope is refused as such: restore a backup, no alarm."""
    other = open_keyring(tmp_path / "other", "demo")
    with pytest.raises(WrongKey):
        unseal(seal(payload, context, ring.sealing), context, other.opening)


def test_every_key_of_the_ring_opens(payload: Payload, context: Context, ring: Keyring) -> None:
    """The newest key seals; envelopes of the older ones still open."""
    assert ring.sealing.key_id == list(ring.opening)[-1].key_id
    for key in ring.opening:
        assert plain(unseal(seal(payload, context, key.sealing), context, ring.opening))


def test_the_size_tells_only_the_bucket(ring: Keyring, context: Context) -> None:
    """Answers of different lengths in one bucket make envelopes of one size."""

    def size(length: int) -> int:
        payload = Payload((WireField("0-1", "a", "x" * length),), "u", "n")
        return len(seal(payload, context, ring.sealing))

    assert size(0) == size(100) == size(300)
    assert size(600) == size(800) != size(300)
    overhead = size(0) - BUCKETS[0]
    assert size(1 << 17) == overhead + 3 * BUCKETS[-1]
    assert overhead - HEADER_SIZE == {1: 48, 2: 1136}[ring.sealing.suite.id]


def test_the_buckets_double_and_then_go_on_in_steps() -> None:
    """0.5, 1, 2 … 64 KiB, then multiples of 64 KiB up to the cap, and no further."""
    assert tuple(512 * 2**n for n in range(8)) == BUCKETS
    assert [bucket_of(n) for n in (0, 512, 513, 65536, 65537)] == [512, 512, 1024, 65536, 131072]
    assert bucket_of(LARGEST) == LARGEST
    with pytest.raises(PayloadTooLarge):
        bucket_of(LARGEST + 1)


def test_a_thousand_long_answers_fit(ring: Keyring, context: Context) -> None:
    """HubSpot's 1,000 fields at 8,000 characters each are sealed; more than the cap is
    refused by name."""
    fields = tuple(WireField("0-1", f"property_{n}", "y" * 8_000) for n in range(1000))
    payload = Payload(fields, "u", "n")
    opened = unseal(seal(payload, context, ring.sealing), context, ring.opening)
    assert plain(opened) == plain(payload)
    with pytest.raises(PayloadTooLarge):
        seal(Payload((WireField("0-1", "a", "z" * LARGEST),), "u", "n"), context, ring.sealing)


def test_equal_payloads_have_equal_plaintext(payload: Payload) -> None:
    """The plaintext is canonical: the order of a mapping does not show."""
    turned = dataclasses.replace(payload, classes=dict(reversed(payload.classes.items())))
    assert canonical(turned) == canonical(payload)


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\0" * 511,
        b"\xff" * 512,
        (600).to_bytes(4, "big") + b"\0" * 508,
        pad(b"{}")[:-1] + b"x",
        pad(b"{}"),
        pad(b"[1"),
        pad(b'{"fields":[["a"]],"legal":null,"page_name":"","page_uri":"","classes":{}}'),
        pad(b"{}") + b"\0" * 512,
    ],
)
def test_a_wrong_plaintext_is_tampering(
    ring: Keyring, context: Context, payload: Payload, padded: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Even what opens must be padded and shaped as documented."""
    monkeypatch.setattr("gateway.sealing.envelope.pad", lambda _: padded)
    envelope = seal(payload, context, ring.sealing)
    with pytest.raises(Tampered):
        unseal(envelope, context, ring.opening)


def test_no_error_and_no_repr_shows_an_answer(
    ring: Keyring, payload: Payload, context: Context
) -> None:
    """Neither what is sealed nor a key appears in any text Python makes of errors and objects."""
    envelope = seal(payload, context, ring.sealing)
    shown = [repr(payload), repr(ring), repr(ring.sealing), repr(ring.opening),
             *map(repr, ring.opening), repr(ring.sealing.suite)]  # fmt: skip
    for broken in (envelope[:-1], envelope[:9], bytes(len(envelope))):
        with pytest.raises(SealError) as caught:
            unseal(broken, context, ring.opening)
        shown += chain(caught.value)
    unwritable = dataclasses.replace(payload, legal={"CANARY-7f3": object()})
    with pytest.raises(ValueError) as refused:  # its text is what is looked at
        canonical(unwritable)
    shown += chain(refused.value)
    assert not [text for text in shown if "CANARY" in text]


def chain(error: BaseException | None) -> list[str]:
    """Every text of an error and of those it is chained to, even where Python hides them."""
    texts = []
    while error is not None:
        texts += [str(error), repr(error), repr(vars(error))]
        error = error.__context__
    return texts


def test_the_suite_table_is_complete() -> None:
    """Suites 1 and 2 exist, under their own ids, and the default is one of them."""
    assert {suite_id: row.id for suite_id, row in SUITES.items()} == {1: 1, 2: 2}
    assert DEFAULT_SUITE in SUITES
