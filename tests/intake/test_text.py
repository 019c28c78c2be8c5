"""Cleaning of text: what stays, what goes with a note, what is refused."""

from __future__ import annotations

import unicodedata

import bleach
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.codepoints import ACTIONS, Action, CodeClass, TextKind, scrub
from gateway.intake.text import MAX_ACCENTS, MAX_BYTES, clean_text

I, L, F = TextKind.IDENTIFIER, TextKind.LINE, TextKind.FREE  # noqa: E741 # as in the table
KEPT, REMOVED, SPACED, REFUSED = "kept", "invisible_removed", "spaced", "invisible_refused"
_WORD = {Action.KEEP: KEPT, Action.REMOVE: REMOVED, Action.SPACE: SPACED, Action.REFUSE: REFUSED}
SAMPLES = {
    CodeClass.CONTROL: [
        "a\x00b",
        "a\x07b",
        "a\x1b[31mb",
        "a\x7fb",
        "a\x9bb",
        "a\ufff9b",
        "a\u206ab",
    ],
    CodeClass.BIDI: [f"a{c}b" for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"],
    CodeClass.MARK: ["a\u200eb", "a\u200fb", "a\u061cb"],
    CodeClass.ZERO_WIDTH: [
        "a\u200bb",
        "a\ufeffb",
        "a\u2060b",
        "a\u00adb",
        "a\u3164b",
        "a\u180eb",
        "a\u2063b",
        "a\u034fb",
    ],
    CodeClass.JOINER: ["می\u200cخواهم", "क\u094d\u200dष", "👩\u200d⚕\ufe0f", "❤\ufe0f\u200d🔥"],
    CodeClass.STRAY_JOINER: ["a\u200db", "pass\u200cport", "é\u200dx", "x\u200dé"],
    CodeClass.SELECTOR: ["❤\ufe0f", "葛\U000e0100"],
    CodeClass.TAG: ["a\U000e0041b", "🏴\U000e0067\U000e0062\U000e007f"],
    CodeClass.SURROGATE: ["a\ud800b", "a\udfffb"],
    CodeClass.NONCHARACTER: ["a\ufffeb", "a\uffffb", "a\ufdd0b", "a\U0010ffffb"],
    CodeClass.BREAK: ["a\tb", "a\nb", "a\r\nb", "a\u2028b", "a\u0085b"],
}


@pytest.mark.parametrize("kind", TextKind)
@pytest.mark.parametrize(("name", "sample"), [(n, s) for n, many in SAMPLES.items() for s in many])
def test_each_class_is_treated_as_its_row_says(name, sample, kind):
    """Every class of code points meets the action of its row, and the note or fault names it."""
    action = ACTIONS[name][kind]
    result = clean_text(sample, kind)
    told = result.fault.code if result.fault else result.notes[0].code if result.notes else KEPT
    assert told == _WORD[action]
    if action in (Action.REMOVE, Action.REFUSE):
        assert name.value in (result.fault or result.notes[0]).sentence
    if action is Action.KEEP:
        assert result.text == unicodedata.normalize(
            "NFC", sample.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u0085", "\n")
        )


def test_the_action_table_is_complete():
    """Every class has an action for every kind of text, and a sample."""
    assert set(ACTIONS) == set(CodeClass) == set(SAMPLES)
    assert all(set(row) == set(TextKind) for row in ACTIONS.values())


@pytest.mark.parametrize("kind", [L, F])
@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "AT&T",
        "a > b",
        "x<5",
        "<3",
        "a<=b",
        "&lt;script&gt;",
        "&amp;",
        "&#60;b&#62;",
        "5 & 6",
        "say \"hi\" & 'bye'",
        "100 % <- here",
        "O'Brien",
        "José",
        "李小龍",
        "ß",
        "<",
        "<<",
        "a<",
    ],
)
def test_plain_text_survives_unchanged(text, kind):
    """Text that only looks a little like markup is sent as typed, never escaped."""
    result = clean_text(text, kind)
    assert (result.text, result.notes, result.fault) == (text, (), None)


@pytest.mark.parametrize(
    ("typed", "text", "codes"),
    [
        ("<b>bold</b> & <i>thin</i>", "bold & thin", {"markup_removed"}),
        ("<script>alert(1)</script>x", "alert(1)x", {"markup_removed"}),
        ('<img src=x onerror="a()">hi', "hi", {"markup_removed"}),
        ("<B\nclass=x>t</B >", "t", {"markup_removed"}),
        ("&lt;b&gt;<b>x</b>&amp;", "&lt;b&gt;x&amp;", {"markup_removed"}),
        ("Ann <ann@clinic.org>", "Ann < ann@clinic.org>", {"markup_parted"}),
        ("BP<unknown>", "BP< unknown>", {"markup_parted"}),
        ("a<b and more", "a< b and more", {"markup_parted"}),
        ('<a href="> lots of text', "lots of text", {"markup_removed"}),
        ("<<b>script>x</script>", "< script>x", {"markup_removed", "markup_parted"}),
        ("<!-- note -->", "< !-- note -->", {"markup_parted"}),
        ("<\u212abd>x", "x", {"markup_removed"}),
        ("<\u017fcript>x", "< \u017fcript>x", {"markup_parted"}),
        ("<sc\u200bript>x", "x", {"invisible_removed", "markup_removed"}),
    ],
)
def test_tags_go_and_their_text_stays(typed, text, codes):
    """Whole tags are taken out, any other tag's beginning is parted, and no text is lost."""
    result = clean_text(typed, F)
    assert (result.text, {n.code for n in result.notes}) == (text, codes)


@pytest.mark.parametrize("kind", TextKind)
def test_white_space_outside_goes_without_a_word(kind):
    """Outer white space is stripped, and a text of nothing visible is empty."""
    assert clean_text(" \n x\u00a0\n", kind).text == "x"
    for nothing in ("", "  \n", "\u200b\u200b", "\ufeff \u3164"):
        assert clean_text(nothing, kind).text == ""
    assert clean_text("\u200c\u200d", F).text == ""


def test_nfc_is_applied_also_after_something_was_taken_out():
    """Composed and decomposed spellings become one, even around a removed character."""
    assert clean_text("e\u0301", L).text == "é"
    assert clean_text("e\u200b\u0301", L).text == "é"


def test_piled_accents_are_refused():
    """More combining marks in a row than UAX #15 allows are refused before NFC sees them."""
    assert clean_text("a" + "\u0301" * MAX_ACCENTS, F).fault is None
    joined_by_removal = "a" + ("\u0301" * 20 + "\u200b") * 2
    for pile in ("a" + "\u0301\u0315" * 16_000, joined_by_removal):
        assert clean_text(pile, F).fault.code == "accents_refused"


def test_the_length_is_counted_in_bytes_at_the_limit():
    """64 KiB of UTF-8 is taken and one byte more refused."""
    assert clean_text("x" * MAX_BYTES, F).fault is None
    assert clean_text("x" * (MAX_BYTES + 1), F).fault.code == "too_long"
    assert clean_text("é" * (MAX_BYTES // 2), F).fault is None
    assert clean_text("é" * (MAX_BYTES // 2) + "x", F).fault.code == "too_long"
    assert clean_text("<é" * 20_000, F).fault.code == "too_long"


@pytest.mark.parametrize(
    "unit", ["<b><i>", "<a ", '<a b="', "<p>", "<b x='", "<", "&", "</", "<!--", "<script>"]
)
def test_bleach_never_sees_more_than_the_cap_or_an_attribute(monkeypatch, unit):
    """Hostile markup is capped, and bared of attributes, before bleach reads it."""
    seen: list[str] = []
    real = bleach.clean

    def spy(text, **options):
        seen.append(text)
        return real(text, **options)

    monkeypatch.setattr(bleach, "clean", spy)
    clean_text(unit * 1_000_000, F)
    assert seen == []
    clean_text((unit * MAX_BYTES)[:8_000] + "<b k=v>", F)
    assert all(len(text) <= MAX_BYTES and "=" not in text.rpartition("<")[2] for text in seen)
    assert len(seen) <= 1


_NASTY = st.text(
    st.sampled_from("<>/!?&;ab b=\"'\n\t\u200b\u200d\u202e\u0301\u212a\x00é\ud800\U000e0041")
    | st.characters(),
    max_size=60,
) | st.lists(
    st.sampled_from(
        [
            "<b>",
            "</b>",
            "<",
            "script>",
            "<a href=",
            '"',
            "&lt;",
            "&",
            "<p ",
            ">",
            " ",
            "x",
            "\u212abd>",
            "\u200b",
            "<!--",
            "-->",
        ]
    ),
    max_size=20,
).map("".join)


@settings(deadline=None)  # the machine may be busy
@given(text=_NASTY, kind=st.sampled_from(TextKind))
def test_what_comes_out_is_clean_and_stays_so(text, kind):
    """The result opens no tag, is NFC, can be encoded, and a second cleaning changes nothing."""
    result = clean_text(text, kind)
    if result.fault:
        assert result.text == ""
        return
    for at, sign in enumerate(result.text):
        following = result.text[at + 1 : at + 2]
        assert not (sign == "<" and (following.isalpha() or (following and following in "/!?")))
    assert unicodedata.is_normalized("NFC", result.text)
    result.text.encode()
    assert scrub(result.text, kind) == (result.text, {})
    again = clean_text(result.text, kind)
    assert (again.text, again.notes, again.fault) == (result.text, (), None)
