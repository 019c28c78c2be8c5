"""The pages that the top of every page leads to, each for who may see it."""

from __future__ import annotations

import dataclasses

from gateway.domain.users import Permission, User
from gateway.settings import Mode


@dataclasses.dataclass(frozen=True)
class Place:
    """One such page; its address is its file's stem."""

    file: str
    """In the folder ``pages``."""
    word: str
    """What leads there, and the page's title."""
    permission: Permission
    only_in: Mode | None = None
    """The one mode it exists in; None for every."""

    @property
    def path(self) -> str:
        """The address's path, without the slash before it."""
        return self.file.removesuffix(".py")


PLACES: tuple[Place, ...] = (
    Place("deliveries.py", "Deliveries", Permission.VIEW_OUTBOX),
    Place("inbox.py", "Inbox", Permission.VIEW_INBOX),
    Place("records.py", "Records", Permission.VIEW_RECORDS),
    Place("properties.py", "Properties", Permission.VIEW_PROPERTIES),
    Place("audit.py", "Audit", Permission.VIEW_AUDIT),
    Place("setup.py", "Set-up", Permission.CHECK_FORMS),
    Place("emulator.py", "Emulator", Permission.PLAY_WITH_EMULATOR, Mode.DEMO),
)
"""In the order they are shown. Each is served because ``gateway.web.surface`` lists it too."""


def places_of(user: User, mode: Mode | None = None) -> tuple[Place, ...]:
    """The places ``user`` may go to: those of every mode, and those of ``mode``."""
    return tuple(
        place for place in PLACES if user.may(place.permission) and place.only_in in (None, mode)
    )


def leads_to(file: str, user: User) -> bool:
    """Whether there is such a page, and ``user`` may go there."""
    return any(place.file == file for place in places_of(user))
