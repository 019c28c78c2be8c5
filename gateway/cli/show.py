"""Standard output and standard error: one document or one text, and messages beside it."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from gateway.domain.errors import GatewayError

_ORDERS = "\u202a-\u202e\u2066-\u2069"
"""What turns the rest of a line round."""
_COMMANDS = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_ORDERS}]")
_IN_JSON = re.compile(f"[\x7f-\x9f{_ORDERS}]")
"""What JSON leaves as it is in a text, and a terminal may obey."""


class AnswerLost(GatewayError):  # noqa: N818 - a state, named as the domain names its errors
    """Standard output took not all of the answer: what was asked for may be done already."""


class Out:
    """Where a command's answer goes. With ``json`` the answer is one JSON document."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # Answers are kept by then: a terminal without the letter must not undo that.
                stream.reconfigure(errors="backslashreplace")
        self.stable: dict[str, Any] = {}
        """Keys that the command's document has even when there is no answer."""

    def answer(self, document: dict[str, Any], text: str) -> None:
        """The command's one answer, as a document or as text. Where nobody reads on, what is left
        of it is let go. Raises :class:`AnswerLost`."""
        try:
            print(_written(document) if self._json else _tame(text), flush=True)
        except BrokenPipeError:
            _let_go(sys.stdout)
        except OSError:
            _let_go(sys.stdout)
            raise AnswerLost(
                "The answer cannot be written: standard output takes no more. What was asked for "
                "may be done already; look before you give the command again."
            ) from None

    def message(self, text: str) -> None:
        """Something to know beside the answer."""
        with _unheard():
            print(_tame(text), file=sys.stderr, flush=True)

    def redraw(self, text: str) -> None:
        """Something that changes, in place of what was drawn there before. For a terminal."""
        with _unheard():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def error(self, error: GatewayError) -> None:
        """Why there is no answer."""
        self.fault(str(error), code=type(error).__name__)

    def fault(self, sentence: str, *, code: str = "Unexpected") -> None:
        """Why there is no answer, as a sentence; with ``json`` also as a document."""
        if self._json:
            document = {**self.stable, "error": {"code": code, "message": sentence}}
            with contextlib.suppress(AnswerLost):
                self.answer(document, "")
        self.message(sentence)


def open_closed_streams() -> None:
    """Lets each standard stream that the caller closed lead nowhere: no file opened later gets its
    number, and nothing meant for one goes to another."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def written_out() -> None:
    """Writes what standard output still holds, or lets it go where nobody takes it."""
    try:
        sys.stdout.flush()
    except OSError:
        _let_go(sys.stdout)


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """A message beside the answer that cannot be written undoes nothing; a reader that has gone
    ends the command."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError:
        _let_go(sys.stderr)


def _let_go(stream: TextIO) -> None:
    """What ``stream`` did not take is not tried again, loudly, when the program ends."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def _tame(text: str) -> str:
    """``text`` without control characters but line ends: a form's name must not be able to
    command the terminal."""
    return _COMMANDS.sub(" ", text)


def _written(document: dict[str, Any]) -> str:
    """The document as JSON; in plain ASCII where standard output cannot write all letters,
    whose replacements would be no JSON."""
    written = json.dumps(document, indent=2, ensure_ascii=not _writes_all_letters())
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _writes_all_letters() -> bool:
    encoding = getattr(sys.stdout, "encoding", None)
    return encoding is not None and codecs.lookup(encoding).name == "utf-8"
