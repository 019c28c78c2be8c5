"""What the content guard can recognise in an answer, and how sure it is of it.

A hit is no proof, and no hit is no clearance. Nothing here, and nothing that is kept of a hit,
holds an answer.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping


class Tier(enum.IntEnum):
    """How a kind was recognised, the surest first."""

    ALONE = 1
    """By its shape, its check digits and who issues it: enough by itself."""
    IN_CONTEXT = 2
    """By its digits, and by a word in the field's label or beside it."""
    ASKED = 3
    """By a word or a shape that has harmless meanings too: the person is asked."""


class Kind(enum.StrEnum):
    """Everything the guard knows."""

    CARD = "card"
    IBAN = "iban"
    US_SSN = "us_ssn"
    US_ITIN = "us_itin"
    US_MBI = "us_mbi"
    BR_CPF = "br_cpf"
    FR_NIR = "fr_nir"
    IT_CODICE_FISCALE = "it_codice_fiscale"
    ES_DNI = "es_dni"
    CH_AHV = "ch_ahv"
    BE_NN = "be_nn"
    FI_HETU = "fi_hetu"
    SE_PERSONNUMMER = "se_personnummer"
    MX_CURP = "mx_curp"
    CN_RIC = "cn_ric"
    US_NPI = "us_npi"
    GB_NHS = "gb_nhs"
    GB_NINO = "gb_nino"
    CA_SIN = "ca_sin"
    NL_BSN = "nl_bsn"
    IN_AADHAAR = "in_aadhaar"
    IN_PAN = "in_pan"
    PL_PESEL = "pl_pesel"
    DE_IDNR = "de_idnr"
    NO_FNR = "no_fnr"
    DK_CPR = "dk_cpr"
    TR_KIMLIK = "tr_kimlik"
    MEDICAL_RECORD = "medical_record"
    PASSPORT = "passport"
    BANK_ACCOUNT = "bank_account"
    DRIVING_LICENCE = "driving_licence"
    HEALTH_WORD = "health_word"
    ICD_CODE = "icd_code"
    BIRTH_DATE = "birth_date"
    EMAIL = "email"
    PHONE = "phone"


@dataclasses.dataclass(frozen=True)
class KindRow:
    """One kind: ``words`` end a sentence ("This looks like …"). A ``highly`` sensitive one is
    looked for in properties of the class sensitive, too."""

    words: str
    highly: bool
    rule: str
    """How it is recognised, for the documentation."""


KINDS: Mapping[Kind, KindRow] = {
    Kind.CARD: KindRow("a payment card number", True,
        "an issuer's range, its length and the Luhn digit; 13 digits only beside a word"),
    Kind.IBAN: KindRow("a bank account number (IBAN)", True,
        "a registered country, that country's shape, both check digits"),
    Kind.US_SSN: KindRow("a US social security number", True,
        "123-45-6789 in an issued range; 9 bare digits beside a word"),
    Kind.US_ITIN: KindRow("a US taxpayer number (ITIN)", True,
        "9xx-xx-xxxx in an issued range; 9 bare digits beside a word"),
    Kind.US_MBI: KindRow("a US Medicare number (MBI)", False,
        "11 places, each of its own class"),
    Kind.BR_CPF: KindRow("a Brazilian CPF", True,
        "123.456.789-09 with both check digits; 11 bare digits beside a word"),
    Kind.FR_NIR: KindRow("a French social security number (NIR)", True,
        "13 places with a month and a department, and the key"),
    Kind.IT_CODICE_FISCALE: KindRow("an Italian tax code (codice fiscale)", True,
        "16 places, each of its own class, and the check letter"),
    Kind.ES_DNI: KindRow("a Spanish identity number (DNI or NIE)", True,
        "8 digits, or X, Y, Z and 7, and the check letter"),
    Kind.CH_AHV: KindRow("a Swiss social insurance number (AHV)", True,
        "13 digits that begin with 756, and the check digit"),
    Kind.BE_NN: KindRow("a Belgian national number", True,
        "85.07.30-033.28 with both check digits; 11 bare digits beside a word"),
    Kind.FI_HETU: KindRow("a Finnish identity code", True,
        "a date, a century's sign, three digits and the check sign"),
    Kind.SE_PERSONNUMMER: KindRow("a Swedish personal number", True,
        "a date, - or +, three digits and the check digit; without the sign beside a word"),
    Kind.MX_CURP: KindRow("a Mexican CURP", True,
        "18 places, each of its own class, a date, a state and the check digit"),
    Kind.CN_RIC: KindRow("a Chinese identity number", True,
        "17 digits with a date, and the check sign"),
    Kind.US_NPI: KindRow("a US provider number (NPI)", False,
        "10 digits from 1 or 2 with the Luhn digit over 80840, beside a word"),
    Kind.GB_NHS: KindRow("an NHS number", False, "10 digits with the check digit, beside a word"),
    Kind.GB_NINO: KindRow("a British National Insurance number", True,
        "AB 12 34 56 C with an allotted prefix, beside a word"),
    Kind.CA_SIN: KindRow("a Canadian social insurance number", True,
        "9 digits with the check digit, beside a word"),
    Kind.NL_BSN: KindRow("a Dutch citizen service number (BSN)", True,
        "9 digits with the check digit, beside a word"),
    Kind.IN_AADHAAR: KindRow("an Indian Aadhaar number", True,
        "12 digits with the check digit, beside a word"),
    Kind.IN_PAN: KindRow("an Indian tax number (PAN)", True, "ABCPE1234F, beside a word"),
    Kind.PL_PESEL: KindRow("a Polish PESEL", True,
        "11 digits with a date and the check digit, beside a word"),
    Kind.DE_IDNR: KindRow("a German tax identification number", True,
        "11 digits with the check digit, beside a word"),
    Kind.NO_FNR: KindRow("a Norwegian birth number", True,
        "11 digits with a date and both check digits, beside a word"),
    Kind.DK_CPR: KindRow("a Danish CPR number", True, "10 digits with a date, beside a word"),
    Kind.TR_KIMLIK: KindRow("a Turkish identity number", True,
        "11 digits with both check digits, beside a word"),
    Kind.MEDICAL_RECORD: KindRow("a medical record number", False,
        "5 to 12 digits after a word; it has no check digit"),
    Kind.PASSPORT: KindRow("a passport number", True,
        "6 to 9 letters and digits after a word; it has no check digit"),
    Kind.BANK_ACCOUNT: KindRow("a bank account number", True,
        "6 to 17 digits after a word; it has no check digit"),
    Kind.DRIVING_LICENCE: KindRow("a driving licence number", True,
        "6 to 18 letters and digits after a word; it has no check digit"),
    Kind.HEALTH_WORD: KindRow("something about a person's health", False,
        "a word of illness or treatment"),
    Kind.ICD_CODE: KindRow("a diagnosis code (ICD-10)", False, "E11.9"),
    Kind.BIRTH_DATE: KindRow("a date of birth", False, "a date after a word such as born"),
    Kind.EMAIL: KindRow("an e-mail address", False, "name@domain where none is asked for"),
    Kind.PHONE: KindRow("a phone number", False,
        "a number with + or in the American style where none is asked for"),
}  # fmt: skip
"""Every kind, in the order in which it is told of."""


class GuardOutcome(enum.StrEnum):
    """What came of a hit."""

    BLOCKED = "blocked"
    ASKED = "asked"
    CONFIRMED = "confirmed"


@dataclasses.dataclass(frozen=True)
class Hit:
    """A kind was recognised in a field's answer. ``asks``: the person may send it all the
    same."""

    kind: Kind
    tier: Tier
    asks: bool


@dataclasses.dataclass(frozen=True)
class Guarded:
    """What is kept of hits: one kind, how it was recognised, in which fields, what came of it."""

    kind: Kind
    tier: Tier
    outcome: GuardOutcome
    fields: tuple[str, ...]

    @property
    def cause(self) -> str:
        """The kind and the tier as one word, ``us_ssn:1``: what the audit keeps."""
        return f"{self.kind.value}:{self.tier.value}"


def named(kinds: Iterable[Kind]) -> str:
    """The kinds as they end a sentence: "a passport number or a Brazilian CPF"."""
    wanted = set(kinds)
    words = [row.words for kind, row in KINDS.items() if kind in wanted]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
