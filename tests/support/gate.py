"""A file at which whoever reads it waits: a test knows that a process is at work, and when it has ended."""

from __future__ import annotations

import errno
import os
import select
from pathlib import Path
from time import monotonic

PATIENCE = 20.0  # seconds on a busy machine


class Gate:
    """A pipe by name; nothing is ever written into it."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end: int | None = None

    def reached(self) -> bool:
        """Whether somebody has begun to read."""
        if self._end is None:
            try:
                self._end = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                assert error.errno == errno.ENXIO
        return self._end is not None

    def wait(self) -> None:
        """Until somebody reads."""
        end = monotonic() + PATIENCE
        while not self.reached():
            assert monotonic() < end, f"nobody read {self.path}"

    def left(self, seconds: float) -> bool:
        """Whether the one who read is gone within that time."""
        assert self._end is not None
        watch = select.poll()
        watch.register(self._end, select.POLLERR)
        return bool(watch.poll(seconds * 1000))

    def close(self) -> None:
        if self._end is not None:
            os.close(self._end)
