"""Numbers as their issuers make them, where Faker makes none: written from the issuers' own
texts, with check digits computed here, not by the guard or its library."""

from __future__ import annotations

import datetime
from random import Random

MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
"""https://www.cms.gov/medicare/new-medicare-card/understanding-the-mbi.pdf"""
NINO_FIRST = "ABCEGHJKLMNOPRSTWXYZ"
NINO_SECOND = "ABCEGHJKLMNPRSTWXYZ"
NINO_NEVER = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
"""https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110"""


def digits(random: Random, count: int) -> str:
    """So many random digits."""
    return "".join(random.choice("0123456789") for _ in range(count))


def with_luhn(body: str) -> str:
    """``body`` and its Luhn digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def npi(random: Random) -> str:
    """A National Provider Identifier: nine digits and the Luhn digit over 80840 and them."""
    body = random.choice("12") + digits(random, 8)
    return body + with_luhn("80840" + body)[-1]


def mbi(random: Random) -> str:
    """A Medicare Beneficiary Identifier, as on the card: with dashes."""
    letter = lambda: random.choice(MBI_LETTERS)  # noqa: E731
    either = lambda: random.choice(MBI_LETTERS + "0123456789")  # noqa: E731
    digit = lambda: digits(random, 1)  # noqa: E731
    first = random.choice("123456789")
    parts = [first + letter() + either() + digit(), letter() + either() + digit(),
             letter() + letter() + digits(random, 2)]  # fmt: skip
    return "-".join(parts)


def nhs(random: Random) -> str:
    """An NHS number with its modulus 11 check digit, 3 3 4 as it is printed.

    https://www.datadictionary.nhs.uk/attributes/nhs_number.html
    """
    while True:
        body = random.choice("4567") + digits(random, 8)
        rest = 11 - sum(int(c) * (10 - place) for place, c in enumerate(body)) % 11
        if rest != 10:
            whole = body + str(rest % 11)
            return f"{whole[:3]} {whole[3:6]} {whole[6:]}"


def nino(random: Random) -> str:
    """A National Insurance number, as HMRC prints it."""
    while True:
        prefix = random.choice(NINO_FIRST) + random.choice(NINO_SECOND)
        if prefix not in NINO_NEVER:
            pairs = " ".join(digits(random, 2) for _ in range(3))
            return f"{prefix} {pairs} {random.choice('ABCD')}"


def idnr(random: Random) -> str:
    """A German tax identification number: among the first ten digits one stands twice and one
    is missing; the last is ISO 7064 MOD 11,10."""
    while True:
        used = random.sample("0123456789", 9)
        body = [*used, random.choice(used)]
        random.shuffle(body)
        if body[0] != "0":
            break
    product = 10
    for character in body:
        rest = (int(character) + product) % 10 or 10
        product = rest * 2 % 11
    return "".join(body) + str((11 - product) % 10)


def cpr(random: Random) -> str:
    """A Danish CPR number: a day of birth and four digits (no check digit since 2007)."""
    born = datetime.date(1937, 1, 1) + datetime.timedelta(days=random.randrange(22_000))
    return f"{born:%d%m%y}-{random.choice('0123')}{digits(random, 3)}"


def indian_pan(random: Random) -> str:
    """A Permanent Account Number of a person."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    head = "".join(random.choice(letters) for _ in range(3))
    return (
        f"{head}P{random.choice(letters)}{random.randrange(1, 10_000):04}{random.choice(letters)}"
    )


def imei(random: Random) -> str:
    """An IMEI: a type allocation of one of the reporting bodies, a serial number, Luhn."""
    body = random.choice(("01", "35", "86", "91", "98", "99")) + digits(random, 12)
    return with_luhn(body)


def ups(random: Random) -> str:
    """A UPS tracking number: 1Z, shipper, service, parcel, check digit."""
    shipper = "".join(random.choice("0123456789ABCDEFGHJKLMNPRSTUVWXY") for _ in range(6))
    return f"1Z{shipper}{digits(random, 10)}"


def s10(random: Random) -> str:
    """A tracking number of the post (UPU S10): AA 12345678 9 GB, with its check digit."""
    serial = digits(random, 8)
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    rest = 11 - sum(int(c) * w for c, w in zip(serial, weights, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    country = random.choice(("GB", "DE", "FR", "US", "NL", "SE", "CN"))
    return f"{random.choice('RCLEV')}{random.choice('ABCDEGX')}{serial}{check}{country}"


def with_gs1(body: str) -> str:
    """``body`` and its GS1 check digit (EAN, UPC, SSCC)."""
    total = sum(int(c) * (3 if place % 2 == 0 else 1) for place, c in enumerate(reversed(body)))
    return body + str(-total % 10)


def jcb(random: Random) -> str:
    """A JCB card number: 16 digits from 3528 to 3589."""
    return with_luhn(f"{random.randrange(3528, 3590)}{digits(random, 11)}")


def aadhaar(random: Random) -> str:
    """An Aadhaar number, 4 4 4 as it is printed: eleven digits, the first from 2 to 9, and the
    digit of Verhoeff's scheme, here by the symmetries of the pentagon it comes from.

    https://uidai.gov.in; J. Verhoeff, Error Detecting Decimal Codes, 1969.
    """
    body = random.choice("23456789") + digits(random, 10)
    for last in "0123456789":
        if _verhoeff(body + last) == 0:
            whole = body + last
            return f"{whole[:4]} {whole[4:8]} {whole[8:]}"
    raise AssertionError("one digit always fits")


def _verhoeff(number: str) -> int:
    shift = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    total = 0
    for place, character in enumerate(reversed(number)):
        value = int(character)
        for _ in range(place % 8):
            value = shift[value]
        total = _pentagon(total, value)
    return total


def _pentagon(one: int, two: int) -> int:
    """The product of two symmetries: 0 to 4 turn, 5 to 9 turn and mirror."""
    if one < 5:
        return (one + two) % 5 + (5 if two >= 5 else 0)
    turned = (one - two) % 5
    return turned if two >= 5 else turned + 5
