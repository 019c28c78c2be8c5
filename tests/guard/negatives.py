"""What the guard should leave alone: what people and programs write into ordinary fields."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Mapping
from random import Random

from faker import Faker

from gateway.domain.forms import FieldType
from guard import issuing
from guard.sample import Sample

DAYS = (datetime.date(2020, 11, 1), datetime.date(2027, 11, 1))
"""Between the first and the last of these lies every date that is made up."""

Make = Callable[[Faker, Random], str]

LOCAL: Mapping[str, tuple[str, FieldType, Make]] = {
    "name": ("Name", FieldType.SINGLE_LINE_TEXT, lambda f, r: f.name()),
    "address": ("Address", FieldType.MULTI_LINE_TEXT, lambda f, r: f.address()),
    "company": ("Company", FieldType.SINGLE_LINE_TEXT, lambda f, r: f.company()),
    "phone field": ("Phone", FieldType.PHONE, lambda f, r: f.phone_number()),
    "phone in a note": ("Comment", FieldType.MULTI_LINE_TEXT,
                        lambda f, r: f"{f.name()} {f.phone_number()}"),
    "e-mail field": ("E-mail", FieldType.EMAIL, lambda f, r: f.ascii_email()),
    "postcode": ("Postal code", FieldType.SINGLE_LINE_TEXT, lambda f, r: f.postcode()),
    "sentence": ("Comment", FieldType.MULTI_LINE_TEXT, lambda f, r: f.text(160)),
    "job": ("Job", FieldType.SINGLE_LINE_TEXT, lambda f, r: f.job()),
    "number plate": ("Car", FieldType.SINGLE_LINE_TEXT, lambda f, r: f.license_plate()),
}  # fmt: skip
"""What differs from country to country."""

SINGLE = FieldType.SINGLE_LINE_TEXT
EVERYWHERE: Mapping[str, tuple[str, Make]] = {
    "date": ("Appointment", lambda f, r: f.date_between(*DAYS).strftime(
        r.choice(("%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y%m%d", "%d %B %Y", "%d-%m-%y")))),
    "time stamp": ("Sent at", lambda f, r: str(f.unix_time(*reversed(DAYS))).split(".")[0]
                   + r.choice(("", issuing.digits(r, 3)))),
    "order number": ("Order number", lambda f, r: r.choice((
        f"{r.randrange(100, 999)}-{issuing.digits(r, 7)}-{issuing.digits(r, 7)}",
        f"45{issuing.digits(r, 8)}", f"#{issuing.digits(r, 5)}",
        f"PO-{r.randrange(2015, 2027)}-{issuing.digits(r, 5)}",
        f"SO{issuing.digits(r, 8)}", f"W{issuing.digits(r, 9)}"))),
    "invoice": ("Invoice", lambda f, r: r.choice((
        f"INV-{r.randrange(2015, 2027)}{r.randrange(1, 13):02}-{issuing.digits(r, 4)}",
        f"RE{issuing.digits(r, 7)}", f"{r.randrange(2015, 2027)}/{issuing.digits(r, 6)}"))),
    "customer number": ("Customer number", lambda f, r: issuing.digits(r, r.randrange(5, 11))),
    "tracking number": ("Tracking number", lambda f, r: r.choice((
        issuing.ups(r), issuing.s10(r), issuing.digits(r, 12), f"96{issuing.digits(r, 13)}",
        f"9400{issuing.digits(r, 18)}", issuing.digits(r, 10), f"JD0146{issuing.digits(r, 12)}",
        issuing.with_gs1("0034" + issuing.digits(r, 15)), f"0{issuing.digits(r, 13)}",
        issuing.with_gs1(r.choice(("1", "2", "4", "7")) + issuing.digits(r, 14))))),
    "EAN": ("Article", lambda f, r: f.ean(length=r.choice((8, 13)))),
    "UPC": ("Article", lambda f, r: issuing.with_gs1(issuing.digits(r, 11))),
    "ISBN": ("Book", lambda f, r: r.choice((f.isbn13(), f.isbn10()))),
    "UUID": ("Reference", lambda f, r: r.choice((str(f.uuid4()), f.uuid4(cast_to=None).hex))),
    "digest": ("Commit", lambda f, r: hashlib.sha256(r.randbytes(8)).hexdigest()[
        : r.choice((7, 8, 12, 40, 64))]),
    "money": ("Budget", lambda f, r: r.choice((
        f"{r.randrange(10**9):,}.{issuing.digits(r, 2)}", f"€ {r.randrange(10**7)}",
        f"{r.randrange(10**8):,}".replace(",", "."), f"{r.randrange(10**6)},50 CHF",
        f"USD {r.randrange(10**12):,}"))),
    "IMEI": ("Device", lambda f, r: issuing.imei(r)),
    "network address": ("Device", lambda f, r: r.choice((f.ipv4(), f.ipv6(), f.mac_address()))),
    "VIN": ("Vehicle", lambda f, r: f.vin()),
    "part number": ("Part", lambda f, r: f.bothify(r.choice((
        "??-####-??", "###-####", "??######", "#####-##", "?##-###-??##", "####.###.##")))
        .upper()),
    "company tax id": ("Company number", lambda f, r: r.choice((
        f"{issuing.digits(r, 2)}-{issuing.digits(r, 7)}", f"DE{issuing.digits(r, 9)}",
        f"{issuing.digits(r, 2)}.{issuing.digits(r, 3)}.{issuing.digits(r, 3)}/0001-"
        f"{issuing.digits(r, 2)}"))),
    "coordinates": ("Place", lambda f, r: f"{f.latitude()}, {f.longitude()}"),
    "version": ("Version", lambda f, r: f"{r.randrange(20)}.{r.randrange(99)}.{r.randrange(9999)}"
                f"{r.choice(('', f'-build.{issuing.digits(r, 6)}'))}"),
    "flight": ("Flight", lambda f, r: f.bothify(r.choice(("??####", "?#??#?"))).upper()),
    "address on the web": ("Link", lambda f, r: f"{f.uri()}?id={issuing.digits(r, 10)}"),
    "BIC": ("Bank", lambda f, r: f.swift()),
}  # fmt: skip
"""What is the same in every country."""

MENTIONS = (
    "My passport expires on {date}, call me on {phone}.",
    "I lost my driving licence on {date} near {city}.",
    "The visa appointment is at {hour}:30 in room {room}.",
    "Please send the credit card bill to {street}.",
    "The letter of the NHS is dated {date}, page {room}.",
    "Bank account opened on {date}; {name} will explain.",
    "Ich bringe den Reisepass am {date} um {hour} Uhr mit.",
    "Mon passeport sera prêt le {date}, appelez le {phone}.",
    "Social security office: {phone}, room {room}.",
    "Personnummer saknas, ring {phone}.",
    "Our order {order} was paid by credit card on {date}.",
    "The tax number will follow; invoice {order} is paid.",
    "Patient number unknown, appointment on {date} at {hour}:15.",
    "IBAN folgt, Rechnung {order} vom {date}.",
)
"""Words the guard listens for, beside numbers that are not meant: the hardest of the harmless."""


def negatives(fakers: Mapping[str, Faker], random: Random, size: int) -> Iterator[Sample]:
    """``size`` of each group, in turn from every locale where the locale matters."""
    locales = tuple(fakers.values())
    for group, (label, field_type, make) in LOCAL.items():
        for number in range(size):
            faker = locales[number % len(locales)]
            yield Sample(group, make(faker, random), label, field_type=field_type)
    english = fakers["en_US"]
    for group, (label, make_one) in EVERYWHERE.items():
        for number in range(size):
            text = make_one(english, random)
            if number % 2:
                yield Sample(group, text, label)
            else:
                told = f"{english.sentence()[:-1]} {text} {english.word()}."
                yield Sample(group, told, "Comment", field_type=FieldType.MULTI_LINE_TEXT)
    for number in range(size):
        yield Sample("mention", _mention(locales[number % len(locales)], random),
                     "Comment", field_type=FieldType.MULTI_LINE_TEXT)  # fmt: skip


def _mention(faker: Faker, random: Random) -> str:
    day = faker.date_between(*DAYS)
    return random.choice(MENTIONS).format(
        date=random.choice((f"{day:%d.%m.%Y}", f"{day:%Y-%m-%d}", f"{day:%m/%d/%Y}")),
        phone=faker.phone_number(), city=faker.city(), street=faker.street_address(),
        name=faker.name(), hour=random.randrange(8, 18), room=random.randrange(100, 600),
        order=f"{random.choice(('', 'R-', 'INV'))}{issuing.digits(random, random.randrange(5, 10))}",
    )  # fmt: skip
