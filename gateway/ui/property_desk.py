"""What one browser tab remembers of the page of properties: which are looked at, which lies open,
and what is about to be done. Definitions only: no value of any record.
"""

from __future__ import annotations

import dataclasses
import enum
import secrets

from gateway.domain.objects import CONTACT
from gateway.domain.sensitivity import Sensitivity

PAGE = 100
"""How many properties are listed at first, and how many more at a time."""


class Deed(enum.StrEnum):
    """What somebody is about to do."""

    CREATE = "create"
    EDIT = "edit"
    ARCHIVE = "archive"


@dataclasses.dataclass
class PropertyDesk:
    """The page of properties in one tab.

    A press is only written down here; the next run carries it out before it draws anything.
    """

    kind: str = CONTACT
    """The object type's id."""
    sought: str = ""
    """What was typed into the search box: a part of a name or label, or a whole name."""
    sensitivity: Sensitivity | None = None
    """The class that is listed; None for all."""
    archived: bool = False
    """Whether archived ones are listed, too."""
    rows: int = PAGE
    """How many properties are listed."""
    making: bool = False
    """Whether the form for a new property lies open."""
    asked: bool = False
    """Whether the person is being asked if the open property is really to be archived."""
    pressed: Deed | None = None
    told: tuple[str, str] | None = None
    """What came of the last press: a title and a sentence."""
    failed: bool = False
    """Whether that is bad news."""
    again: bool = False
    """Whether everything is to be read anew."""
    instance: str = dataclasses.field(default_factory=lambda: secrets.token_hex(4))
    """Part of every box's key: other boxes are empty."""
    opened: int = 0
    """How often another property was put into the search box from outside it."""
    focus: str = ""
    turn: int = 0
    """How often the focus was sent somewhere."""

    def key(self, part: str) -> str:
        """The widget key of one box of a form."""
        return f"prop-{self.instance}-{part}"

    def empty(self) -> None:
        """The next form has empty boxes, and nothing is pressed under it yet."""
        self.instance = secrets.token_hex(4)
        self.pressed = None

    def send_focus(self, target: str) -> None:
        """Move the browser's focus to ``target`` once the page is drawn."""
        self.focus = target
        self.turn += 1

    def show(self, name: str) -> None:
        """Look at another property, or at none."""
        self.sought = name
        self.making = self.asked = False
        self.told = None
        self.opened += 1
        self.empty()
        self.send_focus("detail" if name else "row")

    def begin(self) -> None:
        """Open the form for a new property."""
        self.show("")
        self.making = True
        self.send_focus("boxes")

    def tell(self, told: tuple[str, str]) -> None:
        """Good news."""
        self.told, self.failed = told, False
        self.send_focus("told")

    def fail(self, told: tuple[str, str]) -> None:
        """Bad news; what was typed stays."""
        self.told, self.failed = told, True
        self.send_focus("told")
