"""Numbers that carry a check of their own: a slip in one of them is told before it is sent.

A person who approves a form may name one of these checks for a field. They say whether a
number *can* be one of its kind (its length, its letters, its check digits), never whether it was
given to anybody. Spaces and hyphens in their usual places do not count.

The checks are python-stdnum's; three that it does not have stand below, with their sources.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from stdnum import bic, iban, luhn
from stdnum.at import vnr
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nif, nir
from stdnum.gb import nhs, utr
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as teudat_zehut
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.lt import asmens
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import cc
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import ein, itin, rtn, ssn
from stdnum.za import idnr as za_id

from gateway.domain.errors import Reason
from gateway.intake.reasons import reason

MAX_NUMBER = 64
"""The longest text that is looked at; every number here is shorter."""


@dataclasses.dataclass(frozen=True)
class NumberCheck:
    """``name`` as a person calls the number, and whether a text can be one."""

    name: str
    fits: Callable[[str], bool]


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def _npi(text: str) -> bool:
    """Ten digits that begin with 1 or 2, whose Luhn sum counts the prefix 80840.

    Source: CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit"
    """
    number = _bare(text)
    shape = re.fullmatch(r"[12][0-9]{9}", number)
    return shape is not None and luhn.is_valid(f"80840{number}")


_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI = re.compile(
    f"[1-9]{_MBI_LETTER}(?:{_MBI_LETTER}|[0-9])[0-9]{_MBI_LETTER}(?:{_MBI_LETTER}|[0-9])[0-9]"
    f"{_MBI_LETTER}{{2}}[0-9]{{2}}"
)


def _mbi(text: str) -> bool:
    """Eleven characters of fixed kinds, without the letters S, L, O, I, B and Z.

    Source: CMS, "Understanding the Medicare Beneficiary Identifier (MBI) Format"
    """
    return _MBI.fullmatch(_bare(text)) is not None


_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")


def _nino(text: str) -> bool:
    """Two letters that are given out, six digits, a letter from A to D; it has no check digit.

    Source: HMRC, National Insurance Manual, NIM39110
    """
    return _NINO.fullmatch(_bare(text)) is not None


def _luhn(text: str) -> bool:
    return luhn.is_valid(_bare(text))


def _citizen_card(text: str) -> bool:
    return len(_bare(text)) == 12 and cc.is_valid(text)


NUMBER_CHECKS: Mapping[str, NumberCheck] = {
    "at.vnr": NumberCheck("Austrian insurance number", vnr.is_valid),
    "au.tfn": NumberCheck("Australian tax file number", tfn.is_valid),
    "be.nn": NumberCheck("Belgian national number", nn.is_valid),
    "bg.egn": NumberCheck("Bulgarian personal number (EGN)", egn.is_valid),
    "bic": NumberCheck("bank code (BIC)", bic.is_valid),
    "br.cpf": NumberCheck("Brazilian CPF", cpf.is_valid),
    "ca.sin": NumberCheck("Canadian social insurance number", sin.is_valid),
    "ch.ahv": NumberCheck("Swiss insurance number (AHV)", ahv.is_valid),
    "cn.ric": NumberCheck("Chinese identity card number", ric.is_valid),
    "cz.rc": NumberCheck("Czech birth number", rc.is_valid),
    "de.idnr": NumberCheck("German tax identification number", idnr.is_valid),
    "dk.cpr": NumberCheck("Danish CPR number", cpr.is_valid),
    "ee.ik": NumberCheck("Estonian personal code", ik.is_valid),
    "es.dni": NumberCheck("Spanish DNI", dni.is_valid),
    "es.nie": NumberCheck("Spanish NIE", nie.is_valid),
    "fi.hetu": NumberCheck("Finnish personal identity code", hetu.is_valid),
    "fr.nif": NumberCheck("French tax number", nif.is_valid),
    "fr.nir": NumberCheck("French social security number", nir.is_valid),
    "gb.nhs": NumberCheck("NHS number", nhs.is_valid),
    "gb.nino": NumberCheck("National Insurance number", _nino),
    "gb.utr": NumberCheck("UK taxpayer reference", utr.is_valid),
    "gr.amka": NumberCheck("Greek AMKA", amka.is_valid),
    "hr.oib": NumberCheck("Croatian OIB", oib.is_valid),
    "iban": NumberCheck("bank account number (IBAN)", iban.is_valid),
    "ie.pps": NumberCheck("Irish PPS number", pps.is_valid),
    "il.idnr": NumberCheck("Israeli identity number", teudat_zehut.is_valid),
    "in.aadhaar": NumberCheck("Aadhaar number", aadhaar.is_valid),
    "in.pan": NumberCheck("Indian PAN", pan.is_valid),
    "it.codicefiscale": NumberCheck("Italian codice fiscale", codicefiscale.is_valid),
    "lt.asmens": NumberCheck("Lithuanian personal code", asmens.is_valid),
    "luhn": NumberCheck("number whose last digit checks the rest (Luhn)", _luhn),
    "mx.curp": NumberCheck("Mexican CURP", curp.is_valid),
    "nl.bsn": NumberCheck("Dutch BSN", bsn.is_valid),
    "no.fodselsnummer": NumberCheck("Norwegian birth number", fodselsnummer.is_valid),
    "pl.pesel": NumberCheck("Polish PESEL", pesel.is_valid),
    "pt.cc": NumberCheck("Portuguese citizen card number", _citizen_card),
    "ro.cnp": NumberCheck("Romanian personal code (CNP)", cnp.is_valid),
    "se.personnummer": NumberCheck("Swedish personal number", personnummer.is_valid),
    "tr.tckimlik": NumberCheck("Turkish identity number", tckimlik.is_valid),
    "us.ein": NumberCheck("US employer number (EIN)", ein.is_valid),
    "us.itin": NumberCheck("US taxpayer number (ITIN)", itin.is_valid),
    "us.mbi": NumberCheck("Medicare number (MBI)", _mbi),
    "us.npi": NumberCheck("US provider number (NPI)", _npi),
    "us.rtn": NumberCheck("US bank routing number", rtn.is_valid),
    "us.ssn": NumberCheck("US social security number", ssn.is_valid),
    "za.id": NumberCheck("South African identity number", za_id.is_valid),
}
"""How a lock file names a check → the check."""


def number_fault(text: str, check: str) -> Reason | None:
    """Why ``text`` cannot be a number of the kind ``check`` names, or None. A check that this
    program does not know takes nothing: somebody relies on it."""
    row = NUMBER_CHECKS.get(check)
    if row is None:
        return reason("number_check_unknown")
    return None if _fits(row, text) else reason("number_check", name=row.name)


def _fits(row: NumberCheck, text: str) -> bool:
    if len(text) > MAX_NUMBER:
        return False
    # Digits of other alphabets are digits to Python and to no authority.
    plain = all(c.isascii() or not c.isalnum() for c in text)
    try:
        return plain and row.fits(text)
    except (ValueError, ArithmeticError, LookupError):
        return False
