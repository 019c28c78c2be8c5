"""Tokens with a named set of scopes, and what each may do."""

from __future__ import annotations

import pytest

from gateway.emulator.scope_sets import SCOPE_SETS, scope_set

INTAKE = "Patient intake"
SUBMITS = {"none": 403, "forms": 403, "least": 200, "least_v2": 200, "without_sensitive": 403,
           "reading": 403, "least_and_reading": 200}  # fmt: skip
READS = {"reading", "least_and_reading"}


def test_every_set_is_tried():
    """The table of this file names every set."""
    assert SUBMITS.keys() == SCOPE_SETS.keys()


@pytest.mark.parametrize(("name", "status"), SUBMITS.items())
def test_what_a_set_opens(hub, name, status):
    """Submitting takes the write scopes in either spelling, reading a value the read scope."""
    issued = hub.admin("POST", "tokens", {"set": name})
    assert issued.status_code == 201
    body = issued.json()
    assert body["scopes"] == list(scope_set(name, hub.portal.seed))
    assert len(set(body["scopes"])) == len(body["scopes"])
    token = body["access_token"]
    assert hub.submit(INTAKE, hub.good(INTAKE), token=token).status_code == status
    read = hub.get("/crm/v3/objects/contacts?properties=diagnosis", token=token)
    assert read.status_code == (200 if name in READS else 403)


@pytest.mark.parametrize("name", ["", "everything", 1, None, ["least"]])
def test_a_set_that_does_not_exist(hub, name):
    """400, with the names there are."""
    answer = hub.admin("POST", "tokens", {"set": name})
    assert answer.status_code == 400
    assert "least_and_reading" in answer.json()["message"]
