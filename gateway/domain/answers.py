"""Types that carry what a person typed, and cannot print it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

_NO_COPY = "answers cannot be copied into a log, a pickle or a text"

Answer = str | bool | int | float | tuple[str, ...]
"""One answer as a page or a file gives it, before it is cleaned and encoded."""


class Secret:
    """A text that does not show itself: tokens, keys, values. :meth:`reveal` gives it back."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Call it only where the text is used, never to build a message."""
        return self._text

    def __repr__(self) -> str:
        return "<Secret>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_COPY)


class Answers(Mapping[str, Answer]):
    """A person's answers by field key. Printing, formatting or pickling it shows only how
    many there are."""

    __slots__ = ("_by_key",)

    def __init__(self, by_key: Mapping[str, Answer]) -> None:
        self._by_key = dict(by_key)

    def __getitem__(self, key: str) -> Answer:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def __repr__(self) -> str:
        return f"<Answers: {len(self)} fields>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_COPY)


class WireField:
    """One entry of ``fields`` in a submission: a property's address and its value as text."""

    __slots__ = ("name", "object_type_id", "value")

    def __init__(self, object_type_id: str, name: str, value: str) -> None:
        self.object_type_id = object_type_id
        self.name = name
        self.value = value

    def __repr__(self) -> str:
        return f"<WireField {self.object_type_id}/{self.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_COPY)
