"""The user's labels: what a person read in an entry; they stand above every tag and can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.clock import to_text
from monitor.errors import UsageError
from monitor.model import Stance, Tag

FIELDS = ("relevance", "stance", "noise")
NOISE_STEP = 25.0  # noise 0-100 for one level of the codebook: level 1 is 0, level 5 is 100


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that a person said of one entry."""

    entry_id: str
    title: str
    field: str
    value: str


def set_label(connection: sqlite3.Connection, entry_id: str, field: str, value: str, now: datetime) -> None:
    """Write a label inside the caller's transaction; UsageError where there is no such entry."""
    row = connection.execute("SELECT n FROM entries WHERE entry_id = ?", [entry_id]).fetchone()
    if row is None:
        raise UsageError(f"no entry {entry_id}; `pivotwatch export --rows entries` lists them")
    connection.execute(
        "INSERT INTO labels (entry, field, value, at) VALUES (?,?,?,?)", [row[0], field, value, to_text(now)]
    )


def undo(connection: sqlite3.Connection) -> Label | None:
    """Take back the newest label, inside the caller's transaction; None where there is none."""
    row = connection.execute(
        "SELECT l.n, e.entry_id, e.title, l.field, l.value FROM labels l JOIN entries e ON e.n = l.entry"
        " ORDER BY l.n DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM labels WHERE n = ?", [row[0]])
    return Label(*row[1:])


def of(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    """The labels in force, by arrival number and field."""
    given: dict[int, dict[str, str]] = {}
    marks = ",".join("?" * len(numbers))
    rows = connection.execute(f"SELECT entry, field, value FROM labels WHERE entry IN ({marks}) ORDER BY n", numbers)
    for n, field, value in rows:
        given.setdefault(n, {})[field] = value
    return given


def labelled(connection: sqlite3.Connection) -> list[int]:
    """Arrival numbers of all labelled entries."""
    return [row[0] for row in connection.execute("SELECT DISTINCT entry FROM labels ORDER BY entry")]


def applied(tag: Tag, given: Mapping[str, str]) -> Tag:
    """The tag as the person corrected it; the model's probabilities stay to be seen."""
    if "relevance" in given:
        tag = replace(tag, relevance=int(given["relevance"]))
    if "stance" in given:
        tag = replace(tag, stance=Stance(given["stance"]), unsure=False, unsure_because=None)
    if "noise" in given:
        tag = replace(tag, noise=(float(given["noise"]) - 1) * NOISE_STEP)
    return tag
