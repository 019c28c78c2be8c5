"""``outbox``: each decision is made once, with a reason from the list, and the switch turns."""

from __future__ import annotations

from typing import Any

import pytest
from samples import ANSWERS, IDENTIFICATION, PATIENT

from gateway.cli.outbox import DECISIONS
from gateway.domain.decisions import REASONS, REASONS_FOR
from gateway.domain.submissions import State

CANARY = "canary-reason"


def submitted(shell: Any, form: str = PATIENT, *more: str) -> str:
    """The receipt of a good submission, once it is settled."""
    more = more or ("--wait", "60")
    answers = shell.answers(**ANSWERS[form])
    run = shell("submit", form, "--answers", answers, "--json", *more)
    return str(run.document["receipt"])


@pytest.fixture
def rejected(quick: Any, account: Any) -> str:
    """The receipt of a submission HubSpot refused."""
    account.ask("POST", "faults", on="secure_submit", kind="404")
    receipt = submitted(quick)
    shown = quick("outbox", "show", receipt, "--json").document
    assert shown["state"] == "REJECTED"
    return receipt


def test_send_again(rejected: str, quick: Any, account: Any) -> None:
    """retry puts it back to the queue, and a worker delivers it."""
    run = quick("outbox", "retry", rejected, "--reason", "form_put_right", "--json")
    assert run.code == 0
    assert (run.document["state"], run.document["decision"]) == ("QUEUED", "form_put_right")
    assert quick("worker", "--until-empty").code == 0
    shown = quick("outbox", "show", rejected)
    assert "Delivered to HubSpot" in shown.out
    assert account.stored() == 1


def test_withdraw_once(rejected: str, quick: Any) -> None:
    """discard ends it; a second decision is told that there is nothing to decide."""
    run = quick("outbox", "discard", rejected, "--reason", "withdrawn")
    assert run.code == 0
    assert REASONS["withdrawn"] in run.out
    again = quick("outbox", "discard", rejected, "--reason", "withdrawn", "--json")
    assert again.code == 1
    assert again.document["error"]["code"] == "InvalidTransition"
    assert "needs no decision" in again.err


def test_a_decision_that_does_not_fit(rejected: str, quick: Any) -> None:
    """Confirming what HubSpot refused is no decision; the ones there are get named."""
    run = quick("outbox", "confirm", rejected, "--reason", "seen_in_hubspot")
    assert run.code == 1
    assert "retry, discard" in run.err
    assert "(not accepted by HubSpot)" in run.err


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_reason_that_does_not_fit(decision: str, shell: Any) -> None:
    """It exits 2 with the list of those that do, and does not repeat what was typed."""
    wrong = {reason for event, reasons in REASONS_FOR.items() for reason in reasons
             if reason not in REASONS_FOR[DECISIONS[decision]]}  # fmt: skip
    for reason in (CANARY, sorted(wrong)[0]):
        run = shell("outbox", decision, "2345-6789-ABCD", "--reason", reason)
        assert run.code == 2
        assert all(fits in run.err for fits in REASONS_FOR[DECISIONS[decision]])
        assert CANARY not in run.out + run.err


def test_an_unknown_receipt(shell: Any) -> None:
    """Nobody decides about a submission there is not."""
    run = shell("outbox", "discard", "2345-6789-ABCD", "--reason", "test")
    assert run.code == 1
    assert "receipt" in run.err


def test_pause_resume_drain(quick: Any, account: Any) -> None:
    """pause lets nothing leave, drain takes nothing new, resume ends both."""
    assert quick("outbox", "pause", "--json").document["switch"] == "PAUSED_OPERATOR"
    receipt = submitted(quick, PATIENT, "--wait", "1")
    assert quick("outbox", "show", receipt, "--json").document["state"] == "QUEUED"
    assert quick("worker", "--until-empty").code == 3
    assert account.stored() == 0
    drain = quick("outbox", "drain", "--json").document
    assert (drain["switch"], drain["sends"], drain["accepts"]) == ("DRAIN", True, False)
    closed = quick("submit", PATIENT, "--answers", quick.answers(**ANSWERS[PATIENT]))
    assert closed.code == 1
    assert "maintenance" in closed.err
    assert quick("worker", "--until-empty").code == 0
    assert account.stored() == 1
    assert "Sending" in quick("outbox", "resume").out
    assert submitted(quick)


def test_listing(quick: Any) -> None:
    """outbox list can be narrowed to a state and a form, and says how the queue stands."""
    delivered = submitted(quick, PATIENT)
    queued = submitted(quick, IDENTIFICATION, "--queue-only")
    everything = quick("outbox", "list", "--json").document
    assert {item["receipt"] for item in everything["items"]} == {delivered, queued}
    assert set(everything["counts"]) == set(State)
    assert everything["queue"]["switch"] == "RUNNING"
    for narrowed, found in (
        (("--state", "queued"), [queued]), (("--state", "REVIEW"), []),
        (("--form", PATIENT), [delivered]), (("--form", IDENTIFICATION, "--state", "DELIVERED"), []),
        (("--form", everything["items"][0]["form"]["id"].upper()), [queued]),
    ):  # fmt: skip
        told = quick("outbox", "list", "--json", *narrowed).document
        assert [item["receipt"] for item in told["items"]] == found
    text = quick("outbox", "list").out
    assert "1 QUEUED" in text
    assert "The queue: Sending." in text
    assert quick("outbox", "list", "--form", "Nobody's form").code == 1


@pytest.mark.parametrize("limit", ["-1", "100001"])
def test_a_limit_that_is_none(limit: str, quick: Any) -> None:
    """A file would list everything for -1, and a server nothing: both say what a limit is."""
    run = quick("outbox", "list", "--limit", limit)
    assert (run.code, run.out) == (2, "")
    assert "--limit is a number from 0 to 100000" in run.err
