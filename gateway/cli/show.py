"""Standard output and standard error: one document or one text, and messages beside it."""

from __future__ import annotations

import json
import sys
from typing import Any

from gateway.domain.errors import GatewayError


class Out:
    """Where a command's answer goes. With ``json`` the answer is one JSON document."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self.stable: dict[str, Any] = {}
        """Keys that the command's document has even when there is no answer."""

    def answer(self, document: dict[str, Any], text: str) -> None:
        """The command's one answer, as a document or as text."""
        print(json.dumps(document, indent=2, ensure_ascii=False) if self._json else text)

    def message(self, text: str) -> None:
        """Something to know beside the answer."""
        print(text, file=sys.stderr, flush=True)

    def error(self, error: GatewayError) -> None:
        """Why there is no answer."""
        self.fault(str(error), code=type(error).__name__)

    def fault(self, sentence: str, *, code: str = "Unexpected") -> None:
        """Why there is no answer, as a sentence; with ``json`` also as a document."""
        if self._json:
            document = {**self.stable, "error": {"code": code, "message": sentence}}
            print(json.dumps(document, indent=2, ensure_ascii=False))
        self.message(sentence)
