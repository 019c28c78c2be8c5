"""The access token for each call to HubSpot: given out, and renewed in time by one process for
all.

HubSpot may give another refresh token with each renewal and end the one before. So whoever renews
holds a lease on the shared row from before the call until what it brought is durable; the others
go on with the old access token as long as it lives, and wait for the new one when it does not.
What remains is the moment between HubSpot's work and our commit: when a process is killed there, or
the answer never arrives, a changed refresh token is gone, and the app has to be installed again.
Where HubSpot leaves the refresh token as it is, as it does today, nothing is lost.

Source: https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from gateway.domain.answers import Secret
from gateway.domain.errors import GatewayError, InstallRefused, IntakeClosed
from gateway.domain.grants import Ended
from gateway.domain.hubspot_errors import (
    AppRefused,
    GrantRefused,
    NotInstalled,
    NotSent,
    RateLimited,
)
from gateway.domain.users import WORKER
from gateway.hubspot.oauth_calls import Granted, OAuthCalls
from gateway.store.grants import Grants
from gateway.usecases.installation import Held, Installation

LEASE_S = 60.0
"""How long one process may take to renew: longer than any call of the client's."""
WAIT_S = 10.0
"""How long a call waits for another process to renew a token that has run out."""
ASK_AGAIN_S = 0.1
AGAIN_S = 5.0
"""How long nothing is tried after a renewal that failed."""
REFUSED_AGAIN_S = 60.0
"""How long a process does not renew for a refusal again: another token would be refused, too."""
KEEP_S = 20.0
"""How long keeping what a renewal brought is tried while the outbox cannot be written."""


class AccessToken:
    """One for all threads of a process."""

    def __init__(
        self,
        owner: str,
        calls: OAuthCalls,
        grants: Grants,
        installation: Installation,
        *,
        from_settings: Secret,
        fingerprint: Callable[[bytes], str],
        boot_s: Callable[[], float],
    ) -> None:
        """``from_settings`` is a refresh token to begin with, or an empty text."""
        self._owner = owner
        self._calls = calls
        self._grants = grants
        self._installation = installation
        self._from_settings = from_settings
        self._mark = fingerprint(b"oauth begun with " + from_settings.reveal().encode())
        self._boot_s = boot_s
        self._renewing = threading.Lock()
        self._again_s = float("-inf")
        self._refused: tuple[float, Held] | None = None
        self._unkept: tuple[Held, Granted, int] | None = None
        """What a renewal brought that the outbox could not take: kept before anything is asked."""

    def current(self) -> Secret:
        """The access token. Raises as :class:`~gateway.hubspot.client.Renewing` says."""
        held = self._installation.look() or self._installation.look(fresh=True)
        if held is None:
            return self._begin()
        now = self._boot_s()
        return held.access if now < held.renew_s else self._renew(held, needed=now >= held.ends_s)

    def renewed(self, refused: Secret) -> Secret | None:
        """Another token than the one HubSpot ``refused``, if there can be one: what is wrong is
        told by the renewal. Raises as :meth:`current` does."""
        held = self._installation.look(fresh=True)
        if held is None:
            raise NotInstalled
        if held.access.reveal() != refused.reveal():
            return held.access
        now, last = self._boot_s(), self._refused
        if last is None or now - last[0] >= REFUSED_AGAIN_S:
            self._refused = (now, held)
        elif not held.is_as(last[1]):
            return None
        # Whoever was refused at the same moment gets what this renewal brings, or tells.
        return self._renew(held, needed=True)

    def _renew(self, held: Held, *, needed: bool) -> Secret:
        """A renewed token; the old one, as long as it will do, when somebody else is renewing it
        or it cannot be done now. ``needed`` when the old one will not do."""
        if not self._renewing.acquire(timeout=WAIT_S if needed else 0):
            return _old(held, needed=needed)
        try:
            deadline = time.monotonic() + WAIT_S
            while True:
                now = self._installation.look(fresh=True)
                if now is None:
                    raise NotInstalled
                if not now.is_as(held):
                    return now.access
                if self._boot_s() < self._again_s:
                    return _old(held, needed=needed)
                asked_ms = self._leased()
                if asked_ms is not None:
                    return self._ask(held, asked_ms, needed=needed)
                if not needed or time.monotonic() > deadline:
                    return _old(held, needed=needed)
                time.sleep(ASK_AGAIN_S)
        finally:
            self._renewing.release()

    def _leased(self) -> int | None:
        """Takes the lease; the moment by the shared clock, or None when it is another's."""
        try:
            lease = self._installation.lease(self._owner, LEASE_S)
        except IntakeClosed:
            return None
        return lease.row.now_ms if lease.ours else None

    def _ask(self, held: Held, asked_ms: int, *, needed: bool) -> Secret:
        granted = None
        if self._unkept is not None and self._unkept[0].is_as(held):
            _, granted, asked_ms = self._unkept
        try:
            granted = granted or self._calls.renew(held.refresh)
        except GrantRefused:
            granted = None
        except GatewayError as error:
            self._failed()
            if needed:
                _raise_unsent(error)
            return held.access
        if granted is None or granted.portal_id not in (None, held.row.grant.portal_id):
            return self._over(held)
        self._keep(held, granted, asked_ms)
        return granted.access

    def _over(self, held: Held) -> Secret:
        after = None
        with contextlib.suppress(IntakeClosed):
            after = self._installation.end(held, Ended.REVOKED, WORKER.id)
        if after is None:
            raise NotInstalled
        return after.access

    def _keep(self, held: Held, granted: Granted, asked_ms: int) -> None:
        """Makes it durable. What is lost here may be the only refresh token that is still good,
        so a full disk or a busy database is waited for, and what it did not take in that time
        stays here for the next try."""
        self._unkept = (held, granted, asked_ms)
        deadline = time.monotonic() + KEEP_S
        while True:
            try:
                self._installation.keep(held, granted, asked_ms=asked_ms)
            except IntakeClosed:
                if time.monotonic() > deadline:
                    raise NotSent from None
                time.sleep(ASK_AGAIN_S)
            else:
                self._unkept = None
                return

    def _failed(self) -> None:
        """HubSpot could not be asked: somebody may try again, in a moment."""
        self._again_s = self._boot_s() + AGAIN_S
        with contextlib.suppress(IntakeClosed):
            self._grants.give_back(self._owner)

    def _begin(self) -> Secret:
        """Begins the installation whose refresh token stands in the settings, unless one was begun
        with it before. Raises :class:`NotInstalled` when there is nothing to begin with."""
        if not self._from_settings or self._installation.used_up(self._mark):
            raise NotInstalled
        with self._renewing:
            held = self._installation.look(fresh=True)
            if held is not None:
                return held.access
            asked_ms = self._leased() if self._boot_s() >= self._again_s else None
            if asked_ms is None:
                raise NotSent
            return self._begun(asked_ms)

    def _begun(self, asked_ms: int) -> Secret:
        refused = False
        try:
            granted = self._calls.renew(self._from_settings)
            self._installation.begin(
                granted.with_refresh(self._from_settings),
                WORKER.id,
                asked_ms=asked_ms,
                adopted=self._mark,
            )
        except (GrantRefused, InstallRefused):
            refused = True
        except GatewayError as error:
            self._failed()
            _raise_unsent(error)
        if refused:
            with contextlib.suppress(IntakeClosed):
                self._installation.use_up(self._mark)
            raise NotInstalled
        return granted.access


def _old(held: Held, *, needed: bool) -> Secret:
    if needed:
        raise NotSent
    return held.access


def _raise_unsent(error: GatewayError) -> NoReturn:
    """Why there is no token, as an error of a call that was not made: whoever wanted to make it
    must not take it for unclear."""
    if isinstance(error, AppRefused | RateLimited):
        raise error
    raise NotSent from None
