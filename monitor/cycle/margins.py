"""Readings → the margin of a site: which reading is in force, and what is computed with it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.config import Settings
from monitor.cycle import past, sites
from monitor.margin import ai, compute, health, inputs
from monitor.margin.compute import Margin
from monitor.model import FeedOutcome, Input, Reading, SignalOutcome, Status
from monitor.signals.judge import Candidate, Choice, choose, status
from monitor.store import readings

Outcome = FeedOutcome | SignalOutcome

MANUAL_STALE_AFTER = timedelta(days=30)  # a reading by hand of a signal that feeds.toml does not have


def choices(
    connection: sqlite3.Connection, settings: Settings, now: datetime, *, up_to: int | None = None
) -> dict[str, Choice]:
    """The reading in force of every signal that has one, by name; file order decides between live sources.

    `up_to` is the number of the last reading that counts (None: all).
    """
    return {
        name: chosen
        for name, candidates in _candidates(connection, settings, up_to=up_to).items()
        if (chosen := choose(candidates, now)) is not None
    }


def inputs_now(
    connection: sqlite3.Connection, settings: Settings, now: datetime, *, up_to: int | None = None
) -> dict[str, Input]:
    """The same as inputs of the margin."""
    return {name: chosen.input for name, chosen in choices(connection, settings, now, up_to=up_to).items()}


def network_of(
    connection: sqlite3.Connection, settings: Settings, used: Mapping[str, Input]
) -> dict[str, float | None]:
    """The numbers of `health.DERIVED` from these inputs and the stored hash rates; None where one cannot be had."""
    found = health.derived(used, past.daily(connection, settings, past.HASH_RATE))
    return {name: found.get(name) for name in health.DERIVED}


def flag(
    connection: sqlite3.Connection, outcomes: Sequence[Outcome], settings: Settings, now: datetime
) -> list[Outcome]:
    """The outcomes of a poll; the source in use has a warning where another live one says something else."""
    if not any(isinstance(outcome, SignalOutcome) for outcome in outcomes):
        return list(outcomes)
    live = [choice for choice in choices(connection, settings, now).values() if choice.status is Status.LIVE]
    notes = {(choice.reading.name, choice.reading.source): choice.note for choice in live if choice.note}
    return [_flagged(outcome, notes) for outcome in outcomes]


def standing(settings: Settings, reading: Reading, now: datetime) -> Status:
    """Whether a reading is live or stale, by the limit of its signal."""
    return status(reading, _stale_after(settings, reading), now)


def margin_of(
    connection: sqlite3.Connection,
    settings: Settings,
    site_name: str,
    tier: str,
    now: datetime,
    set_values: Mapping[str, float] | None = None,
) -> Margin:
    """The margin of one site and tier on the readings in force; UsageError for a value out of range."""
    site = sites.named(settings, site_name)
    resolved = inputs.resolve(set_values or {}, site, inputs_now(connection, settings, now))
    price = ai.PRICE[tier]
    prices = [c.reading.value for c in _candidates(connection, settings).get(price, [])]
    return compute.compute(resolved, site.name, tier, prices)


def _flagged(outcome: Outcome, notes: Mapping[tuple[str, str], str]) -> Outcome:
    note = notes.get((outcome.name, outcome.source)) if isinstance(outcome, SignalOutcome) else None
    if note is None:
        return outcome
    return replace(outcome, warning=f"{outcome.warning}; {note}" if outcome.warning else note)


def _candidates(
    connection: sqlite3.Connection, settings: Settings, *, up_to: int | None = None
) -> dict[str, list[Candidate]]:
    """The last kept reading of every source by signal: those of feeds.toml in its order, then any others."""
    latest = readings.latest(connection, up_to=up_to)
    in_order = [(signal.name, signal.source) for signal in settings.signals]
    found: dict[str, list[Candidate]] = defaultdict(list)
    for key in dict.fromkeys([*in_order, *latest]):
        if key in latest:
            found[key[0]].append(Candidate(latest[key], _stale_after(settings, latest[key])))
    return found


def _stale_after(settings: Settings, reading: Reading) -> timedelta:
    """The limit of the reading's own signal; of one by hand, the longest of its name, else a month."""
    same = [signal for signal in settings.signals if signal.name == reading.name]
    own = [signal.stale_after for signal in same if signal.source == reading.source]
    return own[0] if own else max((signal.stale_after for signal in same), default=MANUAL_STALE_AFTER)
