"""What the running app answers over HTTP, to whom, and with which headers."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from gateway.web.assets import address

POLICY = (
    "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "form-action 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def _script(app: str) -> str:
    found = re.search(r'src="\./(static/js/index[^"]+)"', requests.get(app, timeout=10).text)
    assert found is not None
    return "/" + found[1]


PROJECT = Path(__file__).resolve().parents[2]
KINDS = {
    "/": 200,
    "/intake": 200,
    "/receipt?code=ABCD-EFGH-JKMN": 200,
    address("intake.css"): 200,
    address("nothing.css"): 404,
    "/assets/0123456789ab/intake.css": 404,
    "/assets/intake.css": 404,
    "/healthz": 200,
    "/readyz": 200,
    "/metrics": 200,
    "/deliveries": 200,
    "/inbox": 200,
    "/webhooks/hubspot": 405,
    "/approve?form=none": 200,
    "/_stcore/health": 200,
    "/_stcore/host-config": 200,
    "/static/nothing.js": 404,
    "/nowhere": 404,
}
"""One address of every kind of route → its status."""


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_route_carries_the_headers(app: str, path: str) -> None:
    """The whole policy is on every answer, and nothing but own files may be stored."""
    answer = requests.get(app + path, timeout=10)
    assert answer.status_code == KINDS[path]
    assert HEADERS.items() <= {k.lower(): v for k, v in answer.headers.items()}.items()
    assert "clipboard-write=(self)" in answer.headers["permissions-policy"]
    kept = path == address("intake.css")
    assert (answer.headers["cache-control"] == "no-store") is not kept


def test_streamlits_own_script_carries_them_too(app: str) -> None:
    """Static files of Streamlit are no exception, and may be kept by the browser."""
    answer = requests.get(app + _script(app), timeout=10)
    assert HEADERS.items() <= {k.lower(): v for k, v in answer.headers.items()}.items()
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused_with_the_headers(app: str, method: str) -> None:
    """Pages can only be read."""
    answer = requests.request(method, app + "/intake", timeout=10)
    assert answer.status_code == 405
    assert answer.headers["content-security-policy"] == POLICY


def test_the_page_has_no_inline_script_and_no_pointer_elsewhere(app: str) -> None:
    """The document brings its own script by address, and names no other host."""
    text = requests.get(app, timeout=10).text
    assert '<html lang="en">' in text
    assert "<title>Sealed Intake</title>" in text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []
    assert "_stcore/agent" not in text
    assert address("intake.js") in _assets(text)
    for asset in _assets(text):
        assert requests.get(app + asset, timeout=10).ok


def _assets(document: str) -> list[str]:
    return re.findall(r'"(/assets/[0-9a-f]{12}/[^"]+)"', document)


def test_a_plain_page_brings_its_icon_and_style(app: str) -> None:
    """A page without Streamlit names them by the same mark."""
    assets = _assets(requests.get(app + "/nowhere", timeout=10).text)
    assert assets == [address("icon.svg"), address("failure.css")]
    for asset in assets:
        assert requests.get(app + asset, timeout=10).ok


def test_all_that_an_asset_names_is_served(app: str) -> None:
    """Every module a script imports, and every picture a style shows, is there, with a media
    type that a browser takes for it: without one module no script of ours would run."""
    found = _assets(requests.get(app, timeout=10).text)
    for path in found:
        answer = requests.get(app + path, timeout=10)
        assert answer.status_code == 200, path
        kind = answer.headers["content-type"].split(";")[0]
        assert kind == KIND_OF[path.rpartition(".")[2]]
        named = re.findall(r'\bfrom "([^"]+)"|\bimport "([^"]+)"|url\("([^"]+)"\)', answer.text)
        for name in map("".join, named):
            if urljoin(path, name) not in found:
                found.append(urljoin(path, name))
    scripts = (PROJECT / "gateway" / "web" / "assets").glob("*.js")
    assert {address(script.name) for script in scripts} <= set(found)


KIND_OF = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
"""Ending of an asset → the media type it needs under ``nosniff``."""


CLOSED = [
    "/_stcore/metrics",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/interact",
    "/_stcore/agent/mcp",
    "/_stcore/script-health-check",
    "/_stcore/upload_file/a/b",
    "/media/x.png",
    "/component/x/y",
    "/_stcore/bidi-components/x",
    "/app/static/x",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback",
    "/home",
    "/navigation",
    "/pages/intake.py",
    "/intake/",
    "/docs",
    "/openapi.json",
    "//example.org/",
    "/static/../app.py",
]


@pytest.mark.parametrize("path", CLOSED)
def test_no_other_route_exists(app: str, path: str) -> None:
    """Whatever else Streamlit brings is not there, for any method."""
    host = urlsplit(app)
    for method in ("GET", "POST"):
        raw = f"{method} {path} HTTP/1.1\r\nHost: {host.netloc}\r\nConnection: close\r\n\r\n"
        assert _raw(host, raw).split(b" ")[1] in (b"404", b"400"), (method, path)


def test_metrics_are_for_a_monitor_on_this_machine(app: str) -> None:
    """Prometheus's text, by GET only, and refused when a proxy forwards it."""
    answer = requests.get(app + "/metrics", timeout=10)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert [line for line in lines if line.startswith("# TYPE ")]
    assert all(
        line.startswith("#") or re.fullmatch(r"[a-z_]+(\{.*\})? \S+", line) for line in lines
    )
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    assert requests.get(app + "/metrics", headers=forwarded, timeout=10).status_code == 403
    assert requests.post(app + "/metrics", timeout=10).status_code == 405


def test_health_and_readiness(app: str) -> None:
    """Both tell, as JSON, and hold nothing else."""
    assert requests.get(app + "/healthz", timeout=10).json() == {"status": "ok"}
    assert requests.get(app + "/readyz", timeout=10).json() == {"ready": True, "cause": "ready"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "example.org"},
        {"Host": "127.0.0.1.example.org"},
        {"Host": "127.0.0.1@example.org"},
        {"Host": "localhost.:1:1"},
        {"Host": ""},
        {"X-Forwarded-For": "10.0.0.1"},
        {"X-Forwarded-Host": "127.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Origin": "http://example.org"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/readyz", "/metrics", address("intake.js"), "/_stcore/health", "/no"]
)
def test_strangers_are_refused(app: str, path: str, headers: dict[str, str]) -> None:
    """A foreign name, a trace of a proxy or a foreign origin: 403, with the headers."""
    answer = requests.get(app + path, headers=headers, timeout=10)
    assert answer.status_code == 403
    assert answer.headers["content-security-policy"] == POLICY


def test_own_origin_is_taken(app: str) -> None:
    """A request that names this very origin goes through."""
    assert requests.get(app + "/", headers={"Origin": app}, timeout=10).ok


def _dial(app: str, path: str = "/_stcore/stream", origin: str | None = "", **headers: str) -> Any:
    host = urlsplit(app).netloc
    own: Any = app if origin == "" else origin
    return connect(
        f"ws://{host}{path}", origin=own, subprotocols=["streamlit"],  # type: ignore[list-item]  # a plain text does
        additional_headers=headers, compression=None,
    )  # fmt: skip


def test_the_websocket_takes_its_own_page_only(app: str) -> None:
    """Own origin: open. No origin, a foreign one, a proxy's trace, another path: refused."""
    with _dial(app) as open_socket:
        assert open_socket.protocol.state.name == "OPEN"
    elsewhere = app.replace("127.0.0.1", "localhost")
    for dial in (
        lambda: _dial(app, origin=None),
        lambda: _dial(app, origin="http://example.org"),
        lambda: _dial(app, origin="null"),
        lambda: _dial(app, origin=elsewhere),
        lambda: _dial(app, **{"X-Forwarded-For": "127.0.0.1"}),
        lambda: _dial(app, path="/other"),
    ):
        with pytest.raises(InvalidStatus) as refused:
            dial()
        assert refused.value.response.status_code == 403


def test_the_app_listens_on_loopback_only(app: str) -> None:
    """No other address of this machine reaches it."""
    port = urlsplit(app).port
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.2", port)) != 0


def test_it_says_where_it_is_open(app: str, app_log: Path) -> None:
    """The line a person needs is the first thing printed, and no trace follows."""
    said = app_log.read_text()
    assert said.startswith(f"Sealed Intake is open at {app}/ (this machine only).")
    assert "Traceback" not in said


def _raw(host: Any, request: str) -> bytes:
    with socket.create_connection((host.hostname, host.port), timeout=10) as line:
        line.sendall(request.encode())
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    return answer
