"""What one browser tab remembers of the page of records: what is looked for, which record lies
open, and what is being done to it.

Whatever belongs to a person (what was searched, found, typed and shown) is let go when the page is
left. Names of widgets have a number in them and never a value.
"""

from __future__ import annotations

import dataclasses
import enum
import secrets

import streamlit as st

from gateway.domain.objects import CONTACT
from gateway.domain.records import Record
from gateway.domain.reveals import Revealed
from gateway.domain.search import Found, Operator, Search

PREFIX = "rec"


class Way(enum.StrEnum):
    """How somebody looks for records."""

    EMAIL = "email"
    WORDS = "words"
    PROPERTY = "property"


class Deed(enum.StrEnum):
    """What somebody is about to do."""

    REVEAL = "reveal"
    CORRECT = "correct"
    CLEAR = "clear"
    ARCHIVE = "archive"
    CREATE = "create"


@dataclasses.dataclass
class RecordDesk:
    """The page of records in one tab.

    A press is only written down here; the next run carries it out before it draws anything.
    """

    kind: str = CONTACT
    """The object type's id."""
    way: Way = Way.EMAIL
    property_name: str | None = None
    """The property that is compared."""
    operator: Operator = Operator.EQ
    wanted: Search | None = None
    """What was looked for last."""
    found: Found | None = None
    searching: bool = False
    more: bool = False
    linked: tuple[str, str, str] = ("", "", "")
    """The record and property of the page's address that were opened already."""
    opening: tuple[str, str] | None = None
    """(object type, id) of a record that was chosen and is to be read."""
    wished: str = ""
    """The property of a link that is to be asked about once its record is read."""
    record: Record | None = None
    withheld: tuple[str, ...] = ()
    """Why some of the record is not told."""
    deed: Deed | None = None
    name: str = ""
    """The property the deed is about."""
    pressed: bool = False
    """Whether the deed was confirmed with its button."""
    believed: dict[str, int] = dataclasses.field(default_factory=dict)
    """Property name → the highest class (its rank) that was shown over the box typed into."""
    revealed: Revealed | None = None
    revealed_name: str = ""
    told: tuple[str, str] | None = None
    """What came of the last press: a title and a sentence."""
    failed: bool = False
    """Whether that is bad news."""
    focus: str = "find"
    turn: int = 0
    """How often the focus was sent somewhere."""
    instance: str = dataclasses.field(default_factory=lambda: secrets.token_hex(6))
    """Part of the key of every widget that something is typed into: a new one is empty."""

    def key(self, part: str) -> str:
        """The key of a widget that something is typed into."""
        return f"{PREFIX}-{self.instance}-{part}"

    def typed(self, part: str) -> str:
        """What stands in such a widget; "" for nothing."""
        return str(st.session_state.get(self.key(part)) or "")

    def empty(self) -> None:
        """Lets go of all that was typed."""
        for key in [one for one in st.session_state if str(one).startswith(f"{PREFIX}-")]:
            del st.session_state[key]
        self.instance = secrets.token_hex(6)
        self.believed.clear()

    def send_focus(self, target: str) -> None:
        """Move the browser's focus to ``target`` once the page is drawn."""
        self.focus = target
        self.turn += 1

    def tell(self, told: tuple[str, str]) -> None:
        """Say what came of it."""
        self.told, self.failed = told, False

    def fail(self, told: tuple[str, str]) -> None:
        """Say why nothing came of it."""
        self.told, self.failed = told, True

    def begin(self, deed: Deed, name: str = "") -> None:
        """Somebody is about to do something; nothing is done yet."""
        self.hide()
        self.empty()
        self.deed, self.name, self.pressed, self.told = deed, name, False, None
        self.focus_deed()

    def focus_deed(self) -> None:
        """Move the browser's focus to what is asked: its first box, or the question where there
        is none, so that a key held down answers nothing."""
        self.send_focus("question" if self.deed in (Deed.CLEAR, Deed.ARCHIVE) else "deed")

    def stop(self) -> None:
        """Nothing is about to be done any more."""
        self.empty()
        self.deed, self.name, self.pressed = None, "", False

    def hide(self) -> None:
        """Lets go of the value that is shown."""
        if self.revealed is not None:
            self.revealed.forget()
        self.revealed, self.revealed_name = None, ""

    def look_at(self, object_type: str, record_id: str) -> None:
        """Open another record."""
        self.close()
        self.opening = (object_type, record_id)

    def close(self) -> None:
        """Lets go of the record that lies open."""
        self.hide()
        self.stop()
        self.opening = self.record = self.told = None
        self.wished, self.withheld = "", ()

    def clear(self) -> None:
        """Lets go of everything of anybody."""
        self.close()
        self.wanted = self.found = None
        self.searching = self.more = False

    def leave(self) -> None:
        """The page is left: nothing of it stays, and a link is followed anew."""
        self.clear()
        self.linked = ("", "", "")
        self.send_focus("find")
