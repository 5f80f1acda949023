"""${cmd:…}: a command run for its first line, with a deadline and a limit, and no shell."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Mapping
from time import monotonic
from typing import IO

COMMAND_SECONDS = 5.0
OUTPUT_LIMIT = 65_536


def first_line(arguments: list[str], environ: Mapping[str, str], seconds: float = COMMAND_SECONDS) -> str:
    """The first line that a command prints, without its line end.

    ValueError where it fails, is not done in time, or prints more than 64 kB; OSError where it cannot start.
    """
    process = subprocess.Popen(  # noqa: S603  # the owner of a trusted config wrote the argument list
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environ),
        start_new_session=True,  # so that what it starts can be ended with it
    )
    end = monotonic() + seconds
    done = False
    try:
        output = _read(process.stdout, end) if process.stdout else b""
        status = process.wait(max(end - monotonic(), 0))
        done = True
    except (TimeoutError, subprocess.TimeoutExpired):
        raise ValueError(f"no answer within {seconds:g} s") from None
    finally:
        if not done:  # not waited for yet, so that the number of its group is still its own
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdout:
            process.stdout.close()
        process.wait()
    if status:
        raise ValueError(f"exit code {status}")
    return output.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")


def _read(pipe: IO[bytes], end: float) -> bytes:
    # Not communicate(): it would hold any amount, and wait for whoever inherited the pipe.
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while selector.select(max(end - monotonic(), 0)):
            chunk = os.read(pipe.fileno(), OUTPUT_LIMIT)
            output += chunk
            if not chunk:
                return bytes(output)
            if len(output) > OUTPUT_LIMIT:
                raise ValueError("printed more than 64 kB")
    raise TimeoutError
