"""One connection and the answers that come over it; h11 reads the protocol, here the bytes are bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import h11

from monitor.errors import FetchError
from monitor.net.answer import Head
from monitor.net.faults import protocol_fault
from monitor.net.inflate import too_large

HEAD_LIMIT = 100_000  # bytes of a status line with all its fields
INTERIM_LIMIT = 16  # 1xx answers before the real one
HIGH_WATER = 131_072  # bytes that may wait unread
LARGE = 250_000  # bytes of a body of which only few are read at once
SMALL_CHUNKS = 4_096  # pieces a body may come in, and one more for every 16 bytes
Fields = Sequence[tuple[bytes, bytes]]


class StaleError(Exception):
    """A kept connection was closed by the server before it answered anything."""


class Pipe(asyncio.Protocol):
    """Bytes of one connection; reading stops while too many wait."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self._waiting = bytearray()
        self._ended = False
        self._fault: Exception | None = None
        self._reader: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) > HIGH_WATER:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._fault = True, exc
        self._wake()

    @property
    def quiet(self) -> bool:
        """Open, and nothing came that nobody asked for."""
        return not (self._waiting or self._ended or self.transport.is_closing())

    async def read(self) -> bytes:
        """What came; empty at the end. OSError where the connection broke."""
        if not self._waiting and not self._ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        data = bytes(self._waiting)
        self._waiting.clear()
        if data and not self._ended:
            self.transport.resume_reading()
        if not data and isinstance(self._fault, OSError):
            raise self._fault
        return data

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


class Wire:
    """Requests and answers over one pipe, one after the other."""

    def __init__(self, pipe: Pipe, *, prefix: str = "", fields: Fields = ()) -> None:
        """`prefix` and `fields` go before every target and with every request (for a proxy)."""
        self.pipe = pipe
        self.answers = 0  # begun so far on this connection
        self._prefix = prefix.encode("ascii")
        self._fields = list(fields)
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
        self._opening = b""
        self._received = 0  # bytes of the whole answer
        self._size = 0  # bytes of its body
        self._claimed = ""

    async def ask(self, method: str, target: str, fields: Fields, body: bytes | None = None) -> Head:
        """Send one request and read the head of its answer."""
        self._opening, self._received, self._size = b"", 0, 0
        self.pipe.transport.write(self._request(method, target, fields, body))
        for _ in range(INTERIM_LIMIT + 1):
            event = await self._next()
            if isinstance(event, h11.Response):
                self.answers += 1
                head = Head(event.status_code, event.reason, list(event.headers))
                self._claimed = head.one(b"content-length")
                return head
            if not isinstance(event, h11.InformationalResponse):
                break
        else:
            raise FetchError(f"more than {INTERIM_LIMIT} interim answers (1xx)")
        raise FetchError("closed the connection without an answer")

    def _request(self, method: str, target: str, fields: Fields, body: bytes | None) -> bytes:
        try:
            request = h11.Request(
                method=method, target=self._prefix + target.encode("ascii"), headers=[*fields, *self._fields]
            )
        except h11.LocalProtocolError as error:  # whose text would quote the value
            raise FetchError("a configured header holds characters that no header may") from error
        parts = [self._state.send(request)]
        if body:
            parts.append(self._state.send(h11.Data(data=body)))
        parts.append(self._state.send(h11.EndOfMessage()))
        return b"".join(parts)

    async def body(self, limit: int, room: Callable[[], Awaitable[None]]) -> bytes:
        """The rest of the answer as it came; FetchError over `limit` bytes and for an early end.

        `room` is awaited before much of a large body is taken from the socket.
        """
        body, pieces = bytearray(), 0
        while not isinstance(event := await self._next(), h11.EndOfMessage):
            if not isinstance(event, h11.Data):
                raise FetchError("body ended early")
            body += event.data
            pieces += 1
            self._size = len(body)
            if self._size > limit or self._received > 2 * limit + HEAD_LIMIT:
                raise too_large(limit)
            if self._size > LARGE >= self._size - len(event.data):
                await room()
            if pieces > SMALL_CHUNKS + self._size // 16:
                raise FetchError("sent in chunks too small to be read in reasonable time")
        return bytes(body)

    @property
    def surplus(self) -> bool:
        """Bytes came that belong to no answer."""
        return bool(self._state.trailing_data[0])

    def finish(self) -> bool:
        """Whether the connection can carry another request; without waiting for anything."""
        try:
            while isinstance(self._state.next_event(), h11.Data):
                pass
        except h11.RemoteProtocolError:
            return False
        done = self._state.our_state is h11.DONE and self._state.their_state is h11.DONE
        if not done or not self.pipe.quiet or self.surplus:
            return False
        self._state.start_next_cycle()
        return True

    def abort(self) -> None:
        self.pipe.transport.abort()

    async def _next(self) -> object:
        try:
            while (event := self._state.next_event()) is h11.NEED_DATA:
                data = await self.pipe.read()
                self._received += len(data)
                self._check_opening(data)
                self._state.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise self._told(str(error)) from error
        except OSError as error:
            if self.answers and not self._opening:
                raise StaleError from error
            raise
        return event

    def _told(self, text: str) -> FetchError:
        if "without sending complete message body" not in text:
            return protocol_fault(text)
        whole = f"of {self._claimed} bytes" if self._claimed.isdecimal() else "bytes, no last chunk"
        return FetchError(f"body ended early ({self._size} {whole})")

    def _check_opening(self, data: bytes) -> None:
        """An answer that is no HTTP is told by its first bytes, not by a time-out."""
        if len(self._opening) == 5:
            return
        self._opening = (self._opening + data)[:5]
        if not self._opening:
            raise StaleError if self.answers else FetchError("closed the connection without an answer")
        if not b"HTTP/".startswith(self._opening):
            start = data[:40].decode("latin-1")
            raise FetchError(f"not an HTTP answer (starts with {start!r})")
