"""Decide what of an answer is new and store it together with the source's state, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor import intake
from monitor.cycle.gather import FeedResult, Result, SignalResult
from monitor.model import FeedOutcome, FetchState, Reading, SignalOutcome, Status
from monitor.signals.judge import Suspect, confirmed, judge
from monitor.store import entries, fetching, readings
from monitor.store.database import transaction


def keep(connection: sqlite3.Connection, results: Sequence[Result], now: datetime) -> list[FeedOutcome | SignalOutcome]:
    """Store what a batch of sources answered in one transaction; the outcomes say what became of it."""
    with transaction(connection):
        before = entries.last_number(connection)
        outcomes = [
            _keep_feed(connection, result, now)
            if isinstance(result, FeedResult)
            else _keep_signal(connection, result, now)
            for result in results
        ]
        entries.index_new(connection, before)
        states = [_state(*pair, now) for pair in zip(results, outcomes, strict=True)]
        fetching.save_states(connection, [state for state in states if state])
    return outcomes


def _state(result: Result, outcome: FeedOutcome | SignalOutcome, now: datetime) -> FetchState | None:
    """The state to be stored; what brought something is known to have done so."""
    brought = isinstance(outcome, FeedOutcome) and (outcome.new or outcome.updated)
    return replace(result.state, last_changed_at=now) if result.state and brought else result.state


def _keep_feed(connection: sqlite3.Connection, result: FeedResult, now: datetime) -> FeedOutcome:
    if result.parsed is None or result.state is None:
        return result.outcome
    items = result.parsed.entries
    identities = [intake.identify(item) for item in items]
    known = entries.known(connection, result.feed.name, identities)
    decision = intake.decide(result.feed.name, items, known, now, identities)
    first = not fetching.was_ok(connection, result.state.key)
    entries.save(connection, decision, now, baseline=first)
    warning = result.outcome.warning
    if decision.reuses_ids:
        warning = f"{warning}; reuses ids" if warning else "reuses ids"
    return replace(result.outcome, new=len(decision.new), updated=len(decision.changed), warning=warning)


def _keep_signal(connection: sqlite3.Connection, result: SignalResult, now: datetime) -> SignalOutcome:
    signal, reading = result.signal, result.reading
    key = (signal.name, signal.source)
    last, held = readings.latest(connection).get(key), readings.held(connection).get(key)
    if reading is None and result.outcome.outcome == "unchanged" and held is not None:
        # What the source says again is what was suspect, not what was kept before.
        seen_at = now if signal.observed_at is None else held.observed_at
        reading = replace(held, fetched_at=now, observed_at=seen_at, warning=None)
    if reading is None:
        if result.outcome.outcome == "unchanged" and last is not None:
            last = confirmed(last, signal, now)
            readings.confirm(connection, last)
        return _told(result, last, now)
    judged = judge(reading, last, held, signal)
    if isinstance(judged, Suspect):
        readings.save(connection, reading, kept=False, reason=judged.reason)
        return replace(result.outcome, outcome="suspect", warning=judged.reason)
    readings.save(connection, reading, kept=True)
    return _told(result, reading, now)


def _told(result: SignalResult, reading: Reading | None, now: datetime) -> SignalOutcome:
    """The outcome with the value that is in force, where the source answered soundly."""
    if reading is None or result.outcome.outcome not in {"ok", "unchanged"}:
        return result.outcome
    stale = now - reading.observed_at > result.signal.stale_after
    return replace(
        result.outcome,
        value=reading.value,
        unit=reading.unit,
        observed_at=reading.observed_at,
        status=(Status.STALE if stale else Status.LIVE).value,
        warning=result.outcome.warning or reading.warning,
    )
