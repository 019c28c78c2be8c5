"""The official SDK defines properties, their groups, and object types."""

from __future__ import annotations

from sdk import definitions


def test_a_group_is_made_read_and_changed(defined):
    """Name, label and place come back; the label changes, and the list has it."""
    assert (defined.group.name, defined.group.label) == (definitions.GROUP, "From the SDK")
    assert defined.group.display_order == 7
    assert defined.group_changed.label == defined.group_read.label == "Still from the SDK"
    assert definitions.GROUP in {group.name for group in defined.groups.results}


def test_a_property_is_made_read_and_changed(defined):
    """Every attribute that was written is there; a change of options replaces the list."""
    made = defined.made
    assert (made.name, made.type, made.field_type) == (definitions.NAME, "enumeration", "radio")
    assert (made.group_name, made.description) == (definitions.GROUP, "As the laboratory says")
    assert [option.value for option in made.options] == ["0", "A"]
    assert made.form_field is True
    assert made.has_unique_value is made.hidden is made.calculated is False
    assert made.modification_metadata.read_only_value is False
    assert defined.changed.label == defined.read.label == "Blood"
    assert [option.value for option in defined.read.options] == ["0", "AB"]
    assert definitions.NAME in {row.name for row in defined.listed.results}


def test_batches_of_properties_are_whole(defined):
    """Three made and read, each with the class the SDK can name only when it reads."""
    names = {row.name for row in defined.many_made.results}
    assert len(names) == 3
    assert {row.name for row in defined.many_read.results} == names
    assert defined.many_made.status == defined.many_read.status == "COMPLETE"


def test_an_archived_property_says_so(defined):
    """It is read by asking for archived ones, with the moment."""
    assert defined.archived.archived is True
    assert defined.archived.archived_at >= defined.made.created_at


def test_an_object_type_is_made_read_changed_and_used(defined):
    """Labels, properties and associations are models; a record of the type can be made."""
    made = defined.schema
    assert made.name == definitions.PET
    assert made.labels.plural == "Pets"
    assert made.required_properties == made.searchable_properties == ["nickname"]
    assert "nickname" in {row.name for row in made.properties}
    assert [row.to_object_type_id for row in made.associations] == ["0-1"]
    assert defined.schema_changed.labels.plural == defined.schema_read.labels.plural == "Animals"
    assert defined.link.id in {row.id for row in defined.schema_read.associations}
    assert made.object_type_id in {row.object_type_id for row in defined.schemas.results}
    assert defined.pet.properties["nickname"] == "Rex"
