"""Which HubSpot account we work for, and what our token may do there."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping

import msgspec

from gateway.domain.errors import AccountRefused, IntakeClosed
from gateway.domain.hubspot_errors import HubSpotError
from gateway.hubspot.api import HubSpot
from gateway.store.snapshots import Snapshots
from gateway.usecases.breaker import Breaker

REMEMBERED_AS = "account"
CLOCK_SKEW_MS = 120_000
"""A clock this far away gives submissions a wrong time, and makes waiting times wrong."""
FRESH_MS = 5 * 60 * 1000
"""How long the account and the scopes are taken as known."""


class PortalFacts(msgspec.Struct, frozen=True):
    """What HubSpot said of the account and the token."""

    portal_id: int
    account_type: str
    region: str
    scopes: tuple[str, ...] | None
    read_at_ms: int
    token_fingerprint: str = ""
    """The key ring's digest of the token, or of the installation it belongs to: what another was
    told is not believed."""
    scopes_read_at_ms: int = 0
    time_zone: str = "UTC"
    """The account's, by IANA's name: its day of calls begins at its midnight."""
    clock_skew_ms: int | None = None
    """Our clock minus HubSpot's, with the second's resolution of its ``Date`` header."""

    @property
    def clock_wrong(self) -> bool:
        """Whether this machine's clock is too far from HubSpot's to be trusted."""
        return self.clock_skew_ms is not None and abs(self.clock_skew_ms) > CLOCK_SKEW_MS

    @property
    def held(self) -> frozenset[str] | None:
        """The token's scopes, None when HubSpot did not say."""
        return frozenset(self.scopes) if self.scopes is not None else None


class Portal:
    """Asks for the account once in a while, and remembers the last answer on disk so that
    intake can go on while HubSpot is away."""

    def __init__(
        self,
        hubspot: HubSpot,
        snapshots: Snapshots,
        *,
        expected: int | None,
        forms_hosts: Mapping[str, str] | None,
        now_ms: Callable[[], int],
        breaker: Breaker,
        token_fingerprint: Callable[[], str],
        keep_age_ms: int,
    ) -> None:
        self._breaker = breaker
        self._token_fingerprint = token_fingerprint
        self._keep_age_ms = keep_age_ms
        self._hubspot = hubspot
        self._snapshots = snapshots
        self._expected = expected
        self._forms_hosts = forms_hosts
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._facts: PortalFacts | None = None
        self._forget_another_token()

    def facts(self, *, max_age_ms: int = FRESH_MS) -> PortalFacts:
        """The account and scopes, at most ``max_age_ms`` old.

        Raises the :class:`HubSpotError` of asking, and :class:`AccountRefused` when the token
        is another account's than the one configured, or when nobody knows where submissions
        of the account's region go: then nothing may be sent.
        """
        with self._lock:
            if self._facts is None or not self._is_fresh(self._facts, max_age_ms):
                with self._breaker.guard(REMEMBERED_AS):
                    self._facts = self._ask()
                # A full disk must not keep anybody from asking.
                with contextlib.suppress(IntakeClosed):
                    self._snapshots.save(
                        REMEMBERED_AS, self._facts.read_at_ms, msgspec.json.encode(self._facts)
                    )
            return self._checked(self._facts)

    def last_known(self) -> PortalFacts:
        """The facts, from memory or disk where HubSpot cannot be asked. Raises as
        :meth:`facts` does when nothing is remembered."""
        try:
            return self.facts()
        except HubSpotError:
            remembered = self._remembered()
            if remembered is None or not 0 <= self._age_ms(remembered) <= self._keep_age_ms:
                raise
            return self._checked(remembered)

    def time_zone(self) -> str:
        """The account's time zone as far as it is known, without asking anybody."""
        return self._facts.time_zone if self._facts is not None else "UTC"

    def known_id(self) -> int | None:
        """The account's id as far as it is known, without asking HubSpot."""
        kept = self._remembered()
        return kept.portal_id if kept is not None else None

    def _remembered(self) -> PortalFacts | None:
        if self._facts is not None:
            return self._facts
        kept = self._snapshots.load(REMEMBERED_AS)
        try:
            return msgspec.json.decode(kept[1], type=PortalFacts) if kept is not None else None
        except msgspec.MsgspecError:
            return None

    def _forget_another_token(self) -> None:
        """Everything remembered was told to one token; another may be another account's."""
        kept = self._remembered()
        if kept is not None and kept.token_fingerprint != self._token_fingerprint():
            self._snapshots.forget_all()

    def _is_fresh(self, facts: PortalFacts, max_age_ms: int) -> bool:
        ours = facts.token_fingerprint == self._token_fingerprint()
        return ours and 0 <= self._age_ms(facts) <= max_age_ms

    def _age_ms(self, facts: PortalFacts) -> int:
        return self._now_ms() - facts.read_at_ms

    def _ask(self) -> PortalFacts:
        answer = self._hubspot.account()
        scopes = self._hubspot.token_scopes()
        now = self._now_ms()
        before, token = self._remembered(), self._token_fingerprint()
        told, told_at_ms = (tuple(sorted(scopes)) if scopes is not None else None), now
        if told is None and before is not None and before.token_fingerprint == token:
            # HubSpot did not say this time; for a while what it said last is better than not
            # to know.
            told_at_ms = before.scopes_read_at_ms
            told = before.scopes if 0 <= now - told_at_ms <= self._keep_age_ms else None
        facts = PortalFacts(
            portal_id=answer.details.portal_id,
            account_type=answer.details.account_type,
            region=answer.details.data_hosting_location,
            scopes=told,
            read_at_ms=now,
            token_fingerprint=token,
            scopes_read_at_ms=told_at_ms,
            time_zone=answer.details.time_zone,
            clock_skew_ms=now - answer.date_ms if answer.date_ms is not None else None,
        )
        if self._forms_hosts is not None and facts.region in self._forms_hosts:
            self._hubspot.client.use_forms_host(self._forms_hosts[facts.region])
        return facts

    def _checked(self, facts: PortalFacts) -> PortalFacts:
        if self._expected is not None and facts.portal_id != self._expected:
            raise AccountRefused("portal")
        if self._forms_hosts is not None and facts.region not in self._forms_hosts:
            raise AccountRefused("region")
        return facts
