"""Tags: what a model read in each entry, with the model's version."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from monitor.model import Entry, Stance, StoredEntry, Tag
from monitor.store import entries, facts, labels

COLUMNS = "t.model, t.relevance, t.relevance_p, t.stance, t.stance_p, t.unsure, t.unsure_because, t.noise, t.why"
PAGE = 500
NEVER_READ, WITHOUT_MODEL = 1, 2  # values of entries.to_tag; NULL once a model has read the entry
JOINED = f"{entries.COLUMNS.replace('n, ', 'e.n, ', 1)}, e.story, {COLUMNS}"


def stored(
    connection: sqlite3.Connection, where: str = "1", values: Sequence[object] = (), *, order: str = "e.n"
) -> Iterator[StoredEntry]:
    """Entries with their tags, streamed; `where` and `order` are SQL of ours, over e (entries) and t (tags)."""
    cursor = connection.execute(
        f"SELECT {JOINED} FROM entries e LEFT JOIN tags t ON t.entry = e.n WHERE {where} ORDER BY {order}",
        values,
    )
    while rows := cursor.fetchmany(PAGE):
        numbers = [row[0] for row in rows]
        past, given = entries.history(connection, numbers), labels.of(connection, numbers)
        found = facts.of(connection, numbers)
        for row in rows:
            own = given.get(row[0], {})
            tag = None if row[12] is None else from_row(row[12:])
            if tag is not None and own:
                own = labels.completed(tag, own)
                tag = labels.applied(tag, own)
            user = dict.fromkeys(own, "user")
            history, (firms, figures) = past.get(row[0], ()), found.get(row[0], (None, None))
            yield StoredEntry(row[0], entries.from_row(row), tag, row[11], history, user, firms, figures)


def anything_unread(connection: sqlite3.Connection) -> bool:
    """Whether any entry waits for tags, facts or a story, or any story to be measured."""
    (waiting,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM entries WHERE to_tag IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM entries WHERE story IS NULL)"
        " OR EXISTS (SELECT 1 FROM unread) OR EXISTS (SELECT 1 FROM touched)"
    ).fetchone()
    return bool(waiting)


def to_tag(connection: sqlite3.Connection, limit: int, *, without_model: bool) -> list[tuple[int, Entry]]:
    """Entries to be read, oldest first, with their arrival numbers.

    Those that no model has read yet, or, `without_model`, those that were tagged while no model was there.
    """
    rows = connection.execute(
        f"SELECT {entries.COLUMNS} FROM entries WHERE to_tag = ? AND to_tag IS NOT NULL ORDER BY n LIMIT ?",
        [WITHOUT_MODEL if without_model else NEVER_READ, limit],
    )
    return [(row[0], entries.from_row(row)) for row in rows]


def save(connection: sqlite3.Connection, tagged: Iterable[tuple[int, Tag]], *, without_model: bool = False) -> None:
    """Write tags inside the caller's transaction; those made `without_model` stay to be read again."""
    rows = list(tagged)
    connection.executemany(
        "INSERT OR REPLACE INTO tags VALUES (?,?,?,?,?,?,?,?,?,?)",
        [
            (
                n, tag.model, tag.relevance, json.dumps(tag.relevance_p),
                tag.stance.value, json.dumps(dict(tag.stance_p)),
                tag.unsure, tag.unsure_because, tag.noise, json.dumps(tag.why),
            )
            for n, tag in rows
        ],
    )  # fmt: skip
    state = WITHOUT_MODEL if without_model else None
    connection.executemany("UPDATE entries SET to_tag = ? WHERE n = ?", [(state, n) for n, _ in rows])


def read_again(connection: sqlite3.Connection, model: str) -> int:
    """Have every entry that another model than `model` read be read again; how many. Labels stay."""
    return connection.execute(
        "UPDATE entries SET to_tag = ? WHERE n IN (SELECT entry FROM tags WHERE model != ?)", [NEVER_READ, model]
    ).rowcount


def from_row(row: Sequence[Any]) -> Tag:
    """A Tag from a row of COLUMNS."""
    model, relevance, relevance_p, stance, stance_p, unsure, because, noise, why = row
    a, b, c = json.loads(relevance_p)
    return Tag(
        relevance=relevance,
        relevance_p=(a, b, c),
        stance=Stance(stance),
        stance_p=json.loads(stance_p),
        unsure=bool(unsure),
        unsure_because=because,
        noise=noise,
        why=tuple((word, weight) for word, weight in json.loads(why)),
        model=model,
    )
