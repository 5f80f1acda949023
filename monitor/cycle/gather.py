"""Ask every source that is due, politely and all at once; every failure is a value."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from monitor.config import FeedConfig, Off, Secrets, Settings, SignalConfig, safe_url
from monitor.errors import FetchError, ParseError, ReadingError, SourceError
from monitor.model import FeedOutcome, FetchState, ParsedFeed, Reading, SignalOutcome
from monitor.net import Answer, Net, Request, politeness
from monitor.signals.evaluate import evaluate
from monitor.sources.process import ParserProcess

PLACES = 4  # net lets so many times its concurrency wait for slow servers before it stops asking others
SIGNAL_BYTES = 1_000_000  # a signal's answer is a number with little around it


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What one feed answered, with the state to be stored beside its entries (None: leave it alone)."""

    feed: FeedConfig
    outcome: FeedOutcome
    state: FetchState | None = None
    parsed: ParsedFeed | None = None


@dataclass(frozen=True, slots=True)
class SignalResult:
    """What one signal answered; the reading is still to be judged against the last kept one."""

    signal: SignalConfig
    outcome: SignalOutcome
    state: FetchState | None = None
    reading: Reading | None = None


Source = FeedConfig | SignalConfig
Result = FeedResult | SignalResult


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask and with what, secrets filled in; never logged or stored."""

    url: str
    headers: Mapping[str, str]


class Gatherer:
    """Asks the sources of one turn. `now` is the turn's wall clock; intervals run on the monotonic one."""

    def __init__(self, settings: Settings, states: Mapping[str, FetchState], now: datetime, *, force: bool) -> None:
        self._settings = settings
        self._states = states
        self._now = now
        self._force = force
        self._secrets = Secrets(os.environ, settings)
        self._jitter = random.Random()  # noqa: S311 - spreads requests, guards nothing

    async def run(self, done: asyncio.Queue[Result | None]) -> None:
        """Put every source's result on `done` as it comes."""
        asked: list[tuple[Source, Address]] = []
        sources: tuple[Source, ...] = (*self._settings.feeds, *self._settings.signals)
        for source in sources:
            settled = self._without_asking(source)
            if settled is None:
                # A secret may come from a command that takes its time.
                address = await asyncio.to_thread(self._address, source)
                if isinstance(address, Address):
                    asked.append((source, address))
                    continue
                settled = self._settled(source, "off", error=address.reason)
            done.put_nowait(settled)
        if asked:
            await self._ask_all(asked, done)

    async def _ask_all(self, asked: Sequence[tuple[Source, Address]], done: asyncio.Queue[Result | None]) -> None:
        # Few bodies in memory at once: an answer is read only when it can soon be parsed.
        slots = asyncio.Semaphore(PLACES * self._settings.network.concurrency)
        async with Net(self._settings.network) as net, aclosing(ParserProcess()) as parser:

            async def ask(source: Source, address: Address) -> None:
                async with slots:
                    if isinstance(source, FeedConfig):
                        done.put_nowait(await self._ask_feed(net, parser, source, address))
                    else:
                        done.put_nowait(await self._ask_signal(net, source, address))

            async with asyncio.TaskGroup() as group:
                for source, address in asked:
                    group.create_task(ask(source, address))

    def _state(self, source: Source) -> FetchState:
        key = key_of(source)
        return politeness.for_address(self._states.get(key), key, source.url)

    def _without_asking(self, source: Source) -> Result | None:
        """The result of a source that is gone or not due; None where it is to be asked."""
        state = self._state(source)
        match politeness.due(state, self._now, force=self._force):
            case "not_due":
                return self._settled(source, "not_due", next_try=_waits(state))
            case "gone":
                return self._settled(source, "gone", error="answered 410 Gone; `pivotwatch feeds retry` asks again")
            case _:
                return None

    def _address(self, source: Source) -> Address | Off:
        url, headers = self._secrets.resolve(source.url), self._secrets.resolve_headers(source.headers)
        if isinstance(url, Off):
            return url
        return headers if isinstance(headers, Off) else Address(url.text, headers)

    def _settled(
        self,
        source: Source,
        outcome: str,
        *,
        error: str | None = None,
        next_try: datetime | None = None,
    ) -> Result:
        if isinstance(source, FeedConfig):
            told = FeedOutcome(source.name, safe_url(source.url), outcome, error=error, next_try=next_try)
            return FeedResult(source, told)
        refused = "error" if outcome == "gone" else outcome
        return SignalResult(source, SignalOutcome(source.name, source.source, refused, error=error))

    async def _ask_feed(self, net: Net, parser: ParserProcess, feed: FeedConfig, address: Address) -> FeedResult:
        state, started = self._state(feed), monotonic()
        told, parsed = FeedOutcome(feed.name, safe_url(feed.url), "unchanged"), None
        try:
            request = self._request(feed, address, state, self._settings.network.max_bytes)
            async with net.fetched(request, self._now) as answer:
                started = monotonic() - answer.seconds  # the wait for a free place is not the source's
                told = replace(told, http_status=answer.status, bytes=len(answer.body), warning=self._moved(answer))
                if not answer.unchanged:
                    parsed = await parser.parse(answer.body, feed, answer.content_type, answer.url)
                    warning = _joined(told.warning, parsed.warning)
                    told = replace(told, outcome="ok", skipped=parsed.skipped, warning=warning)
            state = politeness.after_answer(state, answer, feed.every, self._now, self._jitter.random())
        except (FetchError, ParseError) as error:
            state = self._failed(feed, state, error)
            told = replace(told, outcome="gone" if state.gone else "error", error=state.last_error)
            if isinstance(error, FetchError):
                started = monotonic() - error.seconds
                told = replace(told, http_status=error.status)
        told = replace(told, seconds=monotonic() - started, next_try=_waits(state))
        return FeedResult(feed, told, state, parsed)

    async def _ask_signal(self, net: Net, signal: SignalConfig, address: Address) -> SignalResult:
        state, started = self._state(signal), monotonic()
        told, reading = SignalOutcome(signal.name, signal.source, "unchanged"), None
        try:
            answer = await net.fetch(self._request(signal, address, state, SIGNAL_BYTES), self._now)
            started = monotonic() - answer.seconds
            told = replace(told, warning=self._moved(answer))
            if not answer.unchanged:
                reading = await asyncio.to_thread(evaluate, answer.body, signal, self._now)
                told = replace(told, outcome="ok")
            state = politeness.after_answer(state, answer, signal.every, self._now, self._jitter.random())
        except (FetchError, ReadingError) as error:
            state = self._failed(signal, state, error)
            started = monotonic() - error.seconds if isinstance(error, FetchError) else started
            outcome = "refused" if isinstance(error, ReadingError) else "error"
            told = replace(told, outcome=outcome, error=state.last_error, warning=None)
        return SignalResult(signal, replace(told, seconds=monotonic() - started), state, reading)

    def _failed(self, source: Source, state: FetchState, error: SourceError) -> FetchState:
        """The state after a failure; what is kept and shown of it holds no secret."""
        after = politeness.after_failure(state, error, source.every, self._now, self._jitter.random())
        return replace(after, last_error=self._secrets.redact(str(error)))

    def _moved(self, answer: Answer) -> str | None:
        if answer.moved_to is None:
            return answer.warning
        moved = f"moved for good to {self._secrets.redact(answer.moved_to)}; put that address into feeds.toml"
        return _joined(moved, answer.warning)

    def _request(self, source: Source, address: Address, state: FetchState, max_bytes: int) -> Request:
        return Request(
            name=source.name,
            url=address.url,
            headers=address.headers,
            etag=state.etag,
            last_modified=state.last_modified,
            known_wire_hash=state.wire_hash,
            max_bytes=max_bytes,
            secrets=self._secrets.known,
        )


def key_of(source: Source) -> str:
    """The key under which a source's fetch state is stored."""
    return f"feed:{source.name}" if isinstance(source, FeedConfig) else f"signal:{source.name}:{source.source}"


def _waits(state: FetchState) -> datetime | None:
    return state.next_try if state.wait in {"retry_after", "back_off"} else None


def _joined(*warnings: str | None) -> str | None:
    return "; ".join(warning for warning in warnings if warning) or None
