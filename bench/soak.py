"""The pane beside a cron job for minutes, on feeds that grow and misbehave: what leaks, locks, doubles or is lost.

The pane runs in a pseudo-terminal and is driven by its keys. Beside it `check --all --json` runs every few
seconds as cron would run it, and some of those are killed in the middle.
"""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import soak_faults
from bench.soak_feeds import FEEDS, RETRY_AFTER, SIGNALS, Soaked
from bench.soak_terminal import Pane

SAMPLE = 1.0  # seconds between two looks at the pane's process
CHECK = 5.0  # seconds between two checks
MOST_CHECKS = 8  # at once
KILLED = 5  # every so many checks one is killed
KILL_AFTER = (0.2, 2.0)  # seconds of its life
KEYS = 7.0  # seconds between two keys of the tour
POLL = 13.0  # seconds between two polls that the reader asks for
MINUTE = 60.0
ENDING = 60.0  # seconds for any process to end by itself
TICK = 0.05
BAD = re.compile(
    r"Traceback|is locked|busy, another|could not be read|the poll failed: (?!process)|\w+(Error|Warning)\b"
)
TOLD = re.compile(r"pivotwatch: (feed|signal) .* (began to fail: .*|works again)")
HELD = re.compile(r"pivotwatch: process \d+ on \S+ is fetching; try again when it is done")
LIST = "Noise  N  Age"  # the head of the story list
# What a reader does, and what it paints; nothing where that depends on what came meanwhile.
TOUR = (
    ("?", "Keys and commands"), ("q", LIST), ("2", "tier colo"), ("i", "Inputs of"), ("q", "tier colo"),
    ("1", LIST), ("u", ""), ("j", "> "), ("n", " of 100: "), ("q", LIST), ("3", "btc_price"),
    ("4", "Feed 0"), ("1", LIST), ("x", ""),
)  # fmt: skip
HEAD = "minute  checks: whole  beside  held  killed   entries   MB  files  threads  WAL MB  key ms  faults"


@dataclass(frozen=True)
class Look:
    """What the pane's process held at one moment, and the size of the write-ahead log."""

    at: float  # seconds since the beginning
    resident_mb: float
    files: int
    threads: int
    wal_mb: float


@dataclass
class Figures:
    """What a soak came to; `faults` is empty where every invariant held."""

    seconds: float = 0.0
    looks: list[Look] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)  # seconds from key to paint
    checks: Counter[str] = field(default_factory=Counter)  # by how they ended
    entries: int = 0
    edited: int = 0
    whole: int = 0  # entries that were served whole
    alerts: int = 0
    database_mb: float = 0.0
    faults: list[str] = field(default_factory=list)

    def minutes(self) -> list[list[Look]]:
        """The looks, minute by minute; what is over of the last whole one belongs to it."""
        count = max(int(self.seconds // MINUTE), 1)
        return [[look for look in self.looks if min(look.at // MINUTE, count - 1) == n] for n in range(count)]

    def resident(self) -> list[float]:
        """MB of resident memory: the median of each minute."""
        return [statistics.median(look.resident_mb for look in looks) for looks in self.minutes()]

    def resting(self, name: str) -> list[int]:
        """`files` or `threads` while no poll is at work: the fewest of each minute."""
        return [min(getattr(look, name) for look in looks) for looks in self.minutes()]

    @property
    def wal_mb(self) -> float:
        return max(look.wal_mb for look in self.looks)


@dataclass(frozen=True)
class Place:
    """Where a soak lives, and how its processes are started."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "pivotwatch.db"

    def command(self, who: str, *words: str) -> list[str]:
        """`who` (pane or cron) names the config, which tells its requests from the other's."""
        return [sys.executable, "-m", "monitor", "--config", f"{who}.toml", "--db", str(self.database), *words]

    def environ(self) -> dict[str, str]:
        own = {"HOME": str(self.home), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1]), **own}

    def run(self, *words: str, life: float = ENDING) -> subprocess.CompletedProcess[str]:
        """One command to its end; killed after `life` seconds, which raises TimeoutExpired."""
        command, environ = self.command("cron", *words), self.environ()
        return subprocess.run(
            command, env=environ, cwd=self.home, capture_output=True, text=True, timeout=life, check=False
        )


class Cron:
    """Starts checks, kills some, and reads what they said."""

    def __init__(self, place: Place) -> None:
        self.ended: Counter[str] = Counter()
        self.faults: list[str] = []
        self._place = place
        self._draw = random.Random(5)
        self._pool = ThreadPoolExecutor(MOST_CHECKS)
        self._begun = 0

    def begin(self) -> None:
        """Start a check, whether or not the one before has ended."""
        self._begun += 1
        life = self._draw.uniform(*KILL_AFTER) if self._begun % KILLED == 0 else None
        self._pool.submit(self._check, life)

    def end(self) -> None:
        """Wait for the checks under way."""
        self._pool.shutdown()

    def _check(self, life: float | None) -> None:
        try:
            ran = self._place.run("check", "--all", "--json", life=life or ENDING)
        except subprocess.TimeoutExpired as killed:
            self.ended["killed"] += 1
            self._judge_words((killed.stderr or b"").decode(), TOLD)
            if life is None:
                self.faults.append(f"a check did not end within {ENDING:g} s")
            return
        self._judge_words(ran.stderr, HELD if ran.returncode == 75 else TOLD)
        self.ended[self._how(ran)] += 1

    def _how(self, ran: subprocess.CompletedProcess[str]) -> str:
        """How a check ended that was not killed."""
        if ran.returncode == 75:
            return "held"
        if ran.returncode != 0:
            self.faults.append(f"a check ended with code {ran.returncode}")
            return "failed"
        report = json.loads(ran.stdout)
        return "whole" if report["sources_ok"] + report["sources_failed"] else "beside"

    def _judge_words(self, err: str, allowed: re.Pattern[str]) -> None:
        self.faults += [f"a check said {line!r}" for line in err.splitlines() if not allowed.fullmatch(line)]


class Soak:
    """The pane and the checks beside it on one database."""

    def __init__(self, home: Path, server: Soaked, say: Callable[[str], None]) -> None:
        self.figures = Figures()
        self._place, self._server, self._say = Place(home), server, say
        self._cron = Cron(self._place)
        self._pressed = 0
        for who in ("pane", "cron"):
            (home / f"{who}.toml").write_text(config(server.port, who))

    def run(self, minutes: float) -> Figures:
        """Soak, end the pane by its key, let the server calm down, and look at all that is stored."""
        self._say(HEAD)
        with self._pane() as pane:
            began = time.monotonic()
            self._work(pane, began, minutes * MINUTE)
            self.figures.seconds = time.monotonic() - began
            self._cron.end()
            code, as_before = pane.quit(ENDING)
            self._hold(code == 0, f"the pane ended with code {code}")
            self._hold(as_before, "the pane left the terminal in another mode")
            self._read(pane)
        self._look_at_store()
        return self.figures

    @contextmanager
    def _pane(self) -> Iterator[Pane]:
        pane = Pane(self._place.command("pane", "tui"), self._place.environ(), self._place.home)
        try:
            self._hold(pane.until(LIST) is not None, "the pane never showed its list")
            yield pane
        finally:
            pane.close()
            self._cron.end()

    def _work(self, pane: Pane, began: float, seconds: float) -> None:
        """Every job in its interval, until the time is over or the pane is."""
        jobs: list[tuple[float, Callable[[], None]]] = [
            (SAMPLE, lambda: self._look(pane, time.monotonic() - began)),
            (CHECK, self._cron.begin),
            (KEYS, lambda: self._press(pane)),
            (POLL, lambda: pane.write("R")),
            (MINUTE, lambda: self._tell_minute(pane)),
        ]
        due = [interval for interval, _ in jobs]
        while pane.alive and (passed := time.monotonic() - began) < seconds + SAMPLE:
            for n, (interval, work) in enumerate(jobs):
                if passed >= due[n]:
                    due[n] += interval
                    work()
            time.sleep(TICK)

    def _look(self, pane: Pane, at: float) -> None:
        if pane.alive:
            self.figures.looks.append(look(pane.pid, at, self._place.database))

    def _press(self, pane: Pane) -> None:
        """The next key of the tour."""
        key, shows = TOUR[self._pressed % len(TOUR)]
        self._pressed += 1
        took = pane.press(key, shows)
        self._hold(took is not None, f"the key {key} never showed {shows!r}")
        if took is not None and shows:
            self.figures.keys.append(took)

    def _read(self, pane: Pane) -> None:
        """Gather what the pane and the checks said that they may not."""
        self._blame(f"the pane painted {text!r}" for text in pane.painted(BAD))
        self._blame(self._cron.faults)
        self._cron.faults.clear()
        self.figures.checks = self._cron.ended

    def _tell_minute(self, pane: Pane) -> None:
        """What can be seen while all are at work, as one line."""
        self._read(pane)
        self._blame(soak_faults.of_file(self._place.database))
        links = [row["url"] for row in self._export()]
        self._hold(len(links) == len(set(links)), "an entry is stored twice")
        figures, ended = self.figures, self._cron.ended
        looks = figures.looks[-int(MINUTE / SAMPLE) :]
        checks = f"{ended['whole']:14d} {ended['beside']:7d} {ended['held']:5d} {ended['killed']:7d}"
        held = f"{min(one.files for one in looks):6d} {min(one.threads for one in looks):8d}"
        self._say(
            f"{looks[-1].at / MINUTE:6.1f} {checks} {len(links):9d} {looks[-1].resident_mb:4.0f} {held}"
            f" {max(one.wal_mb for one in looks):7.2f} {max(figures.keys[-8:]) * 1000:7.0f} {len(figures.faults):7d}"
        )

    def _look_at_store(self) -> None:
        """One last check with every source sound: what was served whole is there once, and all of it is read."""
        self._server.calm = True
        time.sleep(RETRY_AFTER + 1)
        ran = self._place.run("check", "--all", "--json")
        report = json.loads(ran.stdout or "{}")
        told = ran.returncode, report.get("sources_ok"), report.get("sources_failed"), report.get("failed")
        self._hold(told == (0, FEEDS + len(SIGNALS), 0, 0), f"the last check: {told} {ran.stderr!r}")
        rows, alerts = self._export(), self._alerts()
        self._blame(soak_faults.of_file(self._place.database))
        self._blame(soak_faults.of_entries(rows, self._server.whole, self._server.served))
        self._blame(soak_faults.of_alerts(alerts))
        self._blame(soak_faults.of_leftovers(self._place.home, {"pane.toml", "cron.toml", "pivotwatch.db"}))
        self.figures.entries, self.figures.edited = len(rows), sum(bool(row["history"]) for row in rows)
        self.figures.whole, self.figures.alerts = len(self._server.whole), len(alerts)
        self.figures.database_mb = self._place.database.stat().st_size / 1e6

    def _export(self) -> list[dict[str, Any]]:
        ran = self._place.run("export", "--rows", "entries", "--format", "jsonl")
        self._hold((ran.returncode, ran.stderr) == (0, ""), f"export ended with {ran.returncode}: {ran.stderr!r}")
        return [json.loads(line) for line in ran.stdout.splitlines()]

    def _alerts(self) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self._place.database)) as connection:
            return [json.loads(body) for (body,) in connection.execute("SELECT body FROM alerts ORDER BY n")]

    def _hold(self, true: bool, otherwise: str) -> None:
        self._blame([] if true else [otherwise])

    def _blame(self, faults: Iterable[str]) -> None:
        for fault in faults:
            self.figures.faults.append(fault)
            self._say(f"FAULT: {fault}")


def look(pid: int, at: float, database: Path) -> Look:
    process, wal = Path(f"/proc/{pid}"), database.with_name(f"{database.name}-wal")
    fields = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    files = len(list((process / "fd").iterdir()))
    try:
        size = wal.stat().st_size
    except FileNotFoundError:
        size = 0
    return Look(at, int(fields["VmRSS"].split()[0]) / 1000, files, int(fields["Threads"]), size / 1e6)


def config(port: int, who: str) -> str:
    place = f"http://127.0.0.1:{port}"
    network = f'user_agent = "soak {who}"\nallow_private = ["127.0.0.1:{port}"]\ntimeout = "3s"\nper_host = 16\n'
    feeds = "".join(f'[[feed]]\nname = "Feed {n}"\nurl = "{place}/feed/{n}"\n' for n in range(FEEDS))
    signals = "".join(
        f'[[signal]]\nname = "{name}"\nsource = "soak"\nurl = "{place}/signal/{path}"\nvalue = "value"\n'
        f'observed_at = "time"\nunit = "{unit}"\n'
        for name, (path, unit) in SIGNALS.items()
    )
    rules = (
        '[[rule]]\nname = "pivot pays"\nwhen = "spread.after_capex"\nenter = 10\nexit = -10\n'
        '[[rule]]\nname = "critics"\nwhen = \'stories("stance:critic since:1d")\'\nby = "firm"\nenter = 3\nexit = 1\n'
    )
    return f'[monitor]\npoll = "60s"\n[network]\n{network}{feeds}{signals}[[site]]\nname = "Texas"\n{rules}'


def soak(minutes: float, say: Callable[[str], None]) -> tuple[Figures, Soaked]:
    """Soak for so many minutes; `say` gets a line a minute. The figures, and the server with what it played."""
    with TemporaryDirectory() as home, Soaked() as server:
        return Soak(Path(home), server, say).run(minutes), server


def main(minutes: str = "10") -> None:
    figures, server = soak(float(minutes), lambda line: print(line, flush=True))
    table(figures, server)
    if figures.faults:
        raise SystemExit(f"{len(figures.faults)} faults")


def table(figures: Figures, server: Soaked) -> None:
    keys = sorted(figures.keys)
    checks = ", ".join(f"{name} {count}" for name, count in figures.checks.items())
    rows = {
        "soaked": f"{figures.seconds / MINUTE:.1f} min; {FEEDS} feeds, {len(SIGNALS)} signals",
        "checks": checks,
        "requests": ", ".join(f"{name} {count}" for name, count in server.asked_by.items()),
        "answers": ", ".join(f"{name} {count}" for name, count in server.played.most_common()),
        "entries": f"{figures.entries} stored of {figures.whole} served whole; {figures.edited} were edited",
        "alerts": f"{figures.alerts}",
        "resident MB": " ".join(f"{value:.0f}" for value in figures.resident()),
        "open files": " ".join(map(str, figures.resting("files"))),
        "threads": " ".join(map(str, figures.resting("threads"))),
        "WAL, at most": f"{figures.wal_mb:.2f} MB; the database {figures.database_mb:.2f} MB",
        "key to paint": f"{len(keys)} keys, median {keys[len(keys) // 2] * 1000:.0f} ms, most {keys[-1] * 1000:.0f} ms",
        "faults": f"{len(figures.faults)}",
    }
    print()
    for name, value in rows.items():
        print(f"{name:<13} {value}")
