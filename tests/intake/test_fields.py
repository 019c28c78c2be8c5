"""Every field type: how an answer is cleaned, checked and written."""

from __future__ import annotations

import msgspec
import pytest

from gateway.domain.answers import Answers
from gateway.domain.errors import InvalidSubmission
from gateway.domain.forms import SENDABLE, FieldType
from gateway.intake.email_rules import FREE_PROVIDERS
from gateway.intake.encode import ENCODERS, encode
from gateway.intake.prepare import prepare
from gateway.intake.sanitize import SANITIZERS
from gateway.intake.validate import CHECKS, validate

DIGITS = {"minAllowedDigits": 2, "maxAllowedDigits": 4}
DOMAINS = {"blockedEmailDomains": ["@Blocked.example"], "useDefaultBlockList": True}
TAKEN = [
    # type, keys, answer, on the wire (None: left out)
    ("email", {}, " ann.o'neil+x@clinic.org ", "ann.o'neil+x@clinic.org"),
    ("email", {}, "a@xn--bcher-kva.xn--p1ai", "a@xn--bcher-kva.xn--p1ai"),
    ("email", {"validation": DOMAINS}, "a@sub.blocked.example", "a@sub.blocked.example"),
    ("email", {}, "a@gmail.com", "a@gmail.com"),
    ("email", {}, "  ", None),
    ("phone", {}, "+44 (0)20 7946-0000 ext. 5", "+44 (0)20 7946-0000 ext. 5"),
    ("phone", {"validation": DIGITS}, "12-34", "12-34"),
    ("mobile_phone", {"validation": DIGITS}, "٠١", "٠١"),
    ("single_line_text", {}, "Zoe\u0308", "Zoë"),
    ("single_line_text", {}, "a\tb", "a b"),
    ("single_line_text", {}, "", None),
    ("multi_line_text", {}, "a\r\nb\n", "a\nb"),
    ("number", {}, 41, "41"),
    ("number", {}, -1.5, "-1.5"),
    ("number", {}, 1e20, "100000000000000000000"),
    ("number", {}, 1e-7, "0.0000001"),
    ("number", {}, " +0012.50 ", "+0012.50"),
    ("number", {"validation": DIGITS}, "1.5", "1.5"),
    ("single_checkbox", {}, True, "true"),
    ("single_checkbox", {}, False, "false"),
    ("single_checkbox", {}, "TRUE", "true"),
    ("single_checkbox", {}, "", None),
    ("multiple_checkboxes", {}, ["b", "a", "b"], "b;a"),
    ("multiple_checkboxes", {}, "a; b", "a;b"),
    ("multiple_checkboxes", {}, "Z z", "Z z"),
    ("multiple_checkboxes", {}, [], None),
    ("dropdown", {}, "a", "a"),
    ("dropdown", {}, " a ", "a"),
    ("dropdown", {}, " kept ", " kept "),
    ("dropdown", {}, "", None),
    ("radio", {}, "x;y", "x;y"),
    ("datepicker", {}, "2024-02-29", "2024-02-29"),
    ("datepicker", {}, "1900-01-01", "1900-01-01"),
    ("datepicker", {}, "", None),
    ("file", {}, "", None),
]
REFUSED = [
    # type, keys, answer, code
    ("email", {}, "ann", "email_shape"),
    ("email", {}, "ann@clinic", "email_shape"),
    ("email", {}, "a@b@clinic.org", "email_shape"),
    ("email", {}, ".a@clinic.org", "email_shape"),
    ("email", {}, "a..b@clinic.org", "email_shape"),
    ("email", {}, "a@-clinic.org", "email_shape"),
    ("email", {}, "a@clinic.1", "email_shape"),
    ("email", {}, "a b@clinic.org", "email_shape"),
    ("email", {}, "a" * 65 + "@clinic.org", "email_shape"),
    ("email", {}, "a@" + "b" * 64 + ".org", "email_shape"),
    ("email", {}, "a" * 60 + "@" + "clinic." * 30 + "org", "email_shape"),
    ("email", {}, "\u0430nn@clinic.org", "email_ascii"),
    ("email", {}, "ann@clin\u200bic.org\u202e", "invisible_refused"),
    ("email", {}, "<ann@clinic.org>", "markup_refused"),
    ("email", {}, 5, "wrong_type"),
    ("email", {"validation": DOMAINS}, "a@BLOCKED.example", "email_blocked"),
    ("email", {"validation": DOMAINS}, "a@gmail.com", "email_free"),
    ("phone", {}, "ask me", "phone_shape"),
    ("phone", {"validation": DIGITS}, "1", "digits_few"),
    ("mobile_phone", {"validation": DIGITS}, "1 2 3 4 5", "digits_many"),
    ("single_line_text", {}, "a\x00b", "invisible_refused"),
    ("single_line_text", {}, True, "wrong_type"),
    ("single_line_text", {}, ["a"], "wrong_type"),
    ("multi_line_text", {}, "a" + "\u0301" * 31, "accents_refused"),
    ("multi_line_text", {}, "x" * 65_537, "too_long"),
    ("number", {}, "1,234.5", "number_shape"),
    ("number", {}, "1e5", "number_shape"),
    ("number", {}, ".5", "number_shape"),
    ("number", {}, "5.", "number_shape"),
    ("number", {}, "٥", "number_shape"),
    ("number", {}, "$5", "number_shape"),
    ("number", {}, "0x1F", "number_shape"),
    ("number", {}, "nan", "number_shape"),
    ("number", {}, "9" * 41, "digits_many"),
    ("number", {}, 10**40, "digits_many"),
    ("number", {}, 1e-300, "digits_many"),
    ("number", {}, True, "wrong_type"),
    ("number", {}, ["1"], "wrong_type"),
    ("number", {"validation": DIGITS}, 7, "digits_few"),
    ("number", {"validation": DIGITS}, "12345", "digits_many"),
    ("single_checkbox", {}, "yes", "checkbox_shape"),
    ("single_checkbox", {}, 1, "checkbox_shape"),
    ("single_checkbox", {"required": True}, False, "tick_required"),
    ("single_checkbox", {"required": True}, "", "required"),
    ("multiple_checkboxes", {}, ["a", "A"], "option"),
    ("multiple_checkboxes", {}, "a;q", "option"),
    ("multiple_checkboxes", {}, True, "wrong_type"),
    ("multiple_checkboxes", {}, ["x;y"], "option_semicolon"),
    ("multiple_checkboxes", {"required": True}, [" "], "required"),
    ("dropdown", {}, "A", "option"),
    ("dropdown", {}, "a\u200b", "option"),
    ("dropdown", {}, ["a"], "wrong_type"),
    ("radio", {}, "q", "option"),
    ("datepicker", {}, "28.02.1990", "date_shape"),
    ("datepicker", {}, "19900228", "date_shape"),
    ("datepicker", {}, "1990-W09-3", "date_shape"),
    ("datepicker", {}, "2023-02-29", "date_calendar"),
    ("datepicker", {}, "1899-12-31", "date_range"),
    ("datepicker", {}, "2201-01-01", "date_range"),
    ("datepicker", {"required": True}, None, "required"),
    ("file", {}, "a.pdf", "not_sendable"),
    ("payment_link_radio", {}, "a", "not_sendable"),
    ("of_a_new_kind", {}, "a", "not_sendable"),
]
CHOICES = ("a", "b", "Z z", "x;y", " kept ")


@pytest.fixture
def one(form, field, options):
    """A form with one field, named ``f``."""

    def make(kind: str, keys: dict[str, object]):
        return form(field("f", kind, options=options(*CHOICES), **keys))

    return make


@pytest.mark.parametrize(("kind", "keys", "answer", "wire"), TAKEN)
def test_each_type_is_written_as_hubspot_takes_it(one, kind, keys, answer, wire):
    """A good answer of each type goes out in HubSpot's own form, an empty one not at all."""
    fields = prepare(one(kind, keys), {"f": answer}).fields
    assert [(f.object_type_id, f.name, f.value) for f in fields] == (
        [("0-1", "f", wire)] if wire is not None else []
    )


@pytest.mark.parametrize(("kind", "keys", "answer", "code"), REFUSED)
def test_each_type_refuses_what_does_not_fit(one, kind, keys, answer, code):
    """A wrong answer of each type is refused with its reason."""
    with pytest.raises(InvalidSubmission) as caught:
        prepare(one(kind, keys), {"f": answer})
    assert {k: r.code for k, r in caught.value.reasons.items()} == {"f": code}


def test_the_tables_are_complete():
    """Every field type that can be sent has a row in each table and good and bad cases."""
    assert set(SANITIZERS) == set(CHECKS) == set(ENCODERS) == SENDABLE
    assert {row[0] for row in TAKEN} >= {str(kind) for kind in SENDABLE}
    assert {row[0] for row in REFUSED} >= {str(kind) for kind in FieldType}


@pytest.mark.parametrize("kind", sorted(str(kind) for kind in SENDABLE))
def test_validate_and_encode_alone_refuse_a_foreign_type(one, kind):
    """Called without cleaning before them, both stop at an answer of the wrong type."""
    foreign = Answers({"f": 5})
    assert validate(one(kind, {}), foreign).keys() == {"f"}
    with pytest.raises(TypeError):
        encode(one(kind, {}), foreign)


def test_encode_refuses_a_type_that_cannot_be_sent(one):
    """A field type without an encoder raises rather than guess."""
    with pytest.raises(TypeError):
        encode(one("file", {}), Answers({"f": "a.pdf"}))


@pytest.mark.parametrize(
    ("kind", "keys", "wire"),
    [
        ("single_line_text", {"defaultValue": "x"}, "x"),
        ("single_line_text", {"required": True}, None),
        ("single_checkbox", {"defaultValue": "false"}, "false"),
        ("multiple_checkboxes", {"defaultValues": ["a", "b"]}, "a;b"),
        ("dropdown", {"defaultValues": ["a"]}, "a"),
        ("number", {"defaultValue": "5"}, "5"),
        ("file", {}, None),
    ],
)
def test_a_hidden_field_sends_its_default_only(one, kind, keys, wire):
    """The form's default goes out whatever was answered, and nothing is demanded."""
    prepared = prepare(one(kind, {"hidden": True, **keys}), {"f": "forged"})
    assert [f.value for f in prepared.fields] == ([wire] if wire is not None else [])
    assert prepared.notes["f"].code == "filled_by_form"


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("number", {"defaultValue": "many"}),
        ("single_checkbox", {"defaultValue": "maybe"}),
        ("dropdown", {"defaultValues": ["q"]}),
        ("datepicker", {"defaultValue": "today"}),
        ("single_line_text", {"defaultValue": "x" * 65_537}),
        ("file", {"defaultValue": "a.pdf"}),
    ],
)
def test_a_default_that_cannot_be_sent_is_told(one, kind, keys):
    """A hidden field's bad default stops the submission and names the administrator's part."""
    with pytest.raises(InvalidSubmission) as caught:
        prepare(one(kind, {"hidden": True, **keys}), {})
    assert caught.value.reasons["f"].code == "default_unusable"


def test_the_free_providers_are_plain_domains():
    """The list holds lower-case domains only, as they are compared."""
    assert all(d == d.lower() and "." in d and "@" not in d for d in FREE_PROVIDERS)


def test_a_definition_read_from_json_works_too(one):
    """A definition that went through JSON once more behaves the same."""
    again = msgspec.json.decode(
        msgspec.json.encode(one("number", {})), type=type(one("number", {}))
    )
    assert prepare(again, {"f": 1}).fields[0].value == "1"


@pytest.mark.parametrize(
    ("blocked", "address", "code"),
    [
        ("bücher.example", "a@xn--bcher-kva.example", "email_blocked"),
        ("XN--BCHER-KVA.example", "a@xn--bcher-kva.example", "email_blocked"),
        ("@Blocked.example ", "ann+tag@blocked.example", "email_blocked"),
        ("blocked.example", "ann@notblocked.example", None),
        ("no domain at all", "a@clinic.org", None),
        ("", "a@clinic.org", None),
        ("\ud800", "a@clinic.org", None),
        ("ü" * 300, "a@clinic.org", None),
    ],
)
def test_a_blocked_domain_is_one_in_any_spelling(one, blocked, address, code):
    """International domains are compared in one form, an address keeps its tag, and an entry
    that is no domain blocks nobody."""
    asked = one("email", {"validation": {"blockedEmailDomains": [blocked.replace("\ud800", "?")]}})
    if code is None:
        assert prepare(asked, {"f": address}).fields[0].value == address
    else:
        with pytest.raises(InvalidSubmission) as caught:
            prepare(asked, {"f": address})
        assert caught.value.reasons["f"].code == code


def test_every_free_provider_is_refused_where_the_form_asks_for_that(one):
    """The default list counts only when the form switches it on, for tagged addresses too."""
    asked = one("email", {"validation": DOMAINS})
    for provider in FREE_PROVIDERS:
        with pytest.raises(InvalidSubmission) as caught:
            prepare(asked, {"f": f"ann+x@{provider.upper()}"})
        assert caught.value.reasons["f"].code == "email_free"
        assert prepare(one("email", {}), {"f": f"ann+x@{provider}"}).fields


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("a" * 64 + "@clinic.org", True),
        ("a" * 65 + "@clinic.org", False),
        ("a@" + "b" * 63 + ".org", True),
        ("a" * 63 + "@" + ".".join(["b" * 60] * 3) + ".example", True),
        ("a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".example", False),
    ],
)
def test_the_lengths_of_an_address(one, address, fits):
    """64 characters before the @, 63 in a label, 254 in all, and not one more."""
    if fits:
        assert prepare(one("email", {}), {"f": address}).fields
    else:
        with pytest.raises(InvalidSubmission):
            prepare(one("email", {}), {"f": address})
