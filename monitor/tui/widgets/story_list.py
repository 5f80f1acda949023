"""The story list: its order is frozen until the reader asks for the new ones; rows are read as they come into view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text
from textual import on, work
from textual.message import Message
from textual.worker import Worker, get_current_worker

from monitor.clock import age
from monitor.store.listing import StoryRow
from monitor.tui import words
from monitor.tui.messages import failure
from monitor.tui.state import Order, State
from monitor.tui.widgets.rows import Rows

HEAD = "  S Noise  N  Age  Story"
NEAR = 100  # rows read beyond the screen each way
KEPT = 2_000  # rows kept in memory
EMPTY = "no stories yet: the first poll brings them (R polls all sources now)"


class StoryList(Rows):
    """One row a story: stance, noise, entries, age, title."""

    @dataclass
    class Indexed(Message):
        """The order of the stories with `words`, and its first rows."""

        order: Order
        words: str
        rows: Sequence[StoryRow]

    @dataclass
    class Refreshed(Message):
        """A newer order; it waits until it is asked for."""

        order: Order
        words: str

    @dataclass
    class RowsRead(Message):
        rows: Sequence[StoryRow]

    @dataclass
    class Changed(Message):
        """The list, or what waits to be shown, changed; `head` says how."""

        head: Text

    def __init__(self, state: State, now: Callable[[], datetime], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(self._draw_story, id=id, empty="reading the store...")
        self._state = state
        self._now = now
        self._loaded: dict[str, StoryRow] = {}
        self._waiting: Order | None = None
        self._hidden = 0
        self._off_topic = False
        self._words = ""

    def on_mount(self) -> None:
        self._read_order()

    def filter(self, text: str) -> None:
        """Show the stories with these words only; all of them where there are none."""
        self._words = text
        self._read_order()

    def look_again(self) -> None:
        """The store may have changed: look what is new, and draw the rows on screen as they are now."""
        self._read_newer_order()

    def show_new(self) -> str | None:
        """Take the waiting order and begin at its top; a line where nothing waits."""
        if self._waiting is None:
            return "nothing new since the list was drawn"
        self._take(self._waiting)
        self.move_to(0)
        return None

    def show_off_topic(self) -> None:
        """Show or hide the stories that are not about the subject."""
        self._off_topic = not self._off_topic
        self._read_order()

    @on(Indexed)
    def _indexed(self, message: Indexed) -> None:
        if message.words == self._words:
            self._keep(message.rows)
            self._take(message.order)

    @on(Refreshed)
    def _refreshed(self, message: Refreshed) -> None:
        if message.words != self._words:
            return
        if not self.keys:  # there is nothing that could move under the reader
            self._take(message.order)
            return
        self._waiting = message.order
        self._read_rows(self.near_view(NEAR))
        self._tell_change()

    def _take(self, order: Order) -> None:
        self._waiting, self._hidden = None, order.hidden
        self.show(order.ids, empty=f"no story has the words {self._words!r}" if self._words else EMPTY)
        self._tell_change()

    def _tell_change(self) -> None:
        new = len(set(self._waiting.ids).difference(self.keys)) if self._waiting else 0
        head = Text(HEAD)
        if self._words:
            head.append(f"  with {self._words!r}: {len(self.keys)} (/ Enter shows all)")
        if new:
            head.append(f"  {words.UP} {new} new (u)", words.LATE)
        if self._hidden:
            head.append(f"  {self._hidden} off topic (x)")
        self.post_message(self.Changed(head))

    def _draw_story(self, key: str, width: int) -> Text | None:
        row = self._loaded.get(key)
        if row is None:
            return None
        sure = row.sides.critic + row.sides.defender + row.sides.neutral
        numbers = f" {row.noise:4.0f} {row.entries:3d} {age(row.last_seen_at, self._now()):>4}  "
        return Text.assemble(words.stance(row.stance, sure), numbers, words.titled(row.title))

    @on(Rows.Missing)
    def _missing(self) -> None:
        self._read_rows(self.near_view(NEAR))

    @on(RowsRead)
    def _rows_read(self, message: RowsRead) -> None:
        self._keep(message.rows)
        self.refresh()

    def _keep(self, rows: Sequence[StoryRow]) -> None:
        for row in rows:
            self._loaded.pop(row.story_id, None)
            self._loaded[row.story_id] = row
        while len(self._loaded) > KEPT:
            self._loaded.pop(next(iter(self._loaded)))

    @on(Worker.StateChanged)
    def _failed(self, event: Worker.StateChanged) -> None:
        if said := failure(event):
            self.post_message(said)
            self._tell_change()

    # Newer orders have a group of their own: one must not cancel what the reader asked for.

    @work(thread=True, exclusive=True, group="the story list", exit_on_error=False)
    def _read_order(self) -> None:
        text = self._words
        order = self._state.order(text, off_topic=self._off_topic)
        self._tell(self.Indexed(order, text, self._state.story_rows(order.ids[:NEAR])))

    @work(thread=True, exclusive=True, group="the newer story list", exit_on_error=False)
    def _read_newer_order(self) -> None:
        text = self._words
        self._tell(self.Refreshed(self._state.order(text, off_topic=self._off_topic), text))

    @work(thread=True, exclusive=True, group="the stories", exit_on_error=False)
    def _read_rows(self, ids: Sequence[str]) -> None:
        self._tell(self.RowsRead(self._state.story_rows(ids)))

    def _tell(self, message: Message) -> None:
        if not get_current_worker().is_cancelled:
            self.post_message(message)
