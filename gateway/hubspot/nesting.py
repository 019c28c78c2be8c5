"""JSON that nests deeper than it can be read, cut so that what stands around it can.

One form of the account may be broken beyond reading. That must not hide the others, which came
in the same list.
"""

from __future__ import annotations

import re

DEEPEST = 120
"""Levels that are kept. A form whose dependent fields nest as deep as they are followed has some
seventy, so that one that was cut is refused for its depth in any case."""
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_OPENING = b"[{"


def cut(body: bytes) -> bytes:
    """``body`` with null in the place of every list and object below the deepest level."""
    kept: list[bytes] = []
    depth = start = 0
    for found in _TOKEN.finditer(body):
        token = found[0]
        if token[:1] == b'"':
            continue
        if token in _OPENING:
            depth += 1
            if depth == DEEPEST + 1:
                kept += (body[start : found.start()], b"null")
        else:
            if depth == DEEPEST + 1:
                start = found.end()
            depth -= 1
    # What is cut and never ends is no JSON, and stays none.
    return b"".join((*kept, body[start:])) if depth <= DEEPEST else body
