"""A list of one-line rows, however many: what is on screen is drawn, and nothing moves by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from monitor.tui.commands import IN_LISTS, bindings

Draw = Callable[[str, int], Text | None]


class Rows(ScrollView, can_focus=True):
    """Rows by key. `draw(key, width)` gives a row's text, or None while it is not loaded yet.

    The cursor belongs to a key, not to a line: when the keys change it stays on its row.
    """

    COMPONENT_CLASSES = {"rows--cursor", "rows--cursor-away"}
    DEFAULT_CSS = """
    Rows { overflow-x: hidden; height: 1fr; }
    Rows > .rows--cursor { background: $accent; color: $text; text-style: bold; }
    Rows > .rows--cursor-away { background: $surface-lighten-2; text-style: bold; }
    """
    BINDINGS = bindings(IN_LISTS)

    @dataclass
    class Moved(Message):
        """The person moved the cursor to `key`."""

        rows: Rows
        key: str

        @property
        def control(self) -> Rows:
            return self.rows

    class Opened(Moved):
        """The person clicked twice on the row under the cursor."""

    @dataclass
    class Missing(Message):
        """Rows on screen are not loaded."""

        rows: Rows

        @property
        def control(self) -> Rows:
            return self.rows

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Rows.Missing) and message.rows is self.rows

    def __init__(self, draw: Draw, *, id: str | None = None, empty: str = "nothing here yet") -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._draw = draw
        self._empty = empty
        self._keys: Sequence[str] = ()
        self._cursor = 0

    @property
    def keys(self) -> Sequence[str]:
        return self._keys

    @property
    def cursor_key(self) -> str | None:
        return self._keys[self._cursor] if self._keys else None

    def near_view(self, near: int) -> Sequence[str]:
        """The keys on screen and `near` more each way."""
        top = self.scroll_offset.y
        return self._keys[max(top - near, 0) : top + self.size.height + near]

    def show(self, keys: Sequence[str], *, empty: str | None = None) -> None:
        """Take new rows; cursor and view stay on the row where they were, if it is still there."""
        before, offset = self.cursor_key, self._cursor - self.scroll_offset.y
        self._keys, self._empty = keys, empty or self._empty
        if before is not None and before in keys:
            self._cursor = keys.index(before)
        self._cursor = max(0, min(self._cursor, len(keys) - 1))
        self._measure()
        self.scroll_to(y=max(self._cursor - offset, 0), animate=False, immediate=True)
        self.refresh()

    def move_to(self, index: int) -> None:
        """Put the cursor on a line and bring it into view."""
        old, self._cursor = self._cursor, max(0, min(index, len(self._keys) - 1))
        self.refresh_line(old)
        self.refresh_line(self._cursor)
        self._into_view()
        if self._keys:
            self.post_message(self.Moved(self, self._keys[self._cursor]))

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if not self._keys and y == 0:
            return self._line(Text(self._empty), width)
        if index >= len(self._keys):
            return Strip.blank(width, self.rich_style)
        drawn = self._draw(self._keys[index], width - 2)
        if drawn is None:
            self.post_message(self.Missing(self))
        return self._line(Text.assemble("> " if index == self._cursor else "  ", drawn or "..."), width, index)

    def action_move(self, lines: int) -> None:
        self.move_to(self._cursor + lines)

    def action_jump(self, index: int) -> None:
        self.move_to(len(self._keys) - 1 if index < 0 else index)

    def action_page(self, pages: int) -> None:
        self.move_to(self._cursor + pages * max(self.size.height - 1, 1))

    def on_click(self, event: Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._keys):
            self.move_to(index)
            if event.chain > 1:
                self.post_message(self.Opened(self, self._keys[index]))

    def on_resize(self, event: Resize) -> None:
        self._measure()
        self._into_view()

    def _line(self, text: Text, width: int, index: int = -1) -> Strip:
        text.truncate(width, overflow="ellipsis", pad=True)
        strip = Strip(text.render(self.app.console), width)
        if index != self._cursor:
            return strip.apply_style(self.rich_style)
        part = "rows--cursor" if self.has_focus else "rows--cursor-away"
        # Drawn last: colours of single words give way to the cursor's, so that it can be read.
        return strip.apply_style(self.get_component_rich_style(part))

    def _measure(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._keys))

    def _into_view(self) -> None:
        top, height = self.scroll_offset.y, max(self.scrollable_content_region.height, 1)
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, immediate=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, immediate=True)
