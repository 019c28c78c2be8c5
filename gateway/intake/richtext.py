"""HubSpot's own texts, made safe to show: labels, help, privacy text, thank-you message.

They are written by whoever may edit a form, so they are as untrusted as any remote text.
Lengths are capped first, because bleach takes more than linear time on hostile markup.
"""

from __future__ import annotations

import functools
import html as html_entities
import re
from collections.abc import Callable, Iterator
from typing import Any

import bleach
from bleach.html5lib_shim import Filter  # type: ignore[attr-defined] # not in the stubs

from gateway.intake.codepoints import TextKind, scrub

MAX_CHARACTERS = 16_384
"""More of one text is cut off before it is cleaned."""
TAGS = frozenset(
    {
        "a", "b", "blockquote", "br", "code", "div", "em", "h2", "h3", "h4", "hr", "i", "li",
        "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul",
    }
)  # fmt: skip
"""The tags that may stay; none of them takes an attribute but ``a``."""

_PROTOCOLS = frozenset({"http", "https", "mailto"})
_ABSOLUTE = re.compile(r"(https?://|mailto:)[^\s]", re.IGNORECASE)
_DROPPED_WITH_TEXT = re.compile(
    r"<(script|style|template|title|textarea|noscript|iframe)\b[^>]{0,512}>.{0,4096}?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAKING = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|hr)\b", re.IGNORECASE)


class _NewTab(Filter):  # type: ignore[misc] # untyped, as above
    """Opens links beside the page: a link that replaced it would lose what was typed."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            if token["type"] == "StartTag" and token["name"] == "a":
                token["data"][(None, "target")] = "_blank"
                token["data"][(None, "rel")] = "noopener noreferrer"
            yield token


def _only_absolute_links(_tag: str, name: str, value: str) -> bool:
    return name == "href" and _ABSOLUTE.match(value) is not None


_ATTRIBUTES: dict[str, list[str] | Callable[[str, str, str], bool]] = {"a": _only_absolute_links}


@functools.lru_cache(maxsize=1024)
def clean_markup(html: str) -> str:
    """``html`` with only the tags of ``TAGS``: no style, class, id, event or image, and links
    only to http, https and mailto addresses, opened in a new tab. Characters that cannot be
    seen or that reorder text are taken out. The result is safe to show as HTML."""
    text = _capped(html)
    if "<" not in text and "&" not in text and ">" not in text:
        return text
    cleaner = bleach.Cleaner(
        tags=TAGS, attributes=_ATTRIBUTES, protocols=_PROTOCOLS, strip=True,
        strip_comments=True, filters=[_NewTab],
    )  # fmt: skip
    return cleaner.clean(_without_silent_parts(text))


@functools.lru_cache(maxsize=1024)
def plain(html: str) -> str:
    """The text of ``html`` on one line: no tags, entities decoded, white space collapsed.

    The result is text, not HTML: it may hold ``<`` and must be shown as text."""
    text = _capped(html)
    if "<" in text or "&" in text:
        spaced = _BREAKING.sub(lambda match: " " + match[0], _without_silent_parts(text))
        bare = bleach.clean(spaced, tags=frozenset(), attributes={}, strip=True)
        text = scrub(html_entities.unescape(bare), TextKind.FREE)[0]
    return " ".join(text.split())


def _capped(html: str) -> str:
    return scrub(html[:MAX_CHARACTERS], TextKind.FREE)[0]


def _without_silent_parts(text: str) -> str:
    """``text`` without elements whose content is no text for people."""
    return _DROPPED_WITH_TEXT.sub("", text)
