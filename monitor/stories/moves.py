"""News and number together: the stories before a move of the spread, and the move around a story. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import age
from monitor.model import SpreadPoint, Story

BEFORE = timedelta(hours=6)  # stories told in this time before a crossing are shown with it
AROUND = timedelta(hours=24)  # the move after a story's first entry
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Crossing:
    """The spread passing a level, in USD per grid MWh."""

    at: datetime
    up: bool
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Move:
    """The spread before a story began and a day later, in USD per grid MWh."""

    before: float
    before_at: datetime
    after: float
    after_at: datetime

    @property
    def text(self) -> str:
        change = self.after - self.before
        return (
            f"the spread went from {self.before:+.1f} to {self.after:+.1f} USD/MWh ({change:+.1f})"
            f" within {age(self.before_at, self.after_at)} around the first entry"
        )


def crossings(points: Sequence[SpreadPoint], level: float) -> tuple[Crossing, ...]:
    """Where `points` (one site and tier, oldest first) pass `level` after capex; gaps in the data are bridged."""
    found: list[Crossing] = []
    last: float | None = None
    for point in points:
        value = point.after_capex
        if value is None:
            continue
        if last is not None and (last >= level) != (value >= level):
            found.append(Crossing(point.at, value >= level, last, value))
        last = value
    return tuple(found)


def before(crossing: Crossing, stories: Sequence[Story]) -> str:
    """One line: the crossing and the stories that had news in the hours before it, the weightiest first."""
    told = [s for s in stories if crossing.at - BEFORE <= s.last_seen_at <= crossing.at]
    told.sort(key=lambda story: (-(story.score or 0.0), story.story_id))
    way = "up" if crossing.up else "down"
    head = f"crossed {way} at {crossing.at:%H:%M} ({crossing.before:+.1f} to {crossing.after:+.1f} USD/MWh)"
    if not told:
        return f"{head}; no story in the six hours before"
    titles = "; ".join(story.title for story in told[:SHOWN])
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{head}; {len(told)} {'story' if len(told) == 1 else 'stories'} in the six hours before: {titles}{more}"


def around(story: Story, points: Sequence[SpreadPoint]) -> Move | None:
    """The move from the last point before a story's first entry to the last one within a day after it."""
    known = [(p.at, p.after_capex) for p in points if p.after_capex is not None]
    earlier = [(at, value) for at, value in known if at <= story.first_seen_at]
    later = [(at, value) for at, value in known if story.first_seen_at < at <= story.first_seen_at + AROUND]
    if not earlier or not later:
        return None
    return Move(earlier[-1][1], earlier[-1][0], later[-1][1], later[-1][0])
