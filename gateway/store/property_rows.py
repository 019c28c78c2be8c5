"""What the audit tells of definitions: that a change was asked for, and that HubSpot made it.
Object types, names and classes; no label, no option and no value."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from gateway.domain.audit import Action
from gateway.domain.property_definitions import DEFINITION_ACTIONS, DefinitionChange
from gateway.domain.sensitivity import Sensitivity
from gateway.store.audit import append
from gateway.store.means import Means


class PropertyRows:
    """Adds rows of definitions to the audit. All calls raise :class:`IntakeClosed`."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def asked(
        self, object_type_id: str, change: DefinitionChange, names: Iterable[str], *, actor: str
    ) -> None:
        """A change was asked for of the properties or groups called ``names``."""
        fields = tuple(names)

        def work(connection: Connection) -> None:
            append(connection, at_ms=self._means.clock(connection), actor=actor,
                   action=Action.DEFINITION_ASKED, sid=object_type_id, cause=str(change),
                   fields=fields)  # fmt: skip

        self._means.writer.run(work)

    def made(
        self,
        object_type_id: str,
        change: DefinitionChange,
        names: Iterable[str],
        sensitivity: Sensitivity | None = None,
        *,
        actor: str,
    ) -> None:
        """HubSpot has made the change; ``sensitivity`` is the properties' class."""
        fields = tuple(names)

        def work(connection: Connection) -> None:
            append(connection, at_ms=self._means.clock(connection), actor=actor,
                   action=DEFINITION_ACTIONS[change], sid=object_type_id,
                   cause=str(sensitivity) if sensitivity is not None else None,
                   fields=fields)  # fmt: skip

        self._means.writer.run(work)
