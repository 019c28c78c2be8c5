"""Installed by OAuth: one link, one code, one token for all, renewed in time, and what happens when
the account takes it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from samples import ANSWERS, PATIENT, World, settled, submit

from gateway.domain.answers import Secret
from gateway.domain.errors import InstallRefused, IntakeClosed, PermissionDenied
from gateway.domain.features import Feature
from gateway.domain.grants import Ended, InstallRefusal
from gateway.domain.hubspot_errors import HubSpotError, NotInstalled, Unauthorized
from gateway.domain.queue import Switch
from gateway.domain.record_errors import MissingScope
from gateway.domain.records import UniqueKey
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR, Role, User
from gateway.usecases.gateway import Gateway

PATIENCE_S = 60.0


def of_oauth(world: World, **more: str) -> dict[str, str]:
    """What makes a gateway get its tokens itself."""
    return {
        "HUBSPOT_ACCESS_TOKEN": "",
        "HUBSPOT_CLIENT_ID": world.emulator.client_id,
        "HUBSPOT_CLIENT_SECRET": world.emulator.client_secret,
        "HUBSPOT_PORTAL_ID": str(world.emulator.portal_id),
        **more,
    }


def opened(world: World, **more: str) -> Gateway:
    return world.open(**of_oauth(world, **more))


def answered(gateway: Gateway, **changes: Any) -> str:
    """The address HubSpot leads a browser back to that opened a new install link."""
    link = gateway.oauth.install_link(by=LOCAL_OPERATOR, **changes)
    back = requests.get(link.url, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    return back.headers["Location"]


def install(gateway: Gateway, **changes: Any) -> None:
    gateway.oauth.exchange(answered(gateway, **changes), by=LOCAL_OPERATOR)


def told(address: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


def eventually(true: Callable[[], Any], seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def token_calls(world: World) -> int:
    """How often the token endpoint was asked."""
    return sum(entry.path == "/oauth/v3/token" for entry in world.portal.journal.entries())


def end_access_tokens(world: World) -> None:
    """HubSpot forgets them before their time; the installation stands."""
    for text, token in world.portal.tokens.all().items():
        if token.grant is not None:
            world.portal.tokens.revoke(text)


def stands(gateway: Gateway, receipt: str) -> tuple[State, str | None]:
    status = gateway.status(receipt, by=LOCAL_OPERATOR)
    return status.state, status.cause


def refused_by(error: pytest.ExceptionInfo[InstallRefused]) -> InstallRefusal:
    return error.value.refusal


def test_before_an_installation_nothing_is_taken_and_the_way_is_shown(world: World) -> None:
    """Without a token nobody can tell what a form is: intake says how to install the app."""
    gateway = opened(world)
    with pytest.raises(IntakeClosed, match="oauth install-url") as closed:
        submit(gateway)
    assert closed.value.cause == "not_installed"
    with pytest.raises(NotInstalled):
        gateway.forms(by=LOCAL_OPERATOR)
    status = gateway.oauth.status(by=LOCAL_OPERATOR)
    assert (status.oauth, status.installed, status.ended) == (True, False, Ended.NEVER)
    assert "app_not_installed" in {f.code for f in gateway.doctor(by=LOCAL_OPERATOR)}
    assert gateway.ready() == (False, "not_installed")


def test_an_installation_lets_answers_through(world: World) -> None:
    """From the link to a delivered submission, with the scopes that were agreed to; the second
    link asks for just what the forms take."""
    gateway = opened(world)
    first = gateway.oauth.install_link(by=LOCAL_OPERATOR)
    assert first.scopes == ("forms", "oauth")
    assert "state=" in first.url
    assert "state=" not in repr(first)
    assert "crm.objects.contacts.sensitive.write" in first.optional
    assert not any(scope.endswith("sensitive.read") for scope in first.optional)
    install(gateway)
    status = gateway.oauth.status(by=LOCAL_OPERATOR)
    assert status.installed
    assert status.grant is not None
    assert status.grant.portal_id == world.emulator.portal_id
    assert status.renews_ms is not None
    assert 1300 < status.renews_ms / 1000 - time.time() < 1500
    gateway.start_worker()
    assert settled(gateway, submit(gateway), PATIENCE_S).state is State.DELIVERED
    second = gateway.oauth.install_link(by=LOCAL_OPERATOR, optional=[Feature.REVEAL])
    assert "crm.objects.contacts.sensitive.write" in second.scopes
    assert "crm.objects.contacts.sensitive.read" in second.optional
    found = {f.code for f in gateway.doctor(by=LOCAL_OPERATOR)}
    assert "app_installed" in found
    assert "app_not_installed" not in found
    assert gateway.ready() == (True, "ready")


def test_a_link_is_answered_once_and_by_nobody_else(world: World) -> None:
    """A state is believed once; another's, a changed one and none are not, and leave no trace."""
    gateway = opened(world)
    back = told(answered(gateway))
    for state in ("", "x", back["state"][:-1] + "_", "0" * 32 + back["state"][32:], "é" * 76):
        with pytest.raises(InstallRefused) as error:
            gateway.oauth.complete(state, back["code"])
        assert refused_by(error) is InstallRefusal.LINK
    assert gateway.oauth.complete(back["state"], back["code"]).installed
    with pytest.raises(InstallRefused) as error:
        gateway.oauth.complete(back["state"], back["code"])
    assert refused_by(error) is InstallRefusal.LINK


def test_a_code_belongs_to_its_link(world: World) -> None:
    """The proof of who asked is another for every link: a code of one is refused with the other's
    state, and a code alone is taken with the newest link only."""
    gateway = opened(world)
    one, two = told(answered(gateway)), told(answered(gateway))
    with pytest.raises(InstallRefused) as error:
        gateway.oauth.complete(two["state"], one["code"])
    assert refused_by(error) is InstallRefusal.CODE
    three = told(answered(gateway))
    assert gateway.oauth.exchange(f" {three['code']}\n", by=LOCAL_OPERATOR).installed
    for text in ("", "?", "a code", "x" * 5000, "http://[/?code=1", "12345678-not-the-code"):
        with pytest.raises(InstallRefused):
            gateway.oauth.exchange(text, by=LOCAL_OPERATOR)


def test_a_no_makes_the_link_void(world: World) -> None:
    """HubSpot's error is told as one, and its link cannot be used any more."""
    gateway = opened(world)
    back = told(answered(gateway))
    with pytest.raises(InstallRefused) as error:
        gateway.oauth.exchange(
            f"http://x/oauth/callback?error=access_denied&state={back['state']}", by=LOCAL_OPERATOR
        )
    assert refused_by(error) is InstallRefusal.DENIED
    with pytest.raises(InstallRefused) as error:
        gateway.oauth.complete(back["state"], back["code"])
    assert refused_by(error) is InstallRefusal.LINK


def test_another_account_is_not_kept(world: World) -> None:
    """An app installed into another account than the one that is meant is refused, and its token
    is ended at once; without a named account there is no link at all."""
    gateway = opened(world)
    back = answered(gateway)
    other = opened(world, HUBSPOT_PORTAL_ID="4711")
    tokens = len(world.portal.grants.all())
    with pytest.raises(InstallRefused) as error:
        other.oauth.exchange(back, by=LOCAL_OPERATOR)
    assert refused_by(error) is InstallRefusal.ACCOUNT
    assert len(world.portal.grants.all()) == tokens
    assert not other.oauth.status(by=LOCAL_OPERATOR).installed
    unnamed = opened(world, HUBSPOT_PORTAL_ID="")
    with pytest.raises(InstallRefused) as error:
        unnamed.oauth.install_link(by=LOCAL_OPERATOR)
    assert refused_by(error) is InstallRefusal.NO_ACCOUNT


def test_only_who_may_installs(world: World) -> None:
    """An auditor sees the installation and cannot change it; a fixed token has none."""
    gateway = opened(world)
    auditor = User("a", "A", frozenset({Role.AUDITOR}))
    assert gateway.oauth.status(by=auditor).oauth
    for ask in (
        lambda: gateway.oauth.install_link(by=auditor),
        lambda: gateway.oauth.exchange("12345678", by=auditor),
        lambda: gateway.oauth.revoke(by=auditor),
    ):
        with pytest.raises(PermissionDenied):
            ask()
    fixed = world.open()
    assert not fixed.oauth.status(by=LOCAL_OPERATOR).oauth
    with pytest.raises(InstallRefused) as error:
        fixed.oauth.install_link(by=LOCAL_OPERATOR)
    assert refused_by(error) is InstallRefusal.NOT_OAUTH


def test_a_refresh_token_from_the_settings_begins_an_installation(world: World) -> None:
    """It is used once, and what was installed since counts more; one that HubSpot refuses is told
    as such and not tried again."""
    refresh = world.portal.grants.grant([*world.portal.seed.scopes, "oauth"])
    gateway = opened(world, HUBSPOT_PORTAL_ID="", HUBSPOT_REFRESH_TOKEN=refresh)
    assert gateway.forms(by=LOCAL_OPERATOR)
    gateway.oauth.revoke(by=LOCAL_OPERATOR)
    calls = token_calls(world)
    again = opened(world, HUBSPOT_PORTAL_ID="", HUBSPOT_REFRESH_TOKEN=refresh)
    for _ in range(3):
        with pytest.raises(NotInstalled):
            again.oauth._app.access.current()  # type: ignore[union-attr]
    assert token_calls(world) == calls
    bad = opened(
        world, GATEWAY_DATA_DIR=str(world.folder / "bad"), HUBSPOT_REFRESH_TOKEN="na1-nobodys"
    )
    for _ in range(3):
        with pytest.raises(HubSpotError):
            bad.forms(by=LOCAL_OPERATOR)
    assert token_calls(world) == calls + 1


def test_a_token_is_renewed_before_it_ends(world: World) -> None:
    """Over several lives of a token nothing fails; each is renewed, and no 401 is ever seen."""
    world.portal.amend_switches(token_life=1.5, oauth_rate_limit=0)
    gateway = opened(world, GATEWAY_DEFINITION_MAX_AGE="0")
    install(gateway)
    since = len(world.portal.journal.entries())
    until = time.monotonic() + 3.5
    while time.monotonic() < until:
        codes = {f.code for one in gateway.forms(by=LOCAL_OPERATOR) for f in one.findings}
        assert "definitions_stale" not in codes
        time.sleep(0.05)
    seen = world.portal.journal.entries()[since:]
    assert not [entry for entry in seen if entry.status == 401]
    assert sum(entry.path == "/oauth/v3/token" for entry in seen) >= 2


def test_a_refused_token_is_renewed_once(world: World) -> None:
    """A 401 to a token that should be good brings another one, and the call goes on by itself; a
    second soon after does not, and pauses the queue as for every refused token."""
    gateway = opened(world, GATEWAY_DEFINITION_MAX_AGE="0")
    install(gateway)
    calls = token_calls(world)
    end_access_tokens(world)
    assert gateway.forms(by=LOCAL_OPERATOR)
    assert token_calls(world) == calls + 1
    assert gateway.queue(by=LOCAL_OPERATOR).switch is Switch.RUNNING
    end_access_tokens(world)
    with pytest.raises(Unauthorized):
        gateway.oauth._scopes._portal.facts(max_age_ms=0)
    assert token_calls(world) == calls + 1
    assert gateway.queue(by=LOCAL_OPERATOR).switch is Switch.PAUSED_AUTH
    install(gateway)
    assert gateway.queue(by=LOCAL_OPERATOR).switch is Switch.RUNNING


@pytest.mark.parametrize("rotates", [False, True])
def test_uninstalled_and_installed_again(world: World, rotates: bool) -> None:
    """When the account takes the app away the queue pauses and says so, nothing is lost, and after
    the next installation it goes on by itself."""
    world.portal.amend_switches(oauth_rotates_refresh_token=rotates)
    gateway = opened(world)
    install(gateway)
    assert gateway.forms(by=LOCAL_OPERATOR)
    receipt = submit(gateway)
    world.portal.revoke_grant()
    gateway.start_worker()
    switch = lambda: gateway.queue(by=LOCAL_OPERATOR).switch  # noqa: E731
    eventually(lambda: switch() is Switch.PAUSED_INSTALL)
    waits = (State.QUEUED, "not_installed")
    eventually(lambda: stands(gateway, receipt.code) == waits)
    assert gateway.oauth.status(by=LOCAL_OPERATOR).ended is Ended.REVOKED
    assert gateway.ready() == (False, "not_installed")
    # What was read before is remembered: people can go on.
    assert submit(gateway, email="late@clinic-mail.example").code
    other = opened(world)
    install(other)
    eventually(lambda: switch() is Switch.RUNNING)
    assert settled(gateway, receipt, PATIENCE_S).state is State.DELIVERED
    assert gateway._store.audit.verify() == (True, None)
    told = [row.action.value for row in gateway._store.audit.rows("the app")]
    assert told == ["app.installed", "app.ended", "app.installed"]


def test_records_are_read_with_the_same_installation(world: World) -> None:
    """Without a token of their own, records take what the installation was granted; a second
    installation with more scopes counts at once, in every process."""
    gateway, other = opened(world), opened(world)
    install(gateway)
    gateway.start_worker()
    assert settled(gateway, submit(gateway), PATIENCE_S).state is State.DELIVERED
    key = UniqueKey("email", Secret(ANSWERS[PATIENT]["email"]))
    for one in (gateway, other):
        with pytest.raises(MissingScope):
            one.records.read("contacts", key, ["firstname"], by=LOCAL_OPERATOR)
    install(gateway, optional=[Feature.RECORDS])
    for one in (gateway, other):
        eventually(lambda one=one: "crm.objects.contacts.read" in held(one))  # type: ignore[misc]
        read = one.records.read("contacts", key, ["firstname"], by=LOCAL_OPERATOR)
        assert read.id


def held(gateway: Gateway) -> frozenset[str]:
    return gateway.oauth._scopes._portal.facts().held or frozenset()


def test_ended_from_here(world: World) -> None:
    """Ending the installation ends it at HubSpot too, and forgets the tokens."""
    gateway = opened(world)
    install(gateway)
    assert gateway.forms(by=LOCAL_OPERATOR)
    grants = len(world.portal.grants.all())
    assert gateway.oauth.revoke(by=LOCAL_OPERATOR).ended is Ended.WITHDRAWN
    assert len(world.portal.grants.all()) == grants - 1
    row = gateway._store.grants.read()
    assert row is not None
    assert row.sealed == b""
    with pytest.raises(InstallRefused) as error:
        gateway.oauth.revoke(by=LOCAL_OPERATOR)
    assert refused_by(error) is InstallRefusal.NOTHING


def test_no_file_holds_a_token_in_clear(world: World) -> None:
    """Neither tokens nor a link's secret stand in any file of the data folder."""
    gateway = opened(world)
    back = told(answered(gateway))
    install(gateway)
    gateway.start_worker()
    assert settled(gateway, submit(gateway), PATIENCE_S).state is State.DELIVERED
    held = gateway.oauth._app.installation.look()  # type: ignore[union-attr]
    assert held is not None
    secrets = [held.access.reveal(), held.refresh.reveal(), back["state"].split(".")[1]]
    secrets += [back["code"], world.emulator.client_secret]
    files = [path for path in Path(world.folder).rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not [s for s in secrets if s.encode() in content], path.name
    for shown in (repr(held), str(held), repr(gateway.oauth.status(by=LOCAL_OPERATOR))):
        assert not [s for s in secrets if s in shown]


def test_an_app_that_hubspot_does_not_know_is_told(world: World) -> None:
    """A wrong client secret is told as what it is, and ends nothing."""
    gateway = opened(world)
    install(gateway)
    back = answered(gateway)
    wrong = opened(world, HUBSPOT_CLIENT_SECRET="not-the-secret-at-all")
    with pytest.raises(HubSpotError, match="HUBSPOT_CLIENT_SECRET"):
        wrong.oauth.exchange(back, by=LOCAL_OPERATOR)
    assert wrong.oauth.status(by=LOCAL_OPERATOR).installed


def test_tokens_that_cannot_be_kept_are_told_as_that(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot has let the app in and the outbox takes nothing: that is said, with what to do, and
    the next link installs it."""
    gateway = opened(world)
    grants = gateway._store.grants

    def full(*_: object) -> bool:
        raise IntakeClosed("disk")

    with monkeypatch.context() as broken:
        broken.setattr(grants, "install", full)
        with pytest.raises(InstallRefused) as caught:
            install(gateway)
    assert refused_by(caught) is InstallRefusal.NOT_KEPT
    assert not gateway.oauth.status(by=LOCAL_OPERATOR).installed
    install(gateway)
    assert gateway.oauth.status(by=LOCAL_OPERATOR).installed
