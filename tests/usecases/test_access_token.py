"""When an access token is renewed, by whom, and what is done while it cannot be: with a clock that
is moved by hand."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.domain.answers import Secret
from gateway.domain.errors import IntakeClosed
from gateway.domain.grants import Ended
from gateway.domain.hubspot_errors import AppRefused, NotInstalled, NotSent, RateLimited
from gateway.emulator import Emulator
from gateway.emulator.grants import Grant
from gateway.hubspot.client import Client
from gateway.hubspot.oauth_calls import OAuthCalls
from gateway.hubspot.routes import Host
from gateway.sealing.keyring import open_keyring
from gateway.store.store import Store, open_store
from gateway.usecases import access_token
from gateway.usecases.access_token import AGAIN_S, AccessToken
from gateway.usecases.installation import LOOK_S, Installation

START_MS = 1_900_000_000_000
LIFE_S = 1800


@dataclasses.dataclass
class Bench:
    """One installation, and processes that use it."""

    emulator: Emulator
    folder: Path
    client: Client
    passed_s: float = 0.0
    stores: list[Store] = dataclasses.field(default_factory=list)

    def store(self) -> Store:
        """One more process's outbox."""
        url = f"sqlite:///{self.folder / 'data' / 'outbox.db'}"
        opened = open_store(url, now_ms=lambda: START_MS + int(self.passed_s * 1000))
        self.stores.append(opened)
        return opened

    def process(
        self, name: str, *, secret: str = "", ring: str = "keys", begins: bool = True
    ) -> AccessToken:
        """One more process, which has a refresh token in its settings if it ``begins``."""
        refresh_token = self.emulator.refresh_token if begins else ""
        store = self.store()
        keyring = open_keyring(self.folder / ring, "emulated")
        calls = OAuthCalls(
            self.client,
            client_id=self.emulator.client_id,
            client_secret=Secret(secret or self.emulator.client_secret),
            authorize_base=self.emulator.api_base,
            redirect_url="http://localhost:8501/oauth/callback",
        )
        installation = Installation(
            store.grants, keyring, client_id="app", portal_id=None,
            boot_s=lambda: self.passed_s, now_ms=lambda: START_MS + int(self.passed_s * 1000),
        )  # fmt: skip
        return AccessToken(
            name, calls, store.grants, installation,
            from_settings=Secret(refresh_token), fingerprint=keyring.fingerprint,
            boot_s=lambda: self.passed_s,
        )  # fmt: skip

    def calls(self) -> int:
        """How often HubSpot was asked for a token."""
        entries = self.emulator.portal.journal.entries()
        return sum(entry.path == "/oauth/v3/token" for entry in entries)

    def fail(self, kind: str, seconds: float = 0.0) -> None:
        self.emulator.portal.faults.add("token", kind, None, seconds)


@pytest.fixture
def bench(running: Emulator, tmp_path: Path) -> Iterator[Bench]:
    running.portal.reset()
    scopes = (*running.portal.seed.scopes, "oauth")
    running.portal.grants.file(Grant("bench", scopes), running.refresh_token)
    client = Client(Secret(""), {Host.API: running.api_base}, emulated=True)
    bench = Bench(running, tmp_path, client)
    yield bench
    for store in bench.stores:
        store.close()
    client.close()


def test_it_is_renewed_when_four_fifths_are_over(bench: Bench) -> None:
    """Not a second before, then at the next call, and once for all processes."""
    one, two = bench.process("one"), bench.process("two")
    first = one.current().reveal()
    assert two.current().reveal() == first
    bench.passed_s = LIFE_S * 0.8 - 1
    assert one.current().reveal() == two.current().reveal() == first
    assert bench.calls() == 1
    bench.passed_s = LIFE_S * 0.8 + 1
    second = one.current().reveal()
    assert second != first
    bench.passed_s += LOOK_S
    assert two.current().reveal() == second
    assert bench.calls() == 2


@pytest.mark.parametrize("rotates", [False, True])
def test_many_at_once_renew_once(bench: Bench, rotates: bool) -> None:
    """Sixteen threads of two processes find the token run out at the same moment."""
    bench.emulator.portal.amend_switches(oauth_rotates_refresh_token=rotates)
    both = [bench.process("one"), bench.process("two")]
    old = {one.current().reveal() for one in both}
    bench.passed_s = LIFE_S + 1
    bench.fail("slow", 0.3)
    barrier = threading.Barrier(16)

    def ask(n: int) -> str:
        barrier.wait(60)
        return both[n % 2].current().reveal()

    with ThreadPoolExecutor(16) as pool:
        new = set(pool.map(ask, range(16)))
    assert len(new) == 1
    assert not new & old
    assert bench.calls() == 2


def test_while_hubspot_is_away_the_old_one_serves(bench: Bench) -> None:
    """A renewal that fails costs nothing before the token ends, and is not tried at every call;
    afterwards the call counts as not made, and the installation still stands."""
    one = bench.process("one")
    first = one.current().reveal()
    for kind in ("500", "drop_before", "garbage_json", "redirect"):
        bench.emulator.portal.faults.clear()
        bench.fail(kind)
        bench.passed_s = max(LIFE_S * 0.8 + 1, bench.passed_s + AGAIN_S + 1)
        before = bench.calls()
        assert {one.current().reveal() for _ in range(3)} == {first}
        assert bench.calls() == before + 1, kind
    bench.passed_s = LIFE_S + 1
    with pytest.raises(NotSent):
        one.current()
    bench.emulator.portal.faults.clear()
    bench.fail("429_retry_after", 7.0)
    bench.passed_s += AGAIN_S + 1
    with pytest.raises(RateLimited):
        one.current()
    bench.emulator.portal.faults.clear()
    bench.passed_s += AGAIN_S + 1
    assert one.current().reveal() != first


def test_a_wrong_secret_ends_nothing(bench: Bench) -> None:
    """HubSpot not knowing the app says nothing of the installation: another process goes on."""
    one, wrong = bench.process("one"), bench.process("two", secret="another-secret")
    first = one.current().reveal()
    bench.passed_s = LIFE_S * 0.9
    assert wrong.current().reveal() == first
    bench.passed_s = LIFE_S + AGAIN_S
    with pytest.raises(AppRefused):
        wrong.current()
    assert one.current().reveal() != first


def test_nobody_waits_for_who_renews_before_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process has the lease the old token serves; once it has run out it is waited
    for, for a while."""
    monkeypatch.setattr(access_token, "WAIT_S", 0.3)
    one = bench.process("one")
    first = one.current().reveal()
    row = bench.stores[0].grants.read()
    assert row is not None
    bench.passed_s = LIFE_S * 0.9
    assert bench.stores[0].grants.lease("another", 1, row.version, 60).ours
    assert one.current().reveal() == first
    bench.passed_s = LIFE_S + 1
    assert bench.stores[0].grants.lease("another", 1, row.version, 60).ours
    with pytest.raises(NotSent):
        one.current()
    bench.stores[0].grants.give_back("another")
    assert one.current().reveal() != first


def test_while_the_outbox_cannot_be_read_what_is_known_serves(bench: Bench) -> None:
    """A process that has a token goes on; one that has none cannot begin."""
    one, two = bench.process("one"), bench.process("two")
    first = one.current().reveal()
    for store in bench.stores:
        store._writer.run(lambda c: c.execute(text("ALTER TABLE grants RENAME TO away")))
        break
    bench.passed_s = LOOK_S * 2
    assert one.current().reveal() == first
    with pytest.raises(NotSent):
        two.current()


def test_a_full_disk_loses_no_refresh_token(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """HubSpot has ended the old refresh token and the outbox takes nothing for longer than is
    waited: what it brought is kept as soon as the outbox does, and the installation stands."""
    monkeypatch.setattr(access_token, "KEEP_S", 0.2)
    bench.emulator.portal.amend_switches(oauth_rotates_refresh_token=True)
    one = bench.process("one")
    first = one.current().reveal()
    grants = bench.stores[0].grants
    renew = grants.renew

    def full(*_: object) -> bool:
        raise IntakeClosed("disk")

    grants.renew = full  # type: ignore[method-assign]
    bench.passed_s = LIFE_S + 1
    for _ in range(2):
        with pytest.raises(NotSent):
            one.current()
    grants.renew = renew  # type: ignore[method-assign]
    second = one.current().reveal()
    assert second != first
    assert bench.calls() == 2
    bench.passed_s += LIFE_S + 1
    assert bench.process("two").current().reveal() not in (first, second)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE grants SET sealed = substr(sealed, 1, 60)",
        "UPDATE grants SET portal_id = 4711, version = 2",
        "UPDATE grants SET version = 2",
        "UPDATE grants SET generation = 2",
        "UPDATE grants SET sealed = ''",
    ],
)
def test_an_altered_row_is_no_installation(bench: Bench, change: str) -> None:
    """What was moved or edited does not open, and is told as such."""
    one = bench.process("one")
    assert one.current()
    bench.stores[0]._writer.run(lambda c: c.execute(text(change)))
    two = bench.process("two")
    with pytest.raises(NotInstalled):
        two.current()
    grant, renews = two._installation.grant()
    assert grant is not None
    assert (grant.ended, renews) == (Ended.UNREADABLE, None)
    assert bench.calls() == 1


def test_another_ring_opens_nothing(bench: Bench) -> None:
    """The tokens belong to the key folder they were sealed with."""
    assert bench.process("one").current()
    with pytest.raises(NotInstalled):
        bench.process("two", ring="other", begins=False).current()


def test_renewing_changes_nobody_s_identity(bench: Bench) -> None:
    """The digest that stands for the token is the installation's."""
    one = bench.process("one")
    before = one._installation.identity()
    assert one.current()
    installed = one._installation.identity()
    assert installed != before
    bench.passed_s = LIFE_S
    assert one.current()
    assert one._installation.identity() == installed


def test_a_second_refusal_is_let_stand(bench: Bench) -> None:
    """A refused token is renewed once a minute at most; one that was renewed meanwhile is simply
    given out."""
    one, two = bench.process("one"), bench.process("two")
    first = one.current()
    assert two.current().reveal() == first.reveal()
    second = one.renewed(first)
    assert second is not None
    assert second.reveal() != first.reveal()
    again = two.renewed(first)
    assert again is not None
    assert again.reveal() == second.reveal()
    assert one.renewed(second) is None
    assert bench.calls() == 2
    bench.passed_s += 61
    assert one.renewed(second) is not None
    assert bench.calls() == 3


def test_a_withdrawn_grant_is_no_reason_to_ask_again(bench: Bench) -> None:
    """Once it is known to be over nobody asks HubSpot any more."""
    one = bench.process("one")
    first = one.current()
    bench.emulator.portal.grants.forget(bench.emulator.refresh_token)
    bench.passed_s = LIFE_S + 1
    calls: list[Callable[[], Any]] = [one.current, lambda: one.renewed(first), one.current]
    for call in calls:
        with pytest.raises(NotInstalled):
            call()
    assert bench.calls() == 2
