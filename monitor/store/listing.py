"""The story list of the pane: its order once, as ids, and light rows for what comes into view."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text
from monitor.model import Sides

ORDERED = "SELECT story_id, relevance FROM stories ORDER BY rank DESC, story_id DESC"
MATCHING = (
    "SELECT story_id, relevance FROM stories WHERE story_id IN (SELECT story FROM entries WHERE n IN"
    " (SELECT rowid FROM entries_fts WHERE entries_fts MATCH ?)) ORDER BY rank DESC, story_id DESC"
)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """One line of the story list."""

    story_id: str
    title: str
    stance: str
    sides: Sides
    noise: float  # 0-100
    entries: int
    last_seen_at: datetime


def order(connection: sqlite3.Connection, words: str) -> list[tuple[str, int]]:
    """(id, relevance) of the stories that have all `words` in one entry, what to read first first."""
    match = " ".join('"' + word.replace('"', '""') + '"' for word in words.split())
    return connection.execute(MATCHING if match else ORDERED, [match] if match else []).fetchall()


def rows(connection: sqlite3.Connection, ids: Sequence[str]) -> list[StoryRow]:
    """The rows of these stories, in any order; of those that are still there."""
    marks = ",".join("?" * len(ids))
    found = connection.execute(
        "SELECT story_id, title, stance, sides, noise, last_seen_at,"
        " (SELECT count(*) FROM entries WHERE entries.story = stories.story_id)"
        f" FROM stories WHERE story_id IN ({marks})",
        list(ids),
    )
    return [
        StoryRow(story_id, title, stance, Sides(**json.loads(sides)), noise, entries, from_text(last))
        for story_id, title, stance, sides, noise, last, entries in found
    ]
