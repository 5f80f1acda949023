"""Signals: every declared series with its last value, its source and its age."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from monitor.clock import age, to_text
from monitor.text import visible
from monitor.tui import words
from monitor.tui.panes.sources import Now, SourcesPane, signal_key
from monitor.tui.state import Known, SignalRow
from monitor.tui.widgets.rows import Rows

NARROW = 56


class SignalsPane(SourcesPane):
    """`*` marks the readings that the margin is computed with."""

    empty = "no signals in feeds.toml: add a [[signal]]; the margin uses assumed values until then"

    def __init__(self, now: Now) -> None:
        super().__init__("signals", now)
        self._signals: dict[str, SignalRow] = {}

    def show(self, known: Known) -> None:
        self._signals = {signal_key(row.signal.name, row.signal.source): row for row in known.signals}
        super().show(known)

    def keys(self) -> Sequence[str]:
        return list(self._signals)

    def head(self, width: int) -> str:
        if width < NARROW:
            return "    Signal          Value Unit     Age"
        return f"    Signal            Value Unit           {'Source':<{source_width(width)}} Age"

    def draw(self, key: str, width: int) -> Text | None:
        row, now = self._signals[key], self._now()
        reading = row.reading
        narrow = width < NARROW
        text = words.column(("* " if row.used else "  ") + row.signal.name, 14 if narrow else 16)
        text.append_text(words.column(words.number(reading.value if reading else None), 9, right=True))
        text.append(" ")
        text.append_text(words.column(reading.unit if reading else row.signal.unit, 8 if narrow else 14))
        if not narrow:
            text.append_text(words.column(row.signal.source, source_width(width)))
            text.append(" ")
        text.append_text(words.aged(reading.observed_at if reading else None, now, row.signal.stale_after))
        if row.suspect:
            text.append(" SUSPECT", words.LATE)
            return text
        word, reason = self.fault(key, row.state)
        return text.append(f" {word} {visible(reason)}", words.LATE) if reason else text

    def detail(self, key: str) -> Text:
        row = self._signals[key]
        signal, reading, now = row.signal, row.reading, self._now()
        used = "used by the margin" if row.used else "not used by the margin"
        lines = [f"{signal.name} from {signal.source}  ({used})"]
        if reading:
            lines.append(
                f"{reading.value:.12g} {reading.unit}, observed {to_text(reading.observed_at)}"
                f" ({age(reading.observed_at, now)}), stale after {words.span(signal.stale_after)}"
            )
        if reading and reading.warning:
            lines.append(visible(reading.warning))
        if row.suspect:
            lines.append(f"suspect, not used: {row.suspect.value:.12g}: {visible(row.suspect.warning or '')}")
        return Text("\n".join([*lines, *self.detail_lines(key, row.state, row.address, words.span(signal.every))]))

    def link(self) -> str | None:
        key = self.query_one(Rows).cursor_key
        return self._signals[key].address if key else None


def source_width(width: int) -> int:
    """Columns for a signal's source: what is left beside the numbers, up to a limit."""
    return max(13, min(width - 56, 32))
