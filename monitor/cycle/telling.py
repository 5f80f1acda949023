"""Entries → stories: place the new ones, measure what they touched, lay out a brief."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.config import Settings
from monitor.cycle import outlook, sites, together
from monitor.data import tables
from monitor.margin.spread import hashprice_of
from monitor.model import Entry, Reading, Role
from monitor.signals.judge import STORY
from monitor.store import facts, fingerprints, readings, stories
from monitor.store.database import transaction
from monitor.stories import grouping, measure, score
from monitor.stories.brief import Brief, Empty, Forecast, brief
from monitor.stories.noise import Context

CHUNK = 500
CLAIMS_SINCE = timedelta(days=45)  # readings that a claim of a story may be held against


def group(connection: sqlite3.Connection) -> None:
    """Give every tagged entry its story; an id never changes afterwards."""
    while batch := fingerprints.ungrouped(connection, CHUNK):
        with transaction(connection):
            for n, entry, relevance in batch:
                _place(connection, n, entry, relevance)


def measure_touched(connection: sqlite3.Connection, settings: Settings, now: datetime) -> int:
    """Measure every story that a new tag or entry touched; how many of them are new."""
    new = 0
    context: Context | None = None
    while batch := stories.touched(connection, CHUNK):
        context = context or context_of(connection, settings, now)
        with transaction(connection):
            new += sum(_measure(connection, story_id, context, roles_of(settings)) for story_id in batch)
    return new


def brief_of(connection: sqlite3.Connection, settings: Settings, story_id: str, now: datetime) -> Brief | None:
    """The brief of one story; None where there is no such story."""
    story = stories.one(connection, story_id, roles_of(settings))
    if story is None:
        return None
    return brief(
        story,
        glossary=tables.glossary(),
        notes=stories.notes(connection, story.story_id),
        events=together.network_events(connection, story),
        moves=together.moves_of(connection, settings, story),
        forecast=_forecast(outlook.headline(connection, settings, now)),
    )


def roles_of(settings: Settings) -> dict[str, Role]:
    """The role of each feed, by its name."""
    return {feed.name: Role(feed.role) for feed in settings.feeds}


def context_of(connection: sqlite3.Connection, settings: Settings, now: datetime) -> Context:
    """What stories are measured against: the feeds' usual volume and the signals of the last weeks."""
    since = now - CLAIMS_SINCE
    known: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings.since(connection, since):
        if not reading.source.startswith(STORY):  # what one text says contradicts no other
            known[reading.name].append(reading)
    if "hashprice" not in known:
        known["hashprice"] = _computed_hashprice(connection, sites.of(settings)[0].name, since)
    return Context(now, stories.usual(connection, now), known)


def _computed_hashprice(connection: sqlite3.Connection, site: str, since: datetime) -> list[Reading]:
    """Where no source measures it: the hashprice behind every stored point of the spread."""
    found = []
    for point in readings.points(connection, site, "colo", since=since):
        values = {name: used.value for name, used in point.inputs.items() if used.value is not None}
        value = hashprice_of(values)
        if value is not None:
            found.append(Reading("hashprice", "computed", value, "USD/PH/day", point.at, point.at))
    return found


def _forecast(told: outlook.Told) -> Forecast | Empty:
    return Empty(told["empty"]) if "empty" in told else Forecast(told["text"], told)


def _place(connection: sqlite3.Connection, n: int, entry: Entry, relevance: int) -> None:
    mark = grouping.fingerprint(entry, on_topic=relevance > 0)
    counts, total = fingerprints.counts(connection, mark.keys)
    weighed = grouping.weigh(mark, counts, total)
    near = fingerprints.neighbours(connection, weighed.look_up, mark.at, grouping.WINDOW)
    placed = [grouping.Placed(story, size, at, norm, terms) for story, size, at, norm, terms in near]
    fingerprints.place(
        connection,
        n,
        grouping.decide(weighed, placed) or grouping.story_id(entry),
        at=mark.at,
        norm=weighed.norm,
        terms=mark.packed(),
        keys=mark.keys,
        look_up=weighed.found_by,
    )


def _measure(connection: sqlite3.Connection, story_id: str, context: Context, roles: Mapping[str, Role]) -> bool:
    held = stories.entries_of(connection, story_id, roles)
    if not held:
        stories.drop(connection, story_id)
        return False
    shown = stories.shown_title(connection, story_id)
    firms = facts.firms_of_story(connection, story_id)
    story = measure.measure(story_id, held, context, title=shown, firms=firms)
    rank = score.rank(story.score or 0.0, story.last_seen_at)
    return stories.save(connection, story, rank=rank, formula=measure.FORMULA)
