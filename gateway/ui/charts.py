"""Two small charts of the last hour, as plain elements that the page's own style draws.

Streamlit cleans drawings (SVG) out of HTML, and its chart component loads a megabyte that
knows nothing of this page's colours. Every bar here is a pair: a wide pale one behind a narrow
solid one, so that the two series differ in shape and not in colour alone.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Sequence

import streamlit as st

from gateway.domain.overview import Interval, Overview
from gateway.ui.markup import Markup, fill, join
from gateway.ui.times import to_the_minute

_STEPS = (1.0, 2.0, 5.0, 10.0)


@dataclasses.dataclass(frozen=True)
class Chart:
    """One chart: its title and unit, its two series (``wide`` behind, ``solid`` in front; None
    draws nothing), and the sentence that tells the same in words."""

    key: str
    title: str
    unit: str
    wide_word: str
    solid_word: str
    wide: Callable[[Interval, int], float | None]
    solid: Callable[[Interval, int], float | None]
    sentence: Callable[[Sequence[Interval]], str]


def _per_minute(count: int, interval_s: int) -> float:
    return count * 60 / interval_s


def _how_many(intervals: Sequence[Interval]) -> str:
    accepted = sum(interval.accepted for interval in intervals)
    delivered = sum(interval.delivered for interval in intervals)
    return f"In the last hour {accepted} were accepted and {delivered} delivered."


def _how_fast(intervals: Sequence[Interval]) -> str:
    timed = [i for i in intervals if i.latency_p50_s is not None and i.latency_p95_s is not None]
    if not timed:
        return "Nothing was delivered in the last hour."
    last, slowest = timed[-1], max(timed, key=lambda i: i.latency_p95_s or 0.0)
    return (
        f"At {to_the_minute(last.start_ms)} half arrived within {_seconds(last.latency_p50_s)} and "
        f"95 % within {_seconds(last.latency_p95_s)}; the slowest minute of the hour needed "
        f"{_seconds(slowest.latency_p95_s)}."
    )


THROUGHPUT = Chart(
    "throughput", "Accepted and delivered", "per minute", "Accepted", "Delivered",
    lambda interval, length_s: _per_minute(interval.accepted, length_s),
    lambda interval, length_s: _per_minute(interval.delivered, length_s),
    _how_many,
)  # fmt: skip
LATENCY = Chart(
    "latency", "From receipt to delivery", "seconds", "95 % within", "Half within",
    lambda interval, _: interval.latency_p95_s,
    lambda interval, _: interval.latency_p50_s,
    _how_fast,
)  # fmt: skip


def draw(overview: Overview) -> None:
    """Both charts side by side, each with its sentence and its table."""
    with st.container(key="charts"):
        for chart in (THROUGHPUT, LATENCY):
            with st.container(key=f"chart-{chart.key}"):
                st.html(figure(chart, overview))
                with st.expander("Show as table", key=f"table-{chart.key}"):
                    st.html(table(chart, overview))


def figure(chart: Chart, overview: Overview) -> Markup:
    """The chart, named by its sentence."""
    intervals, length_s = overview.intervals, overview.interval_s
    pairs = [(chart.wide(i, length_s), chart.solid(i, length_s)) for i in intervals]
    top = ceiling(max((value or 0.0 for pair in pairs for value in pair), default=0.0))
    bars = [
        fill('<span title="$told"><i style="height:$wide%"></i><b style="height:$solid%"></b>'
             "</span>",
             told=_told(chart, interval, pair), wide=_share(pair[0], top),
             solid=_share(pair[1], top))
        for interval, pair in zip(intervals, pairs, strict=True)
    ]  # fmt: skip
    marks = (intervals[0], intervals[len(intervals) // 2]) if intervals else ()
    return fill(
        '<figure class="si-chart"><figcaption><b>$title</b> <span>$unit</span></figcaption>'
        '<p class="si-key"><i></i>$wide_word <b></b>$solid_word</p>'
        '<div class="si-plot" role="img" aria-label="$title, $unit. $sentence">'
        '<div class="si-scale"><span>$top</span><span>$middle</span><span>0</span></div>'
        '<div class="si-bars">$bars</div><div class="si-times">$times<span>now</span></div></div>'
        '<p class="si-told">$sentence</p></figure>',
        title=chart.title, unit=chart.unit, wide_word=chart.wide_word, solid_word=chart.solid_word,
        sentence=chart.sentence(intervals), top=f"{top:g}", middle=f"{top / 2:g}",
        bars=join(bars),
        times=join([fill("<span>$at</span>", at=to_the_minute(i.start_ms)) for i in marks]),
    )  # fmt: skip


def table(chart: Chart, overview: Overview) -> Markup:
    """The chart's numbers, newest first; minutes in which nothing happened are left out."""
    rows = []
    for interval in reversed(overview.intervals):
        wide, solid = (of(interval, overview.interval_s) for of in (chart.wide, chart.solid))
        if wide or solid:
            rows.append(
                fill('<tr><th scope="row">$at</th><td>$wide</td><td>$solid</td></tr>',
                     at=to_the_minute(interval.start_ms), wide=_number(wide), solid=_number(solid))
            )  # fmt: skip
    if not rows:
        return Markup('<p class="si-none">Nothing happened in the last hour.</p>')
    return fill(
        '<table class="si-numbers"><caption class="si-sr">$title, $unit</caption><thead><tr>'
        '<th scope="col">Time</th><th scope="col">$wide</th><th scope="col">$solid</th></tr>'
        "</thead><tbody>$rows</tbody></table>",
        title=chart.title, unit=chart.unit, wide=chart.wide_word, solid=chart.solid_word,
        rows=join(rows),
    )  # fmt: skip


def ceiling(highest: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, … (or 0.5, 0.2, …) that is not below ``highest``; 1 for
    nothing."""
    if highest <= 0:
        return 1.0
    # Ten to a power below this one is nought, by which nothing can be divided.
    unit = 10.0 ** max(math.floor(math.log10(highest)), sys.float_info.min_10_exp)
    return next((step * unit for step in _STEPS if step * unit >= highest), 10.0 * unit)


def _share(value: float | None, top: float) -> str:
    return f"{100 * (value or 0.0) / top:.1f}"


def _told(chart: Chart, interval: Interval, pair: tuple[float | None, float | None]) -> str:
    wide, solid = (_number(value) for value in pair)
    at = to_the_minute(interval.start_ms)
    return f"{at} – {chart.wide_word} {wide}, {chart.solid_word.lower()} {solid}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 1):g}"


def _seconds(value: float | None) -> str:
    return f"{_number(value)} s"
