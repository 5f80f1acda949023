"""A loopback HTTP server that misbehaves by name: `GET /CASE` plays the case of support/hostile_cases.py.

It speaks raw sockets, because no HTTP library would send most of this, and runs in a thread of its own, so
that sync and async tests and child processes can all use it:

    with HostileServer() as server:
        server.url("body-drips")                        # http://127.0.0.1:PORT/body-drips
        server.serve("/own.xml", document(b"<rss/>"))   # a document of your own
        server.seen                                     # what was asked, in order
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import threading
from collections.abc import AsyncIterator
from typing import Self

from support.hostile_cases import CASES
from support.hostile_http import KEEP, RESET, Asked, Case, document

__all__ = ["HostileServer", "document"]


class HostileServer:
    """See the module's text. `seen` grows by one `Asked` a request; `connections` counts accepted ones."""

    def __init__(self) -> None:
        self.seen: list[Asked] = []
        self.connections = 0
        self.at_once = 0  # most requests that were under way together
        self.count = itertools.count()
        self._busy = 0
        self._own: dict[str, Case] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._connected, "127.0.0.1", 0, limit=1_000_000), self._loop
        )
        self._server = opening.result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    @property
    def place(self) -> tuple[str, int]:
        """As `allow_private` wants it."""
        return "127.0.0.1", self.port

    def url(self, case: str) -> str:
        return f"http://127.0.0.1:{self.port}/{case}"

    def serve(self, path: str, case: Case) -> str:
        """Play `case` at `path` (which begins with /); its address."""
        self._own[path] = case
        return f"http://127.0.0.1:{self.port}{path}"

    def asked(self, path: str) -> list[Asked]:
        """The requests for one path."""
        return [one for one in self.seen if one.target == path]

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked = await self._read(reader)
        self.seen.append(asked)
        path = asked.target.split("?")[0]
        case = self._own.get(path) or CASES.get(path.strip("/").split("/")[0]) or document(b"", status="404 Not Found")
        self._busy += 1
        self.at_once = max(self.at_once, self._busy)
        try:
            return await self._play(case(asked), writer)
        finally:
            self._busy -= 1

    async def _play(self, parts: AsyncIterator[bytes], writer: asyncio.StreamWriter) -> bool:
        async for part in parts:
            if part == KEEP:
                return True
            if part == RESET:
                await writer.drain()
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            writer.write(part)
            await writer.drain()
        return False

    async def _read(self, reader: asyncio.StreamReader) -> Asked:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        headers = {}
        for line in filter(None, lines):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Asked(method, target, headers, body, self.count)
