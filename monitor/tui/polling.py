"""What works beside the reading: one turn of the cycle at a time, and looks at the store."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.widget import Widget
from textual.worker import Worker, WorkerState, get_current_worker

from monitor.config import Settings
from monitor.tui.messages import Loaded, Polled, Said, failure
from monitor.tui.state import State

if TYPE_CHECKING:
    from monitor.cycle import Report

Turn = Callable[..., Coroutine[Any, Any, "Report"]]  # cycle.turn, or what stands for it
FLOOR = timedelta(seconds=60)  # no interval is shorter


class Poller(Widget):
    """Runs turns in a worker; `again` starts the next one by itself. It shows nothing: it tells."""

    DEFAULT_CSS = "Poller { display: none; }"

    def __init__(
        self,
        settings: Settings,
        database: Path,
        now: Callable[[], datetime],
        *,
        judge: bool,
        again: bool,
        turn: Turn | None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._database = database
        self._now = now
        self._judge = judge
        self._again = again
        self._turn = turn
        self.line = ""  # how the last poll went

    def poll(self, *, force: bool) -> None:
        """Begin a poll, unless one is at work."""
        if any(worker.group == "turn" and not worker.is_finished for worker in self.workers):
            self._say("a poll is at work already")
            return
        self.line = "polling..."
        self._take_turn(force)

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _take_turn(self, force: bool) -> Report:
        # In a thread: its libraries take a while to import.
        cycle = await asyncio.to_thread(importlib.import_module, "monitor.cycle")
        options = cycle.Options(force=force, judge=self._judge, pane=True)
        turn: Turn = self._turn or cycle.turn
        return await turn(self._settings, self._database, self._now(), options, self._say)

    def _say(self, line: str) -> None:
        self.post_message(Said(line))

    @on(Worker.StateChanged)
    def _ended(self, event: Worker.StateChanged) -> None:
        if event.state not in {WorkerState.SUCCESS, WorkerState.ERROR}:
            return
        report = event.worker.result
        self.line = f"the poll failed: {event.worker.error}" if report is None else summary(report)
        self.post_message(Polled(report))
        if self._again:
            self.set_timer(interval(self._settings).total_seconds(), partial(self.poll, force=False))


class Watch(Widget):
    """Reads what is known of everything but the stories, and tells it. It shows nothing."""

    DEFAULT_CSS = "Watch { display: none; }"

    def __init__(self, state: State, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._state = state
        self._now = now

    @work(thread=True, exclusive=True, group="the state of the sources", exit_on_error=False)
    def read(self) -> None:
        """Look at the store once, in a thread."""
        known = self._state.known(self._now())
        if not get_current_worker().is_cancelled:
            self.post_message(Loaded(known))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if said := failure(event):
            self.post_message(said)


def interval(settings: Settings) -> timedelta:
    """How often to look for what is due: the shortest configured interval, a minute at least."""
    feeds, signals = (feed.every for feed in settings.feeds), (signal.every for signal in settings.signals)
    return max(min([settings.monitor.poll, *feeds, *signals]), FLOOR)


def summary(report: Report) -> str:
    """What a poll brought, in one line; failures are named."""
    failed = [outcome.name for outcome in report.attempted if outcome.error]
    text = f"polled: {report.entries_new} new entries, {report.stories_new} new stories"
    if failed:
        named = ", ".join(failed[:3]) + (", ..." if len(failed) > 3 else "")
        text += f"; {len(failed)} of {len(report.attempted)} sources failed: {named} (3 and 4 show why)"
    return text
