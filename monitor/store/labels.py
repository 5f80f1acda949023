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
        _say(given.setdefault(n, {}), field, value)
    return given


def _say(given: dict[str, str], field: str, value: str) -> None:
    """The newer word counts: what is off the subject takes no side, and what takes a side is not off the subject."""
    given[field] = value
    off_subject, takes_side = given.get("relevance") == "0", given.get("stance", Stance.NEUTRAL) != Stance.NEUTRAL
    if off_subject and takes_side:
        del given["stance" if field == "relevance" else "relevance"]


def completed(tag: Tag, given: Mapping[str, str]) -> dict[str, str]:
    """The labels with what follows from them: a side puts an entry on the subject, off the subject none is taken."""
    if given.get("relevance") == "0":
        return {**given, "stance": Stance.NEUTRAL.value}
    if given.get("stance", Stance.NEUTRAL) != Stance.NEUTRAL and "relevance" not in given and tag.relevance == 0:
        _, adjacent, on = tag.relevance_p
        return {**given, "relevance": "2" if on >= adjacent else "1"}
    return dict(given)


def labelled(connection: sqlite3.Connection) -> list[int]:
    """Arrival numbers of all labelled entries."""
    return [row[0] for row in connection.execute("SELECT DISTINCT entry FROM labels ORDER BY entry")]


def for_training(connection: sqlite3.Connection) -> list[dict[str, str | int]]:
    """Every labelled entry as the trainer reads it: title, summary, and what the person said of it."""
    given = of(connection, labelled(connection))
    rows = connection.execute("SELECT n, title, summary FROM entries WHERE n IN (SELECT entry FROM labels) ORDER BY n")
    return [{"title": title, "summary": summary, **_typed(given[n])} for n, title, summary in rows]


def _typed(given: Mapping[str, str]) -> dict[str, str | int]:
    return {field: value if field == "stance" else int(value) for field, value in given.items()}


def applied(tag: Tag, given: Mapping[str, str]) -> Tag:
    """The tag as the person corrected it; the model's probabilities stay to be seen."""
    if "relevance" in given:
        tag = replace(tag, relevance=int(given["relevance"]))
    if "stance" in given:
        tag = replace(tag, stance=Stance(given["stance"]), unsure=False, unsure_because=None)
    if "noise" in given:
        tag = replace(tag, noise=(float(given["noise"]) - 1) * NOISE_STEP)
    return tag
