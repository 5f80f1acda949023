"""The real program as a process, with a loopback server whose answers a test sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from support.forks import forks

from bench.processes import Peak

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: bool = True  # send an ETag and answer 304 to it


class Server:
    """Serves `replies` by path and counts what was asked."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                reply = server.replies.get(self.path, Reply(b"nothing here", 404))
                tag = f'"{sha1(reply.body, usedforsecurity=False).hexdigest()}"'
                unchanged = reply.validators and reply.status == 200 and self.headers.get("If-None-Match") == tag
                self.send_response(304 if unchanged else reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.validators and reply.status == 200:
                    self.send_header("ETag", tag)
                if not unchanged:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if not unchanged:
                    self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Measured(Ran):
    seconds: float
    peak_mb: float  # of all its processes together


@dataclass
class Program:
    """`pivotwatch` with a config and a database of its own."""

    home: Path
    now: str | None = None

    @property
    def config(self) -> Path:
        return self.home / "feeds.toml"

    @property
    def database(self) -> Path:
        return self.home / "pivotwatch.db"

    def __call__(self, *arguments: str, stdin: str | bytes = b"", environ: Mapping[str, str] | None = None) -> Ran:
        """Run the program to its end; with an environment of its own it begins as any other does."""
        if environ is not None:
            return self.python("-m", "monitor", *arguments, stdin=stdin, environ=environ)
        given = stdin.encode() if isinstance(stdin, str) else stdin
        return Ran(*forks().run(arguments, given, self.environ(), self.home))

    def python(self, *arguments: str, stdin: str | bytes = b"", environ: Mapping[str, str] | None = None) -> Ran:
        """A Python process with the program's environment."""
        done = subprocess.run(
            [sys.executable, *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=self.environ(environ),
            cwd=self.home,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str, environ: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[bytes]:
        """Run the program beside the test, which sees to its end. `more`: for Popen."""
        command = [sys.executable, "-m", "monitor", *arguments]
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        return subprocess.Popen(command, env=self.environ(environ), cwd=self.home, **more)

    def measured(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Measured:
        """Run the program to its end and count what it cost."""
        began = time.monotonic()
        with self.start(*arguments, environ=environ) as process:
            peak = Peak(process.pid)
            out, err = process.communicate(timeout=300)
            return Measured(process.returncode, out.decode(), err.decode(), time.monotonic() - began, peak.stop())

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """All that a process of the program knows of this machine."""
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PIVOTWATCH_CONFIG": str(self.config),
            "PIVOTWATCH_DB": str(self.database),
            "PYTHONWARNINGS": "error",
        }
        if self.now:
            env["PIVOTWATCH_NOW"] = self.now
        return {**env, **(more or {})}


def rss(items: Sequence[tuple[str, str, str]], title: str = "A feed") -> bytes:
    """An RSS document of (guid, title, description)."""
    told = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><link>https://example.org/{guid}</link>"
        f"<title>{head}</title><description>{text}</description></item>"
        for guid, head, text in items
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>{told}</channel></rss>".encode()
