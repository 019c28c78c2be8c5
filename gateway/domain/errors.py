"""One tree of errors. An error carries field names, reasons from closed lists and ids;
never an answer, a token, or the body HubSpot sent. Raise across a border ``from None``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from gateway.domain.findings import Finding
from gateway.domain.grants import INSTALL_REFUSALS, InstallRefusal
from gateway.domain.webhooks import REFUSAL_SENTENCES, Refusal


class GatewayError(Exception):
    """The root. ``str()`` of each is a sentence for a person that says what to do next."""


class Refused(GatewayError):
    """The answer is no, and asking again will not change it."""


class PermissionDenied(Refused):
    """This person's role does not allow this."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"Your role does not allow this ({permission}). Ask your administrator.")
        self.permission = permission


class PolicyViolation(Refused):
    """The gate does not let this form's data take this road; ``findings`` say why."""

    def __init__(self, form_name: str, findings: Sequence[Finding]) -> None:
        super().__init__(
            f"The form {form_name} is closed: " + " ".join(f.message for f in findings)
        )
        self.form_name = form_name
        self.findings = tuple(findings)


class UnknownForm(Refused):
    """HubSpot has no form of this id or name."""

    def __init__(self) -> None:
        super().__init__(
            "HubSpot has no such form in this account. Run `python -m gateway check --all` for the list."
        )


class UnknownReceipt(Refused):
    """No submission has this receipt."""

    def __init__(self) -> None:
        super().__init__("No submission has this receipt. Check the code for a typing slip.")


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why one answer cannot be taken: a stable code and a sentence without the answer."""

    code: str
    sentence: str


class InvalidSubmission(Refused):
    """Answers that cannot be taken: ``reasons`` by field key, every fault at once."""

    def __init__(self, reasons: Mapping[str, Reason]) -> None:
        super().__init__("Some answers need another look: " + ", ".join(sorted(reasons)) + ".")
        self.reasons = dict(reasons)


class KeyConflict(Refused):
    """The idempotency key was used before, for other answers (the contract Stripe set)."""

    def __init__(self) -> None:
        super().__init__(
            "This key was already used for other answers. Use a new key for a new submission."
        )


class PropertyRefused(Refused):
    """A property or group is not defined, changed or archived as somebody wants: every reason at
    once."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(reason.sentence for reason in reasons))
        self.reasons = tuple(reasons)


class UnusableKey(Refused):
    """The idempotency key cannot be kept: it is empty, longer than 255 characters, or no
    text that can be written down."""

    def __init__(self) -> None:
        super().__init__("This key cannot be used. Give a key of 1 to 255 ordinary characters.")


class PayloadTooLarge(Refused):
    """The answers together are larger than what is sealed."""

    def __init__(self) -> None:
        super().__init__("The answers are too long to be kept together. Shorten the longest ones.")


ACCOUNT_CAUSES: Mapping[str, str] = {
    "portal": "The token belongs to another HubSpot account than HUBSPOT_PORTAL_ID. Correct one of them.",
    "region": "Nobody has told this program where submissions of this account's region go. "
    "Set HUBSPOT_FORMS_HOSTS (see .env.example).",
}


class AccountRefused(Refused):
    """The token's account must not be used; ``cause`` is a key of ``ACCOUNT_CAUSES``."""

    def __init__(self, cause: str) -> None:
        super().__init__(ACCOUNT_CAUSES[cause])
        self.cause = cause


class ProbeFailed(Refused):
    """The test submissions of a probe were not delivered, so nothing could be measured."""

    def __init__(self) -> None:
        super().__init__(
            "The test submissions did not leave, so nothing was measured. Look at the outbox for "
            "the reason, then probe again."
        )


class WebhookRefused(Refused):
    """A request to the webhook's address is not taken; ``position`` is the event's place in its
    list, counted from 0, where one event is the reason."""

    def __init__(self, refusal: Refusal, position: int | None = None) -> None:
        super().__init__(REFUSAL_SENTENCES[refusal])
        self.refusal = refusal
        self.position = position


class InstallRefused(Refused):
    """Nothing was installed by OAuth, or ended."""

    def __init__(self, refusal: InstallRefusal) -> None:
        super().__init__(INSTALL_REFUSALS[refusal])
        self.refusal = refusal


class LockNotWritten(Refused):
    """The lock file could not be written; ``cause`` says why, in words."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"Nothing was changed: the lock file was not written, {cause}.")
        self.cause = cause


class UnknownFields(Refused):
    """Something was said of fields that the form does not have, or that cannot be approved."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__("The form has no such field to approve: " + ", ".join(keys) + ".")
        self.keys = tuple(keys)


class ChangedSinceShown(Refused):
    """The form is no longer as it was when it was shown to who approves it."""

    def __init__(self) -> None:
        super().__init__("The form has changed since it was shown. Look at it again, then approve.")


class NothingToWithdraw(Refused):
    """The form is not approved, or somebody else has just withdrawn its approval."""

    def __init__(self, form_name: str) -> None:
        super().__init__(f"The form {form_name} is not approved, so there is nothing to withdraw.")
        self.form_name = form_name


class ApprovedAnew(Refused):
    """The form has another approval than the one that was shown to who withdraws it."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody has approved the form anew since it was shown. Look at it again, then withdraw."
        )


class SeveralApproved(Refused):
    """More than one approved form has the name; ``form_ids`` are theirs."""

    def __init__(self, form_name: str, form_ids: Sequence[str]) -> None:
        super().__init__(
            f"More than one approved form is called {form_name}. Give the id of the one you mean: "
            f"{', '.join(form_ids)}."
        )
        self.form_ids = tuple(form_ids)


INTAKE_CAUSES: Mapping[str, str] = {
    "disk": "The disk is full. Free some space, then submit again; nothing typed is lost.",
    "store": "The outbox cannot be written. Tell your administrator; nothing typed is lost.",
    "busy": "The outbox is busy. Submit again in a moment; nothing typed is lost.",
    "key": "The sealing keys cannot be used. Tell your administrator; nothing typed is lost.",
    "unreachable": "HubSpot cannot be reached, and this form was not read recently enough to be "
    "trusted. Try again when HubSpot answers.",
    "unauthorized": "HubSpot does not accept our token. Put a valid one into HUBSPOT_ACCESS_TOKEN.",
    "not_installed": "The app is not installed in HubSpot. Open the link of the page Set-up, or of "
    "`python -m gateway oauth install-url`.",
    "backlog": "Too many submissions wait to be sent. Tell your administrator; nothing typed is lost.",
    "drain": "The program is being emptied for maintenance. Submit again later; nothing typed is lost.",
    "clock": "This machine's clock is wrong. Tell your administrator; nothing typed is lost.",
    **ACCOUNT_CAUSES,
}


class IntakeClosed(Refused):
    """Nothing can be accepted now; ``cause`` is a key of ``INTAKE_CAUSES``. Whatever was
    typed was not stored, and the person is told so."""

    def __init__(self, cause: str) -> None:
        super().__init__("Not received. " + INTAKE_CAUSES[cause])
        self.cause = cause


class OutboxUnreadable(GatewayError):
    """The outbox could not be read just now. What it holds is not touched by that."""

    def __init__(self) -> None:
        super().__init__("The outbox cannot be read at the moment. Try again; nothing is lost.")


class SealError(GatewayError):
    """Sealed answers cannot be opened."""


class WrongKey(SealError):
    """Sealed to a key that is not here: try the next."""

    def __init__(self) -> None:
        super().__init__(
            "It was sealed to a key that is not here. Restore the key folder's backup."
        )


class Tampered(SealError):
    """The envelope or its context was altered: stop and alarm."""

    def __init__(self) -> None:
        super().__init__("Sealed data was altered since it was stored. Tell your administrator.")


class KeyringBroken(SealError):
    """The key folder cannot be used; ``cause`` names the file's fault, never its content."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"The sealing keys cannot be used: {cause}. Let this program's user, and nobody "
            "else, read and write the key folder, or restore its backup."
        )
        self.cause = cause


class ForbiddenDestination(GatewayError):
    """A request was about to leave for a host or path that is not on the list."""

    def __init__(self) -> None:
        super().__init__("A request to a host or path that is not allowed was stopped.")


class InvalidTransition(GatewayError):
    """Somebody else decided first, or the move does not exist: stop, never retry."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"A submission in state {state} cannot take the step {event}.")
        self.state = state
        self.event = event


@dataclasses.dataclass(frozen=True)
class SettingFault:
    """One wrong setting: its name and what to do, never its value."""

    name: str
    hint: str


class SettingsError(GatewayError):
    """Every wrong setting at once."""

    def __init__(self, faults: Sequence[SettingFault]) -> None:
        super().__init__(
            "These settings need to be corrected:\n"
            + "\n".join(f"  {fault.name}: {fault.hint}" for fault in faults)
        )
        self.faults = tuple(faults)


class ForeignOutbox(SettingsError):
    """The outbox belongs to another key folder: what it holds opens with none of our keys."""

    def __init__(self) -> None:
        hint = (
            "this outbox belongs to another installation, or its key folder was lost: correct "
            "GATEWAY_DATABASE_URL or GATEWAY_KEYS, or restore the key folder's backup; nothing "
            "in it was touched"
        )
        super().__init__([SettingFault("GATEWAY_DATABASE_URL", hint)])


class OutboxGone(SettingsError):
    """The key folder has had an outbox, and the one that is there is new: what the lost one held
    is nowhere else."""

    def __init__(self) -> None:
        hint = (
            "the outbox is new, but these keys have had one before, with submissions that may not "
            "have left: put its file back, restore its backup, or correct this setting. To begin "
            "a new outbox all the same, delete the file outbox.begun in the key folder"
        )
        super().__init__([SettingFault("GATEWAY_DATABASE_URL", hint)])
