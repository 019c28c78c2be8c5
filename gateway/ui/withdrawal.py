"""What the page on which forms are approved shows of withdrawing an approval: the button, the
question, and all of the page for a form that HubSpot has no more."""

from __future__ import annotations

import streamlit as st

from gateway.domain.locks import LockEntry
from gateway.domain.users import User
from gateway.domain.withdrawals import Afterwards, Withdrawal
from gateway.intake.richtext import plain
from gateway.ui import look
from gateway.ui.markup import fill
from gateway.ui.session import Approving
from gateway.usecases.gateway import Gateway


def offer(desk: Approving, approved: Withdrawal | None) -> None:
    """The button, where there is something to withdraw and nothing is being asked."""
    if approved is not None and not desk.asked:
        st.button("Withdraw the approval", key="withdraw", on_click=_ask,
                  args=(desk, approved.entry))  # fmt: skip


def asks(desk: Approving, approved: Withdrawal | None) -> bool:
    """The question with what holds afterwards, if it is to be asked; whether it is."""
    if not desk.asked or desk.withdrawing is None:
        return False
    if approved is None:
        # Somebody else was faster.
        desk.asked, desk.withdrawing = False, None
        return False
    with st.container(key="decide"):
        st.html(
            fill('<h3 class="si-h3">Withdraw the approval of $name?</h3>'
                 '<p class="si-told">$words</p>',
                 name=plain(approved.form_name), words=approved.words)
        )  # fmt: skip
        with st.container(key="confirm", horizontal=True):
            st.button("Yes, withdraw it", key="withdraw-yes", type="primary", on_click=_withdraw,
                      args=(desk, desk.withdrawing))  # fmt: skip
            st.button("Keep it", key="withdraw-no", on_click=_keep, args=(desk,))
    return True


def left_behind(desk: Approving, approved: Withdrawal | None) -> bool:
    """The whole page for a form that was approved, and that HubSpot has no more; whether it is
    one, or was until its approval was withdrawn here."""
    gone = approved is not None and approved.afterwards is Afterwards.GONE
    if not gone and not (approved is None and desk.left):
        return False
    with st.container(key="approval"):
        st.html(
            fill('<h2 class="si-h2 si-detail-title" tabindex="-1">$name</h2>'
                 '<p class="si-standing"><b data-state="closed">Closed</b> HubSpot has the form no '
                 "more.</p>", name=plain(approved.form_name if approved is not None else desk.left))
        )  # fmt: skip
        look.told(desk.told, failed=False)
        if not asks(desk, approved):
            offer(desk, approved)
        st.page_link("home.py", label="Back to the forms")
        look.focus(desk.focus, f"approval-{desk.turn}")
    return True


def carried_out(gateway: Gateway, by: User, desk: Approving, entry: LockEntry) -> tuple[str, str]:
    """Withdraws what was shown: a title and a sentence about what holds now."""
    done = gateway.withdrawals.withdraw(entry, by=by)
    desk.left = done.form_name if done.afterwards is Afterwards.GONE else ""
    return "The approval is withdrawn", done.outcome


def _ask(desk: Approving, entry: LockEntry) -> None:
    desk.asked, desk.withdrawing, desk.told = True, entry, None
    desk.send_focus("reason")


def _withdraw(desk: Approving, entry: LockEntry) -> None:
    desk.pressed, desk.withdrawing = True, entry


def _keep(desk: Approving) -> None:
    desk.asked = desk.pressed = False
    desk.withdrawing = None
    desk.send_focus("detail")
