"""HubSpot's own texts, made safe to show: labels, help, privacy text, thank-you message.

As plain text (:func:`gateway.domain.richtext.plain`), or with the few tags that may stay.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

import bleach
from bleach.html5lib_shim import Filter  # type: ignore[attr-defined] # not in the stubs

from gateway.domain.richtext import capped, plain, without_silent_parts

__all__ = ["TAGS", "clean_markup", "plain"]

TAGS = frozenset(
    {
        "a", "b", "blockquote", "br", "code", "div", "em", "h2", "h3", "h4", "hr", "i", "li",
        "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul",
    }
)  # fmt: skip
"""The tags that may stay; none of them takes an attribute but ``a``."""

_PROTOCOLS = frozenset({"http", "https", "mailto"})
_ABSOLUTE = re.compile(r"(https?://|mailto:)[^\s]", re.IGNORECASE)


class _NewTab(Filter):  # type: ignore[misc] # untyped, as above
    """Opens links beside the page: a link that replaced it would lose what was typed."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            if token["type"] == "StartTag" and token["name"] == "a":
                token["data"][(None, "target")] = "_blank"
                token["data"][(None, "rel")] = "noopener noreferrer"
            yield token


def _only_absolute_links(_tag: str, name: str, value: str) -> bool:
    return name == "href" and _ABSOLUTE.match(value) is not None


_ATTRIBUTES: dict[str, list[str] | Callable[[str, str, str], bool]] = {"a": _only_absolute_links}


@functools.lru_cache(maxsize=1024)
def clean_markup(html: str) -> str:
    """``html`` with only the tags of ``TAGS``: no style, class, id, event or image, and links
    only to http, https and mailto addresses, opened in a new tab. Characters that cannot be
    seen or that reorder text are taken out. The result is safe to show as HTML."""
    text = capped(html)
    if "<" not in text and "&" not in text and ">" not in text:
        return text
    cleaner = bleach.Cleaner(
        tags=TAGS, attributes=_ATTRIBUTES, protocols=_PROTOCOLS, strip=True,
        strip_comments=True, filters=[_NewTab],
    )  # fmt: skip
    return cleaner.clean(without_silent_parts(text))
