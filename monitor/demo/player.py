"""Plays the tape to the real program: its own server, config and database, all gone when it ends."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from monitor.data.tables import Firm, firms_of
from monitor.demo.server import TapeServer
from monitor.demo.tape import HERE, Tape, load

Report = TypeVar("Report")
Turn = Callable[[Path, Path, datetime], Awaitable[Report]]  # settings path, database path, now


def polls(now: datetime) -> list[datetime]:
    """The moments of the tape's polls, oldest first; the last one is `now` to the second."""
    tape = load(now)
    return [tape.moment(day) for day in tape.polls]


def demo_config(port: int) -> str:
    """The demo's feeds.toml with the server's port in every address."""
    return (HERE / "feeds.toml").read_text("utf-8").replace("PORT", str(port))


def demo_firms() -> tuple[Firm, ...]:
    """The tape's invented firms, which only the demo knows."""
    with (HERE / "firms.csv").open(encoding="utf-8", newline="") as table:
        return firms_of(csv.DictReader(table))


@dataclass(frozen=True, slots=True)
class Stage:
    """A running tape with the files it is read with; both lie in a directory that only the user may read."""

    tape: Tape
    server: TapeServer
    settings: Path
    database: Path

    async def play(self, turn: Turn[Report]) -> list[Report]:
        """Take one turn for each poll of the tape, oldest first."""
        reports = []
        for moment in map(self.tape.moment, self.tape.polls):
            self.server.advance(moment)
            reports.append(await turn(self.settings, self.database, moment))
        return reports


@asynccontextmanager
async def stage(now: datetime) -> AsyncIterator[Stage]:
    """Serve a tape that ends at `now` (aware), with a config and a place for the database of its own."""
    tape = load(now.astimezone(UTC))
    with TemporaryDirectory(prefix="pivotwatch-demo-") as place:
        async with TapeServer(tape) as server:
            settings = Path(place) / "feeds.toml"
            settings.write_text(demo_config(server.port), "utf-8")
            yield Stage(tape, server, settings, Path(place) / "demo.db")


async def play(turn: Turn[Report], now: datetime) -> list[Report]:
    """Play the whole tape; the report of every turn, oldest first."""
    async with stage(now) as running:
        return await running.play(turn)
