"""The pages that the top of every page leads to, each for who may see it."""

from __future__ import annotations

import dataclasses

from gateway.domain.users import Permission, User


@dataclasses.dataclass(frozen=True)
class Place:
    """One such page; its address is its file's stem."""

    file: str
    """In the folder ``pages``."""
    word: str
    """What leads there, and the page's title."""
    permission: Permission

    @property
    def path(self) -> str:
        """The address's path, without the slash before it."""
        return self.file.removesuffix(".py")


PLACES: tuple[Place, ...] = (
    Place("deliveries.py", "Deliveries", Permission.VIEW_OUTBOX),
    Place("inbox.py", "Inbox", Permission.VIEW_INBOX),
    Place("setup.py", "Set-up", Permission.CHECK_FORMS),
)
"""In the order they are shown. Each is served because ``gateway.web.surface`` lists it too."""


def places_of(user: User) -> tuple[Place, ...]:
    """The places ``user`` may go to."""
    return tuple(place for place in PLACES if user.may(place.permission))


def leads_to(file: str, user: User) -> bool:
    """Whether there is such a page, and ``user`` may go there."""
    return any(place.file == file for place in places_of(user))
