"""The one file that talks to HubSpot. It sends what :mod:`wire` built, gives back what came,
and lets nothing leave for another host or path.

Redirects are never followed (a 307 would send the answers again, elsewhere), the
environment's proxies and certificates are ignored, answers are read up to a cap, and nothing
is retried here: whether a call may be repeated is not the client's to decide. The one exception
is a 401 to a token that can be renewed: HubSpot has done nothing then.
"""

from __future__ import annotations

import dataclasses
import http.cookiejar
import re
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from urllib.parse import urlsplit

import requests

from gateway.domain.answers import Secret
from gateway.domain.editions import Edition
from gateway.domain.errors import ForbiddenDestination, GatewayError
from gateway.domain.hubspot_errors import Ambiguous, NotSent, Unavailable
from gateway.hubspot.connecting import NOT_CONNECTED, ProvingAdapter
from gateway.hubspot.rates import Rates, read_rates
from gateway.hubspot.routes import ROUTES, Host, Operation
from gateway.hubspot.wire import Request, Response

MAX_RESPONSE_BYTES = 8 * 1024 * 1024
"""A form list of a large account is a few MiB; more than this is not read."""
CONNECT_TIMEOUT_S = 5.0
TOTAL_TIMEOUT_S = 30.0
EMULATED_HEADER = "x-sealed-intake-emulator"

OFFICIAL_HOSTS: Mapping[Host, re.Pattern[str]] = {
    Host.API: re.compile(r"api\.hubapi\.com"),
    Host.FORMS: re.compile(r"api(-[a-z]{2}[0-9])?\.hsforms\.com"),
}
"""Every host of HubSpot's that may be talked to, and for what; the second has one per region."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclasses.dataclass(frozen=True)
class Renewing:
    """A token that changes: OAuth's live for half an hour."""

    current: Callable[[], Secret]
    """The token for a call that is about to be made. Raises :class:`NotInstalled`,
    :class:`AppRefused`, :class:`RateLimited` or :class:`NotSent` when there is none: the call has
    not been made then."""
    renewed: Callable[[Secret], Secret | None]
    """Another token, after HubSpot answered 401 to this one; None when it is to stay at that.
    Raises as ``current`` does."""


Token = Secret | Renewing
"""A private app's token or a service key, which stays as it is, or one that is renewed."""


class Client:
    """Sends requests to HubSpot, or to the emulator when ``emulated`` is true.

    ``bases`` gives the address of each host; the submit host may become known later, from
    the account's region. Calls that exist in ``edition`` go there. One client serves many
    threads.
    """

    def __init__(
        self,
        token: Token,
        bases: Mapping[Host, str],
        *,
        emulated: bool,
        edition: Edition = Edition.V3,
    ) -> None:
        self._token = token
        self._edition = edition
        self._bases = dict(bases)
        self._emulated = emulated
        self._session = _Session()
        self.rates = Rates()
        """What the last answer to a submission said of the limits."""
        self._session.trust_env = False
        self._session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        adapter = ProvingAdapter(max_retries=0, pool_maxsize=16)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._user_agent = f"SealedIntake/1.0 requests/{metadata.version('requests')}"

    def use_forms_host(self, host: str) -> None:
        """Send submissions to ``host``, the one of the account's region."""
        self._bases[Host.FORMS] = f"https://{host}"

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def send(self, request: Request) -> Response:
        """One call, and whatever status came back.

        Raises :class:`NotSent` when no byte left, :class:`Ambiguous` when a submission may
        have arrived, :class:`Unavailable` when another call got no answer,
        :class:`ForbiddenDestination` for a host or path that is not on the list, and what
        getting a token raised.
        """
        address = self.destination(request)
        if ROUTES[request.operation].bare:
            return self._send(request, address, None)
        if isinstance(self._token, Secret):
            return self._send(request, address, self._token)
        token = self._token.current()
        response = self._send(request, address, token)
        if response.status == 401 and (another := self._token.renewed(token)) is not None:
            return self._send(request, address, another)
        return response

    def _send(self, request: Request, address: str, token: Secret | None) -> Response:
        submitting = request.operation is Operation.SECURE_SUBMIT
        failure: GatewayError | None = None
        try:
            status, headers, body = self._call(request, address, token)
        except Exception as error:
            failure = _io_failure(error, submitting=submitting)
        if failure is not None:
            # Outside the handler: an error that remembered the cause would keep the answers
            # and the token of its request alive.
            raise failure
        if EMULATED_HEADER in headers and not self._emulated:
            raise ForbiddenDestination
        if submitting:
            self.rates = read_rates(headers)
        if body is None:
            raise _unclear(submitting=submitting)
        return Response(status, headers, body)

    def _call(
        self, request: Request, address: str, token: Secret | None
    ) -> tuple[int, dict[str, str], bytes | None]:
        route = ROUTES[request.operation]
        answer = self._session.request(
            route.method,
            address,
            params=request.query,
            data=request.body,
            headers=self._headers(request, token),
            timeout=(CONNECT_TIMEOUT_S, route.timeout_s),
            allow_redirects=False,
            stream=True,
        )
        with answer:
            body = _read(answer, time.monotonic() + TOTAL_TIMEOUT_S)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status_code, headers, body

    def destination(self, request: Request) -> str:
        """The address of a request, without its query.

        Raises :class:`ForbiddenDestination` unless scheme, host and path are all on the list.
        """
        route = ROUTES[request.operation]
        base = urlsplit(self._bases.get(route.host, ""))
        if not self._allowed(route.host, base.scheme, base.hostname, base.netloc):
            raise ForbiddenDestination
        path = route.address(request.path, self._edition)
        if path is None:
            raise ForbiddenDestination
        return f"{base.scheme}://{base.netloc}{path}"

    def _allowed(self, kind: Host, scheme: str, host: str | None, netloc: str) -> bool:
        if self._emulated:
            return scheme == "http" and host in _LOOPBACK and "@" not in netloc
        return scheme == "https" and OFFICIAL_HOSTS[kind].fullmatch(netloc) is not None

    def _headers(self, request: Request, token: Secret | None) -> dict[str, str]:
        headers = {
            "User-Agent": self._user_agent,
            "Accept": "application/json",
            # A compressed answer could unpack to any size.
            "Accept-Encoding": "identity",
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token.reveal()}"
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        return headers


def _read(answer: requests.Response, deadline: float) -> bytes | None:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return None
    body = bytearray()
    while chunk := answer.raw.read1(65536):
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES or time.monotonic() > deadline:
            return None
    return bytes(body)


class _Session(requests.Session):
    """requests looks at ``Location`` even when it must not follow it, and reads that answer
    without a cap; a session that sees no redirect does neither."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _io_failure(error: Exception, *, submitting: bool) -> GatewayError:
    """Whether a broken call is proven unsent. Only a failure to connect counts as proof, the
    TLS handshake included (:mod:`gateway.hubspot.connecting`); all else is unclear."""
    if isinstance(error, requests.ConnectTimeout):
        return NotSent()
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NOT_CONNECTED):
        return NotSent()
    return _unclear(submitting=submitting)


def _unclear(*, submitting: bool) -> GatewayError:
    return Ambiguous() if submitting else Unavailable()
