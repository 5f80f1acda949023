"""Every pane on a real database, driven by keys; only the network is played."""

from __future__ import annotations

import pytest
from support.screens import screen, settled, until

from monitor.tui.commands import COMMANDS
from monitor.tui.shell import PivotwatchApp
from monitor.tui.widgets.brief import BriefReader
from monitor.tui.widgets.story_list import StoryList

BRIEF = (
    "Why it matters",
    "Key points",
    "Summary",
    "In plain words",
    "Sides",
    "Noise level",
    "Forecast",
    "Timeline",
)


async def test_the_list_and_the_brief_of_its_first_story_open_by_themselves(make):
    app = make()
    async with app.run_test(size=(120, 100)) as pilot:
        shown = await until(pilot, "Why it matters")
        for part in BRIEF:
            assert part in shown
        first = app.query_one(StoryList).cursor_key
        assert app.query_one(BriefReader).story(first).title.split()[0] in shown
        assert "1 off topic (x)" in shown
        assert "Phone maker" not in shown


async def test_off_topic_stories_are_a_key_away(make):
    async with make().run_test(size=(120, 40)) as pilot:
        await until(pilot, "1 off topic")
        await pilot.press("x")
        assert "off topic" not in await until(pilot, "Phone maker")


async def test_at_45_columns_one_thing_is_shown_at_a_time(make):
    async with make().run_test(size=(45, 24)) as pilot:
        shown = await until(pilot, "> ")
        assert "Why it matters" not in shown
        assert shown.splitlines()[-1].startswith(" ? help  q quit")
        await pilot.press("enter")
        shown = await until(pilot, "Why it matters")
        assert "Noise  N  Age" not in shown
        await pilot.press("q")
        await until(pilot, "Noise  N  Age")
        assert pilot.app.is_running


@pytest.mark.parametrize("size", [(39, 24), (80, 9)])
async def test_a_screen_too_small_says_what_it_needs(make, size):
    async with make().run_test(size=size) as pilot:
        assert (await settled(pilot)).split() == ["needs", "40x10"]
        await pilot.resize_terminal(80, 24)
        await until(pilot, "Stories")


async def test_every_number_of_the_margin_says_what_it_is_and_how_old(make):
    async with make().run_test(size=(120, 60)) as pilot:
        await pilot.press("2")
        shown = await until(pilot, "J/TH")
        assert "AI(colo, 152.80 USD/kW-month) - mining(15 J/TH) after capex, $/grid MWh" in shown
        assert "3d STALE (difficulty)" in shown
        assert "inputs assumed (i)" in shown
        assert "enter 25 exit 10" in shown
        assert [line for line in shown.splitlines() if line.endswith("enter") and "+25.0 ---" in line]
        assert [line for line in shown.splitlines() if line.endswith("exit") and "+10.0 ---" in line]
        await pilot.press("i")
        inputs = (await until(pilot, "Inputs of Texas")).splitlines()
        rows = {line.split()[0]: line for line in inputs if line.strip()}
        assert " 3d stale " in rows["difficulty"]
        assert " 0s live " in rows["btc_price"]
        assert " set " in rows["power_price"]
        assert " - assumed " in rows["pool_fee"]


async def test_the_tier_changes_by_a_key_and_names_its_price(make):
    async with make().run_test(size=(120, 40)) as pilot:
        await pilot.press("2")
        await until(pilot, "tier colo")
        await pilot.press("t")
        assert "AI(cloud, 2.35 USD/GPU-h ~assumed)" in await until(pilot, "tier cloud")


async def test_signals_show_value_unit_source_age_and_what_is_stale(make):
    async with make().run_test(size=(100, 30)) as pilot:
        await pilot.press("3")
        shown = await until(pilot, "btc_price from Coinbase")
        rows = {line.split("* ")[1].split()[0]: line for line in shown.splitlines() if "* " in line}
        assert rows["difficulty"].split("*")[1].split() == [
            "difficulty",
            "133.9T",
            "1",
            "mempool",
            "3d",
            "STALE",
        ]
        assert rows["btc_price"].split()[2:] == ["btc_price", "74,000", "USD", "Coinbase", "0s"]
        assert "${KEY}" not in shown
        assert "key=***" in shown


async def test_a_failing_feed_shows_why_and_when_it_is_tried_again(make):
    async with make().run_test(size=(100, 30)) as pilot:
        await pilot.press("4")
        shown = await until(pilot, "Grid Post")
        assert "FAILED   1d      -  Grid Post  the host answered 503" in shown
        await pilot.press("j")
        shown = await until(pilot, "failed 3 times in a row")
        assert "next try in 40m (2026-11-22T12:40:00Z) waiting after failures" in shown


async def test_keys_move_the_cursor_and_the_brief_follows(make):
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "Why it matters")
        rows, brief = app.query_one(StoryList), app.query_one(BriefReader)
        first, last = rows.keys[0], rows.keys[-1]
        for keys, expected in (
            (["j"], 1),
            (["k"], 0),
            (["G"], -1),
            (["g"], 0),
            (["ctrl+f"], -1),
            (["ctrl+b"], 0),
        ):
            await pilot.press(*keys)
            assert rows.cursor_key == rows.keys[expected], keys
        await pilot.press("end")
        await until(pilot, lambda _: brief.story(last) is not None)
        assert brief.story(first) is None


async def test_tab_and_numbers_change_the_pane(make):
    app = make()
    async with app.run_test(size=(100, 30)) as pilot:
        seen = []
        for key in ("tab", "tab", "tab", "tab", "shift+tab", "2", "1"):
            await pilot.press(key)
            seen.append(app.pane.id)
        assert seen == ["margin", "signals", "feeds", "stories", "feeds", "margin", "stories"]


async def test_tabs_can_be_clicked(make):
    app = make()
    async with app.run_test(size=(100, 30)) as pilot:
        at = screen(app).splitlines()[0].index("3 Signals")
        await pilot.click("#tabs", offset=(at + 1, 0))
        await pilot.pause()
        assert app.pane.id == "signals"


async def test_help_lists_every_command_and_searches(make):
    async with make().run_test(size=(100, 60)) as pilot:
        await pilot.press("question_mark")
        shown = await until(pilot, "Keys and commands")
        for command in COMMANDS:
            assert command.help in shown
        await pilot.press("slash", *"noise")
        shown = await until(pilot, lambda text: "One row up" not in text)
        assert "The parts of the story's noise level" in shown
        await pilot.press("enter", "q")
        await until(pilot, "1 Stories")


def test_every_command_is_in_the_palette_and_the_three_keys_of_the_framework_are_free():
    assert not {"ctrl+p", "ctrl+q", "ctrl+c"} & {key for c in COMMANDS for key in c.keys.split(",")}
    names = {c.name for c in COMMANDS if not c.palette}
    assert names == {"open", "next_pane", "before"} | {c.name for c in COMMANDS if c.scope != "everywhere"}


async def test_the_palette_offers_each_command_by_its_words(make):
    app = make()
    async with app.run_test() as pilot:
        titles = {command.title for command in app.get_system_commands(app.screen)}
        for command in COMMANDS:
            if command.palette:
                assert f"{command.label.capitalize()} ({command.shown})" in titles
        await pilot.pause()


async def test_the_filter_keeps_stories_with_all_words_and_says_so(make):
    app = make()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Why it matters")
        before = len(app.query_one(StoryList).keys)
        await pilot.press("slash", *"denton lease", "enter")
        shown = await until(pilot, "with 'denton lease': 1")
        assert before > 1
        assert "Core Scientific" in shown.splitlines()[3]
        await pilot.press("slash", *"zz", "enter")
        await until(pilot, "no story has the words 'zz'")
        await pilot.press("slash", "enter")
        await until(pilot, lambda _: len(app.query_one(StoryList).keys) == before)


async def test_search_syntax_is_plain_words(make):
    app = make()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Why it matters")
        for words in ('"', "100%_", "NEAR(", "a OR *", "title:x", "' --", "%"):
            app.pane.filter(words)
            shown = await settled(pilot)
            assert "could not be read" not in shown
            assert f"with {words!r}" in shown


async def test_escape_leaves_the_filter_and_q_at_the_list_quits(make):
    app: PivotwatchApp = make()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("slash", "q", "escape")
        assert app.is_running
        await pilot.press("enter", "q")
        assert app.is_running
        await pilot.press("q")
    assert app.return_code == 0


async def test_demo_is_marked_at_every_width(make):
    for width in (45, 80, 120):
        async with make(demo=True).run_test(size=(width, 24)) as pilot:
            assert "DEMO" in (await settled(pilot)).splitlines()[0]
