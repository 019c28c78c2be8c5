"""Every error as a calm sentence that says what happened and what to do next."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

import streamlit as st

from gateway.domain.errors import (
    GatewayError,
    IntakeClosed,
    InvalidTransition,
    PermissionDenied,
    PolicyViolation,
    UnknownForm,
    UnknownReceipt,
)
from gateway.domain.findings import Finding
from gateway.domain.hubspot_errors import HubSpotError
from gateway.domain.record_errors import (
    ChangeUnclear,
    InvalidRecord,
    MissingScope,
    RecordRejected,
    SearchRefused,
    TooManyReveals,
    UnknownObjectType,
    UnknownRecord,
)
from gateway.intake.richtext import plain
from gateway.ui.markup import Markup, fill, join

_TITLES: Mapping[type[GatewayError], tuple[str, str]] = {
    PolicyViolation: (
        "This form is closed",
        "Nobody can fill it in until these points are put right in HubSpot. "
        "Please pass them on to your administrator.",
    ),
    UnknownForm: (
        "There is no such form",
        "It may have been removed in HubSpot. Go back to the forms and choose one.",
    ),
    UnknownReceipt: (
        "No submission has this receipt",
        "Check the code for a typing slip, then look it up again.",
    ),
    PermissionDenied: ("This is not part of your role", "Ask your administrator for access."),
    InvalidTransition: (
        "Somebody else decided first",
        "Nothing was changed. Look at its state again before you decide.",
    ),
    MissingScope: ("The token may not do this", ""),
    SearchRefused: ("This cannot be searched for", ""),
    InvalidRecord: ("This cannot be done", ""),
    UnknownRecord: ("There is no such record", ""),
    UnknownObjectType: ("There is no such object type", ""),
    RecordRejected: ("HubSpot did not accept it", ""),
    ChangeUnclear: ("Nobody can tell whether it was done", ""),
    TooManyReveals: ("That is enough for now", ""),
    IntakeClosed: ("Nothing can be received at the moment", ""),
    HubSpotError: ("HubSpot cannot be asked at the moment", ""),
    GatewayError: ("That did not work", ""),
}
"""Error → title and sentence; an empty sentence means the error's own. The first match of
an error's ancestry counts."""


@contextlib.contextmanager
def noted(note: Callable[[tuple[str, str]], None]) -> Iterator[None]:
    """Give the title and the sentence of a :class:`GatewayError` of the block to ``note``."""
    try:
        yield
    except GatewayError as error:
        note(words_for(error))


@contextlib.contextmanager
def calm() -> Iterator[None]:
    """Turn every :class:`GatewayError` of the block into a panel in the page."""
    try:
        yield
    except GatewayError as error:
        title, sentence = words_for(error)
        if isinstance(error, PolicyViolation):
            title = f"{plain(error.form_name)} is closed"
        findings = error.findings if isinstance(error, PolicyViolation) else ()
        panel(title, sentence, points=points(findings))
        st.page_link("home.py", label="Back to the forms")


def words_for(error: GatewayError) -> tuple[str, str]:
    """The title and the sentence a person reads for ``error``."""
    for kind in type(error).__mro__:
        if kind in _TITLES:
            title, sentence = _TITLES[kind]
            # Commands stand in backticks, which only a terminal's reader needs.
            return title, sentence or str(error).replace("`", "")
    raise TypeError("not an error of this program")


def points(findings: tuple[Finding, ...]) -> Markup:
    """A list of what is wrong, each with its cure."""
    if not findings:
        return Markup("")
    rows = [
        fill(
            "<li>$field$message <span>$cure</span></li>",
            field=fill("<b>$field</b>: ", field=f.field) if f.field else Markup(""),
            message=f.message,
            cure=f.cure.replace("`", ""),
        )
        for f in findings
    ]
    return fill('<ul class="si-points">$rows</ul>', rows=join(rows))


def panel(title: str, sentence: str, points: Markup = Markup("")) -> None:  # noqa: B008  # an immutable text
    """A quiet box with a title and a sentence."""
    st.html(
        fill(
            '<section class="si-panel" role="alert"><h1 class="si-h2">$title</h1>'
            "<p>$sentence</p>$points</section>",
            title=title,
            sentence=sentence,
            points=points,
        )
    )


def on_script_error(error: Exception) -> bool:
    """Streamlit's hook for what nobody foresaw: a sentence in place of its own box. The log
    gets the error's type and line by itself."""
    panel(
        "Something went wrong on our side",
        "What has a receipt is safe. Go back to the forms and try again; if it stays, tell "
        "your administrator.",
    )
    return True
