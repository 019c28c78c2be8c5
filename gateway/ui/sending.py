"""From the pressed button to the receipt, or back to the form with reasons."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from gateway.domain.errors import GatewayError, InvalidSubmission, KeyConflict, Reason
from gateway.domain.rejections import rejection_sentence
from gateway.domain.submissions import CAUSES, STATE_WORDS, State, Status
from gateway.domain.users import User
from gateway.ui import session, sure
from gateway.ui.session import Draft
from gateway.usecases.gateway import Gateway

WAIT_S = 4.0
"""How long a person waits here for HubSpot before the receipt is shown as it stands."""


def when_pressed(gateway: Gateway, draft: Draft, answers: Mapping[str, object], by: User) -> None:
    """Send ``answers`` once the button was pressed; nothing before.

    A second press during the first waits for it and shares its outcome.
    """
    if not draft.busy:
        return
    with draft.lock:
        accepted = _send(gateway, draft, answers, by)
    if accepted is None:
        st.rerun()
    session.forget(draft)
    # The form's id goes along because Streamlit writes these parameters into the address of
    # the form, too, and the browser's Back button leads there.
    st.switch_page("receipt.py", query_params={"form": draft.form_id, "code": accepted})


def _send(gateway: Gateway, draft: Draft, answers: Mapping[str, object], by: User) -> str | None:
    """The receipt's code, or None when the form has to come back to the person.

    Streamlit may end this run at any touch of its session state, so everything is kept on
    the draft, and a run that takes over finds it there.
    """
    if not draft.busy:
        return None
    try:
        if draft.receipt is None:
            draft.receipt = gateway.submit(
                draft.form_id, answers, by=by, key=draft.send_key, replaces=draft.replaces,
                confirmed=sure.confirmed(draft, answers),
            ).code  # fmt: skip
    except InvalidSubmission as error:
        sure.ask(draft, answers, error.reasons)
        draft.come_back(error.reasons)
        return None
    except KeyConflict as error:
        draft.send_key = secrets.token_hex(16)
        draft.come_back({}, closed=str(error))
        return None
    except GatewayError as error:
        draft.come_back({}, closed=str(error))
        return None
    except Exception:
        draft.busy = False
        raise
    return _outcome(gateway, draft, draft.receipt, by)


def _outcome(gateway: Gateway, draft: Draft, code: str, by: User) -> str | None:
    try:
        status = gateway.wait(code, seconds=WAIT_S, by=by)
    except GatewayError:
        # It is received; what became of it is the receipt's page to tell.
        return code
    if status.state is not State.REJECTED:
        return code
    draft.replaces, draft.receipt = code, None
    draft.send_key = secrets.token_hex(16)
    draft.come_back(rejection_reasons(status))
    return None


def rejection_reasons(status: Status) -> dict[str, Reason]:
    """Why HubSpot refused a submission, by field; the whole form when it named none."""
    reasons = {
        key: Reason(code, rejection_sentence(code)) for key, code in status.rejected_fields.items()
    }
    if reasons:
        return reasons
    cause = CAUSES.get(status.cause or "", STATE_WORDS[State.REJECTED][1])
    return {"": Reason("rejected", cause)}
