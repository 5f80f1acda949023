"""Correcting a tag from the pane."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest
from support import filled
from support.gate import Gate
from support.screens import screen, settled, until

from monitor.cycle import health, training
from monitor.store import tags
from monitor.store.database import open_database
from monitor.tui.widgets.brief import BriefReader


@pytest.mark.parametrize(("key", "stance"), [("c", "critic"), ("d", "defender"), ("e", "neutral")])
async def test_a_key_labels_the_newest_entry_and_another_takes_it_back(make, key, stance):
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press(key)
        await until(pilot, f"{stance}, the model gave it")
        await pilot.press("ctrl+z")
        await until(pilot, f"took back {stance}")
        await pilot.press("ctrl+z")
        await until(pilot, "there is no label to take back")


AGAIN = [("Grid Post", *filled.ITEMS[0][1:]), ("Miner Blog", *filled.ITEMS[0][1:])]  # two copies of the first story


def labelled(database):
    with closing(open_database(database)) as connection:
        found = tags.stored(connection, "e.n IN (SELECT entry FROM labels)")
        return {(stored.entry.feed, stored.tag.stance.value) for stored in found}


@pytest.mark.parametrize("size", [(160, 60), (50, 20)])
async def test_another_entry_of_a_story_can_be_chosen_and_is_shown(make, database, settings, size):
    filled.add(database, settings, AGAIN, filled.NOW + timedelta(minutes=1))
    app = make()
    async with app.run_test(size=size) as pilot:
        rows, brief = app.query_one("StoryList"), app.query_one(BriefReader)
        await until(pilot, lambda _: (story := brief.story(rows.cursor_key)) is not None and len(story.entries) > 2)
        count = len(brief.story(rows.cursor_key).entries)
        if size[0] > 100:
            await until(pilot, f"c, d, e label entry {count} of {count}")
        await pilot.press("l")
        await until(pilot, f"c, d, e label entry {count - 1} of {count}")
        chosen = brief.story(rows.cursor_key).entries[-2].entry.feed
        await pilot.press("c")
        await until(pilot, "critic, the model gave it")
        await settled(pilot)
        assert labelled(database) == {(chosen, "critic")}
        if size[0] > 100:
            assert f"c, d, e label entry {count - 1} of {count}" in screen(app)  # read again, and still chosen
            await pilot.press("w")
            await until(pilot, "(your label)")
            await pilot.press("q")
        for place in [*range(count - 2, 0, -1), count]:
            await pilot.press("l")
            await until(pilot, f"c, d, e label entry {place} of {count}")


async def test_the_brief_stays_where_it_is_when_its_entry_is_labelled(make):
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        brief = app.query_one(BriefReader)
        await until(pilot, lambda _: brief.story(app.query_one("StoryList").cursor_key) is not None)
        await settled(pilot)
        brief.scroll_to(y=3, animate=False, immediate=True)
        await pilot.press("c")
        await until(pilot, "critic, the model gave it")
        await settled(pilot)
        assert brief.scroll_offset.y == 3


async def test_a_damaged_model_is_marked_until_it_is_mended(make, database):
    fault = "model 2026.1-broken: damaged; `pivotwatch train` makes it anew; until then the shipped one reads"
    with closing(open_database(database)) as connection:
        assert health.model_changes(connection, fault, filled.NOW) == [fault]
        assert health.model_changes(connection, fault, filled.NOW) == []
    async with make().run_test(size=(80, 24)) as pilot:
        await until(pilot, "model 2026.1-broken: damaged (`pivotwatch doctor`)")
    with closing(open_database(database)) as connection:
        other = "model 2026.1-other: missing; reinstall"
        assert health.model_changes(connection, other, filled.NOW) == [other]
        assert health.model_changes(connection, None, filled.NOW) == [health.MENDED]
        assert health.model_changes(connection, None, filled.NOW) == []
    async with make().run_test(size=(80, 24)) as pilot:
        await until(pilot, "Why it matters")
        assert "damaged" not in await settled(pilot)


@pytest.mark.parametrize("end", ["T", "q"])
async def test_stopping_or_quitting_ends_the_process_that_trains(make, monkeypatch, tmp_path, end):
    gate = Gate(tmp_path / "corpus")
    monkeypatch.setattr(training, "train", partial(training.train, corpus=gate.path))
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("T")
        await until(pilot, lambda _: gate.reached())
        await pilot.press(end)
        if end == "T":
            await until(pilot, "training stopped")
            await until(pilot, lambda _: gate.left(0))
    assert gate.left(0)
    gate.close()
    assert not (tmp_path / "models").exists()


async def test_training_runs_beside_the_reading_and_can_be_stopped(make, monkeypatch):
    ended = asyncio.Event()

    async def train(database):
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(training, "train", train)
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("T")
        await until(pilot, "training on your labels")
        await pilot.press("T")
        await until(pilot, "training stopped")
        await asyncio.wait_for(ended.wait(), 10)


async def test_the_verdict_and_its_reason_are_said(make, monkeypatch):
    told = training.Trained("2026.1-new", 12, {}, {}, {}, True, "stance fell by more than chance", False, ["a score"])

    async def train(database):
        return told

    monkeypatch.setattr(training, "train", train)
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("T")
        await until(pilot, "not taken into use: stance fell by more than chance; `train --force` takes it all the same")


async def test_too_few_labels_are_said(make):
    async with make().run_test(size=(160, 60)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("T")
        await until(pilot, "at least 10 are needed")
