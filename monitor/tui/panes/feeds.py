"""Feeds: which ones answer, which bring news, and why the others do not."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from monitor.clock import age
from monitor.text import visible
from monitor.tui import words
from monitor.tui.panes.sources import Now, SourcesPane
from monitor.tui.state import FeedRow, Known
from monitor.tui.widgets.rows import Rows


class FeedsPane(SourcesPane):
    """Feed health."""

    empty = "no feeds in feeds.toml: add a [[feed]] with name and url"

    def __init__(self, now: Now) -> None:
        super().__init__("feeds", now)
        self._feeds: dict[str, FeedRow] = {}

    def show(self, known: Known) -> None:
        self._feeds = {row.feed.name: row for row in known.feeds}
        super().show(known)

    def keys(self) -> Sequence[str]:
        return list(self._feeds)

    def head(self, width: int) -> str:
        return "  State    OK   News  Feed"

    def draw(self, key: str, width: int) -> Text | None:
        row, now = self._feeds[key], self._now()
        state = row.state
        ok = age(state.last_ok_at, now) if state and state.last_ok_at else "-"
        news = age(state.last_changed_at, now) if state and state.last_changed_at else "-"
        word, reason = self.fault(key, state)
        text = Text.assemble((f"{word:<6}", words.LATE if reason else ""), f"{ok:>5} {news:>6}  {key}")
        return text.append(f"  {visible(reason)}") if reason else text

    def detail(self, key: str) -> Text:
        row = self._feeds[key]
        lines = self.detail_lines(key, row.state, row.address, words.span(row.feed.every))
        return Text("\n".join([f"{key}  ({row.feed.role})", *lines]))

    def link(self) -> str | None:
        key = self.query_one(Rows).cursor_key
        return self._feeds[key].address if key else None
