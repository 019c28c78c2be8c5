"""``outbox``: where each submission is, what a person decides about it, and the queue's switch."""

from __future__ import annotations

import argparse

from gateway.cli import views
from gateway.cli.opening import opened
from gateway.cli.show import Out
from gateway.cli.usage import UsageError
from gateway.domain.decisions import REASONS, REASONS_FOR, decisions_in
from gateway.domain.errors import InvalidTransition
from gateway.domain.queue import Switch
from gateway.domain.submissions import STATE_WORDS, Event, State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.hubspot.api import is_form_id

DECISIONS = {"retry": Event.RESENT, "discard": Event.DISCARDED, "confirm": Event.CONFIRMED}
"""Each decision as the command that makes it."""
MOST = 100_000
"""So many submissions are listed at most; with 0 only the counts are shown."""
TURNS = {"pause": Switch.PAUSED_OPERATOR, "resume": Switch.RUNNING, "drain": Switch.DRAIN}
"""Each position of the switch as the command that turns it there."""


def listing(arguments: argparse.Namespace, out: Out) -> int:
    """Submissions, newest first, how many there are in each state, and the queue's switch."""
    if not 0 <= arguments.limit <= MOST:
        raise UsageError(f"--limit is a number from 0 to {MOST}.")
    state = None if arguments.state is None else State(arguments.state)
    with opened(out) as gateway:
        form_id = arguments.form
        if form_id is not None and not is_form_id(form_id.strip().lower()):
            form_id = gateway.check(form_id, by=LOCAL_OPERATOR).form_id
        elif form_id is not None:
            form_id = form_id.strip().lower()
        found = gateway.outbox(
            by=LOCAL_OPERATOR, limit=arguments.limit, state=state, form_id=form_id
        )
        queue = gateway.queue(by=LOCAL_OPERATOR)
    document = {"items": [views.status(s) for s in found.items],
                "counts": views.counts(found.counts), "queue": views.queue(queue)}  # fmt: skip
    out.answer(document, views.listing_text(found) + "\n" + views.queue_text(queue))
    return 0


def show(arguments: argparse.Namespace, out: Out) -> int:
    """One submission and its history."""
    with opened(out) as gateway:
        status = gateway.status(arguments.receipt, by=LOCAL_OPERATOR)
    document = {**views.status(status), "history": views.history(status),
                "errors": views.rejections(status)}  # fmt: skip
    out.answer(document, views.status_text(status) + "\n" + views.history_text(status))
    return 0


def decide(arguments: argparse.Namespace, out: Out) -> int:
    """Makes a person's decision about one submission, with its reason."""
    event = DECISIONS[arguments.decision]
    if arguments.reason not in REASONS_FOR[event]:
        # What was typed is not repeated: it may say more than a reason should.
        raise UsageError(f"A reason to {arguments.decision} is one of\n{reasons_text(event)}")
    with opened(out) as gateway:
        try:
            status = gateway.decide(
                arguments.receipt, event, arguments.reason, by=LOCAL_OPERATOR
            )  # fmt: skip
        except InvalidTransition as error:
            out.fault(_not_here(State(error.state)), code=type(error).__name__)
            return 1
    out.answer(views.status(status), views.status_text(status))
    return 0


def turn(arguments: argparse.Namespace, out: Out) -> int:
    """Turns the queue's switch."""
    with opened(out) as gateway:
        queue = gateway.turn(TURNS[arguments.turn], by=LOCAL_OPERATOR)
    out.answer(views.queue(queue), views.queue_text(queue))
    return 0


def reasons_text(event: Event) -> str:
    """The reasons of a decision, a line each."""
    return "\n".join(f"  {name:<28}{REASONS[name]}" for name in REASONS_FOR[event])


def _not_here(state: State) -> str:
    here = [name for name, event in DECISIONS.items() if event in decisions_in(state)]
    words = STATE_WORDS[state][0]
    told = words[0].lower() + words[1:]
    can = f"It can be decided with {', '.join(here)}." if here else "It needs no decision now."
    return f"Nothing was changed: this submission is in state {state} ({told}). {can}"
