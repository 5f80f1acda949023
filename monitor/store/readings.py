"""Readings of signals, kept or held as suspect, and the spread that was computed from them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import from_text, optional_from_text, optional_text, to_text
from monitor.model import Input, Reading, SpreadPoint, Status

COLUMNS = "name, source, value, unit, observed_at, fetched_at, reason"


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept reading, its number, and when it was first stored; later fetches may have confirmed it."""

    n: int
    at: datetime
    reading: Reading


def save(connection: sqlite3.Connection, reading: Reading, *, kept: bool, reason: str | None = None) -> None:
    """Append a reading inside the caller's transaction; a suspect one is held, never used."""
    connection.execute(
        "INSERT INTO readings (name, source, value, unit, observed_at, fetched_at, kept, reason, stored_at)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        [
            reading.name, reading.source, reading.value, reading.unit,
            to_text(reading.observed_at), to_text(reading.fetched_at), kept, reason or reading.warning,
            to_text(reading.fetched_at),
        ],
    )  # fmt: skip


def confirm(connection: sqlite3.Connection, reading: Reading) -> None:
    """The source says that nothing changed: its last kept reading takes the times of `reading`."""
    connection.execute(
        "UPDATE readings SET fetched_at = ?, observed_at = ?"
        " WHERE n = (SELECT max(n) FROM readings WHERE name = ? AND source = ? AND kept)",
        [to_text(reading.fetched_at), to_text(reading.observed_at), reading.name, reading.source],
    )


def latest(connection: sqlite3.Connection, *, up_to: int | None = None) -> dict[tuple[str, str], Reading]:
    """The last kept reading of each (name, source); where given, of those numbered `up_to` at most."""
    until = "" if up_to is None else "AND n <= ?"
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM readings WHERE n IN"
        f" (SELECT max(n) FROM readings WHERE kept {until} GROUP BY name, source)",
        [] if up_to is None else [up_to],
    )
    return {(row[0], row[1]): _reading(row) for row in rows}


def since(connection: sqlite3.Connection, moment: datetime) -> Iterator[Reading]:
    """Kept readings of all signals observed from `moment` on, oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM readings WHERE kept AND observed_at >= ? ORDER BY observed_at, n",
        [to_text(moment)],
    )
    return map(_reading, rows)


def daily(connection: sqlite3.Connection, name: str) -> list[Reading]:
    """The last kept reading of each day (UTC) from each source of one signal, oldest first."""
    rows = connection.execute(
        "SELECT name, source, value, unit, max(observed_at), fetched_at, reason FROM readings"
        " WHERE name = ? AND kept GROUP BY source, substr(observed_at, 1, 10) ORDER BY 5",
        [name],
    )
    return [_reading(row) for row in rows]


def held(connection: sqlite3.Connection) -> dict[tuple[str, str], Reading]:
    """Suspect readings that came after the last kept one of their source and wait to be seen twice."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM readings WHERE n IN (SELECT max(n) FROM readings GROUP BY name, source) AND NOT kept"
    )
    return {(row[0], row[1]): _reading(row) for row in rows}


def save_points(connection: sqlite3.Connection, points: Iterable[SpreadPoint]) -> None:
    connection.executemany(
        "INSERT INTO spread_points (site, tier, at, gross, operating, after_capex, formula, inputs)"
        " VALUES (?,?,?,?,?,?,?,?)",
        [
            (
                p.site,
                p.tier,
                to_text(p.at),
                p.gross,
                p.operating,
                p.after_capex,
                p.formula,
                dump_inputs(p.inputs),
            )
            for p in points
        ],
    )


def last_points(connection: sqlite3.Connection) -> dict[tuple[str, str], SpreadPoint]:
    """The newest point of each (site, tier)."""
    rows = connection.execute(
        "SELECT n, site, tier, at, gross, operating, after_capex, formula, inputs FROM spread_points"
        " WHERE n IN (SELECT max(n) FROM spread_points GROUP BY site, tier)"
    )
    return {(point.site, point.tier): point for point in map(_point, rows)}


def points(
    connection: sqlite3.Connection, site: str, tier: str, *, after: int = 0, since: datetime | None = None
) -> Iterator[SpreadPoint]:
    """Points of one site and tier, oldest first: those numbered above `after` or made from `since` on."""
    rows = connection.execute(
        "SELECT n, site, tier, at, gross, operating, after_capex, formula, inputs FROM spread_points"
        " WHERE site = ? AND tier = ? AND n > ? AND at >= ? ORDER BY n",
        [site, tier, after, "" if since is None else to_text(since)],
    )
    return map(_point, rows)


def point_at(connection: sqlite3.Connection, site: str, tier: str, at: datetime) -> SpreadPoint | None:
    """The point in force at that moment; the oldest one where none is so old, None where there is none at all."""
    columns = "n, site, tier, at, gross, operating, after_capex, formula, inputs"
    asked = f"SELECT {columns} FROM spread_points WHERE site = ? AND tier = ?"
    row = connection.execute(f"{asked} AND at <= ? ORDER BY n DESC LIMIT 1", [site, tier, to_text(at)]).fetchone()
    row = row or connection.execute(f"{asked} ORDER BY n LIMIT 1", [site, tier]).fetchone()
    return None if row is None else _point(row)


def series(connection: sqlite3.Connection, name: str, *, after: int) -> list[Stored]:
    """Kept readings of one signal from all its sources, numbered above `after`, in the order of storing."""
    rows = connection.execute(
        f"SELECT n, stored_at, {COLUMNS} FROM readings WHERE name = ? AND kept AND n > ? ORDER BY n", [name, after]
    )
    return list(map(_stored, rows))


def window(connection: sqlite3.Connection, name: str, source: str, since: datetime) -> list[Stored]:
    """What one source of a signal said from `since` on, and what it had said last before; in the order of storing."""
    rows = connection.execute(
        f"SELECT n, stored_at, {COLUMNS} FROM readings WHERE name = :name AND source = :source AND kept AND n >="
        " (SELECT coalesce(max(n), 0) FROM readings"
        "  WHERE name = :name AND source = :source AND kept AND stored_at <= :since) ORDER BY n",
        {"name": name, "source": source, "since": to_text(since)},
    )
    return list(map(_stored, rows))


def dump_inputs(inputs: Mapping[str, Input]) -> str:
    return json.dumps(
        {name: [i.value, i.unit, i.source, optional_text(i.observed_at), i.status.value] for name, i in inputs.items()}
    )


def load_inputs(text: str) -> dict[str, Input]:
    stored: dict[str, list[Any]] = json.loads(text)
    return {
        name: Input(value, unit, source, optional_from_text(observed), Status(status))
        for name, (value, unit, source, observed, status) in stored.items()
    }


def _point(row: tuple[Any, ...]) -> SpreadPoint:
    n, site, tier, at, gross, operating, after_capex, formula, inputs = row
    return SpreadPoint(site, tier, from_text(at), gross, operating, after_capex, formula, load_inputs(inputs), n)


def _stored(row: tuple[Any, ...]) -> Stored:
    return Stored(row[0], from_text(row[1]), _reading(row[2:]))


def _reading(row: tuple[Any, ...]) -> Reading:
    name, source, value, unit, observed_at, fetched_at, reason = row
    return Reading(name, source, value, unit, from_text(observed_at), from_text(fetched_at), reason)
