"""Tag what is new, group it into stories, and compute the spread from the readings."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor import tagging
from monitor.config import Settings
from monitor.cycle import extraction, margins, sites, telling
from monitor.data.tables import Firm
from monitor.margin import ai, compute
from monitor.model import Entry, SpreadPoint
from monitor.store import fingerprints, readings, retention, tags
from monitor.store.database import path_of, transaction
from monitor.stories import grouping

CHUNK = 500  # entries read, tagged and stored at a time


@dataclass(frozen=True, slots=True)
class Measured:
    """How many stories are new, and what is wrong with the model that read the new entries."""

    stories_new: int = 0
    model_fault: str | None = None


def measure(
    connection: sqlite3.Connection, settings: Settings, now: datetime, tag: bool, firms: tuple[Firm, ...] = ()
) -> Measured:
    """Everything that follows from what is stored.

    `firms` are known beside those of the shipped table.
    """
    measured = Measured()
    _forget(connection, settings, now)
    if settings.monitor.retain is not None:
        retention.expire(connection, now - settings.monitor.retain)
    if tag:
        fault = _tag(connection)
        extraction.extract(connection, firms)
        telling.group(connection)
        measured = Measured(telling.measure_touched(connection, settings, now), fault)
    _compute(connection, settings, now)
    return measured


def _forget(connection: sqlite3.Connection, settings: Settings, now: datetime) -> None:
    """Drop the fingerprints that no new entry can be near to, and those of entries about to expire."""
    before = now - min(2 * grouping.WINDOW, settings.monitor.retain or timedelta.max)
    while fingerprints.old(connection, before):
        with transaction(connection):
            fingerprints.forget(connection, before)


def _tag(connection: sqlite3.Connection) -> str | None:
    """Read what is to be read; what is wrong with the model, if there was anything to read."""
    folder = tagging.folder_of(path_of(connection))
    fault = None
    while batch := tags.to_tag(connection, CHUNK, without_model=False):
        _tag_batch(connection, batch, folder)
        fault = tagging.loaded(folder).fault
    # Entries that came while the model was away are read again once it is back.
    while (batch := tags.to_tag(connection, CHUNK, without_model=True)) and tagging.loaded(folder).tagger:
        _tag_batch(connection, batch, folder)
    return fault


def _tag_batch(connection: sqlite3.Connection, batch: Sequence[tuple[int, Entry]], folder: Path) -> None:
    read = tagging.tag([entry for _, entry in batch], folder)
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
