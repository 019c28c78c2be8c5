"""The loopback guard's one rule, over all kinds of addresses and headers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings.options import OWN_NAMES
from gateway.web.loopback import LoopbackGuard, refusal


def _scope(kind: str = "http", client: Any = ("127.0.0.1", 1), **headers: str) -> dict[str, Any]:
    named = {"host": "127.0.0.1:8501", **headers}
    return {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "client": client,
        "path": "/",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()],
    }


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:1", "[::1]:8501", "LOCALHOST"])
def test_own_names_are_let_in(host: str) -> None:
    """Each of the machine's own names, with or without a port, on both kinds of connection."""
    assert refusal(_scope(host=host)) is None
    assert refusal(_scope("websocket", host=host, origin=f"http://{host}")) is None


@pytest.mark.parametrize(
    ("scope", "why"),
    [
        (_scope(client=None), "peer"),
        (_scope(client=("10.0.0.1", 1)), "peer"),
        (_scope(client=("::ffff:10.0.0.1", 1)), "peer"),
        (_scope(client=("nonsense", 1)), "peer"),
        (_scope(x_forwarded_proto="https"), "proxy"),
        (_scope(forwarded="for=127.0.0.1"), "proxy"),
        (_scope(host="example.org"), "host"),
        (_scope("websocket"), "origin"),
        (_scope("websocket", origin="https://127.0.0.1:8501"), "origin"),
        (_scope("websocket", origin="http://127.0.0.1:8502"), "origin"),
        (_scope(origin="http://example.org"), "origin"),
    ],
)
def test_everybody_else_is_named(scope: dict[str, Any], why: str) -> None:
    """Each reason to refuse is found."""
    assert refusal(scope) == why


def test_two_hosts_are_no_host() -> None:
    """A request that names two hosts is not believed either."""
    scope = _scope()
    scope["headers"].append((b"host", b"example.org"))
    assert refusal(scope) == "host"


POST = {"method": "POST", "path": "/webhooks/hubspot"}
PROXIED = {"x_forwarded_for": "203.0.113.9", "forwarded": "for=203.0.113.9", "via": "1.1 x"}


@pytest.mark.parametrize("host", ["intake.example", "127.0.0.1:8501", "other.example"])
def test_a_signed_post_may_come_through_a_proxy(host: str) -> None:
    """From any address and under any host: who sent it is told by its signature, and the route
    looks at the host."""
    scope = _scope(client=("203.0.113.9", 1), host=host, **PROXIED)
    assert refusal({**scope, **POST}) is None


@pytest.mark.parametrize(
    "other",
    [
        {"method": "GET"}, {"method": "HEAD"}, {"method": "post"}, {"path": "/"}, {"path": "/metrics"},
        {"path": "/webhooks/hubspot/"}, {"path": "/Webhooks/hubspot"}, {"path": "/inbox"},
        {"type": "websocket"},
    ],
)  # fmt: skip
def test_nothing_else_may(other: dict[str, str]) -> None:
    """Another method, another path, or a websocket there is refused as ever."""
    scope = _scope(client=("203.0.113.9", 1), host="intake.example", **PROXIED)
    assert refusal({**scope, **POST, **other}) == "peer"
    assert refusal({**_scope(via="1.1 x"), **POST, **other}) == "proxy"


def test_a_browser_has_no_business_at_the_webhook() -> None:
    """Whatever names an origin is a page's script, and refused."""
    assert refusal({**_scope(origin="http://127.0.0.1:8501"), **POST}) == "origin"


@given(st.text(alphabet="abc0127.:[]@%/-", max_size=24))
def test_no_other_host_is_taken_for_ours(host: str) -> None:
    """Only an own name, with nothing but a port behind it, passes."""
    name = host.rsplit(":", 1)[0] if host.rpartition(":")[2].isdigit() else host
    ours = host in OWN_NAMES or name.strip("[]") in OWN_NAMES
    if not ours:
        assert refusal(_scope(host=host)) == "host"


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_refused_connection_never_reaches_the_app(kind: str) -> None:
    """The app behind the guard is not called, whatever the kind."""
    sent: list[Any] = []

    async def app(*_: Any) -> None:
        raise AssertionError("the app was called")

    async def receive() -> dict[str, str]:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(LoopbackGuard(app)(_scope(kind, client=("10.0.0.1", 1)), receive, send))  # type: ignore[arg-type]
    assert sent[0].get("status") == 403 or sent[0] == {"type": "websocket.close", "code": 1008}
