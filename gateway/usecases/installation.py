"""The installation of our app in the account: its tokens, kept sealed in the shared outbox, opened
in this process, and looked at again each second, since another process may have changed them."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable

import msgspec

from gateway.domain.answers import Secret
from gateway.domain.errors import GatewayError, InstallRefused, Tampered
from gateway.domain.grants import Ended, Grant, InstallRefusal
from gateway.domain.hubspot_errors import NotSent
from gateway.hubspot.oauth_calls import Granted
from gateway.sealing.keyring import Keyring
from gateway.store.grants import GrantRow, Grants, Lease, NewTokens

RENEW_AT = 0.8
"""The part of its life after which an access token is renewed. Of HubSpot's thirty minutes that
leaves six, in which the old one serves everybody and HubSpot may be away unnoticed; and it holds
for any other life, where a fixed number of minutes would not."""
LOOK_S = 1.0
"""How old the knowledge of the shared row may be."""
PURPOSE = "oauth tokens"


class _Pair(msgspec.Struct):
    access: str
    refresh: str


@dataclasses.dataclass(frozen=True)
class Held:
    """The row, opened; moments by the clock that keeps counting in sleep, in seconds."""

    row: GrantRow
    access: Secret
    refresh: Secret
    issued_s: float
    ends_s: float

    @property
    def renew_s(self) -> float:
        """When it is time to renew the access token."""
        return self.issued_s + (self.ends_s - self.issued_s) * RENEW_AT

    def is_as(self, other: Held) -> bool:
        """Whether both have the same tokens."""
        return _key(self.row) == _key(other.row)


class Installation:
    """One for all threads of a process."""

    def __init__(
        self,
        grants: Grants,
        keyring: Keyring,
        *,
        client_id: str,
        portal_id: int | None,
        boot_s: Callable[[], float],
        now_ms: Callable[[], int],
    ) -> None:
        """``portal_id`` is the account that is meant, if it was named."""
        self._grants = grants
        self._keyring = keyring
        self._vault = keyring.vault(PURPOSE)
        self._client_id = client_id
        self._portal_id = portal_id
        self._boot_s = boot_s
        self._now_ms = now_ms
        self._looking = threading.Lock()
        self._looked = float("-inf")
        self._row: GrantRow | None = None
        self._held: Held | None = None

    def look(self, *, fresh: bool = False) -> Held | None:
        """The tokens, None when there are none. While the outbox cannot be read, what was read
        last counts; raises :class:`NotSent` when nothing was."""
        with self._looking:
            now_s = self._boot_s()
            if not fresh and now_s - self._looked < LOOK_S:
                return self._held
            try:
                row = self._grants.read()
            except GatewayError:
                if self._held is None:
                    raise NotSent from None
                return self._held
            self._looked = now_s
            if row is None or self._row is None or _key(row) != _key(self._row):
                self._held = self._opened(row, now_s)
            self._row = row
            return self._held

    def identity(self) -> str:
        """The ring's digest of the installation: the same as long as it lasts, however often its
        token is renewed, and another for the next one."""
        with contextlib.suppress(NotSent):
            self.look()
        generation = self._row.grant.generation if self._row is not None else 0
        return self._keyring.fingerprint(f"oauth {self._client_id} {generation}".encode())

    def grant(self) -> tuple[Grant | None, int | None]:
        """The installation, or the last there was, and when its token is to be renewed (ms since
        the epoch), as it is now. Raises :class:`NotSent`."""
        held, row = self.look(fresh=True), self._row
        if row is None or not row.grant.generation:
            return None, None
        if held is None:
            ended = row.grant.ended or Ended.UNREADABLE
            return dataclasses.replace(row.grant, ended=ended), None
        return row.grant, self._now_ms() + int((held.renew_s - self._boot_s()) * 1000)

    def clock_ms(self) -> int:
        """The moment from which tokens live that are asked for now, by the clock that all
        processes share."""
        row = self._grants.read()
        return row.now_ms if row is not None else self._now_ms()

    def used_up(self, mark: str) -> bool:
        """Whether an installation was begun, or tried, with the refresh token of this digest."""
        return self._row is not None and self._row.adopted == mark

    def lease(self, owner: str, seconds: float) -> Lease:
        """Lets ``owner`` alone ask for tokens, if nobody has changed what was looked at last.
        Raises :class:`IntakeClosed`."""
        row = self._row
        generation, version = (row.grant.generation, row.version) if row is not None else (0, 0)
        return self._grants.lease(owner, generation, version, seconds)

    def begin(self, granted: Granted, actor: str, *, asked_ms: int, adopted: str = "") -> None:
        """Keeps the tokens of a new installation. Raises :class:`InstallRefused` for another
        account than the one that is meant, and :class:`IntakeClosed`."""
        if granted.portal_id is None or granted.refresh is None:
            raise InstallRefused(InstallRefusal.CODE)
        begun = False
        while not begun:
            before = self._grants.read()
            last = before.grant if before is not None and before.grant.generation else None
            meant = self._portal_id or (last.portal_id if last is not None else None)
            if meant is not None and granted.portal_id != meant:
                raise InstallRefused(InstallRefusal.ACCOUNT)
            generation = last.generation + 1 if last is not None else 1
            place = _place(granted.portal_id, generation, 1)
            new = NewTokens(
                granted.portal_id,
                granted.scopes or (),
                self._sealed(granted.access, granted.refresh, place),
                asked_ms,
                granted.life_s,
                adopted or None,
            )
            begun = self._grants.install(generation, new, actor)
        self.look(fresh=True)

    def keep(self, held: Held, granted: Granted, *, asked_ms: int) -> None:
        """Keeps what a renewal of ``held`` brought, unless somebody else has renewed since. Raises
        :class:`IntakeClosed`."""
        grant, version = held.row.grant, held.row.version
        place = _place(grant.portal_id, grant.generation, version + 1)
        new = NewTokens(
            grant.portal_id,
            grant.scopes if granted.scopes is None else granted.scopes,
            self._sealed(granted.access, granted.refresh or held.refresh, place),
            asked_ms,
            granted.life_s,
        )
        self._grants.renew(grant.generation, version, new)
        self.look(fresh=True)

    def end(self, held: Held, why: Ended, actor: str) -> Held | None:
        """Forgets the tokens of ``held``. Somebody whose lease ran out may have renewed them
        meanwhile: then theirs count, and are given back. Raises :class:`IntakeClosed`."""
        grant = held.row.grant
        self._grants.end(grant.generation, held.row.version, why, actor=actor)
        return self.look(fresh=True)

    def use_up(self, mark: str) -> None:
        """Notes that nothing can be begun with the refresh token of this digest. Raises
        :class:`IntakeClosed`."""
        row = self._grants.read()
        if row is not None:
            generation, ended = row.grant.generation, row.grant.ended or Ended.REVOKED
            self._grants.end(generation, row.version, ended, adopted=mark)
        self.look(fresh=True)

    def _opened(self, row: GrantRow | None, now_s: float) -> Held | None:
        if row is None or row.grant.ended is not None:
            return None
        grant, pair = row.grant, None
        place = _place(grant.portal_id, grant.generation, row.version)
        try:
            pair = msgspec.json.decode(self._vault.open(row.sealed, place), type=_Pair)
        except (Tampered, msgspec.MsgspecError):
            return None
        return Held(
            row,
            Secret(pair.access),
            Secret(pair.refresh),
            issued_s=now_s + (grant.issued_ms - row.now_ms) / 1000,
            ends_s=now_s + (grant.expires_ms - row.now_ms) / 1000,
        )

    def _sealed(self, access: Secret, refresh: Secret, place: tuple[str, ...]) -> bytes:
        pair = _Pair(access.reveal(), refresh.reveal())
        return self._vault.seal(msgspec.json.encode(pair), place)


def _key(row: GrantRow) -> tuple[int, int, Ended | None]:
    return row.grant.generation, row.version, row.grant.ended


def _place(portal_id: int, generation: int, version: int) -> tuple[str, ...]:
    """What sealed tokens are bound to."""
    return str(portal_id), str(generation), str(version)
