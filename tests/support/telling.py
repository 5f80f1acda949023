"""Tagged entries and stories for tests, made and grouped by the program's own functions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import intake
from monitor.config import Settings
from monitor.cycle import telling
from monitor.model import Entry, ParsedEntry, Role, Stance, Story, Tag, TaggedEntry
from monitor.store import entries, tags
from monitor.store.database import transaction
from monitor.stories.measure import measure
from monitor.stories.noise import Context

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY = Settings(path=Path("feeds.toml"))


def tag(stance: str = "neutral", *, relevance: int = 2, noise: float = 10.0, unsure: bool = False) -> Tag:
    odds = {side.value: 0.8 if side.value == stance else 0.1 for side in Stance}
    why = (("lease", 0.5),)
    return Tag(
        relevance,
        (0.1, 0.1, 0.8),
        Stance(stance),
        odds,
        unsure,
        "low_margin" if unsure else None,
        noise,
        why,
        "test",
    )


def tagged(
    n: int,
    title: str = "",
    summary: str = "",
    *,
    feed: str = "",
    hours: float = 0.0,
    role: Role = Role.NEWS,
    url: str | None = None,
    stance: str = "neutral",
    relevance: int = 2,
    noise: float = 10.0,
    unsure: bool = False,
) -> TaggedEntry:
    """Entry number `n`, `hours` before NOW, of a feed of its own unless `feed` names one."""
    at = NOW - timedelta(hours=hours)
    entry = Entry(f"e{n}", feed or f"Feed {n}", url, title, summary, "", at, False, None, at)
    return TaggedEntry(entry, tag(stance, relevance=relevance, noise=noise, unsure=unsure), role)


def story(*held: TaggedEntry, now: datetime = NOW) -> Story:
    return measure("s1", held, Context(now))


def store_tagged(connection: sqlite3.Connection, held: Iterable[TaggedEntry]) -> None:
    """Store entries as intake would, with the tags they carry; ids are intake's own."""
    with transaction(connection):
        for one in held:
            entry = one.entry
            item = ParsedEntry(entry.entry_id, entry.url, entry.title, entry.summary, "", entry.published_at, "")
            decision = intake.decide(entry.feed, [item], [], entry.first_seen_at)
            before = entries.last_number(connection)
            entries.save(connection, decision, entry.first_seen_at, baseline=False)
            entries.index_new(connection, before)
            tags.save(connection, [(entries.last_number(connection), one.tag)])


def grouped(connection: sqlite3.Connection, held: Iterable[TaggedEntry]) -> list[str]:
    """Store, group, and tell the story of every stored entry, in the order of arrival."""
    store_tagged(connection, held)
    telling.group(connection)
    return story_ids(connection)


def story_ids(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT story FROM entries ORDER BY n")]


def measured(connection: sqlite3.Connection, now: datetime = NOW) -> int:
    return telling.measure_touched(connection, NOBODY, now)
