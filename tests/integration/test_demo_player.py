"""The tape is played over real loopback HTTP; the turn is a plain client."""

import asyncio
import stat
import tomllib
from contextlib import suppress
from datetime import UTC, datetime

import feedparser
import httpx
import pytest

from monitor.demo import player, tape
from monitor.demo.server import TapeServer

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class Poller:
    """Polls every source of the config with validators, as a polite reader does."""

    def __init__(self) -> None:
        self.etags: dict[str, str] = {}
        self.places: list = []

    async def turn(self, settings, database, moment):
        self.places.append((settings, database, stat.S_IMODE(settings.parent.stat().st_mode)))
        config = tomllib.loads(settings.read_text("utf-8"))
        answers = {}
        async with httpx.AsyncClient(trust_env=False) as client:
            for source in (*config["feed"], *config["signal"]):
                key = source["name"] + source.get("source", "")
                tags = {"If-None-Match": self.etags[key]} if key in self.etags else {}
                answers[key] = await client.get(source["url"], headers=tags, follow_redirects=True)
                self.etags[key] = answers[key].headers["ETag"]
        return moment, answers


async def test_a_whole_play_shows_baseline_304_move_break_and_gzip():
    poller = Poller()
    reports = await player.play(poller.turn, NOW)
    assert [moment for moment, _ in reports] == player.polls(NOW)
    first, last = reports[0][1], reports[-1][1]
    broken = reports[-2][1]["Coinscope Markets"]
    assert {answer.status_code for answer in first.values()} == {200}
    filings = [answers["SEC filings (tape)"].status_code for _, answers in reports]
    assert filings[-2:] == [304, 304] and filings[-3] == 200
    rackside = [[step.status_code for step in answers["Rackside"].history] for _, answers in reports]
    assert rackside[0] == [] and rackside[-1] == [301]
    assert feedparser.parse(broken.content).bozo
    assert last["Coinscope Markets"].status_code == 304
    assert last["Ledger Street Daily"].headers["Content-Encoding"] == "gzip"
    assert not feedparser.parse(last["Ledger Street Daily"].content).bozo


async def test_its_files_are_private_and_gone_afterwards():
    poller = Poller()
    await player.play(poller.turn, NOW)
    assert len(set(poller.places)) == 1
    settings, database, mode = poller.places[0]
    assert mode == 0o700
    assert settings.parent == database.parent and not settings.parent.exists()


async def test_a_turn_that_fails_leaves_nothing_behind():
    seen = []

    async def turn(settings, database, moment):
        seen.append(settings)
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        await player.play(turn, NOW)
    assert len(seen) == 1 and not seen[0].parent.exists()


async def test_the_stage_serves_on_after_the_last_poll():
    async with player.stage(NOW) as running:
        await running.play(Poller().turn)
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"http://127.0.0.1:{running.server.port}/api/blocks/tip/height"
            assert (await client.get(url)).json() == 978_091
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", running.server.port)


async def test_an_idle_connection_does_not_hold_up_the_end():
    async with asyncio.timeout(2):
        async with TapeServer(tape.load(NOW)) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET / HTTP/1.1\r\n")  # and no more
            url = f"http://127.0.0.1:{server.port}/nowhere"
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(url)).status_code == 404  # so the first connection is accepted
        with suppress(ConnectionError):  # cut off with or without its request read
            assert await reader.read() == b""
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("request_text", [b"", b"\r\n\r\n", b"GET\r\n\r\n", b"\xff\xfe\r\n\r\n", b"x" * 70_000])
async def test_a_bad_request_costs_only_itself(request_text):
    async with TapeServer(tape.load(NOW)) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request_text)
        writer.write_eof()
        answer = await reader.read()
        assert answer == b"" or answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 405 "))
        writer.close()
        await writer.wait_closed()
        async with httpx.AsyncClient(trust_env=False) as client:
            good = await client.get(f"http://127.0.0.1:{server.port}/api/blocks/tip/height")
        assert good.status_code == 200
