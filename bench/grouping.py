"""Grouping: how well (B-cubed on the labelled events) and how fast (100,000 entries in a 30-day window).

    python -m bench.grouping             both
    python -m bench.grouping --errors    also list the events that were split and the stories that mix events
    python -m bench.grouping --no-speed  the first only

The speed is that of the program's own loop on a real file: 97,000 entries are put in place beforehand (their
fingerprints only, by the same functions), then 3,000 arrive and are grouped.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.cycle import telling
from monitor.data import tables
from monitor.model import Entry, Stance, Tag
from monitor.store import fingerprints, tags
from monitor.store.database import open_database, transaction
from monitor.stories import grouping

EVENTS = Path(__file__).parent.parent / "tests" / "data" / "events.jsonl"
START = datetime(2026, 1, 1, tzinfo=UTC)
STORED, ARRIVING, DAYS = 97_000, 3_000, 30


def main() -> None:
    rows = [json.loads(line) for line in EVENTS.read_text("utf-8").splitlines()]
    true = [row["event"] for row in rows]
    with tempfile.TemporaryDirectory() as directory:
        predicted = grouped(rows, Path(directory) / "events.db")
        precision, recall, f1 = b_cubed(true, predicted)
        print(f"{len(rows)} entries, {len(set(true))} events, {len(set(predicted))} stories")
        print(f"B-cubed precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
        if "--errors" in sys.argv:
            _errors(rows, predicted)
        if "--no-speed" not in sys.argv:
            print(f"{speed(Path(directory) / 'many.db'):,.0f} entries a second at {STORED + ARRIVING:,} entries")


def grouped(rows: Sequence[dict[str, Any]], path: Path) -> list[str]:
    """The story of each row, as the program groups them when they arrive in this order."""
    connection = open_database(path)
    entries = [_entry(n, row) for n, row in enumerate(rows)]
    relevance = [0 if row["event"].startswith("off-") else 2 for row in rows]
    with transaction(connection):
        for entry, relevant in zip(entries, relevance, strict=True):
            _store(connection, entry, relevant)
    telling.group(connection)
    stories = dict(connection.execute("SELECT entry_id, story FROM entries"))
    connection.close()
    return [stories[entry.entry_id] for entry in entries]


def b_cubed(true: Sequence[str], predicted: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1, averaged over entries (Bagga and Baldwin 1998)."""
    of_event, of_story = defaultdict(set), defaultdict(set)
    for n, (event, story) in enumerate(zip(true, predicted, strict=True)):
        of_event[event].add(n)
        of_story[story].add(n)
    pairs = [(of_event[event], of_story[story]) for event, story in zip(true, predicted, strict=True)]
    precision = sum(len(event & story) / len(story) for event, story in pairs) / len(pairs)
    recall = sum(len(event & story) / len(event) for event, story in pairs) / len(pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)


def speed(path: Path) -> float:
    connection = open_database(path)
    dice = random.Random(7)
    made = [_made(n, dice) for n in range(STORED + ARRIVING)]
    counts: dict[int, int] = defaultdict(int)
    with transaction(connection):
        for n, entry in enumerate(made[:STORED], 1):
            _store(connection, entry, 2)
            mark = grouping.fingerprint(entry)
            weighed = grouping.weigh(mark, counts, n)
            for key in mark.keys:
                counts[key] += 1
            fingerprints.place(
                connection, n, f"s{entry.author}", at=mark.at, norm=weighed.norm,
                terms=mark.packed(), keys=mark.keys, look_up=weighed.found_by,
            )  # fmt: skip
    with transaction(connection):
        for entry in made[STORED:]:
            _store(connection, entry, 2)
    began = time.perf_counter()
    telling.group(connection)
    seconds = time.perf_counter() - began
    connection.close()
    return ARRIVING / seconds


def _made(n: int, dice: random.Random) -> Entry:
    """One of some five tellings of an event: half of its words are the event's own, half anybody's."""
    event = dice.randrange((STORED + ARRIVING) // 5)
    own = random.Random(event)
    common = list(tables.word_shares())
    names = [f"{own.choice('bdfgklmnprst')}{own.randrange(30_000):x}orix" for _ in range(6)]
    facts = [f"${own.randrange(10, 999) / 10} billion", f"{own.randrange(10, 900)} MW"]
    theme = own.choices(common, k=12)
    at = START + timedelta(days=own.random() * DAYS, hours=dice.random() * 48)
    title = " ".join([*dice.sample(names, 2), *dice.sample(theme, 4), dice.choice(facts)])
    words = [*dice.sample(names, 3), *dice.sample(theme, 6), *dice.choices(common, k=12), *facts]
    body = " the ".join(words)  # with stop words, as English has them
    return Entry(f"e{n}", f"Feed {n % 200}", None, title, body, str(event), at, False, None, at)


def _entry(n: int, row: dict[str, Any]) -> Entry:
    at = START + timedelta(days=row["day"])
    return Entry(f"e{n}", row["feed"], None, row["title"], row["summary"], "", at, False, None, at)


def _store(connection: Any, entry: Entry, relevance: int) -> None:
    at = entry.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    n = connection.execute(
        "INSERT INTO entries (entry_id, feed, title_key, title, summary, author, published_at,"
        " published_estimated, first_seen_at, baseline) VALUES (?,?,'',?,?,?,?,0,?,0)",
        [entry.entry_id, entry.feed, entry.title, entry.summary, entry.author, at, at],
    ).lastrowid
    tag = Tag(relevance, (0, 0, 1), Stance.NEUTRAL, {"neutral": 1.0}, False, None, 0.0, (), "bench")
    tags.save(connection, [(n, tag)])


def _errors(rows: Sequence[dict[str, Any]], predicted: Sequence[str]) -> None:
    of_event, of_story = defaultdict(list), defaultdict(list)
    for row, story in zip(rows, predicted, strict=True):
        of_event[row["event"]].append((story, row["title"]))
        of_story[story].append((row["event"], row["title"]))
    for heading, groups in (("split", of_event), ("mixed", of_story)):
        for name, members in groups.items():
            if len({other for other, _ in members}) > 1:
                print(f"{heading} {name}", *(f"\n    {other} {title}" for other, title in members))


if __name__ == "__main__":
    main()
