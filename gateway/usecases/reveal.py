"""Showing one sensitive value of one record to one person, for a stated purpose.

The audit's row is durable before HubSpot is asked, so that no value was ever seen without one;
whoever cannot be told of is shown nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain.errors import GatewayError
from gateway.domain.hubspot_errors import NotFound
from gateway.domain.record_errors import (
    InvalidRecord,
    NeedsConfirmation,
    NotAudited,
    NothingToReveal,
    RecordFault,
    TooManyReveals,
    UnknownRecord,
    reason,
)
from gateway.domain.records import audit_place, is_record_id
from gateway.domain.reveals import Purpose, Revealed
from gateway.domain.scopes import Access
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.users import Permission, User
from gateway.hubspot import record_calls, record_replies
from gateway.policy.permissions import require
from gateway.policy.record_rules import class_of, needs, reading_faults
from gateway.store.record_rows import RecordRows
from gateway.usecases.classes import Classes
from gateway.usecases.desk import Desk
from gateway.usecases.instruments import Instruments


class Reveal:
    """Shows values, each for ``seconds``. ``clock`` gives seconds that never go back."""

    def __init__(
        self,
        desk: Desk,
        classes: Classes,
        rows: RecordRows,
        instruments: Instruments,
        *,
        seconds: int,
        clock: Callable[[], float],
    ) -> None:
        self._desk = desk
        self._classes = classes
        self._rows = rows
        self._instruments = instruments
        self.seconds = seconds
        """How long a value is shown."""
        self._clock = clock

    def __call__(
        self,
        object_type: str,
        record_id: str,
        name: str,
        purpose: Purpose,
        *,
        by: User,
        confirmed: bool = False,
    ) -> Revealed:
        """The value of the property ``name``, which forgets itself. ``confirmed``: a highly
        sensitive one is really meant.

        Raises :class:`UnknownObjectType`, :class:`InvalidRecord`, :class:`NothingToReveal` for an
        ordinary property, :class:`NeedsConfirmation`, :class:`MissingScope`,
        :class:`TooManyReveals` and :class:`NotAudited` before HubSpot is asked for the value;
        then :class:`UnknownRecord`, and what asking raised.
        """
        require(by, Permission.REVEAL)
        # A purpose that is none of the list could say anything: neither the audit nor an error
        # repeats it.
        if purpose not in frozenset(Purpose):
            raise InvalidRecord({"": reason(RecordFault.NO_PURPOSE)})
        purpose = Purpose(purpose)
        kind = self._classes.kind(object_type)
        place = audit_place(kind.id, record_id) if is_record_id(record_id) else None
        if place is None:
            raise InvalidRecord({"": reason(RecordFault.BAD_ID)})
        table = self._classes.of(kind, [name], anew=True)
        if faults := reading_faults([name], table.living, table.archived, kind):
            raise InvalidRecord(faults)
        of = class_of(name, table.living)
        if of is Sensitivity.NON_SENSITIVE:
            raise NothingToReveal
        if of is Sensitivity.HIGHLY_SENSITIVE and not confirmed:
            raise NeedsConfirmation
        with self._desk.asking(needs(kind, [name], table.living, Access.READ)) as hubspot:
            self._tell(place, name, purpose, by)
            try:
                response = hubspot.client.send(
                    record_calls.get_record(kind.plural, record_id, [name])
                )
                value = record_replies.revealed(response, name)
            except NotFound:
                raise UnknownRecord from None
        return Revealed(value.reveal(), self.seconds, self._clock)

    def _tell(self, place: str, name: str, purpose: Purpose, by: User) -> None:
        try:
            told = self._rows.revealed(place, name, purpose, actor=by.id)
        except GatewayError:
            raise NotAudited from None
        self._instruments.revealed(purpose, shown=told)
        if not told:
            raise TooManyReveals
