"""May this person do this? The table is :data:`gateway.domain.users.ROLE_PERMISSIONS`."""

from __future__ import annotations

from gateway.domain.errors import PermissionDenied
from gateway.domain.users import Permission, User


def require(user: User, permission: Permission) -> None:
    """Raises :class:`PermissionDenied` unless one of the user's roles allows it."""
    if not user.may(permission):
        raise PermissionDenied(permission)
