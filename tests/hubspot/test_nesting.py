"""A form that nests deeper than JSON can be read hides no other form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.hubspot_errors import Unavailable
from gateway.hubspot import nesting, replies
from gateway.hubspot.wire import Response

JSON = st.recursive(
    st.none() | st.text('ab[{"\\}]', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
)


def described(form_id: str, depth: int) -> str:
    """A form with one field, under which others nest."""
    field = '{"objectTypeId":"0-1","name":"f","fieldType":"single_line_text","label":"]} \\"["'
    above = field + ',"dependentFields":[{"dependentCondition":{"operator":"is_not_empty"},'
    nested = (above + '"dependentField":') * depth + field + "}" + "}]}" * depth
    return f'{{"id":"{form_id}","name":"{form_id}","fieldGroups":[{{"fields":[{nested}]}}]}}'


@pytest.mark.parametrize("depth", [21, 60, 300, 400, 5_000])
def test_only_the_deep_form_loses_its_description(depth: int) -> None:
    """Whatever the depth: it is listed without a description, the others with theirs."""
    rows = [described("a", 0), described("deep", depth), described("b", 20)]
    page = replies.form_page(Response(200, {}, f'{{"results":[{",".join(rows)}]}}'.encode()))
    told = {one.id: one.definition is not None for one in page.forms}
    assert told == {"a": True, "deep": False, "b": True}
    alone = replies.form(Response(200, {}, described("deep", depth).encode()))
    assert (alone.id, alone.definition) == ("deep", None)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"]" * 9, b'{"a":[' * 200, b'["' + b"\\" * 99_999, b""]
)
def test_what_is_no_json_stays_none(body: bytes) -> None:
    """Nothing is made of a body that was broken off."""
    with pytest.raises(Unavailable):
        replies.form_page(Response(200, {}, body))


@given(JSON)
def test_what_is_not_deep_stays_as_it_is(value: object) -> None:
    """Brackets and quotes in texts are no nesting."""
    body = json.dumps(value).encode()
    assert nesting.cut(body) == body
    deep = b"[" * nesting.DEEPEST + body + b"]" * nesting.DEEPEST
    assert json.loads(nesting.cut(deep)) == json.loads(deep.replace(
        body, b"null" if isinstance(value, (list, dict)) else body))  # fmt: skip
