"""One turn: fetch, parse, decide, store, tag, group, measure, judge, deliver."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from monitor.config import Settings
from monitor.cycle import health, margins, measure
from monitor.cycle.gather import Gatherer, Result
from monitor.cycle.keep import keep
from monitor.data.tables import Firm
from monitor.errors import LeaseHeldError
from monitor.model import Alert, FeedOutcome, Judged, SignalOutcome
from monitor.store import fetching
from monitor.store.database import open_database

RENEW_SECONDS = 15.0  # a quarter of what voids the lease
INTERRUPT_SECONDS = 0.01
BATCH = 64  # results stored in one transaction at most
GATHER_SECONDS = 0.1  # for which the first result of a transaction waits for others

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What this turn is to do beyond asking what is due."""

    force: bool = False  # also what is not due; never against Retry-After or 410
    tag: bool = True
    judge: bool = False  # take the rules over the new facts and deliver
    dry_run: bool = False  # judge, but keep the rules as they are and send nothing
    pane: bool = False
    firms: tuple[Firm, ...] = ()  # known beside those of the shipped table


@dataclass(frozen=True, slots=True)
class Report:
    """What one turn came to."""

    started: datetime
    seconds: float
    feeds: tuple[FeedOutcome, ...] = ()
    signals: tuple[SignalOutcome, ...] = ()
    entries_new: int = 0
    stories_new: int = 0
    alerts: tuple[Alert, ...] = ()
    delivered: int = 0
    waiting: int = 0
    failed: int = 0
    health: tuple[str, ...] = ()  # sources, or the model, that began or ceased to fail, a line each
    model_fault: str | None = None  # what is wrong with the model that was to read the new entries

    @property
    def attempted(self) -> list[FeedOutcome | SignalOutcome]:
        outcomes: tuple[FeedOutcome | SignalOutcome, ...] = (*self.feeds, *self.signals)
        return [outcome for outcome in outcomes if outcome.outcome not in {"not_due", "off"}]

    @property
    def broken(self) -> list[FeedOutcome | SignalOutcome]:
        return [o for o in self.attempted if o.outcome in {"error", "refused", "gone"}]


async def turn(
    settings: Settings, database: Path, now: datetime, options: Options, say: Callable[[str], None]
) -> Report:
    """Run one turn; `say` takes the lines of the stdout sink.

    Raises LeaseHeldError where another run is fetching (a judging turn goes on without fetching where that
    is a pane) and StoreError where the database cannot be used.
    """
    started = monotonic()
    async with StoreThread(database) as store:
        outcomes = await _fetch(store, settings, now, options)
        outcomes = await store.run(margins.flag, outcomes, settings, now)
        measured = await store.run(measure.measure, settings, now, options.tag, options.firms)
        lines = await store.run(health.changes, outcomes, now)
        if measured.model is not None:
            lines += await store.run(health.model_changes, measured.model.fault, now)
        judged = await _judge(store, settings, now, options, say) if options.judge else Judged()
    feeds = tuple(o for o in outcomes if isinstance(o, FeedOutcome))
    return Report(
        started=now,
        seconds=monotonic() - started,
        feeds=feeds,
        signals=tuple(o for o in outcomes if isinstance(o, SignalOutcome)),
        entries_new=sum(o.new for o in feeds),
        stories_new=measured.stories_new,
        alerts=judged.alerts,
        delivered=judged.delivered,
        waiting=judged.waiting,
        failed=judged.failed,
        health=tuple(lines),
        model_fault=measured.model.fault if measured.model else None,
    )


async def _judge(
    store: StoreThread, settings: Settings, now: datetime, options: Options, say: Callable[[str], None]
) -> Judged:
    from monitor.cycle import judging  # a poll judges nothing

    judged = await store.run(judging.judge, settings, now, options.dry_run)
    return judged if options.dry_run else await judging.deliver(store.run, settings, judged, now, say)


class StoreThread:
    """The database in a thread of its own, so that the event loop never waits for a disk or a model."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._connection = await loop.run_in_executor(self._pool, open_database, self._database)
        return self

    async def run(
        self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function(connection, …)` in the store's thread."""
        assert self._connection is not None
        connection = self._connection
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: function(connection, *args, **kwargs)
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            closed = self._pool.submit(self._connection.close)
            while error is not None and not closed.done():  # whoever ends this turn does not wait for a long step
                with contextlib.suppress(sqlite3.ProgrammingError):  # closed meanwhile
                    self._connection.interrupt()
                time.sleep(INTERRUPT_SECONDS)
        self._pool.shutdown(wait=True)


async def _fetch(
    store: StoreThread, settings: Settings, now: datetime, options: Options
) -> list[FeedOutcome | SignalOutcome]:
    """Ask and store, under the lease; nothing where a pane is at it and this turn only has to judge."""
    lease = await store.run(lambda connection: fetching.Lease(connection, pane=options.pane))
    if not await store.run(lambda _: lease.take()):
        if options.judge and lease.pane_holds:
            return []
        raise LeaseHeldError(f"{lease.held_by} is fetching; try again when it is done")
    try:
        states = await store.run(fetching.states)
        gatherer = Gatherer(settings, states, now, force=options.force)
        return await _store_as_they_come(store, gatherer, lease, now)
    finally:
        await store.run(lambda _: lease.give_back())


async def _store_as_they_come(
    store: StoreThread, gatherer: Gatherer, lease: fetching.Lease, now: datetime
) -> list[FeedOutcome | SignalOutcome]:
    results: asyncio.Queue[Result | None] = asyncio.Queue()

    async def produce() -> None:
        try:
            await gatherer.run(results)
        finally:
            results.put_nowait(None)

    outcomes: list[FeedOutcome | SignalOutcome] = []
    renewed = monotonic()
    producer = asyncio.create_task(produce())
    try:
        over = False
        while not over:
            batch = await _next_batch(results, producer)
            over = None in batch
            found = [result for result in batch if result is not None]
            if found:
                outcomes += await store.run(keep, found, now)
            if monotonic() - renewed > RENEW_SECONDS:
                await store.run(lambda _: lease.take())
                renewed = monotonic()
        await producer
    finally:
        producer.cancel()
    return outcomes


async def _next_batch(results: asyncio.Queue[Result | None], producer: asyncio.Task[None]) -> list[Result | None]:
    """What has come, one result at least; waits no longer than the lease may go unrenewed."""
    try:
        batch = [await asyncio.wait_for(results.get(), RENEW_SECONDS)]
    except TimeoutError:
        return []
    # A commit is a disk's turn, whatever is in it: a moment later there are more to share it.
    await asyncio.wait({producer}, timeout=GATHER_SECONDS)
    while not results.empty() and len(batch) < BATCH:
        batch.append(results.get_nowait())
    return batch
