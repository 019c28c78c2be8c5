"""The gate is asked right before each sending; what it answered counts only for what it saw."""

from __future__ import annotations

import msgspec
import pytest
from samples import PATIENT

from gateway.domain.answers import WireField
from gateway.domain.locks import Approval, LockFault
from gateway.domain.submissions import Payload
from gateway.domain.users import LOCAL_OPERATOR
from gateway.usecases.check import Check
from gateway.usecases.gateway import Gateway

MAIL = WireField("0-1", "email", "ada@mail.example")


def _payload(**classes: str) -> Payload:
    return Payload((MAIL,), "https://intake.example/~s/1", "Intake", None, classes)


def test_the_same_question_gets_the_same_answer(gateway: Gateway) -> None:
    """A backlog's second submission is judged by what was found for the first."""
    check, form = gateway._check, gateway.check(PATIENT, by=LOCAL_OPERATOR).form_id
    assert check.still_passes(form, _payload(), 0)
    first = check._judged
    assert check.still_passes(form, _payload(), 0)
    assert check._judged is first


def test_each_thing_it_looks_at_asks_anew(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other classes at acceptance, other scopes, another approval, another description: after a
    yes, each is judged by itself, and a yes can follow a no."""
    check, form = gateway._check, gateway.check(PATIENT, by=LOCAL_OPERATOR).form_id
    assert check.still_passes(form, _payload(), 0)
    assert not check.still_passes(
        form, _payload(**{next(iter(_payload().keys())): "highly_sensitive"}), 0
    )
    assert check.still_passes(form, _payload(), 0)

    facts = gateway._worker._delivery._portal.facts()
    with monkeypatch.context() as patch:
        none = msgspec.structs.replace(facts, scopes=())
        patch.setattr(type(check._portal), "facts", lambda _: none)
        assert not check.still_passes(form, _payload(), 0)
    with monkeypatch.context() as patch:
        broken = Approval(required=False, fault=next(iter(LockFault)))
        patch.setattr(Check, "approval", lambda *_: broken)
        assert not check.still_passes(form, _payload(), 0)
    assert check.still_passes(form, _payload(), 0)

    snapshot = check._judged.snapshot if check._judged else None
    later = check._definitions.current(form, after_ms=check._now_ms())
    assert later is not snapshot
    assert check.still_passes(form, _payload(), later.read_at_ms)
    assert check._judged is not None
    assert check._judged.snapshot is later
