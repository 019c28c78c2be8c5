"""Who may do what. One commented table; pages, gateway and commands all ask it."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping


class Permission(enum.StrEnum):
    """One thing a person may be allowed to do."""

    VIEW_FORMS = "view forms"
    CHECK_FORMS = "check forms"
    APPROVE_FORMS = "approve forms"
    SUBMIT = "submit answers"
    VIEW_RECEIPTS = "view receipts"
    VIEW_OUTBOX = "view the outbox"
    DELIVER = "deliver submissions"
    RESEND = "send a submission again"
    DECIDE = "confirm or withdraw a submission"
    SWITCH_QUEUE = "pause and resume the queue"
    PROBE = "probe how HubSpot shows submissions"
    DIAGNOSE = "run the doctor"
    INSTALL_APP = "install the app in HubSpot, and end that"
    VIEW_INBOX = "view what HubSpot reported"
    VIEW_PROPERTIES = "view property definitions"
    DEFINE_PROPERTIES = "create, change and archive properties"
    VIEW_RECORDS = "view records, without their sensitive values"
    EDIT_RECORDS = "create, correct and clear records"
    REVEAL = "reveal a sensitive value"
    VIEW_AUDIT = "view the audit: who did what, and when"
    PLAY_WITH_EMULATOR = "look into the emulated HubSpot and change it"


class Role(enum.StrEnum):
    """A person's part in the work."""

    OPERATOR = "operator"
    INTAKE = "intake"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"


_P = Permission
ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    # Whoever sits at the machine the gateway runs on, while there is no sign-in.
    Role.OPERATOR: frozenset(Permission),
    # Types answers in, and sees where a receipt is.
    Role.INTAKE: frozenset({_P.VIEW_FORMS, _P.SUBMIT, _P.VIEW_RECEIPTS}),
    # Also watches the queue, sees why a form is closed, approves forms, and decides what nobody
    # can tell. Corrects records, and may look at a sensitive value for a stated purpose.
    Role.SUPERVISOR: frozenset({_P.APPROVE_FORMS, _P.VIEW_PROPERTIES,
                                _P.VIEW_RECORDS, _P.EDIT_RECORDS, _P.REVEAL,
                                _P.VIEW_FORMS, _P.CHECK_FORMS, _P.SUBMIT, _P.VIEW_RECEIPTS,
                                _P.VIEW_OUTBOX, _P.RESEND, _P.DECIDE, _P.VIEW_INBOX,
                                _P.VIEW_AUDIT}),
    # Runs the system, and does not type answers.
    Role.ADMIN: frozenset({_P.APPROVE_FORMS, _P.VIEW_PROPERTIES, _P.DEFINE_PROPERTIES,
                           _P.VIEW_FORMS, _P.CHECK_FORMS, _P.VIEW_RECEIPTS, _P.VIEW_OUTBOX,
                           _P.DELIVER, _P.DIAGNOSE, _P.INSTALL_APP, _P.RESEND, _P.SWITCH_QUEUE,
                           _P.PROBE, _P.PLAY_WITH_EMULATOR, _P.VIEW_INBOX, _P.VIEW_AUDIT}),
    # Looks at what happened, and changes nothing.
    Role.AUDITOR: frozenset({_P.VIEW_FORMS, _P.CHECK_FORMS, _P.VIEW_RECEIPTS, _P.VIEW_OUTBOX,
                             _P.VIEW_PROPERTIES, _P.VIEW_INBOX, _P.VIEW_AUDIT}),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class User:
    """A person or service that acts. ``id`` is opaque (never an e-mail) and goes into the
    audit; ``name`` is for the screen only."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles allows ``permission``."""
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)


LOCAL_OPERATOR = User("local", "Operator", frozenset({Role.OPERATOR}))
"""Everyone, until there is a sign-in; the pages answer on this machine only."""
WORKER = User("worker", "Worker", frozenset({Role.OPERATOR}))
"""The part that delivers."""
HUBSPOT = User("hubspot", "HubSpot", frozenset())
"""Who calls our webhook: known by its signature, and may do nothing but report."""
