"""HTML out of trusted templates and escaped texts: the only way text gets into ``st.html``."""

from __future__ import annotations

import html
import string


class Markup(str):
    """Text that is already HTML, made by :func:`fill` or cleaned by the intake's rich text."""

    __slots__ = ()


def fill(template: str, **parts: str | Markup) -> Markup:
    """``template`` with each ``$name`` replaced: texts are escaped, :class:`Markup` is not.

    Raises :class:`KeyError` for a name that is not given.
    """
    return Markup(
        string.Template(template).substitute(
            {
                name: part if isinstance(part, Markup) else html.escape(part, quote=True)
                for name, part in parts.items()
            }
        )
    )


def join(parts: list[Markup]) -> Markup:
    """Several pieces of HTML in a row."""
    return Markup("".join(parts))
