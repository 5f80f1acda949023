"""Firms and figures of entries in the database, and pages for crowded stories."""

from __future__ import annotations

import sqlite3
import time
from datetime import timedelta
from pathlib import Path

from support.stores import fresh
from support.telling import NOW, grouped, measured, store_tagged, story, tagged

from monitor import intake
from monitor.data import tables
from monitor.model import Changed, Decision, Known, ParsedEntry
from monitor.store import entries, facts, stories, told
from monitor.store.database import transaction
from monitor.stories import figures, render
from monitor.stories.brief import brief
from monitor.stories.firms import Index

INDEX = Index(tables.firms())
LEASE = tagged(
    1, "Cipher signs $5.5 billion lease", "Amazon takes 300 MW for 15 years of rent under the lease.", hours=5
)
OTHER = tagged(2, "Oil slides for a fourth day", "Brent settled at $80.05.", relevance=0, hours=4)


def read_all(connection: sqlite3.Connection) -> int:
    read = 0
    while batch := facts.unread(connection, 10):
        with transaction(connection):
            for n, entry, relevance in batch:
                found = figures.of(entry) if relevance else ()
                named = INDEX.find(f"{entry.title}\n{entry.summary}")
                facts.save(connection, n, named, [figures.as_data(figure) for figure in found])
                read += 1
    return read


def test_what_was_found_reads_back_in_the_shape_of_exports(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    store_tagged(connection, [LEASE, OTHER])
    assert facts.of(connection, [1, 2]) == {}
    assert read_all(connection) == 2
    found = facts.of(connection, [1, 2])
    assert found[1][0] == ("CIFR",) and found[2] == ((), ())
    assert [(f["kind"], f["value"]) for f in found[1][1]][:3] == [("money", 5.5e9), ("power", 300.0), ("term", 15.0)]
    assert all(set(f) >= {"id", "kind", "value", "unit", "qualifier", "sentence"} for f in found[1][1])


def test_a_figure_is_found_by_its_id_with_its_entry(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    store_tagged(connection, [LEASE])
    read_all(connection)
    (_, held), *_ = facts.of(connection, [1]).values()
    rent = next(figure for figure in held if figure["kind"] == "rent")
    found = facts.figure(connection, str(rent["id"]))
    assert found is not None
    assert found[0] == rent and rent["arithmetic"] == "$5.5 billion / 300 MW / 15 years / 12"
    assert found[1].title == LEASE.entry.title
    assert facts.figure(connection, "nothing") is None


def test_an_edit_drops_what_was_found_and_the_next_tag_asks_again(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    store_tagged(connection, [LEASE])
    read_all(connection)
    after = ParsedEntry("e1", None, "Riot signs lease", "AMD takes 25 MW.", "", NOW, "")
    before = Known(1, intake.identify(after), LEASE.entry.title, LEASE.entry.summary)
    with transaction(connection):
        entries.save(
            connection, Decision((), (Changed(before, after, intake.identify(after)),), 0, False), NOW, baseline=False
        )
    assert facts.of(connection, [1]) == {}
    connection.execute("INSERT OR REPLACE INTO tags SELECT 1, 't', 2, '[0,0,1]', 'neutral', '{}', 0, NULL, 0, '[]'")
    assert read_all(connection) == 1
    assert facts.of(connection, [1])[1][0] == ("RIOT",)


def test_entries_are_told_of_by_firm_since_a_time(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    store_tagged(connection, [tagged(3, "Cipher mines on", hours=99), LEASE, OTHER])
    read_all(connection)
    found = told.told_of(connection, NOW - timedelta(hours=24))
    assert {firm: [t.entry.title for t in held] for firm, held in found.items()} == {"CIFR": [LEASE.entry.title]}


def test_a_thousand_copies_in_a_minute_make_a_plain_page_soon(tmp_path: Path) -> None:
    text = (
        "Hashprice crashes under $30 as miners flee",
        "Hashprice fell below $30 this week, a bloodbath for every farm.",
    )
    crowd = [tagged(n, *text, feed=f"Feed {n % 9}", noise=90.0, hours=0.01) for n in range(1_000)]
    started = time.perf_counter()
    page = brief(story(*crowd), glossary=tables.glossary())
    assert time.perf_counter() - started < 5
    assert "999 of 1000 entries copy" in page.noise_parts["echo"].why
    assert "1 independent outlet" in page.noise_parts["sourcing"].why
    assert len([line for line in render.to_terminal(page).splitlines() if "bloodbath" in line]) <= 2


def test_nothing_in_the_window_is_an_empty_list_and_no_top_story(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    assert stories.page(connection, 10) == [] and stories.top(connection) is None
    assert list(stories.every(connection)) == [] and stories.one(connection, "s1") is None
    grouped(connection, [OTHER])
    measured(connection)
    assert stories.page(connection, 10) == []  # off the subject
    assert stories.top(connection) is not None  # better than nothing
    assert len(stories.page(connection, 10, least_relevance=0)) == 1


def test_the_glossary_explains_sixty_terms_with_a_picture_each() -> None:
    terms = tables.glossary()
    assert len(terms) >= 60 and len({term.term for term in terms}) == len(terms)
    assert all(term.plain and term.picture and term.aliases for term in terms)
