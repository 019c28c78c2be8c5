"""Every path the emulator serves, in every edition, and how a call finds its own."""

from __future__ import annotations

import collections
import re
from collections.abc import Mapping, Sequence

from gateway.emulator.exchange import Route
from gateway.emulator.routing import (
    account,
    admin,
    forms,
    oauth,
    objects,
    properties,
    schemas,
    submissions,
    validations,
    webhooks,
)

ROUTES: Sequence[Route] = (
    *submissions.ROUTES,
    *forms.ROUTES,
    *properties.ROUTES,
    *validations.ROUTES,
    *schemas.ROUTES,
    *objects.ROUTES,
    *account.ROUTES,
    *oauth.ROUTES,
    *webhooks.ROUTES,
    *admin.ROUTES,
)


def match(method: str, path: str) -> tuple[Route | None, dict[str, str], Sequence[str]]:
    """The route of a call and what its path names; without a route, the methods that the path
    takes, none where it does not exist. A literal part of a path goes before a named one."""
    methods: dict[str, None] = {}
    for pattern, route in _PATTERNS.get(path.count("/"), ()):
        if found := pattern.fullmatch(path):
            if route.method == method:
                return route, found.groupdict(), ()
            methods[route.method] = None
    return None, {}, tuple(methods)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _by_length(routes: Sequence[Route]) -> Mapping[int, Sequence[tuple[re.Pattern[str], Route]]]:
    """Patterns by the number of slashes in their path, the more literal ones first."""
    found: dict[int, list[tuple[re.Pattern[str], Route]]] = collections.defaultdict(list)
    for route in sorted(routes, key=lambda r: [part[:1] == "{" for part in r.path.split("/")]):
        found[route.path.count("/")].append((_pattern(route.path), route))
    return found


_PATTERNS = _by_length(ROUTES)
