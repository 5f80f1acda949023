"""How sources do: which began or ceased to fail since that was last said, and what ails each feed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import to_text
from monitor.config import FeedConfig, Settings
from monitor.cycle.gather import key_of
from monitor.model import FeedOutcome, FetchState, SignalOutcome
from monitor.store import entries, fetching
from monitor.store.database import transaction
from monitor.store.entries import Volume

WEEK, MONTH = timedelta(days=7), timedelta(days=35)

MENDED = "the model works again"
SETTLED = {"not_due", "off"}  # says nothing about the source


def changes(
    connection: sqlite3.Connection, outcomes: Sequence[FeedOutcome | SignalOutcome], now: datetime
) -> list[str]:
    """One line for each change, kept in the database so that it is said once."""
    said = fetching.failing(connection)
    lines: list[str] = []
    changed: dict[str, bool] = {}
    for outcome in outcomes:
        if outcome.outcome in SETTLED:
            continue
        name = _name(outcome)
        fails = outcome.outcome not in {"ok", "unchanged", "suspect"}
        if fails and not said.get(name, False):
            lines.append(f"{name} began to fail: {outcome.error}")
            changed[name] = True
        elif said.get(name, False) and not fails:
            lines.append(f"{name} works again")
            changed[name] = False
    if changed:
        with transaction(connection):
            fetching.save_failing(connection, changed, now)
    return lines


def model_changes(connection: sqlite3.Connection, fault: str | None, now: datetime) -> list[str]:
    """What to say of the model that was just looked for: a fault that is new, or that there is none any more."""
    said = fetching.model_faults(connection)
    changed = {**dict.fromkeys(said, False), **({fault: True} if fault else {})}
    if set(said) != {key for key, fails in changed.items() if fails}:
        with transaction(connection):
            fetching.save_failing(connection, changed, now)
        return [fault] if fault else [MENDED]
    return []


def _name(outcome: FeedOutcome | SignalOutcome) -> str:
    if isinstance(outcome, FeedOutcome):
        return f"feed {outcome.name}"
    return f"signal {outcome.name} ({outcome.source})"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How one feed does."""

    name: str
    verdict: str  # well, failing, dead, gone, silent, stale, unasked
    last_ok_at: datetime | None
    last_entry_at: datetime | None
    next_try: datetime | None
    cause: str | None
    week: int  # entries first seen in the last seven days
    usual_week: float | None  # mean of the four weeks before; None where it is too young to tell
    silent: bool  # answers, but brings nothing where it used to
    advice: str | None


def diagnose(connection: sqlite3.Connection, settings: Settings, now: datetime) -> list[Diagnosis]:
    """The health of every configured feed."""
    states = fetching.states(connection)
    volumes = entries.volumes(connection, now)
    return [_diagnose(feed, states.get(key_of(feed)), volumes.get(feed.name), now) for feed in settings.feeds]


def _diagnose(feed: FeedConfig, state: FetchState | None, volume: Volume | None, now: datetime) -> Diagnosis:
    known, seen = state or FetchState(key_of(feed)), volume or Volume(0, 0, None, None)
    young = seen.first is None or now - seen.first < WEEK + timedelta(days=1)
    usual = (
        None if young or seen.first is None else seen.before / max((min(now - seen.first, MONTH) - WEEK) / WEEK, 1.0)
    )
    fed_once = known.last_ok_at is not None and known.first_ok_at is not None and now - known.first_ok_at > WEEK
    silent = known.last_error is None and fed_once and seen.week == 0 and (usual is None or usual >= 1)
    verdict, advice = _verdict(known, seen, now, silent=silent)
    return Diagnosis(
        name=feed.name,
        verdict=verdict,
        last_ok_at=known.last_ok_at,
        last_entry_at=seen.last,
        next_try=known.next_try,
        cause=known.last_error,
        week=seen.week,
        usual_week=usual,
        silent=silent,
        advice=advice,
    )


def _verdict(state: FetchState, seen: Volume, now: datetime, *, silent: bool) -> tuple[str, str | None]:
    if state.last_attempt_at is None:
        return "unasked", "`pivotwatch poll` asks it"
    if state.gone:
        return "gone", "answered 410: take it out, or `pivotwatch feeds retry` it"
    if state.last_error is not None:
        for_long = state.last_ok_at is None or now - state.last_ok_at > WEEK
        wait = f"; next try {to_text(state.next_try)}" if state.next_try else ""
        return ("dead" if for_long and state.failures > 3 else "failing"), f"{state.last_error}{wait}"
    if silent:
        return "silent", "answers without new entries for a week: look whether its address has changed"
    if seen.last is not None and now - seen.last > MONTH:
        return "stale", f"newest entry seen {to_text(seen.last)}"
    if state.moved_to is not None:
        return "well", f"moved for good to {state.moved_to}; put that address into feeds.toml"
    return "well", None
