"""Needed, held, missing, in excess: the scopes of a token against what forms ask for."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain.reports import ScopeReport
from gateway.domain.scopes import GIVEN, ScopeNeed


def scope_report(needs: Iterable[ScopeNeed], held: frozenset[str] | None) -> ScopeReport:
    """Compares ``needs`` with the scopes ``held`` (None: HubSpot did not say).

    In excess is every scope no need rests on, but for those each token is given: a stolen
    token should open as little as possible.
    """
    wanted = tuple(sorted(needs, key=lambda need: need.name))
    told = held if held is not None else frozenset()
    used = frozenset[str]().union(*(need.served_by(told) for need in wanted))
    return ScopeReport(
        needed=tuple(need.name for need in wanted),
        held=tuple(sorted(held)) if held is not None else None,
        missing=tuple(n.name for n in wanted if held is not None and not n.met_by(held)),
        excess=tuple(sorted(told - used - GIVEN)),
    )
