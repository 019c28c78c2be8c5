"""The app's installation on the page Set-up: what there is, and the link that makes one."""

from __future__ import annotations

import time

import streamlit as st

from gateway.domain.grants import ENDED_WORDS, Connection, Ended
from gateway.domain.users import Permission, User
from gateway.ui import errors
from gateway.ui.markup import Markup, fill, join
from gateway.ui.times import clock, moment
from gateway.usecases.gateway import Gateway
from gateway.usecases.oauth import InstallLink


def show(gateway: Gateway, by: User) -> None:
    """The section, where the gateway gets its tokens by OAuth; nothing else."""
    if not gateway.oauth.active:
        return
    with st.container(key="oauth"), errors.calm():
        now_ms = round(time.time() * 1000)
        st.html(section(gateway.oauth.status(by=by), now_ms))
        if by.may(Permission.INSTALL_APP) and st.button("Make an install link", key="install"):
            st.html(link(gateway.oauth.install_link(by=by)))


def section(connection: Connection, now_ms: int) -> Markup:
    """What there is, in words."""
    rows = _rows(connection, now_ms)
    return fill(
        '<section class="si-block" data-tone="$tone" aria-labelledby="oauth-title">'
        '<h2 class="si-h2" id="oauth-title">The app in HubSpot</h2><p class="si-lead">$verdict</p>'
        '<table class="si-fields"><caption class="si-sr">The installation</caption>'
        "<tbody>$rows</tbody></table></section>",
        tone="done" if connection.installed else "stopped",
        verdict=verdict(connection),
        rows=join([_row(name, told) for name, told in rows]),
    )


def verdict(connection: Connection) -> str:
    """Whether it is installed, in a sentence or two."""
    if connection.installed:
        return "The app is installed, and its token is renewed by itself."
    why = ENDED_WORDS[connection.ended or Ended.NEVER]
    return f"{why} Make a link and open it as a super admin; what is queued goes by itself then."


def link(made: InstallLink) -> Markup:
    """A link that was just made, with what it asks for."""
    return fill(
        '<section class="si-block" data-tone="done" aria-labelledby="link-title">'
        '<h2 class="si-h2" id="link-title"><a href="$url" rel="noreferrer">'
        "Install the app in account $portal</a></h2>"
        '<p class="si-lead">It works once, within $minutes minutes. To pass it on, copy its '
        "address; whoever has it can answer for the account.</p>"
        '<p class="si-codes">$scopes</p>$optional</section>',
        url=made.url,
        portal=str(made.portal_id),
        minutes=str(made.life_s // 60),
        scopes=_codes(made.scopes),
        optional=fill(
            '<p class="si-note">And, where the account and the app have it:</p>'
            '<p class="si-codes">$scopes</p>',
            scopes=_codes(made.optional),
        )
        if made.optional
        else Markup(""),
    )


def _rows(connection: Connection, now_ms: int) -> list[tuple[str, str | Markup]]:
    rows: list[tuple[str, str | Markup]] = []
    grant = connection.grant
    if grant is not None:
        rows.append(("Account", str(grant.portal_id)))
        rows.append(("Installed", moment(grant.installed_ms)))
        if connection.renews_ms is not None:
            rows.append(("Token renews at", clock(connection.renews_ms, now_ms)))
        rows.append(("Scopes", _codes(grant.scopes) if grant.scopes else "HubSpot did not say"))
    rows.append(("Redirect URL", fill("<code>$url</code>", url=connection.redirect_url)))
    return rows


def _row(name: str, told: str | Markup) -> Markup:
    return fill('<tr><th scope="row">$name</th><td>$told</td></tr>', name=name, told=told)


def _codes(scopes: tuple[str, ...]) -> Markup:
    return join([fill("<code>$scope</code> ", scope=scope) for scope in scopes])
