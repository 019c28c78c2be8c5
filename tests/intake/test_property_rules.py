"""HubSpot's validation rules: each kind keeps what fits and refuses what does not."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.errors import InvalidSubmission
from gateway.domain.forms import FieldType, FormField
from gateway.domain.snapshots import Snapshot
from gateway.domain.validations import PlacedRules, RuleType, ValidationRule
from gateway.intake.demands import Demands
from gateway.intake.prepare import prepare
from gateway.intake.property_rules import RULES, check_of, rule_findings, rules_fault, rules_hint
from gateway.intake.text_rules import MAX_MATCHED, MAX_PATTERN

TODAY = datetime.date(2026, 11, 25)
LINE, MAIL = "single_line_text", "email"
NEW_YEAR = "1640995200000"  # 2022-01-01 in UTC, HubSpot's own example
CASES = [
    # rule, arguments, field, kept, (refused, code)
    ("FORMAT", ["UPPER"], LINE, ["ABC 1", "É", "123"], [("AbC", "rule_upper"), ("é", "rule_upper")]),
    ("FORMAT", ["LOWER"], LINE, ["abc 1", "é"], [("aBc", "rule_lower")]),
    ("FORMAT", ["CAPITALIZATION"], LINE, ["Ann lee", "1st", "'Tis", "Ünal", "李"], [("ann", "rule_capital"), ("(ann)", "rule_capital")]),
    ("ALPHANUMERIC", ["NUMERIC_ONLY"], LINE, ["007"], [("7a", "rule_digits"), ("7 7", "rule_digits"), ("٧", "rule_digits"), ("-7", "rule_digits")]),
    ("ALPHANUMERIC", ["ALPHA_ONLY"], LINE, ["Zoë Ann", "e\u0301"], [("Zoe1", "rule_letters"), ("Zoe-Ann", "rule_letters"), ("_", "rule_letters")]),
    ("ALPHANUMERIC", ["ALPHANUMERIC"], LINE, ["Zoë 1"], [("a_b", "rule_letters_digits"), ("a$", "rule_letters_digits")]),
    ("SPECIAL_CHARACTERS", ["NOT_ALLOWED"], LINE, ["O'Neil-Smith, Jr. 3", "a b"], [("a$", "rule_signs"), ("50 %", "rule_signs"), ("a@b", "rule_signs"), ("€", "rule_signs")]),
    ("WHITESPACE", [], LINE, ["ab"], [("a b", "rule_spaces"), ("a\u00a0b", "rule_spaces")]),
    ("WHITESPACE", ["ALL"], LINE, ["ab"], [("a b", "rule_spaces")]),
    ("WHITESPACE", ["TRIM"], LINE, ["a b"], []),
    ("MIN_LENGTH", ["3"], LINE, ["abc", "日本語"], [("ab", "rule_short")]),
    ("MIN_LENGTH", ["1"], LINE, ["a"], []),
    ("MAX_LENGTH", ["3"], LINE, ["abc", "a"], [("abcd", "rule_long")]),
    ("MAX_LENGTH", ["12"], "phone", ["+44123456789"], [("+441234567890", "rule_long")]),
    ("MIN_LENGTH", ["12"], "mobile_phone", ["+44123456789"], [("+4412345678", "rule_short")]),
    ("REGEX", ["^[A-Z]{2}[0-9]{4}$", "Two letters, four digits."], LINE, ["AB1234"], [("ab1234", "rule_pattern_told"), ("AB12345", "rule_pattern_told")]),
    ("REGEX", ["[0-9]"], "multi_line_text", ["a1", "\n1"], [("a", "rule_pattern")]),
    ("REGEX", ["^é+$", " <b></b> "], LINE, ["éé"], [("e", "rule_pattern")]),
    ("EMAIL", [], LINE, ["a+x@clinic.org"], [("a@clinic", "email_shape"), ("x", "email_shape"), ("\u0430@clinic.org", "email_shape")]),
    ("EMAIL_ALLOWED_DOMAINS", ["clinic.org", "@Bücher.example"], MAIL, ["a@clinic.org", "a@CLINIC.ORG", "a@ward.clinic.org", "a@xn--bcher-kva.example"], [("a@clinic.org.evil.example", "rule_email_domains"), ("a@notclinic.org", "rule_email_domains")]),
    ("EMAIL_BLOCKED_DOMAINS", ["rival.example"], MAIL, ["a@clinic.org", "a@sub.rival.example"], [("a@Rival.Example", "email_blocked")]),
    ("DOMAIN", [], LINE, ["clinic.org", "bücher.example", "a.b-c.co.uk"], [("clinic", "rule_domain"), ("https://clinic.org", "rule_domain"), ("clinic org", "rule_domain"), ("-a.org", "rule_domain"), ("a..org", "rule_domain")]),
    ("URL", [], LINE, ["https://clinic.org/a?b#c", "clinic.org", "HTTP://clinic.org:8080/", "https://bücher.example"], [("clinic", "rule_url"), ("https://", "rule_url"), ("javascript://clinic.org/x", "rule_url"), ("https://clinic.org/a b", "rule_url"), ("https://[clinic.org", "rule_url"), ("https://clinic.org:port", "rule_url")]),
    ("URL_ALLOWED_DOMAINS", ["clinic.org"], LINE, ["https://clinic.org/x", "www.clinic.org"], [("https://clinic.org@evil.example/", "rule_url_domains"), ("https://evil.example/clinic.org", "rule_url_domains")]),
    ("URL_BLOCKED_DOMAINS", ["spam.example"], LINE, ["https://clinic.org"], [("https://spam.example/x", "rule_url_blocked"), ("SPAM.example", "rule_url_blocked")]),
    ("PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", [], "phone", ["+44 20 7946 0000", "+1 555 010 4477 x5"], [("020 7946 0000", "phone_country")]),
    ("PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", ["gb"], "mobile_phone", ["+44 7400 123456"], [("+1 202 555 0143", "rule_phone_country"), ("07400 123456", "rule_phone_country")]),
    ("MIN_NUMBER", ["-10.5"], "number", ["-10.5", "0", "+3"], [("-10.51", "rule_least")]),
    ("MAX_NUMBER", ["99.99"], "number", ["99.99", "-5"], [("99.991", "rule_most"), ("1" * 40, "rule_most")]),
    ("DECIMAL", ["2"], "number", ["1", "1.25", "1.2500", "-0.1"], [("1.255", "rule_decimals")]),
    ("DECIMAL", ["0"], "number", ["1", "1.0"], [("1.5", "rule_whole")]),
    ("START_DATE", [NEW_YEAR], "datepicker", ["2022-01-01", "2030-01-01"], [("2021-12-31", "rule_first_day")]),
    ("END_DATE", [NEW_YEAR], "datepicker", ["2022-01-01", "1990-01-01"], [("2022-01-02", "rule_last_day")]),
    ("AFTER_DURATION", ["P7D"], "datepicker", ["2026-12-02", "2030-01-01"], [("2026-12-01", "rule_after"), ("2020-01-01", "rule_after")]),
    ("AFTER_DURATION", ["P0D"], "datepicker", ["2026-11-25"], [("2026-11-24", "rule_not_past")]),
    ("AFTER_DURATION", ["P1Y2M1W1D"], "datepicker", ["2028-02-02"], [("2028-02-01", "rule_after")]),
    ("BEFORE_DURATION", ["P30D"], "datepicker", ["2026-10-26", "1990-01-01"], [("2026-10-27", "rule_before"), ("2030-01-01", "rule_before")]),
    ("BEFORE_DURATION", ["P18Y"], "datepicker", ["2008-11-25"], [("2008-11-26", "rule_before")]),
    ("BEFORE_DURATION", ["p0d"], "datepicker", ["2026-11-25"], [("2026-11-26", "rule_not_future")]),
    ("DAYS_OF_WEEK", ["MONDAY", "friday"], "datepicker", ["2026-11-23", "2026-11-27"], [("2026-11-25", "rule_weekday")]),
]  # fmt: skip
FORM_RULES = {kind for kind, row in RULES.items() if row.read is not None}
ODD = [
    ("FORMAT", ["TITLE"]), ("FORMAT", []), ("FORMAT", ["UPPER", "LOWER"]),
    ("ALPHANUMERIC", ["EMOJI"]), ("SPECIAL_CHARACTERS", ["ALLOWED"]), ("SPECIAL_CHARACTERS", []),
    ("WHITESPACE", ["SOME"]), ("MIN_LENGTH", ["-1"]), ("MIN_LENGTH", ["1", "2"]),
    ("MAX_LENGTH", ["0"]), ("MAX_LENGTH", ["many"]), ("MAX_LENGTH", ["٣"]), ("MAX_LENGTH", ["65537"]),
    ("REGEX", []), ("REGEX", ["("]), ("REGEX", ["(?=a)b"]), ("REGEX", [r"(a)\1"]),
    ("REGEX", ["a", "b", "c"]), ("REGEX", ["a" * (MAX_PATTERN + 1)]), ("REGEX", ["\ud800"]),
    ("EMAIL", ["x"]), ("DOMAIN", ["x"]), ("URL", ["x"]), ("EMAIL_ALLOWED_DOMAINS", []),
    ("EMAIL_BLOCKED_DOMAINS", ["not a domain"]), ("URL_ALLOWED_DOMAINS", ["a.org", ""]),
    ("URL_BLOCKED_DOMAINS", [f"d{n}.org" for n in range(1001)]),
    ("PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", ["uk"]),
    ("PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", ["us", "gb"]),
    ("MIN_NUMBER", ["1e5"]), ("MAX_NUMBER", []), ("DECIMAL", ["21"]), ("DECIMAL", ["-1"]),
    ("START_DATE", ["2022-01-01"]), ("END_DATE", ["9" * 15]), ("START_DATE", ["-" + "9" * 15]),
    ("AFTER_DURATION", ["P"]), ("AFTER_DURATION", ["PT5H"]), ("BEFORE_DURATION", ["P999Y"]),
    ("BEFORE_DURATION", ["P999999D"]), ("BEFORE_DURATION", ["30"]), ("DAYS_OF_WEEK", []),
    ("DAYS_OF_WEEK", ["MONDAY", "MOONDAY"]),
]  # fmt: skip
FIELD_OF = {
    rule: next(k for k in FieldType if k in row.kinds) for rule, row in RULES.items() if row.kinds
}


def rule(kind: str, arguments: list[str], *, shaped: bool = False) -> ValidationRule:
    """A rule as HubSpot tells it."""
    return ValidationRule(kind, tuple(arguments), shaped)


def broken(kind: str, arguments: list[str], field: str, answer: str, **more: bool) -> str | None:
    """The code of what a rule says against an answer."""
    fault = rules_fault(
        FormField("0-1", "f", field), answer, [rule(kind, arguments, **more)], TODAY
    )
    return fault.code if fault else None


def test_the_table_is_complete():
    """Every kind of rule has a row and, where forms have such a field, cases of both outcomes."""
    assert set(RULES) == set(RuleType)
    assert len(RuleType) == 27
    assert {kind for kind, *_, bad in CASES if bad} == FORM_RULES
    assert {kind for kind, *_, good, _ in CASES if good} == FORM_RULES
    assert set(RuleType) - FORM_RULES == {k for k in RuleType if "DATETIME" in k}


@pytest.mark.parametrize(
    ("kind", "arguments", "field", "good", "bad"), CASES, ids=[f"{c[0]}-{c[1][:1]}" for c in CASES]
)
def test_each_rule_keeps_what_fits_and_refuses_what_does_not(kind, arguments, field, good, bad):
    """Every kind of rule, by the arguments HubSpot documents."""
    assert {answer: broken(kind, arguments, field, answer) for answer in good} == dict.fromkeys(
        good
    )
    assert [(answer, broken(kind, arguments, field, answer)) for answer, _ in bad] == bad


@pytest.mark.parametrize(("kind", "arguments"), ODD)
def test_arguments_that_mean_nothing_refuse_nobody(kind, arguments):
    """A rule that cannot be understood has no check and no hint, and the gate tells of it."""
    field = FIELD_OF[RuleType(kind)]
    assert check_of(rule(kind, arguments), field) is None
    one = FormField("0-1", "f", field)
    assert rules_fault(one, "x", [rule(kind, arguments)], TODAY) is None
    assert rules_hint(one, [rule(kind, arguments)]) == ""


@pytest.mark.parametrize("kind", sorted(set(RuleType) - FORM_RULES))
def test_no_form_field_has_date_and_time(kind):
    """Rules about date and time belong to no form field, whatever type it says it has."""
    for field in FieldType:
        assert check_of(rule(kind, ["P1D"]), field) is None


def test_a_rule_counts_only_for_fields_of_its_kind():
    """A length does not apply to a choice, nor a number's bound to a text."""
    assert broken("MAX_LENGTH", ["1"], "dropdown", "north") is None
    assert broken("MAX_NUMBER", ["1"], LINE, "5") is None
    assert broken("MAX_LENGTH", ["1"], "of_a_new_kind", "north") is None
    assert broken("OF_A_NEW_KIND", ["1"], LINE, "north") is None


def test_what_hubspot_brings_into_shape_is_not_refused():
    """With normalization, case and spaces are HubSpot's to change, and a number of the rule's
    country may leave the code out."""
    assert broken("FORMAT", ["UPPER"], LINE, "abc", shaped=True) is None
    assert broken("WHITESPACE", [], LINE, "a b", shaped=True) is None
    phone = "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE"
    assert broken(phone, ["gb"], "phone", "020 7946 0000", shaped=True) is None
    assert broken(phone, ["gb"], "phone", "12", shaped=True) == "rule_phone_country"
    assert broken(phone, [], "phone", "020 7946 0000", shaped=True) == "phone_country"
    assert broken("MAX_LENGTH", ["2"], LINE, "abc", shaped=True) == "rule_long"


def test_every_broken_rule_of_an_answer_is_told_once():
    """All sentences come together, a repeated one once."""
    rules = [rule("MAX_LENGTH", ["2"]), rule("FORMAT", ["UPPER"]), rule("MAX_LENGTH", ["2"])]
    fault = rules_fault(FormField("0-1", "f", LINE), "abc", rules, TODAY)
    assert fault.code == "rule_long"
    assert fault.sentence == (
        "The answer is too long. Write at most 2 characters. Write it in capital letters."
    )


def test_what_the_forms_owner_says_is_told_as_plain_text():
    """The message of a pattern comes without markup, whole, and of a bounded length."""

    def told(message: str) -> str:
        one = FormField("0-1", "f", LINE)
        return rules_fault(one, "x", [rule("REGEX", ["^1$", message])], TODAY).sentence

    assert told("Use <b>one</b> {digit}.") == (
        "The answer does not fit what this field asks for: Use one {digit}."
    )
    assert len(told("y" * 5000)) < 300
    hint = rules_hint(FormField("0-1", "f", LINE), [rule("REGEX", ["^1$", "One digit."])])
    assert hint == "One digit."


def test_hints_say_what_a_person_should_know_before():
    """Each hint is a short sentence; what tells nobody anything is left out."""
    one = FormField("0-1", "f", LINE)
    rules = [
        rule("MIN_LENGTH", ["1"]),
        rule("MAX_LENGTH", ["20"]),
        rule("ALPHANUMERIC", ["NUMERIC_ONLY"]),
    ]
    assert rules_hint(one, rules) == "At most 20 characters. Digits only."
    assert rules_hint(one, [rule("MAX_LENGTH", ["5000"]), rule("FORMAT", ["CAPITALIZATION"])]) == ""
    assert (
        rules_hint(FormField("0-1", "n", "number"), [rule("DECIMAL", ["0"])]) == "A whole number."
    )
    for kind, arguments, field, *_ in CASES:
        hint = rules_hint(FormField("0-1", "f", field), [rule(kind, arguments)])
        assert hint == "" or (hint.endswith(".") and len(hint) < 80)


@pytest.mark.parametrize(
    ("ms", "first", "last"),
    [
        (NEW_YEAR, "2022-01-01", "2022-01-01"),
        ("1641013200000", "2022-01-01", "2022-01-01"),  # midnight in New York
        ("1640991600000", "2021-12-31", "2022-01-01"),  # midnight in Berlin
        ("-86400000", "1969-12-31", "1969-12-31"),
    ],
)
def test_a_bound_is_midnight_somewhere(ms, first, last):
    """A first day is not later and a last day not earlier than any zone's reading."""

    def fits(kind: str, day: datetime.date) -> bool:
        return broken(kind, [ms], "datepicker", day.isoformat()) is None

    for kind, edge, step in (("START_DATE", first, -1), ("END_DATE", last, 1)):
        day = datetime.date.fromisoformat(edge)
        assert fits(kind, day)
        assert not fits(kind, day + datetime.timedelta(step))


def test_a_month_that_is_too_short_ends_on_its_last_day():
    """One month before the last of March is the last of February; the calendar's ends hold."""
    march = datetime.date(2026, 3, 31)
    check = check_of(rule("BEFORE_DURATION", ["P1M"]), FieldType.DATEPICKER)
    assert check.holds("2026-02-28", march)
    assert not check.holds("2026-03-01", march)
    assert not check.holds("1900-01-01", datetime.date(1, 1, 5))
    late = check_of(rule("AFTER_DURATION", ["P499Y"]), FieldType.DATEPICKER)
    assert not late.holds("2200-01-01", datetime.date(9999, 12, 30))


def test_a_pattern_cannot_run_away_with_the_time():
    """Patterns that take other engines forever are matched or turned away at once, and no answer
    longer than HubSpot keeps with a pattern is matched at all."""
    for pattern in ("^(a+)+$", "(a|aa)+$", "(.*a){25}", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"):
        assert broken("REGEX", [pattern], LINE, "a" * (MAX_MATCHED - 1) + "!") in (
            None, "rule_pattern",
        )  # fmt: skip
    assert broken("REGEX", ["a"], LINE, "a" * MAX_MATCHED) is None
    assert broken("REGEX", ["a"], LINE, "a" * (MAX_MATCHED + 1)) == "rule_pattern"
    assert broken("REGEX", ["^.$"], LINE, "\ud800") is None


_ARGUMENTS = st.lists(
    st.text(max_size=12)
    | st.sampled_from([a for _, arguments, *_ in CASES for a in arguments])
    | st.sampled_from(["P1Y", "P", "-1", "1e9", "٣", "UPPER", "(", "\ud800", "us", "." * 99, "@"]),
    max_size=4,
)


@settings(deadline=None)  # the machine may be busy
@given(
    kind=st.sampled_from([*RuleType, "OF_A_NEW_KIND"]),
    arguments=_ARGUMENTS,
    shaped=st.booleans(),
    field=st.sampled_from([*FieldType, "of_a_new_kind"]),
    answer=st.text(max_size=40)
    | st.sampled_from(["2026-11-25", "41", "a@b.org", "+44 20 7946 0000"]),
    today=st.dates(),
)
def test_no_rule_crashes_whatever_it_says(kind, arguments, shaped, field, answer, today):
    """Odd rules, odd answers: a reason or none, and a hint, never an exception; and neither
    repeats the answer."""
    one = FormField("0-1", "f", field)
    odd = rule(kind, arguments, shaped=shaped)
    fault = rules_fault(one, answer, [odd], today)
    assert fault is None or fault.sentence.endswith(".")
    assert isinstance(rules_hint(one, [odd]), str)
    secret = rules_fault(one, "canaryQZX7", [odd], today)
    assert secret is None or "canaryQZX7" not in secret.sentence


def test_a_rule_is_kept_on_the_way_and_its_reason_stands_at_the_field(form, field):
    """What breaks a rule is refused before anything is sealed; an optional empty answer and a
    field not shown break none; a hidden default that breaks one is the administrator's."""
    asked = form(
        field("code", LINE),
        field("0", LINE, hidden=True, defaultValue="abc"),
        field("name", LINE, objectTypeId="0-2"),
    )
    rules = {"code": (rule("MAX_LENGTH", ["2"]),), "0-2/name": (rule("FORMAT", ["UPPER"]),)}
    demands = Demands(rules=rules)
    assert [f.value for f in prepare(asked, {"code": "ab", "0-2/name": "A"}, demands).fields] == [
        "ab", "abc", "A",
    ]  # fmt: skip
    assert prepare(asked, {"code": ""}, demands).fields
    with pytest.raises(InvalidSubmission) as caught:
        prepare(asked, {"code": "abc", "0-2/name": "a"}, demands)
    assert {k: r.code for k, r in caught.value.reasons.items()} == {
        "code": "rule_long",
        "0-2/name": "rule_upper",
    }
    with pytest.raises(InvalidSubmission) as caught:
        prepare(asked, {}, Demands(rules={"0": (rule("MAX_LENGTH", ["2"]),)}))
    assert caught.value.reasons["0"].code == "default_unusable"


def test_the_gate_is_told_what_cannot_be_kept(form, field):
    """Each rule without a check is a warning at its field, each object without rules told a
    warning of the form; rules of fields that are not on the form say nothing."""
    asked = form(field("code", LINE), field("when", "datepicker"))
    placed = (
        PlacedRules(
            "0-1", "code", (rule("REGEX", ["("]), rule("MAX_LENGTH", ["5"]), rule("x y", []))
        ),
        PlacedRules("0-1", "when", (rule("START_DATETIME", [NEW_YEAR]),)),
        PlacedRules("0-1", "elsewhere", (rule("REGEX", ["("]),)),
    )
    found = rule_findings(
        Snapshot("f", "F", asked, (), (), 1, validations=placed, rules_unknown=("0-2", "9-9"))
    )
    assert [(f.code, f.field) for f in found] == [
        ("rules_unknown", None),
        ("rule_unchecked", "code"),
        ("rule_unchecked", "code"),
        ("rule_unchecked", "when"),
    ]
    assert "company" in found[0].message
    assert "x y" not in found[2].message
    assert rule_findings(Snapshot("f", "F", None, (), (), 1, validations=placed)) == ()
