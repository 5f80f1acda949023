"""What is remembered of sources between polls, and the lease that keeps two polls apart."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime

from monitor.clock import from_text, to_text
from monitor.model import FetchState
from monitor.store.database import transaction

LEASE_SECONDS = 60.0  # a lease that was not renewed for so long is void
FIELDS = tuple(field.name for field in fields(FetchState))
TIMES = {"next_try", "first_ok_at", "last_attempt_at", "last_ok_at", "last_changed_at"}


def states(connection: sqlite3.Connection) -> dict[str, FetchState]:
    """All remembered states, by key."""
    rows = connection.execute(f"SELECT {', '.join(FIELDS)} FROM fetch_states")
    return {row[0]: _state(row) for row in rows}


def was_ok(connection: sqlite3.Connection, key: str) -> bool:
    """Whether the source ever gave a usable answer before."""
    row = connection.execute("SELECT first_ok_at FROM fetch_states WHERE key = ?", [key]).fetchone()
    return row is not None and row[0] is not None


def save_states(connection: sqlite3.Connection, changed: Iterable[FetchState]) -> None:
    """Write states inside the caller's transaction."""
    marks = ",".join("?" * len(FIELDS))
    connection.executemany(
        f"INSERT OR REPLACE INTO fetch_states ({', '.join(FIELDS)}) VALUES ({marks})",
        [tuple(_cell(getattr(state, name)) for name in FIELDS) for state in changed],
    )


def _state(row: tuple[object, ...]) -> FetchState:
    values = dict(zip(FIELDS, row, strict=True))
    for name in TIMES:
        if values[name] is not None:
            values[name] = from_text(str(values[name]))
    values["gone"] = bool(values["gone"])
    return FetchState(**values)  # type: ignore[arg-type]  # the columns are the fields, written by save_states


def _cell(value: object) -> object:
    return to_text(value) if isinstance(value, datetime) else value


class Lease:
    """The right to fetch, held by one process at a time.

    Void after 60 s without renewal, or at once where its process on this host is no more. Its times are
    this machine's own clock, whatever `now` the run was given.
    """

    def __init__(self, connection: sqlite3.Connection, *, pane: bool = False) -> None:
        self._connection = connection
        self._holder = uuid.uuid4().hex
        self._pane = pane
        self.held_by: str | None = None  # who has it, after a refused `take`
        self.pane_holds = False

    def take(self) -> bool:
        """Take or renew the lease; False where another living run holds it."""
        now, host = time.time(), socket.gethostname()
        with transaction(self._connection):
            row = self._connection.execute(
                "SELECT holder, host, pid, pane, renewed_at FROM leases WHERE name = 'fetch'"
            ).fetchone()
            if row and row[0] != self._holder and _alive(row[1], row[2], row[4], host, now):
                self.held_by, self.pane_holds = f"process {row[2]} on {row[1]}", bool(row[3])
                return False
            self._connection.execute(
                "INSERT OR REPLACE INTO leases VALUES ('fetch', ?, ?, ?, ?, ?)",
                [self._holder, host, os.getpid(), self._pane, now],
            )
        return True

    def give_back(self) -> None:
        with transaction(self._connection):
            self._connection.execute("DELETE FROM leases WHERE holder = ?", [self._holder])


def _alive(lease_host: str, pid: int, renewed_at: float, host: str, now: float) -> bool:
    if not 0 <= now - renewed_at < LEASE_SECONDS:
        return False
    if lease_host != host:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def failing(connection: sqlite3.Connection) -> dict[str, bool]:
    """Sources of which it was last said that they fail, or work again."""
    return {key: bool(fails) for key, fails in connection.execute("SELECT key, failing FROM source_health")}


def model_faults(connection: sqlite3.Connection) -> list[str]:
    """What was last said to be wrong with the model; such a line is its own key, and begins with this word."""
    rows = connection.execute("SELECT key FROM source_health WHERE failing AND key LIKE 'model%' ORDER BY said_at")
    return [key for (key,) in rows]


def save_failing(connection: sqlite3.Connection, changed: Mapping[str, bool], now: datetime) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO source_health VALUES (?,?,?)",
        [(key, fails, to_text(now)) for key, fails in changed.items()],
    )
