"""The spread over time as a picture: lines of text for a terminal, or SVG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import pairwise
from statistics import fmean

Point = tuple[date, float | None]

DOT, LEVEL, AXIS = "•", "╌", "│"


def terminal(points: Sequence[Point], levels: Sequence[float], width: int = 72, height: int = 14) -> list[str]:
    """Lines of at most `width` characters: the mean of each column's days, the levels dashed.

    The picture holds every level and the middle 98 % of the values; what lies beyond sits on its edge.
    """
    known = [value for _, value in points if value is not None]
    if not known:
        return ["no spread: hashprice is not known on any day"]
    labels = 10
    columns = _columns(points, max(width - labels - 1, 1))
    low, high = _limits(known, levels)
    grid = [[" "] * len(columns) for _ in range(height)]
    for level in levels:
        grid[_row(level, low, high, height)] = [LEVEL] * len(columns)
    for x, value in enumerate(columns):
        if value is not None:
            grid[_row(value, low, high, height)][x] = DOT
    step = (high - low) / max(height - 1, 1)
    lines = [f"{high - n * step:>{labels},.1f}{AXIS}{''.join(row)}".rstrip() for n, row in enumerate(grid)]
    first, last = points[0][0].isoformat(), points[-1][0].isoformat()
    return [*lines, " " * (labels + 1) + first + last.rjust(max(len(columns) - len(first), len(last) + 1))]


def svg(
    points: Sequence[Point],
    levels: Sequence[float],
    firing: Sequence[tuple[date, date]],
    title: str,
    size: tuple[int, int] = (960, 360),
) -> str:
    """An SVG document: the spread as a line, the levels dashed, the time in which the rule fires shaded."""
    width, height = size
    known = [value for _, value in points if value is not None]
    low, high = _limits(known or [0.0], levels)
    start, span = points[0][0], max((points[-1][0] - points[0][0]).days, 1)

    def x(day: date) -> float:
        return 60 + (width - 70) * (day - start).days / span

    def y(value: float) -> float:
        return 30 + (height - 60) * (high - min(max(value, low), high)) / (high - low)

    shades = [
        f'<rect class="firing" x="{x(a):.1f}" y="30" width="{x(b) - x(a):.1f}" height="{height - 60}"/>'
        for a, b in firing
    ]
    dashes = [
        f'<line class="level" x1="60" x2="{width - 10}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text x="54" y="{y(v) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in levels
    ]
    runs = [" ".join(f"{x(d):.1f},{y(v):.1f}" for d, v in run) for run in _runs(points)]
    ends = [
        f'<text x="{x(d):.1f}" y="{height - 10}" text-anchor="{anchor}">{d.isoformat()}</text>'
        for d, anchor in ((start, "start"), (points[-1][0], "end"))
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            "<style>text{font:12px sans-serif;fill:#555}.level{stroke:#999;stroke-dasharray:6 4}"
            ".firing{fill:#f4a26144}.spread{fill:none;stroke:#1d6fa5;stroke-width:1.5}</style>",
            f'<text x="60" y="20">{escape(title)}</text>',
            *shades,
            *dashes,
            *(f'<polyline class="spread" points="{run}"/>' for run in runs),
            *ends,
            "</svg>\n",
        ]
    )


def firing_spans(steps: Sequence[tuple[date, str]], last: date) -> list[tuple[date, date]]:
    """From when to when a rule was firing or resolving; `steps` are its transitions, oldest first."""
    edges = [*steps, (last, "")]
    return [(a, b) for (a, state), (b, _) in pairwise(edges) if state in ("firing", "resolving")]


def _columns(points: Sequence[Point], width: int) -> list[float | None]:
    width = min(width, len(points))
    edges = [len(points) * n // width for n in range(width + 1)]
    found = ([v for _, v in points[a:b] if v is not None] for a, b in pairwise(edges))
    return [fmean(values) if values else None for values in found]


def _limits(known: Sequence[float], levels: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(known)
    low = min([ordered[len(ordered) // 100], *levels])
    high = max([ordered[-1 - len(ordered) // 100], *levels])
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _row(value: float, low: float, high: float, height: int) -> int:
    share = (high - min(max(value, low), high)) / (high - low)
    return round(share * (height - 1))


def _runs(points: Sequence[Point]) -> list[list[tuple[date, float]]]:
    """The stretches of days that have a value."""
    runs: list[list[tuple[date, float]]] = [[]]
    for day, value in points:
        if value is not None:
            runs[-1].append((day, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
