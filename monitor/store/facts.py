"""What was found in the text of entries: the firms they name and their figures.

Derived, and dropped by a trigger when an entry's words are edited; the queue `unread` is filled by another when
an entry is tagged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.clock import to_text
from monitor.model import Entry, Role, TaggedEntry
from monitor.store import entries, tags

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


def figure(connection: sqlite3.Connection, figure_id: str) -> tuple[dict[str, Any], Entry] | None:
    """One figure and the entry that holds it; None where there is no such figure."""
    row = connection.execute(
        f"SELECT {', '.join(f'f.{name}' for name in FIGURE)}, {entries.COLUMNS} FROM figures f"
        " JOIN entries ON entries.n = f.entry WHERE f.id = ? LIMIT 1",
        [figure_id],
    ).fetchone()
    return None if row is None else (_figure(row[: len(FIGURE)]), entries.from_row(row[len(FIGURE) :]))


def told_of(
    connection: sqlite3.Connection, since: datetime, roles: Mapping[str, Role] | None = None
) -> dict[str, tuple[TaggedEntry, ...]]:
    """The entries first seen from `since` on that name each firm, oldest first."""
    named: dict[int, list[str]] = {}
    for n, firm in connection.execute(
        "SELECT entry, firm FROM entry_firms JOIN entries ON n = entry WHERE first_seen_at >= ?",
        [to_text(since)],
    ):
        named.setdefault(n, []).append(firm)
    told: dict[str, list[TaggedEntry]] = {}
    for stored in tags.stored(
        connection,
        "e.first_seen_at >= ? AND t.entry IS NOT NULL AND e.n IN (SELECT entry FROM entry_firms)",
        [to_text(since)],
        order="e.first_seen_at, e.n",
    ):
        if stored.tag is None:
            continue
        role = (roles or {}).get(stored.entry.feed, Role.NEWS)
        tagged = TaggedEntry(stored.entry, stored.tag, role, stored.labelled)
        for firm in named.get(stored.n, ()):
            told.setdefault(firm, []).append(tagged)
    return {firm: tuple(held) for firm, held in told.items()}


def _figure(values: Sequence[Any]) -> dict[str, Any]:
    figure = dict(zip(FIGURE, values, strict=True))
    if figure["arithmetic"] is None:
        del figure["arithmetic"]
    return figure
