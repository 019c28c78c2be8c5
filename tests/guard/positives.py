"""What the guard should see: numbers of people, made by Faker or as their issuers make them, as
people write them: bare or grouped, alone or within a sentence, with a word where tier 2 needs
one."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from random import Random

from faker import Faker

from gateway.domain.forms import FieldType
from gateway.domain.kinds import Kind, Tier
from guard import issuing
from guard.sample import Sample

CARD_TYPES = ("visa16", "visa19", "mastercard", "amex", "discover", "diners", "jcb")
BIRTHS = (datetime.date(1930, 11, 1), datetime.date(2024, 11, 1))
EXCLUDED: Mapping[str, str] = {
    "credit_card_number('maestro')": "Faker makes 12 digits; Maestro cards had 16 to 19, and none "
    "has been issued since July 2023",
    "credit_card_number('visa13')": "Visa has issued no 13 digits for decades, and every bar code "
    "has 13; measured as tier 2, beside a word",
    "credit_card_number('jcb15')": "JCB's 2131 and 1800 with 15 digits are no longer in ISO/IEC "
    "7812's register",
    "credit_card_number('jcb16')": "Faker takes all of 35; JCB has 3528 to 3589; made anew in "
    "issuing.py",
    "es_MX.curp() of the state QO": "there is no such state in RENAPO's list (Querétaro is QT, "
    "Quintana Roo QR)",
    "en_IN.aadhaar_id()": "its last digit is no Verhoeff digit, as UIDAI's is; made anew in "
    "issuing.py",
    "en_GB.ssn()": "its prefix is always ZZ, which HMRC never allots; made anew in issuing.py",
    "en_GB, en_US, sv_SE … .iban()": "locales without an own shape get a British one: measured once",
    "ko_KR.ssn()": "days of birth such as 000028, and no check digit since 2020: not a kind of ours",
    "de_DE, es_ES, dk_DK, en_IN .ssn()": "the US number of Faker's base class",
}
"""What Faker makes and is left out here, and why."""

IBAN_LOCALES = ("en_GB", "fr_FR", "de_DE", "it_IT", "es_ES", "nl_NL", "pl_PL", "fi_FI", "no_NO",
                "de_CH", "nl_BE", "tr_TR", "de_AT", "pt_PT", "pt_BR")  # fmt: skip

ALONE: Mapping[Kind, Callable[[Mapping[str, Faker], Random], str]] = {
    Kind.CARD: lambda f, r: _card(f["en_US"], r),
    Kind.IBAN: lambda f, r: f[r.choice(IBAN_LOCALES)].iban(),
    Kind.US_SSN: lambda f, r: f["en_US"].ssn(),
    Kind.US_ITIN: lambda f, r: f["en_US"].itin(),
    Kind.US_MBI: lambda f, r: issuing.mbi(r),
    Kind.BR_CPF: lambda f, r: f["pt_BR"].cpf(),
    Kind.FR_NIR: lambda f, r: f["fr_FR"].ssn(),
    Kind.IT_CODICE_FISCALE: lambda f, r: f["it_IT"].ssn(),
    Kind.ES_DNI: lambda f, r: f["es_ES"].nie() if r.random() < 0.5 else f["es_ES"].nif(),
    Kind.CH_AHV: lambda f, r: f["de_CH"].ssn(),
    Kind.FI_HETU: lambda f, r: f["fi_FI"].ssn(),
    Kind.SE_PERSONNUMMER: lambda f, r: f["sv_SE"].ssn(),
    Kind.MX_CURP: lambda f, r: _curp(f["es_MX"]),
    Kind.CN_RIC: lambda f, r: f["zh_CN"].ssn(),
    Kind.BE_NN: lambda f, r: _belgian(f["nl_BE"].ssn()),
}
"""Kinds of the first tier, and who makes them."""

BESIDE: Mapping[Kind, tuple[Callable[[Mapping[str, Faker], Random], str], tuple[str, ...]]] = {
    Kind.CARD: (lambda f, r: f["en_US"].credit_card_number("visa13"), ("Card number",)),
    Kind.US_SSN: (lambda f, r: f["en_US"].ssn().replace("-", ""),
                  ("SSN", "Social Security Number")),
    Kind.US_ITIN: (lambda f, r: f["en_US"].itin().replace("-", ""),
                   ("ITIN", "Taxpayer identification number")),
    Kind.BR_CPF: (lambda f, r: f["pt_BR"].ssn(), ("CPF",)),
    Kind.BE_NN: (lambda f, r: f["nl_BE"].ssn(), ("Rijksregisternummer", "Numéro national")),
    Kind.SE_PERSONNUMMER: (lambda f, r: f["sv_SE"].ssn().replace("-", ""), ("Personnummer",)),
    Kind.US_NPI: (lambda f, r: issuing.npi(r), ("NPI", "National Provider Identifier")),
    Kind.GB_NHS: (lambda f, r: issuing.nhs(r), ("NHS number",)),
    Kind.GB_NINO: (lambda f, r: issuing.nino(r), ("National Insurance number", "NI number")),
    Kind.CA_SIN: (lambda f, r: f["en_CA"].ssn(), ("SIN", "Numéro d’assurance sociale")),
    Kind.NL_BSN: (lambda f, r: f["nl_NL"].ssn(), ("BSN", "Burgerservicenummer")),
    Kind.IN_AADHAAR: (lambda f, r: issuing.aadhaar(r), ("Aadhaar", "Aadhaar number")),
    Kind.IN_PAN: (lambda f, r: issuing.indian_pan(r), ("PAN card",)),
    Kind.PL_PESEL: (lambda f, r: f["pl_PL"].pesel(), ("PESEL", "Numer PESEL")),
    Kind.DE_IDNR: (lambda f, r: issuing.idnr(r), ("Steuer-ID", "Steueridentifikationsnummer")),
    Kind.NO_FNR: (lambda f, r: f["no_NO"].ssn(), ("Fødselsnummer",)),
    Kind.DK_CPR: (lambda f, r: issuing.cpr(r), ("CPR-nummer", "CPR")),
    Kind.TR_KIMLIK: (lambda f, r: f["tr_TR"].ssn(), ("T.C. Kimlik No", "Kimlik numarası")),
    Kind.MEDICAL_RECORD: (lambda f, r: issuing.digits(r, r.choice((6, 7, 8))),
                          ("MRN", "Medical record number")),
    Kind.PASSPORT: (lambda f, r: f["en_US"].passport_number(), ("Passport", "Passport number")),
    Kind.BANK_ACCOUNT: (lambda f, r: "1" + issuing.digits(r, r.choice((7, 9, 11))),
                        ("Bank account", "Kontonummer")),
    Kind.DRIVING_LICENCE: (lambda f, r: f"{r.choice('ACDEFGHK')}{issuing.digits(r, 7)}",
                           ("Driver's license",)),
}  # fmt: skip
"""Kinds of the second tier: who makes them, and what the form or the person calls them."""

CODES = (
    "A41.9 B20.0 C34.9 C50.9 C61.0 D50.9 E03.9 E10.9 E11.9 E66.0 E78.5 F10.2 F20.0 F32.1 F41.1 "
    "F43.1 F90.0 G20.0 G35.0 G40.9 H40.1 I10.0 I21.9 I25.1 I48.0 I50.9 J18.9 J44.1 J45.9 K21.0 K50.9 "
    "K70.3 L40.0 M06.9 M16.1 M54.5 N18.5 O80.0 Q90.9 R51.0 S72.0 T78.4 Z21.0 Z94.0"
)
SENTENCES = (
    "I have had diabetes since I was nine.", "My mother died of cancer.", "She is pregnant.",
    "Ich habe Epilepsie und nehme Tabletten.", "Bei mir wurde Krebs festgestellt.",
    "Je suis enceinte de cinq mois.", "J'ai le diabète.", "Tengo el VIH desde 2010.",
    "Estoy embarazada.", "Sono incinta.", "Ho avuto un tumore.", "Ik ben zwanger.",
    "Mam cukrzycę.", "Olen raskaana.", "Tomo insulina todos os dias, tenho diabetes.",
)  # fmt: skip
"""Sentences of our own, for the third tier: not independent of who wrote the words."""


def positives(fakers: Mapping[str, Faker], random: Random, size: int) -> Iterator[Sample]:
    """``size`` of each kind and tier."""
    for kind, make in ALONE.items():
        for number in range(size):
            text = _grouped(kind, make(fakers, random), random)
            yield _placed(kind, Tier.ALONE, text, "Comment", number, fakers)
    for kind, (make, words) in BESIDE.items():
        for number in range(size):
            text, word = make(fakers, random), random.choice(words)
            if number % 2:
                yield Sample(kind.value, text, word, kind, Tier.IN_CONTEXT)
            else:
                told = f"{word}{random.choice((' ', ': ', ' is '))}{text}"
                yield _placed(kind, Tier.IN_CONTEXT, told, "Comment", number // 2, fakers)
    yield from _asked(fakers, random, size)


def _asked(fakers: Mapping[str, Faker], random: Random, size: int) -> Iterator[Sample]:
    english = fakers["en_US"]
    notes = FieldType.MULTI_LINE_TEXT
    for _ in range(size):
        born = english.date_between(*BIRTHS)
        day = random.choice((f"{born:%d.%m.%Y}", f"{born:%m/%d/%Y}", f"{born:%Y-%m-%d}",
                             f"{born:%d %B %Y}", f"{born:%B %d, %Y}"))  # fmt: skip
        word = random.choice(("born", "DOB", "Date of birth:", "geb.", "née le", "nacido el"))
        yield _third(Kind.BIRTH_DATE, f"{english.name()}, {word} {day}", notes)
        yield _third(Kind.ICD_CODE, f"{english.word()} {random.choice(CODES.split())}", notes)
        yield _third(Kind.HEALTH_WORD, random.choice(SENTENCES), notes)
        local = fakers[random.choice(tuple(fakers))]
        yield _third(Kind.EMAIL, f"{english.word()} {local.ascii_email()}", notes)
        yield _third(Kind.PHONE, f"{english.word()} {local.phone_number()}", notes)


def _third(kind: Kind, text: str, field_type: FieldType) -> Sample:
    return Sample(kind.value, text, "Comment", kind, Tier.ASKED, field_type)


def _placed(
    kind: Kind, tier: Tier, text: str, label: str, number: int, fakers: Mapping[str, Faker]
) -> Sample:
    """Alone, at the end of a sentence, or between two."""
    words = fakers["en_US"]
    if number % 3 == 0:
        return Sample(kind.value, text, label, kind, tier)
    told = f"{words.sentence()} {text}" if number % 3 == 1 else (
        f"{words.sentence()[:-1]} {text}, {words.sentence()}"
    )  # fmt: skip
    return Sample(kind.value, told, label, kind, tier, FieldType.MULTI_LINE_TEXT)


def _grouped(kind: Kind, text: str, random: Random) -> str:
    """Half of the cards and IBANs as they are printed, in groups of four."""
    if kind not in (Kind.CARD, Kind.IBAN) or random.random() < 0.5:
        return text
    sign = " " if kind is Kind.IBAN else random.choice(" -")
    return sign.join(text[at : at + 4] for at in range(0, len(text), 4))


def _card(faker: Faker, random: Random) -> str:
    sort = random.choice(CARD_TYPES)
    return issuing.jcb(random) if sort == "jcb" else faker.credit_card_number(sort)


def _curp(faker: Faker) -> str:
    while True:
        made = faker.curp()
        if made[11:13] != "QO":
            return made


def _belgian(text: str) -> str:
    return f"{text[:2]}.{text[2:4]}.{text[4:6]}-{text[6:9]}.{text[9:]}"
