"""Pieces for hostile answers: whole answers as bytes, drips, chunks, bombs, and the shape of a case."""

from __future__ import annotations

import asyncio
import itertools
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache

Case = Callable[["Asked"], AsyncIterator[bytes]]
KEEP = b"\0keep"
RESET = b"\0reset"
PAUSE = 0.05  # seconds between the drops of a drip
ESCAPES = b"\x1b]0;owned\x07\x1b[31mred\x9b2J"
CASES: dict[str, Case] = {}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    count: itertools.count[int] = field(default_factory=itertools.count)  # of the server: ever new answers


def rss(items: int = 10, title: str = "Sound feed") -> bytes:
    """A sound RSS document."""
    entries = "".join(
        f"<item><title>{title} {n}</title><link>https://example.org/{n}</link><guid>{title}-{n}</guid>"
        f"<pubDate>Mon, 01 Jun 2026 10:{n % 60:02}:00 GMT</pubDate><description>Text {n}</description></item>"
        for n in range(items)
    )
    channel = f"<channel><title>{title}</title>{entries}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


FEED = rss()


def answer(
    body: bytes = FEED,
    status: str = "200 OK",
    headers: tuple[str | bytes, ...] = (),
    length: int | str | None = None,
    version: str = "1.1",
) -> bytes:
    """A whole answer; `length` overrides the true Content-Length, and "" leaves the field out."""
    lines = [f"HTTP/{version} {status}".encode("latin-1")]
    lines += [one if isinstance(one, bytes) else one.encode("latin-1") for one in headers]
    if length != "":
        lines.append(b"Content-Length: %s" % str(len(body) if length is None else length).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def document(
    body: bytes,
    content_type: str = "application/rss+xml",
    status: str = "200 OK",
    headers: tuple[str, ...] = (),
) -> Case:
    """A case that answers every request with the same document."""
    fields = (f"Content-Type: {content_type}", *headers) if content_type else headers

    async def play(_: Asked) -> AsyncIterator[bytes]:
        yield answer(body, status, fields)
        yield KEEP

    return play


def case(name: str) -> Callable[[Case], Case]:
    """Enter a case under its name."""

    def enter(play: Case) -> Case:
        CASES[name] = play
        return play

    return enter


def fixed(name: str, *parts: bytes) -> None:
    """A case that sends always the same bytes."""

    async def play(_: Asked) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    CASES[name] = play


async def drip(data: bytes, step: int = 1, pause: float = PAUSE) -> AsyncIterator[bytes]:
    for start in range(0, len(data), step):
        yield data[start : start + step]
        await asyncio.sleep(pause)


def chunked(body: bytes, size: int = 100, extension: bytes = b"") -> bytes:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(one), extension, one) for one in chunks)


@cache
def bomb(size: int) -> bytes:
    """Gzip of `size` spaces inside a feed."""
    pack = zlib.compressobj(9, wbits=31)
    block = b" " * 1_000_000
    parts = [pack.compress(b"<rss>"), *(pack.compress(block) for _ in range(size // len(block)))]
    return b"".join(parts) + pack.flush()
