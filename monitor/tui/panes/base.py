"""What every pane has in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.containers import Container

from monitor.tui import links
from monitor.tui.messages import Said
from monitor.tui.state import Known

if TYPE_CHECKING:
    from monitor.cycle import Report


TICK = 10.0  # seconds between two drawings of ages


@dataclass(frozen=True, slots=True)
class Told:
    """Something to look at in a window of its own."""

    title: str
    lines: Sequence[str]


Answer = Told | str | None  # a window, a line for the status line, or nothing to say
Deed = Callable[[], Answer]


class Pane(Container):
    """One room of the screen. The app tells it what is known; it asks nobody else but the store's reader."""

    shown: frozenset[str] = frozenset()  # names of the commands in its key line

    def on_mount(self) -> None:
        self.set_interval(TICK, self.tick)

    def show(self, known: Known) -> None:
        """Take newer values; nothing may move under the reader."""

    def polled(self, report: Report) -> None:
        """A poll ended: what it said of each source."""

    def tick(self) -> None:
        """Time went by: ages are drawn again."""

    def enter(self) -> None:
        """The pane was chosen: give the focus to its list."""

    def back(self) -> bool:
        """Go back one step; False where there is none."""
        return False

    def filter(self, text: str) -> None:
        """Keep only the rows with these words; all of them where there are none."""

    def link(self) -> str | None:
        """The address of what is under the cursor."""
        return None

    def deeds(self) -> dict[str, Deed]:
        """What the pane can do, by the names of commands."""
        return {"link": self._open_link, "copy": self._copy_link}

    def _copy_link(self) -> Answer:
        url = links.checked(self.link())
        if url is None:
            return "nothing copied: no clean http(s) link here"
        self.app.copy_to_clipboard(url)
        return f"copied: {url}"

    def _open_link(self) -> Answer:
        url = links.checked(self.link())
        if url is None:
            return "not opened: no clean http(s) link here"
        self._open(url)
        return f"opening {links.host(url)}: {url}"

    @work(thread=True, group="link", exit_on_error=False)
    def _open(self, url: str) -> None:
        if fault := links.open_in_browser(url):
            self.post_message(Said(fault))
