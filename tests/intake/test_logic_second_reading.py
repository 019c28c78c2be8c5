"""A second reading of conditions, naive and written without a look at the first: for each
operator what it says, spelt out over plain lists and floats, and a walk that goes over the form
again and again until nothing changes."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.domain.forms import Condition, FieldType, FormField
from gateway.intake.logic import condition_holds, visible_fields
from gateway.intake.operators import Operator

TODAY = datetime.date(2026, 11, 25)
CHOICES = ("single_checkbox", "multiple_checkboxes", "dropdown", "radio", "payment_link_radio")


def is_number(text: str) -> bool:
    """A sign perhaps, digits, perhaps a point and more digits."""
    body = text[1:] if text[:1] in ("+", "-") else text
    whole, point, rest = body.partition(".")
    digits = "0123456789"
    good = 0 < len(whole) <= 40 and all(c in digits for c in whole)
    return good and (not point or (0 < len(rest) <= 40 and all(c in digits for c in rest)))


def as_day(text: str) -> datetime.date | None:
    """A day from year-month-day or from milliseconds."""
    if text.lstrip("-").isdigit() and text.isascii() and text.count("-") <= 1 and len(text) < 16:
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=int(text) // 86_400_000)
    parts = text.split("-")
    if [len(p) for p in parts] != [4, 2, 2] or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    try:
        return datetime.date(*map(int, parts))
    except ValueError:
        return None


def as_amount(kind: str, text: str) -> float | None:
    """Something that can be put in order: days by their number, else numbers."""
    if kind == "datepicker":
        day = as_day(text)
        return float(day.toordinal()) if day else None
    return float(text) if is_number(text) else None


def same(kind: str, one: str, other: str) -> bool:
    """Whether two words mean the same in a field of this kind."""
    if kind in CHOICES:
        return one == other
    if kind in ("number", "datepicker"):
        a, b = as_amount(kind, one), as_amount(kind, other)
        if a is not None and b is not None:
            return a == b
        if a is not None or b is not None:
            return False
    return one.casefold() == other.casefold()


def among(kind: str, word: str, words: list[str]) -> bool:
    return any(same(kind, word, other) for other in words)


def held(kind: str, answer: Any) -> list[str]:
    """The answer as words; none when there is no answer."""
    if kind == "single_checkbox":
        yes = answer is True or (isinstance(answer, str) and answer.strip().lower() == "true")
        return ["true"] if yes else ["false"]
    if answer is None or answer in ("", ()):
        return []
    if isinstance(answer, tuple):
        return [word for word in answer if word != ""]
    if kind == "multiple_checkboxes" and isinstance(answer, str):
        return [word.strip() for word in answer.split(";") if word.strip() != ""]
    if isinstance(answer, bool):
        return ["true"] if answer else ["false"]
    return [str(answer)]


def shows(op: str, kind: str, answer: Any, rule: Mapping[str, Any]) -> bool:  # noqa: PLR0911, PLR0912
    """Whether a dependant shows, operator by operator."""
    have = held(kind, answer)
    if not have:
        return False
    value, values = rule.get("value", ""), [v for v in rule.get("values", []) if v != ""]
    words = [value] if value else values
    wanted = values or ([value] if value else [])
    if kind in CHOICES and not values:
        wanted = [w for w in value.split(";") if w != ""]
    if op == "is_not_empty":
        return have == ["true"] if kind == "single_checkbox" else True
    if op in ("eq", "neq"):
        if kind == "multiple_checkboxes":
            if not wanted:
                return False
            equal = all(among(kind, w, have) for w in wanted) and all(
                among(kind, h, wanted) for h in have
            )
        elif not words:
            return False
        else:
            equal = all(among(kind, h, words) for h in have)
        return equal if op == "eq" else not equal
    if op in ("contains", "doesnt_contain", "str_starts_with", "str_ends_with"):
        if not words:
            return False
        hits = 0
        for h in have:
            for w in words:
                h_, w_ = h.casefold(), w.casefold()
                if op == "str_starts_with":
                    hits += h_[: len(w_)] == w_
                elif op == "str_ends_with":
                    hits += h_[len(h_) - len(w_) :] == w_ if len(w_) <= len(h_) else False
                else:
                    hits += h_.find(w_) >= 0
        return hits == 0 if op == "doesnt_contain" else hits > 0
    if op in ("lt", "lte", "gt", "gte"):
        if len(have) != 1 or not words:
            return False
        a, b = as_amount(kind, have[0]), as_amount(kind, words[0])
        if a is None or b is None:
            return False
        order = (a > b) - (a < b)
        return order in {"lt": (-1,), "lte": (-1, 0), "gt": (1,), "gte": (0, 1)}[op]
    if op in ("between", "not_between"):
        low = as_amount(kind, rule.get("rangeStart", ""))
        high = as_amount(kind, rule.get("rangeEnd", ""))
        mine = as_amount(kind, have[0]) if len(have) == 1 else None
        if low is None or high is None or mine is None:
            return False
        inside = not mine < low and not mine > high
        return inside if op == "between" else not inside
    if op in ("within_time", "within_time_reverse"):
        day = as_day(have[0]) if len(have) == 1 and kind == "datepicker" else None
        n = words[0] if words else ""
        if day is None or day > TODAY or not (n.isascii() and n.isdigit() and len(n) <= 6):
            return False
        back = (TODAY - day).days
        return back <= int(n) if op == "within_time" else back > int(n)
    if not op.startswith("set_") or not wanted:
        return False
    some = any(among(kind, w, have) for w in wanted)
    every = all(among(kind, w, have) for w in wanted)
    nothing_else = all(among(kind, h, wanted) for h in have)
    return {
        "set_any": some, "set_not_any": not some, "set_all": every, "set_not_all": not every,
        "set_eq": every and nothing_else, "set_neq": not (every and nothing_else),
    }[op]  # fmt: skip


OPS = [str(op) for op in Operator]
KINDS = [str(kind) for kind in FieldType]
WORDS = st.sampled_from(
    [
        "", "a", "A", "b", "a;b", "ab", "ba", "true", "false", "ß", "SS", " a ",
        "5", "5.0", "+5", "-5", "05", "10", "4.99", "5.", ".5", "1e3", "٥", "7", "0", "9999999",
        "2026-11-25", "2026-11-24", "2026-11-18", "2026-11-17", "2026-11-26", "1969-12-31",
        "2023-02-29", "2026-1-1", "86400000", "86399999", "-1", "1764028800000",
    ]
)  # fmt: skip
ANSWERS = (
    WORDS
    | st.lists(WORDS, max_size=3).map(tuple)
    | st.booleans()
    | st.none()
    | st.integers(-20, 20)
    | st.sampled_from([5.0, 4.99, -0.5, "TRUE ", "a; b", ";", " ; a"])
)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "value": WORDS, "values": st.lists(WORDS, max_size=3),
        "rangeStart": WORDS, "rangeEnd": WORDS,
    },
)  # fmt: skip


@settings(deadline=None, max_examples=3000)  # the machine may be busy
@given(
    op=st.sampled_from([*OPS, "of_tomorrow"]),
    kind=st.sampled_from([*KINDS, "new"]),
    answer=ANSWERS,
    rule=RULES,
)
@example(op="eq", kind="number", answer="5", rule={"value": "5.0"})
@example(op="between", kind="number", answer=5, rule={"rangeStart": "5", "rangeEnd": "5"})
def test_both_readings_agree_on_every_operator(op, kind, answer, rule):
    """For every operator, field type, answer and condition the naive reading says the same."""
    condition = msgspec.convert({"operator": op, **rule}, Condition)
    parent = FormField("0-1", "p", kind)
    expected = op in OPS and shows(op, kind, answer, rule)
    assert condition_holds(condition, parent, answer, today=TODAY) is expected


_TREE = st.recursive(
    st.just([]),
    lambda inner: st.lists(
        st.tuples(
            st.sampled_from(OPS), RULES, st.sampled_from(KINDS), ANSWERS,
            st.sampled_from([None, "a", "5", "2026-11-25", "true", "a;b"]), inner,
        ),
        max_size=3,
    ),
    max_leaves=10,
)  # fmt: skip


def _build(field: Callable[..., Any], when: Callable[..., Any], tree: Any) -> Any:
    """Fields of a tree, and for each (parent, op, rule, kind, answer, hidden default)."""
    flat: dict[str, tuple[Any, ...]] = {}

    def below(parent: str | None, branches: Any) -> list[Any]:
        made = []
        for op, rule, kind, answer, default, inner in branches:
            me = f"f{len(flat)}"
            flat[me] = (parent, op, rule, kind, answer, default)
            own = {"hidden": True, "defaultValue": default} if default else {}
            made.append((op, rule, field(me, kind, dependentFields=[
                when(o, f, **r) for o, r, f in below(me, inner)
            ], **own)))  # fmt: skip
        return made

    return [f for _, _, f in below(None, tree)], flat


@settings(deadline=None)  # the machine may be busy
@given(tree=_TREE)
def test_both_walks_find_the_same_fields(form, field, when, tree):
    """Whatever the tree of conditions, of any field types and hidden fields, the same fields
    are in force; each once, its parent before it."""
    tops, flat = _build(field, when, tree)
    asked = form(*tops)
    answers = {name: row[4] for name, row in flat.items() if row[4] is not None}
    counts = {
        name: _default(row[3], row[5]) if row[5] else answers.get(name)
        for name, row in flat.items()
    }
    found: set[str] = set()
    for _ in flat:
        for name, (parent, op, rule, *_rest) in flat.items():
            if parent is None or (
                parent in found and shows(op, flat[parent][3], counts[parent], rule)
            ):
                found.add(name)
    drawn = [f.key for f in visible_fields(asked, answers, today=TODAY)]
    assert set(drawn) == found
    assert len(drawn) == len(set(drawn))
    for name in drawn:
        parent = flat[name][0]
        assert parent is None or drawn.index(parent) < drawn.index(name)


def _default(kind: str, text: str) -> Any:
    """What a hidden field of this kind answers with when the form keeps ``text``."""
    if kind == "single_checkbox":
        return {"true": True, "false": False}.get(text, text)
    return tuple(text.split(";")) if kind == "multiple_checkboxes" else text
