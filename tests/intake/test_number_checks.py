"""Check digits: what can be a number of its kind, and what a slip makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.errors import InvalidSubmission
from gateway.domain.locks import FieldLock, FormLock
from gateway.intake.demands import Demands, demands_of
from gateway.intake.number_checks import MAX_NUMBER, NUMBER_CHECKS, number_fault
from gateway.intake.prepare import prepare

# Published examples and made-up numbers with right check digits; none was given to anybody known.
KNOWN = {
    "at.vnr": ("1237 010180", "2237 010180"),
    "au.tfn": ("123 456 782", "999 999 999"),
    "be.nn": ("85.07.30-033 28", "85.07.30-033 29"),
    "bg.egn": ("752316 926 3", "752316 926 4"),
    "bic": ("DEUTDEFF", "DEUT1EFF"),
    "br.cpf": ("390.533.447-05", "390.533.447-06"),
    "ca.sin": ("123-456-782", "999-999-999"),
    "ch.ahv": ("756.9217.0769.85", "756.9217.0769.84"),
    "cn.ric": ("360426199101010071", "360426199101010072"),
    "cz.rc": ("710319/2745", "710319/2746"),
    "de.idnr": ("36 574 261 809", "36 574 261 890"),
    "dk.cpr": ("211062-5629", "511062-5629"),
    "ee.ik": ("36805280109", "36805280108"),
    "es.dni": ("54362315-K", "54362315-Z"),
    "es.nie": ("x-2482300w", "x-2482300a"),
    "fi.hetu": ("131052-308T", "131052-308U"),
    "fr.nif": ("30 23 217 600 053", "30 23 217 600 054"),
    "fr.nir": ("2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
    "gb.nhs": ("943 476 5870", "943 476 5871"),
    "gb.nino": ("AB 12 34 56 C", "DB 12 34 56 C"),
    "gb.utr": ("1955839661", "2955839661"),
    "gr.amka": ("01013099997", "01013099998"),
    "hr.oib": ("33392005961", "33392005962"),
    "iban": ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"),
    "ie.pps": ("6433435F", "6433435E"),
    "il.idnr": ("3933742-3", "3933742-2"),
    "in.aadhaar": ("234123412346", "234123412347"),
    "in.pan": ("ACUPA7085R", "ABMPA32111"),
    "it.codicefiscale": ("RCCMNL83S18D969H", "RCCMNL83S18D969"),
    "lt.asmens": ("33309240064", "33309240164"),
    "luhn": ("7894 9", "7894 8"),
    "mx.curp": ("BOXW310820HNERXN09", "BOXW310820HNERXN08"),
    "nl.bsn": ("1112.22.333", "1112.52.333"),
    "no.fodselsnummer": ("151086 95088", "151086-95077"),
    "pl.pesel": ("44051401359", "44051401358"),
    "pt.cc": ("00000000 0 ZZ4", "00000000 0 ZZ3"),
    "ro.cnp": ("1630615123457", "1630615123458"),
    "se.personnummer": ("880320-0016", "880320-0018"),
    "tr.tckimlik": ("17291716060", "17291716050"),
    "us.ein": ("04-2103594", "07-2103594"),
    "us.itin": ("912-90-3456", "123-45-6789"),
    "us.mbi": ("1EG4-TE5-MK73", "1EG4-TE5-MK7S"),
    "us.npi": ("1234567893", "1234567892"),
    "us.rtn": ("111000025", "111000024"),
    "us.ssn": ("536-90-4399", "666-90-4399"),
    "za.id": ("7503305044089", "8503305044089"),
}  # fmt: skip
ALWAYS_FALSE = [
    "",
    " ",
    "x",
    "0",
    "٩٤٣ ٤٧٦ ٥٨٧٠",
    "1" * (MAX_NUMBER + 1),
    "\ud800",
    "-" * 20,
    "9" * 40,
]


def test_the_table_of_cases_is_complete():
    """Every check has a number it takes and one with a slip."""
    assert KNOWN.keys() == NUMBER_CHECKS.keys()


@pytest.mark.parametrize("check", NUMBER_CHECKS)
def test_each_check_takes_a_right_number_and_finds_a_slip(check):
    """A right number passes however it is spaced, a slip is told with the number's name and
    without the number."""
    right, slip = KNOWN[check]
    assert number_fault(right, check) is None
    fault = number_fault(slip, check)
    assert fault.code == "number_check"
    assert NUMBER_CHECKS[check].name in fault.sentence
    assert slip not in fault.sentence
    for text in ALWAYS_FALSE:
        if not (check == "luhn" and text in ("0", "9" * 40)):
            assert number_fault(text, check) is not None, text


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("us.npi", "3234567893"), ("us.npi", "123456789"), ("us.npi", "12345678931"),
        ("us.mbi", "0EG4TE5MK73"), ("us.mbi", "1EG4TE5MK7"), ("us.mbi", "1EGBTE5MK73"),
        ("us.mbi", "1EG4TE5MK733"), ("us.mbi", "ASG4TE5MK73"),
        ("gb.nino", "BG123456A"), ("gb.nino", "AO123456A"), ("gb.nino", "AB123456E"),
        ("gb.nino", "AB12345C"), ("gb.nino", "QQ123456C"),
        ("us.ssn", "000-12-3456"), ("us.ssn", "078-05-1120"), ("us.ssn", "987-65-4321"),
    ],
)  # fmt: skip
def test_known_false_numbers_are_found(check, text):
    """Numbers that were never given out, or have the wrong length or letters."""
    assert number_fault(text, check).code == "number_check"


def test_a_single_wrong_digit_is_always_found():
    """Of the numbers with a check digit per digit, no single slip passes."""
    for check in ("gb.nhs", "iban", "us.npi", "pl.pesel", "ca.sin", "in.aadhaar", "hr.oib"):
        right = "".join(KNOWN[check][0].split()).replace("-", "")
        for place, digit in enumerate(right):
            for other in "0123456789":
                if digit.isdigit() and other != digit:
                    slip = right[:place] + other + right[place + 1 :]
                    assert number_fault(slip, check) is not None, (check, place)


def test_a_check_nobody_knows_takes_nothing(form, field):
    """A lock that names another program's check closes its field, and says whom to ask."""
    assert number_fault("943 476 5870", "gb.of_tomorrow").code == "number_check_unknown"
    with pytest.raises(InvalidSubmission):
        prepare(form(field("f", "single_line_text")), {"f": "1"}, Demands(checks={"f": "?"}))


@settings(deadline=None)  # the machine may be busy
@given(
    check=st.sampled_from(sorted(NUMBER_CHECKS)),
    text=st.text(max_size=70) | st.from_regex(r"[A-Z0-9 ./-]{0,40}", fullmatch=True),
)
def test_no_check_crashes(check, text):
    """Whatever is typed, a check says yes or no."""
    fault = number_fault(text, check)
    assert fault is None or fault.code == "number_check"


@pytest.mark.parametrize("kind", ["single_line_text", "multi_line_text", "number"])
def test_the_lock_s_check_is_asked_of_the_field_it_names(form, field, kind):
    """Only the named field is checked, only when it is answered, and its reason has no value."""
    asked = form(field("nhs", kind), field("other", kind))
    demands = Demands(checks={"nhs": "gb.nhs"})
    good = {"nhs": "9434765870", "other": "9434765871"}
    assert len(prepare(asked, good, demands).fields) == 2
    assert prepare(asked, {"nhs": ""}, demands).fields == ()
    with pytest.raises(InvalidSubmission) as caught:
        prepare(asked, {**good, "nhs": "9434765871"}, demands)
    assert {k: r.code for k, r in caught.value.reasons.items()} == {"nhs": "number_check"}
    assert caught.value.reasons["nhs"].sentence == (
        "This is not a valid NHS number. Check it for a typing slip."
    )


def test_what_a_report_asks_of_answers():
    """The rules come from the properties, the checks from the lock, the country from outside."""
    from gateway.domain.reports import FormReport, ScopeReport
    from gateway.domain.validations import PlacedRules, ValidationRule

    def locked(check: str | None) -> FieldLock:
        return FieldLock(
            field_type="number",
            type="number",
            sensitivity="sensitive",
            minimum="sensitive",
            check=check,
        )

    lock = FormLock(
        name="F", form_type="hubspot", consent_mode="none", consent="", approved_by="x", approved_at="",
        fields={"a": locked("gb.nhs"), "b": locked(None)},
    )  # fmt: skip
    rule = ValidationRule("MAX_LENGTH", ("5",))
    report = FormReport(
        "f", "F", (), (), ScopeReport((), None, (), ()), "", 1, lock=lock,
        rules=(PlacedRules("0-2", "name", (rule,)),),
    )  # fmt: skip
    assert demands_of(report, "GB") == Demands({"0-2/name": (rule,)}, {"a": "gb.nhs"}, "GB")
