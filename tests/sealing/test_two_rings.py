"""Two processes' rings on one folder, whatever they do in whatever order."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.domain.answers import WireField
from gateway.domain.errors import WrongKey
from gateway.domain.submissions import Payload
from gateway.sealing.envelope import Context, key_id_of, seal, unseal
from gateway.sealing.keyring import open_keyring, rotate_keyring

FIRST_DAY = 20_000
CONTEXT = Context("5e" * 16, 424242, "form-1", 1_700_000_000_123, "ab" * 32)
PAYLOAD = Payload((WireField("0-1", "email", "a@b.example"),), "u", "n")
WHICH = st.integers(0, 1)


class TwoRings(RuleBasedStateMachine):
    """Days pass and clocks differ, keys are made by day and by hand, destroyed, read again."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "keys"
        self.day = FIRST_DAY
        self.envelopes: list[bytes] = []
        self.private: dict[str, bytes] = {}
        self.destroyed: set[str] = set()
        self.by_hand = 0

    @initialize()
    def two_processes_start(self) -> None:
        self.rings = [open_keyring(self.folder, "demo", self.day) for _ in range(2)]
        self.ring_id = self.rings[0].ring_id

    def teardown(self) -> None:
        shutil.rmtree(self.folder.parent)

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.day += days

    @rule(which=WHICH, behind=st.integers(0, 2))
    def one_seals(self, which: int, behind: int) -> None:
        known = self.rings[which].epochs()[-1]
        key = self.rings[which].sealing_on(self.day - behind)
        newest = self.rings[which].epochs()[-1]
        assert key.key_id == newest.key_id
        assert newest == known or (newest.day or 0) >= self.day - behind > (known.day or 0)
        self.envelopes.append(seal(PAYLOAD, CONTEXT, key))

    @rule(suite=st.sampled_from([1, 2]))
    def a_person_rotates(self, suite: int) -> None:
        rotate_keyring(self.folder, "demo", suite, self.day)
        self.by_hand += 1

    @rule(which=WHICH, of=WHICH, nth=st.integers(0, 5))
    def one_destroys(self, which: int, of: int, nth: int) -> None:
        """A key that either ring remembers, perhaps no longer there, perhaps the newest."""
        epochs = self.rings[of].epochs()
        key_id = epochs[nth % len(epochs)].key_id
        stored = [key["id"] for key in self.stored()["keys"]]
        if key_id == stored[-1]:
            with pytest.raises(ValueError, match="newest"):
                self.rings[which].destroy(key_id, 1)
            return
        assert self.rings[which].destroy(key_id, 1) is (key_id in stored)
        self.destroyed.add(key_id)
        assert self.rings[which].is_destroyed(key_id)
        assert self.rings[which].opening.find(key_id) is None

    @rule(which=WHICH)
    def one_reads_again(self, which: int) -> None:
        self.rings[which].refresh()
        assert not self.destroyed & {epoch.key_id for epoch in self.rings[which].epochs()}
        assert all(self.rings[which].is_destroyed(key_id) for key_id in self.destroyed)

    @rule(which=WHICH)
    def one_starts_anew(self, which: int) -> None:
        self.rings[which] = open_keyring(self.folder, "demo", self.day)

    @rule()
    def both_open_all_that_is_left(self) -> None:
        for ring in self.rings:
            ring.refresh()
            for envelope in self.envelopes:
                if key_id_of(envelope) in self.destroyed:
                    with pytest.raises(WrongKey):
                        unseal(envelope, CONTEXT, ring.opening)
                else:
                    unseal(envelope, CONTEXT, ring.opening)

    @invariant()
    def what_is_not_destroyed_opens_at_once(self) -> None:
        """Without any refresh, with either ring."""
        for envelope in self.envelopes[-2:]:
            if key_id_of(envelope) not in self.destroyed:
                for ring in self.rings:
                    unseal(envelope, CONTEXT, ring.opening)

    @invariant()
    def the_file_holds_the_living_keys_and_no_other(self) -> None:
        if not self.folder.exists():
            return
        stored = self.stored()
        self.private |= {key["id"]: key["private"].encode() for key in stored["keys"]}
        raw = (self.folder / "keyring.json").read_bytes()
        for key_id, private in self.private.items():
            assert (private in raw) is (key_id not in self.destroyed)
        assert {note["id"] for note in stored["destroyed"]} == self.destroyed
        days = [entry["day"] for entry in (*stored["keys"], *stored["destroyed"])]
        assert len(days) - len(set(days)) <= self.by_hand, "one key a day, but for rotations"
        assert all(ring.ring_id == self.ring_id for ring in self.rings)

    def stored(self) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = json.loads(
            (self.folder / "keyring.json").read_text("ascii")
        )
        return found


TestTwoRings = TwoRings.TestCase
TestTwoRings.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
