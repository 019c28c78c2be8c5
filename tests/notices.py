"""Webhooks as HubSpot sends them: events, and requests it has signed. The signature is worked out
here from HubSpot's own description, without a line of the program's."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import random
from typing import Any

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
PUBLIC = "https://intake.example"
PATH = "/webhooks/hubspot"
CANARY = "CANARY-PASSPORT-8841"


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One event, as in HubSpot's documentation."""
    return {
        "eventId": number, "subscriptionId": 686627, "portalId": 891472211, "appId": 7906213,
        "occurredAt": 1715203101896 + number, "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0, "objectId": 847297356, "propertyName": "passport_number",
        "propertyValue": CANARY, "changeSource": "CRM_UI", "sourceId": "userId:882761034",
        **changes,
    }  # fmt: skip


def decoded(address: str) -> str:
    """The address with the twelve escapes of HubSpot's list put back."""
    for escape, letter in zip(
        ("%3A", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B"),
        ":/?@!$'()*,;",
        strict=True,
    ):
        address = address.replace(escape, letter)
    return address


@dataclasses.dataclass(frozen=True)
class Call:
    """One request: what a proxy hands on."""

    target: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


def signed(
    body: bytes, at_ms: int, *, secret: str = SECRET, target: str = PATH, public: str = PUBLIC
) -> Call:
    """A request with HubSpot's version 3 signature."""
    told = f"POST{decoded(public + target)}".encode() + body + str(at_ms).encode()
    digest = hmac.new(secret.encode(), told, hashlib.sha256).digest()
    headers = {
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": str(at_ms),
        "Content-Type": "application/json",
    }
    return Call(target, headers, body)


def genuine(draw: random.Random, at_ms: int, **how: Any) -> Call:
    """Some request of HubSpot's: any kind and number of events, with or without a query."""
    kinds = ("contact.propertyChange", "company.creation", "object.propertyChange", "deal.merge")
    events = [
        event(
            draw.randrange(2**40), subscriptionType=draw.choice(kinds), objectTypeId="2-77",
            objectId=draw.randrange(10**9), propertyValue=draw.choice(["REDACTED", "größer \u2603", ""]),
        )
        for _ in range(draw.choice([1, 1, 1, 2, 7]))
    ]  # fmt: skip
    body = json.dumps(events, ensure_ascii=draw.random() < 0.5).encode()
    query = draw.choice(["", "", "?a=1", "?u=https%3A%2F%2Fx%2Fy&b=%20c%26", "?q='()*!"])
    return signed(body, at_ms - draw.randrange(-29_000, 299_000), target=PATH + query, **how)


def mutated(draw: random.Random, call: Call) -> Call:
    """``call`` with something in it changed that HubSpot did not sign, or left out."""
    headers, body, target = dict(call.headers), call.body, call.target
    signature, at = headers["X-HubSpot-Signature-v3"], headers["X-HubSpot-Request-Timestamp"]
    how = draw.randrange(14)
    if how < 3:
        body = _another_body(draw, body, how)
    elif how == 3:
        place = draw.randrange(len(signature))
        other = draw.choice([c for c in "ABCDEFabcdef0123456789+/=" if c != signature[place]])
        headers["X-HubSpot-Signature-v3"] = signature[:place] + other + signature[place + 1 :]
    elif how == 4:
        headers["X-HubSpot-Signature-v3"] = draw.choice(
            ["", "=", "é" * 44, "\x00", "null", signature[:-1], signature * 2, "A" * 6000,
             signature.lower(), hashlib.sha256(body).hexdigest()]
        )  # fmt: skip
    elif how == 5:
        headers["X-HubSpot-Request-Timestamp"] = draw.choice(
            ["", "0", "-1", "1e12", "é", "+" + at, "0" + at, at + "0", " ".join(at), "9" * 400,
             "١٦٩٣٦٥٧٥٦٠٠٠٠", str(int(at) + 1), str(int(at) - 60_000), "NaN"]
        )  # fmt: skip
    elif how in (6, 7):
        del headers[("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp")[how - 6]]
    elif how == 8:
        target += draw.choice(["?x=1", "&x=1", "%20"]) if "?" not in target else "&x=1"
    elif how == 9:
        return dataclasses.replace(call, method=draw.choice(["GET", "PUT", "post", "DELETE"]))
    elif how == 10:
        return _again(call, signed(body, int(at), secret=SECRET[:-1] + "z", target=target))
    elif how == 11:
        return _again(call, signed(body, int(at), public="https://other.example", target=target))
    elif how == 12:
        stale = draw.choice([int(at) - 700_000, int(at) + 700_000])
        return _again(call, signed(body, stale, target=target))
    else:
        # Downgraded: a right signature of the version before, which is off unless a setting says so.
        headers = {
            "X-HubSpot-Signature": hashlib.sha256(SECRET.encode() + body).hexdigest(),
            "X-HubSpot-Signature-Version": "v1",
        }
    return dataclasses.replace(call, headers=headers, body=body, target=target)


def _again(call: Call, forged: Call) -> Call:
    return dataclasses.replace(call, headers=forged.headers)


def _another_body(draw: random.Random, body: bytes, how: int) -> bytes:
    place = draw.randrange(len(body))
    flipped = bytes([body[place] ^ (1 << draw.randrange(8))])
    more = draw.choice([b" ", b"\n", b"\0", b"[]", b"\xff"])
    return (body[:place] + flipped + body[place + 1 :], body[:place], body + more)[how]
