"""The official SDK writes and reads records of every kind."""

from __future__ import annotations

import pytest
from sdk import records

EVERY = pytest.mark.parametrize("plural", [kind.plural for kind in records.KINDS])


@pytest.fixture
def walk(recorded, plural):
    """What the walk through one kind brought."""
    return recorded[plural]


@EVERY
def test_what_is_written_is_read(walk):
    """Create and update give back the values; a read has them all, sensitive ones by name."""
    assert walk.values.items() <= walk.made.properties.items()
    wanted = {**walk.values, **walk.kind.change, **walk.kind.sensitive}
    assert wanted.items() <= walk.read.properties.items()
    assert walk.read.properties["hs_object_id"] == walk.read.id == walk.made.id
    assert walk.made.archived is False
    assert walk.made.created_at <= walk.changed.updated_at <= walk.read.updated_at


@EVERY
def test_an_empty_text_clears(walk):
    """A sensitive value is gone after it was written as the empty text."""
    for name in walk.kind.sensitive:
        assert walk.cleared.properties[name] in (None, "")


@EVERY
def test_histories_are_models(walk):
    """Each version of a value has its moment and its source."""
    for name, value in walk.kind.sensitive.items():
        (version,) = walk.read.properties_with_history[name]
        assert (version.value, version.source_type) == (value, "API")
        assert version.timestamp.tzinfo is not None


def test_associations_are_models(recorded):
    """A record that was made with an association to a contact shows it."""
    for walk in recorded.values():
        if walk.kind.to_contact is not None:
            (link,) = walk.read.associations["contacts"].results[:1]
            assert link.id
            assert "_to_contact" in link.type


@EVERY
def test_pages_follow_one_another(walk):
    """The cursor of one page leads to the next."""
    first, second = walk.pages
    assert len(first.results) == len(second.results) == 1
    assert first.results[0].id != second.results[0].id


@EVERY
def test_a_search_finds_the_record(walk):
    """One record, with what was asked for and no sensitive value, which had been cleared."""
    assert walk.found.total == 1
    assert walk.found.results[0].id == walk.made.id
    assert walk.kind.change.items() <= walk.found.results[0].properties.items()


@EVERY
def test_batches_are_whole(walk):
    """Three made, three read, three changed, one put; each says it is complete."""
    ids = {row.id for row in walk.many_made.results}
    assert len(ids) == 3
    assert {row.id for row in walk.many_read.results} == ids
    assert {row.id for row in walk.many_changed.results} == ids
    for row in walk.many_changed.results:
        assert walk.kind.change.items() <= row.properties.items()
    assert [row.new for row in walk.many_upserted.results] == [walk.kind.unique == "email"]
    for batch in (walk.many_made, walk.many_read, walk.many_changed, walk.many_upserted):
        assert batch.status == "COMPLETE"
        assert batch.started_at <= batch.completed_at


@EVERY
def test_a_batch_says_which_half_was_done(walk):
    """One of two inputs is wrong: the other is made, and the fault names its input."""
    assert len(walk.half.results) == walk.half.num_errors == 1
    (fault,) = walk.half.errors
    assert fault.category == "VALIDATION_ERROR"
    assert fault.context["objectWriteTraceId"] == ["trace-1"]


@EVERY
def test_merged_and_archived(walk):
    """The first of two merged records is the one that stays; an archived one says when."""
    if walk.merged is not None:
        assert walk.merged.id == walk.many_made.results[0].id
    assert walk.archived.archived is True
    assert walk.archived.archived_at >= walk.made.created_at
