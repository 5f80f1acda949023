"""What the panes of sources share: a row each with its age, and all that is known of one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from monitor.clock import age, to_text
from monitor.model import FeedOutcome, FetchState, SignalOutcome
from monitor.text import visible
from monitor.tui import links, words
from monitor.tui.panes.base import Pane
from monitor.tui.state import Known
from monitor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from monitor.cycle import Report

Now = Callable[[], datetime]


class SourcesPane(Pane):
    """A list of sources above what is known of one of them."""

    shown = frozenset({"filter", "poll", "copy", "link"})
    empty = ""

    def __init__(self, id: str, now: Now) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._now = now
        self._words = ""
        self._outcomes: dict[str, FeedOutcome | SignalOutcome] = {}  # of the last poll, by key

    def compose(self) -> ComposeResult:
        yield Static(classes="head", markup=False)
        yield Rows(self.draw, empty="reading the store...")
        yield Static("", classes="detail", markup=False)

    def head(self, width: int) -> str:
        raise NotImplementedError

    def draw(self, key: str, width: int) -> Text | None:
        raise NotImplementedError

    def detail(self, key: str) -> Text:
        raise NotImplementedError

    def keys(self) -> Sequence[str]:
        raise NotImplementedError

    def show(self, known: Known) -> None:
        self._draw_rows()

    def polled(self, report: Report) -> None:
        outcomes: list[FeedOutcome | SignalOutcome] = [*report.feeds, *report.signals]
        self._outcomes = {key_of(outcome): outcome for outcome in outcomes}

    def filter(self, text: str) -> None:
        self._words = text
        self._draw_rows()

    def _draw_rows(self) -> None:
        found = [key for key in self.keys() if self._words.casefold() in key.casefold()]
        hidden = len(self.keys()) - len(found)
        head = self.head(self.size.width - 2)
        if self._words:
            head += f"  | with {self._words!r}: {len(found)}, hidden: {hidden}"
        self.query_one(".head", Static).update(head)
        self.query_one(Rows).show(found, empty=self.empty)
        self.tick()

    def on_resize(self) -> None:
        self._draw_rows()

    def tick(self) -> None:
        rows = self.query_one(Rows)
        rows.refresh()
        self.query_one(".detail", Static).update(self.detail(rows.cursor_key) if rows.cursor_key else "")

    def enter(self) -> None:
        self.screen.set_focus(self.query_one(Rows))

    @on(Rows.Moved)
    def _moved(self, message: Rows.Moved) -> None:
        message.stop()
        self.tick()

    def detail_lines(self, key: str, state: FetchState | None, address: str, every: str) -> list[str]:
        """What a person needs to mend a source: reason, next try, address."""
        now, lines = self._now(), [f"{links.shown(address)}   every {every}"]
        outcome = self._outcomes.get(key)
        if outcome and outcome.warning:
            lines.append(f"warning: {visible(outcome.warning)}")
        if outcome and outcome.outcome == "off":
            return [*lines, f"off: {outcome.error}"]
        if state is None:
            return [*lines, "never asked yet; R polls all sources now"]
        times = (
            ("asked", state.last_attempt_at),
            ("answered", state.last_ok_at),
            ("news", state.last_changed_at),
        )
        last = ", ".join(f"{name} {age(at, now)} ago" for name, at in times if at) or "no answer yet"
        lines.append(f"{last}   HTTP {state.http_status}" if state.http_status else last)
        if state.last_error:
            lines.append(f"failed {state.failures} times in a row: {visible(state.last_error)}")
        if state.next_try:
            because = {"retry_after": "the source asked for it", "back_off": "waiting after failures"}
            why = because.get(state.wait or "", (state.wait or "").replace("_", " "))
            lines.append(f"next try {words.until(state.next_try, now)} ({to_text(state.next_try)}) {why}")
        if state.moved_to:
            lines.append(f"moved for good to {links.shown(state.moved_to)}: put that address into feeds.toml")
        return lines

    def fault(self, key: str, state: FetchState | None) -> tuple[str, str]:
        """One word for how a source does, and the reason where it does not do well."""
        outcome = self._outcomes.get(key)
        if outcome and outcome.outcome == "off":
            return "OFF", outcome.error or ""
        if state is None or state.last_attempt_at is None:
            return "new", ""
        if state.last_error is None:
            return ("GONE" if state.gone else "ok"), ""
        return ("GONE" if state.gone else "FAILED"), state.last_error


def key_of(outcome: FeedOutcome | SignalOutcome) -> str:
    """The row of a source, by what a poll says of it."""
    return outcome.name if isinstance(outcome, FeedOutcome) else signal_key(outcome.name, outcome.source)


def signal_key(name: str, source: str) -> str:
    """The row of a signal: name and source together are unique."""
    return f"{name} {source}"
