"""A loopback server for the soak: feeds that grow, are edited and misbehave in turn, and two signals that move.

It runs in a thread of its own and remembers every link that it ever served, and those that it served in a
sound document from its first byte to its last.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from itertools import product
from typing import Self

FEEDS = 40
FIRST, LAST = 15, 60  # entries of a feed at the beginning, and at most: older ones leave its document
GROWS = 1.0  # seconds between two events of the news
EDITED = 0.3  # share of events after which some feed rewrites an old entry
RETRY_AFTER = 5  # seconds
DRIP = 0.3  # seconds between the parts of a slow answer
STALL = 8.0  # seconds of silence; longer than the time-out of who asks
FAULTS = ("error", "slow", "reset", "cut", "damaged", "truncated", "page", "retry", "redirect")
ROTA = 30  # answers after which a feed begins again: each fault once, and sound ones between
STALLING = 3  # so many feeds stall once in their rota: each time costs the asker a time-out
SIGNALS = {"btc_price": ("price", "USD"), "difficulty": ("difficulty", "1"), "block_height": ("height", "blocks")}

FIRMS = ("Core Scientific", "IREN", "Cipher Mining", "TeraWulf", "Riot", "MARA", "Hut 8", "CleanSpark", "Bitdeer")
TITLES = (
    "{firm} signs {n} MW AI hosting lease with {0} at {1}",
    "{firm} delays its {n} MW AI site at {0} as {1} walks away",
    "Analysts of {0} doubt the ${n} million AI pivot of {firm} at {1}",
    "{firm} energises {n} MW for bitcoin mining at {0}, next to {1}",
    "{firm} raises ${n} million of convertible notes for its {0} data center, {1} says",
)
TEXTS = (
    "<p>{2} {3} {4} will let {n} MW to {5} {6} for ${rent} per kW a month.</p> <p>Critics: {7} {8} {9}.</p>",
    "<p>Shareholders {2} {3} were diluted &amp; {4} {5} left; {6} {7} {8} {9} pay ${power} per MWh.</p>",
    "<p>{2}, {3} and {4} back it: {5} {6} {7} {8} {9} {10} {11}.</p>",
    "<p>Power of {2} {3} costs {4} {5} ${power} per MWh, {6} told {7} {8}; {9} {10} {11} declined.</p>",
    "<p>{2} {3} {4} {5} {6}</p><p>{7} {8} {9} {10} {11}</p>",
)
SYLLABLES = "ka lo mi ren tas vor el dun gra pel shi ton ber qua zim hal or nex fi wu".split()
NAMES = ["".join(three).capitalize() for three in product(SYLLABLES, repeat=3)]  # as many as a trade press brings


@dataclass
class Item:
    """One entry: who it is, and what it says now."""

    link: str
    title: str
    text: str
    date: str

    def xml(self) -> str:
        return (
            f"<item><title>{escape(self.title)}</title><link>{self.link}</link><guid>{self.link}</guid>"
            f"<pubDate>{self.date}</pubDate><description>{escape(self.text)}</description></item>"
        )


@dataclass
class Feed:
    """One feed: its entries, and the order of its faults."""

    number: int
    items: deque[Item] = field(default_factory=lambda: deque(maxlen=LAST))
    version: int = 0
    made: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        faults = [*FAULTS, *(["stall"] if self.number < STALLING else [])]
        self.rota = faults + ["sound"] * (ROTA - len(faults))
        random.Random(self.number).shuffle(self.rota)

    def add(self, title: str, text: str) -> None:
        self.made, self.version = self.made + 1, self.version + 1
        link = f"https://news.example/{self.number}/{self.made}"
        self.items.append(Item(link, title, text, format_datetime(datetime.now(UTC))))

    def document(self) -> bytes:
        told = "".join(item.xml() for item in reversed(self.items))
        channel = f"<channel><title>Feed {self.number}</title>{told}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()

    def next_turn(self) -> str:
        self.asked += 1
        return self.rota[self.asked % ROTA]


class Soaked:
    """The server. `calm` ends all misbehaviour and all growth."""

    def __init__(self) -> None:
        self.calm = False
        self.whole: set[str] = set()
        self.served: set[str] = set()
        self.played: Counter[str] = Counter()
        self.asked_by: Counter[str] = Counter()  # requests by the word that the asker's user agent ends with
        self._draw = random.Random(11)
        self._feeds = [Feed(number) for number in range(FEEDS)]
        for feed in self._feeds:
            for _ in range(FIRST):
                feed.add(*self._event())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(5)
        self._loop.call_soon_threadsafe(self._grow)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        self.calm = True
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ------------------------------------------------------------ news

    def _grow(self) -> None:
        """One event, told by one to three feeds; now and then an old entry is rewritten."""
        if self.calm:
            return
        title, text = self._event()
        for feed in self._draw.sample(self._feeds, self._draw.randint(1, 3)):
            feed.add(f"{title} - {feed.number}", text)
        if self._draw.random() < EDITED:
            feed = self._draw.choice(self._feeds)
            item = self._draw.choice(feed.items)
            item.title, feed.version = f"{item.title} (updated)"[:300], feed.version + 1
        self._loop.call_later(GROWS, self._grow)

    def _event(self) -> tuple[str, str]:
        """Title and text of news that shares few words with other news, so that each is a story of its own."""
        draw = self._draw
        names = draw.sample(NAMES, 12)
        figures = {"n": draw.randint(20, 900), "rent": draw.randint(90, 190), "power": draw.randint(25, 70)}
        words = {"firm": draw.choice(FIRMS), **figures}
        return draw.choice(TITLES).format(*names, **words), draw.choice(TEXTS).format(*names, **words)

    # ------------------------------------------------------------ answers

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._answer((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"), writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection may be used again."""
        kind, number = head.split(" ", 2)[1].strip("/").split("/")
        self.asked_by[_agent(head)] += 1
        if kind == "signal":
            return await self._signal(number, writer)
        feed = self._feeds[int(number)]
        turn = "sound" if self.calm or kind == "moved" else feed.next_turn()
        if turn == "sound" and f'"{feed.version}"' in head:
            turn = "unchanged"
        self.played[turn] += 1
        body, links = feed.document(), {item.link for item in feed.items}
        self.served |= links
        for part in self._parts(turn, feed, body):
            if part:
                writer.write(part)
                await writer.drain()
            else:
                await asyncio.sleep(STALL if turn == "stall" else DRIP)
        if turn in {"sound", "slow"}:
            self.whole |= links
        if turn == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return turn not in {"reset", "cut", "stall"}

    def _parts(self, turn: str, feed: Feed, body: bytes) -> Iterator[bytes]:
        """What is sent, one part after the other; an empty one is a pause."""
        half, tag = len(body) // 2, f'ETag: "{feed.version}"'
        match turn:
            case "sound":
                yield _whole(body, tag)
            case "unchanged":
                yield f"HTTP/1.1 304 Not Modified\r\n{tag}\r\n\r\n".encode()
            case "slow":
                yield _head(len(body), tag)
                for start in range(0, len(body), half // 2):
                    yield b""
                    yield body[start : start + half // 2]
            case "reset" | "cut" | "stall":
                yield _head(len(body), tag) + body[:half]
                yield b""  # the first half is to arrive
            case "damaged":
                yield _whole(body.replace(b"shareholders", b"<br> & shareholders", 3))
            case "truncated":
                yield _whole(body[:half])
            case "page":
                yield _whole(b"<!doctype html><html><head><title>Sign in</title></head></html>")
            case "redirect":
                yield _whole(b"", f"Location: /moved/{feed.number}", status="302 Found")
            case "retry":
                yield _whole(b"", f"Retry-After: {RETRY_AFTER}", status="503 Service Unavailable")
            case "error":
                yield _whole(b"<html>oops", status="500 Internal Server Error")

    async def _signal(self, name: str, writer: asyncio.StreamWriter) -> bool:
        now = time.time()
        values = {"price": 74_000 * (1 + 0.3 * math.sin(now / 30)), "difficulty": 133.87e12, "height": 955_000}
        self.played["signal"] += 1
        broken = not self.calm and self.played["signal"] % 11 == 0
        status = "500 Internal Server Error" if broken else "200 OK"
        writer.write(_whole(json.dumps({"value": values[name], "time": now}).encode(), status=status))
        await writer.drain()
        return True


def _agent(head: str) -> str:
    fields = (line.partition(":") for line in head.split("\r\n"))
    return next((value.split()[-1] for name, _, value in fields if name.lower() == "user-agent"), "")


def _head(length: int, *fields: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, f"Content-Length: {length}", "", ""]).encode()


def _whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return _head(len(body), *fields, status=status) + body
