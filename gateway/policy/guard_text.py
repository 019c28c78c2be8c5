"""One plain reading of a text, in which a number is a number however it was typed.

Full-width and other countries' digits become ASCII, characters nobody sees go, every dash
becomes ``-``, every middle dot ``.``, every space a space, Latin letters lose their accents, and
digits typed one by one (``4 1 1 1 …``) move together, ``S.S.N.`` is ``SSN``, and ``#`` before a
number is ``no``. It is only read, never sent.

Linear in the length: a table over the text's own characters, and one expression without nested
repetition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

FEWEST_SINGLES = 9
"""So many digits parted one from another are one number, and not a list."""

_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys("\u0085\u2028\u2029", "\n"),
    **dict.fromkeys("\u00b7\u2022\u2024\u2027\u2219\u22c5\u3002\u30fb", "."),
    **dict.fromkeys("\u2212\u2043", "-"),
    **dict.fromkeys("\u115f\u1160\u3164\uffa0", ""),
}
_INSTEAD_OF_A: Mapping[str, str] = {
    **dict.fromkeys(("Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me"), ""),
    "Zs": " ",
    "Pd": "-",
}
"""By Unicode category: what nobody sees goes, and spaces and dashes are all one."""
_ASCII_SPACES = str.maketrans({"\t": " ", "\r": "\n", "\x0b": " ", "\x0c": " "})
_SINGLES = re.compile(
    rf"(?<![0-9A-Za-z])[0-9](?:[ .\-]{{1,3}}[0-9]){{{FEWEST_SINGLES - 1},}}(?![0-9A-Za-z])"
)
_BETWEEN = str.maketrans("", "", " .-")
_DOTTED = re.compile(r"(?<![0-9A-Za-z.])[A-Za-z](?:\.[A-Za-z]){1,7}(?![0-9A-Za-z])")
_NUMBER_SIGN = re.compile(r"#(?= ?[0-9])")


def plain_reading(text: str) -> str:
    """``text`` as the guard reads it."""
    seen = text.translate(_ASCII_SPACES)
    if not seen.isascii():
        seen = seen.translate(_table(seen))
    if "." in seen:
        seen = _DOTTED.sub(lambda run: run[0].replace(".", ""), seen)
    if "#" in seen:
        seen = _NUMBER_SIGN.sub(" no ", seen)
    return _SINGLES.sub(lambda run: run[0].translate(_BETWEEN), seen)


def _table(text: str) -> Mapping[int, str]:
    return {ord(c): _read(c) for c in set(text) if not c.isascii()}


def _read(character: str) -> str:
    category = unicodedata.category(character)
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character in _INSTEAD:
        return _INSTEAD[character]
    if category in _INSTEAD_OF_A:
        return _INSTEAD_OF_A[category]
    return "".join(_base(c) for c in unicodedata.normalize("NFKC", character))


def _base(character: str) -> str:
    """A Latin letter without its accents; any other character as it is."""
    parts = unicodedata.normalize("NFD", character)
    return parts[0] if len(parts) > 1 and parts[0].isascii() else character
