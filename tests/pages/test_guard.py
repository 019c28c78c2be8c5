"""Who gets past the first line of a page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from gateway.domain.users import ROLE_PERMISSIONS, Permission, Role


def _page(role: str | None, permission: str) -> None:
    import contextlib

    import streamlit as st

    from gateway.domain.errors import PermissionDenied
    from gateway.domain.users import Permission, Role, User
    from gateway.ui import guard

    someone = guard.admitted(User("u", "U", frozenset({Role(role)}))) if role else None
    with someone or contextlib.nullcontext():
        try:
            st.write(guard.require(Permission(permission)).id)
        except PermissionDenied:
            st.write("refused")


def _run(role: str | None, permission: Permission) -> AppTest:
    kwargs = {"role": role, "permission": permission.value}
    test = AppTest.from_function(_page, kwargs=kwargs).run(timeout=10)
    assert not test.exception
    return test


@pytest.mark.parametrize("role", Role)
def test_a_role_gets_the_pages_its_permissions_name(role: Role) -> None:
    """The table of roles is what counts; whoever lacks a permission is refused."""
    for permission in Permission:
        test = _run(role, permission)
        shown = [element.value for element in test.markdown]
        assert shown == ["u" if permission in ROLE_PERMISSIONS[role] else "refused"]


@pytest.mark.parametrize("permission", Permission)
def test_nobody_let_in_means_nothing_shown(permission: Permission) -> None:
    """Without the navigation script there is not even a sentence."""
    assert len(_run(None, permission).main) == 0
