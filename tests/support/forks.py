"""Processes of the program that begin with its modules imported: a fork instead of a start, a tenth of the time.

`python -m support.forks FD` serves on an inherited socket: a JSON line of arguments and environment with three file
descriptors comes, an exit code goes back. Each command runs in a process of its own, with nothing in it but modules.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LONGEST = 65_536  # bytes of a request
PATIENCE = 60.0  # seconds


class Forks:
    """The server and the way to it; one for each process of tests."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(PATIENCE)
        paths = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "PYTHONWARNINGS": "error"}
        command = [sys.executable, "-m", "support.forks", str(theirs.fileno())]
        self._process = subprocess.Popen(command, env=env, pass_fds=[theirs.fileno()], start_new_session=True)
        theirs.close()

    def run(
        self, arguments: Sequence[str], stdin: bytes, environ: Mapping[str, str], cwd: Path
    ) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of the program."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin)
            given.seek(0)
            request = json.dumps([list(arguments), dict(environ), str(cwd)]).encode()
            socket.send_fds(self._socket, [request], [file.fileno() for file in (given, out, err)])
            try:
                code = int(self._socket.recv(64))
            except TimeoutError:
                os.killpg(self._process.pid, signal.SIGKILL)
                forks.cache_clear()
                raise
            for file in (out, err):
                file.seek(0)
            return code, out.read().decode(), err.read().decode()


@cache
def forks() -> Forks:
    return Forks()


def serve(connection: socket.socket) -> None:
    import monitor.cycle.judging
    import monitor.cycle.reading
    import monitor.cycle.turn
    import monitor.sources.auto  # noqa: F401 - all of them so that no command has to

    while True:
        request, fds, _, _ = socket.recv_fds(connection, LONGEST, 3)
        if not request:
            return
        child = os.fork()
        if child == 0:
            connection.close()
            _run(*json.loads(request), fds)
        for fd in fds:
            os.close(fd)
        _, status = os.waitpid(child, 0)
        connection.send(str(os.waitstatus_to_exitcode(status)).encode())


def _run(arguments: list[str], environ: dict[str, str], cwd: str, fds: Sequence[int]) -> None:
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    sys.argv = ["pivotwatch", *arguments]
    code = 1
    try:
        from monitor.cli import main

        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # as the interpreter does at the end of a program
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
