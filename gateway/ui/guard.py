"""No page runs for anybody whom the navigation script has not let in, in this very run.

Streamlit can be brought to run a page's file by itself, past the script that checks who is
asking. So the right to run is a context that exists only while ``pages/navigation.py``
runs the page, and every page begins by asking for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

import streamlit as st

from gateway.domain.errors import PermissionDenied
from gateway.domain.users import Permission, User

_admitted: ContextVar[User | None] = ContextVar("admitted", default=None)


@contextlib.contextmanager
def admitted(user: User) -> Iterator[None]:
    """Let ``user`` use pages until the block ends. Only the navigation script calls it."""
    token = _admitted.set(user)
    try:
        yield
    finally:
        _admitted.reset(token)


def require(permission: Permission) -> User:
    """The user of this run, who has ``permission``.

    A page that was not run by the navigation script stops here with nothing shown. Raises
    :class:`PermissionDenied` when the user's role does not allow it.
    """
    user = _admitted.get()
    if user is None:
        st.stop()
    if not user.may(permission):
        raise PermissionDenied(permission)
    return user
