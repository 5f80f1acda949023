"""A text to read: it wraps by itself and changes only when the reader asks for another."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from monitor.tui.commands import READING, bindings


class Reader(VerticalScroll, can_focus=True):
    """Shows one text at a time, with the reading keys."""

    BINDINGS = bindings(READING)

    def __init__(self, text: Text | str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(self._text, markup=False)

    def read(self, text: Text) -> None:
        """Show another text, from its beginning."""
        self.update(text)
        self.scroll_home(animate=False)

    def update(self, text: Text) -> None:
        """Show the same text with newer values; the view stays where it is."""
        self.query_one(Static).update(text)
