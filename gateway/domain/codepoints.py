"""Characters that cannot be seen or that reorder what is seen, and what to do with each.

One table: class of code points and kind of text → keep, remove, make a space, or refuse. Short
texts refuse what can hide meaning, because they are quickly typed again; free text is long to
type again, so it loses the character and the person is told. Joiners keep their place where
Persian, Indic scripts and emoji need them.

Sources: Unicode TR36 and TR39 (security), UAX #31 (joiners in context), UAX #9 (bidi).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping


class TextKind(enum.Enum):
    """How exact a text must be."""

    IDENTIFIER = "an address, a number, a date"
    LINE = "one line of free text, such as a name"
    FREE = "text of many lines"


class CodeClass(enum.StrEnum):
    """A class of code points, named as a person reads it in a reason."""

    CONTROL = "control characters"
    BIDI = "direction overrides"
    MARK = "direction marks"
    ZERO_WIDTH = "zero-width characters"
    JOINER = "joiners"
    STRAY_JOINER = "misplaced joiners"
    SELECTOR = "variation selectors"
    TAG = "tag characters"
    SURROGATE = "broken characters"
    NONCHARACTER = "code points that are no characters"
    BREAK = "line breaks and tabs"


class Action(enum.Enum):
    """What happens to one character."""

    KEEP = enum.auto()
    REMOVE = enum.auto()
    SPACE = enum.auto()
    REFUSE = enum.auto()


_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_MEMBERS: Mapping[CodeClass, str] = {
    CodeClass.CONTROL: "\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb\u206a-\u206f",
    CodeClass.BIDI: "\u202a-\u202e\u2066-\u2069",
    CodeClass.MARK: "\u200e\u200f\u061c",
    CodeClass.ZERO_WIDTH: "\u200b\u2060-\u2065\ufeff\u00ad\u180e\u034f\u115f\u1160\u3164\uffa0"
    "\U0001d173-\U0001d17a",
    CodeClass.TAG: "\U000e0000-\U000e007f",
    CodeClass.SURROGATE: "\ud800-\udfff",
    CodeClass.NONCHARACTER: _NONCHARACTERS,
    CodeClass.BREAK: "\t\n",
    CodeClass.SELECTOR: "\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f",
}
_JOINERS = "\u200c\u200d"
_HIDDEN = "".join(c for name, c in _MEMBERS.items() if name is not CodeClass.SELECTOR) + _JOINERS
_NEIGHBOUR = f"[^\x00-\x7f{_HIDDEN}]"
_PATTERN = re.compile(
    "|".join(
        [f"(?P<{name.name}>[{members}])" for name, members in _MEMBERS.items()]
        + [f"(?P<JOINER>(?<={_NEIGHBOUR})[{_JOINERS}](?={_NEIGHBOUR}))"]
        + [f"(?P<STRAY_JOINER>[{_JOINERS}])"]
    )
)
_NOTHING_TO_SEE = re.compile(f"[\\s{_HIDDEN}{_MEMBERS[CodeClass.SELECTOR]}]*")

_K, _D, _S, _R = Action.KEEP, Action.REMOVE, Action.SPACE, Action.REFUSE
_I, _L, _F = TextKind.IDENTIFIER, TextKind.LINE, TextKind.FREE
ACTIONS: Mapping[CodeClass, Mapping[TextKind, Action]] = {
    CodeClass.CONTROL:      {_I: _R, _L: _R, _F: _D},
    CodeClass.BIDI:         {_I: _R, _L: _R, _F: _D},
    CodeClass.MARK:         {_I: _D, _L: _D, _F: _K},
    CodeClass.ZERO_WIDTH:   {_I: _D, _L: _D, _F: _D},
    CodeClass.JOINER:       {_I: _D, _L: _K, _F: _K},
    CodeClass.STRAY_JOINER: {_I: _D, _L: _D, _F: _K},
    CodeClass.SELECTOR:     {_I: _D, _L: _K, _F: _K},
    CodeClass.TAG:          {_I: _R, _L: _R, _F: _D},
    CodeClass.SURROGATE:    {_I: _R, _L: _R, _F: _D},
    CodeClass.NONCHARACTER: {_I: _R, _L: _R, _F: _D},
    CodeClass.BREAK:        {_I: _R, _L: _S, _F: _K},
}  # fmt: skip
"""What happens to each class in each kind of text."""

_INSTEAD = {Action.REMOVE: "", Action.SPACE: " ", Action.REFUSE: ""}


def scrub(text: str, kind: TextKind) -> tuple[str, Mapping[CodeClass, Action]]:
    """``text`` with the table applied, and which classes were met with which action.

    A class whose action is ``KEEP`` is not reported. When a class is reported as ``REFUSE``
    the text must not be used. Linear in the length.
    """
    met: dict[CodeClass, Action] = {}

    def replace(match: re.Match[str]) -> str:
        name = CodeClass[match.lastgroup or ""]
        action = ACTIONS[name][kind]
        if action is Action.KEEP:
            return match[0]
        met[name] = action
        return _INSTEAD[action]

    return _PATTERN.sub(replace, text), met


def nothing_to_see(text: str) -> bool:
    """Whether a person would see nothing: only white space and characters without a shape."""
    return _NOTHING_TO_SEE.fullmatch(text) is not None
