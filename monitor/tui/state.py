"""What the pane shows, as frozen values read from the store; the one place of the pane that asks it.

Every function here opens its own connection and is called in a worker thread, never on the event loop. The
cycle's functions are imported where they are used: they bring the network's libraries along, and the list
is to be on screen before those are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config import FeedConfig, RuleConfig, Settings, SignalConfig
from monitor.config.secrets import safe_url
from monitor.model import FetchState, Reading, RuleState, Story
from monitor.store import alerts, fetching, labels, listing, readings, stories
from monitor.store.database import open_database, open_for_reading, transaction

if TYPE_CHECKING:
    from sqlite3 import Connection  # for the type alone: the store opens it

    from monitor.margin.compute import Margin
    from monitor.margin.outlook import Around
    from monitor.stories.brief import Brief

Series = tuple[tuple[datetime, float], ...]
SPREAD = "spread.after_capex"
HISTORY = timedelta(days=30)  # how far back the spread is drawn


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One configured feed and what is remembered of it."""

    feed: FeedConfig
    address: str  # secrets shown as ***
    state: FetchState | None  # None: never asked


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One configured signal, its last kept reading and what is remembered of its source."""

    signal: SignalConfig
    address: str  # secrets shown as ***
    reading: Reading | None
    suspect: Reading | None  # came after the kept one, not believed yet
    state: FetchState | None
    used: bool  # the one among the signals of this name that the margin is computed with


@dataclass(frozen=True, slots=True)
class MarginRow:
    """The margin of one site and tier, and the after-capex spread over time (USD per grid MWh)."""

    margin: Margin
    series: Series
    rule: RuleConfig | None  # the rule that judges this spread
    rule_state: RuleState | None
    around: Around


@dataclass(frozen=True, slots=True)
class Known:
    """Everything but the stories, as it was at `at`."""

    at: datetime
    feeds: tuple[FeedRow, ...] = ()
    signals: tuple[SignalRow, ...] = ()
    margins: tuple[MarginRow, ...] = ()
    rules: tuple[tuple[RuleConfig, RuleState | None], ...] = ()
    model_faults: tuple[str, ...] = ()  # what was last found wrong with the model that reads


@dataclass(frozen=True, slots=True)
class Order:
    """The ids of the stories, the one to read first first; `hidden` are off the subject and left out."""

    ids: tuple[str, ...]
    hidden: int


class State:
    """Reads the database for the pane."""

    def __init__(self, settings: Settings, database: Path) -> None:
        self._settings = settings
        self._database = database

        self._series: dict[tuple[str, str], tuple[int, Series]] = {}

    def known(self, now: datetime) -> Known:
        """Feeds, signals, margins and rules at `now`."""
        with closing(open_for_reading(self._database)) as connection:
            states = fetching.states(connection)
            rules = {name: s.state for (name, key), s in alerts.rule_states(connection).items() if not key}
            margins = self._margins(connection, rules, now)
            used = _used_sources(margins)
            latest, held = readings.latest(connection), readings.held(connection)
            faults = tuple(fetching.model_faults(connection))
        return Known(
            at=now,
            feeds=tuple(_feed_row(feed, states) for feed in self._settings.feeds),
            signals=tuple(_signal_row(s, latest, held, states, used) for s in self._settings.signals),
            margins=margins,
            rules=tuple((rule, rules.get(rule.name)) for rule in self._settings.rules),
            model_faults=faults,
        )

    def order(self, words: str, *, off_topic: bool) -> Order:
        """The stories that have all `words` in one of their entries; all of them where there are none."""
        with closing(open_for_reading(self._database)) as connection:
            found = listing.order(connection, words)
        on_topic = tuple(story_id for story_id, relevance in found if relevance)
        # Without a model nothing is known to be about the subject: then everything is shown.
        if off_topic or not on_topic:
            return Order(tuple(story_id for story_id, _ in found), 0)
        return Order(on_topic, len(found) - len(on_topic))

    def story_rows(self, ids: Sequence[str]) -> list[listing.StoryRow]:
        """The rows of these stories, in any order; of those that are still there."""
        with closing(open_for_reading(self._database)) as connection:
            return listing.rows(connection, ids)

    def brief(self, story_id: str, now: datetime) -> tuple[Story, Brief] | None:
        """One story with its entries, and its brief; None where it is gone."""
        from monitor.cycle import telling

        with closing(open_for_reading(self._database)) as connection:
            story = stories.one(connection, story_id, telling.roles_of(self._settings))
            page = telling.brief_of(connection, self._settings, story_id, now)
        return None if story is None or page is None else (story, page)

    def label(self, entry_id: str, stance: str, now: datetime) -> None:
        """Label an entry; its story shows it at once."""
        with closing(open_database(self._database)) as connection:
            with transaction(connection):
                labels.set_label(connection, entry_id, "stance", stance, now)
            self._measure(connection, now)

    def undo_label(self, now: datetime) -> labels.Label | None:
        """Take the newest label back; None where there is none."""
        with closing(open_database(self._database)) as connection:
            with transaction(connection):
                undone = labels.undo(connection)
            self._measure(connection, now)
        return undone

    def _measure(self, connection: Connection, now: datetime) -> None:
        from monitor.cycle import telling

        telling.measure_touched(connection, self._settings, now)

    @property
    def database(self) -> Path:
        return self._database

    def _margins(self, connection: Connection, rules: Mapping[str, RuleState], now: datetime) -> tuple[MarginRow, ...]:
        from monitor.cycle import margins, outlook, sites
        from monitor.margin import ai

        known = sites.of(self._settings)
        rows = []
        for tier in ai.TIERS:
            every = [margins.margin_of(connection, self._settings, site.name, tier, now) for site in known]
            for margin in every:
                rule = self._rule_of(margin, known[0].name)
                series = self._series_of(connection, margin, now)
                around = outlook.around(connection, self._settings, margin, every, now)
                rows.append(MarginRow(margin, series, rule, rules.get(rule.name) if rule else None, around))
        return tuple(rows)

    def _series_of(self, connection: Connection, margin: Margin, now: datetime) -> Series:
        """The stored spread; only points that came since the last look are read, each with all its inputs."""
        key = (margin.site, margin.tier)
        last, series = self._series.get(key, (0, ()))
        new = list(readings.points(connection, *key, after=last, since=now - HISTORY))
        if new:
            series += tuple((p.at, p.after_capex) for p in new if p.after_capex is not None)
            self._series[key] = new[-1].n, tuple(point for point in series if point[0] >= now - HISTORY)
        return self._series.get(key, (0, ()))[1]

    def _rule_of(self, margin: Margin, first_site: str) -> RuleConfig | None:
        for rule in self._settings.rules:
            if (rule.when, rule.site or first_site, rule.tier) == (SPREAD, margin.site, margin.tier):
                return rule
        return None


def _used_sources(margins: Sequence[MarginRow]) -> set[tuple[str, str]]:
    return {(name, used.source) for row in margins for name, used in row.margin.inputs.items()}


def _feed_row(feed: FeedConfig, states: Mapping[str, FetchState]) -> FeedRow:
    return FeedRow(feed, safe_url(feed.url), states.get(f"feed:{feed.name}"))


def _signal_row(
    signal: SignalConfig,
    latest: Mapping[tuple[str, str], Reading],
    held: Mapping[tuple[str, str], Reading],
    states: Mapping[str, FetchState],
    used: set[tuple[str, str]],
) -> SignalRow:
    key = (signal.name, signal.source)
    state = states.get(f"signal:{signal.name}:{signal.source}")
    return SignalRow(signal, safe_url(signal.url), latest.get(key), held.get(key), state, key in used)
