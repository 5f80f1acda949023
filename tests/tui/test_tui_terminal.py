"""The pane in a real terminal: keys in, screen out, and the terminal as it was afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from support.terminal import TMUX, Terminal

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")
ROOT = Path(__file__).parents[2]


def pane(database: Path, width: int, height: int, *words: str, **environ: str) -> Terminal:
    command = [sys.executable, "-m", "support.pane", str(database), *words]
    paths = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
    return Terminal(command, width, height, database.parent, PYTHONPATH=paths, **environ)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (45, 24)])
def test_keys_paint_at_every_size_and_quitting_leaves_the_terminal_as_it_was(database, width, height):
    with pane(database, width, height, "demo", COLUMNS="80", LINES="24") as terminal:
        shown = terminal.until(lambda text: "\n> " in text and "? help" in text)
        assert "DEMO" in shown.splitlines()[0]
        assert shown.rstrip().splitlines()[-1].startswith(" ? help  q quit")
        terminal.send("j")
        terminal.until(lambda text: any(line.startswith("> ") for line in text.splitlines()[4:5]))
        terminal.send("Enter")
        terminal.until("Why it matters")
        terminal.send("q")
        terminal.until("Noise  N  Age")
        terminal.send("2")
        terminal.until("enter 25 exit 10")
        terminal.resize(39, height)
        terminal.until("needs 40x10")
        terminal.resize(width, height)
        terminal.until("1 " if width < 60 else "1 Stories")
        terminal.send("q")
        assert terminal.ended() == ("0", True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, "143"), (signal.SIGHUP, "129"), (signal.SIGINT, "130")])
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(database, number, code):
    with pane(database, 80, 24) as terminal:
        terminal.until("> ")
        os.kill(terminal.process(), number)
        assert terminal.ended() == (code, True)


def test_without_colour_and_with_few_colours_the_cursor_and_marks_are_there(database):
    with pane(database, 80, 24, NO_COLOR="1", TERM="screen") as terminal:
        shown = terminal.until("STALE")
        assert "> " in shown
        assert "NO DATA" in shown


def test_a_terminal_that_cannot_place_its_cursor_is_told_in_one_line(database):
    with pane(database, 120, 24, TERM="dumb") as terminal:
        shown = terminal.until("exit code 2")
        assert "the pane needs a terminal that can place its cursor, not TERM=dumb; set TERM" in shown


def test_a_terminal_without_utf8_gets_ascii(database):
    with pane(database, 80, 24, LC_ALL="C") as terminal:
        assert terminal.until(lambda shown: "Why it matters" in shown and "STALE" in shown).isascii()


def test_the_first_paint_waits_for_no_heavy_library():
    heavy = {"httpx", "sklearn", "numpy", "feedparser", "jmespath", "lxml", "selectolax"}
    code = f"import sys, monitor.tui.app; print(sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


def test_a_terminal_that_goes_without_a_signal_ends_it(database):
    """As of a closed window under nohup: no process of it is left to read from nothing."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environ = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-m", "support.pane", str(database)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True)
    os.close(theirs)
    painted = b""
    while b"help" not in painted:
        painted += os.read(ours, 65_536)
    os.close(ours)
    try:
        assert process.wait(20) == 129
    finally:
        process.kill()
