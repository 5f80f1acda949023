"""`poll`: fetch what is due, store, tag, group, measure."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor import clock
from monitor.cli import context
from monitor.cycle import Options, Report, turn
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.model import FeedOutcome, SignalOutcome

LEAST_INTERVAL = 60.0  # seconds; the floor of every interval


def run(arguments: argparse.Namespace) -> int:
    """Poll once, or again and again with --every."""
    pause = _pause(arguments.every)
    while True:
        started = time.monotonic()
        code = _once(arguments)
        if pause is None:
            return code
        time.sleep(max(0.0, pause - (time.monotonic() - started)))


def exit_code(report: Report, *, strict: bool) -> int:
    """1 where every attempted source failed (`strict`: any), or a delivery did."""
    broken, attempted = len(report.broken), len(report.attempted)
    sources_failed = broken > 0 if strict else 0 < attempted == broken
    return 1 if sources_failed or report.failed else 0


def _once(arguments: argparse.Namespace) -> int:
    settings, database = context.settings_of(arguments), context.database_of(arguments)
    now = context.now_of(arguments)
    options = Options(force=arguments.all, tag=not arguments.no_tag)
    report = asyncio.run(turn(settings, database, now, options, print))
    if report.model_fault:
        context.talk(arguments, report.model_fault)
    if arguments.json:
        print(dumps(as_json(report)))
    else:
        for line in _lines(report):
            print(line)
    return exit_code(report, strict=arguments.strict)


def _pause(every: str | None) -> float | None:
    if every is None:
        return None
    try:
        seconds = clock.duration(every).total_seconds()
    except ValueError as error:
        raise UsageError(f"--every {error}") from error
    if seconds < LEAST_INTERVAL:
        raise UsageError(f"--every {every}: the least is 60s")
    return seconds


def as_json(report: Report) -> dict[str, Any]:
    return {
        "started": clock.to_text(report.started),
        "seconds": report.seconds,
        "feeds": [_plain(outcome) for outcome in report.feeds],
        "signals": [_plain(outcome) for outcome in report.signals],
        "entries_new": report.entries_new,
        "stories_new": report.stories_new,
    }


def _plain(outcome: FeedOutcome | SignalOutcome) -> dict[str, Any]:
    return {
        name: clock.to_text(value) if isinstance(value, datetime) else value for name, value in asdict(outcome).items()
    }


def _lines(report: Report) -> list[str]:
    told = [f"{outcome.name}: {_words(outcome)}" for outcome in report.feeds]
    told += [f"{outcome.name} ({outcome.source}): {_words(outcome)}" for outcome in report.signals]
    told.append(f"{report.entries_new} new entries, {report.stories_new} new stories, {report.seconds:.1f} s")
    return told


def _words(outcome: FeedOutcome | SignalOutcome) -> str:
    parts: Sequence[str | None] = [
        outcome.outcome.replace("_", " "),
        f"{outcome.new} new" if isinstance(outcome, FeedOutcome) and outcome.new else None,
        f"{outcome.updated} updated" if isinstance(outcome, FeedOutcome) and outcome.updated else None,
        f"{outcome.value:g} {outcome.unit}"
        if isinstance(outcome, SignalOutcome) and outcome.value is not None
        else None,
        outcome.error,
        outcome.warning,
    ]
    return ", ".join(part for part in parts if part)
