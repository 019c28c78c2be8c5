"""Labels that ask for something sensitive. A field that asks for a national id must not
stand on an ordinary property, whatever the property is called.

This reads what the form says to people, not what people answer. A label that names nothing
here is no proof that the field is harmless.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

KINDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern, re.IGNORECASE)
    for kind, pattern in {
        "a social security number": r"\bsocial[\s-]*security\b|\bssn\b|\bsocial[\s-]*insurance[\s-]*n",
        "a passport number": r"\bpassport[\s-]*(no\b|num|n[º°r]|#|id)",
        "a national identity number": r"\bnational[\s-]*(id|identi|insurance)\b|\bidentity[\s-]*(card[\s-]*)?num"
        r"|\bnhs[\s-]*num|\bbsn\b|\baadhaar\b|\bsteuer[\s-]*id",
        "a tax number": r"\btax(payer)?[\s-]*(id|identification|file)?[\s-]*(no\b|num)|\bitin\b",
        "a driving licence number": r"\bdriv(er'?s|ing)[\s-]*licen[cs]e[\s-]*(no\b|num|#)",
        "a card number": r"\b(credit|debit|payment)[\s-]*card[\s-]*(no\b|num|#)|\bcvv\b|\bcvc\b",
        "a bank account number": r"\bbank[\s-]*account[\s-]*(no\b|num|#)|\biban\b|\brouting[\s-]*num",
        "a diagnosis": r"\bdiagnos[ei]s\b|\bmedical[\s-]*(history|conditions?)\b",
        "a salary": r"\bsalary\b",
        "a password": r"\bpassword\b|\bpin[\s-]*code\b",
    }.items()
}
"""What a label can ask for, as it ends a sentence → how it is recognised."""

MAX_LABEL = 500
"""Characters of a label that are read."""


def kind_named(label: str) -> str | None:
    """What sensitive thing a label asks for, or None."""
    shown = label[:MAX_LABEL]
    return next((kind for kind, pattern in KINDS.items() if pattern.search(shown)), None)
