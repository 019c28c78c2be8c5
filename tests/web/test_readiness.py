"""A web node without a worker of its own, and what it tells a probe while the queue rests."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import requests

from gateway import bootstrap
from gateway.domain.queue import Switch
from gateway.domain.submissions import State
from gateway.domain.users import LOCAL_OPERATOR
from gateway.emulator import Emulator
from gateway.emulator.seed.clinic import GOOD_FORMS
from gateway.settings import load_settings

PROJECT = Path(__file__).resolve().parents[2]
_ANSWERS = {
    "firstname": "Ada", "lastname": "Oakenshaw", "email": "node@mail.example",
    "date_of_birth": "1985-12-10", "sex_at_birth": "female", "insurance_type": "self_pay",
    "diagnosis": "A cough", "has_allergies": "no", "consent": {"processing": True},
}  # fmt: skip


def test_a_node_without_a_worker_keeps_and_tells(start: Any, tmp_path: Path) -> None:
    """With GATEWAY_WORKER=off nothing leaves through the web node, and a worker elsewhere
    delivers it; while the queue is paused, /readyz answers 503 with the cause."""
    with Emulator() as emulator:
        environment = {
            "HUBSPOT_ACCESS_TOKEN": emulator.access_token,
            "HUBSPOT_API_BASE": emulator.api_base,
            "HUBSPOT_FORMS_BASE": emulator.forms_base,
            "GATEWAY_DATA_DIR": str(tmp_path / "data"),
        }
        address = start(PROJECT / "app.py", "/readyz", GATEWAY_WORKER="off", **environment)
        with bootstrap.open_gateway(load_settings(environment, env_file=None)) as gateway:
            code = gateway.submit(GOOD_FORMS[0]["id"], _ANSWERS, by=LOCAL_OPERATOR).code
            time.sleep(2.5)
            assert gateway.status(code, by=LOCAL_OPERATOR).state is State.QUEUED
            gateway.turn(Switch.PAUSED_OPERATOR, by=LOCAL_OPERATOR)
            answer = requests.get(address + "/readyz", timeout=10)
            assert answer.status_code == 503
            assert answer.json() == {"ready": False, "cause": "operator"}
            assert answer.headers["cache-control"] == "no-store"
            assert requests.get(address + "/healthz", timeout=10).status_code == 200
            gateway.turn(Switch.RUNNING, by=LOCAL_OPERATOR)
            assert requests.get(address + "/readyz", timeout=10).status_code == 200
            assert gateway.deliver_until_empty(by=LOCAL_OPERATOR)
            assert gateway.status(code, by=LOCAL_OPERATOR).state is State.DELIVERED
