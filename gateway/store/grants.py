"""The one OAuth grant of this outbox, with its tokens sealed, and the install links that wait for
an answer.

Whoever renews the access token holds a lease on the row meanwhile: HubSpot may give another
refresh token each time and end the one before, and of two who renew at once one would be left
with nothing. What a renewal brought is kept as long as nobody else has renewed since, even when
the lease ran out: it may be the only refresh token that is still good.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hmac
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from gateway.domain.audit import NOT_OF_A_SUBMISSION, Action
from gateway.domain.grants import Ended, Grant
from gateway.domain.users import WORKER
from gateway.store.audit import append
from gateway.store.means import Means
from gateway.store.schema import grants, install_links

_ONE = 1
MOST_LINKS = 50
"""So many links wait at most; a new one makes the oldest void."""
_READ = select(grants).where(grants.c.id == _ONE)
_SET = update(grants).where(grants.c.id == _ONE)
_NEW = {
    "id": _ONE, "generation": 0, "version": 0, "portal_id": 0, "scopes": "[]", "sealed": b"",
    "installed_ms": 0, "issued_ms": 0, "expires_ms": 0, "ended": Ended.NEVER.value, "adopted": "",
    "owner": None, "until_ms": 0,
}  # fmt: skip
_LINK = select(install_links).where(install_links.c.id == bindparam("of_id"))
_NEWEST = select(install_links).order_by(install_links.c.made_ms.desc()).limit(1)
_END_LINK = delete(install_links).where(install_links.c.id == bindparam("of_id"))


@dataclasses.dataclass(frozen=True)
class GrantRow:
    """The row at one moment. Times are ms since the epoch, by the database's clock."""

    grant: Grant
    version: int
    """How often its tokens were renewed: together with the generation the place the sealed ones
    are bound to."""
    sealed: bytes = dataclasses.field(repr=False)
    adopted: str
    """The ring's digest of the refresh token from the settings that was used last; "" for none."""
    now_ms: int
    """When it was read."""


@dataclasses.dataclass(frozen=True)
class NewTokens:
    """What HubSpot gave, sealed. ``asked_ms`` is when it was asked, and counts as the moment from
    which they live."""

    portal_id: int
    scopes: Sequence[str]
    sealed: bytes = dataclasses.field(repr=False)
    asked_ms: int
    life_s: int
    adopted: str | None = None
    """As in :class:`GrantRow`; None leaves it as it is."""


@dataclasses.dataclass(frozen=True)
class Lease:
    """Whether the caller may renew now, and the row as it is then."""

    ours: bool
    row: GrantRow


class Grants:
    """Changing calls raise :class:`IntakeClosed`, reading ones :class:`OutboxUnreadable`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def read(self) -> GrantRow | None:
        """The row; None when there never was a grant, nor a try to get one."""

        def question(connection: Connection) -> GrantRow | None:
            row = connection.execute(_READ).one_or_none()
            return _seen(row, self._means.clock(connection)) if row is not None else None

        return self._means.reader.run(question)

    def lease(self, owner: str, generation: int, version: int, lease_s: float) -> Lease:
        """Lets ``owner`` alone renew for ``lease_s`` seconds, if the row still is the one of
        ``generation`` and ``version``, and nobody else renews it."""

        def work(connection: Connection) -> Lease:
            row, now = _row(connection), self._means.clock(connection)
            until = now + int(lease_s * 1000)
            same = (row.generation, row.version) == (generation, version)
            # A lease that lasts longer than any was taken by a clock that was ahead.
            others = row.owner not in (None, owner) and now < row.until_ms <= until
            if same and not others:
                connection.execute(_SET.values(owner=owner, until_ms=until))
            return Lease(same and not others, _seen(row, now))

        return self._means.writer.run(work)

    def give_back(self, owner: str) -> None:
        """Ends the lease of ``owner``, if it has one."""
        self._means.writer.run(
            lambda connection: connection.execute(
                _SET.where(grants.c.owner == owner).values(owner=None, until_ms=0)
            )
        )

    def renew(self, generation: int, version: int, new: NewTokens) -> bool:
        """Keeps the renewed tokens, sealed for ``version + 1``, and ends the lease. False, and
        nothing changed, when somebody else has renewed or installed since."""

        def work(connection: Connection) -> bool:
            row = _row(connection)
            if (row.generation, row.version) != (generation, version):
                return False
            connection.execute(_SET.values(**_columns(row, new), version=version + 1))
            return True

        return self._means.writer.run(work)

    def install(self, generation: int, new: NewTokens, actor: str) -> bool:
        """Begins the installation ``generation``, its tokens sealed for it and version 1, with
        its audit row. False, and nothing changed, when it is not the next one any more."""

        def work(connection: Connection) -> bool:
            row, now = _row(connection), self._means.clock(connection)
            if row.generation != generation - 1:
                return False
            columns = {**_columns(row, new), "installed_ms": now}
            connection.execute(_SET.values(**columns, generation=generation, version=1))
            action = Action.APP_INSTALLED
            append(connection, at_ms=now, actor=actor, action=action,
                   sid=NOT_OF_A_SUBMISSION[action])  # fmt: skip
            self._means.notify(connection)
            return True

        return self._means.writer.run(work)

    def end(
        self,
        generation: int,
        version: int,
        why: Ended,
        *,
        adopted: str | None = None,
        actor: str = WORKER.id,
    ) -> bool:
        """Notes that the grant is over, forgets its tokens and ends the lease; with its audit
        row, if there was a grant. False when it was renewed or installed anew since."""

        def work(connection: Connection) -> bool:
            row, now = _row(connection), self._means.clock(connection)
            if (row.generation, row.version) != (generation, version):
                return False
            was_live = row.ended is None
            connection.execute(
                _SET.values(
                    ended=why.value if row.generation else row.ended,
                    sealed=b"",
                    adopted=row.adopted if adopted is None else adopted,
                    owner=None,
                    until_ms=0,
                )
            )
            if was_live:
                action = Action.APP_ENDED
                append(connection, at_ms=now, actor=actor, action=action,
                       sid=NOT_OF_A_SUBMISSION[action], cause="not_installed")  # fmt: skip
            return True

        return self._means.writer.run(work)

    def new_link(self, link_id: str, digest: str, *, asked_by: str, life_s: float) -> None:
        """Lets one answer to the link ``link_id`` be believed, within ``life_s`` seconds; only
        the digest of its secret is kept."""

        def work(connection: Connection) -> None:
            now = self._means.clock(connection)
            links = connection.execute(
                select(install_links).order_by(install_links.c.made_ms.desc())
            ).all()
            for place, link in enumerate(links, 1):
                if place >= MOST_LINKS or not _waits(link, now):
                    connection.execute(_END_LINK, {"of_id": link.id})
            until = now + int(life_s * 1000)
            connection.execute(
                insert(install_links),
                {"id": link_id, "digest": digest, "asked_by": asked_by, "made_ms": now,
                 "until_ms": until},
            )  # fmt: skip

        self._means.writer.run(work)

    def spend_link(self, link_id: str, digest: str) -> str | None:
        """Who asked for the link, if it waits and its secret has this ``digest``; it is void from
        then on. None otherwise."""

        def work(connection: Connection) -> str | None:
            link = connection.execute(_LINK, {"of_id": link_id}).one_or_none()
            kept = link.digest if link is not None else "0" * len(digest)
            if not hmac.compare_digest(kept, digest) or link is None:
                return None
            connection.execute(_END_LINK, {"of_id": link_id})
            return str(link.asked_by) if _waits(link, self._means.clock(connection)) else None

        return self._means.writer.run(work)

    def spend_newest_link(self) -> str | None:
        """The id of the newest link that waits; it is void from then on. None for none. For a
        code that a person brings by hand, without the link's secret."""

        def work(connection: Connection) -> str | None:
            link = connection.execute(_NEWEST).one_or_none()
            if link is None or not _waits(link, self._means.clock(connection)):
                return None
            connection.execute(_END_LINK, {"of_id": link.id})
            return str(link.id)

        return self._means.writer.run(work)


def _waits(link: Row[tuple[object, ...]], now: int) -> bool:
    """A link made in the future was made before the clock was set back: it is void."""
    return bool(link.made_ms <= now < link.until_ms)


def _row(connection: Connection) -> Row[tuple[object, ...]]:
    row = connection.execute(_READ).one_or_none()
    if row is None:
        connection.execute(insert(grants), _NEW)
        row = connection.execute(_READ).one()
    return row


def _columns(row: Row[tuple[object, ...]], new: NewTokens) -> dict[str, object]:
    return {
        "portal_id": new.portal_id,
        "scopes": msgspec.json.encode(sorted(new.scopes)).decode(),
        "sealed": new.sealed,
        "issued_ms": new.asked_ms,
        "expires_ms": new.asked_ms + new.life_s * 1000,
        "ended": None,
        "adopted": row.adopted if new.adopted is None else new.adopted,
        "owner": None,
        "until_ms": 0,
    }


def _seen(row: Row[tuple[object, ...]], now: int) -> GrantRow:
    """A row that somebody has spoilt is read as far as it can be: it does not open then."""
    ended = row.ended
    scopes: tuple[str, ...] = ()
    with contextlib.suppress(msgspec.MsgspecError, UnicodeError):
        scopes = msgspec.json.decode(row.scopes, type=tuple[str, ...])
    return GrantRow(
        Grant(
            generation=row.generation,
            portal_id=row.portal_id,
            scopes=scopes,
            installed_ms=row.installed_ms,
            issued_ms=row.issued_ms,
            expires_ms=row.expires_ms,
            # A reason nobody here knows was written by a newer program: there is no grant now.
            ended=None if ended is None else Ended(ended) if ended in set(Ended) else Ended.REVOKED,
        ),
        version=row.version,
        sealed=row.sealed if isinstance(row.sealed, bytes) else b"",
        adopted=row.adopted,
        now_ms=now,
    )
