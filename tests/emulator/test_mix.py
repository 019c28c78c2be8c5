"""A random mix of faults: repeatable, within its shares, and over at once."""

from __future__ import annotations

import collections
import json

import pytest
import requests

from gateway.emulator.faults import Area, Faults

INTAKE = "Patient intake"
STORM = {
    "drop_before": 0.03, "drop_after_store": 0.05, "500": 0.02, "502_after_store": 0.02,
    "429": 0.02, "slow": 0.01,
}  # fmt: skip


def _strikes(faults: Faults, area: Area, count: int) -> list[str | None]:
    drawn = (faults.take(area) for _ in range(count))
    return [fault and fault.kind for fault in drawn]


def test_the_shares_are_kept():
    """Over many calls each kind strikes about as often as its share says."""
    faults = Faults()
    faults.mix("secure_submit", STORM, seed=7, seconds={"slow": 12.0})
    found = collections.Counter(_strikes(faults, Area.SECURE_SUBMIT, 20_000))
    for kind, share in STORM.items():
        assert found[kind] == pytest.approx(share * 20_000, rel=0.2), kind
    assert found[None] == pytest.approx(0.85 * 20_000, rel=0.02)
    (row,) = faults.listing()
    assert row["struck"] == {kind: found[kind] for kind in row["struck"]}


def test_the_same_seed_strikes_the_same_calls():
    """Two runs of one seed agree, another seed does not."""
    runs = []
    for seed in (1, 1, 2):
        faults = Faults()
        faults.mix("secure_submit", STORM, seed=seed)
        runs.append(_strikes(faults, Area.SECURE_SUBMIT, 500))
    assert runs[0] == runs[1] != runs[2]


def test_a_mix_strikes_its_area_only():
    """Calls of another area neither suffer nor move the dice."""
    alone, among = Faults(), Faults()
    for faults in (alone, among):
        faults.mix("secure_submit", STORM, seed=3)
    runs: list[list[str | None]] = [_strikes(alone, Area.SECURE_SUBMIT, 200), []]
    for _ in range(200):
        assert among.take(Area.FORMS) is None
        runs[1] += _strikes(among, Area.SECURE_SUBMIT, 1)
    assert runs[0] == runs[1]


def test_everywhere_spares_what_makes_no_sense():
    """A mix everywhere never stores a read late."""
    faults = Faults()
    faults.mix("*", {"late_store": 1.0})
    assert faults.take(Area.FORMS) is None
    assert faults.take(Area.SECURE_SUBMIT).kind == "late_store"


def test_single_faults_come_first():
    """A fault that was asked for by itself is used up before the dice fall."""
    faults = Faults()
    faults.mix("forms", {"500": 1.0})
    faults.add("forms", "404")
    assert _strikes(faults, Area.FORMS, 3) == ["404", "500", "500"]


def test_a_storm_is_one_call(hub):
    """Over HTTP: one call starts it, the listing shows it, one call ends it."""
    body = {"on": "secure_submit", "mix": {"500": 0.5, "drop_before": 0.5}, "seed": 4}
    (row,) = hub.admin("POST", "faults", body).json()["faults"]
    assert row == {**body, "id": 1, "seconds": {}, "struck": {}}
    struck: collections.Counter[str] = collections.Counter()
    for _ in range(20):
        try:
            struck[str(hub.submit(INTAKE, hub.good(INTAKE)).status_code)] += 1
        except requests.ConnectionError:
            struck["drop_before"] += 1
    (row,) = hub.admin("GET", "faults").json()["faults"]
    assert row["struck"] == struck
    assert set(struck) == {"500", "drop_before"}
    assert hub.admin("DELETE", "faults").status_code == 204
    assert hub.admin("GET", "faults").json() == {"faults": []}
    assert hub.submit(INTAKE, hub.good(INTAKE)).status_code == 200


def test_the_seconds_belong_to_a_kind(hub):
    """Each kind of a mix has seconds of its own."""
    hub.portal.faults.mix("secure_submit", {"429_retry_after": 1.0}, seconds={"429_retry_after": 9})
    assert hub.submit(INTAKE, hub.good(INTAKE)).headers["Retry-After"] == "9"


@pytest.mark.parametrize(
    "body",
    [
        {"on": "moon", "mix": {"500": 0.1}},
        {"on": "*", "mix": {}},
        {"on": "*", "mix": []},
        {"on": "*", "mix": {"rain": 0.1}},
        {"on": "*", "mix": {"500": -0.1}},
        {"on": "*", "mix": {"500": float("nan")}},
        {"on": "*", "mix": {"500": "often"}},
        {"on": "*", "mix": {"500": 0.6, "404": 0.6}},
        {"on": "*", "mix": {"500": 0.6}, "seed": "x"},
        {"on": "*", "mix": {"slow": 0.6}, "seconds": {"slow": -1}},
        {"on": "*", "mix": {"slow": 0.6}, "seconds": {"500": 1}},
        {"on": "*", "mix": {"slow": 0.6}, "seconds": 3},
        {"on": "forms", "mix": {"late_store": 0.6}},
    ],
)
def test_a_bad_mix_is_told(hub, body):
    """What is no mix is refused, and none is switched on."""
    headers = {"Content-Type": "application/json"}
    answer = hub.call("POST", "/_emulator/faults", token=None, headers=headers, data=_json(body))
    assert answer.status_code == 400
    assert hub.admin("GET", "faults").json() == {"faults": []}


def _json(body: object) -> str:
    return json.dumps(body)
