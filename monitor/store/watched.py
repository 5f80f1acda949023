"""Stories as rules count them: by the entries that came after their feed's first successful poll."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from monitor.clock import from_text, to_text
from monitor.model import StoredEntry
from monitor.store import tags


@dataclass(frozen=True, slots=True)
class Watched:
    """One story with those of its entries that count, oldest first."""

    story_id: str
    stance: str
    noise: float  # 0-100
    entries: tuple[StoredEntry, ...]


def stories(connection: sqlite3.Connection, since: datetime | None) -> Iterator[Watched]:
    """Measured stories that got an entry that counts from `since` on (None: ever)."""
    bound = "" if since is None else to_text(since)
    held = tags.stored(
        connection,
        "NOT e.baseline AND t.entry IS NOT NULL AND e.story IN"
        " (SELECT story FROM entries WHERE first_seen_at >= ? AND NOT baseline)",
        [bound],
        order="e.story, e.n",
    )
    for story_id, group in groupby(held, key=lambda stored: stored.story_id or ""):
        row = connection.execute("SELECT stance, noise FROM stories WHERE story_id = ?", [story_id]).fetchone()
        if row is not None:
            yield Watched(story_id, row[0], row[1], tuple(group))


def arrivals(connection: sqlite3.Connection, *, after: int = 0, since: datetime | None = None) -> list[datetime]:
    """The moments at which entries came that count, oldest first: numbered above `after`, from `since` on."""
    rows = connection.execute(
        "SELECT DISTINCT first_seen_at FROM entries WHERE n > ? AND first_seen_at >= ? AND NOT baseline ORDER BY 1",
        [after, "" if since is None else to_text(since)],
    )
    return [from_text(row[0]) for row in rows]
