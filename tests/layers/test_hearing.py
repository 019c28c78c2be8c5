"""The tests' own ear: a search for a value in the log proves something only if the log is heard."""

from __future__ import annotations

import logging

import pytest

_HTTP = logging.getLogger("urllib3.connectionpool")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_one_test_silences_no_other(caplog: pytest.LogCaptureFixture, turn: str) -> None:
    """Whatever the test before did to the log, this one hears the HTTP library whisper."""
    with caplog.at_level(logging.DEBUG):
        _HTTP.debug(turn)
    assert turn in caplog.text
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    _HTTP.disabled = True
    logging.disable(logging.CRITICAL)
