"""Grouping on a real database: what becomes one story, that it stays one, and what a person changed."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from support.stores import fresh
from support.telling import NOW, grouped, measured, store_tagged, story_ids, tagged

from monitor.cycle import telling
from monitor.errors import UsageError
from monitor.store import fingerprints, stories
from monitor.store.database import open_database, transaction
from monitor.stories import grouping

ROOT = Path(__file__).parent.parent.parent
LEASE = [
    tagged(1, "Cipher signs $5.5 billion, 15-year lease with Amazon Web Services",
           "Cipher will provide 300 MW of turnkey space for AI in West Texas.", hours=20),
    tagged(2, "Amazon leases 300 MW from Cipher", "The miner expects $5.5 billion over 15 years.", hours=19),
    tagged(3, "AWS becomes Cipher's tenant", "Turnkey space of 300 megawatts, rent from August.", hours=10),
]  # fmt: skip
RESULTS = [
    tagged(4, "Cipher posts quarterly loss", "Revenue was $71.7 million and mining output fell 12%.", hours=18),
    tagged(5, "Mining revenue of Cipher falls to $71.7 million", "The quarterly loss widened.", hours=17),
]
OTHER = tagged(6, "Norway moves to halt new crypto mines", "The ministry wants the power for industry.", hours=5)


def test_labelled_events_are_found_again() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench.grouping", "--no-speed"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    counts = re.search(r"(\d+) entries, (\d+) events", run.stdout)
    quality = re.search(r"F1 (0\.\d+)", run.stdout)
    assert counts and int(counts[1]) >= 300 and int(counts[2]) >= 80
    assert quality and float(quality[1]) >= 0.85, run.stdout


def test_retellings_join_and_another_event_of_the_same_firm_stays_apart(tmp_path: Path) -> None:
    first, again, copied, results, more, norway = grouped(fresh(tmp_path), [*LEASE, *RESULTS, OTHER])
    assert first == again == copied
    assert results == more
    assert len({first, results, norway}) == 3


def test_one_by_one_over_restarts_gives_what_one_batch_gives(tmp_path: Path) -> None:
    everything = [*LEASE, *RESULTS, OTHER]
    (tmp_path / "a").mkdir()
    at_once = grouped(fresh(tmp_path / "a"), everything)
    for one in everything:
        connection = open_database(tmp_path / "b.db")
        grouped(connection, [one])
        connection.close()
    assert story_ids(open_database(tmp_path / "b.db")) == at_once


def test_ids_never_change_when_more_arrives(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    before = grouped(connection, LEASE[:2])
    after = grouped(connection, [LEASE[2], *RESULTS, OTHER])
    assert after[:2] == before


def test_the_same_link_is_the_same_story_in_other_words(tmp_path: Path) -> None:
    link = "https://example.org/2026/cipher-aws"
    words = "the submarine in an orchard of violins and the glacier with pepper or a lantern for the walrus"
    words += " and his trombone by the meadow with a compass of saffron on the anvil under a kettle"
    posted = tagged(7, "huge if true", words, url=link + "?utm_source=x", hours=18)
    told = tagged(8, LEASE[0].entry.title, "There were many of them, and " + words[::-1], url=link, hours=20)
    front = tagged(9, "my weekend", "photos of a dog", url="https://example.org/", hours=18)
    one, other, third = grouped(fresh(tmp_path), [told, posted, front])
    assert one == other != third


def test_what_two_entries_share_is_told_the_rarest_first() -> None:
    shared = grouping.why_together(LEASE[0].entry, LEASE[1].entry)
    assert {"cipher", "5.5e+09", "300mw", "amazon"} <= set(shared)
    assert grouping.why_together(LEASE[0].entry, OTHER.entry) == ()


def test_a_flood_of_copies_is_one_story(tmp_path: Path) -> None:
    text = (
        "Miners in panic as hashprice crashes",
        "A total bloodbath for every farm in Texas, analysts say.",
    )
    flood = [tagged(n, *text, feed=f"Feed {n % 7}", url=f"https://x.example/{n:08}", hours=0) for n in range(600)]
    assert len(set(grouped(fresh(tmp_path), flood))) == 1


def test_texts_that_say_nothing_begin_stories_of_their_own(tmp_path: Path) -> None:
    empty = [
        tagged(1, "", ""),
        tagged(2, "…", ""),
        tagged(3, "the", "and"),
        tagged(4, "💀", ""),
        tagged(5, "Bitcoin", ""),
    ]
    assert len(set(grouped(fresh(tmp_path), empty))) == 5


def test_off_topic_entries_are_grouped_by_their_titles(tmp_path: Path) -> None:
    bridge = "OrbitSpan bridge drained of $61 million"
    held = [tagged(n, bridge, f"word{n} " * 40, relevance=0, hours=n) for n in range(2)]
    held.append(tagged(9, "River bridge to close for six weeks", "", relevance=0, hours=1))
    one, other, third = grouped(fresh(tmp_path), held)
    assert one == other != third


def test_a_megabyte_of_text_is_grouped_like_its_beginning(tmp_path: Path) -> None:
    long = tagged(7, LEASE[0].entry.title, LEASE[0].entry.summary + " padding" * 130_000, hours=18)
    one, other = grouped(fresh(tmp_path), [LEASE[0], long])
    assert one == other


def test_what_is_older_than_the_window_takes_no_more_entries(tmp_path: Path) -> None:
    old = tagged(11, LEASE[0].entry.title, LEASE[0].entry.summary, hours=24 * 20)
    one, other = grouped(fresh(tmp_path), [old, LEASE[0]])
    assert one != other


def test_forgetting_drops_old_fingerprints_and_their_keys_only(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    grouped(connection, [tagged(1, "Old event in Ohio", "Something happened.", hours=24 * 40), *LEASE])
    with transaction(connection):
        assert fingerprints.forget(connection, NOW - timedelta(days=30)) == 1
    assert connection.execute("SELECT count(*) FROM fingerprints").fetchone() == (3,)
    assert connection.execute("SELECT count(DISTINCT entry) FROM story_keys").fetchone() == (3,)


# ---------------------------------------------------------------- measures


def test_only_touched_stories_are_measured_and_a_new_tag_touches(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    grouped(connection, [*LEASE, OTHER])
    assert measured(connection) == 2  # both are new
    assert stories.touched(connection, 10) == []
    connection.execute("INSERT OR REPLACE INTO tags SELECT * FROM tags WHERE entry = 1")
    assert stories.touched(connection, 10) == [story_ids(connection)[0]]
    assert measured(connection) == 0  # measured again, not new
    assert stories.touched(connection, 10) == []


def test_a_story_whose_entries_expire_goes(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    (gone,) = set(grouped(connection, LEASE))
    measured(connection)
    connection.execute("DELETE FROM tags")
    connection.execute("DELETE FROM entries")
    measured(connection)
    assert stories.one(connection, gone) is None
    assert stories.page(connection, 10) == []


def test_pages_follow_each_other_without_gap_or_repeat(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    names = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel"]
    grouped(
        connection,
        [tagged(n, f"{x} {x}ville {x}son", f"{x}ium {x}ite", hours=n) for n, x in enumerate(names)],
    )
    measured(connection)
    seen: list[str] = []
    after = None
    while page := stories.page(connection, 3, after=after):
        seen += [story.title.split()[0] for _, story in page]
        after = (page[-1][0], page[-1][1].story_id)
    assert seen == names  # equal scores: the newest first
    assert stories.top(connection) == page_of_first(connection)


def page_of_first(connection: object) -> str:
    (_, story), *_ = stories.page(connection, 1)  # type: ignore[arg-type]  # a connection, typed loosely here
    return story.story_id


def test_a_story_reads_back_as_it_was_measured(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    (story_id,) = set(grouped(connection, LEASE))
    measured(connection)
    story = stories.one(connection, story_id)
    assert story is not None
    assert [held.entry.title for held in story.entries] == [held.entry.title for held in LEASE]
    assert story.sides.neutral == 3 and story.stance == "neutral"
    assert story.noise == pytest.approx(100 * sum(p.value * p.weight for p in story.noise_parts.values()))
    assert [s.story_id for s in stories.every(connection)] == [story_id]


def test_the_title_stays_while_it_is_plain(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    (story_id,) = set(grouped(connection, LEASE[:1]))
    measured(connection)
    grouped(connection, LEASE[1:])
    measured(connection)
    story = stories.one(connection, story_id)
    assert story is not None and story.title == LEASE[0].entry.title


# ---------------------------------------------------------------- by hand


def test_a_merge_stays_and_the_old_id_leads_to_the_new(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    ids = grouped(connection, [*LEASE, OTHER])
    measured(connection)
    with transaction(connection):
        stories.add_note(connection, ids[3], "ask the ministry", NOW)
        stories.merge(connection, ids[3], ids[0], NOW, "one deal")
    assert stories.notes(connection, ids[0]) == ("ask the ministry",)
    measured(connection)
    story = stories.one(connection, ids[3])
    assert story is not None and story.story_id == ids[0] and len(story.entries) == 4
    assert "1 entries" in stories.edits(connection, ids[0])[0] and "one deal" in stories.edits(connection, ids[0])[0]
    assert [s.story_id for s in stories.every(connection)] == [ids[0]]


def test_a_split_stays_when_more_of_both_arrives(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    ids = grouped(connection, LEASE)
    entry_ids = [row[0] for row in connection.execute("SELECT entry_id FROM entries ORDER BY n")]
    with transaction(connection):
        other = stories.split(connection, ids[0], entry_ids[2:], NOW)
    grouped(connection, RESULTS)
    assert story_ids(connection)[:3] == [ids[0], ids[0], other]
    assert other != ids[0]


@pytest.mark.parametrize("wrong", ["nobody", "itself"])
def test_a_merge_that_makes_no_sense_is_refused(tmp_path: Path, wrong: str) -> None:
    connection = fresh(tmp_path)
    ids = grouped(connection, LEASE)
    with pytest.raises(UsageError, match="two different stories"), transaction(connection):
        stories.merge(connection, ids[0], ids[0] if wrong == "itself" else "s000", NOW)


def test_a_split_of_all_or_of_strangers_is_refused(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    ids = grouped(connection, LEASE)
    everyone = [row[0] for row in connection.execute("SELECT entry_id FROM entries")]
    for chosen in (everyone, ["stranger"], []):
        with pytest.raises(UsageError, match="some, not all"), transaction(connection):
            stories.split(connection, ids[0], chosen, NOW)
    assert len(set(story_ids(connection))) == 1


def test_grouping_waits_for_the_tag(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    store_tagged(connection, LEASE[:1])
    connection.execute("DELETE FROM tags")
    telling.group(connection)
    assert story_ids(connection) == [None]
