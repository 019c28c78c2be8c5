"""HubSpot's side of the composition: which hosts a token is used at."""

from __future__ import annotations

from gateway.hubspot.api import HubSpot
from gateway.hubspot.client import Client, Token
from gateway.hubspot.routes import Host
from gateway.settings import Mode, Settings


def account_of(settings: Settings, token: Token) -> HubSpot:
    """The account ``token`` belongs to, at the hosts the settings name; the caller closes it."""
    bases = {Host.API: settings.api_base}
    if settings.forms_base is not None:
        bases[Host.FORMS] = settings.forms_base
    emulated = settings.mode is not Mode.LIVE
    return HubSpot(
        Client(token, bases, emulated=emulated, edition=settings.edition),
        token,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
    )
