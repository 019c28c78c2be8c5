"""Finds records by their properties, with the desk's token.

Whatever HubSpot would refuse, or should never be asked, is refused before the call. The audit knows
of each search, by the names of what it compares, before HubSpot is asked. One that compares
sensitive values tells something about them, so it takes the right to reveal.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

from gateway.domain.answers import Secret
from gateway.domain.errors import IntakeClosed
from gateway.domain.hubspot_errors import RateLimited
from gateway.domain.objects import CONTACT, ObjectType
from gateway.domain.record_errors import NotAudited, SearchRefused, UnknownRecord
from gateway.domain.records import USUAL_PROPERTIES, UniqueKey
from gateway.domain.scopes import Access
from gateway.domain.search import EMAIL, Flaw, Found, Search, SearchFault
from gateway.domain.users import Permission, User
from gateway.hubspot.search_calls import SeenPage, found_records, search_records
from gateway.policy.permissions import require
from gateway.policy.record_rules import KEPT_BY_HUBSPOT, needs
from gateway.policy.search_rules import property_flaws, shape_flaws, telling
from gateway.store.searches import Searches
from gateway.usecases.classes import Classes, ClassTable
from gateway.usecases.desk import Desk
from gateway.usecases.record_views import as_record, showable
from gateway.usecases.records import Records

TRIES = 4
"""How often a search is sent that HubSpot answers with its limit per second."""
LONGEST_WAIT_S = 10.0
"""How long somebody waits for a place, or for HubSpot's limit."""


class RecordSearch:
    """The searches of one desk. It may be used by many threads."""

    def __init__(
        self,
        desk: Desk,
        classes: Classes,
        searches: Searches,
        records: Records,
        *,
        owner: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._desk = desk
        self._classes = classes
        self._searches = searches
        self._records = records
        self._owner = owner
        self._sleep = sleep

    def find(self, object_type: str, wanted: Search, *, by: User) -> Found:
        """One page of the records that fit, sensitive values masked.

        ``object_type`` is an id or a name (``contacts``, ``0-1``, ``2-123``, ``pet``). Raises
        :class:`UnknownObjectType`; :class:`SearchRefused` with every reason at once;
        :class:`PermissionDenied` for a sensitive property that ``by`` may not have revealed;
        :class:`NotAudited`; :class:`MissingScope`; and the :class:`HubSpotError` of asking.
        """
        require(by, Permission.VIEW_RECORDS)
        kind = self._classes.kind(object_type)
        flaws = shape_flaws(wanted)
        if flaws:
            raise SearchRefused(flaws)
        names = wanted.names()
        asked = [name for name in names if name not in KEPT_BY_HUBSPOT]
        table = self._classes.to_show(kind, asked)
        names = tuple(dict.fromkeys((*self._classes.usual(kind, table), *names)))
        flaws = property_flaws(names, table.living, table.archived)
        if flaws:
            raise SearchRefused(flaws)
        if telling(wanted, table.living):
            require(by, Permission.REVEAL)
        with self._desk.asking(needs(kind, names, table.living, Access.READ)):
            self._note(kind.id, wanted.compared(), by)
            page = self._ask(kind, wanted, names, table)
        return Found(
            kind.id,
            page.total,
            tuple(as_record(kind, one, names, table) for one in page.records),
            page.after,
        )

    def by_email(self, email: str, properties: Sequence[str] = (), *, by: User) -> Found:
        """The contact with this e-mail address, or none. It is read, not searched: HubSpot's
        index comes seconds after what was written. The address stands in a body, never in a URL.

        Raises :class:`SearchRefused` for an empty one, :class:`NotAudited`, and what
        :meth:`Records.read` does.
        """
        if not email.strip():
            raise SearchRefused([Flaw(SearchFault.EMPTY_VALUE, EMAIL)])
        key = UniqueKey(EMAIL, Secret(email.strip()))
        names = tuple(dict.fromkeys((*USUAL_PROPERTIES[CONTACT], *properties)))
        require(by, Permission.VIEW_RECORDS)
        self._note(CONTACT, (EMAIL,), by)
        try:
            found = self._records.read(CONTACT, key, names, by=by)
        except UnknownRecord:
            return Found(CONTACT, 0, ())
        return Found(CONTACT, 1, (found,))

    def _note(self, object_type_id: str, names: tuple[str, ...], by: User) -> None:
        try:
            self._searches.note(object_type_id, names, actor=by.id)
        except IntakeClosed:
            raise NotAudited from None

    def _ask(
        self, kind: ObjectType, wanted: Search, names: tuple[str, ...], table: ClassTable
    ) -> SeenPage:
        shown = showable(table)
        types = {name: same[0].type for name, same in table.living.items()}
        request = search_records(kind.plural, wanted, names, types)
        for tried in range(1, TRIES + 1):
            try:
                with self._place():
                    response = self._desk.hubspot.client.send(request)
                return found_records(response, names, shown)
            except RateLimited as error:
                wait = error.retry_after if error.retry_after is not None else float(tried)
                if tried == TRIES or wait > LONGEST_WAIT_S:
                    raise
            # Others search in this account, too: HubSpot counts theirs with ours.
            self._sleep(wait)
        raise RateLimited

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        """Waits for one of the five places a second. Where the database cannot hand one out,
        HubSpot's own limit has to do."""
        place, waited = "", 0.0
        with contextlib.suppress(IntakeClosed):
            while not place:
                place, wait = self._searches.take(self._owner)
                waited += wait
                if waited > LONGEST_WAIT_S:
                    raise RateLimited(retry_after=1.0)
                if not place:
                    self._sleep(wait)
        try:
            yield
        finally:
            if place:
                with contextlib.suppress(IntakeClosed):
                    self._searches.end(place, self._owner)
