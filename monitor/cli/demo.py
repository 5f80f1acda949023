"""`demo`: the recorded tape through the real pipeline, with a database and config of its own."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path

from monitor.cli import context
from monitor.cli.margin_page import summary
from monitor.cli.stories import brief_text
from monitor.cycle import Options, Report, margins, sites, turn
from monitor.demo.player import demo_firms, stage
from monitor.store.database import open_for_reading


def run(arguments: argparse.Namespace) -> int:
    """Headless, or off a terminal: the polls, the top story's brief and the margin on stdout."""
    now = context.now_of(arguments)
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return asyncio.run(_pane(now) if on_terminal and not arguments.headless else _headless(now))


async def _headless(now: datetime) -> int:
    async with stage(now) as running:
        print("DEMO: a recorded tape of invented events; no network, no keys")
        for report in await running.play(_turn):
            print(_summary(report))
        settings = context.load_settings(running.settings)
        connection = open_for_reading(running.database)
        print(f"\n{brief_text(connection, settings, now)}")
        for site in sites.of(settings):
            print("\n".join(["", *summary(margins.margin_of(connection, settings, site.name, "colo", now), now)]))
        connection.close()
    return 0


async def _pane(now: datetime) -> int:
    from monitor.tui.app import demo_pane

    async with stage(now) as running:
        print("DEMO: playing the tape …", file=sys.stderr)
        await running.play(_turn)
        return await demo_pane(context.load_settings(running.settings), running.database, now)


async def _turn(settings: Path, database: Path, now: datetime) -> Report:
    options = Options(force=True, judge=True, firms=demo_firms())
    return await turn(context.load_settings(settings), database, now, options, _say)


def _say(line: str) -> None:
    print(f"  alert: {line}", file=sys.stderr)


def _summary(report: Report) -> str:
    unchanged = sum(o.outcome == "unchanged" for o in report.feeds)
    parts = [
        f"poll of {report.started:%Y-%m-%d %H:%M} UTC: {report.entries_new} new entries,"
        f" {report.stories_new} new stories",
        f"{unchanged} feeds unchanged (304)",
        *(f"{o.name} {o.outcome}: {o.error}" for o in report.broken),
        *(f"{o.name}: {o.warning}" for o in report.feeds if o.warning and o.outcome != "error"),
        *(f"rule {a.rule}: {a.from_state.value} to {a.state.value}" for a in report.alerts),
    ]
    return "\n  ".join(parts)
