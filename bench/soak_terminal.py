"""A pseudo-terminal for the soak: keys in, and all that was ever painted out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

SIZE = (40, 120)  # lines and columns
PATIENCE = 10.0  # seconds for something to be painted
KEPT = 500  # bytes that are looked at twice, for what lies across two looks
ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()].|.)")


class Pane:
    """One command in a terminal of its own."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], home: Path) -> None:
        self._terminal, self._own = pty.openpty()
        fcntl.ioctl(self._own, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self._before = termios.tcgetattr(self._own)
        self._process = subprocess.Popen(
            command, stdin=self._own, stdout=self._own, stderr=self._own, env=environ, cwd=home, start_new_session=True
        )
        self._paint = bytearray()
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def write(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def press(self, key: str, shows: str) -> float | None:
        """Seconds from a key to its effect; None where that is never painted."""
        with self._more:
            start, began = len(self._paint), time.monotonic()
        self.write(key)
        return self.until(shows, start, began)

    def until(self, shows: str, start: int = 0, began: float | None = None) -> float | None:
        """Seconds since `began` (now) until the text was painted after byte `start`; None where it never is."""
        began = time.monotonic() if began is None else began
        with self._more:
            while shows.encode() not in ESCAPES.sub(b"", self._paint[start:]):
                if time.monotonic() - began > PATIENCE or not self.alive:
                    return None
                self._more.wait(0.5)
        return time.monotonic() - began

    def painted(self, what: re.Pattern[str]) -> set[str]:
        """Where `what` was painted since the last look, each with some text around it."""
        with self._more:
            text = ESCAPES.sub(b" ", self._paint).decode("utf-8", "replace")
            del self._paint[:-KEPT]
        return {text[max(found.start() - 100, 0) : found.end() + 300] for found in what.finditer(text)}

    def quit(self, seconds: float) -> tuple[int | None, bool]:
        """Leave by `q`: the exit code, and whether the terminal's settings are as they were."""
        for _ in range(3):  # out of a window or a brief first
            self.write("q")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds / 3)
                break
        return self._process.poll(), termios.tcgetattr(self._own) == self._before

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._own)  # nobody has it open now, which ends the reader
        self._reader.join()
        os.close(self._terminal)

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self._terminal, 65_536):
                with self._more:
                    self._paint += data
                    self._more.notify_all()
