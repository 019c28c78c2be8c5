"""The official SDK makes, changes and lists forms."""

from __future__ import annotations

from sdk import forms


def test_a_form_is_made_and_read(formed):
    """Name, kind, what happens after it, and its looks come back as models."""
    for told in (formed.made, formed.read):
        assert (told.name, told.form_type, told.archived) == (forms.NAME, "hubspot", False)
        assert told.configuration.post_submit_action.value == "Thanks"
        assert told.display_options.style.submit_alignment == "left"
        assert told.legal_consent_options.type == "none"
    assert formed.read.id == formed.made.id


def test_a_form_is_changed_and_replaced(formed):
    """Another name each time; the rest and the first date stay."""
    assert formed.changed.name == f"{forms.NAME}, renamed"
    assert formed.replaced.name == f"{forms.NAME}, replaced"
    for told in (formed.changed, formed.replaced):
        assert told.configuration == formed.made.configuration
        assert told.created_at == formed.made.created_at <= told.updated_at


def test_lists_of_forms_have_pages(formed):
    """One form on each page, with every field of its groups."""
    first, second = formed.pages
    assert first.results[0].id != second.results[0].id
    assert first.results[0].field_groups[0].fields[0].name


def test_an_archived_form_says_so(formed):
    """It is read by asking for archived ones, with the moment."""
    assert formed.archived.archived is True
    assert formed.archived.archived_at >= formed.made.created_at
