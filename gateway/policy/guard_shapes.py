"""The numbers the guard knows: for each its shape, and the check that a number of that shape
has to pass. Most check digits are python-stdnum's.

Every expression is linear: its repetitions have fixed counts and nothing in them can be read
in two ways. What stands between two digits (:data:`_J`) is at most three spaces, dots or dashes.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping

from stdnum import iban, numdb
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.in_ import aadhaar, pan
from stdnum.iso7064 import mod_11_2
from stdnum.it import codicefiscale
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import itin, ssn

from gateway.domain.kinds import Kind, Tier

Accept = Callable[[re.Match[str]], bool]
"""Whether what the shape matched passes its check."""

_J = r"[ .\-]{0,3}"
_START = r"(?<![0-9A-Za-z+])(?<![0-9][.\-])"
_END = r"(?![0-9A-Za-z])(?![.\-][0-9])"
_ALONE_START = r"(?<![0-9A-Za-z+])(?<![0-9][ .\-/)])"
_ALONE_END = r"(?![0-9A-Za-z])(?![ .\-/][0-9])"
_SIGN = r"(?: ?[.\-] ?)"
_SIGNS = str.maketrans("", "", " .-/_|*\n")
_WIDE_J = r"[ .\-/_\n]{0,3}"
"""For a shape so sure that it may run over a line's end."""
_DAY = re.compile(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2]))(?:19|20)[0-9]{2}"
)
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")

CARD_LENGTHS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("4", "4", (16, 19)),
    ("51", "55", (16,)),
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),
    ("3095", "3095", (14, 16)),
    ("36", "36", (14, 16)),
    ("38", "39", (14, 16)),
    ("3528", "3589", (16, 19)),
    ("6011", "6011", (16, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("644", "659", (16, 19)),
    ("60", "60", (16,)),
    ("81", "82", (16,)),
    ("2200", "2204", (16, 19)),
    ("9792", "9792", (16,)),
    ("5018", "5018", (16, 18, 19)),
    ("5020", "5020", (16, 18, 19)),
    ("5038", "5038", (16, 18, 19)),
    ("56", "58", (16, 18, 19)),
    ("6304", "6304", (16, 18, 19)),
    ("6759", "6759", (16, 18, 19)),
    ("6761", "6763", (16, 18, 19)),
)
"""Issuers' ranges, first and last, and how long their numbers are: Visa, Mastercard, American
Express, Diners Club, JCB, Discover, UnionPay, RuPay, Mir, Troy, Maestro. Thirteen digits are
left to tier 2: Visa issues none any more, and every product's bar code has thirteen.

Source: ISO/IEC 7812; https://en.wikipedia.org/wiki/Payment_card_number
"""


@dataclasses.dataclass(frozen=True)
class Shape:
    """One way in which a kind is written. ``after``: it has no check digits, so the word has to
    stand right before it."""

    kind: Kind
    tier: Tier
    pattern: re.Pattern[str]
    accept: Accept
    after: bool = False

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in a plain reading it stands."""
        for match in self.pattern.finditer(text):
            if self.accept(match):
                yield match.span(match.lastindex or 0)


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn digit of the others. Own code, because a text full of
    digits asks it ten thousand times, and stdnum takes eight times as long."""
    told = digits.encode("ascii")
    total = sum(told[-1::-2]) + sum(told[-2::-2].translate(_DOUBLED))
    return (total - 48 * len(told)) % 10 == 0


def npi(digits: str) -> bool:
    """Whether ten digits are a National Provider Identifier: the Luhn digit is over them with
    80840 before them.

    Source: 45 CFR 162.406; https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand
    """
    return len(digits) == 10 and digits[0] in "12" and luhn("80840" + digits)


def _issued() -> Mapping[str, frozenset[int]]:
    """The first four digits → the lengths their issuers use."""
    table: dict[str, frozenset[int]] = {}
    for low, high, lengths in CARD_LENGTHS:
        for first in range(int(low.ljust(4, "0")), int(high.ljust(4, "9")) + 1):
            table[f"{first:04}"] = table.get(f"{first:04}", frozenset()).union(lengths)
    return table


_ISSUED = _issued()
_NONE: frozenset[int] = frozenset()


def _card(match: re.Match[str]) -> bool:
    """Whether a card number begins here and ends where a group of digits ends."""
    run = match[1]
    digits = run.translate(_SIGNS)
    return any(
        len(digits) >= length and luhn(digits[:length]) and _ends(match, run, length)
        for length in _ISSUED.get(digits[:4], _NONE)
    )


def _ends(match: re.Match[str], run: str, length: int) -> bool:
    places = [place for place, character in enumerate(run) if character.isdigit()]
    end = match.start(1) + places[length - 1] + 1
    follows = match.string[end : end + 1]
    return not (follows.isascii() and follows.isalnum())


def _iban_shapes() -> str:
    """Every registered country's shape, as one expression."""
    classes = {"n": "[0-9]", "a": "[A-Za-z]", "c": "[0-9A-Za-z]"}
    rows = []
    for _, country, _, told, _ in numdb.get("iban").prefixes:
        parts = re.findall(r"([1-9][0-9]*)!([nac])", told["bban"])
        body = "".join(f"(?:{_WIDE_J}{classes[sort]}){{{count}}}" for count, sort in parts)
        rows.append(f"{country[0]}{country[1]}{_WIDE_J}[0-9]{_WIDE_J}[0-9]{body}")
    return "|".join(rows)


def _checked(check: Callable[[str], bool]) -> Accept:
    return lambda match: check(match[0].translate(_SIGNS).upper())


def _as_written(check: Callable[[str], bool]) -> Accept:
    return lambda match: check(match[0].upper())


def _no_date(match: re.Match[str]) -> bool:
    """Without check digits a day written as eight digits looks like a number."""
    return not _DAY.fullmatch(match[0].translate(_SIGNS))


def _always(_: re.Match[str]) -> bool:
    return True


def _digits(count: int, first: str = "[0-9]") -> str:
    return rf"{_ALONE_START}{first}(?:{_J}[0-9]){{{count - 1}}}{_END}"


def _shape(kind: Kind, tier: Tier, pattern: str, accept: Accept, *, after: bool = False) -> Shape:
    return Shape(kind, tier, re.compile(pattern, re.ASCII | re.IGNORECASE), accept, after)


_ONE, _TWO = Tier.ALONE, Tier.IN_CONTEXT
_US = rf"[0-9]{{3}}{_SIGN}[0-9]{{2}}{_SIGN}[0-9]{{4}}"
_US_BARE = rf"[0-9]{{3}}{_J}[0-9]{{2}}{_J}[0-9]{{4}}"
_US_SPACED = r"[0-9]{3} [0-9]{2} [0-9]{4}"
_CARD_IN_FOURS = (
    r"(?<![0-9A-Za-z+])(?<![0-9][_/|*\n])"
    r"([2-689][0-9]{3}([_/|*\n])[0-9]{4}\2[0-9]{4}\2[0-9]{4})(?![0-9A-Za-z])(?![_/|*\n][0-9])"
)
"""Four groups of four, parted by a sign that stands between no other numbers of this length."""
_ZODIAC = "[AC-HJKMNP-RT-Y]"
"""The letters of an MBI: all but S, L, O, I, B, Z."""
_MBI = (
    rf"[1-9]{_ZODIAC}(?:{_ZODIAC}|[0-9])[0-9]{_J}{_ZODIAC}(?:{_ZODIAC}|[0-9])[0-9]{_J}"
    rf"{_ZODIAC}{{2}}[0-9]{{2}}"
)
_NIR = (
    rf"[12]{_J}[0-9]{{2}}{_J}(?:0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9]){_J}"
    rf"(?:[0-9]{{2}}|2[AB]){_J}[0-9]{{3}}{_J}[0-9]{{3}}{_J}[0-9]{{2}}"
)
_CF = (
    rf"[A-Z]{{3}}{_J}[A-Z]{{3}}{_J}[0-9LMNP-V]{{2}}[A-EHLMPRST][0-9LMNP-V]{{2}}{_J}"
    rf"[A-Z][0-9LMNP-V]{{3}}{_J}[A-Z]"
)
_CN = (
    rf"[1-8][0-9]{{5}}{_J}(?:19|20)[0-9]{{2}}{_J}(?:0[1-9]|1[0-2]){_J}(?:0[1-9]|[12][0-9]|3[01])"
    rf"{_J}[0-9]{{3}}[0-9X]"
)
_NINO = (
    rf"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]{_J}[0-9]{{2}}{_J}[0-9]{{2}}{_J}"
    rf"[0-9]{{2}}{_J}[A-D]"
)

SHAPES: tuple[Shape, ...] = (
    _shape(Kind.CARD, _ONE, rf"{_START}(?=([2-689](?:{_J}[0-9]){{13,18}}))[0-9]{{2}}", _card),
    _shape(Kind.CARD, _ONE, _CARD_IN_FOURS, _card),
    _shape(Kind.IBAN, _ONE, rf"{_START}(?:{_iban_shapes()})(?![0-9A-Za-z])",
           _checked(lambda n: iban.is_valid(n, check_country=False))),
    _shape(Kind.US_SSN, _ONE, rf"{_START}{_US}{_END}", _checked(ssn.is_valid)),
    _shape(Kind.US_SSN, _ONE, rf"{_ALONE_START}{_US_SPACED}{_ALONE_END}", _checked(ssn.is_valid)),
    _shape(Kind.US_ITIN, _ONE, rf"{_START}{_US}{_END}", _checked(itin.is_valid)),
    _shape(Kind.US_ITIN, _ONE, rf"{_ALONE_START}{_US_SPACED}{_ALONE_END}",
           _checked(itin.is_valid)),
    _shape(Kind.US_MBI, _ONE, rf"{_START}{_MBI}{_END}", _always),
    _shape(Kind.BR_CPF, _ONE,
           rf"{_START}[0-9]{{3}} ?\. ?[0-9]{{3}} ?\. ?[0-9]{{3}} ?[.\-/] ?[0-9]{{2}}{_END}",
           _checked(cpf.is_valid)),
    _shape(Kind.FR_NIR, _ONE, rf"{_START}{_NIR}{_END}", _checked(nir.is_valid)),
    _shape(Kind.IT_CODICE_FISCALE, _ONE, rf"{_START}{_CF}{_END}", _checked(codicefiscale.is_valid)),
    _shape(Kind.ES_DNI, _ONE, rf"{_START}[0-9]{{2}}{_J}[0-9]{{3}}{_J}[0-9]{{3}}{_J}[A-Z]{_END}",
           _checked(dni.is_valid)),
    _shape(Kind.ES_DNI, _ONE, rf"{_START}[XYZ]{_J}[0-9]{_J}[0-9]{{3}}{_J}[0-9]{{3}}{_J}[A-Z]{_END}",
           _checked(nie.is_valid)),
    _shape(Kind.CH_AHV, _ONE, rf"{_START}756(?:{_J}[0-9]){{10}}{_END}", _checked(ahv.is_valid)),
    _shape(Kind.BE_NN, _ONE,
           rf"{_START}[0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{2}}{_SIGN}[0-9]{{3}}{_SIGN}[0-9]{{2}}{_END}",
           _checked(nn.is_valid)),
    _shape(Kind.FI_HETU, _ONE, rf"{_START}[0-9]{{6}}[+\-A-FU-Y][0-9]{{3}}[0-9A-Y]{_END}",
           _as_written(lambda n: hetu.is_valid(n, allow_temporary=True))),
    _shape(Kind.SE_PERSONNUMMER, _ONE,
           rf"{_START}(?:19|20)?[0-9]{{6}}[+\-][0-9]{{4}}{_END}",
           _as_written(personnummer.is_valid)),
    _shape(Kind.MX_CURP, _ONE,
           rf"{_START}[A-Z]{{4}}{_J}[0-9]{{6}}{_J}[A-Z]{{6}}[0-9A-Z][0-9]{_END}",
           _checked(curp.is_valid)),
    _shape(Kind.CN_RIC, _ONE, rf"{_START}{_CN}{_END}", _checked(mod_11_2.is_valid)),
    _shape(Kind.CARD, _TWO, _digits(13, "4"), _checked(luhn)),
    _shape(Kind.US_SSN, _TWO, rf"{_ALONE_START}{_US_BARE}{_END}", _checked(ssn.is_valid)),
    _shape(Kind.US_ITIN, _TWO, rf"{_ALONE_START}{_US_BARE}{_END}", _checked(itin.is_valid)),
    _shape(Kind.BR_CPF, _TWO, _digits(11), _checked(cpf.is_valid)),
    _shape(Kind.BE_NN, _TWO, _digits(11), _checked(nn.is_valid)),
    _shape(Kind.SE_PERSONNUMMER, _TWO, rf"{_START}(?:19|20)?[0-9]{{10}}{_END}",
           lambda match: personnummer.is_valid(f"{match[0][:-4]}-{match[0][-4:]}")),
    _shape(Kind.US_NPI, _TWO, _digits(10, "[12]"), _checked(npi)),
    _shape(Kind.GB_NHS, _TWO, _digits(10), _checked(nhs.is_valid)),
    _shape(Kind.GB_NINO, _TWO, rf"{_START}{_NINO}{_END}", _always),
    _shape(Kind.CA_SIN, _TWO, _digits(9), _checked(sin.is_valid)),
    _shape(Kind.NL_BSN, _TWO, _digits(9), _checked(bsn.is_valid)),
    _shape(Kind.IN_AADHAAR, _TWO, _digits(12, "[2-9]"), _checked(aadhaar.is_valid)),
    _shape(Kind.IN_PAN, _TWO, rf"{_START}[A-Z]{{5}}{_J}[0-9]{{4}}{_J}[A-Z]{_END}",
           _checked(pan.is_valid)),
    _shape(Kind.PL_PESEL, _TWO, _digits(11), _checked(pesel.is_valid)),
    _shape(Kind.DE_IDNR, _TWO, _digits(11, "[1-9]"), _checked(idnr.is_valid)),
    _shape(Kind.NO_FNR, _TWO, _digits(11), _checked(fodselsnummer.is_valid)),
    _shape(Kind.DK_CPR, _TWO, _digits(10), _checked(cpr.is_valid)),
    _shape(Kind.TR_KIMLIK, _TWO, _digits(11, "[1-9]"), _checked(tckimlik.is_valid)),
    _shape(Kind.MEDICAL_RECORD, _TWO, rf"{_START}[A-Z]{{0,3}}-?[0-9]{{5,12}}{_END}", _no_date,
           after=True),
    _shape(Kind.PASSPORT, _TWO,
           rf"{_START}(?:[A-Z]{{1,2}} ?[0-9]{{6,7}}"
           rf"|(?=(?:[A-Z]{{0,5}}[0-9]){{4}})[0-9A-Z]{{8,9}}){_END}",
           _no_date, after=True),
    _shape(Kind.BANK_ACCOUNT, _TWO, rf"{_ALONE_START}[0-9](?:{_J}[0-9]){{5,16}}{_END}", _no_date,
           after=True),
    _shape(Kind.DRIVING_LICENCE, _TWO,
           rf"{_START}(?=(?:[A-Z]{{0,13}}[0-9]){{5}})[0-9A-Z]{{6,18}}{_END}", _no_date, after=True),
)  # fmt: skip
"""Every kind of number, each way of writing it in a row of its own."""
