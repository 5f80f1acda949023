"""`list` and `brief`."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import sys
from datetime import datetime
from itertools import islice

from monitor import clock
from monitor.cli import context
from monitor.config import Settings
from monitor.cycle import telling
from monitor.cycle.selection import Selection
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.model import Story
from monitor.store import stories
from monitor.stories import render
from monitor.stories.brief import Brief

GLYPHS = {"critic": "C", "defender": "D", "neutral": "N", "mixed": "M"}


def list_stories(arguments: argparse.Namespace) -> int:
    """What to read first, first: stance, noise, entries, age, id and title."""
    now, settings = context.now_of(arguments), context.settings_of(arguments)
    with context.reading(arguments) as connection:
        chosen = Selection(connection, settings, arguments.query, now)
        found = list(islice(chosen.stories(chosen.ranked()), arguments.limit))
    if arguments.json:
        print(dumps([row for _, row in found]))
    else:
        for story, _ in found:
            print(_line(story, now))
    return 0


def brief_story(arguments: argparse.Namespace) -> int:
    now, settings = context.now_of(arguments), context.settings_of(arguments)
    with context.reading(arguments) as connection:
        if arguments.story is None and stories.top(connection) is None:
            print("no stories yet; `pivotwatch poll` fetches what feeds.toml names", file=sys.stderr)
            return 0
        page = _brief(connection, settings, arguments.story, now)
    formats = {"json": render.to_json, "md": render.to_markdown, "html": render.to_html, "text": _to_text}
    print(formats[arguments.format](page).rstrip("\n"))
    return 0


def brief_text(connection: sqlite3.Connection, settings: Settings, now: datetime) -> str:
    """The top story's brief, for a terminal."""
    return _to_text(_brief(connection, settings, None, now))


def _brief(connection: sqlite3.Connection, settings: Settings, story_id: str | None, now: datetime) -> Brief:
    wanted = story_id or stories.top(connection) or ""
    page = telling.brief_of(connection, settings, wanted, now)
    if page is None:
        raise UsageError(f"no story {wanted}; `pivotwatch list` shows their ids")
    return page


def _to_text(page: Brief) -> str:
    width = min(shutil.get_terminal_size((80, 24)).columns, 100)
    return render.to_terminal(page, width=width)


def _line(story: Story, now: datetime) -> str:
    sides = story.sides
    entries = sides.critic + sides.defender + sides.neutral + sides.unsure
    return (
        f"{GLYPHS.get(story.stance, '?')} noise {story.noise:3.0f}  {entries:3d} entries"
        f"  {clock.age(story.last_seen_at, now):>4}  {story.story_id}  {story.title}"
    )
