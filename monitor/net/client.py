"""The door itself: who may go out now, for how long, and in what words a failure is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from monitor.config import NetworkConfig
from monitor.errors import FetchError
from monitor.net.answer import Answer, Request
from monitor.net.dial import Dialler, Resolve, look_up
from monitor.net.errand import Errand
from monitor.net.faults import system_words
from monitor.net.outgoing import hidden
from monitor.net.turns import Kept, Permit, Turns
from monitor.text import visible

PATIENCE = 0.25  # of the deadline; after that a request gives its place to the next
LARGE_BODIES = 2  # in memory at once; sixteen of 10 MB each would be more than all the rest
ERROR_LIMIT = 300  # characters


class Net:
    """The one door to the network. Use it as an async context manager; it keeps connections open."""

    def __init__(self, config: NetworkConfig, *, resolve: Resolve = look_up) -> None:
        """`resolve` looks up the IP addresses of a host."""
        self._config = config
        self._seconds = config.timeout.total_seconds()
        self._dialler = Dialler(config.allow_private, resolve)
        self._turns = Turns(config.concurrency, config.per_host, self._seconds * PATIENCE)
        self._kept = Kept(config.concurrency)
        self._large = asyncio.Semaphore(LARGE_BODIES)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections that wait; the loop needs a turn to do so."""
        self._kept.close()
        await asyncio.sleep(0)

    async def fetch(self, request: Request, now: datetime) -> Answer:
        """GET a source, redirects included. FetchError, one clean line, where nothing usable came."""
        async with self.fetched(request, now) as answer:
            return answer

    @asynccontextmanager
    async def fetched(self, request: Request, now: datetime) -> AsyncIterator[Answer]:
        """The same for who works on the body: while the block lasts, only few other large ones are read."""
        permit = Permit(self._large)
        try:
            yield await self._bounded(request, now, permit, Errand.fetch)
        finally:
            permit.give_back()

    async def post(self, request: Request, body: bytes, now: datetime) -> Answer:
        """POST to a sink: no redirects, any 2xx is success, the body of the answer is not read."""
        return await self._bounded(request, now, Permit(self._large), lambda errand: errand.post(body))

    async def _bounded(
        self, request: Request, now: datetime, permit: Permit, work: Callable[[Errand], Awaitable[Answer]]
    ) -> Answer:
        began = time.monotonic()
        try:
            errand = Errand(request, now, self._config, self._dialler, self._kept, permit)
            async with self._turns.of(errand.here.host):
                began = time.monotonic()
                answer = await self._before_deadline(errand, work)
                return replace(answer, seconds=time.monotonic() - began)
        except FetchError as error:
            raise FetchError(
                visible(hidden(str(error), request), ERROR_LIMIT),
                status=error.status,
                retry_after=error.retry_after,
                gone=error.gone,
                seconds=time.monotonic() - began,
            ) from None  # the words behind it may hold secrets

    async def _before_deadline(self, errand: Errand, work: Callable[[Errand], Awaitable[Answer]]) -> Answer:
        try:
            async with asyncio.timeout(self._seconds) as deadline:
                errand.deadline = deadline
                return await work(errand)
        except TimeoutError as error:
            if not deadline.expired():
                raise FetchError(system_words(error, errand.here.place)) from error
            raise FetchError(f"{errand.awaited} within {self._seconds:g} s") from error
        except OSError as error:
            raise FetchError(system_words(error, errand.here.place)) from error
