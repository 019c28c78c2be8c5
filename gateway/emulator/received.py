"""What the account has taken in: all of it in the order it came, and by form and age."""

from __future__ import annotations

import bisect
import collections
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gateway.emulator.arrivals import tag_of
from gateway.emulator.due import Due


@dataclasses.dataclass(frozen=True)
class SubmittedValue:
    """One value of a submission. ``shown`` is False for what was sensitive when it came."""

    object_type_id: str
    name: str
    value: str = dataclasses.field(repr=False)
    shown: bool


@dataclasses.dataclass(frozen=True)
class Submission:
    """One accepted submission, with everything that was sent."""

    conversion_id: str
    form_id: str
    submitted_at: int
    """Milliseconds since the epoch, as sent; the moment of arrival when none was sent."""
    values: tuple[SubmittedValue, ...] = dataclasses.field(repr=False)
    page_uri: str | None
    page_name: str | None
    legal: Mapping[str, Any] | None = dataclasses.field(repr=False)
    visible_at: float
    """From when (monotonic) it shows in submissions read."""

    def value(self, name: str, object_type_id: str = "0-1") -> str | None:
        """What was sent for one property; the last one, if it was sent twice."""
        found = [v.value for v in self.values if (v.object_type_id, v.name) ==
                 (object_type_id, name)]  # fmt: skip
        return found[-1] if found else None


class Row(NamedTuple):
    """One visible submission; rows sort by age, ties by arrival."""

    submitted_at: int
    order: int
    submission: Submission


class Received:
    """Every submission. Adding one and reading a page take the same time however many there
    are, for a storm of 50,000 is read while it comes in."""

    def __init__(self) -> None:
        self._all: list[Submission] = []
        self._unseen: Due[Row] = Due()
        self._by_form: dict[str, list[Row]] = collections.defaultdict(list)
        self._tags: collections.Counter[str] = collections.Counter()

    def add(self, submission: Submission) -> None:
        """Take one in; it shows once the monotonic clock reaches its ``visible_at``."""
        row = Row(submission.submitted_at, len(self._all), submission)
        self._all.append(submission)
        self._unseen.put(submission.visible_at, row)
        if tag := tag_of(submission.page_uri):
            self._tags[tag] += 1

    def all(self) -> Sequence[Submission]:
        """All of them, oldest arrival first, visible or not."""
        return self._all

    def visible(self, form_id: str, now: float) -> Sequence[Row]:
        """The rows of one form that show at ``now``, oldest first."""
        for row in self._unseen.until(now):
            bisect.insort(self._by_form[row.submission.form_id], row)
        return self._by_form.get(form_id, ())

    def count(self, tag: str) -> int:
        """How often one tag was taken in."""
        return self._tags[tag]

    def tags(self) -> Mapping[str, int]:
        """How often each tag was taken in, visible or not."""
        return dict(self._tags)
