"""Every shape of HubSpot's 403, asked of the emulator over HTTP, becomes words that name the
scopes or say whom to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.domain.answers import Secret, WireField
from gateway.domain.denials import DENIALS, Denial, base_names, denial_sentence
from gateway.domain.hubspot_errors import Forbidden
from gateway.domain.submissions import Payload
from gateway.emulator import Emulator
from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import Client
from gateway.hubspot.failures import failure
from gateway.hubspot.routes import Host
from gateway.hubspot.wire import Response

NAMED = "crm.objects.contacts.sensitive.write"
SHAPES = {
    "403": (Denial.SCOPES, True),
    "403_required_scopes": (Denial.SCOPES, True),
    "403_not_public": (Denial.NOT_PUBLIC, False),
    "403_banned": (Denial.BANNED, False),
    "403_unexplained": (Denial.SCOPES, False),
}
"""The emulator's kind of fault → what it is read as, and whether it names scopes."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """An emulated account without a rate limit."""
    with Emulator() as running:
        running.portal.amend_switches(rate_limit=0)
        yield running


def hubspot(emulator: Emulator) -> HubSpot:
    """The account as the gateway asks it."""
    token, bases = Secret(emulator.access_token), dict.fromkeys(Host, emulator.api_base)
    return HubSpot(Client(token, bases, emulated=True), token, client_secret=Secret(""))


@pytest.mark.parametrize("submitting", [False, True], ids=["reading", "submitting"])
@pytest.mark.parametrize(("kind", "denial", "named"), [(k, *row) for k, row in SHAPES.items()])
def test_each_shape_is_told_apart(
    emulator: Emulator, kind: str, denial: Denial, named: bool, submitting: bool
) -> None:
    """The kind, the scopes and the sentence, for a read and for a submission."""
    asked = hubspot(emulator)
    emulator.portal.faults.add("secure_submit" if submitting else "forms", kind)
    with pytest.raises(Forbidden) as told:
        if submitting:
            form_id = next(iter(emulator.portal.forms))
            payload = Payload((WireField("0-1", "email", "a@mail.example"),), "", "")
            asked.submit(emulator.portal_id, form_id, payload, submitted_at_ms=1)
        else:
            asked.forms()
    assert told.value.denial is denial
    assert told.value.scopes == ((f"{NAMED}.v2",) if named else ())
    assert (NAMED in str(told.value)) is named
    assert ".v2" not in str(told.value)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"message": 1, "errors": [{"context": 1}]}']
)
def test_a_403_without_a_word_is_unexplained(body: bytes) -> None:
    """Nothing is guessed from an empty or odd body."""
    told = failure(Response(403, {}, body))
    assert isinstance(told, Forbidden)
    assert (told.denial, told.scopes) == (Denial.UNEXPLAINED, ())


def test_every_denial_has_a_sentence() -> None:
    """The table is complete, and each sentence says what to do."""
    assert set(DENIALS) == set(Denial)
    for denial in Denial:
        sentence = denial_sentence(denial, ())
        assert sentence.endswith(".")
        assert len(sentence) > 60


def test_a_long_list_is_shortened_and_ordinary_scopes_come_first() -> None:
    """HubSpot names alternatives in no order; one that opens nothing sensitive is named first."""
    scopes = ["crm.objects.deals.sensitive.read.v2", "crm.objects.deals.read",
              "crm.objects.deals.sensitive.read", "a", "b", "c", "d"]  # fmt: skip
    assert base_names(scopes)[0] == "crm.objects.deals.read"
    assert base_names(scopes)[-1] == "crm.objects.deals.sensitive.read"
    assert denial_sentence(Denial.SCOPES, scopes) == (
        "The HubSpot token lacks a permission for this call. Add crm.objects.deals.read or a or "
        "b or c (or one of 2 more) to the token's scopes."
    )
