"""Commands, their flags and the module that runs each: what is not here is not built."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

Add = Callable[[argparse.ArgumentParser], None]
Actions = Any  # argparse keeps the type of its subparsers private


class Parser(argparse.ArgumentParser):
    """argparse, with an error in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def build() -> argparse.ArgumentParser:
    """The whole command line. `run` of the result takes the arguments and gives the exit code."""
    parser = Parser(
        prog="pivotwatch",
        description="Are Bitcoin miners turning their power into AI compute, who says so, and does the money agree?",
        epilog="Without a command: the pane. feeds.toml says what is watched; `pivotwatch demo` needs none.",
    )
    _common(parser, top=True)
    parser.set_defaults(run=_late("tui", "run"), no_alerts=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    for name, (module, summary, add) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        _common(command, top=False)
        add(command)
        if command.get_default("run") is None:
            command.set_defaults(run=_late(module, "run"))
    return parser


def _late(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """Import the command's module only when it runs: `--help` and `check` stay light."""

    def run(arguments: argparse.Namespace) -> int:
        result: int = getattr(import_module(f"monitor.cli.{module}"), function)(arguments)
        return result

    return run


def _common(parser: argparse.ArgumentParser, *, top: bool) -> None:
    # On a command the defaults are suppressed, so that `pivotwatch --db X poll` keeps what was said before it.
    absent = None if top else argparse.SUPPRESS
    false = False if top else argparse.SUPPRESS
    parser.add_argument("--config", metavar="FILE", type=Path, default=absent, help="feeds.toml to use")
    parser.add_argument("--db", metavar="FILE", type=Path, default=absent, help="database to use")
    parser.add_argument("--quiet", action="store_true", default=false, help="no talk on stderr")
    parser.add_argument("--debug", action="store_true", default=false, help="tracebacks instead of one line")


def _tui(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-alerts", action="store_true", help="do not judge rules from this pane")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="play to the end, print the top brief and the margin")


def _poll(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also what is not due (never against Retry-After)")
    parser.add_argument("--every", metavar="15m", help="poll again and again")
    parser.add_argument("--no-tag", action="store_true", help="store only; the next run tags")
    parser.add_argument("--strict", action="store_true", help="exit 1 if any source failed")
    _json(parser)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also what is not due (never against Retry-After)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be told; keep rules as they are")
    parser.add_argument("--strict", action="store_true", help="exit 1 if any source failed")
    _json(parser)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_late("stories", "list_stories"))
    _query(parser)
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most N stories (default 50)")
    _json(parser)


def _brief(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_late("stories", "brief_story"))
    parser.add_argument("story", nargs="?", metavar="STORY", help="a story's id; the top story without one")
    parser.add_argument("--format", choices=("text", "md", "html", "json"), default="text")


def _story(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    merged = _action(actions, "merge", "move all entries of a story into another", "story", "merge")
    merged.add_argument("story", metavar="ID")
    merged.add_argument("into", metavar="INTO", help="the story that takes them; its id stays")
    apart = _action(actions, "split", "give some entries a story of their own", "story", "split")
    apart.add_argument("story", metavar="ID")
    apart.add_argument("entries", metavar="ENTRY", nargs="+", help="`story show` lists their ids")
    noted = _action(actions, "note", "write a note on a story", "story", "note")
    noted.add_argument("story", metavar="ID")
    noted.add_argument("text", metavar="TEXT")
    shown = _action(actions, "show", "its entries, why they are together, what was done by hand", "story", "show")
    shown.add_argument("story", metavar="ID")


def _export(parser: argparse.ArgumentParser) -> None:
    _query(parser)
    parser.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    parser.add_argument("--rows", choices=("stories", "entries"), default="stories")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="write FILE instead of stdout")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")
    parser.add_argument("--raw-csv", action="store_true", help="CSV cells as they are, even where a sheet runs them")


def _tag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="JSON lines (default: stdin)")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="write FILE instead of stdout")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")


def _label(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("entry", nargs="?", metavar="ENTRY", help="an entry's id; `export --rows entries` shows them")
    parser.add_argument("value", nargs="?", metavar="LABEL", help="critic|defender|neutral, relevance=0..2, noise=1..5")
    parser.add_argument("--undo", action="store_true", help="take the newest label back")
    parser.add_argument("--next", nargs="?", type=int, const=10, metavar="N", help="the N entries worth labelling (10)")
    _json(parser)


def _train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="take the new model even if it scores worse")
    parser.add_argument("--corpus", metavar="FILE", type=Path, help="entries to add the labels to (default: shipped)")
    _json(parser)


def _model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("list", "use"), help="the versions, or take one into use")
    parser.add_argument("version", nargs="?", metavar="VERSION", help="as `model list` shows it")
    _json(parser)


def _margin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", metavar="NAME", help="a [[site]] of feeds.toml (default: the first)")
    parser.add_argument("--all-sites", action="store_true", help="every site")
    parser.add_argument("--tier", choices=("colo", "cloud"), default="colo", help="lease the building, or own GPUs")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="a what-if value")
    parser.add_argument("--since", metavar="1d", help="what changed the spread since then, cause by cause")
    parser.add_argument("--sensitivity", action="store_true", help="what moves the spread most, and a two-way table")
    parser.add_argument("--explain", action="store_true", help="every formula with the numbers in it")
    _json(parser)


def _backtest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--history", metavar="CSV", type=Path, help="days in a file (default: the stored readings)")
    parser.add_argument("--rule", metavar="NAME", help="a [[rule]] of feeds.toml (default: the first on a spread)")
    parser.add_argument("--site", metavar="NAME", help="a [[site]] of feeds.toml (default: the rule's)")
    parser.add_argument("--tier", choices=("colo", "cloud"), help="lease the building, or own GPUs")
    parser.add_argument("--svg", metavar="FILE", type=Path, help="write the picture to FILE")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")
    _json(parser)


def _signals(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    listed = _action(actions, "list", "every source with its last reading, age and standing", "signals", "list_signals")
    _json(listed)
    given = _action(actions, "set", "store one reading by hand", "signals", "set_signal")
    given.add_argument("name", metavar="NAME", help="such as power_price")
    given.add_argument("value", metavar="VALUE", help="a plain number in the signal's unit")
    given.add_argument("--source", metavar="S", help="where it comes from (default: manual)")
    given.add_argument("--at", metavar="T", help="when it was observed (default: now)")
    read = _action(actions, "import", "store the history in a CSV file", "signals", "import_signal")
    read.add_argument("name", metavar="NAME")
    read.add_argument("file", metavar="FILE", type=Path)
    read.add_argument("--time", metavar="COL", required=True, help="column of the times")
    read.add_argument("--value", metavar="COL", required=True, help="column of the values")
    read.add_argument("--source", metavar="S", help="where they come from (default: the file's name)")
    read.add_argument("--scale", metavar="X", type=float, default=1.0, help="times the values: to the signal's unit")
    taken = _action(actions, "accept", "use a figure that an entry tells", "signals", "accept_figure")
    taken.add_argument("figure", metavar="FIGURE_ID", help="`export --rows entries` shows them under figures")


def _feeds(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    _json(_action(actions, "list", "every feed with what its last poll came to", "feeds", "list_feeds"))
    added = _action(actions, "add", "put a feed into feeds.toml", "feeds", "add")
    added.add_argument("url", metavar="URL")
    added.add_argument("--name", metavar="NAME", help="what to call it (default: its host)")
    removed = _action(actions, "remove", "take a feed out of feeds.toml; its entries stay", "feeds", "remove")
    removed.add_argument("name", metavar="NAME")
    retried = _action(actions, "retry", "ask a feed again that is gone or waits", "feeds", "retry")
    retried.add_argument("name", metavar="NAME")
    found = _action(actions, "discover", "the addresses of the feeds that a page names", "feeds", "discover")
    found.add_argument("url", metavar="URL")
    taken = _action(actions, "import-opml", "add the feeds of an OPML list", "feeds", "import_opml")
    taken.add_argument("file", metavar="FILE", type=Path)
    _action(actions, "export-opml", "print the feeds as an OPML list", "feeds", "export_opml")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_late("feeds", "doctor"))
    _json(parser)


def _action(actions: Actions, name: str, summary: str, module: str, function: str) -> argparse.ArgumentParser:
    """One action of a command that has several."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
    _common(parser, top=False)
    parser.set_defaults(run=_late(module, function))
    return parser


def _config(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=Parser)
    _action(actions, "check", "every problem with file, line, key and the nearest valid name", "config", "check")


def _query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="*", metavar="QUERY", help="such as: stance:critic 'noise:<40' since:7d")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON on stdout")


COMMANDS: dict[str, tuple[str, str, Add]] = {
    "tui": ("tui", "the pane (also without a command)", _tui),
    "demo": ("demo", "the pane on the recorded tape: no network, no keys", _demo),
    "poll": ("poll", "fetch what is due, store, tag, group, measure", _poll),
    "check": ("check", "poll once, judge the rules, deliver; silent when nothing changed", _check),
    "list": ("stories", "stories, what to read first at the top", _list),
    "brief": ("brief", "one story as a page", _brief),
    "story": ("story", "one story: merge, split, note, show why it is one", _story),
    "export": ("export", "tagged stories out", _export),
    "tag": ("tag", "read entries as JSON lines, write tags", _tag),
    "label": ("label", "correct what was read in an entry, or see what is worth correcting", _label),
    "train": ("train", "a model of your own: the corpus and your labels, tried before it is used", _train),
    "model": ("model", "the classifiers' card, versions and drift", _model),
    "margin": ("margin", "the miner-margin calculator on the latest readings", _margin),
    "backtest": ("backtest", "spread, rule and forecast over a history of days", _backtest),
    "firms": ("firms", "who is pivoting: status by dated evidence, contracts, balance, last event", _json),
    "feeds": ("feeds", "feeds: list, add, remove, retry, discover, OPML in and out", _feeds),
    "doctor": ("feeds", "which feeds are dead, stale or silent, and why", _doctor),
    "signals": ("signals", "readings: list them, set one, import a history, accept a figure", _signals),
    "config": ("config", "look after feeds.toml", _config),
}
