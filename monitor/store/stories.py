"""Stories: their measures, their entries, the user's notes, and what was merged or split by hand.

A story's row is derived and can be computed again; which entry belongs to which story is kept with the
entry. Triggers note every story that a new tag, a move or an expiry touched, whoever caused it, so that a
killed run leaves nothing unmeasured.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from monitor.clock import from_text, to_text
from monitor.errors import UsageError
from monitor.model import NoisePart, Role, Sides, StoredEntry, Story, TaggedEntry
from monitor.store import tags

COLUMNS = "story_id, title, first_seen_at, last_seen_at, stance, sides, blind_spot, noise, noise_parts, firms, score"
USUAL_DAYS = 28  # over which a feed's usual volume is counted


def touched(connection: sqlite3.Connection, limit: int) -> list[str]:
    """Stories whose entries changed since they were measured."""
    return [row[0] for row in connection.execute("SELECT story FROM touched ORDER BY story LIMIT ?", [limit])]


def entries_of(
    connection: sqlite3.Connection, story_id: str, roles: Mapping[str, Role] | None = None
) -> tuple[TaggedEntry, ...]:
    """The tagged entries of a story, oldest first; `roles` by feed, news where it names none."""
    held = tags.stored(connection, "e.story = ? AND t.entry IS NOT NULL", [story_id], order="e.first_seen_at, e.n")
    by_feed = roles or {}
    return tuple(_tagged(stored, by_feed.get(stored.entry.feed, Role.NEWS)) for stored in held)


def shown_title(connection: sqlite3.Connection, story_id: str) -> str | None:
    """The title under which readers know the story; None where it was never measured."""
    row = connection.execute("SELECT title FROM stories WHERE story_id = ?", [story_id]).fetchone()
    return None if row is None else str(row[0])


def save(connection: sqlite3.Connection, story: Story, *, rank: float, formula: str) -> bool:
    """Write a story's measures inside the caller's transaction; whether the story is new."""
    new = shown_title(connection, story.story_id) is None
    connection.execute(
        f"INSERT OR REPLACE INTO stories ({COLUMNS}, relevance, rank, formula) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [
            story.story_id, story.title, to_text(story.first_seen_at), to_text(story.last_seen_at),
            story.stance, json.dumps(asdict(story.sides)), story.blind_spot, story.noise,
            json.dumps({name: asdict(part) for name, part in story.noise_parts.items()}),
            None if story.firms is None else json.dumps(story.firms), story.score,
            max((tagged.tag.relevance for tagged in story.entries), default=0), rank, formula,
        ],
    )  # fmt: skip
    connection.execute("DELETE FROM touched WHERE story = ?", [story.story_id])
    return new


def drop(connection: sqlite3.Connection, story_id: str) -> None:
    """A story whose last entry went: merged away or expired."""
    connection.execute("DELETE FROM stories WHERE story_id = ?", [story_id])
    connection.execute("DELETE FROM touched WHERE story = ?", [story_id])


def usual(connection: sqlite3.Connection, now: datetime) -> dict[str, float]:
    """Entries a day that each feed brought over the last four weeks, from its first day on."""
    since = now - timedelta(days=USUAL_DAYS)
    rows = connection.execute(
        "SELECT feed, count(*), min(first_seen_at) FROM entries WHERE first_seen_at >= ? GROUP BY feed",
        [to_text(since)],
    )
    day = timedelta(days=1)
    return {feed: n / max((now - from_text(first)) / day, 1.0) for feed, n, first in rows}


# ---------------------------------------------------------------- reading


def page(
    connection: sqlite3.Connection,
    limit: int,
    *,
    after: tuple[float, str] | None = None,
    least_relevance: int = 1,
) -> list[tuple[float, Story]]:
    """Stories to read first, first, with their ranks; `after` the last (rank, story_id) of the page before.

    Those about the subject only, unless `least_relevance` is 0. Entries are left out.
    """
    rank, story_id = after or (float("inf"), "")
    rows = connection.execute(
        f"SELECT rank, {COLUMNS} FROM stories WHERE (rank, story_id) < (?, ?) AND relevance >= ?"
        " ORDER BY rank DESC, story_id DESC LIMIT ?",
        [rank, story_id, least_relevance, limit],
    )
    return [(row[0], _story(row[1:])) for row in rows]


def every(connection: sqlite3.Connection) -> Iterator[Story]:
    """All stories, by first_seen_at, then id; without entries, streamed."""
    cursor = connection.execute(f"SELECT {COLUMNS} FROM stories ORDER BY first_seen_at, story_id")
    return (_story(row) for row in cursor)


def one(connection: sqlite3.Connection, story_id: str, roles: Mapping[str, Role] | None = None) -> Story | None:
    """One story with its entries, oldest first; a merged one under the id that took it in."""
    wanted = current_id(connection, story_id)
    row = connection.execute(f"SELECT {COLUMNS} FROM stories WHERE story_id = ?", [wanted]).fetchone()
    return None if row is None else _story(row, entries_of(connection, wanted, roles))


def told_between(connection: sqlite3.Connection, since: datetime, until: datetime) -> list[Story]:
    """Stories that an entry about the subject told in that time, as last seen then, the weightiest first."""
    told = dict(
        connection.execute(
            "SELECT story, max(min(published_at, first_seen_at)) FROM entries JOIN tags ON entry = n"
            " WHERE first_seen_at >= :since AND min(published_at, first_seen_at) BETWEEN :since AND :until"
            " AND relevance > 0 AND story IS NOT NULL GROUP BY story",
            {"since": to_text(since), "until": to_text(until)},
        ).fetchall()
    )
    marks = ",".join("?" * len(told))
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM stories WHERE story_id IN ({marks}) ORDER BY score DESC, story_id", list(told)
    )
    return [replace(_story(row), last_seen_at=from_text(told[row[0]])) for row in rows]


def top(connection: sqlite3.Connection) -> str | None:
    """The id of the story to read first; None where there is none."""
    found = page(connection, 1) or page(connection, 1, least_relevance=0)
    return found[0][1].story_id if found else None


def notes(connection: sqlite3.Connection, story_id: str) -> tuple[str, ...]:
    """The user's notes on a story, oldest first."""
    rows = connection.execute("SELECT text FROM notes WHERE story = ? ORDER BY n", [story_id])
    return tuple(row[0] for row in rows)


def add_note(connection: sqlite3.Connection, story_id: str, text: str, now: datetime) -> None:
    connection.execute("INSERT INTO notes (story, text, at) VALUES (?,?,?)", [story_id, text, to_text(now)])


# ---------------------------------------------------------------- by hand


def merge(connection: sqlite3.Connection, story_id: str, into: str, now: datetime, why: str = "") -> None:
    """Move all entries of `story_id` to `into`, inside the caller's transaction; the old id leads there."""
    story_id, into = current_id(connection, story_id), current_id(connection, into)
    moved = _numbers(connection, story_id)
    if not moved or not _numbers(connection, into) or story_id == into:
        raise UsageError(f"cannot merge {story_id} into {into}: name two different stories; `list` shows their ids")
    connection.execute("UPDATE entries SET story = ? WHERE story = ?", [into, story_id])
    connection.execute("UPDATE notes SET story = ? WHERE story = ?", [into, story_id])
    _record(connection, now, "merge", story_id, into, moved, why)


def split(connection: sqlite3.Connection, story_id: str, entry_ids: Sequence[str], now: datetime, why: str = "") -> str:
    """Move some entries of a story to a story of their own, inside the caller's transaction; its id."""
    story_id = current_id(connection, story_id)
    held = _numbers(connection, story_id)
    marks = ",".join("?" * len(entry_ids))
    moved = [
        row[0]
        for row in connection.execute(
            f"SELECT n FROM entries WHERE story = ? AND entry_id IN ({marks}) ORDER BY n",
            [story_id, *entry_ids],
        )
    ]
    if len(moved) != len(set(entry_ids)) or not 0 < len(moved) < len(held):
        raise UsageError(
            f"cannot split {story_id}: name some, not all, of its entries; `export --rows entries` lists them"
        )
    seed = "\0".join([story_id, to_text(now), *sorted(entry_ids)])
    other = "s" + blake2b(seed.encode(), digest_size=6).hexdigest()
    connection.executemany("UPDATE entries SET story = ? WHERE n = ?", [(other, n) for n in moved])
    _record(connection, now, "split", story_id, other, moved, why)
    return other


def current_id(connection: sqlite3.Connection, story_id: str) -> str:
    """The id under which a story is found today: another one where it was merged."""
    for _ in range(100):  # merges of merges; a ring cannot be recorded, a bound costs nothing
        row = connection.execute(
            "SELECT other FROM story_edits WHERE story = ? AND kind = 'merge' ORDER BY n DESC LIMIT 1",
            [story_id],
        ).fetchone()
        if row is None:
            break
        story_id = row[0]
    return story_id


def edits(connection: sqlite3.Connection, story_id: str) -> list[str]:
    """What was merged into or split off a story by hand, a line each."""
    rows = connection.execute(
        "SELECT at, kind, story, other, entries, why FROM story_edits WHERE story = ? OR other = ? ORDER BY n",
        [story_id, story_id],
    )
    return [
        f"{at}: {len(json.loads(moved))} entries of {story} {'merged into' if kind == 'merge' else 'split off as'}"
        f" {other}{f' ({why})' if why else ''}"
        for at, kind, story, other, moved, why in rows
    ]


def _numbers(connection: sqlite3.Connection, story_id: str) -> list[int]:
    return [row[0] for row in connection.execute("SELECT n FROM entries WHERE story = ?", [story_id])]


def _record(
    connection: sqlite3.Connection,
    now: datetime,
    kind: str,
    story: str,
    other: str,
    moved: Sequence[int],
    why: str,
) -> None:
    connection.execute(
        "INSERT INTO story_edits (at, kind, story, other, entries, why) VALUES (?,?,?,?,?,?)",
        [to_text(now), kind, story, other, json.dumps(list(moved)), why],
    )


def _tagged(stored: StoredEntry, role: Role) -> TaggedEntry:
    assert stored.tag is not None
    return TaggedEntry(stored.entry, stored.tag, role, stored.labelled)


def _story(row: Sequence[Any], held: tuple[TaggedEntry, ...] = ()) -> Story:
    story_id, title, first, last, stance, sides, blind_spot, noise, parts, firms, score = row
    return Story(
        story_id=story_id,
        title=title,
        first_seen_at=from_text(first),
        last_seen_at=from_text(last),
        stance=stance,
        sides=Sides(**json.loads(sides)),
        blind_spot=blind_spot,
        noise=noise,
        noise_parts={name: NoisePart(**part) for name, part in json.loads(parts).items()},
        firms=None if firms is None else tuple(json.loads(firms)),
        score=score,
        entries=held,
    )
