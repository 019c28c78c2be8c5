"""What the content guard recognises, however it was typed, and what it leaves alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from gateway.domain.forms import FieldType
from gateway.domain.kinds import KINDS, Guarded, GuardOutcome, Kind, Tier, named
from gateway.domain.locks import GuardMode
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.guard import READ, look
from gateway.policy.guard_shapes import CARD_LENGTHS, SHAPES, luhn, npi
from gateway.policy.guard_words import named_kinds
from gateway.store.guard_rows import GUARD_ACTIONS
from gateway.usecases.guarding import STORED_AS

NOTES, LINE = FieldType.MULTI_LINE_TEXT, FieldType.SINGLE_LINE_TEXT


def found(text: str, about: str = "Comment", field_type: FieldType = NOTES) -> dict[Kind, Tier]:
    """The hits in an ordinary property."""
    hits = look(text, about=about, field_type=field_type, sensitivity=Sensitivity.NON_SENSITIVE)
    return {hit.kind: hit.tier for hit in hits}


POSITIVE: tuple[tuple[Kind, Tier, str, str], ...] = (
    (Kind.CARD, Tier.ALONE, "4111 1111 1111 1111", "4111 1111 1111 1112"),
    (Kind.CARD, Tier.ALONE, "378282246310005", "398282246310005"),
    (Kind.CARD, Tier.ALONE, "card 5555-5555-5555-4444 exp 12/27", "card 5555-5555-5555-4445 12/27"),
    (Kind.CARD, Tier.ALONE, "6011111111111117", "1011111111111117"),
    (Kind.CARD, Tier.ALONE, "30569309025904", "31569309025904"),
    (Kind.CARD, Tier.ALONE, "2223003122003222", "2723003122003222"),
    (Kind.CARD, Tier.IN_CONTEXT, "card number 4222222222222", "customer 4222222222222"),
    (Kind.IBAN, Tier.ALONE, "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"),
    (Kind.IBAN, Tier.ALONE, "gb29nwbk60161331926819", "GB29NWBK6016133192681"),
    (Kind.IBAN, Tier.ALONE, "pay to FR1420041010050500013M02606 please", "XX1420041010050500013M02606"),
    (Kind.US_SSN, Tier.ALONE, "536-90-4399", "666-90-4399"),
    (Kind.US_SSN, Tier.ALONE, "is 536 90 4399.", "1 536 90 4399"),
    (Kind.US_SSN, Tier.IN_CONTEXT, "SSN 536904399", "ref 536904399"),
    (Kind.US_ITIN, Tier.ALONE, "912-90-3456", "912-93-3456"),
    (Kind.US_ITIN, Tier.IN_CONTEXT, "ITIN: 912903456", "order 912903456"),
    (Kind.US_MBI, Tier.ALONE, "1EG4-TE5-MK73", "1EG4-TE5-MO73"),
    (Kind.US_MBI, Tier.ALONE, "1eg4te5mk73", "1eg4te5mk7x"),
    (Kind.BR_CPF, Tier.ALONE, "390.533.447-05", "390.533.447-06"),
    (Kind.BR_CPF, Tier.IN_CONTEXT, "meu CPF 39053344705", "pedido 39053344705"),
    (Kind.FR_NIR, Tier.ALONE, "2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
    (Kind.FR_NIR, Tier.ALONE, "253072A07300443", "253132A07300443"),
    (Kind.IT_CODICE_FISCALE, Tier.ALONE, "RCCMNL83S18D969H", "RCCMNL83S18D969J"),
    (Kind.ES_DNI, Tier.ALONE, "12345678Z", "12345678A"),
    (Kind.ES_DNI, Tier.ALONE, "x-1234567-L", "X-1234567-M"),
    (Kind.CH_AHV, Tier.ALONE, "756.9217.0769.85", "756.9217.0769.84"),
    (Kind.BE_NN, Tier.ALONE, "85.07.30-033.28", "85.07.30-033.29"),
    (Kind.BE_NN, Tier.IN_CONTEXT, "rijksregisternummer 85073003328", "bestelling 85073003328"),
    (Kind.FI_HETU, Tier.ALONE, "131052-308T", "131052-308U"),
    (Kind.SE_PERSONNUMMER, Tier.ALONE, "880320-0016", "880320-0017"),
    (Kind.SE_PERSONNUMMER, Tier.IN_CONTEXT, "personnummer 8803200016", "order 8803200016"),
    (Kind.MX_CURP, Tier.ALONE, "BOXW310820HNERXN09", "BOXW310820HNERXN08"),
    (Kind.CN_RIC, Tier.ALONE, "11010519491231002X", "110105194912310021"),
    (Kind.US_NPI, Tier.IN_CONTEXT, "NPI 1234567893", "NPI 1234567894"),
    (Kind.GB_NHS, Tier.IN_CONTEXT, "NHS 943 476 5919", "NHS 943 476 5918"),
    (Kind.GB_NINO, Tier.IN_CONTEXT, "National Insurance AB 12 34 56 C", "National Insurance GB 12 34 56 C"),
    (Kind.CA_SIN, Tier.IN_CONTEXT, "SIN 123-456-782", "sin 123-456-782"),
    (Kind.NL_BSN, Tier.IN_CONTEXT, "BSN 111222333", "BSN 111222334"),
    (Kind.IN_AADHAAR, Tier.IN_CONTEXT, "Aadhaar 2341 2341 2346", "Aadhaar 2341 2341 2347"),
    (Kind.IN_PAN, Tier.IN_CONTEXT, "PAN ABCPE1234F", "part ABCPE1234F"),
    (Kind.PL_PESEL, Tier.IN_CONTEXT, "PESEL 44051401359", "PESEL 44051401358"),
    (Kind.DE_IDNR, Tier.IN_CONTEXT, "Steuer-ID 36 574 261 809", "Steuer-ID 36 574 261 890"),
    (Kind.NO_FNR, Tier.IN_CONTEXT, "fødselsnummer 151086 95088", "fødselsnummer 151086 95077"),
    (Kind.DK_CPR, Tier.IN_CONTEXT, "CPR 211062-5629", "CPR 511362-5629"),
    (Kind.TR_KIMLIK, Tier.IN_CONTEXT, "T.C. Kimlik 17291716060", "T.C. Kimlik 17291716050"),
    (Kind.MEDICAL_RECORD, Tier.IN_CONTEXT, "MRN: 00123456", "MRN of 20240131"),
    (Kind.PASSPORT, Tier.IN_CONTEXT, "passport no. C01X00T47", "passport of 2027, room C01X00T47"),
    (Kind.PASSPORT, Tier.IN_CONTEXT, "Reisepass A 1234567", "Karton A 1234567"),
    (Kind.BANK_ACCOUNT, Tier.IN_CONTEXT, "Kontonummer 0532013000", "Kontonummer seit 2024-01-31"),
    (Kind.DRIVING_LICENCE, Tier.IN_CONTEXT, "driver's license D1234567", "license plate D1234567"),
    (Kind.HEALTH_WORD, Tier.ASKED, "I am HIV positive", "I am positive"),
    (Kind.HEALTH_WORD, Tier.ASKED, "ich bin schwanger", "ich bin da"),
    (Kind.HEALTH_WORD, Tier.ASKED, "糖尿病です", "元気です"),
    (Kind.ICD_CODE, Tier.ASKED, "E11.9", "E11"),
    (Kind.BIRTH_DATE, Tier.ASKED, "born on 12 March 1980", "moved on 12 March 1980"),
    (Kind.BIRTH_DATE, Tier.ASKED, "geb. 12.03.1980", "seit 12.03.1980"),
    (Kind.EMAIL, Tier.ASKED, "write to ada@clinic.example", "write to ada@clinic"),
    (Kind.PHONE, Tier.ASKED, "+49 151 23456789", "49 151 23456789"),
    (Kind.PHONE, Tier.ASKED, "(555) 234-4477", "555-4477"),
)  # fmt: skip
"""Kind, tier, a text that has it, and a near miss that has not."""


@pytest.mark.parametrize(("kind", "tier", "text", "_"), POSITIVE, ids=[row[2] for row in POSITIVE])
def test_a_kind_is_seen(kind: Kind, tier: Tier, text: str, _: str) -> None:
    """Each kind is recognised, by the tier that is meant."""
    assert found(text).get(kind) is tier


@pytest.mark.parametrize(
    ("kind", "text"), [(r[0], r[3]) for r in POSITIVE], ids=[r[3] for r in POSITIVE]
)
def test_a_near_miss_is_not(kind: Kind, text: str) -> None:
    """A wrong check digit, issuer, place or word is none."""
    assert kind not in found(text)


def test_every_kind_has_an_example() -> None:
    """No kind without an example, no shape without a kind, no row of a table left out."""
    assert {(kind, tier) for kind, tier, _, _ in POSITIVE} >= {(s.kind, s.tier) for s in SHAPES}
    assert {kind for kind, _, _, _ in POSITIVE} == set(Kind) == set(KINDS)
    assert READ.keys() == set(FieldType)
    assert GUARD_ACTIONS.keys() == set(GuardOutcome)
    assert STORED_AS.keys() == set(Sensitivity)
    assert all(low <= high and len(low) == len(high) for low, high, _ in CARD_LENGTHS)
    for kind in Kind:
        assert KINDS[kind].words and KINDS[kind].rule
        assert max(len(Guarded(kind, t, o, ()).cause) for t in Tier for o in GuardOutcome) <= 32


TAMPERING: dict[str, Callable[[str], str]] = {
    "full-width digits": lambda n: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in n),
    "Arabic digits": lambda n: "".join(chr(ord(c) + 0x630) if c.isdigit() else c for c in n),
    "mathematical digits": lambda n: "".join(chr(ord(c) - 48 + 0x1D7CE) if c.isdigit() else c for c in n),
    "zero-width spaces": "\u200b".join,
    "word joiners": "\u2060".join,
    "soft hyphens": "\u00ad".join,
    "joiners": "\u200d".join,
    "byte order marks": "\ufeff".join,
    "no-break spaces": lambda n: n.replace(" ", "\u00a0"),
    "thin spaces": lambda n: n.replace(" ", "\u2009"),
    "three spaces": lambda n: n.replace(" ", "   "),
    "tabs": lambda n: n.replace(" ", "\t"),
    "dashes": lambda n: n.replace(" ", "-"),
    "en dashes": lambda n: n.replace(" ", "–"),
    "minus signs": lambda n: n.replace(" ", "−"),
    "dots": lambda n: n.replace(" ", "."),
    "middle dots": lambda n: n.replace(" ", "·"),
    "nothing": lambda n: n.replace(" ", ""),
    "digit by digit": lambda n: " ".join(n.replace(" ", "")),
    "digit by digit, dashed": lambda n: " - ".join(n.replace(" ", "")),
    "a sentence around it": lambda n: f"Please take {n}, thank you.",
    "brackets": lambda n: f"({n})",
    "a colon before it": lambda n: f"No.:{n}",
    "Japanese around it": lambda n: f"番号{n}です",
    "lines": lambda n: f"hello\n{n}\ngood bye",
    "another number before it": lambda n: f"12 {n}",
    "another number behind it": lambda n: f"{n} 12/27 123",
}  # fmt: skip


@pytest.mark.parametrize("change", TAMPERING.values(), ids=TAMPERING)
def test_a_card_is_seen_however_it_is_typed(change: Callable[[str], str]) -> None:
    """Neither odd digits, nor odd spaces, nor characters nobody sees hide a number."""
    assert Kind.CARD in found(change("5555 5555 5555 4444"))


@pytest.mark.parametrize("change", [
    lambda n: n, lambda n: n.lower(), lambda n: n.replace(" ", ""), lambda n: n.replace(" ", "-"),
    "\u200b".join, lambda n: "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in n),
])  # fmt: skip
def test_an_iban_is_seen_however_it_is_typed(change: Callable[[str], str]) -> None:
    """Letters are read as freely as digits."""
    assert Kind.IBAN in found(change("NL91 ABNA 0417 1643 00"))


@pytest.mark.parametrize(("text", "kind"), [
    ("SSN536904399", Kind.US_SSN), ("ssn (536904399)", Kind.US_SSN), ("SS# 536904399", Kind.US_SSN),
    ("S.S.N. 536904399", Kind.US_SSN), ("my social is 536904399", Kind.US_SSN),
    ("NHS943 476 5919", Kind.GB_NHS), ("N.H.S. no. 943-476-5919", Kind.GB_NHS),
    ("CPF: 390.533.447/05", Kind.BR_CPF), ("MRN00123456", Kind.MEDICAL_RECORD),
    ("Account # 12345678", Kind.BANK_ACCOUNT), ("visa4111111111111111", Kind.CARD),
    ("4111_1111_1111_1111", Kind.CARD), ("4111/1111/1111/1111", Kind.CARD),
    ("4111\n1111\n1111\n1111", Kind.CARD), ("IBANGB29NWBK60161331926819", Kind.IBAN),
    ("DE89 3704 0044\n0532 0130 00", Kind.IBAN), ("DE89_3704_0044_0532_0130_00", Kind.IBAN),
    ("D.O.B. 12.03.1985", Kind.BIRTH_DATE), ("dob 12031985", Kind.BIRTH_DATE),
    ("born on the 3rd of March 1985", Kind.BIRTH_DATE), ("ICD-10: I10", Kind.ICD_CODE),
    ("has ADHD and migraines", Kind.HEALTH_WORD), ("Crohn's disease", Kind.HEALTH_WORD),
])  # fmt: skip
def test_what_people_type_in_a_hurry_is_seen(text: str, kind: Kind) -> None:
    """Words glued to numbers, dotted abbreviations, number signs, brackets and broken lines."""
    assert kind in found(text)


@pytest.mark.parametrize("text", [
    "Ticket # 12345678", "tel2065551234", "INV4111111111111111", "2021/2022/2023/2024",
    "4000\n4101\n4059\n4207\n4350", "std. delivery", "J.R.R. Tolkien, 12345678", "room I10",
    "2001:4860:4860:8888", "e.g. 536904399", "call me (2065551234)", "IMG_20240512_123456",
])  # fmt: skip
def test_what_only_resembles_it_is_left_alone(text: str) -> None:
    """The same signs between other things block nothing and ask nothing."""
    assert found(text) == {}


@pytest.mark.parametrize("text", [
    "f47ac10b-58cc-4372-a567-0e02b2c3d479", "4006381333931", "+1 555 010 4477", "1764072000000",
    "12345-6789", "1Z999AA10123456784", "€ 4.111.111,11", "2026-11-25", "4711", "A12", "192.168.0.1",
    "Ada Lovelace", "12 St James's Square, London SW1Y 4JH", "356938035643809", "x4111111111111111",
    "41111111111111111111", "1 2 3 4 5 6 7 8 9 10 11 12", "4" * 500, "", " ", "-", "\u200b",
])  # fmt: skip
def test_ordinary_things_are_left_alone(text: str) -> None:
    """Identifiers, money, dates, codes and names block nothing."""
    assert not {tier for tier in found(text).values() if tier is not Tier.ASKED}


def hits(
    text: str, sensitivity: Sensitivity, about: str = "Comment", mode: GuardMode = GuardMode.BLOCK
) -> dict[Kind, bool]:
    """Kind → whether it is a question."""
    return {h.kind: h.asks for h in look(text, about=about, field_type=NOTES,
                                         sensitivity=sensitivity, mode=mode)}  # fmt: skip


def test_the_class_of_the_property_decides() -> None:
    """Ordinary: block or ask. Sensitive: the gravest kinds are asked about, unless the field is
    made for just that. Highly sensitive: nothing is looked for."""
    text = "536-90-4399, HIV, MBI 1EG4-TE5-MK73, ada@clinic.example"
    assert hits(text, Sensitivity.NON_SENSITIVE) == {
        Kind.US_SSN: False, Kind.US_MBI: False, Kind.HEALTH_WORD: True, Kind.EMAIL: True,
    }  # fmt: skip
    assert hits(text, Sensitivity.SENSITIVE) == {Kind.US_SSN: True}
    assert not hits(text, Sensitivity.SENSITIVE, "Social security number")
    assert not hits(text, Sensitivity.SENSITIVE, "<b>Identity</b> | | ssn_last")
    assert hits(text, Sensitivity.SENSITIVE, "Passport number") == {Kind.US_SSN: True}
    assert not hits(text, Sensitivity.HIGHLY_SENSITIVE)
    for kind, row in KINDS.items():
        example = next(text for of, _, text, _ in POSITIVE if of is kind)
        assert (kind in hits(example, Sensitivity.SENSITIVE)) is row.highly, kind


def test_the_lock_may_turn_every_block_into_a_question() -> None:
    """With the mode warn the person decides."""
    assert hits("536-90-4399", Sensitivity.NON_SENSITIVE, mode=GuardMode.WARN) == {
        Kind.US_SSN: True
    }


@pytest.mark.parametrize("field_type", FieldType)
def test_each_field_type_is_read_as_far_as_it_is_typed(field_type: FieldType) -> None:
    """What is chosen is not read; a phone or an e-mail box is read for what it is not."""
    read = READ[field_type]
    assert bool(found("4111111111111111", field_type=field_type)) is (Tier.ALONE in read)
    assert bool(found("SSN 536904399", field_type=field_type)) is (Tier.IN_CONTEXT in read)
    assert bool(found("diabetes", field_type=field_type)) is (Tier.ASKED in read)
    assert not look("4111111111111111", about="", field_type=None,
                    sensitivity=Sensitivity.NON_SENSITIVE)  # fmt: skip


def test_expected_addresses_and_numbers_are_no_question() -> None:
    """A field that asks for a phone or an address may hold one; a name may sound of illness."""
    assert not found("+49 151 23456789", "How can we reach you?")
    assert not found("ada@clinic.example", "E-mail of your contact", LINE)
    assert not found("Cancer Research", "Company", LINE)
    assert found("Cancer Research", "Comment", LINE)


def test_a_label_counts_as_the_word() -> None:
    """Bare digits under a label that asks for them need no word beside them."""
    assert found("536904399", "Your SSN", LINE) == {Kind.US_SSN: Tier.IN_CONTEXT}
    assert found("943 476 5919", "NHS number") == {Kind.GB_NHS: Tier.IN_CONTEXT}
    assert found("943 476 5919", "Reference") == {Kind.PHONE: Tier.ASKED}
    assert Kind.US_SSN in named_kinds("<p>Social <b>security</b> number</p>")
    assert Kind.PASSPORT in named_kinds("Numéro de passeport")
    assert not named_kinds("Anything else?")


def test_a_word_far_away_does_not_count() -> None:
    """The word has to stand near the number it is meant for."""
    assert Kind.NL_BSN not in found("BSN" + " so" * 60 + " 111222333")
    assert Kind.PASSPORT not in found("my passport expires in 2027, call me on 5551234567")


def test_kinds_are_named_in_one_sentence() -> None:
    """One kind, two, or several end a sentence; each is told once."""
    assert named([Kind.CARD]) == "a payment card number"
    assert named([Kind.PHONE, Kind.CARD, Kind.CARD]) == "a payment card number or a phone number"
    assert named(Kind).count(" or ") == 1 + sum(" or " in row.words for row in KINDS.values())
    assert named([]) == ""


def test_own_check_digits() -> None:
    """Luhn and NPI agree with the published examples."""
    assert luhn("79927398713")
    assert not any(luhn(f"7992739871{d}") for d in "012456789")
    assert npi("1234567893")
    assert not npi("1234567890") and not npi("3234567893") and not npi("123456789")


HOSTILE: dict[str, Callable[[int], str]] = {
    "pairs of digits": lambda n: "44 " * (n // 3),
    "single digits": lambda n: "4 " * (n // 2),
    "one digit": lambda n: "1" * n,
    "digits and dashes": lambda n: "1-" * (n // 2),
    "letters and digits": lambda n: "4a" * (n // 2),
    "beginnings of IBANs": lambda n: "SA12 " * (n // 5),
    "words for numbers": lambda n: "ssn " * (n // 4),
    "words and numbers": lambda n: "ssn 123456789 " * (n // 14),
    "a word, then numbers": lambda n: "passport " + "12345678 " * (n // 9),
    "at signs": lambda n: "a@" * (n // 2),
    "plus signs": lambda n: "+1 " * (n // 3),
    "dates": lambda n: "born 1/1/ " * (n // 10),
    "codes": lambda n: "A11." * (n // 4),
    "one letter": lambda n: "a" * n,
    "letters apart": lambda n: "a " * (n // 2),
    "accents": lambda n: "é1" * (n // 3),
    "full-width digits": lambda n: "４ " * (n // 4),
    "Chinese": lambda n: "".join(chr(0x4E00 + i % 20_000) for i in range(n // 3)),
    "markup": lambda n: "<" * n,
    "spaces": lambda n: " " * n,
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_length_and_not_its_square(make: Callable[[int], str]) -> None:
    """Four times the text takes about four times the time; a square would take sixteen. The
    best of several looks counts, in this thread's own time."""

    def best(text: str) -> float:
        taken = []
        for _ in range(3):
            started = time.thread_time()
            found(text)
            taken.append(time.thread_time() - started)
        return min(taken)

    for _ in range(3):
        # Another try where the machine was busy: what is square stays so.
        small, large = best(make(16_384)), best(make(65_536))
        if large < 9 * small + 0.005:
            return
    pytest.fail(f"{small * 1000:.1f} ms became {large * 1000:.1f} ms on {os.cpu_count()} cores")
