"""Entries that are kept no longer: their text goes, their identity stays, so that none comes back as new."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from monitor.clock import to_text
from monitor.store.database import transaction

CHUNK = 500  # entries expired in one transaction, so that nobody waits for it
MANY = 1_000  # more than this and
MOST = 0.5  # more than this share at once is a wrong clock rather than old news

OLD = (
    "first_seen_at < ? AND n NOT IN (SELECT entry FROM labels)"
    " AND (story IS NULL OR story NOT IN (SELECT story FROM notes))"
)


def expire(connection: sqlite3.Connection, before: datetime) -> int | None:
    """Expire entries first seen before `before`, without label or note; how many, None where it is refused."""
    (old,) = connection.execute(f"SELECT count(*) FROM entries WHERE {OLD}", [to_text(before)]).fetchone()
    if not old:
        return 0
    (held,) = connection.execute("SELECT count(*) FROM entries").fetchone()
    if old > MANY and old > MOST * held:
        return None
    for _ in range(0, old, CHUNK):
        with transaction(connection):
            _expire_chunk(connection, before)
    return int(old)


def _expire_chunk(connection: sqlite3.Connection, before: datetime) -> None:
    rows = connection.execute(
        f"SELECT n, title, summary FROM entries WHERE {OLD} ORDER BY n LIMIT {CHUNK}", [to_text(before)]
    ).fetchall()
    numbers = [(row[0],) for row in rows]
    connection.executemany(
        "INSERT INTO expired SELECT feed, guid_key, link_key, title_key FROM entries WHERE n = ?", numbers
    )
    connection.executemany(
        "INSERT INTO entries_fts (entries_fts, rowid, title, summary) VALUES ('delete', ?, ?, ?)", rows
    )
    for table in ("tags", "history"):
        connection.executemany(f"DELETE FROM {table} WHERE entry = ?", numbers)
    connection.executemany("DELETE FROM entries WHERE n = ?", numbers)
