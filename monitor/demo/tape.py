"""The recorded tape: invented texts and figures of one month, moved so that its end is the demo's now."""

from __future__ import annotations

import csv
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from pathlib import Path

import msgspec

from monitor.clock import to_text

HERE = Path(__file__).parent / "tape"
NEWEST = 40  # entries in one document, as many as common feeds hold


@dataclass(frozen=True, slots=True)
class TapeEntry:
    """One line of entries.jsonl; `day` counts from the end of the tape, `summary` is simple HTML."""

    feed: str
    id: str
    day: float
    title: str
    summary: str
    author: str
    path: str


@dataclass(frozen=True, slots=True)
class TapeFeed:
    """How one feed is served: its format, and from which day on it misbehaves."""

    name: str
    path: str
    format: str
    site: str
    about: str
    gzip: bool = False
    moves_to: str = ""
    moves_day: float = inf
    breaks_day: float = inf


@dataclass(frozen=True, slots=True)
class TapeDocument:
    """A signal's answer: `body` is text to be filled with the series' values."""

    path: str
    type: str
    body: str


@dataclass(frozen=True, slots=True)
class Post:
    """An entry with its address and the date it has on the moved tape."""

    entry: TapeEntry
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tape:
    """Everything recorded; `end` (aware UTC, whole seconds) is the moment of day 0."""

    end: datetime
    polls: tuple[float, ...]
    feeds: tuple[TapeFeed, ...]
    documents: tuple[TapeDocument, ...]
    entries: tuple[TapeEntry, ...]
    series: dict[str, list[tuple[float, float]]] = field(repr=False)  # name -> (day, value), by day

    def moment(self, day: float) -> datetime:
        """The time of a day of the tape, to the second."""
        return self.end + timedelta(seconds=round(day * 86_400))

    def day(self, moment: datetime) -> float:
        return (moment - self.end) / timedelta(days=1)

    def posts(self, feed: TapeFeed, moment: datetime) -> list[Post]:
        """What the feed shows at that moment, newest first."""
        shown = [
            Post(entry, feed.site + entry.path, self.moment(entry.day))
            for entry in self.entries
            if entry.feed == feed.name and self.moment(entry.day) <= moment
        ]
        return sorted(shown, key=lambda post: post.at, reverse=True)[:NEWEST]

    def value(self, name: str, moment: datetime) -> float:
        """A series at that moment: straight between rows, a step where a day has two, flat past the ends."""
        rows = self.series[name]
        day = self.day(moment)
        after = bisect_right(rows, day, key=lambda row: row[0])
        if after in (0, len(rows)):
            return rows[max(after - 1, 0)][1]
        (day_0, value_0), (day_1, value_1) = rows[after - 1], rows[after]
        return value_0 + (value_1 - value_0) * (day - day_0) / (day_1 - day_0)

    def filled(self, document: TapeDocument, moment: datetime) -> str:
        """A signal's answer at that moment."""
        values = {name: self.value(name, moment) for name in self.series}
        times = {"time": to_text(moment), "date": f"{moment:%Y-%m-%d}", "unix": int(moment.timestamp())}
        return document.body % {**values, **times}


def load(end: datetime) -> Tape:
    """Read the tape and move it so that it ends at `end`."""
    told = tomllib.loads((HERE / "tape.toml").read_text("utf-8"))
    series: dict[str, list[tuple[float, float]]] = {}
    with (HERE / "signals.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            series.setdefault(row["name"], []).append((float(row["day"]), float(row["value"])))
    return Tape(
        end=end.replace(microsecond=0),
        polls=tuple(told["polls"]),
        feeds=msgspec.convert(told["feed"], tuple[TapeFeed, ...]),
        documents=msgspec.convert(told["document"], tuple[TapeDocument, ...]),
        entries=tuple(msgspec.json.Decoder(TapeEntry).decode_lines((HERE / "entries.jsonl").read_bytes())),
        series=series,
    )
