"""One labelled value of the set."""

from __future__ import annotations

import dataclasses

from gateway.domain.forms import FieldType
from gateway.domain.kinds import Kind, Tier


@dataclasses.dataclass(frozen=True)
class Sample:
    """What is typed where, and what it is: ``kind`` is None for something harmless."""

    group: str
    text: str
    label: str
    kind: Kind | None = None
    tier: Tier | None = None
    field_type: FieldType = FieldType.SINGLE_LINE_TEXT
