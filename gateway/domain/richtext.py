"""The plain text of HubSpot's markup: what a person reads of a label or a consent text.

Whoever may edit a form writes these texts, so they are as untrusted as any remote text.
Lengths are capped first, because bleach takes more than linear time on hostile markup.
"""

from __future__ import annotations

import functools
import html as html_entities
import re

import bleach

from gateway.domain.codepoints import TextKind, scrub

MAX_CHARACTERS = 16_384
"""More of one text is cut off before it is cleaned."""

_DROPPED_WITH_TEXT = re.compile(
    r"<(script|style|template|title|textarea|noscript|iframe)\b[^>]{0,512}>.{0,4096}?</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAKING = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|td|hr)\b", re.IGNORECASE)


@functools.lru_cache(maxsize=1024)
def plain(html: str) -> str:
    """The text of ``html`` on one line: no tags, entities decoded, white space collapsed.

    The result is text, not HTML: it may hold ``<`` and must be shown as text."""
    text = capped(html)
    if "<" in text or "&" in text:
        spaced = _BREAKING.sub(lambda match: " " + match[0], without_silent_parts(text))
        bare = bleach.clean(spaced, tags=frozenset(), attributes={}, strip=True)
        text = scrub(html_entities.unescape(bare), TextKind.FREE)[0]
    return " ".join(text.split())


def capped(html: str) -> str:
    """``html`` up to the cap, without characters that reorder or hide text."""
    return scrub(html[:MAX_CHARACTERS], TextKind.FREE)[0]


def without_silent_parts(text: str) -> str:
    """``text`` without elements whose content is no text for people."""
    return _DROPPED_WITH_TEXT.sub("", text)
