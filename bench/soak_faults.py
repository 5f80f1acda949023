"""What must hold of a database, and of what stands around it, however many processes were at it and died.

Each function gives one line for every fault, none where all is well.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

BUSY = 60.0  # seconds to wait for others


def of_file(database: Path) -> Iterator[str]:
    """Damage in the file, or a search index that differs from the entries."""
    with closing(sqlite3.connect(database, timeout=BUSY, isolation_level=None)) as connection:
        told = connection.execute("PRAGMA quick_check").fetchall()
        if told != [("ok",)]:
            yield f"quick_check says {told[:3]}"
        try:
            connection.execute("INSERT INTO entries_fts (entries_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            yield f"the search index differs from the entries: {error}"


def of_entries(rows: Sequence[Mapping[str, Any]], whole: Set[str], served: Set[str]) -> Iterator[str]:
    """Entries lost, stored twice, made up or never read; `whole` and `served` are links."""
    stored = Counter(str(row["url"]) for row in rows)
    yield from _some("served whole and not stored", whole - stored.keys())
    yield from _some("stored more than once", (link for link, count in stored.items() if count > 1))
    yield from _some("stored and never served", stored.keys() - served)
    yield from _some("neither tagged nor grouped", (str(r["url"]) for r in rows if not (r["model"] and r["story_id"])))


def of_alerts(alerts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Alerts of one rule and firm, oldest first, that do not begin where the one before ended."""
    by_rule: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for alert in alerts:
        by_rule.setdefault((alert["rule"], alert["firm"]), []).append(alert)
    for rule, own in by_rule.items():
        for before, after in pairwise(own):
            if before["state"] not in {"baseline", after["from_state"]}:
                yield f"the alerts of {rule} go to {before['state']} and then on from {after['from_state']}"


def of_leftovers(home: Path, files: Set[str]) -> Iterator[str]:
    """Files beside `files` in `home`, and processes that have it for their HOME."""
    yield from _some("files left", {path.name for path in home.iterdir()} - files)
    yield from _some(
        "processes left", (path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if _at(path, home))
    )


def _at(environ: Path, home: Path) -> bool:
    try:
        return f"HOME={home}\0".encode() in environ.read_bytes()
    except OSError:  # gone, or not ours
        return False


def _some(what: str, names: Iterable[str]) -> Iterator[str]:
    found = sorted(names)
    if found:
        yield f"{len(found)} {what}: {', '.join(found[:3])}"
