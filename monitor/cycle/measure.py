"""Everything that follows from what is stored: what is new is read, and the spread computed from the readings."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Settings
from monitor.cycle import margins, sites
from monitor.data.tables import Firm
from monitor.margin import ai, compute
from monitor.model import SpreadPoint
from monitor.store import fingerprints, readings, retention, tags
from monitor.store.database import transaction
from monitor.stories import grouping
from monitor.tagging import Loaded


@dataclass(frozen=True, slots=True)
class Measured:
    """How many stories are new, and the model that was looked for to read the new entries, if there were any."""

    stories_new: int = 0
    model: Loaded | None = None


def measure(
    connection: sqlite3.Connection, settings: Settings, now: datetime, tag: bool, firms: tuple[Firm, ...] = ()
) -> Measured:
    """Bring what is derived up to what is stored; `firms` are known beside those of the shipped table."""
    measured = Measured()
    _forget(connection, settings, now)
    if settings.monitor.retain is not None:
        retention.expire(connection, now - settings.monitor.retain)
    if tag and tags.anything_unread(connection):
        from monitor.cycle import reading  # models, firms and figures: a quarter of the start of a silent check

        model = reading.tag(connection)
        measured = Measured(reading.tell(connection, settings, now, firms), model)
    _compute(connection, settings, now)
    return measured


def _forget(connection: sqlite3.Connection, settings: Settings, now: datetime) -> None:
    """Drop the fingerprints that no new entry can be near to, and those of entries about to expire."""
    before = now - min(2 * grouping.WINDOW, settings.monitor.retain or timedelta.max)
    while fingerprints.old(connection, before):
        with transaction(connection):
            fingerprints.forget(connection, before)


def _compute(connection: sqlite3.Connection, settings: Settings, now: datetime) -> None:
    """Store the spread of every site and tier of which it, or what an input is worth, has changed."""
    before = readings.last_points(connection)
    points = [
        compute.point(margins.margin_of(connection, settings, site.name, tier, now), now)
        for site in sites.of(settings)
        for tier in ai.TIERS
    ]
    changed = [point for point in points if _differs(point, before.get((point.site, point.tier)))]
    if changed:
        with transaction(connection):
            readings.save_points(connection, changed)


def _differs(point: SpreadPoint, before: SpreadPoint | None) -> bool:
    if before is None:
        return point.after_capex is not None
    return _essence(point) != _essence(before)


def _essence(point: SpreadPoint) -> object:
    standing = {name: used.status for name, used in point.inputs.items()}
    return point.formula, point.gross, point.operating, point.after_capex, standing
