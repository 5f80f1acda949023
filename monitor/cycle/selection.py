"""Stories and entries that a query asks for: as rows of the export, or counted for a rule."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from monitor import query
from monitor.config import FeedConfig, Settings
from monitor.export.rows import entry_row, story_row
from monitor.model import StoredEntry, Story
from monitor.query.tree import And
from monitor.store import stories, tags, watched

IN_ORDER = "e.first_seen_at, e.entry_id"
EVERYTHING = And()


class Selection:
    """What one query asks for, over one connection and one config."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings, words: Iterable[str], now: datetime) -> None:
        text = " ".join(words)
        self._tree = query.parse(text) if text else EVERYTHING
        self._connection = connection
        self._feeds = {feed.name: feed for feed in settings.feeds}
        self._now = now

    def entries(self) -> Iterator[dict[str, Any]]:
        """Rows of entries, by first_seen_at, then id."""
        for stored in tags.stored(self._connection, order=IN_ORDER):
            row = entry_row(stored)
            if self._matches({**row, **self._beside(stored)}):
                yield row

    def stories(self, candidates: Iterable[Story]) -> Iterator[tuple[Story, dict[str, Any]]]:
        """Those of `candidates` that match, each with its row."""
        for story in candidates:
            held = list(tags.stored(self._connection, "e.story = ?", [story.story_id], order=IN_ORDER))
            row = story_row(story, held)
            pairs = zip(row["entries"], held, strict=True)
            if self._matches({**row, "entries": [{**entry, **self._beside(stored)} for entry, stored in pairs]}):
                yield story, row

    def ranked(self) -> Iterator[Story]:
        """All stories, what to read first at the top; off-topic ones only where the query asks for something."""
        least = 1 if self._tree == EVERYTHING else 0
        after: tuple[float, str] | None = None
        while page := stories.page(self._connection, 200, after=after, least_relevance=least):
            yield from (story for _, story in page)
            rank, last = page[-1]
            after = (rank, last.story_id)

    def _matches(self, record: Mapping[str, Any]) -> bool:
        return query.matches(self._tree, record, self._now)

    def _beside(self, stored: StoredEntry) -> dict[str, Any]:
        return beside(self._feeds, stored)


class Counted:
    """The stories that a rule's query asks for, by the entries that count: none of a feed's first poll.

    A story's stance and noise are its own; all else must hold of an entry that counts.
    """

    def __init__(self, connection: sqlite3.Connection, settings: Settings, text: str, first: datetime) -> None:
        """`first` is the earliest moment that will be asked for."""
        self._tree = query.parse(text)
        feeds = {feed.name: feed for feed in settings.feeds}
        self._stories = [
            (story, [(held.entry.first_seen_at, {**entry_row(held), **beside(feeds, held)}) for held in story.entries])
            for story in watched.stories(connection, query.seen_since(self._tree, first))
        ]

    def at(self, moment: datetime) -> dict[str, frozenset[str]]:
        """Ids of the stories that match at that moment, each with the firms that its entries name."""
        found = {}
        for story, rows in self._stories:
            entries = [row for seen, row in rows if seen <= moment]
            record = {"story_id": story.story_id, "stance": story.stance, "noise": story.noise, "entries": entries}
            if entries and query.matches(self._tree, record, moment):
                found[story.story_id] = frozenset(firm for row in entries for firm in row["firms"] or ())
        return found


def by_firm(matching: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """The stories of each firm."""
    found: dict[str, list[str]] = defaultdict(list)
    for story_id, firms in matching.items():
        for firm in firms:
            found[firm].append(story_id)
    return {firm: tuple(ids) for firm, ids in sorted(found.items())}


def beside(feeds: Mapping[str, FeedConfig], stored: StoredEntry) -> dict[str, Any]:
    """What a query knows of an entry beside its row: the role and tags of its feed."""
    feed = feeds.get(stored.entry.feed)
    return {"role": feed.role, "tags": list(feed.tags)} if feed else {"role": "news", "tags": []}
