"""Sets of scopes by name, for the tokens people try things out with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.emulator.oauth.scopes import known_scopes
from gateway.emulator.seed.account import Seed, desk_scopes_for, reading_scopes_for


def _least(seed: Seed) -> tuple[str, ...]:
    return seed.scopes


def _least_in_v2(seed: Seed) -> tuple[str, ...]:
    return tuple(f"{s}.v2" if "sensitive" in s else s for s in seed.scopes)


def _without_sensitive(seed: Seed) -> tuple[str, ...]:
    return tuple(s for s in seed.scopes if "sensitive" not in s)


def _reading(seed: Seed) -> tuple[str, ...]:
    return reading_scopes_for(seed.properties)


def _desk(seed: Seed) -> tuple[str, ...]:
    return desk_scopes_for(seed.properties)


SCOPE_SETS: Mapping[str, Callable[[Seed], tuple[str, ...]]] = {
    "none": lambda _: (),
    "forms": lambda _: ("forms",),
    "least": _least,
    "least_v2": _least_in_v2,
    "without_sensitive": _without_sensitive,
    "reading": _reading,
    "least_and_reading": lambda seed: (*_least(seed), *_reading(seed)),
    "desk": _desk,
    "all": lambda _: tuple(sorted(known_scopes())),
}
"""Name → the scopes for an account: nothing; forms alone; what the seed's good forms take, in
either spelling, or without what opens sensitive values; what reading every record takes; both;
reading and changing every record and definition, without forms; and whatever there is."""


def scope_set(name: object, seed: Seed) -> tuple[str, ...]:
    """The scopes of the set called ``name``. Raises :class:`ValueError` naming the sets there
    are."""
    if not isinstance(name, str) or name not in SCOPE_SETS:
        raise ValueError(f"a set is one of {', '.join(SCOPE_SETS)}")
    return tuple(dict.fromkeys(SCOPE_SETS[name](seed)))
