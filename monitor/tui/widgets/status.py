"""The status line: what was last said, else how the last poll went."""

from __future__ import annotations

from rich.text import Text
from textual.timer import Timer
from textual.widgets import Static

from monitor.text import visible

STAYS = 30.0  # seconds that a line stays


class Status(Static):
    """One line; foreign bytes in it are shown as escapes."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes="bar", markup=False)
        self._said = ""
        self._standing = ""
        self._timer: Timer | None = None

    def say(self, line: str) -> None:
        """Show a line for a while."""
        self._said = visible(line, 500)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(STAYS, self._forget)
        self._show()

    def stand(self, line: str) -> None:
        """What the line says when nothing else was said."""
        self._standing = visible(line, 500)
        self._show()

    def _forget(self) -> None:
        self._said = ""
        self._show()

    def _show(self) -> None:
        self.update(Text(self._said or self._standing))
