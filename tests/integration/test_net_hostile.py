"""Every fault a server can have: the outcome is the feed, or one clean line, in bounded time."""

from __future__ import annotations

import re
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from support.hostile_cases import CASES
from support.hostile_faults import FAULTS, SECONDS, SOUND
from support.hostile_http import FEED, bomb
from support.hostile_server import HostileServer
from support.networks import NOW, config, fetch

from monitor.errors import FetchError
from monitor.net import Net, Request

pytest_plugins = ["support.strays"]

OWN_TESTS = {"retry-after", "every-other", "length-too-short", "status-304-body", "to"}


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


async def resolve(host: str, _: int) -> list[str]:
    """Names as they are on any machine; nothing is looked up."""
    return {"localhost": ["127.0.0.1", "::1"], "example.org": ["93.184.215.14"]}[host]


def test_every_case_has_an_expected_outcome() -> None:
    named = {name.split("/")[0] for name in [*SOUND, *FAULTS]} | OWN_TESTS
    assert named == set(CASES)


@pytest.mark.parametrize("case", SOUND)
async def test_sound_feed_is_read(hostile: HostileServer, case: str, no_stray_connections: object) -> None:
    hostile.serve("/s%C3%B6und", CASES["sound"])
    hostile.serve("/to/302/", CASES["sound"])
    no_stray_connections.allowed.add(hostile.place)  # type: ignore[attr-defined]
    answer = await fetch(hostile.url(case), hostile.place)
    assert answer.body == FEED
    assert answer.status == 200
    assert not answer.unchanged


@pytest.mark.parametrize(("case", "told"), FAULTS.items())
async def test_fault_is_told(hostile: HostileServer, case: str, told: str, no_stray_connections: object) -> None:
    no_stray_connections.allowed.add(hostile.place)  # type: ignore[attr-defined]
    seconds = SECONDS if "within" in told else 5
    started = time.monotonic()
    with pytest.raises(FetchError) as failed:
        await fetch(hostile.url(case), hostile.place, seconds=seconds, resolve=resolve)
    assert told.replace("PORT", str(hostile.port)) in str(failed.value)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", str(failed.value))
    assert len(str(failed.value)) <= 300
    assert time.monotonic() - started < seconds + 2


async def test_bytes_after_the_end_are_told(hostile: HostileServer) -> None:
    for case, body in (("surplus", FEED), ("length-too-short", FEED[: len(FEED) // 2])):
        answer = await fetch(hostile.url(case), hostile.place)
        assert answer.body == body
        assert answer.warning == "bytes came after the end that Content-Length gives"


async def test_bytes_after_the_end_never_become_the_next_answer(hostile: HostileServer) -> None:
    async with Net(config(hostile.place)) as net:
        await net.fetch(Request("feed", hostile.url("surplus")), NOW)
        after = await net.fetch(Request("feed", hostile.url("gzip")), NOW)
    assert after.body == FEED


async def test_unasked_body_of_304_is_left_alone(hostile: HostileServer) -> None:
    async with Net(config(hostile.place)) as net:
        answer = await net.fetch(Request("feed", hostile.url("status-304-body"), etag='"x"'), NOW)
        after = await net.fetch(Request("feed", hostile.url("sound")), NOW)
    assert (answer.unchanged, answer.body, answer.status) == (True, b"", 304)
    assert after.body == FEED


async def test_bomb_needs_no_memory(hostile: HostileServer) -> None:
    """The body on the wire is 100 kB, the limit 1 MB, and 100 MB are inside."""
    bomb(100_000_000)  # made before: the server's own memory is not what is measured
    tracemalloc.start()
    try:
        for case in ("bomb", "endless-body"):
            with pytest.raises(FetchError):
                await fetch(hostile.url(case), hostile.place, seconds=20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
