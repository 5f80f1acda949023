"""`story merge|split|note|show`: put right by hand what grouping did; it stays so."""

from __future__ import annotations

import argparse
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

from monitor import text
from monitor.cli import context
from monitor.clock import to_text
from monitor.cycle import telling
from monitor.errors import UsageError
from monitor.model import Story
from monitor.store import stories
from monitor.store.database import open_database, transaction
from monitor.stories.words import READ_LIMIT, numbers, terms

SHARED = 8  # words and numbers named of one entry


def merge(arguments: argparse.Namespace) -> int:
    """Move all entries of a story into another; the old id leads there."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with closing(open_database(context.database_of(arguments))) as connection:
        with transaction(connection):
            stories.merge(connection, arguments.story, arguments.into, now, "by hand")
        telling.measure_touched(connection, settings, now)
        print(stories.current_id(connection, arguments.into))
    return 0


def split(arguments: argparse.Namespace) -> int:
    """Move some entries of a story to a story of their own, whose id is printed."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with closing(open_database(context.database_of(arguments))) as connection:
        with transaction(connection):
            other = stories.split(connection, arguments.story, arguments.entries, now, "by hand")
        telling.measure_touched(connection, settings, now)
    print(other)
    return 0


def note(arguments: argparse.Namespace) -> int:
    """Write a note on a story; it stands in its brief and keeps its entries."""
    now, written = context.now_of(arguments), text.block(arguments.text)
    if not written:
        raise UsageError("TEXT is empty; write the note in quotes")
    with closing(open_database(context.database_of(arguments))) as connection, transaction(connection):
        stories.add_note(connection, _known(connection, arguments.story).story_id, written, now)
    return 0


def show(arguments: argparse.Namespace) -> int:
    """The entries of a story with what each shares with the others, what was done by hand, and the notes."""
    with context.reading(arguments) as connection:
        story = _known(connection, arguments.story)
        lines = [f"{story.story_id}  {story.title}", *_entries(story)]
        lines += [f"by hand: {edit}" for edit in stories.edits(connection, story.story_id)]
        lines += [f"note: {written}" for written in stories.notes(connection, story.story_id)]
    print("\n".join(lines))
    return 0


def _known(connection: sqlite3.Connection, story_id: str) -> Story:
    story = stories.one(connection, story_id)
    if story is None:
        raise UsageError(f"no story {story_id}; `pivotwatch list` shows their ids")
    return story


def _entries(story: Story) -> Iterator[str]:
    """Two lines an entry: when, where and what; and the words and numbers that most of the others have too."""
    read = {t.entry.entry_id: _words(f"{t.entry.title}\n{t.entry.summary[:READ_LIMIT]}") for t in story.entries}
    held = Counter(word for words in read.values() for word in words)
    for tagged in story.entries:
        entry = tagged.entry
        yield f"{entry.entry_id}  {to_text(entry.first_seen_at)}  {entry.feed}: {entry.title}"
        shared = sorted((w for w in read[entry.entry_id] if held[w] > 1), key=lambda w: (-held[w], w))
        yield f"    together by: {', '.join(shared[:SHARED]) or 'nothing in its words: its address, or by hand'}"


def _words(read: str) -> set[str]:
    return {*terms(read), *numbers(read)}
