"""A real terminal for tests: a tmux server of its own, keys in, screen out."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

TMUX = shutil.which("tmux")
PATIENCE = 15.0  # seconds to wait for a screen on a busy machine


class Terminal:
    """Runs one command in a terminal of `width` by `height` cells until it is closed."""

    def __init__(
        self, command: Sequence[str], width: int, height: int, notes: Path = Path("/tmp"), **environ: str
    ) -> None:
        self._notes = notes
        self._home = tempfile.mkdtemp(prefix="tm")  # short: a socket's path has a hundred letters at most
        env = [f"{name}={value}" for name, value in {"TERM": "xterm-256color", **environ}.items()]
        # After the command the shell notes its exit code and the terminal's settings, and stays.
        script = 'notes=$1; shift; stty -g > $notes/before; "$@"; echo "exit code $?" | tee $notes/code; stty -g'
        script += " > $notes/after; exec cat"
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
            "env", *env, "sh", "-c", script, "sh", str(notes), *command,
        )  # fmt: skip

    def send(self, *keys: str) -> None:
        """Press keys by tmux's names (`j`, `Enter`, `C-f`)."""
        self._tmux("send-keys", *keys)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def screen(self, *, history: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-S", "-"] if history else []))

    def until(self, shown: Callable[[str], bool] | str, *, history: bool = False) -> str:
        """The screen as soon as it shows the text or meets the condition; fails with what it shows instead."""
        meets = shown if callable(shown) else lambda screen: shown in screen
        end = monotonic() + PATIENCE
        while not meets(screen := self.screen(history=history)):
            if monotonic() > end:
                raise AssertionError(f"never showed {shown!r}:\n{screen}")
        return screen

    def ended(self) -> tuple[str, bool]:
        """The exit code, and whether the terminal's settings are as they were."""
        self.until(lambda _: (self._notes / "after").is_file() and bool((self._notes / "after").read_text()))
        before, after = ((self._notes / name).read_text() for name in ("before", "after"))
        return (self._notes / "code").read_text().split()[-1], before == after

    def process(self) -> int:
        """The id of the command's process."""
        shell = self._tmux("list-panes", "-F", "#{pane_pid}").strip()
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text()
        return int(children.split()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Where a test is over before the command has begun to listen for the loss of its terminal.
        with contextlib.suppress(AssertionError, OSError, IndexError):
            os.kill(self.process(), signal.SIGKILL)
        subprocess.run([TMUX or "", "-S", f"{self._home}/s", "kill-server"], capture_output=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def _tmux(self, *arguments: str) -> str:
        run = subprocess.run([TMUX or "", "-S", f"{self._home}/s", *arguments], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return run.stdout
