"""What ``submit --csv`` did, as a document and in sentences. No answer stands in it."""

from __future__ import annotations

import collections
import dataclasses
from pathlib import Path
from typing import Any

from gateway.cli.result_file import REFUSED as NOT_RECEIVED
from gateway.cli.result_file import Item
from gateway.domain.errors import GatewayError
from gateway.domain.submissions import State

ON_THE_WAY = frozenset({str(State.QUEUED), str(State.SENDING)})
NOT_TAKEN = frozenset({NOT_RECEIVED, str(State.REJECTED), str(State.HELD)})
"""States of a row for which the command exits with 1."""
SHOWN_FAULTS = 20
"""How many rows with faults stand in the text; the result file has all."""


@dataclasses.dataclass(frozen=True)
class Summary:
    """The rows of one run. ``stopped`` is what ended it before its end."""

    items: tuple[Item, ...]
    rows: int
    """How many rows hold something, tried or not."""
    empty: int
    repeated: int
    stopped: GatewayError | None
    path: Path

    def document(self) -> dict[str, Any]:
        """Everything but the answers."""
        return {
            "rows": self.rows,
            "accepted": self._accepted,
            "already": self._already,
            "refused": self._refused,
            "left": self._left,
            "empty": self.empty,
            "repeated": self.repeated,
            "states": dict(self._states),
            "stopped": self._why(),
            "result": str(self.path),
            "items": [{"row": item.row, "receipt": item.receipt, "state": item.state,
                       "already": item.again, "errors": dict(item.errors)}
                      for item in self.items],
        }  # fmt: skip

    def text(self) -> str:
        """The same in sentences."""
        states = ", ".join(f"{n} {state}" for state, n in sorted(self._states.items()))
        lines = [
            f"{_rows(self.rows)}: {self._accepted} received, {self._already} received before, "
            f"{self._refused} refused, {self._left} not tried.",
            f"States: {states or 'none'}.",
        ]
        faulty = [item for item in self.items if item.errors]
        for item in faulty[:SHOWN_FAULTS]:
            lines += [f"  row {item.row}: {key or 'form'}: {text}"
                      for key, text in sorted(item.errors.items())]  # fmt: skip
        if len(faulty) > SHOWN_FAULTS:
            lines.append(f"  {len(faulty) - SHOWN_FAULTS} more rows stand in the result file.")
        if self.repeated:
            lines.append(
                f"{_rows(self.repeated)} equal an earlier row; each counts as a submission of "
                "its own."
            )
        if self.empty:
            lines.append(f"{_rows(self.empty)} without any answer were passed over.")
        if any(item.state in ON_THE_WAY for item in self.items):
            lines.append(
                "Some are still on their way. `python -m gateway worker --until-empty` delivers "
                "them."
            )
        if self.stopped is not None:
            lines.append(str(self.stopped))
        if self._left:
            lines.append("It stopped before the end. Give the same command again to go on: nothing "
                         "is sent twice.")  # fmt: skip
        return "\n".join([*lines, f"The result file: {self.path}"])

    def _why(self) -> dict[str, str] | None:
        if self.stopped is None:
            return None
        return {"code": type(self.stopped).__name__, "message": str(self.stopped)}

    @property
    def _states(self) -> collections.Counter[str]:
        return collections.Counter(item.state for item in self.items)

    @property
    def _accepted(self) -> int:
        return sum(item.receipt is not None and not item.again for item in self.items)

    @property
    def _already(self) -> int:
        return sum(item.again for item in self.items)

    @property
    def _refused(self) -> int:
        return sum(item.receipt is None for item in self.items)

    @property
    def _left(self) -> int:
        return self.rows - len(self.items)


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"
