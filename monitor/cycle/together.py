"""News and number together: the stories before a move of the spread, the move around a story, the network's events."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from itertools import takewhile

from monitor.config import Settings
from monitor.cycle import sites
from monitor.model import Reading, Story
from monitor.signals.judge import STORY
from monitor.store import readings, stories
from monitor.stories import moves, timeline
from monitor.stories.timeline import Event

SPREAD = "spread.after_capex"
NETWORK_BEFORE = timedelta(days=14)  # a retarget or halving up to this long before a story stands in its timeline
CROSSINGS = 3  # shown with one story, at most


def told_before(connection: sqlite3.Connection, at: datetime) -> tuple[str, ...]:
    """Ids of the stories told in the hours before a move of the spread, the weightiest first."""
    return tuple(story.story_id for story in stories.told_between(connection, at - moves.BEFORE, at))


def moves_of(connection: sqlite3.Connection, settings: Settings, story: Story) -> tuple[str, ...]:
    """What the spread did around a story: the move, and the crossings of the rule's level after its entries."""
    rule = next((rule for rule in settings.rules if rule.when == SPREAD), None)
    site = (rule and rule.site) or sites.of(settings)[0].name
    tier, level = (rule.tier, rule.enter) if rule else ("colo", 0.0)
    start, end = story.first_seen_at, story.last_seen_at + moves.AROUND
    in_force = readings.point_at(connection, site, tier, start)
    later = takewhile(lambda p: p.at <= end, readings.points(connection, site, tier, since=start))
    points = [p for p in [in_force] if p is not None and p.at < start] + list(later)
    move = moves.around(story, points)
    lines = [] if move is None else [move.text]
    told = [min(t.entry.published_at, t.entry.first_seen_at) for t in story.entries]
    for crossing in moves.crossings(points, level)[-CROSSINGS:]:
        since = crossing.at - moves.BEFORE
        if any(since <= at <= crossing.at for at in told):
            lines.append(moves.before(crossing, stories.told_between(connection, since, crossing.at)))
    return tuple(lines)


def network_events(connection: sqlite3.Connection, story: Story) -> tuple[Event, ...]:
    """Retargets and halvings in the days before a story and while it ran."""
    stored = [
        reading
        for reading in readings.since(connection, story.first_seen_at - NETWORK_BEFORE)
        if reading.observed_at <= story.last_seen_at and not reading.source.startswith(STORY)
    ]
    return timeline.of_network(_one_source(stored, "difficulty"), _one_source(stored, "block_height"))


def _one_source(stored: list[Reading], name: str) -> list[Reading]:
    """The readings of the source that has most: two of them, one late, would tell every event twice."""
    known = [reading for reading in stored if reading.name == name]
    sources = [reading.source for reading in known]
    most = max(sources, key=sources.count, default="")
    return [reading for reading in known if reading.source == most]
