"""The desk: the token that reads and changes records and definitions, apart from the one that
submits. What it may do is looked at before HubSpot is asked, and explained when HubSpot says no.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

from gateway.domain.denials import Denial
from gateway.domain.hubspot_errors import Forbidden, Unauthorized
from gateway.domain.record_errors import ForeignRecordsToken, MissingScope, RecordsTokenRefused
from gateway.domain.scopes import ScopeNeed
from gateway.hubspot.api import HubSpot
from gateway.usecases.portal import FRESH_MS, Portal


class Desk:
    """One token's calls. ``separate`` tells a token of its own from the one that submits, whose
    account and scopes ``portal`` knows already. It may be used by many threads."""

    def __init__(
        self, hubspot: HubSpot, portal: Portal, *, separate: bool, now_ms: Callable[[], int]
    ) -> None:
        self.hubspot = hubspot
        self.separate = separate
        self._portal = portal
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._told: tuple[int, frozenset[str] | None] | None = None

    @contextlib.contextmanager
    def asking(self, needs: Sequence[ScopeNeed]) -> Iterator[HubSpot]:
        """Asks HubSpot inside the block what takes ``needs``.

        Raises :class:`ForeignRecordsToken` and :class:`MissingScope` before anything is asked;
        turns HubSpot's refusals of the token into :class:`MissingScope` and
        :class:`RecordsTokenRefused`.
        """
        held = self.held()
        missing = [need for need in needs if held is not None and not need.met_by(held)]
        if missing:
            raise MissingScope(missing, certain=True)
        refused: Exception | None = None
        try:
            yield self.hubspot
        except Forbidden as error:
            if error.denial is not Denial.SCOPES or not needs:
                raise
            refused = MissingScope(_lacked(needs, error), certain=False)
            # What it holds is not what we thought.
            self._told = None
        except Unauthorized:
            if not self.separate:
                raise
            refused = RecordsTokenRefused()
            self._told = None
        if refused is not None:
            raise refused

    def held(self, *, max_age_ms: int = FRESH_MS) -> frozenset[str] | None:
        """The token's scopes, at most ``max_age_ms`` old; None when HubSpot does not say. Raises
        :class:`ForeignRecordsToken`, :class:`RecordsTokenRefused`, and what asking for the account
        raised."""
        if not self.separate:
            return self._portal.last_known().held
        with self._lock:
            told, now = self._told, self._now_ms()
            if told is None or not now - max_age_ms <= told[0] <= now:
                account = self._account()
                if account != self._portal.last_known().portal_id:
                    raise ForeignRecordsToken
                told = self._told = (now, self.hubspot.token_scopes())
            return told[1]

    def _account(self) -> int:
        """Whose the token is. Raises :class:`RecordsTokenRefused`."""
        try:
            return self.hubspot.account().details.portal_id
        except Unauthorized:
            raise RecordsTokenRefused from None


def _lacked(needs: Sequence[ScopeNeed], error: Forbidden) -> Sequence[ScopeNeed]:
    """Which of ``needs`` HubSpot named, those of a class before the object's own; all of them
    where it named none."""
    named = [need for need in needs if set(need.accepted) & set(error.scopes)]
    of_class = [need for need in named if "sensitive" in need.name]
    return of_class or named or needs
