"""Who may ask now, and which open connections wait to be used again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from monitor.net.wire import Wire

Origin = tuple[str, str, int]


class Turns:
    """At most `total` requests at once, and `per_host` to one host.

    A request that has not ended after `patience` seconds gives its place to the next one, so that a few
    stalled servers do not hold up all others; with a deadline of four times the patience, never more than
    four times the places are in use.
    """

    def __init__(self, total: int, per_host: int, patience: float) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_host = per_host
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._patience = patience

    @asynccontextmanager
    async def of(self, host: str) -> AsyncIterator[None]:
        """Wait for a place, hold it for the block."""
        place = self._hosts.get(host)
        if place is None:
            place = self._hosts[host] = asyncio.Semaphore(self._per_host)
        await place.acquire()
        try:
            await self._total.acquire()
        except BaseException:
            place.release()
            raise
        held = [place, self._total]

        def give_back() -> None:
            while held:
                held.pop().release()

        patience = asyncio.get_running_loop().call_later(self._patience, give_back)
        try:
            yield
        finally:
            patience.cancel()
            give_back()


class Permit:
    """The right to hold one large body: taken when a body proves large, given back when it is done with."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._held = False

    async def take(self) -> None:
        """Wait for a place; once is enough."""
        if not self._held:
            await self._places.acquire()
            self._held = True

    def give_back(self) -> None:
        if self._held:
            self._places.release()
            self._held = False


class Kept:
    """Open connections that wait to be used again, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._wires: list[tuple[Origin, Wire]] = []  # oldest first

    def take(self, origin: Origin) -> Wire | None:
        """The connection to this origin that was used last, if its server still holds it open."""
        for index in range(len(self._wires) - 1, -1, -1):
            if self._wires[index][0] == origin:
                _, wire = self._wires.pop(index)
                if wire.pipe.quiet:
                    return wire
                wire.abort()
        return None

    def give(self, origin: Origin, wire: Wire) -> None:
        self._wires.append((origin, wire))
        if len(self._wires) > self._limit:
            self._wires.pop(0)[1].abort()

    def close(self) -> None:
        while self._wires:
            self._wires.pop()[1].abort()
