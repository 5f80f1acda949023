"""Every command of the pane: its keys, its line in the help, its place in the palette. One table, no copies.

Bindings, the key line at the bottom, the help screen and the command palette are all made from COMMANDS.
Ctrl+P, Ctrl+Q and Ctrl+C stay as Textual has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding, BindingType

SCOPES = EVERYWHERE, IN_STORIES, IN_LISTS, READING = "everywhere", "in stories", "in lists", "while reading"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do. `keys` are Textual's key names; `shown` is how people read them."""

    name: str
    keys: str
    shown: str
    action: str
    label: str
    help: str
    scope: str = EVERYWHERE
    rank: int | None = None  # place in the key line, lowest first and dropped last; None: not there
    palette: bool = True


FIRST = {"next_pane", "before"}  # Tab would go from widget to widget otherwise


def _lists(name: str, keys: str, shown: str, action: str, help_: str) -> Command:
    return Command(name, keys, shown, action, name, help_, IN_LISTS, palette=False)


def _reading(name: str, keys: str, shown: str, action: str, help_: str) -> Command:
    return Command(f"read_{name}", keys, shown, action, name, help_, READING, palette=False)


def _deed(name: str, key: str, help_: str, rank: int | None = None, label: str = "") -> Command:
    return Command(name, key, key, f"deed({name!r})", label or name, help_, rank=rank)


COMMANDS = (
    Command("help", "question_mark", "?", "push_screen('help')", "help", "Every key and command, with search", rank=0),
    Command("back", "q", "q", "back", "quit", "Go back one step; at the list, quit", rank=1),
    Command("open", "enter", "Enter", "open", "read", "Read the story under the cursor", IN_STORIES, 2, False),
    Command("filter", "slash", "/", "filter", "filter", "Show only rows with these words", rank=3),
    Command("poll", "r", "r", "poll(False)", "poll", "Poll the sources that are due", rank=4),
    Command("poll_all", "R", "R", "poll(True)", "poll all", "Poll every source now, due or not"),
    _deed("show_new", "u", "Show what arrived meanwhile, from the top", label="new"),
    _deed("off_topic", "x", "Show or hide stories off the subject", label="off topic"),
    _deed("link", "o", "Open the link in a browser (http and https only)", 5),
    _deed("copy", "y", "Copy the link, and print it in the status line", 6),
    _deed("why", "w", "The story's entries, and the words behind each stance", 7),
    _deed("noise", "n", "The parts of the story's noise level", 8),
    _deed("critic", "c", "Label the story's chosen entry, at first the newest, critic"),
    _deed("defender", "d", "Label the story's chosen entry, at first the newest, defender"),
    _deed("neutral", "e", "Label the story's chosen entry, at first the newest, neutral"),
    _deed("entry", "l", "Choose another entry of the story to label", label="other entry"),
    Command("undo", "ctrl+z", "Ctrl-z", "deed('undo')", "undo label", "Take the newest label back"),
    Command("train", "T", "T", "deed('train')", "train on my labels", "Train on the labels; T again stops it"),
    _deed("inputs", "i", "The spread's inputs, with age, status and source", 9),
    _deed("tier", "t", "Margin: the other AI tier (colo, cloud)", 10),
    _deed("site", "s", "Margin: the next site", 11),
    Command("next_pane", "tab", "Tab", "next_pane(1)", "next pane", "The next pane", palette=False),
    Command("before", "shift+tab", "Shift-Tab", "next_pane(-1)", "before", "The pane before", palette=False),
    _lists("down", "j,down", "j, Down", "move(1)", "One row down"),
    _lists("up", "k,up", "k, Up", "move(-1)", "One row up"),
    _lists("top", "g,home", "g, Home", "jump(0)", "To the first row"),
    _lists("end", "G,end", "G, End", "jump(-1)", "To the last row"),
    _lists("page_down", "ctrl+f,pagedown", "Ctrl-f, PgDn", "page(1)", "One page down"),
    _lists("page_up", "ctrl+b,pageup", "Ctrl-b, PgUp", "page(-1)", "One page up"),
    _reading("down", "j,down", "j, Down", "scroll_down", "One line down"),
    _reading("up", "k,up", "k, Up", "scroll_up", "One line up"),
    _reading("top", "g,home", "g, Home", "scroll_home", "To the beginning"),
    _reading("end", "G,end", "G, End", "scroll_end", "To the end"),
    _reading("page_down", "ctrl+f,pagedown,space", "Ctrl-f, PgDn", "page_down", "One page down (Space too)"),
    _reading("page_up", "ctrl+b,pageup", "Ctrl-b, PgUp", "page_up", "One page up"),
)


def bindings(scope: str) -> list[BindingType]:
    """The bindings of one scope, each with an id, so that a keymap can change its keys."""
    return [
        Binding(c.keys, c.action, c.label, show=False, id=c.name, tooltip=c.help, priority=c.name in FIRST)
        for c in COMMANDS
        if c.scope == scope
    ]


def key_line(width: int, names: frozenset[str]) -> str:
    """The hints that fit into `width` columns: help and quit always, then those of `names` by rank."""
    hints = ["? help", "q quit"]
    for command in sorted(_ranked(), key=lambda c: c.rank or 0):
        hint = f"{command.shown} {command.label}"
        if command.name in names and len("  ".join([*hints, hint])) <= width:
            hints.append(hint)
    return "  ".join(hints)


def found(words: str) -> Iterator[Command]:
    """The commands whose key, label or help has all of `words`."""
    wanted = words.casefold().split()
    for command in COMMANDS:
        text = f"{command.shown} {command.label} {command.help}".casefold()
        if all(word in text for word in wanted):
            yield command


def _ranked() -> Iterator[Command]:
    return (command for command in COMMANDS if command.rank is not None and command.rank > 1)
