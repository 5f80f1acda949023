"""Fingerprints of entries and the integer keys by which their neighbours are found.

A run that groups ten entries reads what these ten touch and nothing else, however many are stored.
"""

from __future__ import annotations

import heapq
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from monitor.model import Entry
from monitor.store import entries

NEWEST = 32  # entries looked at for one key: those that came last
ENOUGH = 128  # entries seen under the keys of one look-up
NEIGHBOURS = 24  # entries compared in full
BY_KEY = f"SELECT entry FROM story_keys WHERE key = ? ORDER BY entry DESC LIMIT {NEWEST}"
FEW = 4  # a story's size is told up to this
HEADER = 2  # counts in front of a packed fingerprint's keys
ALL = -1  # the key under which all entries are counted; hashes are not negative


def ungrouped(connection: sqlite3.Connection, limit: int) -> list[tuple[int, Entry, int]]:
    """Tagged entries without a story, oldest first: arrival number, entry, relevance."""
    rows = connection.execute(
        f"SELECT {entries.COLUMNS}, relevance FROM entries JOIN tags ON entry = n WHERE story IS NULL"
        " ORDER BY n LIMIT ?",
        [limit],
    )
    return [(row[0], entries.from_row(row), row[-1]) for row in rows]


def counts(connection: sqlite3.Connection, keys: Sequence[int]) -> tuple[dict[int, int], int]:
    """How many entries hold each of `keys`, and how many there are in all."""
    marks = ",".join("?" * (len(keys) + 1))
    found = dict(connection.execute(f"SELECT key, entries FROM term_counts WHERE key IN ({marks})", [ALL, *keys]))
    return found, found.pop(ALL, 0)


def neighbours(
    connection: sqlite3.Connection, look_up: Mapping[int, float], at: datetime, window: timedelta
) -> list[tuple[str, int, datetime, float, bytes]]:
    """Entries within `window` of `at` that share the most weight of the keys in `look_up` (key -> weight).

    Keys are looked up in the order given, the rarest first, until ENOUGH entries were seen. For each
    neighbour: its story, that story's size (up to FEW), its time, its norm and its packed terms.
    """
    shared: dict[int, float] = defaultdict(float)
    looked = 0
    for key, weight in look_up.items():
        for (entry,) in connection.execute(BY_KEY, [key]):
            shared[entry] += weight
            looked += 1
        if looked >= ENOUGH:
            break
    nearest = heapq.nlargest(NEIGHBOURS, shared, key=lambda entry: (shared[entry], entry))
    rows = connection.execute(
        "SELECT e.story, (SELECT count(*) FROM (SELECT 1 FROM entries WHERE story = e.story LIMIT ?)),"
        " f.at, f.norm, f.terms FROM fingerprints f JOIN entries e ON e.n = f.entry"
        f" WHERE f.entry IN ({','.join('?' * len(nearest))}) AND f.at BETWEEN ? AND ?",
        [FEW, *nearest, (at - window).timestamp(), (at + window).timestamp()],
    )
    return [(story, size, datetime.fromtimestamp(at, UTC), norm, terms) for story, size, at, norm, terms in rows]


def place(
    connection: sqlite3.Connection,
    n: int,
    story: str,
    *,
    at: datetime,
    norm: float,
    terms: bytes,
    keys: Iterable[int],
    look_up: Iterable[int],
) -> None:
    """Put entry `n` into `story` inside the caller's transaction, to be found by `look_up` from now on."""
    connection.execute("UPDATE entries SET story = ? WHERE n = ?", [story, n])
    connection.execute("INSERT OR REPLACE INTO fingerprints VALUES (?,?,?,?)", [n, int(at.timestamp()), norm, terms])
    connection.executemany("INSERT OR IGNORE INTO story_keys VALUES (?,?)", [(key, n) for key in look_up])
    connection.executemany(
        "INSERT INTO term_counts VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET entries = entries + 1",
        [(key,) for key in (ALL, *keys)],
    )


def old(connection: sqlite3.Connection, before: datetime) -> bool:
    """Whether there is anything to forget."""
    asked = "SELECT EXISTS (SELECT 1 FROM fingerprints WHERE at < ?)"
    return bool(connection.execute(asked, [int(before.timestamp())]).fetchone()[0])


def forget(connection: sqlite3.Connection, before: datetime, limit: int = 5_000) -> int:
    """Drop the fingerprints of at most `limit` entries published before `before`; how many went.

    They take no more neighbours. To be called before such entries expire: keys have no index by entry.
    """
    old = connection.execute(
        "SELECT entry, terms FROM fingerprints WHERE at < ? LIMIT ?", [int(before.timestamp()), limit]
    ).fetchall()
    keys = ((key, entry) for entry, terms in old for key in array("I", terms)[HEADER:])
    connection.executemany("DELETE FROM story_keys WHERE key = ? AND entry = ?", keys)
    connection.executemany("DELETE FROM fingerprints WHERE entry = ?", [(entry,) for entry, _ in old])
    return len(old)
