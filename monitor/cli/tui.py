"""The pane."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from monitor.cli import context
from monitor.errors import UsageError


def run(arguments: argparse.Namespace) -> int:
    settings, database = context.settings_of(arguments), context.database_of(arguments)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the pane needs a terminal; `pivotwatch check` and `poll` work without one")
    fixed = context.now_of(arguments) if os.environ.get("PIVOTWATCH_NOW") else None
    from monitor.tui.app import run_pane

    def clock() -> datetime:
        return fixed or datetime.now(UTC)

    return run_pane(settings, database, clock=clock, judge=not arguments.no_alerts)
