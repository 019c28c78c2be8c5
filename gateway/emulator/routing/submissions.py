"""Routes: submitting forms, and reading submissions."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.emulator import submissions, submit
from gateway.emulator.exchange import Door, Route
from gateway.emulator.faults import Area

_SUBMIT = "/submissions/v3/integration"

ROUTES: Sequence[Route] = (
    Route("POST", _SUBMIT + "/secure/submit/{portal_id}/{form_id}", submit.secure_submit,
          Door.BEARER, Area.SECURE_SUBMIT),
    Route("POST", _SUBMIT + "/submit/{portal_id}/{form_id}", submit.public_submit,
          Door.PUBLIC, Area.PUBLIC_SUBMIT),
    Route("OPTIONS", _SUBMIT + "/submit/{portal_id}/{form_id}", submit.public_preflight,
          Door.PUBLIC, Area.PUBLIC_SUBMIT),
    Route("GET", "/form-integrations/v1/submissions/forms/{form_id}",
          submissions.list_submissions, Door.BEARER, Area.SUBMISSIONS),
)  # fmt: skip
