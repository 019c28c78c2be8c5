"""Installing the app in the account by OAuth, and ending that.

A link leads a person to HubSpot, who lets the app in, and back to us with a code. The link's
``state`` is random, is believed once and for an hour, and only the ring's digest of it is kept;
the proof of who made the link (PKCE, RFC 7636) is derived from it and stored nowhere.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import secrets
from collections.abc import Callable, Collection
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

from gateway.domain.answers import Secret
from gateway.domain.errors import GatewayError, InstallRefused, IntakeClosed
from gateway.domain.features import Feature
from gateway.domain.findings import Finding, finding
from gateway.domain.grants import CALLBACK, ENDED_WORDS, Connection, Ended, InstallRefusal
from gateway.domain.hubspot_errors import GrantRefused, NotSent, RedirectRefused
from gateway.domain.queue import Switch
from gateway.domain.users import Permission, User
from gateway.hubspot.client import Client, Renewing
from gateway.hubspot.oauth_calls import AUTHORIZE_BASE, OAuthCalls
from gateway.hubspot.routes import Host
from gateway.policy.permissions import require
from gateway.sealing.keyring import Keyring
from gateway.settings import Mode, Settings
from gateway.store.grants import Grants
from gateway.store.queue import Queue
from gateway.store.store import Store
from gateway.usecases.access_token import AccessToken
from gateway.usecases.installation import Installation
from gateway.usecases.scope_plan import BY_DEFAULT, Scopes

LINK_LIFE_S = 3600
"""How long a link is good for: it may have to be passed on to a super admin."""
LARGEST = 4096
"""Characters of a code or an address that are looked at."""
_STATE = re.compile(r"([0-9a-f]{32})\.([0-9A-Za-z_-]{43})\Z")
_CODE = re.compile(r"[\x21-\x7e]{8,1024}\Z")
_PAUSES = (Switch.PAUSED_INSTALL, Switch.PAUSED_AUTH)


@dataclasses.dataclass(frozen=True)
class InstallLink:
    """Where a person lets the app in. Whoever has it can answer for the account, once, so that it
    does not show itself."""

    url: str = dataclasses.field(repr=False)
    portal_id: int
    scopes: tuple[str, ...]
    """Without which HubSpot does not install the app."""
    optional: tuple[str, ...]
    """Which HubSpot drops where the account or the app does not have them."""
    life_s: int
    """How long it is good for, in seconds."""


@dataclasses.dataclass(frozen=True)
class App:
    """What OAuth takes; a gateway with a fixed token has none of it."""

    calls: OAuthCalls
    installation: Installation
    access: AccessToken
    grants: Grants
    queue: Queue
    fingerprint: Callable[[bytes], str]
    portal_id: int | None

    @property
    def token(self) -> Renewing:
        """The token of every call."""
        return Renewing(self.access.current, self.access.renewed)


def app_of(
    settings: Settings,
    store: Store,
    keyring: Keyring,
    resources: ExitStack,
    *,
    owner: str,
    boot_s: Callable[[], float],
    now_ms: Callable[[], int],
) -> App | None:
    """The app that the settings describe, None when they name a fixed token. ``owner`` names this
    process; what has to be closed goes into ``resources``."""
    if not settings.oauth:
        return None
    client_id, portal_id = settings.client_id, settings.portal_id
    live = settings.mode is Mode.LIVE
    client = Client(
        settings.token, {Host.API: settings.api_base}, emulated=not live, edition=settings.edition
    )
    resources.callback(client.close)
    calls = OAuthCalls(
        client,
        client_id=client_id,
        client_secret=settings.client_secret,
        authorize_base=AUTHORIZE_BASE if live else settings.api_base,
        redirect_url=settings.public_url + CALLBACK,
    )
    installation = Installation(
        store.grants,
        keyring,
        client_id=client_id,
        portal_id=portal_id,
        boot_s=boot_s,
        now_ms=now_ms,
    )
    access = AccessToken(
        owner,
        calls,
        store.grants,
        installation,
        from_settings=settings.refresh_token,
        fingerprint=keyring.fingerprint,
        boot_s=boot_s,
    )
    grants, queue = store.grants, store.queue
    return App(calls, installation, access, grants, queue, keyring.fingerprint, portal_id)


class OAuth:
    """Install links, what comes back, and what there is."""

    def __init__(self, app: App | None, scopes: Scopes) -> None:
        self._app = app
        self._scopes = scopes

    @property
    def active(self) -> bool:
        """Whether this gateway gets its tokens by OAuth."""
        return self._app is not None

    def status(self, *, by: User) -> Connection:
        """How the gateway is connected, as far as the outbox knows: HubSpot is not asked."""
        require(by, Permission.CHECK_FORMS)
        if self._app is None:
            return Connection(oauth=False, redirect_url="")
        grant, renews_ms = self._app.installation.grant()
        return Connection(True, self._app.calls.redirect_url, grant, renews_ms)

    def findings(self) -> tuple[Finding, ...]:
        """What the doctor says of the installation; nothing with a fixed token."""
        if self._app is None:
            return ()
        try:
            grant, _ = self._app.installation.grant()
        except NotSent:
            # The outbox cannot be read, which is a finding of its own.
            return ()
        if grant is not None and grant.ended is None:
            return (finding("app_installed", portal=grant.portal_id),)
        why = Ended.NEVER if grant is None else grant.ended or Ended.NEVER
        return (finding("app_not_installed", why=ENDED_WORDS[why]),)

    def install_link(
        self,
        *,
        by: User,
        features: Collection[Feature] = BY_DEFAULT,
        optional: Collection[Feature] = (),
    ) -> InstallLink:
        """A new link that asks for what ``features`` take on this account's forms, and, where the
        account has it, for what ``optional`` ones take. Raises :class:`InstallRefused` with a
        fixed token, or when no account was named, and :class:`IntakeClosed`."""
        require(by, Permission.INSTALL_APP)
        app = self._working()
        grant, _ = app.installation.grant()
        portal_id = app.portal_id or (grant.portal_id if grant is not None else None)
        if portal_id is None:
            raise InstallRefused(InstallRefusal.NO_ACCOUNT)
        needed, beside = self._scopes.to_ask_for(features, optional)
        link_id, secret = secrets.token_hex(16), secrets.token_urlsafe(32)
        digest = app.fingerprint(f"oauth state {link_id}.{secret}".encode())
        app.grants.new_link(link_id, digest, asked_by=by.id, life_s=LINK_LIFE_S)
        url = app.calls.install_url(
            portal_id,
            needed,
            beside,
            state=f"{link_id}.{secret}",
            verifier=_verifier(app, link_id),
        )
        return InstallLink(url, portal_id, needed, beside, LINK_LIFE_S)

    def complete(self, state: str, code: str) -> Connection:
        """Installs with what HubSpot sent a browser back with. The ``state`` says that a person
        who may do so has asked for it: nobody else has to be asked.

        Raises :class:`InstallRefused`, what asking HubSpot raised, and :class:`IntakeClosed`; the
        link is void in any case.
        """
        app = self._working()
        link_id, asked_by = self._spent(app, state)
        return self._exchange(app, link_id, code, asked_by)

    def decline(self, state: str) -> None:
        """HubSpot sent a browser back without a code: the link is void. Raises
        :class:`InstallRefused` in any case."""
        self._spent(self._working(), state)
        raise InstallRefused(InstallRefusal.DENIED)

    def exchange(self, text: str, *, by: User) -> Connection:
        """Installs with what a person brings: the whole address HubSpot led the browser back to,
        or the code in it, which then belongs to the newest link. Raises as :meth:`complete`."""
        require(by, Permission.INSTALL_APP)
        app = self._working()
        text = text.strip()[:LARGEST]
        if "code=" in text or "error=" in text:
            told = {name: values[-1] for name, values in _query(text).items()}
            if "error" in told:
                self.decline(told.get("state", ""))
            return self.complete(told.get("state", ""), told.get("code", ""))
        if not _CODE.match(text):
            raise InstallRefused(InstallRefusal.CODE)
        link_id = app.grants.spend_newest_link()
        if link_id is None:
            raise InstallRefused(InstallRefusal.LINK)
        return self._exchange(app, link_id, text, by.id)

    def revoke(self, *, by: User) -> Connection:
        """Ends the installation at HubSpot, forgets its tokens and pauses the queue; nothing
        queued is lost. Raises :class:`InstallRefused` when there is none, and what asking HubSpot
        raised: then it still stands."""
        require(by, Permission.INSTALL_APP)
        app = self._working()
        held = app.installation.look(fresh=True)
        if held is None:
            raise InstallRefused(InstallRefusal.NOTHING)
        app.calls.revoke(held.refresh, "refresh_token")
        with contextlib.suppress(GatewayError):
            # It dies by itself within the half hour.
            app.calls.revoke(held.access, "access_token")
        app.installation.end(held, Ended.WITHDRAWN, by.id)
        return self.status(by=by)

    def _working(self) -> App:
        if self._app is None:
            raise InstallRefused(InstallRefusal.NOT_OAUTH)
        return self._app

    def _spent(self, app: App, state: str) -> tuple[str, str]:
        """The link of ``state``, and who asked for it; it is void from now on."""
        found = _STATE.match(state)
        asked_by = None
        if found is not None:
            digest = app.fingerprint(f"oauth state {state}".encode())
            asked_by = app.grants.spend_link(found[1], digest)
        if found is None or asked_by is None:
            raise InstallRefused(InstallRefusal.LINK)
        return found[1], asked_by

    def _exchange(self, app: App, link_id: str, code: str, actor: str) -> Connection:
        if not _CODE.match(code):
            raise InstallRefused(InstallRefusal.CODE)
        asked_ms = app.installation.clock_ms()
        refusal = None
        try:
            granted = app.calls.exchange(Secret(code), _verifier(app, link_id))
        except RedirectRefused:
            refusal = InstallRefusal.REDIRECT
        except GrantRefused:
            refusal = InstallRefusal.CODE
        if refusal is not None:
            raise InstallRefused(refusal)
        try:
            app.installation.begin(granted, actor, asked_ms=asked_ms)
        except InstallRefused:
            # What is not kept must not be left lying about.
            if granted.refresh is not None:
                with contextlib.suppress(GatewayError):
                    app.calls.revoke(granted.refresh, "refresh_token")
            raise
        except IntakeClosed:
            # Not revoked: where the answer to a commit was lost, they may be kept after all.
            raise InstallRefused(InstallRefusal.NOT_KEPT) from None
        for pause in _PAUSES:
            app.queue.over(pause)
        grant, renews_ms = app.installation.grant()
        return Connection(True, app.calls.redirect_url, grant, renews_ms)


def _verifier(app: App, link_id: str) -> Secret:
    """The proof that belongs to a link (64 characters): nobody without the ring can make it."""
    return Secret(app.fingerprint(f"oauth verifier {link_id}".encode()))


def _query(text: str) -> dict[str, list[str]]:
    """The query of an address, or of what looks like the end of one."""
    try:
        query = urlsplit(text).query or text.lstrip("?")
        return parse_qs(query, max_num_fields=20)
    except ValueError:
        return {}
