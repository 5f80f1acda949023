"""How values are written in the pane: words and signs first, colour never alone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from rich.text import Text

from monitor.clock import age
from monitor.config import RuleConfig
from monitor.model import RuleState, State

STANCES = {"critic": "C", "defender": "D", "neutral": "N", "mixed": "M"}
COLOURS = {"critic": "magenta", "defender": "cyan", "neutral": "", "mixed": "bold"}
LATE = "bold yellow"
BAD = "bold"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = ((1e15, "P"), (1e12, "T"), (1e9, "G"))


UP = "\N{BLACK UP-POINTING TRIANGLE}"


def number(value: float | None) -> str:
    """A number for reading, four figures or so: `41.20`, `65,432`, `133.9T`; `-` where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    for size, letter in UNITS:
        if abs(value) >= size:
            return f"{value / size:,.1f}{letter}"
    if value == int(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) < 1 else f"{value:.2f}"


def signed(value: float | None) -> str:
    """A difference with its sign: `+16.9`."""
    return "-" if value is None or not math.isfinite(value) else f"{value:+,.1f}"


def aged(since: datetime | None, now: datetime, budget: timedelta | None = None) -> Text:
    """The age of a number; past its budget it says `stale`, past twice the budget `STALE`."""
    if since is None:
        return Text("-")
    text = Text(age(since, now))
    if budget is not None and now - since > 2 * budget:
        text.append(" STALE", LATE)
    elif budget is not None and now - since > budget:
        text.append(" stale", LATE)
    return text


def until(moment: datetime, now: datetime) -> str:
    """How long until `moment`: `in 4m`, `now`."""
    return f"in {age(now, moment)}" if moment > now else "now"


def stance(word: str, sure: int = 1) -> Text:
    """One letter: C, D, N, M for mixed, ? where no entry is sure."""
    letter = STANCES.get(word, "?") if sure else "?"
    return Text(letter, COLOURS.get(word, "") if sure else "")


def titled(title: str) -> str:
    return title or "(untitled)"


def column(text: Text | str, width: int, *, right: bool = False) -> Text:
    """Exactly `width` cells, cut with an ellipsis or padded; two-cell letters counted as two."""
    cell = text.copy() if isinstance(text, Text) else Text(text)
    cell.truncate(width, overflow="ellipsis")
    if right:
        cell.pad_left(width - cell.cell_len)
    else:
        cell.pad_right(width - cell.cell_len)
    return cell


def span(length: timedelta) -> str:
    """A configured duration: `15m`, `1d`."""
    return age(EPOCH, EPOCH + length)


def rule_line(rule: RuleConfig, state: RuleState | None, now: datetime, *, short: bool = False) -> str:
    """Where a rule stands, for how long, and its levels: `FIRING 3d: pivot pays, enter 25 exit 10`."""
    levels = "" if short else f", enter {rule.enter:g} exit {rule.exit:g}"
    if state is None:
        return f"not judged yet: {rule.name}{levels}"
    word = state.state.value.replace("_", " ")
    word = word.upper() if state.state in {State.FIRING, State.NO_DATA} else word
    return f"{word} {age(state.since, now)}: {rule.name}{levels}"
