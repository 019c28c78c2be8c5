"""HubSpot's scope matrix, cell by cell, as a literal table; and what a token lacks and has over."""

from __future__ import annotations

import pytest

from gateway.domain.features import FEATURES, NOTIFIED, Feature
from gateway.domain.objects import OBJECT_TYPES, ObjectType, object_type
from gateway.domain.scopes import (
    Access,
    ScopeNeed,
    definition_need,
    forms_need,
    property_need,
    record_need,
    sensitive_need,
)
from gateway.domain.sensitivity import Sensitivity
from gateway.policy.features import demand, is_notified
from gateway.policy.scopes import scope_report

CONTACT, COMPANY, DEAL, TICKET = "0-1", "0-2", "0-3", "0-5"
APPOINTMENT, PROJECT, CUSTOM = "0-421", "0-970", "2-4711"
READ, WRITE = Access.READ, Access.WRITE
S, H = Sensitivity.SENSITIVE, Sensitivity.HIGHLY_SENSITIVE

MATRIX: dict[tuple[str, Sensitivity, Access], tuple[str, ...] | None] = {
    (CONTACT, S, READ): ("crm.objects.contacts.sensitive.read",
                         "crm.objects.contacts.sensitive.read.v2"),
    (CONTACT, S, WRITE): ("crm.objects.contacts.sensitive.write",
                          "crm.objects.contacts.sensitive.write.v2"),
    (CONTACT, H, READ): ("crm.objects.contacts.highly_sensitive.read",
                         "crm.objects.contacts.highly_sensitive.read.v2"),
    (CONTACT, H, WRITE): ("crm.objects.contacts.highly_sensitive.write",
                          "crm.objects.contacts.highly_sensitive.write.v2"),
    (COMPANY, S, READ): ("crm.objects.companies.sensitive.read",
                         "crm.objects.companies.sensitive.read.v2"),
    (COMPANY, S, WRITE): ("crm.objects.companies.sensitive.write",
                          "crm.objects.companies.sensitive.write.v2"),
    (COMPANY, H, READ): ("crm.objects.companies.highly_sensitive.read",
                         "crm.objects.companies.highly_sensitive.read.v2"),
    (COMPANY, H, WRITE): ("crm.objects.companies.highly_sensitive.write",
                          "crm.objects.companies.highly_sensitive.write.v2"),
    (DEAL, S, READ): ("crm.objects.deals.sensitive.read", "crm.objects.deals.sensitive.read.v2"),
    (DEAL, S, WRITE): ("crm.objects.deals.sensitive.write",
                       "crm.objects.deals.sensitive.write.v2"),
    (DEAL, H, READ): ("crm.objects.deals.highly_sensitive.read",
                      "crm.objects.deals.highly_sensitive.read.v2"),
    (DEAL, H, WRITE): ("crm.objects.deals.highly_sensitive.write",
                       "crm.objects.deals.highly_sensitive.write.v2"),
    (CUSTOM, S, READ): ("crm.objects.custom.sensitive.read",
                        "crm.objects.custom.sensitive.read.v2"),
    (CUSTOM, S, WRITE): ("crm.objects.custom.sensitive.write",
                         "crm.objects.custom.sensitive.write.v2"),
    (CUSTOM, H, READ): ("crm.objects.custom.highly_sensitive.read",
                        "crm.objects.custom.highly_sensitive.read.v2"),
    (CUSTOM, H, WRITE): ("crm.objects.custom.highly_sensitive.write",
                         "crm.objects.custom.highly_sensitive.write.v2"),
    (APPOINTMENT, S, READ): ("crm.objects.appointments.sensitive.read",
                             "crm.objects.appointments.sensitive.read.v2"),
    (APPOINTMENT, S, WRITE): ("crm.objects.appointments.sensitive.write",
                              "crm.objects.appointments.sensitive.write.v2"),
    (APPOINTMENT, H, READ): None,
    (APPOINTMENT, H, WRITE): None,
    (PROJECT, S, READ): ("crm.objects.projects.sensitive.read",
                         "crm.objects.projects.sensitive.read.v2"),
    (PROJECT, S, WRITE): ("crm.objects.projects.sensitive.write",
                          "crm.objects.projects.sensitive.write.v2"),
    (PROJECT, H, READ): ("crm.objects.projects.highly_sensitive.read",
                         "crm.objects.projects.highly_sensitive.read.v2"),
    (PROJECT, H, WRITE): ("crm.objects.projects.highly_sensitive.write",
                          "crm.objects.projects.highly_sensitive.write.v2"),
    (TICKET, S, READ): ("tickets.sensitive", "tickets.sensitive.v2",
                        "crm.objects.tickets.sensitive.read",
                        "crm.objects.tickets.sensitive.read.v2"),
    (TICKET, S, WRITE): ("tickets.sensitive", "tickets.sensitive.v2",
                         "crm.objects.tickets.sensitive.write",
                         "crm.objects.tickets.sensitive.write.v2"),
    (TICKET, H, READ): ("tickets.highly_sensitive", "tickets.highly_sensitive.v2",
                        "crm.objects.tickets.highly_sensitive.read",
                        "crm.objects.tickets.highly_sensitive.read.v2"),
    (TICKET, H, WRITE): ("tickets.highly_sensitive", "tickets.highly_sensitive.v2",
                         "crm.objects.tickets.highly_sensitive.write",
                         "crm.objects.tickets.highly_sensitive.write.v2"),
}  # fmt: skip
"""The seed's matrix and the projects of March 2026: every spelling, the shown one first."""

WORDS = {
    (S, READ): "read sensitive {} properties", (S, WRITE): "write sensitive {} properties",
    (H, READ): "read highly sensitive {} properties",
    (H, WRITE): "write highly sensitive {} properties",
}  # fmt: skip
LABELS = {CONTACT: "contact", COMPANY: "company", DEAL: "deal", TICKET: "ticket",
          APPOINTMENT: "appointment", PROJECT: "project", CUSTOM: "custom object"}  # fmt: skip


def kind(type_id: str) -> ObjectType:
    """The object type's row."""
    found = object_type(type_id)
    assert found is not None
    return found


def test_the_matrix_is_whole() -> None:
    """Every object, class and access has its cell, and no object is missing from it."""
    assert {cell[0] for cell in MATRIX} == {*OBJECT_TYPES, CUSTOM}
    assert len(MATRIX) == 7 * 2 * 2


@pytest.mark.parametrize(("cell", "spellings"), MATRIX.items(), ids=lambda one: str(one)[:60])
def test_a_cell(cell: tuple[str, Sensitivity, Access], spellings: tuple[str, ...] | None) -> None:
    """Each cell has exactly these spellings, each of them enough by itself, and no other scope
    of the matrix will do."""
    type_id, sensitivity, access = cell
    need = sensitive_need(kind(type_id), sensitivity, access)
    if spellings is None:
        assert need is None
        return
    words = WORDS[sensitivity, access].format(LABELS[type_id])
    assert need == ScopeNeed(spellings[0], spellings, words)
    every = {scope for others in MATRIX.values() for scope in others or ()}
    for scope in every:
        assert need.met_by({scope}) is (scope in spellings)
    assert not need.met_by(every - set(spellings))
    assert need.served_by(every) == set(spellings)


def test_an_object_without_sensitive_data_has_no_cell() -> None:
    """HubSpot has no sensitive scopes for listings, services, leads and courses."""
    for stem in ("listings", "services", "leads", "courses"):
        other = ObjectType("0-420", stem, stem, stem, False)
        for sensitivity in (S, H):
            for access in Access:
                assert sensitive_need(other, sensitivity, access) is None


@pytest.mark.parametrize("access", Access)
def test_an_ordinary_class_is_no_question(access: Access) -> None:
    """Asking for the sensitive scope of an ordinary property is a mistake, and told as one."""
    with pytest.raises(ValueError, match=r"^an ordinary property needs no sensitive scope$"):
        sensitive_need(kind(CONTACT), Sensitivity.NON_SENSITIVE, access)


def test_what_forms_ask_for() -> None:
    """One scope for forms, in one spelling."""
    assert forms_need() == ScopeNeed("forms", ("forms",), "read forms and submit to them")
    assert not forms_need().met_by({"form", "forms.v2"})


ORDINARY = {
    CONTACT: "contacts", COMPANY: "companies", DEAL: "deals", APPOINTMENT: "appointments",
    PROJECT: "projects", CUSTOM: "custom",
}  # fmt: skip


@pytest.mark.parametrize(("type_id", "stem"), ORDINARY.items())
def test_ordinary_needs(type_id: str, stem: str) -> None:
    """Definitions, their change, and records: the scopes of every object but tickets."""
    label = LABELS[type_id]
    assert definition_need(kind(type_id)) == ScopeNeed(
        f"crm.schemas.{stem}.read", (f"crm.schemas.{stem}.read",),
        f"read the definitions of {label} properties",
        (f"crm.objects.{stem}.read", f"crm.objects.{stem}.write", f"crm.schemas.{stem}.write"),
    )  # fmt: skip
    assert property_need(kind(type_id)) == ScopeNeed(
        f"crm.schemas.{stem}.write", (f"crm.schemas.{stem}.write",),
        f"create and change {label} properties",
    )  # fmt: skip
    for access in Access:
        name = f"crm.objects.{stem}.{access}"
        assert record_need(kind(type_id), access) == ScopeNeed(
            name, (name,), f"{access} {label} records"
        )


def test_ordinary_needs_of_tickets() -> None:
    """Tickets have one scope for everything ordinary, and finer ones in the specs."""
    assert definition_need(kind(TICKET)) == ScopeNeed(
        "crm.schemas.tickets.read", ("crm.schemas.tickets.read",),
        "read the definitions of ticket properties", ("crm.objects.tickets.read", "tickets"),
    )  # fmt: skip
    assert property_need(kind(TICKET)) == ScopeNeed(
        "tickets", ("tickets", "crm.schemas.tickets.write"), "create and change ticket properties"
    )
    for access in Access:
        assert record_need(kind(TICKET), access) == ScopeNeed(
            "tickets", ("tickets", f"crm.objects.tickets.{access}"), f"{access} ticket records"
        )


def test_a_need_rests_on_the_narrowest_scope() -> None:
    """Its own spellings come first; of wider ones the narrowest that is held; else none."""
    need = ScopeNeed("a", ("a", "a.v2"), "x", ("b", "c"))
    assert need.accepted == ("a", "a.v2", "b", "c")
    assert [need.met_by({scope}) for scope in ("a", "a.v2", "b", "c", "d")] == [True] * 4 + [False]
    assert need.served_by({"a", "a.v2", "b", "c"}) == {"a", "a.v2"}
    assert need.served_by({"a.v2", "c"}) == {"a.v2"}
    assert need.served_by({"c", "b"}) == {"b"}
    assert need.served_by({"c"}) == {"c"}
    assert need.served_by({"d"}) == frozenset()
    assert not need.met_by(())
    assert len({need, ScopeNeed("a", ("a", "a.v2"), "x", ("b", "c"))}) == 1


def test_needed_held_missing_excess() -> None:
    """Each scope stands where it belongs, in alphabetical order, by its base name."""
    needs = [forms_need(), definition_need(kind(CONTACT)),
             sensitive_need(kind(TICKET), S, WRITE)]  # fmt: skip
    held = {"forms", "tickets.sensitive.v2", "oauth", "crm.objects.deals.read", "automation"}
    report = scope_report(filter(None, needs), frozenset(held))
    assert report.needed == ("crm.schemas.contacts.read", "forms", "tickets.sensitive")
    assert report.held == tuple(sorted(held))
    assert report.missing == ("crm.schemas.contacts.read",)
    assert report.excess == ("automation", "crm.objects.deals.read")


def test_a_wider_scope_beside_a_narrow_one_is_in_excess() -> None:
    """What a need could rest on is still too much when a narrower scope is there."""
    need = definition_need(kind(CONTACT))
    both = frozenset({"crm.schemas.contacts.read", "crm.objects.contacts.read"})
    assert scope_report([need], both).excess == ("crm.objects.contacts.read",)
    wide = frozenset({"crm.objects.contacts.read"})
    assert scope_report([need], wide).excess == ()
    assert scope_report([need], wide).missing == ()


def test_nothing_is_claimed_of_a_token_nobody_described() -> None:
    """When HubSpot does not say, nothing is held, missing or in excess."""
    report = scope_report([forms_need()], None)
    assert (report.needed, report.held) == (("forms",), None)
    assert report.missing == report.excess == ()
    assert scope_report([], frozenset()).held == ()
    assert scope_report([forms_need()], frozenset()).missing == ("forms",)


N = Sensitivity.NON_SENSITIVE
DEMANDS: dict[Feature, tuple[str, ...]] = {
    Feature.SUBMIT: ("crm.objects.contacts.highly_sensitive.write",
                     "crm.objects.contacts.sensitive.write", "crm.schemas.companies.read",
                     "crm.schemas.contacts.read", "forms"),
    Feature.DEFINITIONS: ("crm.schemas.companies.read", "crm.schemas.contacts.read", "forms"),
    Feature.READ_BACK: ("forms",),
    Feature.PROPERTIES: ("crm.objects.contacts.highly_sensitive.write",
                         "crm.objects.contacts.sensitive.write", "crm.schemas.companies.read",
                         "crm.schemas.companies.write", "crm.schemas.contacts.read",
                         "crm.schemas.contacts.write"),
    Feature.RECORDS: ("crm.objects.companies.read", "crm.objects.contacts.read"),
    Feature.REVEAL: ("crm.objects.companies.read", "crm.objects.contacts.highly_sensitive.read",
                     "crm.objects.contacts.read", "crm.objects.contacts.sensitive.read"),
    Feature.CORRECT: ("crm.objects.companies.read", "crm.objects.companies.write",
                      "crm.objects.contacts.highly_sensitive.write", "crm.objects.contacts.read",
                      "crm.objects.contacts.sensitive.write", "crm.objects.contacts.write"),
    Feature.SEARCH: ("crm.objects.companies.read", "crm.objects.contacts.read",
                     "crm.objects.contacts.sensitive.read"),
    Feature.WEBHOOKS: ("crm.objects.contacts.read",),
}  # fmt: skip
"""What each feature takes for contacts of all classes and ordinary companies."""


@pytest.mark.parametrize("feature", Feature)
def test_what_a_feature_takes(feature: Feature) -> None:
    """The least scopes, exactly; nothing more for a class it does not touch."""
    cells = [(kind(CONTACT), S), (kind(CONTACT), H), (kind(COMPANY), N), (kind(CONTACT), None)]
    found = demand(feature, cells)
    assert tuple(need.name for need in found.needs) == DEMANDS[feature]
    assert found.impossible == ()


WORDS_OF_FEATURES = {
    "submit": "Take submissions", "definitions": "Read forms and definitions",
    "read-back": "Look unclear submissions up", "properties": "Create and change properties",
    "records": "Read records, without their sensitive values",
    "reveal": "Reveal sensitive values", "correct": "Create, correct and clear records",
    "search": "Search records", "webhooks": "Hear of changes",
}  # fmt: skip


def test_every_feature_has_its_row() -> None:
    """The table of features is complete, by the names of the command line and in words."""
    assert set(FEATURES) == set(Feature) == set(DEMANDS)
    assert {str(one): row.label for one, row in FEATURES.items()} == WORDS_OF_FEATURES
    assert {name: row.notified for name, row in FEATURES.items()} == {
        feature: feature is Feature.WEBHOOKS for feature in Feature
    }
    assert NOTIFIED == {
        "contacts": "contact", "companies": "company", "deals": "deal", "tickets": "ticket",
    }  # fmt: skip


def test_what_no_scope_allows_is_named() -> None:
    """Highly sensitive appointments cannot be written or read by any program."""
    cell = (kind(APPOINTMENT), H)
    for feature in (Feature.SUBMIT, Feature.REVEAL, Feature.CORRECT, Feature.PROPERTIES):
        assert demand(feature, [cell, cell]).impossible == (cell,)
    for feature in (Feature.RECORDS, Feature.SEARCH, Feature.WEBHOOKS, Feature.DEFINITIONS):
        assert demand(feature, [cell]).impossible == ()


@pytest.mark.parametrize("type_id", [*OBJECT_TYPES, CUSTOM])
def test_only_some_changes_are_reported(type_id: str) -> None:
    """Sensitive changes of four objects; highly sensitive and ordinary ones never."""
    reported = type_id in {CONTACT, COMPANY, DEAL, TICKET}
    assert is_notified(kind(type_id), S) is reported
    assert (kind(type_id).plural in NOTIFIED) is reported
    for other in (H, N, None):
        assert not is_notified(kind(type_id), other)
    assert bool(demand(Feature.WEBHOOKS, [(kind(type_id), S)]).needs) is reported
