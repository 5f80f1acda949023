"""Open the pane on a terminal, or say in one line why it cannot be."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from monitor.config import Settings
from monitor.errors import UsageError
from monitor.store.database import open_database
from monitor.tui.polling import Turn
from monitor.tui.shell import PivotwatchApp


def run_pane(
    settings: Settings,
    database: Path,
    *,
    clock: Callable[[], datetime],
    demo: bool = False,
    poll: bool = True,
    judge: bool = True,
    turn: Turn | None = None,
) -> int:
    """Open the pane on this terminal until it is closed; the exit code.

    UsageError where this is no terminal that can show it, StoreError where the database cannot be used.
    """
    if fault := unusable(os.environ.get("TERM", "")):
        raise UsageError(fault)
    open_database(database).close()
    for stale in ("COLUMNS", "LINES"):  # a shell that exports them hides every change of the real size
        os.environ.pop(stale, None)
    app = PivotwatchApp(settings, database, clock=clock, demo=demo, poll=poll, judge=judge, turn=turn)
    app.run()
    return app.return_code or 0


async def demo_pane(settings: Settings, database: Path, now: datetime, turn: Turn | None = None) -> int:
    """The pane on the recorded tape, marked DEMO; its clock goes on from `now`. The exit code."""
    started = monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=monotonic() - started)

    app = PivotwatchApp(settings, database, clock=clock, demo=True, turn=turn)
    await app.run_async()
    return app.return_code or 0


def unusable(term: str) -> str | None:
    """Why the pane cannot be shown here; None where it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "the pane needs a terminal; `pivotwatch poll`, `list` and `brief` work without one"
    if term in {"", "dumb", "unknown"}:
        return f"the pane needs a terminal that can place its cursor, not TERM={term or '(unset)'}; set TERM"
    return None
