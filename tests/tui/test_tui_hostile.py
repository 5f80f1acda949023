"""Foreign text is shown letter for letter and does nothing; links leave only when they are plain http(s)."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from support import filled
from support.screens import settled, until

from monitor.model import FetchState
from monitor.store import fetching
from monitor.store.database import open_database, transaction
from monitor.tui import links
from monitor.tui.widgets.brief import BriefReader
from monitor.tui.widgets.story_list import StoryList

TITLES = (
    "[/foo] miners [bold]pivot[/bold] to AI",
    "[@click=app.exit]bitcoin miners[/] lease to AI [red",
    "[TODO] bitcoin price [$65k] :warning: at 10:30:45 and AI",
    "[link=file:///etc/passwd]AI compute[/link] for miners \\[x]",
)


async def test_brackets_are_letters_everywhere(make, tmp_path, settings):
    database = tmp_path / "hostile.db"
    items = [(f"Feed {n}", title, f"{title}. It says that hash rate fell.") for n, title in enumerate(TITLES)]
    for item in items:
        filled.add(database, settings, [item])
    app = make(database=database)
    async with app.run_test(size=(200, 60)) as pilot:
        await until(pilot, "Key points")
        app.pane.rows.show_off_topic()
        await until(pilot, lambda shown: all(title in shown for title in TITLES))
        rows, brief = app.query_one(StoryList), app.query_one(BriefReader)
        for n, key in enumerate(rows.keys):
            rows.move_to(n)
            await until(pilot, lambda _, key=key: brief.story(key) is not None)
            title = brief.story(key).title
            assert (await settled(pilot)).count(title) >= 2  # in the list and in the brief
            await pilot.press("w")
            assert title in await until(pilot, "entries: ")
            await pilot.press("q")
        await pilot.press("slash", *"[/x]", "enter")
        assert "with '[/x]'" in await settled(pilot)
        assert app.is_running


async def test_clicking_on_a_title_does_what_a_click_does(make, tmp_path, settings):
    database = tmp_path / "hostile.db"
    filled.add(database, settings, [("Hashwire", TITLES[1], "Bitcoin miners lease power to AI.")])
    app = make(database=database)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, "Key points")
        await pilot.click(StoryList, offset=(25, 0))
        await pilot.click(BriefReader, offset=(5, 0))
        await pilot.pause()
        assert app.is_running


async def test_control_bytes_of_an_error_are_shown_as_escapes(make, database):
    connection = open_database(database)
    state = FetchState(
        "feed:Hashwire",
        last_attempt_at=filled.NOW,
        failures=1,
        last_error="503 \x1b]0;owned\x07 [/x]\nsecond",
    )
    with transaction(connection):
        fetching.save_states(connection, [state])
    connection.close()
    async with make().run_test(size=(120, 30)) as pilot:
        await pilot.press("4")
        shown = await until(pilot, "failed 1 times")
        assert "503 \\x1b]0;owned\\x07 [/x]\\nsecond" in shown
        assert "\x1b" not in shown


async def test_a_brief_of_a_thousand_letters_in_one_word_wraps(make, tmp_path, settings):
    database = tmp_path / "long.db"
    filled.add(database, settings, [("Hashwire", "Bitcoin miners " + "A" * 900, "AI " + "漢" * 5_000)])
    async with make(database=database).run_test(size=(45, 24)) as pilot:
        shown = await until(pilot, "AAAA")
        assert all(len(line) <= 45 for line in shown.splitlines())
        await pilot.press("enter")
        await until(pilot, lambda text: "AAAA" in text and "Noise  N  Age" not in text)
        await pilot.press("G")
        await until(pilot, "Notes")


# ------------------------------------------------------------ links


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An opener that writes its arguments down, a line each."""
    record = tmp_path / "opened"
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nfor a in "$#" "$@"; do echo "$a" >> {record}; done\ntty >> {record}\nexit 0\n')
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{opener.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("BROWSER", raising=False)
    return record


async def test_o_opens_the_link_as_one_argument_without_terminal(make, opened):
    app = make()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        url = app.pane.link()
        await pilot.press("o")
        await until(pilot, f"opening news.example: {url}")
        await settled(pilot)
    assert opened.read_text().splitlines() == ["1", url, "not a tty"]


REFUSED = (
    None, "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "-h", "http://a b/", "//e.example/",
    "https://user@evil.example/", "vscode://x", "https://e.example/\x1b[2J", "https://e.example/" + "x" * 10_000,
)  # fmt: skip


async def test_other_links_are_refused_with_a_line(make, opened, monkeypatch):
    app = make()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        for url in REFUSED:
            monkeypatch.setattr(app.pane, "link", lambda url=url: url)
            await pilot.press("o")
            await until(pilot, "not opened: no clean http(s) link here")
            await pilot.press("y")
            await until(pilot, "nothing copied")
            assert app.clipboard == ""
    assert not opened.exists()


def test_shell_code_in_a_link_stays_one_argument(opened):
    url = links.checked("https://e.example/?a=$(touch${IFS}/tmp/x);%20`id`|more&b='\"")
    assert url is not None
    assert links.open_in_browser(url) is None
    assert opened.read_text().splitlines()[:2] == ["1", url]


def test_a_host_in_other_letters_is_named_as_the_network_names_it():
    url = links.checked("https://соinbase.example/news")
    assert url is not None
    assert links.host(url).startswith("xn--")


def test_no_browser_and_a_failing_browser_are_a_line(opened, monkeypatch, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(broken))
    assert "ended with 3" in (links.open_in_browser("https://e.example/") or "")
    monkeypatch.delenv("BROWSER")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert "no browser found" in (links.open_in_browser("https://e.example/") or "")


async def test_y_copies_and_prints_the_link(make):
    app = make()
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, "Why it matters")
        await pilot.press("y")
        await until(pilot, f"copied: {app.pane.link()}")
        assert app.clipboard == app.pane.link()


async def test_a_feeds_secret_is_neither_shown_nor_copied(make, settings):
    feed = replace(settings.feeds[0], url="https://me:secret@feeds.example/x?token=${TOKEN}")
    app = make(settings=replace(settings, feeds=(feed,)))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("4")
        assert "secret" not in await until(pilot, "feeds.example")
        await pilot.press("y")
        assert "secret" not in await settled(pilot)
        assert "secret" not in app.clipboard
