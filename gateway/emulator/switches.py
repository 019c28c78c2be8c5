"""Everything about HubSpot that nobody has published, as one switch each.

The default is the reading that is likeliest or asks for more care. A test that passes under
one reading only has found an assumption. Each switch names its open question (Q1 to Q21 of
our contract with HubSpot), or says that it stands on no list.
"""

# ruff: noqa: RUF009 - `_guess` makes a field, as `dataclasses.field` does

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any, get_type_hints


class Stray(enum.StrEnum):
    """What becomes of a submitted field that no usable property stands behind."""

    KEEP = "keep"
    """Kept in the submission, never written to the record, and answered with 200."""
    REJECT = "reject"
    """The whole submission is refused with 400."""


class Signatures(enum.StrEnum):
    """Which signatures a webhook carries."""

    BOTH = "both"
    ONLY_V1 = "only_v1"
    ONLY_V3 = "only_v3"


class Telling(enum.StrEnum):
    """Which property-change events say whether they are sensitive."""

    NEVER = "never"
    GENERIC = "generic"
    """Those of ``object.*`` subscriptions."""
    ALWAYS = "always"


class PageUri(enum.StrEnum):
    """How the page address comes back when submissions are read."""

    AS_SENT = "as_sent"
    NO_FRAGMENT = "no_fragment"
    NO_QUERY = "no_query"
    """Without query and fragment."""
    LOWER_CASE = "lower_case"
    ABSENT = "absent"


def _guess(default: object, doc: str) -> Any:
    return dataclasses.field(default=default, metadata={"doc": doc})


@dataclasses.dataclass(frozen=True)
class Switches:
    """One field per guess. Times are seconds unless the name says otherwise; a limit of 0
    is no limit. Change them on a running emulator with ``PATCH /_emulator/switches``."""

    submit_checks_sensitive_write: bool = _guess(
        True, "Q1: secure submit also asks for the sensitive write scopes."
    )
    forbidden_submit_names_scopes: bool = _guess(
        True, "Q2: the 403 of a submission has the general body that names scopes."
    )
    get_property_any_class: bool = _guess(
        True, "Q3: one property is found without naming its class (else 404)."
    )
    sensitive_definitions_need_scope: bool = _guess(
        False, "Unlisted: listing the definitions of a class asks for the scope to read its values."
    )
    batch_read_names_class: bool = _guess(
        False, "Unlisted: a batch read of properties without dataSensitivity is refused."
    )
    messages_echo_values: bool = _guess(
        False, "Q5: the unpublished messages of a 400 repeat the value they refuse."
    )
    unknown_property: Stray = _guess(
        Stray.KEEP, "Q6: a submitted field whose property is missing or archived."
    )
    incompatible_property: Stray = _guess(
        Stray.REJECT, "Q6: a submitted property that forms may not set."
    )
    wrong_value: Stray = _guess(
        Stray.REJECT, "Q6: a value of the wrong kind for a field that is not on the form."
    )
    archived_form_status: int = _guess(
        404, "Q7: what a submission to an archived form gets: 404 or 400."
    )
    submit_404_is_empty: bool = _guess(
        False, "Q7: a submission to no form gets 404 without a body."
    )
    unknown_token_status: int = _guess(
        401, "Q7: what token info answers for a bad token: 401 or 404."
    )
    submit_redirects: bool = _guess(
        False, "Q8: secure submit answers 307 to another address, as a regional host."
    )
    rate_limit: int = _guess(190, "Q10: calls per window and token, submissions included.")
    rate_window: float = _guess(10.0, "Q10: the length of the sliding window.")
    submit_limit: int = _guess(0, "Q10: a further limit of secure submit alone (100, 150, 200).")
    public_limit: int = _guess(50, "Q10: public submissions per window.")
    daily_limit: int = _guess(1_000_000, "Q10: calls per day, which ends by the admin route only.")
    submissions_limit_daily: int = _guess(
        0, "Q10: a further limit of secure submit alone, per day as above."
    )
    block_time: float = _guess(60.0, "Q10: how long ten 429s in one second block the caller.")
    retry_after: bool = _guess(False, "Q11: a 429 carries Retry-After.")
    submission_delay: float = _guess(0.0, "Q16: until a submission shows in submissions read.")
    record_delay: float = _guess(0.0, "Q16: until a submission shows in its record.")
    cursor_counts_rows: bool = _guess(
        False, "Unlisted: the cursor of submissions read counts rows, so arrivals repeat some."
    )
    submitted_at_step_ms: int = _guess(1, "Q16: submittedAt comes back rounded down to so many ms.")
    page_uri: PageUri = _guess(PageUri.AS_SENT, "Q16: how the page address comes back.")
    hidden_dependents_required: bool = _guess(
        False, "Q17: a required dependent field is demanded while it is not shown."
    )
    submit_checks_validations: bool = _guess(
        False, "Q14: secure submit refuses a value that breaks a validation rule."
    )
    consent_enforced: bool = _guess(
        False, "Unlisted: a form with explicit consent refuses a submission without it."
    )
    other_legal_basis: bool = _guess(
        False, "Unlisted: legitimate interest takes the legal basis OTHER too."
    )
    more_form_objects: bool = _guess(
        False, "Q19: forms may set deals, appointments and projects too."
    )
    service_keys_submit: bool = _guess(True, "Q20: a service key may submit (else 401).")
    empty_clears: bool = _guess(True, "Unlisted: an empty text clears the value the record has.")
    object_type_demanded: bool = _guess(
        False, "Unlisted: a field without objectTypeId is refused, not taken as a contact's."
    )
    property_in_use_kept: bool = _guess(
        True, "Unlisted: a property that a live form or its schema uses cannot be archived."
    )
    fixed_keys_refused: bool = _guess(
        True, "Unlisted: a change that names what is fixed at creation gets 400 (else ignored)."
    )
    user_agent_demanded: bool = _guess(False, "Unlisted: a submission without User-Agent gets 403.")
    records_check_validations: bool = _guess(
        True, "Unlisted: the objects API refuses a value that breaks a validation rule."
    )
    longest_address: int = _guess(
        16_000, "Unlisted: how many bytes an address may have before it gets 414; 0 for any."
    )
    values_may_be_numbers: bool = _guess(
        True, "Unlisted: a record's value, or a filter's, may be a number or a truth (else 400)."
    )
    search_limit: int = _guess(
        5, "Unlisted: searches per second of the whole account; 0 lets a test search at will."
    )
    search_delay: float = _guess(0.0, "Unlisted: until a search sees what was written.")
    denials_find_empty: bool = _guess(
        False, "Unlisted: NEQ, NOT_IN and NOT_CONTAINS_TOKEN find records without a value too."
    )
    reserved_domains_vanish: bool = _guess(
        False, "Unlisted: example.com and test.com get 200, and nothing is stored."
    )

    token_life: float = _guess(
        1800.0, "Unlisted: how long an OAuth access token lives, told as expires_in."
    )
    oauth_rotates_refresh_token: bool = _guess(
        False, "Unlisted: a refresh brings another refresh token, and ends the one before."
    )
    oauth_consent_page: bool = _guess(
        False, "Unlisted: the install link asks a person, as HubSpot does (else it leads back)."
    )
    oauth_rate_limit: int = _guess(110, "Q10: calls per window and OAuth app.")

    webhook_signatures: Signatures = _guess(
        Signatures.BOTH, "Unlisted: which signatures a webhook carries."
    )
    webhook_is_sensitive: Telling = _guess(Telling.GENERIC, "Q21: which events carry isSensitive.")
    webhook_batch: int = _guess(100, "Unlisted: the most events in one webhook request.")
    webhook_delay: float = _guess(0.0, "Unlisted: until a change is told by webhook.")
    webhook_duplicates: float = _guess(
        0.0, "Unlisted: the share of webhook requests that are sent twice."
    )
    webhook_disorder: bool = _guess(False, "Unlisted: events come shuffled.")
    webhook_time_scale: float = _guess(
        1.0, "Unlisted: the waits between tries of a webhook are multiplied by this."
    )
    webhook_foreign_targets: bool = _guess(
        True,
        "Unlisted: the settings API takes an https address of another machine, as HubSpot does; "
        "nothing is sent there (else 400).",
    )

    def listing(self) -> list[dict[str, Any]]:
        """Every switch as ``{name, value, default, doc}``, in the order above."""
        return [
            {
                "name": field.name,
                "value": getattr(self, field.name),
                "default": field.default,
                "doc": field.metadata["doc"],
            }
            for field in dataclasses.fields(self)
        ]

    def amended(self, changes: Mapping[str, Any]) -> Switches:
        """These switches with ``changes`` applied.

        Raises :class:`ValueError` naming a switch that does not exist or cannot take its value.
        """
        hints = get_type_hints(Switches)
        checked: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"there is no switch {name}")
            checked[name] = _fitted(name, hints[name], value)
        return dataclasses.replace(self, **checked)


def _fitted(name: str, kind: type, value: object) -> object:
    if issubclass(kind, enum.StrEnum):
        try:
            return kind(str(value))
        except ValueError:
            raise ValueError(f"the switch {name} takes one of {', '.join(kind)}") from None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is int and number and value == int(value):  # type: ignore[call-overload]  # a number
        return int(value)  # type: ignore[call-overload]  # a number, as just checked
    if kind is float and number:
        return float(value)  # type: ignore[arg-type]  # a number, as just checked
    raise ValueError(f"the switch {name} takes a value of type {kind.__name__}")
