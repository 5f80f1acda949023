"""A line over time with the two levels of its rule, in plain characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

LABEL = 8  # columns left of the drawing


def plot(
    series: Sequence[tuple[datetime, float]], levels: Sequence[tuple[str, float]], width: int, height: int
) -> list[str]:
    """`height` lines of at most `width` columns: `*` for the value, `-` for each level, named at the right.

    Time runs evenly from left to right; a value holds until the next one.
    """
    columns = max(width - LABEL - 8, 4)
    values = _sampled(series, columns)
    low, high = _bounds([*values, *(level for _, level in levels)])
    grid = [[" "] * columns for _ in range(height)]

    def row(value: float) -> int:
        return height - 1 - round((value - low) / (high - low) * (height - 1))

    names = dict.fromkeys(range(height), "")
    for name, level in levels:
        grid[row(level)] = ["-"] * columns
        names[row(level)] = " ".join(filter(None, [names[row(level)], name]))
    for x, value in enumerate(values):
        grid[row(value)][x] = "*"
    marks = {row(value): value for value in (low, high, *(level for _, level in levels))}
    return [
        f"{f'{marks[y]:+.1f}' if y in marks else '':>{LABEL - 1}} {''.join(line)} {names[y]}".rstrip()
        for y, line in enumerate(grid)
    ]


def _sampled(series: Sequence[tuple[datetime, float]], columns: int) -> list[float]:
    """One value a column: the last one known at the column's right edge."""
    start, end = series[0][0], series[-1][0]
    step = (end - start) / columns
    values: list[float] = []
    position = 0
    for x in range(columns):
        edge = end if x == columns - 1 else start + step * (x + 1)
        while position + 1 < len(series) and series[position + 1][0] <= edge:
            position += 1
        values.append(series[position][1])
    return values


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)
