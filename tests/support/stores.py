"""Databases and entries for tests, made by the program's own functions."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor import intake
from monitor.model import ParsedEntry
from monitor.store import entries
from monitor.store.database import open_database, transaction

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fresh(tmp_path: Path) -> sqlite3.Connection:
    return open_database(tmp_path / "pivotwatch.db")


def item(n: int, title: str | None = None, summary: str = "Text of it.", *, published: datetime = NOW) -> ParsedEntry:
    return ParsedEntry(f"guid-{n}", f"https://example.org/{n}", title or f"Title {n}", summary, "", published, "")


def store_items(
    connection: sqlite3.Connection, items: Sequence[ParsedEntry], *, feed: str = "Feed", now: datetime = NOW
) -> None:
    """What `cycle.keep` does for one feed, without its state."""
    with transaction(connection):
        before = entries.last_number(connection)
        known = entries.known(connection, feed, map(intake.identify, items))
        entries.save(connection, intake.decide(feed, items, known, now), now, baseline=False)
        entries.index_new(connection, before)
