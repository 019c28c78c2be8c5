"""Rings, payloads and contexts for the sealing tests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.answers import WireField
from gateway.domain.submissions import Payload
from gateway.sealing.envelope import Context
from gateway.sealing.keyring import Keyring, open_keyring, rotate_keyring
from gateway.sealing.suites import SUITES

VECTORS = Path(__file__).parent / "vectors"


@pytest.fixture
def context() -> Context:
    return Context("5e" * 16, 424242, "form-1", 1_700_000_000_123, "ab" * 32)


@pytest.fixture
def payload() -> Payload:
    return Payload(
        fields=(WireField("0-1", "email", "a@b.example"), WireField("0-1", "ssn", "CANARY-7f3")),
        page_uri="https://forms.example/intake/~s/5e",
        page_name="Intake",
        legal={"consent": {"consentToProcess": True, "text": "Yes"}},
        classes={"email": "non_sensitive", "ssn": "highly_sensitive"},
    )


@pytest.fixture(params=sorted(SUITES))
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> Keyring:
    """A ring whose newest key is of each suite in turn."""
    open_keyring(tmp_path / "keys", "demo")
    return rotate_keyring(tmp_path / "keys", "demo", request.param)


@pytest.fixture
def golden_ring(tmp_path: Path) -> Keyring:
    """The ring the stored envelopes were sealed to."""
    folder = tmp_path / "golden"
    folder.mkdir(mode=0o700)
    shutil.copy(VECTORS / "keyring.json", folder / "keyring.json")
    (folder / "keyring.json").chmod(0o600)
    return open_keyring(folder, "demo")


@pytest.fixture
def golden() -> Any:
    return json.loads((VECTORS / "golden.json").read_text("utf-8"))
