"""What this account is: its number, its addresses, its tokens and what each may do."""

from __future__ import annotations

import time

import streamlit as st

from gateway.domain.users import User
from gateway.ui.emulator import told
from gateway.ui.markup import Markup, fill, join
from gateway.ui.session import EmulatorView
from gateway.usecases.emulated import EmulatedAccount
from gateway.usecases.emulated_views import AccountCard, TokenCard

_COLUMNS = ("Token", "What it is for", "Scopes", "Text")


def draw(account: EmulatedAccount, by: User, view: EmulatorView) -> None:
    """The account, in one glance."""
    st.html(
        '<p class="si-lead">Everything HubSpot would do is done here, on this machine, with '
        "made-up data: it keeps forms, properties and records, takes submissions, refuses what "
        "HubSpot refuses, and reports what changes. It forgets all of it when the demo ends.</p>"
        '<p class="si-lead">Fill in a form, then look at <b>Submissions</b>, <b>Records</b> and '
        "<b>Requests</b>. Switch on one of the <b>Faults</b> and fill it in again.</p>"
    )
    st.page_link("home.py", label="Go to the forms")
    told.for_a_while(
        view.tokens_until,
        lambda shown: st.html(card(account.about(by=by, with_tokens=shown))),
    )
    st.button(
        "Show the tokens for a minute",
        key="show-tokens",
        on_click=_show_tokens,
        args=(view,),
    )


def card(one: AccountCard) -> Markup:
    """The account as HTML."""
    heads = [fill('<th scope="col">$name</th>', name=name) for name in _COLUMNS]
    return fill(
        '<section class="si-block" aria-labelledby="account-title">'
        '<h2 class="si-h2" id="account-title">Account $id</h2><dl class="si-slip si-account">'
        "<dt>Region</dt><dd>$region</dd><dt>Time zone</dt><dd>$zone</dd>"
        "<dt>API, for any HubSpot client</dt><dd><code>$api</code></dd>"
        "<dt>Submissions</dt><dd><code>$forms</code></dd>"
        "<dt>Calls today</dt><dd>$calls</dd>"
        "<dt>Webhooks</dt><dd>$hooks</dd></dl>"
        '<table class="si-fields si-tokens"><caption class="si-sr">The tokens of the account'
        "</caption><thead><tr>$heads</tr></thead><tbody>$rows</tbody></table></section>",
        id=str(one.portal_id),
        region=one.region,
        zone=one.time_zone,
        api=one.api_base,
        forms=one.forms_base,
        calls=f"{one.calls_today:,}",
        hooks=_hooks(one),
        heads=join(heads),
        rows=join([_token(token) for token in one.tokens]),
    )


def _hooks(one: AccountCard) -> Markup:
    if one.reports_to is None:
        return Markup("nobody listens")
    return fill(
        "$count subscriptions, told to <code>$url</code>",
        count=str(one.subscriptions),
        url=one.reports_to,
    )


def _token(token: TokenCard) -> Markup:
    scopes = join([fill("<li><code>$scope</code></li>", scope=scope) for scope in token.scopes])
    return fill(
        '<tr><th scope="row">$name</th><td data-name="What it is for">$use</td>'
        '<td data-name="Scopes"><details><summary>$count scopes<span class="si-sr"> of the $name'
        "</span></summary><ul>$scopes</ul></details></td>"
        '<td data-name="Text">$text</td></tr>',
        name=token.name,
        use=token.use,
        count=str(len(token.scopes)),
        scopes=scopes,
        text=fill('<code translate="no">$text</code>', text=token.text)
        if token.text is not None
        else Markup('<span class="si-kept">kept back</span>'),
    )


def _show_tokens(view: EmulatorView) -> None:
    view.tokens_until = time.monotonic() + told.SHOWN_S
