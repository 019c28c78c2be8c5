"""HubSpot's own texts, made safe to show."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.richtext import MAX_CHARACTERS, plain
from gateway.intake.richtext import TAGS, clean_markup


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("Just text", "Just text"),
        ("<p>One <b>two</b></p><ul><li>x</li></ul>", "<p>One <b>two</b></p><ul><li>x</li></ul>"),
        ("A & B", "A &amp; B"),
        ("a > b", "a &gt; b"),
        ("&eacute;", "&eacute;"),
        ('<p style="color:red" class="x" onclick="a()">t</p>', "<p>t</p>"),
        ("<script>alert(1)</script>ok", "ok"),
        ("<style>p{}</style>ok", "ok"),
        ("<img src=x onerror=a()>ok", "ok"),
        ('<a href="javascript:a()">t</a>', '<a target="_blank" rel="noopener noreferrer">t</a>'),
        (
            '<a href="&#106;avascript:a()">t</a>',
            '<a target="_blank" rel="noopener noreferrer">t</a>',
        ),
        ('<a href="/records">t</a>', '<a target="_blank" rel="noopener noreferrer">t</a>'),
        ('<a href="//evil.example">t</a>', '<a target="_blank" rel="noopener noreferrer">t</a>'),
        ("<scr<script></script>ipt>x", "x"),
        ("a\u202eb", "ab"),
    ],
)
def test_only_harmless_markup_stays(html, clean):
    """Markup is held to the allow-list, and links to absolute web and mail addresses."""
    assert clean_markup(html) == clean


@pytest.mark.parametrize(
    "href", ["https://clinic.org/p?a=1", "http://clinic.org", "mailto:a@clinic.org"]
)
def test_a_link_opens_beside_the_page(href):
    """A good link stays, and never replaces the page on which somebody types."""
    assert clean_markup(f'<a href="{href}" target="_top">t</a>') == (
        f'<a href="{href}" target="_blank" rel="noopener noreferrer">t</a>'
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Just text", "Just text"),
        ("<p>One</p><p>Two&nbsp;&amp; three</p>", "One Two & three"),
        ("a<br>b", "a b"),
        ("x &lt;b&gt; y", "x <b> y"),
        ("AT&T a < b", "AT&T a < b"),
        ("<script>alert(1)</script>ok", "ok"),
        ("&#x202e;x&#0;", "x\ufffd"),
        ("  a \n b ", "a b"),
    ],
)
def test_plain_gives_the_text_alone(html, text):
    """Tags go, entities are decoded, white space is collapsed."""
    assert plain(html) == text


def test_both_cap_the_length_first():
    """What is longer than the cap is cut off before anything is cleaned."""
    long = "x" * (MAX_CHARACTERS + 5)
    assert clean_markup(long) == plain(long) == "x" * MAX_CHARACTERS
    assert len(clean_markup("<b>" * MAX_CHARACTERS)) < 3 * MAX_CHARACTERS


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "<a href=",
                '"',
                "'",
                "javascript:",
                "https://x",
                "<b",
                "<img ",
                "onload=",
                "</",
                "script",
                "style",
                "&lt;",
                "&#106;",
                " ",
                "<!--",
                "-->",
                "x",
                "/",
                "\x00",
                "<svg",
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_no_hostile_text_leaves_a_foreign_tag_or_attribute(html):
    """Whatever comes in, only allowed tags come out, and only ``a`` has attributes."""
    for tag, attributes in re.findall(r"<\s*/?([^\s>/]*)([^>]*)>?", clean_markup(html)):
        assert tag in TAGS
        names = re.findall(r'([a-z]+)="', attributes)
        assert set(names) <= ({"href", "target", "rel"} if tag == "a" else set())
