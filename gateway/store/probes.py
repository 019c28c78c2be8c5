"""What was measured of how an account shows submissions, signed: whether something is sent
again without a person rests on it."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, delete, insert, select

from gateway.domain.audit import Action
from gateway.domain.overview import Probe
from gateway.store.audit import append
from gateway.store.means import Means
from gateway.store.schema import probes

Sign = Callable[[bytes], str]


class Probes:
    """The last probe of the account. :meth:`trust` says how it is signed and for which account
    it counts."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._sign: Sign | None = None
        self._portal: Callable[[], int | None] = lambda: None
        self._window_s = 0

    def trust(self, sign: Sign, portal: Callable[[], int | None], window_s: int) -> None:
        """From now on a probe counts only with the signature of ``sign``, for the account of
        ``portal()``, and is judged for the window ``window_s``."""
        self._sign, self._portal, self._window_s = sign, portal, window_s

    def save(self, probe: Probe, *, actor: str) -> None:
        """Keeps ``probe`` in the place of the last one. Raises :class:`IntakeClosed`."""
        if self._sign is None:
            raise RuntimeError("nobody has said how a probe is signed")
        body = msgspec.json.encode(probe)
        signature = self._sign(body)

        def work(connection: Connection) -> None:
            connection.execute(delete(probes).where(probes.c.portal_id == probe.portal_id))
            connection.execute(
                insert(probes),
                {"portal_id": probe.portal_id, "measured_ms": probe.measured_ms,
                 "body": body.decode(), "signature": signature},
            )  # fmt: skip
            append(connection, at_ms=self._means.clock(connection), actor=actor,
                   action=Action.PROBED, sid=probe.form_id.replace("-", "")[:32])  # fmt: skip

        self._means.writer.run(work)

    def valid(self) -> Probe | None:
        """The account's last probe, if its signature is ours; judged for the window in use.
        Raises :class:`OutboxUnreadable`."""
        portal_id = self._portal()
        if self._sign is None or portal_id is None:
            return None
        asked = select(probes.c.body, probes.c.signature).where(probes.c.portal_id == portal_id)
        row = self._means.reader.run(lambda connection: connection.execute(asked).one_or_none())
        if row is None:
            return None
        try:
            body = row.body.encode()
            if not hmac.compare_digest(self._sign(body).encode(), row.signature.encode()):
                return None
            probe = msgspec.json.decode(body, type=Probe)
        except (msgspec.MsgspecError, UnicodeError, AttributeError):
            return None
        if probe.portal_id != portal_id:
            return None
        return msgspec.structs.replace(probe, window_s=self._window_s)
