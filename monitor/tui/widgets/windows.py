"""Windows over the pane: a text to look at, and the help with its search."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from monitor.tui.commands import SCOPES, found
from monitor.tui.widgets.reader import Reader


class Window(ModalScreen[None]):
    """A title and lines; q or Escape closes it."""

    CSS_PATH = "windows.tcss"
    BINDINGS = [("q,escape", "dismiss", "close")]

    def __init__(self, title: str, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Static(Text(self._title, "bold"), id="window-title")
            yield Reader(Text("\n".join(self._lines)))
            yield from self.below()

    def below(self) -> ComposeResult:
        """What stands under the text."""
        yield Static("q close  j/k scroll", id="window-keys", markup=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Reader))


class Help(Window):
    """Every key; / searches in them."""

    BINDINGS = [("slash", "search", "search"), ("question_mark", "dismiss", "close")]

    def __init__(self) -> None:
        super().__init__("Keys and commands", help_lines(""))

    def below(self) -> ComposeResult:
        yield Input(placeholder="words to look for, Enter when done", id="help-search")
        yield Static("q close  / search  j/k scroll", id="window-keys", markup=False)

    def action_search(self) -> None:
        search = self.query_one(Input)
        search.display = True
        self.set_focus(search)  # at once: the next keys are meant for it

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self.query_one(Reader).read(Text("\n".join(help_lines(event.value))))

    @on(Input.Submitted)
    def _done(self) -> None:
        self.set_focus(self.query_one(Reader))


def help_lines(words: str) -> list[str]:
    """The commands with all of `words`, by where they work."""
    lines: list[str] = []
    scope = ""
    for command in sorted(found(words), key=lambda c: SCOPES.index(c.scope)):
        if command.scope != scope:
            scope = command.scope
            lines += ["", scope.capitalize()] if lines else [scope.capitalize()]
        lines.append(f"  {command.shown:<14} {command.help}")
    if not words:
        lines += NOTES
    return lines or [f"no key or command has the words {words!r}"]


NOTES = [
    "",
    "Always",
    "  1-9            The pane of that number",
    "  Ctrl-p         Command palette: every command by name",
    "  Ctrl-q         Quit from anywhere",
    "",
    "Marks",
    "  C D N M ?      critic, defender, neutral, mixed, unsure",
    "  stale STALE    older than its budget, older than twice its budget",
    "  ~assumed       no reading: the program's own assumption",
    "  *              the reading that the margin uses",
    "",
    "In tmux, hold Shift while dragging to select text with the mouse.",
]
