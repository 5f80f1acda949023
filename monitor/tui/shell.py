"""The frame around the panes: bars, keys, and polls beside the reading. It moves nothing under the reader."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding
from textual.events import Resize
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Input, Static

from monitor.config import Settings
from monitor.tui.commands import COMMANDS, EVERYWHERE, bindings, key_line
from monitor.tui.messages import Loaded, Polled, Said
from monitor.tui.panes import PANES
from monitor.tui.panes.base import TICK, Pane, Told
from monitor.tui.panes.margin import headline
from monitor.tui.polling import Poller, Turn, Watch
from monitor.tui.state import Known, State
from monitor.tui.widgets.ascii import AsciiOnly, ascii_only
from monitor.tui.widgets.bars import standing, tabs
from monitor.tui.widgets.status import Status
from monitor.tui.widgets.story_list import StoryList
from monitor.tui.widgets.windows import Help, Window

TERMINAL_LOOK = 3.0  # seconds between two looks whether the terminal is still there
REREAD = 60.0  # seconds between two looks at a store that others may write to
SMALLEST = (40, 10)
NARROW, WIDE = 60, 110  # columns below which one thing at a time, from which two side by side
STOPPED_BY = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class PivotwatchApp(App[None]):
    """`clock` gives the wall clock; `turn` is the seam to the network, `cycle.turn` where it is None."""

    CSS_PATH = ["shell.tcss", "panes/panes.tcss"]
    TITLE = "pivotwatch"
    SCREENS = {"help": Help}
    BINDINGS = [
        *bindings(EVERYWHERE),
        Binding("escape", "back", "back", show=False),
        *(Binding(str(n), f"pane({kind.id!r})", kind.title, show=False) for n, kind in enumerate(PANES, 1)),
    ]

    def __init__(
        self,
        settings: Settings,
        database: Path,
        *,
        clock: Callable[[], datetime],
        demo: bool = False,
        poll: bool = True,
        judge: bool = True,
        turn: Turn | None = None,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._demo = demo
        self._poll = poll
        self._state = State(settings, database)
        self._poller = Poller(settings, database, clock, judge=judge, again=poll, turn=turn)
        self._watch = Watch(self._state, clock)
        self._known: Known | None = None
        self._begun = False
        self._width = 80
        self._folding = [AsciiOnly()] if ascii_only() else []

    def compose(self) -> ComposeResult:
        yield Static(id="tabs", classes="bar", markup=False)
        yield Static(id="standing", classes="bar", markup=False)
        with ContentSwitcher(initial=PANES[0].id, id="panes"):
            for kind in PANES:
                yield kind.make(self._state, self._clock)
        yield Input(placeholder="words, then Enter; nothing shows all", id="filter")
        yield Status(id="status")
        yield Static(id="keys", classes="bar", markup=False)
        yield Static("needs 40x10", id="too-small", markup=False)
        yield self._poller
        yield self._watch

    def on_mount(self) -> None:
        if not self.is_headless:
            for number in STOPPED_BY:
                stop = partial(self.exit, return_code=128 + number)
                asyncio.get_running_loop().add_signal_handler(number, stop)
            self.set_interval(TERMINAL_LOOK, partial(leave_without_terminal, self))
        self.pane.enter()
        self._draw_bars()
        self.set_interval(TICK, self._draw_bars)

    @property
    def main(self) -> Screen[Any]:
        """The screen with the panes, whatever window is over it."""
        return self.screen_stack[0]

    @property
    def pane(self) -> Pane:
        """The pane that is shown."""
        switcher = self.main.query_one("#panes", ContentSwitcher)
        return switcher.get_child_by_id(switcher.current or PANES[0].id, expect_type=Pane)

    # ------------------------------------------------------------ what is known

    @on(StoryList.Changed)
    def _begin(self) -> None:
        """The stories are on screen: now what takes longer to load, the margin and the network."""
        if not self._begun:
            self._begun = True
            self._watch.read()
            self.set_interval(REREAD, self._watch.read)
            if self._poll:
                self.action_poll(False)

    @on(Loaded)
    def _loaded(self, message: Loaded) -> None:
        if closing(self):
            return
        self._known = message.known
        for pane in self.main.query(Pane):
            pane.show(message.known)
        self._draw_bars()

    @on(Polled)
    def _polled(self, message: Polled) -> None:
        if closing(self):
            return
        if message.report is not None:
            for pane in self.main.query(Pane):
                pane.polled(message.report)
        self._watch.read()
        self._draw_bars()

    @on(Said)
    def _said(self, message: Said) -> None:
        if closing(self):
            return
        self.main.query_one(Status).say(message.text)

    def _draw_bars(self) -> None:
        if closing(self):
            return
        width, now = self._width - 2, self._clock()
        panes = [(kind.id, kind.title) for kind in PANES]
        first = headline(self._known.margins) if self._known else None
        bars: dict[str, Text | str] = {
            "#tabs": tabs(panes, self.pane.id or "", width, demo=self._demo),
            "#standing": standing(self._known, first, now, width),
            "#keys": key_line(width, self.pane.shown),
        }
        for place, text in bars.items():
            self.main.query_one(place, Static).update(text)
        known = self._known.model_faults if self._known else ()
        faults = [f"{fault.split(';')[0]} (`pivotwatch doctor`)" for fault in known]
        self.main.query_one(Status).stand("; ".join(filter(None, [*faults, self._poller.line])))

    # ------------------------------------------------------------ commands

    def action_pane(self, name: str) -> None:
        self.main.query_one("#filter", Input).display = False
        self.main.query_one("#panes", ContentSwitcher).current = name
        self.pane.enter()
        self.pane.tick()
        self._draw_bars()

    def action_next_pane(self, step: int) -> None:
        if self.screen is not self.main:
            return  # a window is open: the panes under it stay as they are
        names = [kind.id for kind in PANES]
        self.action_pane(names[(names.index(self.pane.id or names[0]) + step) % len(names)])

    async def action_back(self) -> None:
        search = self.main.query_one("#filter", Input)
        if search.display:
            search.display = False
            self.pane.enter()
        elif not self.pane.back():
            self.exit()

    def action_filter(self) -> None:
        search = self.main.query_one("#filter", Input)
        search.value = ""
        search.display = True
        self.screen.set_focus(search)  # at once: the next keys are meant for it

    @on(Input.Submitted, "#filter")
    def _filtered(self, event: Input.Submitted) -> None:
        event.input.display = False
        self.pane.filter(event.value.strip())
        self.pane.enter()

    def action_poll(self, force: bool) -> None:
        self._poller.poll(force=force)
        self._draw_bars()

    def action_deed(self, name: str) -> None:
        """Let the pane do it that can, the shown one first."""
        able = (pane for pane in (self.pane, *self.main.query(Pane)) if name in pane.deeds())
        answer = next(able).deeds()[name]()
        if isinstance(answer, Told):
            self.push_screen(Window(answer.title, answer.lines))
        elif answer is not None:
            self.post_message(Said(answer))

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._folding]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        for command in COMMANDS:
            if command.palette:
                title = f"{command.label.capitalize()} ({command.shown})"
                yield SystemCommand(title, command.help, partial(self.run_action, command.action))
        for kind in PANES:
            yield SystemCommand(f"Pane {kind.title}", "Show it", partial(self.action_pane, kind.id))

    def on_resize(self, event: Resize) -> None:
        self._width, height = event.size
        width = self._width
        self.main.set_class(width < SMALLEST[0] or height < SMALLEST[1], "-too-small")
        self.main.set_class(width < NARROW, "-narrow")
        self.main.set_class(width >= WIDE, "-wide")
        self._draw_bars()


def closing(app: App[None]) -> bool:
    """Whether the screens are gone already: what was on its way then still comes."""
    return not app.screen_stack


def leave_without_terminal(app: App[None]) -> None:
    """A terminal may go without a signal (nohup, a session of its own); reading from it would never rest."""
    if sys.__stdin__ is None or not sys.__stdin__.isatty():
        app.exit(return_code=128 + signal.SIGHUP)
