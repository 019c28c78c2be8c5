"""Cleaning of one text: length, Unicode form, invisible characters, markup, white space.

Order matters. Length comes first, because every later step costs time. NFC comes before
markup, because it can turn a look-alike (the Kelvin sign) into a letter of a tag's name, and
comes again after anything was taken out. What is sent is plain text, so ``AT&T``, ``a < b``
and ``&lt;`` stay as typed and nothing is escaped.

Markup: whole tags with a name HTML knows are taken out by bleach, and their text is kept. Any
other ``<`` before a letter, ``/``, ``!`` or ``?`` gets a space behind it, so that
``Ann <ann@clinic.org>`` loses nothing and no ``<`` is left that a browser reads as a tag. Tags
go to bleach without their attributes: these would be dropped anyway, they cost quadratic time,
and an unclosed quote would swallow the text behind it.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata

import bleach
from bleach.html5lib_shim import HTML_TAGS

from gateway.domain.codepoints import Action, TextKind, nothing_to_see, scrub
from gateway.domain.errors import Reason
from gateway.intake.reasons import reason

MAX_BYTES = 65_536
"""The most one answer may take in UTF-8; it also keeps it within the 65,536 characters of a
CRM string."""
MAX_ACCENTS = 30
"""The most combining marks in a row (UAX #15, Stream-Safe Text); more makes NFC quadratic."""

_LINE_END = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_OBSOLETE_TAGS = {
    "acronym", "applet", "basefont", "bgsound", "big", "blink", "center", "dir", "font", "frame",
    "frameset", "image", "isindex", "listing", "main", "marquee", "math", "nobr", "noembed",
    "noframes", "plaintext", "search", "strike", "svg", "tt", "xmp",
}  # fmt: skip
_TAG = re.compile(
    f"<(/?)({'|'.join(sorted(HTML_TAGS | _OBSOLETE_TAGS))})(?=[\\s/>])[^<>]{{0,4096}}>",
    re.IGNORECASE | re.ASCII,
)
_MAY_OPEN = re.compile(r"<(?=[^\W\d_]|[/!?])")
_PRIVATE_USE = range(0xE000, 0xF8FF)
_MORE_PRIVATE_USE = range(0xF0000, 0xFFFFD)


@dataclasses.dataclass(frozen=True)
class CleanText:
    """A cleaned text, what was changed in it, and why it cannot be taken (or None)."""

    text: str = dataclasses.field(repr=False)
    notes: tuple[Reason, ...] = ()
    fault: Reason | None = None


def clean_text(typed: str, kind: TextKind) -> CleanText:
    """``typed`` cleaned for a field of ``kind``. A text in which nothing can be seen comes
    back empty. With a fault the text is empty too. Cleaning twice changes nothing more."""
    if too_long(typed):
        return _refused("too_long", limit=MAX_BYTES)
    if typed.isascii() and typed.isprintable() and "<" not in typed:
        return CleanText(typed.strip())
    result = CleanText(_LINE_END.sub("\n", typed).strip())
    for step in (_normal, _visible, _without_markup, _normal, _final):
        result = step(result, kind)
        if result.fault:
            break
    return result


def too_long(text: str) -> bool:
    """Whether ``text`` takes more than ``MAX_BYTES`` in UTF-8."""
    return len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES


def too_accented(text: str) -> bool:
    """Whether more than ``MAX_ACCENTS`` combining marks stand in a row."""
    if text.isascii():
        return False
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MAX_ACCENTS:
            return True
    return False


def _refused(code: str, **words: object) -> CleanText:
    return CleanText("", fault=reason(code, **words))


def _normal(seen: CleanText, _: TextKind) -> CleanText:
    if too_accented(seen.text):
        return _refused("accents_refused", limit=MAX_ACCENTS)
    return CleanText(unicodedata.normalize("NFC", seen.text), seen.notes)


def _visible(seen: CleanText, kind: TextKind) -> CleanText:
    text, met = scrub(seen.text, kind)
    by_action = {action: [name for name in met if met[name] is action] for action in Action}
    if refused := by_action[Action.REFUSE]:
        return _refused("invisible_refused", what=", ".join(refused))
    notes = seen.notes
    if removed := by_action[Action.REMOVE]:
        notes += (reason("invisible_removed", what=", ".join(removed)),)
    if by_action[Action.SPACE]:
        notes += (reason("spaced"),)
    return CleanText(text, notes)


def _without_markup(seen: CleanText, kind: TextKind) -> CleanText:
    text, notes = seen.text, seen.notes
    if "<" not in text:
        return seen
    if kind is TextKind.IDENTIFIER:
        return _refused("markup_refused")
    if _TAG.search(text):
        text = _strip_tags(text)
        text = text.replace("\n", " ") if kind is TextKind.LINE else text
        notes += (reason("markup_removed"),)
    parted = _MAY_OPEN.sub("< ", text)
    if parted != text:
        notes += (reason("markup_parted"),)
    return CleanText(parted, notes)


def _final(seen: CleanText, _: TextKind) -> CleanText:
    text = "" if nothing_to_see(seen.text) else seen.text.strip()
    return _refused("too_long", limit=MAX_BYTES) if too_long(text) else CleanText(text, seen.notes)


def _strip_tags(text: str) -> str:
    """``text`` without its whole tags. Every ``&``, and every ``<`` that begins no tag, is
    hidden from bleach behind a private character the text does not use, so that only bleach's
    own escapes are undone afterwards."""
    used = set(text)
    spare = (chr(c) for span in (_PRIVATE_USE, _MORE_PRIVATE_USE) for c in span)
    ampersand, less = (next(c for c in spare if c not in used) for _ in range(2))
    bare = _TAG.sub(rf"{ampersand}\1\2>", text).replace("<", less).replace(ampersand, "<")
    bare = bare.replace("&", ampersand)
    stripped = bleach.clean(bare, tags=frozenset(), attributes={}, protocols=frozenset(),
                            strip=True)  # fmt: skip
    plain = stripped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return plain.replace(less, "<").replace(ampersand, "&")
