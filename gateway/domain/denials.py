"""The ways HubSpot says 403, and what each means to the person who has to put it right.

Source: https://developers.hubspot.com/docs/api-reference/error-handling and bodies that third
parties captured from the live service.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping


class Denial(enum.StrEnum):
    """Why a call is forbidden."""

    SCOPES = "scopes"
    """The token lacks a scope; HubSpot may name those of which one is needed."""
    NOT_PUBLIC = "not_public"
    """The scope is given to chosen apps only."""
    BANNED = "banned"
    """The caller itself is blocked."""
    UNEXPLAINED = "unexplained"
    """HubSpot did not say."""


DENIALS: Mapping[Denial, str] = {
    Denial.SCOPES: "The HubSpot token lacks a permission for this call.",
    Denial.NOT_PUBLIC: "HubSpot gives the permission for this call to apps it has approved only. "
    "A private app's token or a service key of the account can have it.",
    Denial.BANNED: "HubSpot has blocked this program's calls. Ask HubSpot support, with the "
    "account's number.",
    Denial.UNEXPLAINED: "HubSpot forbids this call and does not say why. Run "
    "`python -m gateway doctor`.",
}
"""Each denial as a sentence and what to do."""

_MOST = 4
"""So many scopes are named; HubSpot's lists can be a hundred long."""


def denial_sentence(denial: Denial, scopes: Iterable[str]) -> str:
    """What a person reads, with the scopes HubSpot named, of which any one is enough."""
    if denial is not Denial.SCOPES:
        return DENIALS[denial]
    names = base_names(scopes)
    if not names:
        return f"{DENIALS[denial]} Run `python -m gateway scopes` for the ones it needs."
    shown = " or ".join(names[:_MOST])
    more = f" (or one of {len(names) - _MOST} more)" if len(names) > _MOST else ""
    return f"{DENIALS[denial]} Add {shown}{more} to the token's scopes."


def base_names(scopes: Iterable[str]) -> tuple[str, ...]:
    """Scopes as HubSpot's settings pages write them, without ``.v2``, each once, those that
    open sensitive values last: an ordinary one is often enough."""
    names = dict.fromkeys(scope.removesuffix(".v2") for scope in scopes)
    return tuple(sorted(names, key=lambda name: "sensitive" in name))
