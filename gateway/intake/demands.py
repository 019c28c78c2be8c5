"""What is asked of a form's answers beyond its own definition: the rules of the properties
behind its fields, the check digits a person chose for them, and the country of phone numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from gateway.domain.reports import FormReport
from gateway.domain.validations import ValidationRule


@dataclasses.dataclass(frozen=True)
class Demands:
    """By field key: ``rules``, and ``checks`` (rows of ``NUMBER_CHECKS``). ``region`` is the
    country of phone numbers without one, two capital letters; empty leaves it to the form."""

    rules: Mapping[str, tuple[ValidationRule, ...]] = dataclasses.field(default_factory=dict)
    checks: Mapping[str, str] = dataclasses.field(default_factory=dict)
    region: str = ""


NONE = Demands()
"""Nothing beyond the form's definition."""


def demands_of(report: FormReport, region: str) -> Demands:
    """What the gate's ``report`` asks of answers; ``region`` as in :class:`Demands`."""
    locked = report.lock.fields if report.lock is not None else {}
    return Demands(
        rules={placed.key: placed.rules for placed in report.rules},
        checks={key: field.check for key, field in locked.items() if field.check is not None},
        region=region,
    )
