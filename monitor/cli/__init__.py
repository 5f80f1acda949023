"""The command line: one module per family of commands, each imported only when it is asked for.

stdout is data, stderr is talk. Exit codes: 0 ran; 1 ran but could not finish or deliver; 2 usage, config or
database; 75 another run holds the lease; 130 and 143 on SIGINT and SIGTERM.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from types import FrameType

from monitor.cli.parser import build
from monitor.errors import PivotwatchError

GRACE_SECONDS = 4  # for what is under way; a transaction that is cut off after that rolls back by itself


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # cron's LANG=C must not turn a title into an error
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = build().parse_args(argv)
    gc.set_threshold(50_000)  # entries hold no circles; looking for some after every 700 takes a tenth of the time
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
    except PivotwatchError as error:
        if arguments.debug:
            raise
        print(f"pivotwatch: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        _write_no_more()  # the reader has what it wanted
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or arguments.debug:
            raise
        _write_no_more()
        print(f"pivotwatch: {error.filename or 'stdout'}: {error.strerror}; make room and run again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130 if signal.getsignal(signal.SIGALRM) is signal.SIG_DFL else 143
    return int(code)


def _write_no_more() -> None:
    """Not even what the interpreter writes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminate(_number: int, frame: FrameType | None) -> None:
    """As Ctrl-C, which a running event loop takes for the end of its main task, not for a fault of any other."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(143))
    signal.alarm(GRACE_SECONDS)
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):  # ignored, as under nohup
        interrupt = signal.default_int_handler
    interrupt(signal.SIGINT, frame)
