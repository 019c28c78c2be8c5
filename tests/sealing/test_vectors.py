"""Envelopes stored on disk for ever: what was sealed once must open in every later version."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from gateway.domain.errors import Tampered, WrongKey
from gateway.sealing.envelope import Context, unseal
from gateway.sealing.keyring import Keyring
from gateway.sealing.suites import SUITES

ERRORS = {"Tampered": Tampered, "WrongKey": WrongKey}


def test_golden_envelopes_open(golden: Any, golden_ring: Keyring) -> None:
    """Every stored envelope opens to the stored payload, and every suite has one."""
    context = Context(**golden["context"])
    assert {int(bytes.fromhex(text)[5]) for text in golden["envelopes"].values()} == set(SUITES)
    for text in golden["envelopes"].values():
        payload = unseal(bytes.fromhex(text), context, golden_ring.opening)
        fields = [[f.object_type_id, f.name, f.value] for f in payload.fields]
        assert (
            dataclasses.asdict(dataclasses.replace(payload, fields=())) | {"fields": fields}
            == golden["payload"]
        )


def test_broken_vectors_are_refused_by_name(golden: Any, golden_ring: Keyring) -> None:
    """Each stored kind of damage is refused with the stored name."""
    for broken in golden["broken"]:
        context = Context(**{**golden["context"], **broken["context"]})
        with pytest.raises(ERRORS[broken["error"]]):
            unseal(bytes.fromhex(broken["envelope"]), context, golden_ring.opening)
    assert len(golden["broken"]) >= 20
    assert json.dumps(golden, indent=1, sort_keys=True)
