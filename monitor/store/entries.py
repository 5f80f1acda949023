"""Entries: what feeds said, when it was first seen, and what it said before it was edited."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import from_text, to_text
from monitor.model import Changed, Decision, Entry, Identity, Known, New, PastVersion

COLUMNS = (
    "n, entry_id, feed, url, title, summary, author, published_at, published_estimated, published_raw, first_seen_at"
)
CHUNK = 5_000  # twice so many stay under SQLite's limit of bound values
EXPIRED = 0  # the number of an item that was stored once and has expired


def known(connection: sqlite3.Connection, feed: str, identities: Iterable[Identity]) -> list[Known]:
    """The items of `feed` that share a GUID or title key with one of `identities`, expired ones included."""
    found: dict[object, Known] = {}
    has_any = "SELECT EXISTS (SELECT 1 FROM entries WHERE feed = ?) OR EXISTS (SELECT 1 FROM expired WHERE feed = ?)"
    if not connection.execute(has_any, [feed, feed]).fetchone()[0]:  # a new feed's items need no look-up
        return []
    wanted = list(identities)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        keys = {"guid_key": [i.guid for i in chunk if i.guid is not None], "title_key": [i.title for i in chunk]}
        for column, values in keys.items():
            marks = ",".join("?" * len(values))
            for row in connection.execute(
                f"SELECT n, guid_key, link_key, title_key, title, summary FROM entries"
                f" WHERE feed = ? AND {column} IN ({marks})"
                f" UNION ALL SELECT {EXPIRED}, guid_key, link_key, title_key, '', '' FROM expired"
                f" WHERE feed = ? AND {column} IN ({marks})",
                [feed, *values, feed, *values],
            ):
                item = Known(row[0], Identity(row[1], row[2], row[3]), row[4], row[5])
                found[row[0] or item.identity] = item
    return list(found.values())


def save(connection: sqlite3.Connection, decision: Decision, now: datetime, *, baseline: bool) -> None:
    """Write what was decided, inside the caller's transaction; search follows with `index_new`."""
    connection.executemany(
        "INSERT INTO entries (entry_id, feed, guid_key, link_key, title_key, url, title, summary, author,"
        " published_at, published_estimated, published_raw, first_seen_at, baseline)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (entry_id) DO NOTHING",
        [_row(new, baseline) for new in decision.new],
    )
    for changed in decision.changed:
        _update(connection, changed, now)


def last_number(connection: sqlite3.Connection) -> int:
    """The arrival number of the newest entry, 0 where there is none."""
    return int(connection.execute("SELECT coalesce(max(n), 0) FROM entries").fetchone()[0])


def index_new(connection: sqlite3.Connection, after: int) -> None:
    """Put the entries that arrived after number `after` into the full-text index, in one statement."""
    connection.execute(
        "INSERT INTO entries_fts (rowid, title, summary) SELECT n, title, summary FROM entries WHERE n > ?",
        [after],
    )


@dataclass(frozen=True, slots=True)
class Volume:
    """How much a feed brought."""

    week: int  # entries first seen in the last seven days
    before: int  # in the four weeks before
    first: datetime | None
    last: datetime | None


def volumes(connection: sqlite3.Connection, now: datetime) -> dict[str, Volume]:
    """The volume of every feed that ever brought something, by its name."""
    week = to_text(now - timedelta(days=7))
    rows = connection.execute(
        "SELECT feed, sum(first_seen_at > ?), sum(first_seen_at > ? AND first_seen_at <= ?),"
        " min(first_seen_at), max(first_seen_at) FROM entries GROUP BY feed",
        [week, to_text(now - timedelta(days=35)), week],
    )
    return {row[0]: Volume(row[1], row[2], from_text(row[3]), from_text(row[4])) for row in rows}


def history(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, tuple[PastVersion, ...]]:
    """What edited entries said before, oldest first, by arrival number."""
    past: dict[int, tuple[PastVersion, ...]] = {}
    marks = ",".join("?" * len(numbers))
    for n, title, summary, seen_at in connection.execute(
        f"SELECT entry, title, summary, seen_at FROM history WHERE entry IN ({marks}) ORDER BY rowid", numbers
    ):
        past[n] = (*past.get(n, ()), PastVersion(title, summary, from_text(seen_at)))
    return past


def from_row(row: Sequence[object]) -> Entry:
    """An Entry from a row that begins with COLUMNS."""
    _, entry_id, feed, url, title, summary, author, published_at, estimated, raw, first_seen_at = row[:11]
    return Entry(
        entry_id=str(entry_id),
        feed=str(feed),
        url=None if url is None else str(url),
        title=str(title),
        summary=str(summary),
        author=str(author),
        published_at=from_text(str(published_at)),
        published_estimated=bool(estimated),
        published_raw=None if raw is None else str(raw),
        first_seen_at=from_text(str(first_seen_at)),
    )


def _row(new: New, baseline: bool) -> tuple[object, ...]:
    entry, identity = new.entry, new.identity
    return (
        entry.entry_id, entry.feed, identity.guid, identity.link, identity.title,
        entry.url, entry.title, entry.summary, entry.author,
        to_text(entry.published_at), entry.published_estimated, entry.published_raw,
        to_text(entry.first_seen_at), baseline,
    )  # fmt: skip


def _update(connection: sqlite3.Connection, changed: Changed, now: datetime) -> None:
    n, before, after = changed.before.n, changed.before, changed.parsed
    connection.execute("INSERT INTO history VALUES (?,?,?,?)", [n, before.title, before.summary, to_text(now)])
    connection.execute(
        "INSERT INTO entries_fts (entries_fts, rowid, title, summary) VALUES ('delete', ?, ?, ?)",
        [n, before.title, before.summary],
    )
    # What a model read in the old words no longer stands: to_tag = 1 has the entry read again.
    connection.execute(
        "UPDATE entries SET title = ?, summary = ?, title_key = ?, link_key = ?, to_tag = 1 WHERE n = ?",
        [after.title, after.summary, changed.identity.title, changed.identity.link, n],
    )
    connection.execute(
        "INSERT INTO entries_fts (rowid, title, summary) VALUES (?, ?, ?)", [n, after.title, after.summary]
    )
