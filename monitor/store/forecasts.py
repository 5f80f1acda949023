"""Forecasts of the day, kept so that each is computed once: a history's scores take a second or two."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from monitor.store.database import open_database, transaction


@dataclass(frozen=True, slots=True)
class Key:
    """What a forecast is of; `made_of` is a fingerprint of everything else that it depends on."""

    site: str
    tier: str
    level: float  # USD per grid MWh
    day: date
    made_of: str


def find(connection: sqlite3.Connection, key: Key) -> dict[str, Any] | None:
    """The forecast of that day on the same grounds, as it was saved."""
    row = connection.execute(
        "SELECT body FROM forecasts WHERE site = ? AND tier = ? AND level = ? AND day = ? AND made_of = ?",
        [key.site, key.tier, key.level, key.day.isoformat(), key.made_of],
    ).fetchone()
    return None if row is None else dict(json.loads(row[0]))


def save(connection: sqlite3.Connection, key: Key, body: dict[str, Any]) -> None:
    """Replace the forecast of the same site, tier and level, in a transaction of its own.

    Through a connection of its own too, for the caller's may be for reading only.
    """
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    with closing(open_database(path)) as own, transaction(own):
        own.execute(
            "INSERT OR REPLACE INTO forecasts VALUES (?,?,?,?,?,?)",
            [key.site, key.tier, key.level, key.day.isoformat(), key.made_of, json.dumps(body)],
        )


def past_readings(connection: sqlite3.Connection, day: date) -> int:
    """How many kept readings are older than that day: another number means another history."""
    (n,) = connection.execute(
        "SELECT count(*) FROM readings WHERE kept AND observed_at < ?", [day.isoformat()]
    ).fetchone()
    return int(n)
