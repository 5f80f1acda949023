"""The tape over loopback HTTP: one GET a connection, validators, a move, a break; no wall clock."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

from monitor.demo.render import FORMATS
from monitor.demo.tape import Tape, TapeFeed

REQUEST_SECONDS = 5  # a client on this machine has its request ready at once


@dataclass(frozen=True, slots=True)
class Response:
    """What one request is answered with."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def respond(tape: Tape, moment: datetime, method: str, target: str, headers: Mapping[str, str]) -> Response:
    """The answer at one moment of the tape; header names in lower case."""
    if method != "GET":
        return Response(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET"})
    path = target.partition("?")[0]
    for document in tape.documents:
        if path == document.path:
            return _conditional(tape.filled(document, moment).encode(), {"Content-Type": document.type}, headers)
    for feed in tape.feeds:
        moved = tape.day(moment) >= feed.moves_day
        if path == (feed.moves_to if moved else feed.path):
            return _feed(tape, feed, moment, headers)
        if moved and path == feed.path:
            return Response(HTTPStatus.MOVED_PERMANENTLY, {"Location": feed.moves_to})
    return Response(HTTPStatus.NOT_FOUND)


def _feed(tape: Tape, feed: TapeFeed, moment: datetime, headers: Mapping[str, str]) -> Response:
    kind, write = FORMATS[feed.format]
    posts = tape.posts(feed, moment)
    body = write(feed, posts).encode()
    told = {"Content-Type": f"{kind}; charset=utf-8"}
    if tape.day(moment) >= feed.breaks_day:
        body = body[: len(body) // 2]
    if posts:
        told["Last-Modified"] = format_datetime(posts[0].at, usegmt=True)
    if feed.gzip and "gzip" in headers.get("accept-encoding", ""):
        body = gzip.compress(body, mtime=0)
        told |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return _conditional(body, told, headers)


def _conditional(body: bytes, told: Mapping[str, str], headers: Mapping[str, str]) -> Response:
    """The body, or 304 where the client has it; If-None-Match goes before the date (RFC 9110, 13.2.2)."""
    told = {**told, "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'}
    asked = headers.get("if-none-match")
    since = headers.get("if-modified-since")
    same = asked == told["ETag"] if asked else since is not None and since == told.get("Last-Modified")
    return Response(HTTPStatus.NOT_MODIFIED, told) if same else Response(HTTPStatus.OK, told, body)


class TapeServer:
    """Serves the tape on a free port of 127.0.0.1; `advance` sets the moment that its answers tell."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._moment = tape.moment(tape.polls[0])
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self.port = 0  # known once it serves

    def advance(self, moment: datetime) -> None:
        self._moment = moment

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
            # What is still open is let go here: before Python 3.12 wait_closed does not wait for it.
            for talk in self._talks:
                talk.cancel()
            await asyncio.gather(*self._talks, return_exceptions=True)
            await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._serve(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that goes away or sends no request has no answer coming.
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head.decode("latin-1")))
                await writer.drain()
            finally:
                writer.close()
            await writer.wait_closed()

    def _answer(self, head: str) -> bytes:
        request, *lines = head.rstrip("\r\n").split("\r\n")
        method, target, _ = (*request.split(" "), "", "", "")[:3]
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        response = respond(self._tape, self._moment, method, target, headers)
        told = {"Date": format_datetime(self._moment, usegmt=True), "Connection": "close", **response.headers}
        if response.status != HTTPStatus.NOT_MODIFIED:
            told["Content-Length"] = str(len(response.body))
        text = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        status = f"HTTP/1.1 {response.status.value} {response.status.phrase}\r\n"
        return f"{status}{text}\r\n".encode("latin-1") + response.body
