"""Phone numbers, country by country."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, ValidationResult

from gateway.domain.errors import InvalidSubmission
from gateway.intake import phone_rules
from gateway.intake.demands import Demands
from gateway.intake.phone_rules import (
    explicit_fits,
    is_region,
    phone_fault,
    region_of,
    with_country,
)
from gateway.intake.prepare import prepare

TAKEN = [
    # number, country
    ("+44 20 7946 0000", ""), ("+44 (0)20 7946-0000 ext. 5", ""), ("+1 555 010 4477", ""),
    ("(+44) 20 7946 0000", ""), ("\uff0b49 151 23456789", ""), ("+49 151 23456789", "US"),
    ("020 7946 0000", "GB"), ("(555) 010-4477", "US"), ("030 901820", "DE"), ("06 12345678", "NL"),
    ("+1-800-FLOWERS", ""), ("+٤٤ ٢٠ ٧٩٤٦ ٠٠٠٠", ""), ("0041 44 668 18 00", "DE"),
    # no country is known: only the form's own limits count
    ("020 7946 0000", ""), ("12", ""), ("1" * 30, ""), ("ward 7", ""),
]  # fmt: skip
REFUSED = [
    # number, country, code
    ("+999 12345678", "", "phone_unknown_country"), ("+0 12345678", "", "phone_unknown_country"),
    ("+44 20 7946 00000000", "", "phone_long"), ("+1 555", "", "phone_short"),
    ("+1 555 0104", "", "phone_local"), ("+39 06", "", "phone_short"),
    ("020 7946 0000", "US", "phone_long"), ("112", "GB", "phone_short"), ("1", "GB", "phone_unreadable"),
    ("555 0104", "US", "phone_local"), ("+49 " + "1" * 20, "", "phone_long"),
    ("+44 " + "1" * 300, "", "phone_long"), ("+() 4", "", "phone_unreadable"),
    ("+41 22 2222 2222", "", "phone_length"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "country"), TAKEN)
def test_a_number_its_country_can_have_is_taken_as_typed(form, field, number, country):
    """What can be a number there goes out letter by letter as it was typed."""
    asked = form(field("f", "phone"))
    (sent,) = prepare(asked, {"f": number}, Demands(region=country)).fields
    assert sent.value == number


@pytest.mark.parametrize(("number", "country", "code"), REFUSED)
def test_a_number_no_country_can_have_is_refused_with_a_way_out(form, field, number, country, code):
    """Too short, too long, without area code, of no country: each has its sentence."""
    asked = form(field("f", "mobile_phone"))
    with pytest.raises(InvalidSubmission) as caught:
        prepare(asked, {"f": number}, Demands(region=country))
    assert {k: r.code for k, r in caught.value.reasons.items()} == {"f": code}


def test_what_libphonenumber_can_say_is_all_known():
    """Each of its outcomes has its sentence."""
    lengths = {v for k, v in vars(ValidationResult).items() if k.isupper()}
    unreadable = {v for k, v in vars(NumberParseException).items() if k.isupper()}
    assert set(phone_rules._IMPOSSIBLE) == lengths
    assert set(phone_rules._UNREADABLE) == unreadable


@pytest.mark.parametrize(
    ("language", "default", "region"),
    [
        ("en", "", ""),
        ("en-gb", "", "GB"),
        ("pt-br", "", "BR"),
        ("zh_cn", "", "CN"),
        ("en-gb", "US", "US"),
        ("de", "CH", "CH"),
        ("es-419", "", ""),
        ("sr-Latn", "", ""),
        ("", "", ""),
        ("-gb", "", ""),
    ],
)
def test_the_country_of_numbers_without_one(form, field, language, default, region):
    """The operator's country comes first, then the region in the form's language."""
    from msgspec import structs

    asked = form(field("f", "phone"))
    spoken = structs.replace(
        asked, configuration=structs.replace(asked.configuration, language=language)
    )
    assert region_of(spoken, default) == region
    number = {"f": "020 7946 0000"}
    if region == "GB":
        assert prepare(spoken, number).fields
    elif region == "US":
        with pytest.raises(InvalidSubmission):
            prepare(spoken, number, Demands(region=default))


@pytest.mark.parametrize(
    ("typed", "country", "sent"),
    [
        ("020 7946 0000", "GB", "+442079460000"),
        ("020 7946 0000 x12", "GB", "+442079460000 ext. 12"),
        ("0044 20 7946 0000", "DE", "+442079460000"),
        ("+44 20 7946 0000", "US", "+44 20 7946 0000"),
        ("020 7946 0000", "", "020 7946 0000"),
    ],
)
def test_only_a_form_that_asks_for_the_country_adds_it(form, field, typed, country, sent):
    """Where HubSpot's own page asks for the country it is added; nowhere else is a letter
    changed."""
    for selects, expected in ((True, sent), (False, typed)):
        asked = form(field("f", "phone", useCountryCodeSelect=selects))
        (got,) = prepare(asked, {"f": typed}, Demands(region=country)).fields
        assert got.value == expected


def test_conditions_see_the_number_as_it_was_typed(form, field, when):
    """A dependant of a phone number shows by what stands on the page, also when the country is
    added on the way."""
    asked = form(
        field(
            "f",
            "phone",
            useCountryCodeSelect=True,
            dependentFields=[when("str_starts_with", field("g", "single_line_text"), value="020")],
        )
    )
    sent = prepare(asked, {"f": "020 7946 0000", "g": "x"}, Demands(region="GB")).fields
    assert [(f.name, f.value) for f in sent] == [("f", "+442079460000"), ("g", "x")]


def test_a_form_s_own_digit_limits_still_count(form, field):
    """Whatever the country says, the form's limits hold."""
    asked = form(field("f", "phone", validation={"minAllowedDigits": 13, "maxAllowedDigits": 14}))
    with pytest.raises(InvalidSubmission) as caught:
        prepare(asked, {"f": "+44 20 7946 0000"})
    assert caught.value.reasons["f"].code == "digits_few"


def test_explicit_country_codes():
    """A number fits when it has its code, of the country asked for; the code may be left out
    only where that is said."""
    assert explicit_fits("+44 20 7946 0000", "", may_leave_out=False)
    assert explicit_fits("+44 20 7946 0000", "GB", may_leave_out=False)
    assert not explicit_fits("+44 20 7946 0000", "US", may_leave_out=False)
    assert not explicit_fits("+44 20 7946 0000", "US", may_leave_out=True)
    assert not explicit_fits("020 7946 0000", "GB", may_leave_out=False)
    assert explicit_fits("020 7946 0000", "GB", may_leave_out=True)
    assert not explicit_fits("020 7946 0000", "", may_leave_out=True)
    assert not explicit_fits("+1 555 0104", "US", may_leave_out=False)


def test_every_country_of_the_library_is_one():
    """Two capital letters of a country, and nothing else."""
    assert all(map(is_region, phonenumbers.SUPPORTED_REGIONS))
    assert not any(map(is_region, ["", "UK", "gb", "ZZ", "001"]))


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_example_number_of_every_country_is_taken(country):
    """Each country's example passes in both ways of writing it, and completes to itself."""
    example = phonenumbers.example_number(country)
    whole = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    local = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert phone_fault(whole, "") is None
    assert phone_fault(local, country) is None
    assert with_country(local, country) == phonenumbers.format_number(
        example, phonenumbers.PhoneNumberFormat.E164
    )


@settings(deadline=None)  # the machine may be busy
@given(
    text=st.text(max_size=40) | st.from_regex(r"[+0-9 ()x.-]{0,40}", fullmatch=True),
    region=st.sampled_from(["", "US", "GB", "DE", "IT", "BR"]),
)
def test_whatever_is_typed_there_is_an_answer(text, region):
    """No text raises, and a completed number is taken as it stands."""
    fault = phone_fault(text, region)
    written = with_country(text, region)
    explicit_fits(text, region, may_leave_out=True)
    if fault is None and written != text:
        assert written.startswith("+")
        assert phone_fault(written, "") is None
