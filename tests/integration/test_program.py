"""The main job, through the command line, on real sockets and a real database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.program import Program, Reply, Server, rss

PIVOT = (
    "1",
    "Miner Halden leases 100 MW to an AI cloud",
    "Halden will host GPUs at its Texas bitcoin mine for 12 years.",
)
PRICE = '{"price": "%s", "time": "%s"}'


def write_config(program: Program, server: Server, *, rule: str = "", more: str = "") -> None:
    program.config.write_text(
        f"""
[monitor]
poll = "15m"

[network]
allow_private = ["127.0.0.1:{server.port}"]

[[feed]]
name = "Wire"
url = "{server.url("/wire")}"

[[feed]]
name = "Broken"
url = "{server.url("/broken")}"

[[signal]]
name = "btc_price"
source = "Loop"
url = "{server.url("/price")}"
value = "price"
unit = "USD"
every = "1m"
stale_after = "1h"

[[site]]
name = "Texas"
difficulty = 133870000000000
block_height = 955584
fees_per_block = 0.0157
efficiency = 15
{rule}
{more}
"""
    )


RULE = """
[[rule]]
name = "pivot pays"
when = "spread.after_capex"
site = "Texas"
enter = 25
exit = 10
for = "0s"
"""


@pytest.fixture
def running(program: Program, server: Server) -> Program:
    server.replies["/wire"] = Reply(rss([PIVOT, ("2", "Ether slips 2%", "Traders shrug.")]))
    server.replies["/broken"] = Reply(b"<html><title>Sign in</title></html>", headers={"Content-Type": "text/html"})
    server.replies["/price"] = Reply(b'{"price": "60770.00"}')
    write_config(program, server, rule=RULE)
    return program


def test_a_poll_stores_what_sound_feeds_say_and_names_what_fails(running: Program) -> None:
    report = running("poll", "--all", "--json").json
    feeds = {feed["name"]: feed for feed in report["feeds"]}
    assert (feeds["Wire"]["outcome"], feeds["Wire"]["new"], feeds["Wire"]["error"]) == ("ok", 2, None)
    assert feeds["Broken"]["outcome"] == "error"
    assert "Sign in" in feeds["Broken"]["error"]
    assert feeds["Broken"]["next_try"] is not None
    (signal,) = report["signals"]
    assert (signal["outcome"], signal["value"], signal["status"]) == ("ok", 60770.0, "live")
    assert report["entries_new"] == 2


def test_a_list_in_json_is_read_by_the_expressions_of_its_feed(program: Program, server: Server) -> None:
    listed = {"hits": [{"head": {"line": PIVOT[1]}, "page": "https://example.org/1"}]}
    server.replies["/search"] = Reply(json.dumps(listed).encode(), headers={"Content-Type": "application/json"})
    feed = f'[[feed]]\nname = "Search"\nurl = "{server.url("/search")}"\nkind = "json"\n'
    own = 'items = "hits"\ntitle = "head.line"\nlink = "page"\n'
    program.config.write_text(f'[network]\nallow_private = ["127.0.0.1:{server.port}"]\n{feed}{own}')
    (told,) = program("poll", "--all", "--json").json["feeds"]
    assert (told["outcome"], told["new"]) == ("ok", 1)
    (row,) = program("export", "--rows", "entries").rows
    assert (row["title"], row["url"]) == (PIVOT[1], "https://example.org/1")


def test_a_second_poll_finds_nothing_new(running: Program, server: Server) -> None:
    running("poll", "--all", "--json")
    again = running("poll", "--all", "--json").json
    assert {feed["name"]: feed["outcome"] for feed in again["feeds"]} == {
        "Wire": "unchanged",
        "Broken": "error",
    }
    assert again["entries_new"] == 0
    assert server.asked[-1][1].keys() >= {"user-agent"}
    assert any("if-none-match" in headers for path, headers in server.asked if path == "/wire")


def test_when_a_feed_last_brought_something_is_known(running: Program, server: Server) -> None:
    def brought() -> str:
        with closing(sqlite3.connect(running.database)) as connection:
            asked = "SELECT last_changed_at FROM fetch_states WHERE key = 'feed:Wire'"
            return str(connection.execute(asked).fetchone()[0])

    days = [f"2026-11-2{n}T12:00:00Z" for n in range(3)]
    running.now = days[0]
    running("poll", "--all")
    running.now = days[1]
    running("poll", "--all")
    assert brought().startswith("2026-11-20T12")
    server.replies["/wire"] = Reply(rss([PIVOT, ("3", "Hashprice rises", "A little.")]))
    running.now = days[2]
    running("poll", "--all")
    assert brought().startswith("2026-11-22T12")


def test_what_is_not_due_is_not_asked(running: Program, server: Server) -> None:
    running("poll")
    before = len(server.asked)
    outcomes = {feed["outcome"] for feed in running("poll", "--json").json["feeds"]}
    assert outcomes == {"not_due"}
    assert len(server.asked) == before


def test_exported_entries_are_tagged_and_whole(running: Program) -> None:
    running("poll", "--all")
    rows = {row["title"]: row for row in running("export", "--rows", "entries").rows}
    pivot = rows[PIVOT[1]]
    assert pivot["relevance"] == 2
    assert pivot["url"] == "https://example.org/1"
    assert pivot["published_estimated"] is True
    assert pivot["published_at"] == pivot["first_seen_at"]
    assert set(pivot["stance_p"]) == {"critic", "defender", "neutral"}
    assert pivot["labelled"] == {"relevance": "model", "stance": "model", "noise": "model"}
    assert rows["Ether slips 2%"]["relevance"] == 0


def test_exported_stories_hold_every_entry_once(running: Program) -> None:
    running("poll", "--all")
    stories = running("export").rows
    ids = [entry["entry_id"] for story in stories for entry in story["entries"]]
    assert len(ids) == len(set(ids)) == 2
    assert all(0 <= story["noise"] <= 100 for story in stories)


def test_a_check_is_silent_until_the_spread_crosses_and_then_says_so_once(running: Program, server: Server) -> None:
    server.replies["/broken"] = Reply(rss([("9", "Something else", "Text.")]))
    first = running("check", "--all")
    assert (first.code, first.out, first.err) == (0, "", "")
    assert running("check", "--all").out == ""
    server.replies["/price"] = Reply(b'{"price": "40000.00"}')
    crossed = running("check", "--all")
    assert crossed.code == 0
    assert crossed.out.startswith("FIRING pivot pays")
    assert len(crossed.out.splitlines()) == 1
    quiet = running("check", "--all")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_dry_run_tells_and_changes_nothing(running: Program, server: Server) -> None:
    running("check", "--all")
    server.replies["/price"] = Reply(b'{"price": "40000.00"}')
    assert "FIRING pivot pays" in running("check", "--all", "--dry-run").out
    assert running("check", "--all").out.startswith("FIRING pivot pays")


def test_a_failing_source_is_said_when_it_begins_and_when_it_ends(running: Program, server: Server) -> None:
    began = running("check", "--all")
    assert "feed Broken began to fail" in began.err
    assert running("check", "--all").err == ""
    server.replies["/broken"] = Reply(rss([("9", "Something else", "Text.")]))
    assert "feed Broken works again" in running("check", "--all").err


def test_the_spread_follows_the_reading(running: Program) -> None:
    running("poll", "--all")
    margin = running("margin", "--json", "--site", "Texas").json
    assert margin["spread"]["after_capex"] == pytest.approx(16.6, abs=0.3)
    assert margin["inputs"]["btc_price"]["status"] == "live"
    assert margin["inputs"]["colo_rent"]["status"] == "assumed"
    assert margin["inputs"]["efficiency"]["status"] == "set"


def test_a_what_if_touches_nothing(running: Program) -> None:
    running.now = "2026-11-22T12:00:00Z"
    running("poll", "--all")
    before = running("margin", "--json").json
    what_if = running("margin", "--json", "--set", "colo_rent=200").json
    assert what_if["spread"]["after_capex"] > before["spread"]["after_capex"]
    assert running("margin", "--json").json == before


def test_a_wrong_config_is_refused_before_anything_is_touched(program: Program) -> None:
    program.config.write_text('[[feed]]\nname = "Wire"\nurl = "https://example.org/"\nevry = "15m"\n')
    ran = program("poll")
    assert ran.code == 2
    assert "feeds.toml:4: unknown key evry; did you mean every?" in ran.err
    assert not program.database.exists()
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [["archive"], ["poll", "--frobnicate"], ["brief", "x", "y"]])
def test_what_is_not_built_is_refused_by_name(program: Program, arguments: list[str]) -> None:
    ran = program(*arguments)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert arguments[-1] in ran.err


def test_tags_come_one_for_one_and_a_bad_line_is_named(program: Program) -> None:
    lines = [
        json.dumps({"id": "a", "title": PIVOT[1], "summary": PIVOT[2]}),
        "",
        "not json",
        json.dumps({"id": "b", "title": "Apple unveils a phone"}),
    ]
    ran = program("tag", stdin="\n".join(lines) + "\n")
    assert ran.code == 1
    first, bad, last = ran.rows
    assert (first["id"], first["relevance"], bad["line"], last["id"]) == ("a", 2, 3, "b")
    assert sum(first["stance_p"].values()) == pytest.approx(1.0)


def test_a_file_is_not_replaced_unless_told_to(running: Program, tmp_path: Path) -> None:
    running("poll", "--all")
    target = tmp_path / "out.csv"
    assert running("export", "--format", "csv", "-o", str(target)).code == 0
    assert running("export", "--format", "csv", "-o", str(target)).code == 2
    assert running("export", "--format", "csv", "-o", str(target), "--force").code == 0
    assert not list(tmp_path.glob("*.part"))


def test_a_check_with_nothing_new_loads_nothing_heavy(running: Program) -> None:
    running("check", "--all")
    code = (
        "import sys; from monitor.cli import main; main(['check', '--all']);"
        " print([name for name in ('textual', 'sklearn', 'numpy', 'scipy') if name in sys.modules])"
    )
    ran = running.python("-c", code)
    assert (ran.code, ran.out) == (0, "[]\n"), ran.err
