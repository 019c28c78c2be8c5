"""The words that make a number mean something, and those that speak of health.

A word in small letters counts in any case and without its accents; one in capitals only in
capitals (a Canadian SIN is no sin). A word of several words counts when they stand beside one
another. Whole words only, except in scripts that put no spaces between them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

from gateway.domain.kinds import Kind
from gateway.policy.guard_text import plain_reading

_NATIONAL = """national id|national identity|national number|national identification|identity card
identity number|id card|citizen number|personal identification number|personal number
personalausweis|ausweisnummer|identifikationsnummer|carte d identite|numero d identite
carta d identita|documento de identidad|documento de identidade|cedula|identiteitskaart
dowod osobisty|legitimation|kimlik|tax id|tax number|tax identification|taxpayer|tin|tax file
numero fiscal|numero fiscale|identifiant fiscal|identificacion fiscal|身份证|身分證|個人番号
マイナンバー"""
"""Words that agree with every national number."""

_OWN: Mapping[Kind, str] = {
    Kind.CARD: """credit card|debit card|payment card|card number|card no|card nr|cardholder|visa
mastercard|amex|american express|kreditkarte|kreditkartennummer|kartennummer|carte bancaire
carte de credit|numero de carte|tarjeta de credito|numero de tarjeta|carta di credito
cartao de credito|creditcard|karta kredytowa|numer karty|kontokort|kredi karti|信用卡|カード番号""",
    Kind.US_SSN: """ssn|social security|social sec|soc sec|ss number|ss no|socialsecurity
my social|his social|her social|social number|social no|seguro social|taxpayer id
taxpayer identification""",
    Kind.US_ITIN: "itin|taxpayer id|taxpayer identification|tax identification",
    Kind.BR_CPF: "cpf|cadastro de pessoas fisicas",
    Kind.BE_NN: """rijksregister|rijksregisternummer|registre national|numero national|niss|insz
nationalregister""",
    Kind.SE_PERSONNUMMER: "personnummer|samordningsnummer",
    Kind.US_NPI: "npi|national provider|provider number|provider identifier",
    Kind.GB_NHS: "nhs|health service number",
    Kind.GB_NINO: "nino|national insurance|NI number|NI no|ni number",
    Kind.CA_SIN: """SIN|NAS|sin number|sin no|social insurance|assurance sociale""",
    Kind.NL_BSN: "bsn|burgerservicenummer|burger service nummer|sofinummer|citizen service",
    Kind.IN_AADHAAR: "aadhaar|aadhar|adhaar|uidai|uid number|आधार",
    Kind.IN_PAN: "PAN|pan card|pan number|permanent account",
    Kind.PL_PESEL: "pesel",
    Kind.DE_IDNR: """steuer id|steuerid|steueridnr|idnr|steueridentifikationsnummer
steuerliche identifikationsnummer|steuer identifikationsnummer|steuernummer""",
    Kind.NO_FNR: "fodselsnummer|fodselsnr|fødselsnummer|fødselsnr|fnr|d nummer",
    Kind.DK_CPR: "cpr|cpr nummer|cprnr|cpr nr",
    Kind.TR_KIMLIK: "tc kimlik|kimlik|kimlik no|kimlik numarasi|tckn",
    Kind.MEDICAL_RECORD: """mrn|medical record|medical record number|patient id|patient number
patient no|chart number|hospital number|patientennummer|fallnummer|aktenzeichen
numero de dossier|dossier medical|historia clinica|numero de historia|cartella clinica
prontuario|patientnummer|journalnummer""",
    Kind.PASSPORT: """passport|passport no|reisepass|reisepassnummer|passnummer|passeport
pasaporte|passaporto|passaporte|paspoort|paspoortnummer|paszport|pasaport|passnr|护照|護照
パスポート|旅券""",
    Kind.BANK_ACCOUNT: """bank account|account number|account no|acct no|acct|routing number
sort code|kontonummer|bankkonto|bankverbindung|kontonr|numero de compte|compte bancaire
cuenta bancaria|numero de cuenta|conto corrente|numero di conto|conta bancaria|conta corrente
rekeningnummer|bankrekening|numer konta|hesap numarasi|口座番号|银行账号""",
    Kind.DRIVING_LICENCE: """driving licence|driving license|driver licence|driver license
drivers license|drivers licence|driver s license|driver s licence|fuhrerschein
fuhrerscheinnummer|permis de conduire|permiso de conducir|carnet de conducir|patente di guida
carta de conducao|carteira de motorista|cnh|rijbewijs|prawo jazdy|korkort|forerkort|ehliyet
运转免许|運転免許""",
    Kind.EMAIL: """email|e mail|mail|mailto|courriel|correo|posta|e post|epost|contact|contacts
kontakt|contacto|contatto|contato|reach|メール|邮箱""",
    Kind.PHONE: """phone|telephone|tel|telefon|telefono|telefone|telephon|mobile|mobil
mobiltelefon|cell|cellphone|handy|fax|hotline|call|ring|whatsapp|portable|movil|celular
cellulare|puhelin|contact|contacts|kontakt|contacto|contatto|contato|reach|callback|ruckruf|電話
电话|手机""",
    Kind.BIRTH_DATE: """born|dob|birth|birthdate|birthday|date of birth|birth date|geboren|geb
geburtsdatum|geburtstag|ne le|nee le|naissance|nacido|nacida|nacimiento|fecha de nacimiento|nato
nata|nascita|nascido|nascida|nascimento|geboortedatum|urodzony|urodzona|urodzenia|fodt|fodd|født
syntynyt|syntymaaika|dogum|出生|生年月日""",
}  # fmt: skip

_HEALTH = """hiv|aids|diabetes|diabetic|insulin|cancer|tumor|tumour|tumors|chemotherapy|chemo
leukemia|leukaemia|lymphoma|melanoma|metastasis|hepatitis|tuberculosis|epilepsy|epileptic
seizure|seizures|schizophrenia|bipolar|depression|depressed|antidepressant|antidepressants
anxiety disorder|psychiatric|psychiatrist|psychotherapy|suicidal|suicide|self harm|addiction
alcoholic|alcoholism|opioid|methadone|overdose|pregnant|pregnancy|miscarriage|abortion
infertility|chlamydia|gonorrhea|syphilis|herpes|asthma|copd|dialysis|transplant|stroke|dementia
alzheimer|alzheimers|parkinson|parkinsons|multiple sclerosis|arthritis|hypertension|heart attack
angina|pacemaker|diagnosis|diagnosed|prognosis|prescribed|biopsy|colonoscopy|mammogram|covid
diagnose|diagnostiziert|krebs|zuckerkrank|schwanger|schwangerschaft|fehlgeburt|abtreibung
depressionen|epilepsie|schlaganfall|herzinfarkt|bluthochdruck|chemotherapie|psychiatrie
psychotherapie|demenz|diagnostic|diagnostique|diabete|diabetique|sida|grossesse|enceinte
avortement|epileptique|demence|chimiotherapie|avc|cancereux|asthme|tuberculose|schizophrenie
diagnostico|diabetico|diabetica|embarazada|embarazo|aborto|vih|epilepsia|esquizofrenia
quimioterapia|depresion|demencia|hepatite|diagnosi|diabete|incinta|gravidanza|tumore|cancro
chemioterapia|gravida|gravidez|depressao|zwanger|zwangerschap|kanker|suikerziekte|beroerte
depressie|rak|cukrzyca|ciaza|depresja|padaczka|gravid|kreft|kræft|sukkersyge|raskaana|syopa
hamile|kanser|seker hastasi|糖尿病|癌|妊娠|怀孕|うつ病|エイズ
ptsd|adhd|autism|autistic|schizophrenic
anorexia|anorexic|bulimia|bulimic|eating disorder|self harming|panic attack|panic attacks
panic disorder|OCD|borderline personality|alcohol abuse|drug abuse|substance abuse|heroin|cocaine
sickle cell|cystic fibrosis|kidney failure|renal failure|liver failure|heart failure|heart disease
crohn|crohns|colitis|celiac disease|coeliac disease|IVF|STD|sexually transmitted|hpv|migraine
migraines|eczema|psoriasis|lupus|fibromyalgia|endometriosis|menopause|osteoporosis|glaucoma
anaemia|anemia|thyroid|sepsis|pneumonia|allergic to|penicillin|antibiotics|hospitalised
hospitalized|radiotherapy|morphine|paralysed|paralyzed|magersucht
bulimie|autismus|autistisch|allergisch gegen|migrane|nierenversagen|allergique a|autisme|autiste
anorexie|insuffisance renale|alergico a|alergica a|autismo|esquizofrenico|allergico a
allergica a"""

_NAMING = """name|names|firstname|lastname|surname|forename|nickname|company|employer|organisation
organization|street|address|city|town|place|vorname|nachname|firma|strasse|ort|stadt|anschrift
nom|prenom|entreprise|rue|ville|adresse|nombre|apellido|apellidos|empresa|calle|ciudad|direccion
cognome|azienda|citta|indirizzo|sobrenome|rua|cidade|naam|voornaam|achternaam|bedrijf|straat
stad"""
"""Labels under which people write names, and names are words too."""

_UNNUMBERED = frozenset(
    {Kind.CARD, Kind.US_NPI, Kind.MEDICAL_RECORD, Kind.PASSPORT, Kind.BANK_ACCOUNT,
     Kind.DRIVING_LICENCE, Kind.EMAIL, Kind.PHONE, Kind.BIRTH_DATE, Kind.US_SSN, Kind.US_ITIN}
)  # fmt: skip
"""Kinds that a word for national numbers in general does not stand for. Nine bare digits are a
US number nine times in ten, so only its own words agree with one."""

MAX_ABOUT = 2_000
"""Characters of a field's own texts that are read."""

_WORD = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(
    r"(?<![0-9A-Za-z])(?:iban(?=[a-z]{2}[0-9])|[a-z]{2,24}(?=[0-9]))", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_AS_SPACES = str.maketrans("_-'’", "    ")
_SPACELESS = re.compile("[\u0900-\u097f\u3040-\u30ff\u3400-\u9fff]")

Places = Mapping[Kind, tuple[tuple[int, int], ...]]
"""Kind → where in a plain reading the words for it stand: (first, after the last)."""


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    rows = [row.strip() for row in text.replace("\n", "|").split("|")]
    return tuple(tuple(_WORD.findall(plain_reading(row))) for row in rows if row)


def _table() -> Mapping[str, Mapping[tuple[str, ...], frozenset[Kind]]]:
    """First word → phrase → kinds."""
    table: dict[str, dict[tuple[str, ...], frozenset[Kind]]] = {}

    def put(phrase: tuple[str, ...], kind: Kind) -> None:
        row = table.setdefault(phrase[0], {})
        row[phrase] = row.get(phrase, frozenset()) | {kind}

    for kind, text in _OWN.items():
        for phrase in _phrases(text):
            put(phrase, kind)
        if kind not in _UNNUMBERED:
            for phrase in _phrases(_NATIONAL):
                put(phrase, kind)
    for phrase in _phrases(_HEALTH):
        put(phrase, Kind.HEALTH_WORD)
    return table


_BY_FIRST = _table()
_IN_CAPITALS = frozenset(first for first in _BY_FIRST if first.isupper())
_SPACED = frozenset(first for first in _BY_FIRST if not _SPACELESS.search(first))
_UNSPACED = frozenset(_BY_FIRST) - _SPACED
_PARTED = frozenset(
    phrase[0].lower()
    for rows in _BY_FIRST.values()
    for phrase, kinds in rows.items()
    if len(phrase) == 1 and kinds != {Kind.HEALTH_WORD}
) | {"card", "iban"}
_NAMES = frozenset(phrase[0] for phrase in _phrases(_NAMING))


def parted(reading: str) -> str:
    """A :func:`plain_reading` in which a word the guard knows stands apart from the digits that
    were typed right behind it (``SSN536904399``). Other letters stay where they are: they belong
    to the number."""
    return _GLUED.sub(lambda run: f"{run[0]} " if run[0].lower() in _PARTED else run[0], reading)


def word_places(reading: str) -> Places:
    """Where ``reading`` (a :func:`plain_reading`) has words for which kinds.

    Linear: the words are cut once, and only those the table has are looked up.
    """
    lowered = _lower(reading)
    present = _SPACED.intersection(_WORD.findall(lowered))
    if _IN_CAPITALS and not reading.islower():
        present |= _IN_CAPITALS.intersection(_WORD.findall(reading))
    if not reading.isascii():
        present |= {word for word in _UNSPACED if word in reading}
    found: dict[Kind, list[tuple[int, int]]] = {}
    for first in present:
        text = reading if first in _IN_CAPITALS or first in _UNSPACED else lowered
        for start in _starts(text, first, whole=first in _SPACED):
            for phrase, kinds in _BY_FIRST[first].items():
                end = _end(text, start, phrase)
                if end is not None:
                    for kind in kinds:
                        found.setdefault(kind, []).append((start, end))
    return {kind: tuple(sorted(places)) for kind, places in found.items()}


@functools.lru_cache(maxsize=4096)
def named_kinds(about: str) -> frozenset[Kind]:
    """The kinds that a field's own texts (its label, its help, its name) ask for."""
    return frozenset(word_places(_own_words(about)))


@functools.lru_cache(maxsize=4096)
def asks_for_a_name(about: str) -> bool:
    """Whether a field's label asks for the name of somebody or something, or a place."""
    return not _NAMES.isdisjoint(_WORD.findall(_lower(_own_words(about))))


def _own_words(about: str) -> str:
    """A form's text without its markup, and names of properties as words."""
    return plain_reading(_TAG.sub(" ", about[:MAX_ABOUT])).translate(_AS_SPACES)


def _lower(text: str) -> str:
    """In small letters, every character still in its place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower()[:1] for c in text)


def _starts(text: str, word: str, *, whole: bool) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        inside = (text[start - 1 : start].isalpha() and start > 0) or text[end : end + 1].isalpha()
        if not (whole and inside):
            yield start
        start = text.find(word, end)


def _end(text: str, start: int, phrase: tuple[str, ...]) -> int | None:
    """Where ``phrase`` ends that begins at ``start``, or None when its further words are not
    there. One sign, or a sign and a space, may part them."""
    end = start + len(phrase[0])
    for word in phrase[1:]:
        begin = end
        while begin < len(text) and begin - end < 2 and not text[begin].isalnum():
            begin += 1
        if begin == end or not text.startswith(word, begin):
            return None
        end = begin + len(word)
        if text[end : end + 1].isalpha():
            return None
    return end
