"""What the log may say of an error: its type and the line it came from, never its text.

An exception's message, its traceback's source lines and its chain can all hold a value.
Streamlit logs script errors in full and uvicorn those of routes, so the records themselves
are made without them: whatever handler or library comes later has nothing to leak.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

_ASYNCIO = "asyncio"
_TRACE = "Traceback (most recent call last)"


def where(error: BaseException) -> str:
    """``error`` as ``TypeName at file.py:line``, with the innermost line that is known."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


class _QuietRecord(logging.LogRecord):
    """A log record without any exception's text."""

    def __init__(self, name: str, level: int, pathname: str, lineno: int, msg: object,
                 args: Any, exc_info: Any, func: str | None = None,
                 sinfo: str | None = None, **kwargs: Any) -> None:  # fmt: skip
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        super().__init__(name, level, pathname, lineno, _quiet(msg), _quiet_args(args), None, func)
        if name == _ASYNCIO or _TRACE in str(self.msg):
            # asyncio writes the failed task's repr, and Starlette a whole traceback, as text.
            self.msg, self.args = str(self.msg).split("\n", 1)[0].split(_TRACE, 1)[0], None
        if error is not None:
            self.msg, self.args = f"{self.getMessage()} [{where(error)}]", None


def _quiet(value: object) -> object:
    return where(value) if isinstance(value, BaseException) else value


def _quiet_args(args: Any) -> Any:
    if isinstance(args, tuple):
        return tuple(_quiet(arg) for arg in args)
    return args


def _report(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
        logging.getLogger("gateway").error("Unforeseen error: %s", error)


def _on_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _report(error)


def _on_thread_error(args: threading.ExceptHookArgs) -> None:
    _report(args.exc_value)


def _on_unraisable(args: Any) -> None:
    _report(args.exc_value)


def keep_values_out() -> None:
    """Switch the whole process to quiet records and quiet hooks for errors nobody caught."""
    logging.setLogRecordFactory(_QuietRecord)
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_thread_error
    sys.unraisablehook = _on_unraisable
