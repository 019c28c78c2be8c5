"""No configuration reaches another host or path; what cannot be proven unsent is unclear."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import published_specs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.answers import Secret, WireField
from gateway.domain.editions import Edition
from gateway.domain.errors import ForbiddenDestination
from gateway.domain.hubspot_errors import Ambiguous, NotSent, Unavailable
from gateway.domain.property_definitions import PropertyWish, WishedOption
from gateway.domain.records import Association, UniqueKey
from gateway.domain.search import Filter, Operator, Search, Sort
from gateway.domain.sensitivity import Sensitivity
from gateway.domain.submissions import Payload
from gateway.hubspot import deadline, oauth_calls, property_calls, record_calls, search_calls, wire
from gateway.hubspot.client import MAX_RESPONSE_BYTES, OFFICIAL_HOSTS, Client
from gateway.hubspot.routes import ROUTES, Host, Operation
from gateway.hubspot.wire import Request
from gateway.settings import FORMS_HOSTS

FORM = "11111111-2222-3333-4444-555555555555"
TOKEN = Secret("pat-na1-canary-token")
PAYLOAD = Payload((WireField("0-1", "email", "canary@clinic.example"),), "https://x/~s/1", "Intake")

WISH = PropertyWish(
    label="Blood group",
    type="enumeration",
    field_type="select",
    group_name="health",
    data_sensitivity=Sensitivity.SENSITIVE,
    description="As on the card",
    options=(WishedOption("a", "A"), WishedOption("b", hidden=True, description="B")),
    form_field=True,
    hidden=False,
    display_order=3,
    has_unique_value=False,
    calculation_formula="1",
)

EMAIL = Secret("canary@clinic.example")
VALUES = {"email": EMAIL, "city": Secret("")}
JOINED = (Association("34", 279),)

REQUESTS = {
    Operation.ACCOUNT_DETAILS: wire.account_details(),
    Operation.DAILY_USAGE: wire.daily_usage(),
    Operation.PRIVATE_APP_TOKEN: wire.private_app_token(TOKEN),
    Operation.OAUTH_TOKEN: wire.oauth_token(TOKEN, "id", Secret("canary-secret")),
    Operation.OAUTH_GRANT: oauth_calls.grant(
        "id", Secret("canary-secret"), "refresh_token", refresh_token="canary-refresh"
    ),
    Operation.OAUTH_REVOKE: oauth_calls.revoke(
        "id", Secret("canary-secret"), TOKEN, "refresh_token"
    ),
    Operation.LIST_FORMS: wire.list_forms("next"),
    Operation.GET_FORM: wire.get_form(FORM),
    Operation.LIST_PROPERTIES: wire.list_properties("contacts", Sensitivity.SENSITIVE),
    Operation.GET_PROPERTY: property_calls.get_property("2-1", "blood_group", None),
    Operation.CREATE_PROPERTY: property_calls.create_property("contacts", "blood_group", WISH),
    Operation.UPDATE_PROPERTY: property_calls.update_property("contacts", "blood_group", WISH),
    Operation.ARCHIVE_PROPERTY: property_calls.archive_property("contacts", "blood_group"),
    Operation.READ_PROPERTIES: property_calls.read_properties(
        "contacts", ["blood_group"], Sensitivity.SENSITIVE
    ),
    Operation.CREATE_PROPERTIES: property_calls.create_properties("deals", {"blood_group": WISH}),
    Operation.ARCHIVE_PROPERTIES: property_calls.archive_properties("tickets", ["blood_group"]),
    Operation.LIST_GROUPS: property_calls.list_groups("contacts"),
    Operation.CREATE_GROUP: property_calls.create_group("contacts", "health", "Health"),
    Operation.UPDATE_GROUP: property_calls.update_group("contacts", "health", "Health"),
    Operation.ARCHIVE_GROUP: property_calls.archive_group("contacts", "health"),
    Operation.LIST_SCHEMAS: property_calls.list_schemas(),
    Operation.CREATE_RECORD: record_calls.create_record("contacts", VALUES, JOINED),
    Operation.GET_RECORD: record_calls.get_record("2-1", "12", ["email"], archived=True),
    Operation.UPDATE_RECORD: record_calls.update_record("contacts", "12", VALUES),
    Operation.ARCHIVE_RECORD: record_calls.archive_record("tickets", "12"),
    Operation.READ_RECORDS: record_calls.read_records(
        "contacts", ["canary@clinic.example"], ["city"], id_property="email", archived=True
    ),
    Operation.CREATE_RECORDS: record_calls.create_records("deals", {"row-1": (VALUES, JOINED)}),
    Operation.UPDATE_RECORDS: record_calls.update_records(
        "contacts", {"row-1": ("12", VALUES), "row-2": (UniqueKey("email", EMAIL), VALUES)}
    ),
    Operation.ARCHIVE_RECORDS: record_calls.archive_records("contacts", ["12"]),
    Operation.SEARCH_RECORDS: search_calls.search_records(
        "contacts",
        Search(
            groups=((Filter("lastname", Operator.IN, (Secret("canary"), Secret("other"))),),),
            query=Secret("canary"),
            sorts=(Sort("lastname", descending=True),),
        ),
        ["lastname"],
        {"lastname": "string"},
    ),
    Operation.LIST_VALIDATIONS: wire.list_validations("0-1"),
    Operation.SECURE_SUBMIT: wire.secure_submit(1, FORM, PAYLOAD, submitted_at_ms=1),
    Operation.READ_SUBMISSIONS: wire.read_submissions(FORM, "next"),
}


def live(
    api: str = "https://api.hubapi.com",
    forms: str = "https://api.hsforms.com",
    edition: Edition = Edition.V3,
) -> Client:
    """A client for real hosts; nothing is sent in these tests."""
    return Client(TOKEN, {Host.API: api, Host.FORMS: forms}, emulated=False, edition=edition)


def test_every_operation_has_a_route_and_a_builder() -> None:
    """The tables are complete: each operation has one row and one request."""
    assert set(ROUTES) == set(Operation) == set(REQUESTS)


UNPUBLISHED = {Operation.PRIVATE_APP_TOKEN, Operation.SECURE_SUBMIT, Operation.READ_SUBMISSIONS}
"""What is in none of HubSpot's published files, only in its documentation."""
BEYOND: dict[Operation, list[str]] = {
    Operation.OAUTH_TOKEN: ["$: additionalProperties"],
    Operation.SEARCH_RECORDS: ["$.sorts[0]: type"],
}
"""The documentation names the token's key ``access_token``, the file ``token``: both are sent. It
sorts by an object with a direction, the file by a name alone."""


@pytest.mark.skipif(not published_specs.HERE, reason=published_specs.ABSENT)
@pytest.mark.parametrize("operation", Operation)
def test_requests_are_as_published(operation: Operation) -> None:
    """Path, query and body of every request fit HubSpot's published files, but for the calls
    no file describes."""
    request = REQUESTS[operation]
    published = published_specs.operation(ROUTES[operation].method, request.path)
    assert (published is None) == (operation in UNPUBLISHED)
    if published is not None:
        found = published.request_faults(request.query, _read(request), request.content_type)
        assert found == BEYOND.get(operation, [])


def test_no_value_stands_in_an_address() -> None:
    """Whatever a call carries of a person stands in its body: addresses end in logs."""
    for operation, request in REQUESTS.items():
        assert "canary" not in request.path + repr(request.query), operation
        assert "canary" not in repr(request), operation


def _read(request: Request) -> object:
    if request.body is None:
        return None
    if request.content_type == "application/json":
        return json.loads(request.body)
    return dict(parse_qsl(request.body.decode()))


@pytest.mark.skipif(not published_specs.HERE, reason=published_specs.ABSENT)
@pytest.mark.parametrize("operation", [one for one in Operation if ROUTES[one].dated])
def test_requests_of_the_dated_edition_are_as_published(operation: Operation) -> None:
    """The same request under the dated twin of its path fits that edition's published file."""
    request = REQUESTS[operation]
    address = live(edition=Edition.DATED).destination(request)
    path = address.removeprefix("https://api.hubapi.com")
    assert "/2026-09" in path
    published = published_specs.operation(ROUTES[operation].method, path)
    assert published is not None
    found = published.request_faults(request.query, _read(request), request.content_type)
    assert found == BEYOND.get(operation, [])


def test_the_public_submit_is_not_there() -> None:
    """No route leads to the unauthenticated submission."""
    public = "/submissions/v3/integration/submit/1/" + FORM
    assert not any(route.pattern.match(public) for route in ROUTES.values())
    request = Request(Operation.SECURE_SUBMIT, public)
    with pytest.raises(ForbiddenDestination):
        live().destination(request)


@pytest.mark.parametrize("operation", Operation)
def test_real_requests_go_to_hubspot_only(operation: Operation) -> None:
    """Each request of the table has HubSpot's own host, over https, and its own path."""
    address = live().destination(REQUESTS[operation])
    host = "api.hsforms.com" if operation is Operation.SECURE_SUBMIT else "api.hubapi.com"
    assert address == f"https://{host}{REQUESTS[operation].path}"


def test_every_region_of_the_table_is_allowed() -> None:
    """Each default submit host passes the client's own list."""
    for host in FORMS_HOSTS.values():
        assert OFFICIAL_HOSTS[Host.FORMS].fullmatch(host)


@pytest.mark.parametrize(
    "base",
    [
        "http://api.hsforms.com", "https://api.hsforms.com.evil.example", "https://evil.example",
        "https://user@api.hsforms.com", "https://api.hsforms.com:444", "https://api.hubapi.com",
        "https://forms.hsforms.com", "https://api-eu1.hsforms.com@evil.example", "",
        "http://127.0.0.1:1", "https://API.hsforms.com.", "https://api_eu1.hsforms.com",
    ],
)  # fmt: skip
def test_no_other_base_gets_a_submission(base: str) -> None:
    """A submission leaves for a listed submit host over https, or not at all."""
    with pytest.raises(ForbiddenDestination):
        live(forms=base).send(REQUESTS[Operation.SECURE_SUBMIT])


@pytest.mark.parametrize(
    "base",
    [
        "https://api.hsforms.com",
        "http://10.0.0.1:80",
        "http://evil.example",
        "http://x@127.0.0.1:1",
    ],
)
def test_an_emulated_client_stays_on_this_machine(base: str) -> None:
    """A client of the emulator talks to loopback only, never to HubSpot."""
    client = Client(TOKEN, {Host.API: base, Host.FORMS: base}, emulated=True)
    for request in REQUESTS.values():
        with pytest.raises(ForbiddenDestination):
            client.send(request)


@given(st.text(max_size=60))
def test_no_name_bends_a_path(name: str) -> None:
    """Whatever stands in the place of a form's id, a path stays in its row or is refused."""
    client = live()
    for request in (wire.get_form(name), wire.secure_submit(1, name, PAYLOAD, submitted_at_ms=1)):
        try:
            address = client.destination(request)
        except ForbiddenDestination:
            continue
        assert address.count("/") == address.split(name)[0].count("/")


class Script:
    """A server on loopback that plays one scripted answer per connection."""

    def __init__(self, play: Callable[[socket.socket], None]) -> None:
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._play = play
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    head += piece
                self.requests.append(head)
                self._play(connection)

    def close(self) -> None:
        """Stops listening."""
        self._listener.close()


@pytest.fixture
def script() -> Iterator[Callable[[bytes], tuple[Script, Client]]]:
    """Starts a server that answers with the given bytes and closes, and a client for it."""
    running: list[tuple[Script, Client]] = []

    def start(answer: bytes) -> tuple[Script, Client]:
        server = Script(lambda connection: connection.sendall(answer))
        client = Client(TOKEN, dict.fromkeys(Host, server.base), emulated=True)
        running.append((server, client))
        return server, client

    yield start
    for server, client in running:
        client.close()
        server.close()


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """One HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_redirects_are_not_followed(
    status: str, script: Callable[..., tuple[Script, Client]]
) -> None:
    """A redirect is an answer, never a second request: the answers would be sent again."""
    elsewhere = Script(lambda connection: connection.sendall(answer(b"{}")))
    server, client = script(answer(b"", f"Location: {elsewhere.base}/x", status=status))
    response = client.send(REQUESTS[Operation.SECURE_SUBMIT])
    assert response.status == int(status[:3])
    assert len(server.requests) == 1
    assert elsewhere.requests == []
    elsewhere.close()


def test_what_every_request_carries(script: Callable[..., tuple[Script, Client]]) -> None:
    """Bearer token, a named User-Agent, identity encoding, no cookie, no tracking."""
    server, client = script(answer(b"{}", "Set-Cookie: a=b"))
    client.send(REQUESTS[Operation.SECURE_SUBMIT])
    client.send(REQUESTS[Operation.SECURE_SUBMIT])
    for head in server.requests:
        lines = head.decode().split("\r\n")
        assert "Authorization: Bearer pat-na1-canary-token" in lines
        assert "Accept-Encoding: identity" in lines
        assert any(line.startswith("User-Agent: SealedIntake/") for line in lines)
        assert not any(line.lower().startswith("cookie") for line in lines)


def test_the_environment_is_ignored(
    script: Callable[..., tuple[Script, Client]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy, a CA bundle or a netrc of the environment changes nothing."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    server, client = script(answer(b"{}"))
    assert client.send(REQUESTS[Operation.ACCOUNT_DETAILS]).status == 200
    assert len(server.requests) == 1


def test_an_endless_answer_is_cut(script: Callable[..., tuple[Script, Client]]) -> None:
    """An answer above the cap is not read to its end, and is no answer."""
    big = answer(b"x" * (MAX_RESPONSE_BYTES + 70_000))
    _, client = script(big)
    with pytest.raises(Unavailable):
        client.send(REQUESTS[Operation.LIST_FORMS])


def test_a_compressed_answer_is_not_unpacked(script: Callable[..., tuple[Script, Client]]) -> None:
    """Nobody asked for compression: a compressed answer could be a bomb."""
    _, client = script(answer(b"\x1f\x8b", "Content-Encoding: gzip"))
    with pytest.raises(Ambiguous):
        client.send(REQUESTS[Operation.SECURE_SUBMIT])


@pytest.mark.parametrize(
    "cut", [b"", b"HTTP/1.1", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_cut_answer_is_unclear(cut: bytes, script: Callable[..., tuple[Script, Client]]) -> None:
    """Once the request has left, a broken answer proves nothing: unclear for a submission,
    no answer for a read."""
    _, client = script(cut)
    with pytest.raises(Ambiguous):
        client.send(REQUESTS[Operation.SECURE_SUBMIT])
    with pytest.raises(Unavailable):
        client.send(REQUESTS[Operation.LIST_FORMS])


def test_a_closed_port_is_proven_unsent() -> None:
    """When nobody listens, no byte has left."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    client = Client(TOKEN, dict.fromkeys(Host, base), emulated=True)
    with pytest.raises(NotSent) as caught:
        client.send(REQUESTS[Operation.SECURE_SUBMIT])
    assert caught.value.__context__ is None
    client.close()


class Lenient(Client):
    """A client whose list of hosts is switched off, so that odd servers can stand in for
    HubSpot's own."""

    def _allowed(self, *_: object) -> bool:
        return True


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_a_failed_handshake_is_proven_unsent(greeting: bytes) -> None:
    """TLS that never came about (cut, plain HTTP, an alert): no byte of the answers has left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(greeting)

        threading.Thread(target=greet, daemon=True).start()
        base = f"https://127.0.0.1:{listener.getsockname()[1]}"
        client = Lenient(TOKEN, dict.fromkeys(Host, base), emulated=False)
        with pytest.raises(NotSent):
            client.send(REQUESTS[Operation.SECURE_SUBMIT])
        client.close()


@pytest.mark.parametrize("location", ["http://127.0.0.1:99999/x", "//[", "\\xff", "http://\x01"])
def test_an_odd_redirect_is_an_answer(
    location: str, script: Callable[..., tuple[Script, Client]]
) -> None:
    """A Location that nobody could follow is not even looked at."""
    _, client = script(answer(b"", f"Location: {location}", status="307 T"))
    assert client.send(REQUESTS[Operation.SECURE_SUBMIT]).status == 307


def test_the_body_of_a_redirect_is_capped(script: Callable[..., tuple[Script, Client]]) -> None:
    """A redirect's body is read up to the cap, like any other."""
    big = answer(b"x" * (MAX_RESPONSE_BYTES + 70_000), "Location: /x", status="307 T")
    _, client = script(big)
    with pytest.raises(Ambiguous):
        client.send(REQUESTS[Operation.SECURE_SUBMIT])


def test_errors_keep_nothing_of_the_request(script: Callable[..., tuple[Script, Client]]) -> None:
    """No error holds on to the request, whose body and headers hold answers and token."""
    _, client = script(b"")
    with pytest.raises(Ambiguous) as caught:
        client.send(REQUESTS[Operation.SECURE_SUBMIT])
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_an_emulated_answer_is_refused_by_a_live_client() -> None:
    """A live client that meets the emulator's mark stops: a demo is no delivery."""

    class Marked(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("X-Sealed-Intake-Emulator", "1")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Marked) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        client = Lenient(TOKEN, dict.fromkeys(Host, base), emulated=False)
        with pytest.raises(ForbiddenDestination):
            client.send(REQUESTS[Operation.ACCOUNT_DETAILS])
        client.close()


def test_nothing_shows_a_body_or_a_token() -> None:
    """Requests, payloads and clients print without what they carry."""
    for thing in (*REQUESTS.values(), PAYLOAD, live()):
        assert "canary" not in repr(thing)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_in_drips_is_cut_off(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps no thread: headers and body together have one deadline."""
    monkeypatch.setattr(deadline, "ANSWER_S", 0.5)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def drip() -> None:
            served, _ = listening.accept()
            with contextlib.suppress(OSError), served:
                served.recv(65536)
                served.sendall(head)
                for _ in range(1200):
                    served.sendall(b"a")
                    time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = Client(TOKEN, {Host.API: base, Host.FORMS: base}, emulated=True)
        began = time.monotonic()
        with pytest.raises(Ambiguous):
            client.send(REQUESTS[Operation.SECURE_SUBMIT])
        assert time.monotonic() - began < 30
        client.close()
        thread.join(60)
