"""Few large bodies at once, and the wait for a place is nobody's fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from support.hostile_http import Asked, answer
from support.hostile_server import HostileServer
from support.networks import NOW, config

from monitor.net import Net, Request
from monitor.net.client import LARGE_BODIES

BODY = b"<rss>" + b" " * 600_000 + b"</rss>"


async def _slow(_: Asked) -> AsyncIterator[bytes]:
    yield answer(BODY[:400_000], length=len(BODY))
    await asyncio.sleep(0.3)
    yield BODY[400_000:]


async def test_only_few_large_bodies_are_held_and_none_is_late_for_that() -> None:
    """Six that take 0.3 s each, two at a time: the last waits longer than its deadline of 0.7 s, and comes."""
    held, most = 0, 0
    with HostileServer() as server:
        url = server.serve("/large", _slow)

        async def hold(net: Net) -> int:
            nonlocal held, most
            async with net.fetched(Request("feed", url), NOW) as got:
                held += 1
                most = max(most, held)
                await asyncio.sleep(0.05)
                held -= 1
                return len(got.body)

        async with Net(config(server.place, seconds=0.7)) as net:
            sizes = await asyncio.gather(*(hold(net) for _ in range(6)))
    assert sizes == [len(BODY)] * 6
    assert most <= LARGE_BODIES


async def test_small_bodies_pass_large_ones() -> None:
    with HostileServer() as server:
        large, small = server.serve("/large", _slow), server.url("sound")
        async with Net(config(server.place)) as net:
            async with net.fetched(Request("a", large), NOW), net.fetched(Request("b", large), NOW):
                waiting = asyncio.create_task(net.fetch(Request("c", large), NOW))
                for _ in range(5):
                    assert (await net.fetch(Request("d", small), NOW)).status == 200
                await asyncio.sleep(0.5)
                assert not waiting.done()
            assert (await waiting).body == BODY
