"""Polls beside the reading: nothing moves, failures are lines, the loop stays free."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial

from support import filled
from support.screens import settled, until

from monitor.cycle import Report
from monitor.errors import LeaseHeldError, StoreBusyError
from monitor.model import FeedOutcome
from monitor.tui.messages import Loaded, Polled, Said
from monitor.tui.widgets.brief import BriefReader
from monitor.tui.widgets.rows import Rows
from monitor.tui.widgets.story_list import KEPT, StoryList

NEW = ["Hut 8 orders GPUs for Alberta", "Riot sells bitcoin to build AI halls"]
OFF = FeedOutcome("Miner Blog", "https://x.example", "off", error="${FEED_TOKEN} is not set; export it")


class Turns:
    """Stands for the network: each poll brings the next batch of stories, or fails."""

    def __init__(self, database, *batches):
        self._tell = partial(filled.tell, database)
        self._batches = list(batches)
        self.options = []

    async def __call__(self, settings, database, now, options, say):
        self.options.append(options)
        batch = self._batches.pop(0) if self._batches else []
        if isinstance(batch, Exception):
            raise batch
        await asyncio.to_thread(self._tell, batch, now)
        say("pivot pays: no_data to inactive")
        return Report(now, 0.1, feeds=(OFF,), entries_new=len(batch), stories_new=len(batch))


async def test_new_stories_wait_and_nothing_moves_until_a_key_is_pressed(make, database, monkeypatch):
    monkeypatch.setattr("monitor.tui.widgets.brief.REST", 0.001)  # a brief read again would be there at once
    turns = Turns(database, NEW)
    app = make(turn=turns)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        rows, brief = app.query_one(StoryList), app.query_one(BriefReader)
        await pilot.press("j")
        await until(pilot, lambda _: brief.story(rows.cursor_key) is not None)
        await settled(pilot)
        brief.scroll_to(y=3, animate=False, immediate=True)
        before, keys, drawn = await settled(pilot), rows.keys, brief.query_one("Static").content
        await pilot.press("R")
        await until(pilot, "2 new (u)")
        for _ in range(5):
            after = await settled(pilot)
        assert turns.options[0].force
        assert turns.options[0].judge
        assert rows.keys == keys
        assert brief.query_one("Static").content is drawn
        assert brief.scroll_offset.y == 3
        assert after.splitlines()[3:-2] == before.splitlines()[3:-2]
        await pilot.press("u")
        shown = await until(pilot, "Riot sells bitcoin")
        assert "Hut 8 orders" in shown
        assert rows.cursor_key == rows.keys[0]


async def test_what_a_rule_says_is_a_line_and_never_printed_over_the_pane(make, database, capsys):
    app = make(turn=Turns(database, []))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("r")
        await until(pilot, "pivot pays: no_data to inactive")
    assert capsys.readouterr().out == ""


async def test_it_polls_by_itself_once_the_stories_are_shown(make, database):
    turns = Turns(database, NEW)
    async with make(turn=turns, poll=True).run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda _: bool(turns.options))
        assert not turns.options[0].force
        assert turns.options[0].pane
        await until(pilot, "new (u)")


async def test_what_comes_when_the_screens_are_gone_already_is_let_go(make, database):
    app = make(turn=Turns(database, NEW))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        known = app._known
        app._screen_stacks["_default"], screens = [], app._screen_stacks["_default"]
        for message in (Loaded(known), Polled(None), Said("late")):
            await app._on_message(message)
        app._draw_bars()
        app._screen_stacks["_default"] = screens


async def test_an_empty_database_shows_its_first_stories_by_itself(make, tmp_path):
    from monitor.store.database import open_database

    database = tmp_path / "empty.db"
    open_database(database).close()
    app = make(database=database, turn=Turns(database, NEW))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "no stories yet")
        await pilot.press("R")
        await until(pilot, "Riot sells bitcoin")


async def test_a_poll_that_fails_is_a_line_and_the_next_one_works(make, database):
    turns = Turns(database, LeaseHeldError("process 7 on here is fetching"), KeyError("a bug"), NEW)
    app = make(turn=turns)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("R")
        await until(pilot, "the poll failed: process 7 on here is fetching")
        await pilot.press("R")
        await until(pilot, "the poll failed: 'a bug'")
        await pilot.press("j", "R")
        await until(pilot, "2 new (u)")


async def test_a_source_that_is_off_names_what_to_set(make, database):
    app = make(turn=Turns(database, []))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("R", "4")
        assert "OFF" in await until(pilot, "${FEED_TOKEN} is not set")
        await pilot.press("3")


async def test_a_store_that_cannot_be_read_is_a_line(make, monkeypatch):
    from monitor.tui import state

    def busy(path):
        raise StoreBusyError(f"{path}: busy; try again")

    monkeypatch.setattr(state, "open_for_reading", busy)
    app = make()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "could not be read")
        await pilot.press("2", "3", "1")
        assert app.is_running


async def test_a_second_poll_waits_for_the_first(make):
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(settings, database, now, options, say):
        begun.set()
        await go.wait()
        return Report(now, 0.1)

    app = make(turn=slow)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("r")
        await begun.wait()
        await pilot.press("r")
        await until(pilot, "a poll is at work already")
        go.set()
        await settled(pilot)


async def test_quitting_ends_a_poll_at_work(make):
    ended = []

    async def endless(settings, database, now, options, say):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(True)
            raise

    app = make(turn=endless)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("r")
        await until(pilot, "polling...")
        await pilot.press("q")
    assert ended == [True]


async def test_a_long_list_opens_at_once_and_keeps_few_rows(make, database):
    filled.many(database, 20_000)
    app = make()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Story number 19999")
        rows = app.query_one(StoryList)
        assert rows.virtual_size.height == len(rows.keys) >= 20_000
        for _ in range(3):
            await pilot.press("G")
            await until(pilot, "Story number 0 of")
            await pilot.press("g")
            await until(pilot, "Story number 19999")
        for line in range(0, 20_000, 1_000):
            rows.move_to(line)
            await until(pilot, lambda text: "  ..." not in text)
        assert len(rows._loaded) <= KEPT


async def test_the_event_loop_stays_free_while_stories_are_read_and_polled(make, database):
    """The processor time of the loop's thread between two beats: what one key has to wait for at most."""
    filled.many(database, 5_000)
    spent = []

    async def beat():
        while True:
            start = time.thread_time()
            await asyncio.sleep(0.01)
            spent.append(time.thread_time() - start)

    app = make(turn=Turns(database, NEW, NEW))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "Why it matters")
        probe = asyncio.create_task(beat())
        await pilot.press("R")
        for key in ("j", "ctrl+f", "G", "g", "2", "3", "4", "1") * 3:
            await pilot.press(key)
        await settled(pilot)
        probe.cancel()
    spent.sort()
    assert len(spent) > 20
    assert spent[int(len(spent) * 0.95)] < 0.1


async def test_keys_change_nothing_but_the_row_they_were_meant_for(make, database):
    """A brief that is still being read belongs to another row: no link of it is copied."""
    app = make()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        rows, brief = app.query_one(StoryList), app.query_one(BriefReader)
        first = brief.story(rows.cursor_key)
        rows.move_to(1)
        assert app.pane.link() is None
        await until(pilot, lambda _: brief.story(rows.cursor_key) is not None)
        assert brief.story(rows.cursor_key) != first
        await pilot.pause()


async def test_rows_keep_cursor_and_view_when_rows_come_and_go(make):
    app = make()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("4")
        rows = app.pane.query_one(Rows)
        await until(pilot, "Grid Post")
        await pilot.press("j")
        assert rows.cursor_key == "Grid Post"
        rows.show(["New", "Hashwire", "Grid Post"])
        assert rows.cursor_key == "Grid Post"
        rows.show([])
        assert rows.cursor_key is None
        await pilot.press("j", "k", "G", "enter", "ctrl+f")


def test_the_interval_is_the_shortest_configured_one_and_a_minute_at_least(settings):
    from datetime import timedelta

    from monitor.tui.polling import interval

    assert interval(settings) == timedelta(minutes=15)
    quick = replace(settings, feeds=(replace(settings.feeds[0], every=timedelta(minutes=2)),))
    assert interval(quick) == timedelta(minutes=2)
    hasty = replace(settings, signals=(replace(settings.signals[0], every=timedelta(seconds=5)),))
    assert interval(hasty) == timedelta(minutes=1)
