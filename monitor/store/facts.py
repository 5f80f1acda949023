"""What was found in the text of entries: the firms they name and their figures.

Derived, and dropped by a trigger when an entry's words are edited; the queue `unread` is filled by another when
an entry is tagged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.model import Entry
from monitor.store import entries

FIGURE = ("id", "kind", "value", "unit", "qualifier", "sentence", "arithmetic")
CHUNK = 5_000


def unread(connection: sqlite3.Connection, limit: int) -> list[tuple[int, Entry, int]]:
    """Tagged entries whose text was not searched yet, oldest first: arrival number, entry, relevance."""
    rows = connection.execute(
        f"SELECT {entries.COLUMNS}, relevance FROM unread JOIN entries ON n = unread.entry"
        " JOIN tags ON tags.entry = n ORDER BY unread.entry LIMIT ?",
        [limit],
    )
    return [(row[0], entries.from_row(row), row[-1]) for row in rows]


def save(connection: sqlite3.Connection, n: int, firms: Iterable[str], figures: Iterable[Mapping[str, object]]) -> None:
    """Write what entry `n` holds inside the caller's transaction; figures in the shape of exports."""
    connection.execute("DELETE FROM entry_firms WHERE entry = ?", [n])
    connection.execute("DELETE FROM figures WHERE entry = ?", [n])
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?)", [n])
    connection.executemany(
        "INSERT INTO entry_firms VALUES (?,?,?)", [(firm, n, place) for place, firm in enumerate(firms)]
    )
    connection.executemany(
        "INSERT INTO figures VALUES (?,?,?,?,?,?,?,?)",
        [(n, *(figure.get(name) for name in FIGURE)) for figure in figures],
    )
    connection.execute("DELETE FROM unread WHERE entry = ?", [n])
    # A story shows the firms of its entries.
    connection.execute("INSERT OR IGNORE INTO touched SELECT story FROM entries WHERE n = ? AND story IS NOT NULL", [n])


def of(
    connection: sqlite3.Connection, numbers: Sequence[int]
) -> dict[int, tuple[tuple[str, ...], tuple[dict[str, Any], ...]]]:
    """Firms and figures of the entries numbered `numbers`; those never searched are not in the answer."""
    found: dict[int, tuple[list[str], list[dict[str, Any]]]] = {}
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        marks = ",".join("?" * len(chunk))
        for (n,) in connection.execute(f"SELECT entry FROM facts WHERE entry IN ({marks})", chunk):
            found[n] = ([], [])
        for n, firm in connection.execute(
            f"SELECT entry, firm FROM entry_firms WHERE entry IN ({marks}) ORDER BY entry, place", chunk
        ):
            found[n][0].append(firm)
        for n, *values in connection.execute(
            f"SELECT entry, {', '.join(FIGURE)} FROM figures WHERE entry IN ({marks}) ORDER BY rowid", chunk
        ):
            found[n][1].append(_figure(values))
    return {n: (tuple(firms), tuple(figures)) for n, (firms, figures) in found.items()}


def firms_of_story(connection: sqlite3.Connection, story_id: str) -> tuple[str, ...]:
    """The firms that the entries of a story name, those in most entries first."""
    rows = connection.execute(
        "SELECT firm FROM entries JOIN entry_firms ON entry = n WHERE story = ?"
        " GROUP BY firm ORDER BY count(*) DESC, firm",
        [story_id],
    )
    return tuple(row[0] for row in rows)


def with_arithmetic(connection: sqlite3.Connection) -> frozenset[str]:
    """Ids of the entries from whose text a figure was computed, such as a lease's rent."""
    rows = connection.execute(
        "SELECT entry_id FROM entries WHERE n IN (SELECT entry FROM figures WHERE arithmetic <> '')"
    )
    return frozenset(row[0] for row in rows)


def figure(connection: sqlite3.Connection, figure_id: str) -> tuple[dict[str, Any], Entry] | None:
    """One figure and the entry that holds it; None where there is no such figure."""
    row = connection.execute(
        f"SELECT {', '.join(f'f.{name}' for name in FIGURE)}, {entries.COLUMNS} FROM figures f"
        " JOIN entries ON entries.n = f.entry WHERE f.id = ? LIMIT 1",
        [figure_id],
    ).fetchone()
    return None if row is None else (_figure(row[: len(FIGURE)]), entries.from_row(row[len(FIGURE) :]))


def _figure(values: Sequence[Any]) -> dict[str, Any]:
    figure = dict(zip(FIGURE, values, strict=True))
    if figure["arithmetic"] is None:
        del figure["arithmetic"]
    return figure
