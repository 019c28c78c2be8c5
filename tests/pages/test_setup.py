"""The page of the set-up, over a real gateway; and its parts, with every kind of report."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gateway.domain.features import FEATURES
from gateway.domain.findings import Severity, Verdict, finding
from gateway.domain.findings import verdict as summary
from gateway.domain.users import LOCAL_OPERATOR, Role
from gateway.ui.check_table import HELD, VERDICTS, about, forms, table
from gateway.ui.scope_table import POSSIBLE, scopes, verdict
from gateway.ui.setup import WORDS, findings

VISITORS = "c05a7e13-9b42-4d6f-a1c8-2f8e60b3d914"


def test_the_page_tells_findings_forms_and_scopes(screen: Any) -> None:
    """What is wrong comes first with code and cure; every form has its fold; every scope its row."""
    screen.go("setup.py")
    page = screen.html()
    assert "All is well" in page
    assert "public_url_loopback" in page
    assert page.index("public_url_loopback") < page.index("What else was looked at")
    assert page.count('class="si-fold si-form"') == 5
    assert 'si-form" open' not in page
    assert "crm.objects.contacts.highly_sensitive.write" in page
    assert "To write highly sensitive contact properties" in page
    for row in FEATURES.values():
        assert row.label in page


def test_a_form_that_is_asked_for_is_unfolded(screen: Any) -> None:
    """Its fields stand there with verdict, reason, cure and code."""
    screen.go("setup.py", form=VISITORS)
    page = screen.html()
    assert page.count('class="si-fold si-form" open') == 1
    own = page.split('class="si-fold si-form" open')[1].split("</details>")[0]
    assert "reCAPTCHA is switched on" in own
    assert "label_names_sensitive" in own
    assert "property_archived" in own
    assert own.count("Refused") == 2


def test_it_looks_again_when_told_to(screen: Any, emulator: Any) -> None:
    """The button asks everything anew."""
    screen.go("setup.py")
    before = len(emulator.portal.journal.entries())
    screen.press("Look again")
    assert len(emulator.portal.journal.entries()) > before
    assert "All is well" in screen.html()


def test_the_page_survives_a_hubspot_that_is_away(screen: Any, emulator: Any) -> None:
    """The doctor says so, and the forms it remembers are still shown."""
    screen.go("setup.py")
    emulator.portal.faults.add("*", "drop_before", times=None)
    screen.press("Look again")
    page = screen.html()
    emulator.portal.faults.clear()
    assert "hubspot_unreachable" in page
    assert "to be put right" in page


def _as(role: str) -> None:
    from gateway import bootstrap
    from gateway.domain.users import Role, User
    from gateway.ui import setup

    setup.show(bootstrap.served(), User("u", "U", frozenset({Role(role)})), "")


@pytest.mark.parametrize(("role", "diagnoses"), [(Role.ADMIN, True), (Role.AUDITOR, False)])
def test_who_may_not_run_the_doctor_sees_the_forms_only(
    gateway: Any, role: Role, diagnoses: bool
) -> None:
    """The findings of the set-up are for who runs the system."""
    test = AppTest.from_function(_as, kwargs={"role": role.value}).run(timeout=20)
    assert not test.exception
    page = "\n".join(str(element.proto.body) for element in test.get("html"))
    assert ("keys_ready" in page) is diagnoses
    assert "Forms and their fields" in page
    assert "What the token may do" in page


def test_every_word_is_there() -> None:
    """The tables of words are complete over what they name."""
    assert set(WORDS) == set(Severity)
    assert set(VERDICTS) == set(Verdict)
    assert set(HELD) == set(POSSIBLE) == {True, False, None}


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ([], "All is well."),
        (["loopback_only"], "All is well."),
        (["no_forms"], "All is well; one point is worth knowing."),
        (["token_refused"], "One point has to be put right."),
        (["token_refused", "form_archived", "no_forms", "notifications"],
         "2 points have to be put right, 2 points are worth knowing."),
    ],
)  # fmt: skip
def test_all_findings_in_a_sentence(codes: list[str], sentence: str) -> None:
    """Singular and plural, wrong and worth knowing."""
    assert summary([finding(code) for code in codes]) == sentence


def test_errors_stand_before_warnings() -> None:
    """Whatever the order they were found in."""
    page = findings([finding("no_forms"), finding("token_refused"), finding("loopback_only")])
    order = [page.index(code) for code in ("token_refused", "no_forms", "loopback_only")]
    assert order == sorted(order)
    assert 'data-tone="stopped"' in page


def test_hostile_names_stay_text(gateway: Any) -> None:
    """A form's or field's markup is shown as text, and never becomes an element."""
    report = gateway.check(VISITORS, by=LOCAL_OPERATOR)
    bad = "<img src=x onerror=alert(1)>"
    field = dataclasses.replace(report.fields[0], label=bad, name=bad, key=bad, reason=bad)
    odd = dataclasses.replace(report, form_name=bad, fields=(field,))
    page = forms([odd], "") + table(odd) + findings([finding("form_open", form=bad)])
    assert "<img" not in page
    assert re.search(r"<[a-z]+[^>]*onerror", page) is None


def test_a_form_without_fields_has_no_table(gateway: Any) -> None:
    """An account without forms, and a form without fields, are told in words."""
    report = dataclasses.replace(gateway.check(VISITORS, by=LOCAL_OPERATOR), fields=())
    assert table(report) == ""
    assert about(report) == "0 fields"
    assert "no form" in forms([], "")


def test_the_scopes_in_words(gateway: Any) -> None:
    """Held, missing, in excess and not known each have their sentence."""
    plan = gateway.scopes.plan(by=LOCAL_OPERATOR)
    assert "holds everything" in verdict(plan)
    lean = dataclasses.replace(plan.scopes, excess=())
    assert verdict(dataclasses.replace(plan, scopes=lean)).endswith("It holds nothing more.")
    one = dataclasses.replace(plan.scopes, missing=("tickets",), excess=("automation",))
    told = verdict(dataclasses.replace(plan, scopes=one))
    assert told == "For taking submissions the token lacks tickets. It holds one scope more."
    dark = dataclasses.replace(plan.scopes, held=None)
    assert "did not say" in verdict(dataclasses.replace(plan, scopes=dark))
    page = scopes(plan)
    assert "What it holds beyond that" in page
    assert page.count('data-possible="Possible"') == sum(
        row.possible is True for row in plan.features
    )
