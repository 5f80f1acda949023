"""Parsing in a process that can be killed: a body that takes too long or too much costs only its own feed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources.feed import Feed
from monitor.sources.wire import REPLY_LENGTH, REQUEST_LENGTHS, Reply, Request, decode_reply, encode
from monitor.text import visible

DEADLINE_S = 10.0  # for one body; an ordinary feed takes 2 ms, 10 MB of damaged entries 3 s
MEMORY = 120_000_000  # bytes of data in the process; a sound feed of 10 MB takes 90
_WINDOW = 1_000_000  # bytes sent ahead of the answers, so that the process never waits for the next small body
_KEPT_ENVIRONMENT = ("PATH", "HOME", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG")  # the rest may hold secrets


@dataclass(slots=True)
class _Job:
    head: bytes
    body: bytes
    done: asyncio.Future[ParsedFeed] = field(repr=False)


class ParserProcess:
    """One parser process, started at the first body and again after each that had to be killed.

    Belongs to one event loop; `aclose` ends it. It dies with this process, whatever ends that.
    """

    def __init__(self, *, deadline: float = DEADLINE_S, memory: int = MEMORY) -> None:
        self._deadline = deadline
        self._memory = memory
        self._waiting: deque[_Job] = deque()
        self._sent: deque[_Job] = deque()  # in the process, the first one at work
        self._process: Process | None = None
        self._pump: asyncio.Task[None] | None = None

    async def parse(self, body: bytes, feed: Feed, content_type: str = "", url: str = "") -> ParsedFeed:
        """The feed in an answer; ParseError where there is none, or where finding out costs too much."""
        request = Request(feed.kind, dict(feed.options), content_type, url)
        job = _Job(encode(request), body, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._work())
        return await job.done

    async def aclose(self) -> None:
        """End the process; bodies not answered yet are refused."""
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
        for job in (*self._sent, *self._waiting):
            _fail(job, "the program ended before it was parsed")
        self._sent.clear()
        self._waiting.clear()
        await self._end()

    async def _work(self) -> None:
        while self._waiting or self._sent:
            if self._process is None:
                self._process = await self._start()
            self._send_ahead(self._process)
            try:
                async with asyncio.timeout(self._deadline):
                    reply = await _read(self._process)
            except TimeoutError:
                await self._give_up(f"could not be parsed within {self._deadline:g} s")
            except (asyncio.IncompleteReadError, ConnectionError):
                await self._give_up("the parser broke down over it (too much memory, or a fault of a library)")
            else:
                _settle(self._sent.popleft(), reply)

    def _send_ahead(self, process: Process) -> None:
        size = sum(len(job.body) for job in self._sent)
        while self._waiting and (not self._sent or size + len(self._waiting[0].body) <= _WINDOW):
            job = self._waiting.popleft()
            self._sent.append(job)
            size += len(job.body)
            _write(process, job)

    async def _give_up(self, reason: str) -> None:
        """Refuse the body at work; the others that were sent go to a new process."""
        await self._end()
        _fail(self._sent.popleft(), reason)
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()

    async def _start(self) -> Process:
        root = str(Path(__file__).parents[2])
        command = (
            f"import sys; sys.path.insert(0, {root!r}); from monitor.sources.child import main; "
            f"main({self._memory}, {int(self._deadline) + 2})"
        )
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment,
            limit=1 << 20,
        )  # fmt: skip

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # it holds nothing that a gentler end would save
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _write(process: Process, job: _Job) -> None:
    pipe = cast("asyncio.StreamWriter", process.stdin)
    pipe.write(REQUEST_LENGTHS.pack(len(job.head), len(job.body)) + job.head)
    pipe.write(job.body)  # apart: a copy of 10 MB less


async def _read(process: Process) -> Reply:
    pipe = cast("asyncio.StreamReader", process.stdout)
    (length,) = REPLY_LENGTH.unpack(await pipe.readexactly(REPLY_LENGTH.size))
    return decode_reply(await pipe.readexactly(length))


def _settle(job: _Job, reply: Reply) -> None:
    if reply.feed is None:
        _fail(job, visible(reply.error or "no answer", 500))
    elif not job.done.done():
        job.done.set_result(reply.feed)


def _fail(job: _Job, reason: str) -> None:
    if not job.done.done():  # its caller may have gone
        job.done.set_exception(ParseError(reason))
