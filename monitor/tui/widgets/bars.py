"""The one-line bars at the top: which pane, what the spread says, which alerts fire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.style import Style
from rich.text import Text

from monitor.clock import age
from monitor.model import State, Status
from monitor.tui import words
from monitor.tui.state import Known, MarginRow

NAME = "pivotwatch"
NARROW = 60


def tabs(panes: Sequence[tuple[str, str]], chosen: str, width: int, *, demo: bool) -> Text:
    """The panes with their keys, the chosen one in brackets; where it is narrow, keys alone."""
    full = _tabs(panes, chosen, demo=demo, short=False)
    return full if full.cell_len <= width else _tabs(panes, chosen, demo=demo, short=True)


def standing(known: Known | None, first: MarginRow | None, now: datetime, width: int) -> Text:
    """The spread with its age, and what the rules say of it; alerts that fire come first."""
    if known is None:
        return Text("reading the store...")
    short = width < NARROW
    firing = {rule.name for rule, state in known.rules if state and state.state is State.FIRING}
    lines = {rule.name: words.rule_line(rule, state, now, short=short) for rule, state in known.rules}
    parts = [Text(line, words.LATE) for name, line in lines.items() if name in firing]
    if first is not None:
        parts.append(_spread(first, now, short=short))
    parts += [Text(line) for name, line in lines.items() if name not in firing]
    if not lines:
        parts.append(Text("no rules in feeds.toml"))
    text = Text("  ").join(parts)
    text.truncate(width, overflow="ellipsis")
    return text


def _spread(row: MarginRow, now: datetime, *, short: bool) -> Text:
    margin = row.margin
    name = "" if short else f"AI({margin.tier})-mining "
    text = Text()
    text.append(f"{name}{words.signed(margin.spread.after_capex)} $/MWh", "bold")
    text.append(f" {age(margin.as_of, now) if margin.as_of else 'no reading'}")
    if any(used.status is Status.STALE for used in margin.inputs.values()):
        text.append(" STALE", words.LATE)
    return text


def _tabs(panes: Sequence[tuple[str, str]], chosen: str, *, demo: bool, short: bool) -> Text:
    text = Text("" if short else f"{NAME} ")
    if demo:
        text.append("DEMO", "bold reverse")
        text.append(" ")
    for number, (name, title) in enumerate(panes, 1):
        shown = f"{number} {title}" if name == chosen or not short else str(number)
        style = Style(bold=name == chosen, meta={"@click": f"app.pane({name!r})"})
        text.append(f"[{shown}]" if name == chosen else f" {shown} ", style)
        text.append("" if short else " ")
    return text
