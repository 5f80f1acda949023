"""A poll that is killed, crowded, starved of disk or of its surroundings: nothing is lost, and one line tells."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.hostile_http import document, rss
from support.hostile_server import HostileServer
from support.program import Program

FEEDS, ENTRIES = 12, 20
POLL = ("poll", "--all", "--no-tag")  # what a model reads is not at stake here, and it takes its time to load
CASE = "\N{SNOWMAN} feed"  # no ASCII where a terminal may not be able to show it


@pytest.fixture
def served() -> Iterator[HostileServer]:
    with HostileServer() as server:
        for n in range(FEEDS):
            server.serve(f"/{n}", document(rss(ENTRIES, f"{CASE} {n}")))
        yield server


def write_config(program: Program, server: HostileServer, *others: str, retain: str = "365d") -> None:
    urls = {f"{CASE} {n}": server.url(str(n)) for n in range(FEEDS)} | {name: server.url(name) for name in others}
    network = f'[monitor]\nretain = "{retain}"\n[network]\nallow_private = ["127.0.0.1:{server.port}"]\nper_host = 16\n'
    tables = "".join(f'[[feed]]\nname = "{name}"\nurl = "{url}"\n' for name, url in urls.items())
    program.config.write_text(network + tables, encoding="utf-8")


@pytest.fixture
def running(program: Program, served: HostileServer) -> Program:
    write_config(program, served)
    return program


def query(program: Program, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(program.database)) as connection:
        return connection.execute(sql).fetchall()


def assert_whole(program: Program) -> None:
    """Every feed is stored with its state or not at all, and the search index follows the entries."""
    assert query(program, "PRAGMA quick_check") == [("ok",)]
    stored = dict(query(program, "SELECT feed, count(*) FROM entries GROUP BY feed"))
    known = {key for (key,) in query(program, "SELECT key FROM fetch_states WHERE last_ok_at IS NOT NULL")}
    assert set(stored.values()) <= {ENTRIES}
    assert {f"feed:{feed}" for feed in stored} == known
    with closing(sqlite3.connect(program.database)) as connection:
        connection.execute("INSERT INTO entries_fts (entries_fts, rank) VALUES ('integrity-check', 1)")


# ---------------------------------------------------------------- killed


@pytest.mark.parametrize(
    ("times", "command", "longest"),
    [(10, POLL, 0.5), pytest.param(500, ("poll", "--all"), 1.2, marks=pytest.mark.long)],
)
def test_a_kill_at_any_point_leaves_whole_batches_and_skips_nothing(
    running: Program, times: int, command: tuple[str, ...], longest: float
) -> None:
    draw, kept = random.Random(7), 0
    for n in range(times):
        if n % 4 == 0:  # from the very beginning: the file is made, and its tables
            for file in running.home.glob("pivotwatch.db*"):
                file.unlink()
            kept = 0
        process = running.start(*command)
        time.sleep(draw.uniform(0.1, longest))
        process.kill()
        process.communicate()
        if not running.database.exists() or query(running, "PRAGMA user_version") == [(0,)]:
            continue
        assert_whole(running)
        ((entries,),) = query(running, "SELECT count(*) FROM entries")
        assert kept <= int(str(entries))
        kept = int(str(entries))
    after = running("poll", "--all", "--json")
    assert (after.code, after.err) == (0, "")
    assert_whole(running)
    rows = running("export", "--rows", "entries").rows
    assert len(rows) == len({row["entry_id"] for row in rows}) == FEEDS * ENTRIES
    assert all(row["relevance"] is not None and row["story_id"] for row in rows)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.long)]
)
def test_a_signal_ends_a_poll_soon_and_quietly(
    running: Program, served: HostileServer, number: signal.Signals, code: int
) -> None:
    write_config(running, served, "never-answers", "body-drips")
    draw = random.Random(3)
    for _ in range(3):
        before = len(served.asked("/never-answers"))
        process = running.start(*POLL, "--json")
        wait_until(lambda before=before: len(served.asked("/never-answers")) > before)  # type: ignore[misc]
        time.sleep(draw.uniform(0, 0.3))
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (code, b"", b"")
        assert time.monotonic() - began < 5
    assert_whole(running)
    assert query(running, "SELECT * FROM leases") == []


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Look again and again; a failure where it does not come true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


# ---------------------------------------------------------------- crowded


def test_two_polls_and_a_check_at_once_store_each_entry_once(running: Program) -> None:
    together = [running.start(command, "--all") for command in ("poll", "check", "poll")]
    ended = [(process.communicate(timeout=60), process.returncode) for process in together]
    codes = sorted(code for _, code in ended)
    assert codes[0] == 0 and set(codes) <= {0, 75}
    for (_, err), code in ended:
        assert b"locked" not in err and b"Traceback" not in err
        assert code == 0 or err.decode().startswith("pivotwatch: process ")
    assert_whole(running)
    assert query(running, "SELECT count(*) FROM entries") == [(FEEDS * ENTRIES,)]


@pytest.mark.long
def test_readers_and_a_poll_do_not_wait_for_each_other(running: Program) -> None:
    running(*POLL)
    with running.start("poll", "--all", "--json") as poll:
        while poll.poll() is None:
            export = running("export", "--rows", "entries")
            assert (export.code, export.err, len(export.rows)) == (0, "", FEEDS * ENTRIES)
        poll.communicate()
    assert poll.returncode == 0


@pytest.mark.long
def test_a_writer_that_lets_go_in_time_is_waited_for(running: Program) -> None:
    running(*POLL)
    with closing(sqlite3.connect(running.database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        process = running.start(*POLL)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        holder.execute("ROLLBACK")
    assert process.communicate(timeout=30)[1] == b""
    assert process.returncode == 0


@pytest.mark.long
def test_a_writer_that_does_not_let_go_is_told_and_costs_nothing(running: Program) -> None:
    running(*POLL)
    with closing(sqlite3.connect(running.database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        ran = running(*POLL)
        seconds = time.monotonic() - began
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1 and "busy" in ran.err
    assert 9 < seconds < 20
    assert running(*POLL).code == 0


# ---------------------------------------------------------------- starved


def limited(size: int) -> Callable[[], None]:
    """No file of the process may grow beyond `size` bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [60_000, *(pytest.param(n, marks=pytest.mark.long) for n in (4_096, 33_000, 200_000))])
def test_a_full_disk_is_told_in_one_line_and_loses_nothing(running: Program, size: int) -> None:
    process = running.start(*POLL, preexec_fn=limited(size))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert len(err.decode().splitlines()) == 1 and f"{running.database}: the disk is full" in err.decode()
    assert running(*POLL).code == 0
    assert_whole(running)
    assert query(running, "SELECT count(*) FROM entries") == [(FEEDS * ENTRIES,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_small_disk_that_gets_room_again_goes_on(program: Program, served: HostileServer, tmp_path: Path) -> None:
    write_config(program, served)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500k", "none", disk], check=False).returncode:
        pytest.skip("no mounts here")
    try:
        place = ("--db", str(disk / "p.db"))
        full = program(*POLL, *place)
        assert full.code == 1
        assert "disk is full" in full.err and len(full.err.splitlines()) == 1
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        assert program(*POLL, *place).code == 0
        assert len(program("export", "--rows", "entries", *place).rows) == FEEDS * ENTRIES
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_read_only_disk_is_told(program: Program, served: HostileServer, tmp_path: Path) -> None:
    write_config(program, served)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "none", disk], check=False).returncode:
        pytest.skip("no mounts here")
    try:
        place = ("--db", str(disk / "p.db"))
        program(*POLL, *place)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for database in (disk / "p.db", disk / "deeper" / "new.db"):
            ran = program(*POLL, "--db", str(database))
            assert ran.code == 2
            assert len(ran.err.splitlines()) == 1 and str(disk) in ran.err
        assert len(program("export", "--rows", "entries", *place).rows) == FEEDS * ENTRIES
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_reader_that_leaves_early_is_no_fault(running: Program) -> None:
    for command in ([*POLL, "--json"], ["export", "--rows", "entries"]):
        with running.start(*command) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.close()
            err = process.stderr.read()
        assert (process.returncode, err) == (0, b""), command


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_behind_stdout_is_told(running: Program) -> None:
    with Path("/dev/full").open("wb") as full:
        for command in ([*POLL, "--json"], ["export", "--rows", "entries"]):
            with running.start(*command, stdout=full) as process:
                _, err = process.communicate(timeout=60)
            assert process.returncode == 1
            assert len(err.decode().splitlines()) == 1 and "Traceback" not in err.decode()


# ---------------------------------------------------------------- not ours


@pytest.mark.parametrize(
    "kind", ["newer", "stranger", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("text", "directory"))]
)
def test_what_is_not_ours_is_left_as_it_is(running: Program, kind: str) -> None:
    if kind == "newer":
        running(*POLL)
        with closing(sqlite3.connect(running.database)) as connection:
            connection.executescript("PRAGMA journal_mode = DELETE; PRAGMA user_version = 999")
    elif kind == "stranger":
        with closing(sqlite3.connect(running.database)) as connection:
            connection.executescript("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
    elif kind == "text":
        running.database.write_text("notes of mine\n" * 100)
    else:
        running.database.mkdir()
    before = running.database.read_bytes() if running.database.is_file() else b""
    for command in (POLL, ["export"]):
        ran = running(*command)
        assert (ran.code, ran.out) == (2, ""), command
        assert len(ran.err.splitlines()) == 1 and str(running.database) in ran.err
    assert (running.database.read_bytes() if running.database.is_file() else b"") == before


@pytest.mark.long
def test_an_empty_file_and_a_link_are_used(running: Program) -> None:
    running.database.touch()
    link = running.home / "link.db"
    link.symlink_to(running.database)
    assert running(*POLL, "--db", str(link)).code == 0
    assert query(running, "SELECT count(*) FROM entries") == [(FEEDS * ENTRIES,)]


# ---------------------------------------------------------------- bare surroundings


@pytest.mark.parametrize("language", ["C", pytest.param("de_DE.ISO-8859-1", marks=pytest.mark.long)])
def test_a_bare_environment_is_enough(running: Program, language: str) -> None:
    bare = {"LANG": language, "LC_ALL": language, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    for command in (POLL, ["export", "--rows", "entries"], ["doctor"]):
        ran = running(*command, environ=bare)
        assert (ran.code, ran.err) == (0, ""), command
    assert CASE in ran.out


def test_without_home_the_one_of_the_account_is_used(running: Program) -> None:
    environ = running.environ()
    for name in ("HOME", "PIVOTWATCH_DB"):
        del environ[name]
    environ["XDG_DATA_HOME"] = str(running.home / "data")
    command = [sys.executable, "-m", "monitor", *POLL]
    done = subprocess.run(command, env=environ, capture_output=True, check=False, cwd=running.home)
    assert (done.returncode, done.stderr) == (0, b"")
    made = running.home / "data" / "pivotwatch"
    assert (made / "pivotwatch.db").exists()
    assert made.stat().st_mode & 0o777 == 0o700


# ---------------------------------------------------------------- what is kept


def test_what_expired_never_comes_back_as_new(program: Program, served: HostileServer) -> None:
    write_config(program, served, retain="30d")
    program.now = "2026-06-01T12:00:00Z"
    assert program(*POLL, "--json").json["entries_new"] == FEEDS * ENTRIES
    served.serve("/0", document(rss(ENTRIES + 3, f"{CASE} 0")))
    program.now = "2026-07-15T12:00:00Z"
    later = program(*POLL, "--json").json
    assert later["entries_new"] == 3
    rows = program("export", "--rows", "entries").rows
    assert len(rows) == 3
    program.now = "2026-07-16T12:00:00Z"
    assert program(*POLL, "--json").json["entries_new"] == 0


@pytest.mark.long
def test_a_wrong_clock_does_not_empty_the_database(program: Program, served: HostileServer) -> None:
    for n in range(FEEDS):
        served.serve(f"/{n}", document(rss(100, f"{CASE} {n}")))
    write_config(program, served, retain="30d")
    program.now = "2026-06-01T12:00:00Z"
    program(*POLL)
    program.now = "2036-06-01T12:00:00Z"
    assert program(*POLL).code == 0
    assert len(program("export", "--rows", "entries").rows) == FEEDS * 100


# ---------------------------------------------------------------- politeness over restarts


def test_retry_after_binds_every_later_run(program: Program, served: HostileServer) -> None:
    write_config(program, served, "retry-after/503/3600")
    program.now = "2026-06-01T12:00:00Z"
    feeds = {one["name"]: one for one in program(*POLL, "--json").json["feeds"]}
    assert feeds["retry-after/503/3600"]["next_try"] == "2026-06-01T13:00:00Z"
    program.now = "2026-06-01T12:59:00Z"
    program("check", "--all")
    assert len(served.asked("/retry-after/503/3600")) == 1
    program.now = "2026-06-01T13:00:01Z"
    program(*POLL)
    assert len(served.asked("/retry-after/503/3600")) == 2


@pytest.mark.long
def test_what_is_gone_is_asked_again_only_by_hand(program: Program, served: HostileServer) -> None:
    write_config(program, served, "status-410")
    for _ in range(2):
        feeds = {one["name"]: one for one in program(*POLL, "--json").json["feeds"]}
        assert (feeds["status-410"]["outcome"], feeds["status-410"]["next_try"]) == ("gone", None)
    assert len(served.asked("/status-410")) == 1
    assert program("feeds", "retry", "status-410").code == 0
    program(*POLL)
    assert len(served.asked("/status-410")) == 2
    assert "gone" in {one["verdict"] for one in json.loads(program("doctor", "--json").out)}


@pytest.mark.long
def test_what_fails_at_times_recovers_without_a_second_copy(program: Program, served: HostileServer) -> None:
    write_config(program, served, "every-other")
    outcomes = []
    for hour in range(4):
        program.now = f"2026-06-01T{hour:02}:00:00Z"
        feeds = {one["name"]: one for one in program(*POLL, "--json").json["feeds"]}
        outcomes.append((feeds["every-other"]["outcome"], feeds["every-other"]["new"]))
    assert [outcome for outcome, _ in outcomes].count("error") == 2
    assert sum(new for _, new in outcomes) == 10
    assert query(program, "SELECT failures FROM fetch_states WHERE key = 'feed:every-other'") in ([(0,)], [(1,)])
