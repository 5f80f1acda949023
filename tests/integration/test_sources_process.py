"""The parser process: answers in order of asking, is killed and replaced where a body costs too much."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.feed_documents import item, json_feed, ordinary, rss

from monitor.config import FeedConfig
from monitor.errors import ParseError
from monitor.sources import parse
from monitor.sources.process import ParserProcess

FEED = FeedConfig(name="x", url="http://h/feed")
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def parser() -> AsyncIterator[ParserProcess]:
    process = ParserProcess(deadline=2)
    yield process
    await process.aclose()


def child_id(parser: ParserProcess) -> int:
    assert parser._process is not None
    return parser._process.pid


async def test_gives_what_the_same_call_gives_here(parser: ParserProcess) -> None:
    body = rss(item(0, "caf\u00e9 \U0001f600"), item(1)).encode()
    assert await parser.parse(body, FEED, "text/xml", "http://h/feed") == parse(body, FEED, url="http://h/feed")


async def test_many_at_once_each_get_their_own_answer_from_one_process(parser: ParserProcess) -> None:
    bodies = [rss(*(item(i) for i in range(n))).encode() for n in range(1, 40)]
    feeds = await asyncio.gather(*(parser.parse(body, FEED) for body in bodies))
    assert [len(feed.entries) for feed in feeds] == list(range(1, 40))
    before = child_id(parser)
    await parser.parse(bodies[0], FEED)
    assert child_id(parser) == before


async def test_an_error_comes_back_as_one_line(parser: ParserProcess) -> None:
    with pytest.raises(ParseError, match="empty answer"):
        await parser.parse(b"", FEED)


async def test_a_body_over_its_deadline_costs_only_itself(parser: ParserProcess) -> None:
    good = rss(item(0)).encode()
    await parser.parse(good, FEED)
    stopped = child_id(parser)
    os.kill(stopped, signal.SIGSTOP)
    slow, *others = await asyncio.gather(*(parser.parse(good, FEED) for _ in range(3)), return_exceptions=True)
    assert isinstance(slow, ParseError)
    assert "within 2 s" in str(slow)
    assert [len(feed.entries) for feed in others if not isinstance(feed, BaseException)] == [1, 1]
    assert child_id(parser) != stopped


async def test_a_process_that_dies_costs_only_the_body_at_work(parser: ParserProcess) -> None:
    good = rss(item(0)).encode()
    await parser.parse(good, FEED)
    os.kill(child_id(parser), signal.SIGSTOP)
    asking = [asyncio.create_task(parser.parse(good, FEED)) for _ in range(2)]
    await asyncio.sleep(0)
    os.kill(child_id(parser), signal.SIGKILL)
    first, second = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, ParseError)
    assert not isinstance(second, BaseException)


async def test_memory_is_bounded_and_the_process_lives_on() -> None:
    parser = ParserProcess(deadline=60)
    body = json_feed(*([] for _ in range(1_500_000))).encode()
    with pytest.raises(ParseError, match="memory"):
        await parser.parse(body, FEED)
    assert len((await parser.parse(ordinary(), FEED)).entries) == 35
    await parser.aclose()


async def test_a_caller_that_goes_away_takes_no_answer_with_it(parser: ParserProcess) -> None:
    body = ordinary()
    gone = asyncio.create_task(parser.parse(body, FEED))
    await asyncio.sleep(0)
    gone.cancel()
    assert len((await parser.parse(rss(item(7)).encode(), FEED)).entries) == 1


async def test_closing_refuses_what_waits_and_ends_the_process() -> None:
    parser = ParserProcess()
    await parser.parse(rss(item(0)).encode(), FEED)
    child = child_id(parser)
    os.kill(child, signal.SIGSTOP)
    waiting = asyncio.create_task(parser.parse(rss(item(0)).encode(), FEED))
    await asyncio.sleep(0)
    await parser.aclose()
    with pytest.raises(ParseError):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


async def test_closing_without_a_body_starts_nothing() -> None:
    parser = ParserProcess()
    await parser.aclose()
    assert parser._process is None


def test_no_orphan_is_left_where_the_program_is_killed() -> None:
    script = textwrap.dedent(
        """
        import asyncio, os, signal, sys
        from monitor.config import FeedConfig
        from monitor.sources.process import ParserProcess

        async def main():
            parser = ParserProcess()
            await parser.parse(sys.argv[1].encode(), FeedConfig(name="x", url=""))
            print(parser._process.pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

        asyncio.run(main())
        """
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, rss(item(0))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    try:
        child = os.pidfd_open(int(ran.stdout))
    except ProcessLookupError:
        return
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended


def test_the_process_loads_no_network_and_no_store() -> None:
    script = (
        "import sys; import monitor.sources.child; "
        "print([m for m in ('httpx', 'sqlite3', 'feedparser', 'sklearn', 'asyncio', 'ssl') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
