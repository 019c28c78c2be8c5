"""HubSpot as the rest of the gateway asks it: one method per question, values or named
errors back. It joins what HubSpot splits (pages, classes) and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from gateway.domain.answers import Secret
from gateway.domain.hubspot_errors import HubSpotError, NotFound, Unavailable
from gateway.domain.properties import Property
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import Payload
from gateway.domain.validations import PlacedRules
from gateway.hubspot import replies, wire
from gateway.hubspot.client import Client, Token
from gateway.hubspot.rates import Rates, read_rates
from gateway.hubspot.routes import ROUTES, Operation

MAX_PAGES = 200
"""Pages followed in one listing of forms: 20,000 of them."""
MAX_SUBMISSION_PAGES = 20_000
"""Pages of submissions followed in one look: a million of them."""
_PARALLEL_CALLS = 6
_NOTHING = Payload((), "", "")


def is_form_id(text: str) -> bool:
    """Whether ``text`` can be a form's id at all: a GUID."""
    return ROUTES[Operation.GET_FORM].pattern.match(wire.get_form(text).path) is not None


class AccountAnswer(msgspec.Struct, frozen=True):
    """The account, and what HubSpot's clock said when it answered (ms since the epoch)."""

    details: replies.AccountDetails
    date_ms: int | None


class UsageAnswer(msgspec.Struct, frozen=True):
    """The day's calls, None when HubSpot does not know them, and the limits its headers named."""

    daily: replies.DailyUsage | None
    rates: Rates


class HubSpot:
    """The calls of one token. It may be used by many threads."""

    def __init__(
        self, client: Client, token: Token, *, client_id: str = "", client_secret: Secret
    ) -> None:
        self.client = client
        self._token = token
        self._client_id = client_id
        self._client_secret = client_secret
        self._calls = ThreadPoolExecutor(_PARALLEL_CALLS, thread_name_prefix="hubspot-read")

    def close(self) -> None:
        """Close every connection; nothing can be asked afterwards."""
        self._calls.shutdown(wait=False, cancel_futures=True)
        self.client.close()

    def account(self) -> AccountAnswer:
        """Which account the token belongs to."""
        response = self.client.send(wire.account_details())
        return AccountAnswer(replies.account_details(response), replies.date_ms(response))

    @property
    def static_token(self) -> bool:
        """Whether the token is a private app's or a service key, which stay as they are; an
        OAuth token is renewed all the time."""
        return isinstance(self._token, Secret) and self._token.reveal().startswith("pat-")

    def usage(self) -> UsageAnswer:
        """How many calls are allowed, and how many of the day's are used."""
        response = self.client.send(wire.daily_usage())
        return UsageAnswer(replies.daily_usage(response), read_rates(response.headers))

    def token_scopes(self) -> frozenset[str] | None:
        """The token's scopes, or None when HubSpot does not say.

        Private apps and service keys (``pat-…``) have their own call, OAuth tokens another,
        which takes the app's id and secret; without those nothing can be asked.
        """
        token = self._token if isinstance(self._token, Secret) else self._token.current()
        if self.static_token:
            request = wire.private_app_token(token)
        elif self._client_id and self._client_secret:
            request = wire.oauth_token(token, self._client_id, self._client_secret)
        else:
            return None
        try:
            return replies.token_scopes(self.client.send(request))
        except HubSpotError:
            return None

    def forms(self) -> tuple[replies.FormListing, ...]:
        """Every form made in HubSpot, archived ones left out."""
        listings: list[replies.FormListing] = []
        after: str | None = None
        for _ in range(MAX_PAGES):
            page = replies.form_page(self.client.send(wire.list_forms(after)))
            listings.extend(page.forms)
            after = page.after
            if after is None:
                return tuple(listings)
        raise Unavailable

    def form(self, form_id: str) -> replies.FormListing:
        """One form, also when it is archived. Raises :class:`NotFound`, also for an id that
        cannot be a form's."""
        if not is_form_id(form_id):
            raise NotFound
        try:
            return replies.form(self.client.send(wire.get_form(form_id)))
        except NotFound:
            return replies.form(self.client.send(wire.get_form(form_id, archived=True)))

    def properties(self, object_type: str, *, archived: bool = False) -> tuple[Property, ...]:
        """An object type's properties of all three classes, asked side by side. A name found
        in two classes comes twice: that is for the gate to refuse."""
        asked = tuple(Sensitivity)
        answers = self._calls.map(
            lambda one: self.client.send(wire.list_properties(object_type, one, archived=archived)),
            asked,
        )
        return tuple(
            prop
            for sensitivity, answer in zip(asked, answers, strict=True)
            for prop in replies.properties(answer, sensitivity)
        )

    def validations(self, object_type_id: str) -> tuple[PlacedRules, ...]:
        """The validation rules of an object type's properties."""
        response = self.client.send(wire.list_validations(object_type_id))
        return replies.validations(response, object_type_id)

    def submit(
        self, portal_id: int, form_id: str, payload: Payload, *, submitted_at_ms: int
    ) -> replies.Accepted:
        """The one secure submission. Its errors tell proven unsent, refused and unclear apart."""
        request = wire.secure_submit(portal_id, form_id, payload, submitted_at_ms=submitted_at_ms)
        keys = payload.keys()
        return replies.accepted(self.client.send(request), keys)

    def check_destination(self, portal_id: int, form_id: str) -> None:
        """Raises :class:`ForbiddenDestination` when a submission could not leave for an allowed
        address, before anything is tried."""
        request = wire.secure_submit(portal_id, form_id, _NOTHING, submitted_at_ms=0)
        self.client.destination(request)

    def submission_pages(self, form_id: str) -> Iterator[replies.SubmissionPage]:
        """A form's submissions, newest first, page by page as they are drawn. Raises
        :class:`Unavailable` rather than to end early."""
        after: str | None = None
        for _ in range(MAX_SUBMISSION_PAGES):
            page = replies.submission_page(self.client.send(wire.read_submissions(form_id, after)))
            yield page
            after = page.after
            if after is None:
                return
        raise Unavailable
