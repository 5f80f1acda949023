"""Run a command as a whole process and count what it cost, its children included."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pivotwatch-bench"


@dataclass(frozen=True)
class Cost:
    """CPU seconds of the process and all its children, and the peak memory of all of them together, in MB."""

    cpu: float
    wall: float
    peak_mb: float
    code: int


def cost(command: Sequence[str], environ: Mapping[str, str] | None = None, timeout: float = 300) -> Cost:
    """Run the command to its end, its output thrown away."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **(environ or {})}
    )
    peak = Peak(process.pid)
    timer = threading.Timer(timeout, process.kill)
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - started, peak.stop(), process.returncode)


def median(costs: Sequence[Cost]) -> Cost:
    """The middle of each figure."""
    return Cost(
        statistics.median(c.cpu for c in costs),
        statistics.median(c.wall for c in costs),
        statistics.median(c.peak_mb for c in costs),
        max(c.code for c in costs),
    )


class Peak:
    """Samples the proportional set size of a process tree; rarely, because the look itself holds the process up."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self._most / 1000

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self._most = max(self._most, sum(map(_kilobytes, _tree(self._pid))))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@contextmanager
def feedserver(feeds: int) -> Iterator[int]:
    """The server of generated feeds on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bench.feedserver", str(port), str(feeds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield port
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def change_one_percent(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/change").read()


def sound(costs: Cost, what: str) -> Cost:
    """The same; RuntimeError where the command failed, whose figures would flatter us."""
    if costs.code != 0:
        raise RuntimeError(f"{what} ended with code {costs.code}: its figures mean nothing")
    return costs


def peer_python(*packages: str) -> Path:
    """A Python with `packages` installed, in an environment of its own that is kept for the next run."""
    home = CACHE / "+".join(packages)
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (home / "installed").touch()
    return python


def newsboat() -> str | None:
    """The path of newsboat, installed by apt-get where that is possible; None where it cannot be had."""
    found = shutil.which("newsboat")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "newsboat"], check=False, stdout=subprocess.DEVNULL)
        found = shutil.which("newsboat")
    return found
