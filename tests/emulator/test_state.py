"""An account that survives the end of its process, in a file that shows nothing."""

from __future__ import annotations

import json
import os
import stat
import time

import pytest
import requests
from emulator.conftest import Hub
from emulator.receiver import Receiver, until

from gateway.emulator import Emulator, StateUnusable
from gateway.emulator.state import account as kept_account
from gateway.emulator.state.sealed_file import FORMAT, SealedFile

INTAKE, ONBOARDING = "Patient intake", "Employee onboarding"
CANARIES = (
    "Zebedee-Canary",
    "canary-4711@mail.example",
    "canary cough",
    "CANARY-DE89370400440532013000",
)


@pytest.fixture
def path(tmp_path):
    """Where the account is kept."""
    return tmp_path / "clinic.state"


def running(path):
    emulator = Emulator(state=path)
    session = requests.Session()
    session.trust_env = False
    emulator.portal.amend_switches(rate_limit=0)
    return Hub(emulator, session)


def life(path, live):
    """One life of the emulator on the file."""
    hub = running(path)
    with hub.emulator, hub.session:
        return live(hub)


def canary(hub):
    name, email, illness, account = CANARIES
    assert hub.submit(INTAKE, hub.good(INTAKE, firstname=name, email=email, diagnosis=illness)).ok
    assert hub.submit(ONBOARDING, hub.good(ONBOARDING, email=email, bank_account=account)).ok


def everything(hub):
    """What a client can see of the account."""
    portal = hub.portal
    with portal.lock:
        told = json.loads(kept_account.taken(portal))
    for row in told["webhooks"]["deliveries"]:
        del row["due"], row["id"]
    return told


def test_the_account_is_there_again(path):
    """Definitions, records with history and links, submissions, tokens, grants, switches, limits
    and webhooks: all as it was, under the same credentials."""

    def first(hub):
        canary(hub)
        hub.portal.amend_switches(retry_after=True, webhook_time_scale=50.0, token_life=900.0)
        hub.portal.amend_form(hub.form_id(INTAKE), {"name": "Intake, renamed"})
        hub.portal.archive_property("0-1", "nationality")
        hub.portal.time_zone = "Asia/Tokyo"
        token = hub.portal.issue_token(["forms"], expires_in=3600)
        with Receiver(500) as receiver:
            body = {
                "url": receiver.url,
                "subscribe": ["contact.creation", "contact.propertyChange:email"],
            }
            hub.admin("PUT", "webhooks", body)
            hub.submit(ONBOARDING, hub.good(ONBOARDING, email="third@mail.example"))
            until(lambda: [d for d in hub.portal.webhooks.deliveries.under_way() if d.attempts])
        grant = hub.admin("POST", "oauth/install", {}).json()
        return token, grant, hub.emulator.banner(), everything(hub)

    token, grant, banner, before = life(path, first)

    def second(hub):
        assert everything(hub) == before
        told = {
            k: v for k, v in hub.emulator.banner().items() if k not in ("api_base", "forms_base")
        }
        assert told.items() <= banner.items()
        assert hub.get("/marketing/v3/forms", token=token).ok
        own = {"client_id": hub.emulator.client_id, "client_secret": hub.emulator.client_secret}
        refresh = own | {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"]}
        body = hub.call("POST", "/oauth/v3/token", token=None, data=refresh).json()
        assert body["expires_in"] == 900
        names = {form["name"] for form in hub.get("/marketing/v3/forms").json()["results"]}
        assert "Intake, renamed" in names
        (jane, other) = hub.portal.contacts()
        assert jane.values["email"] == CANARIES[1]
        hub.submit(ONBOARDING, hub.good(ONBOARDING, email=CANARIES[1], firstname="Anew"))
        assert len(hub.portal.contacts()) == 2
        hub.submit(ONBOARDING, hub.good(ONBOARDING, email="fourth@mail.example"))
        assert len({contact.id for contact in hub.portal.contacts()}) == 3
        assert other.values["email"] == "third@mail.example"

    life(path, second)


def test_an_undelivered_webhook_is_tried_again_after_a_restart(path):
    """What the receiver did not take goes on from the next try."""
    with Receiver(500) as receiver:

        def first(hub):
            body = {"url": receiver.url, "subscribe": ["contact.creation"]}
            hub.admin("PUT", "webhooks", body)
            hub.portal.amend_switches(webhook_time_scale=0.02)
            canary(hub)
            until(lambda: receiver.arrived)

        life(path, first)
        life(path, lambda _: until(lambda: len(receiver.arrived) >= 2))
    assert receiver.events[0]["eventId"] == receiver.events[-1]["eventId"]


def test_writes_and_submissions_keep_their_distance(path):
    """What was to show later still shows later."""

    def first(hub):
        hub.portal.amend_switches(record_delay=3600.0, submission_delay=3600.0)
        canary(hub)

    def second(hub):
        assert hub.portal.contacts() == ()
        read = hub.get(f"/form-integrations/v1/submissions/forms/{hub.form_id(INTAKE)}")
        assert read.json()["results"] == []
        with hub.portal.lock:
            hub.portal.records.settle(time.monotonic() + 3601)
            assert len(hub.portal.records.all("0-1")) == 1

    life(path, first)
    life(path, second)


def test_no_value_and_no_secret_is_readable(path):
    """Nobody finds an answer, a name, a token or a secret in any of the files."""

    def live(hub):
        canary(hub)
        hub.portal.amend_switches(record_delay=3600.0)
        canary(hub)
        return [hub.emulator.access_token, hub.emulator.client_secret, hub.emulator.refresh_token,
                hub.portal.developer_key, hub.emulator.desk_token]  # fmt: skip

    secrets = life(path, live)
    files = list(path.parent.iterdir())
    assert {file.name for file in files} >= {path.name, f"{path.name}.key"}
    for file in files:
        content = file.read_bytes()
        for text in (*CANARIES, *secrets, "passport_number", "firstname"):
            assert text.encode() not in content
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"",
        lambda raw: raw[:10],
        lambda raw: raw[: len(FORMAT)],
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
        lambda raw: raw[: len(FORMAT)] + bytes([raw[len(FORMAT)] ^ 1]) + raw[len(FORMAT) + 1 :],
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
        lambda raw: (
            raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 128]) + raw[len(raw) // 2 + 1 :]
        ),
        lambda raw: b"\0" * len(raw),
        lambda raw: b'{"portal_id": 1}',
    ],
    ids=range(11),
)
def test_a_damaged_file_is_refused(path, spoil):
    """Whatever became of it, a sentence says so, and the file is left as it is."""
    life(path, canary)
    spoilt = spoil(path.read_bytes())
    path.write_bytes(spoilt)
    with pytest.raises(StateUnusable, match=r"clinic\.state is damaged"):
        Emulator(state=path)
    assert path.read_bytes() == spoilt


def test_a_file_without_its_key_is_refused(path):
    """The key is missing, too short, or another one's."""
    life(path, canary)
    key = path.with_name(f"{path.name}.key")
    right = key.read_bytes()
    key.write_bytes(bytes(32))
    with pytest.raises(StateUnusable, match="another key file"):
        Emulator(state=path)
    key.write_bytes(right[:-1])
    with pytest.raises(StateUnusable, match=r"clinic\.state\.key is damaged"):
        Emulator(state=path)
    key.unlink()
    with pytest.raises(StateUnusable, match=r"clinic\.state\.key is missing"):
        Emulator(state=path)


@pytest.mark.parametrize("content", ['{"portal_id": 1}', "[]", "{", "\ud800"])
def test_a_file_of_another_version_is_refused(path, content):
    """A well-sealed file that holds something else is not taken."""
    file = SealedFile(path)
    file.read()
    file.write(content.encode(errors="replace"))
    with pytest.raises(StateUnusable, match="another version"):
        Emulator(state=path)


def test_a_file_of_another_account_is_refused(path):
    """Each account has its own file."""
    life(path, canary)
    file = SealedFile(path)
    content = json.loads(file.read() or b"")
    file.write(json.dumps(content | {"portal_id": 7}).encode())
    with pytest.raises(StateUnusable, match="another account"):
        Emulator(state=path)


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions here")
def test_a_file_others_can_read_is_refused(path):
    """Whoever opened it to others decides what becomes of it."""
    life(path, canary)
    path.chmod(0o640)
    with pytest.raises(StateUnusable, match="open to other users"):
        Emulator(state=path)


def test_one_emulator_at_a_time(path):
    """A second one is told, and the first one's file is free again after it."""
    with Emulator(state=path), pytest.raises(StateUnusable, match="in use by another"):
        Emulator(state=path)
    unstarted = Emulator(state=path)
    unstarted.stop()
    life(path, canary)


def test_it_can_stop_and_start_again(path):
    """The same object goes on where it was, and the file follows."""
    hub = running(path)
    with hub.session:
        hub.emulator.start()
        canary(hub)
        hub.emulator.stop()
        hub.emulator.start()
        assert len(hub.portal.submissions()) == 2
        hub.emulator.stop()
    assert life(path, lambda again: len(again.portal.submissions())) == 2


def test_a_change_is_written_while_it_runs(path):
    """Nobody has to stop it in order: what changed is in the file soon after."""
    hub = running(path)
    with hub.emulator, hub.session:
        canary(hub)
        before = until(lambda: path.exists() and path.read_bytes())
        hub.portal.amend_switches(retry_after=True)
        hub.admin("PATCH", "account", {"time_zone": "Asia/Tokyo"})
        until(lambda: path.read_bytes() != before)


def test_half_a_surrogate_pair_does_no_harm(path):
    """JSON can carry what no text can; it is kept and comes back."""

    def first(hub):
        raw = json.dumps({"name": "Odd \ud800 form"}).encode()
        headers = {"Content-Type": "application/json"}
        form = hub.form_id(INTAKE)
        assert hub.call(
            "PATCH", f"/_emulator/forms/{form}", token=None, data=raw, headers=headers
        ).ok
        return form

    form = life(path, first)
    assert life(path, lambda hub: hub.portal.forms[form]["name"]) == "Odd \ud800 form"


@pytest.mark.parametrize("suffix", ["", ".key", ".lock"])
def test_a_folder_in_place_of_a_file_is_told(path, suffix):
    """A folder where the file, its key or its lock belongs is refused with a sentence."""
    path.with_name(path.name + suffix).mkdir()
    with pytest.raises(StateUnusable, match=r"The state file clinic\.state cannot be "):
        Emulator(state=path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    """The sentence names the file and the system's reason."""
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(StateUnusable, match="cannot be"):
        Emulator(state=blocked / "clinic.state")
