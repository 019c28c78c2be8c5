"""The server itself: loopback only, its own thread, its mark, and no way out."""

from __future__ import annotations

import ast
import logging
import socket
import sys
from pathlib import Path

import pytest
import requests

import gateway.emulator
from gateway.domain.errors import GatewayError
from gateway.emulator import Emulator, PortBusy, Switches
from gateway.emulator.routes import ROUTES
from gateway.emulator.seed import UnknownSeed

INTAKE = "Patient intake"
PACKAGE = Path(gateway.emulator.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
DETAILS = "/account-info/v3/details"


def test_the_banner_says_what_a_client_needs(hub):
    """The banner is what another program needs, and no more."""
    banner = hub.emulator.banner()
    assert list(banner) == [
        "api_base", "forms_base", "portal_id", "access_token", "records_token", "client_id",
        "client_secret", "refresh_token", "app_id", "developer_key", "forms",
    ]  # fmt: skip
    assert banner["forms_base"] == banner["api_base"]
    assert [set(form) for form in banner["forms"]] == [{"id", "name"}] * 5


def test_secrets_are_new_each_time():
    """Two emulators share neither token nor secret, but forms and account."""
    one, two = Emulator(), Emulator()
    try:
        assert one.access_token != two.access_token
        assert one.client_secret != two.client_secret
        assert (one.portal_id, one.forms) == (two.portal_id, two.forms)
    finally:
        one.stop()
        two.stop()


def test_a_token_can_be_given():
    """A given token is the one that works."""
    with Emulator(access_token="pat-na1-given") as emulator:
        headers = {"Authorization": "Bearer pat-na1-given"}
        url = emulator.api_base + DETAILS
        assert requests.get(url, headers=headers, timeout=30).status_code == 200


def test_a_busy_port_is_a_clear_sentence():
    """A taken or impossible port is one named error."""
    with Emulator() as emulator:
        port = int(emulator.api_base.rsplit(":", 1)[1])
        for taken in (port, 70_000):
            with pytest.raises(PortBusy, match=f"Port {taken} cannot be used") as caught:
                Emulator(port=taken)
            assert isinstance(caught.value, GatewayError)


def test_an_unknown_seed_is_a_clear_sentence():
    """A seed that is not there is one named error."""
    with pytest.raises(UnknownSeed, match="clinic"):
        Emulator(seed="moon")


def test_a_stopped_emulator_starts_again():
    """The same account comes back on the same port, with what it had."""
    emulator = Emulator(switches=Switches(rate_limit=0))
    url = emulator.api_base + DETAILS
    headers = {"Authorization": f"Bearer {emulator.access_token}"}
    for _ in range(2):
        emulator.start()
        emulator.start()
        assert requests.get(url, headers=headers, timeout=30).status_code == 200
        emulator.stop()
        emulator.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(url, headers=headers, timeout=30)
    assert len(emulator.portal.journal.entries()) == 2


def test_only_loopback_is_served(hub):
    """The listener is bound to 127.0.0.1, and there is no way to ask for another address."""
    port = int(hub.emulator.api_base.rsplit(":", 1)[1])
    assert hub.emulator.api_base.startswith("http://127.0.0.1:")
    with pytest.raises(TypeError):
        Emulator(host="0.0.0.0")  # noqa: S104 - the point of the test
    with socket.socket() as other:
        other.settimeout(2)
        with pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))


@pytest.mark.parametrize("host", ["web.example", "[::1]:80", "[", ""])
def test_another_name_is_misdirected(hub, host):
    """A host name that is not loopback's own is turned away (DNS rebinding)."""
    assert hub.get(DETAILS, headers={"Host": host}).status_code in (400, 421)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/crm/v3/objects/contacts/batch/read", 405),
        ("GET", "/submissions/v3/integration/secure/submit/1", 404),
        ("DELETE", "/marketing/v3/forms", 405),
        ("PUT", "/_emulator/faults", 405),
        ("HEAD", DETAILS, 405),
    ],
)
def test_what_is_not_served(hub, method, path, status):
    """Unknown paths and methods are refused, and marked as well."""
    answer = hub.call(method, path)
    assert answer.status_code == status
    assert answer.headers["X-Sealed-Intake-Emulator"] == "1"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/marketing/v3/forms", {"GET", "POST"}),
        ("/crm/v3/objects/contacts/12", {"GET", "PATCH", "DELETE"}),
        ("/crm/v3/objects/contacts/batch/read", {"POST"}),
        ("/_emulator/faults", {"GET", "POST", "DELETE"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(hub, path, methods):
    """405 names in Allow what the path takes, as RFC 9110 asks."""
    answer = hub.call("PUT", path)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == methods


def test_every_route_is_marked(hub):
    """Whatever it answers, every route says that it is the emulator's, and names a call."""
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        answer = hub.call(route.method, path, token=None, json={})
        assert answer.headers["X-Sealed-Intake-Emulator"] == "1", path
        assert answer.headers["X-HubSpot-Correlation-Id"], path
    assert not [e for e in hub.portal.journal.entries() if e.status == 500]


def test_correlation_ids_are_fresh(hub):
    """Each error has an id of its own, in body and header alike."""
    answers = [hub.get("/marketing/v3/forms/none") for _ in range(3)]
    ids = [a.json()["correlationId"] for a in answers]
    assert len(set(ids)) == 3
    assert ids == [a.headers["X-HubSpot-Correlation-Id"] for a in answers]


def test_a_huge_body_is_413(hub):
    """A body beyond all reason is not kept."""
    answer = hub.call("POST", hub.submit_path(INTAKE), data=b"x" * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_a_bug_is_answered_without_its_text(hub, monkeypatch, caplog):
    """A fault of the emulator's own is a 500; only its type is noted."""

    def broken(*_args):
        raise KeyError("a value")

    monkeypatch.setattr(hub.portal, "subscription_types", broken)
    answer = hub.submit(INTAKE, hub.good(INTAKE))
    assert answer.status_code == 500
    assert "a value" not in answer.text
    assert hub.portal.journal.entries()[-1].fault == "bug: KeyError"
    assert "a value" not in caplog.text


def test_nothing_is_logged(hub, caplog, capfd):
    """No value, token or path reaches a log, standard output or standard error."""
    with caplog.at_level(logging.DEBUG):
        hub.submit(INTAKE, hub.good(INTAKE))
        hub.get("/crm/v3/objects/contacts/ada.probe@mail.example", params={"idProperty": "email"})
        hub.get("/nothing/ada.probe@mail.example")
    own = [r.getMessage() for r in caplog.records if not r.name.startswith("urllib3")]
    assert not any("ada.probe" in text or "pat-na1" in text for text in own)
    assert capfd.readouterr() == ("", "")


def test_values_do_not_print(hub):
    """The store's own objects show no value."""
    hub.submit(INTAKE, hub.good(INTAKE))
    (submission,), (contact,) = hub.portal.submissions(), hub.portal.contacts()
    for text in (repr(submission), repr(contact), repr(submission.values[0])):
        assert "ada.probe" not in text
        assert "cough" not in text


_CLIENTS = {"requests", "httpx", "aiohttp", "urllib.request", "http.client", "urllib3", "smtplib"}
_OUTGOING = {"connect", "connect_ex", "create_connection", "open_connection", "sock_connect"}
_WRITERS = {"open", "write_text", "write_bytes", "print", "getLogger"}


_MAY_CALL = {"webhooks/posting.py": _OUTGOING, "state/sealed_file.py": {"open"}}
"""Webhooks leave in one file, which posts to this machine only; another one writes what it has
sealed."""


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_there_is_no_way_out(path):
    """No file imports an HTTP client, opens a connection, writes a file or logs, but for the one
    that posts webhooks to this machine, and the one that seals the state."""
    allowed = _MAY_CALL.get(path.relative_to(PACKAGE).as_posix(), set())
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names: set[str] = set()
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {node.module or ""} | {f"{node.module}.{a.name}" for a in node.names}
        assert not names & _CLIENTS
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert called not in (_OUTGOING | _WRITERS) - allowed


def test_the_witness_shares_no_parser():
    """From the domain come only tables and error names, never the shapes a client parses."""
    allowed = {
        "gateway.domain.errors", "gateway.domain.objects", "gateway.domain.scopes",
        "gateway.domain.sensitivity", "gateway.domain.validations.RuleType",
    }  # fmt: skip
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if module.startswith("gateway.") and not module.startswith("gateway.emulator"):
                names = {f"{module}.{alias.name}" for alias in node.names}
                assert module in allowed or names <= allowed, path


def test_no_client_is_loaded_with_it():
    """Importing the package alone loads no HTTP client of ours or of others."""
    import subprocess

    code = (
        "import sys, gateway.emulator; "
        "print([m for m in ('requests', 'httpx', 'aiohttp', 'urllib3') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=PACKAGE.parents[1], timeout=30,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
