"""Tag what is new, group it into stories, and compute the spread from the readings."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from monitor import tagging
from monitor.config import Settings
from monitor.cycle import margins, sites, telling
from monitor.margin import ai, compute
from monitor.model import Entry, SpreadPoint
from monitor.store import readings, retention, tags
from monitor.store.database import transaction

CHUNK = 500  # entries read, tagged and stored at a time


def measure(connection: sqlite3.Connection, settings: Settings, now: datetime, tag: bool) -> int:
    """Everything that follows from what is stored; the number of stories that are new."""
    stories = 0
    if settings.monitor.retain is not None:
        retention.expire(connection, now - settings.monitor.retain)
    if tag:
        _tag(connection)
        telling.group(connection)
        stories = telling.measure_touched(connection, settings, now)
    _compute(connection, settings, now)
    return stories


def _tag(connection: sqlite3.Connection) -> None:
    while batch := tags.to_tag(connection, CHUNK, without_model=False):
        _tag_batch(connection, batch)
    # Entries that came while the model was away are read again once it is back.
    while (batch := tags.to_tag(connection, CHUNK, without_model=True)) and tagging.usable():
        _tag_batch(connection, batch)


def _tag_batch(connection: sqlite3.Connection, batch: Sequence[tuple[int, Entry]]) -> None:
    read = tagging.tag([entry for _, entry in batch])
    pairs = zip((n for n, _ in batch), read, strict=True)
    with transaction(connection):
        tags.save(connection, pairs, without_model=read[0].model == tagging.NO_MODEL)


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
