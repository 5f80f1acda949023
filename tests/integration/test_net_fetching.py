"""Asking well: conditional requests, secrets at home, places checked before they are dialled, turns, proxies."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import ClassVar

import pytest
from support.hostile_http import CASES, FEED, KEEP, Asked, answer
from support.hostile_server import HostileServer, document
from support.networks import NOW, config, fetch, names

from monitor.errors import FetchError
from monitor.net import Net, Request
from monitor.net.wire import Pipe

pytest_plugins = ["support.strays"]

SECRETS = {"Authorization": "Bearer tok-12345", "Cookie": "sid=cook-12345", "X-Api-Key": "key-12345"}


@pytest.fixture
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


@pytest.fixture
def elsewhere() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


# ---------------------------------------------------------------- conditional requests


async def test_validators_go_back_byte_for_byte(hostile: HostileServer) -> None:
    async with Net(config(hostile.place)) as net:
        first = await net.fetch(Request("feed", hostile.url("etag")), NOW)
        second = await net.fetch(
            Request("feed", hostile.url("etag"), etag=first.etag, last_modified=first.last_modified), NOW
        )
    assert (first.status, first.unchanged, first.body) == (200, False, FEED)
    assert (second.status, second.unchanged, second.body) == (304, True, b"")
    assert hostile.connections == 1
    assert len(hostile.seen) == 2


async def test_same_bytes_on_the_wire_are_unchanged(hostile: HostileServer) -> None:
    first = await fetch(hostile.url("gzip"), hostile.place)
    again = await fetch(hostile.url("gzip"), hostile.place, known_wire_hash=first.wire_hash)
    other = await fetch(hostile.url("sound"), hostile.place, known_wire_hash=first.wire_hash)
    assert (again.unchanged, again.body, again.wire_hash) == (True, b"", first.wire_hash)
    assert (other.unchanged, other.body) == (False, FEED)
    assert again.wire_bytes == first.wire_bytes < len(FEED)


async def test_what_is_asked(hostile: HostileServer) -> None:
    await fetch(hostile.url("sound?a=b#part"), hostile.place, accept="application/json")
    asked = hostile.seen[0]
    assert (asked.method, asked.target) == ("GET", "/sound?a=b")
    assert asked.headers == {
        "host": f"127.0.0.1:{hostile.port}",
        "user-agent": "pivotwatch",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
    }


async def test_answer_tells_what_steers_the_next_request(hostile: HostileServer) -> None:
    fields = ("Cache-Control: public, max-age=7200", "Age: 200", "Set-Cookie: a=b")
    hostile.serve("/x", document(FEED, "text/xml; charset=utf-8", headers=fields))
    async with Net(config(hostile.place)) as net:
        answered = await net.fetch(Request("feed", hostile.url("x")), NOW)
        await net.fetch(Request("feed", hostile.url("x")), NOW)
    assert answered.fresh_for == timedelta(seconds=7000)
    assert answered.content_type == "text/xml; charset=utf-8"
    assert answered.url == hostile.url("x")
    assert 0 < answered.seconds < 5
    assert "cookie" not in hostile.seen[1].headers


@pytest.mark.parametrize(("status", "value", "seconds"), [
    ("429", "120", 120), ("503", "7", 7), ("503", "Mon,%2001%20Jun%202026%2012:30:00%20GMT", 1800),
    ("403", "60", 60), ("429", "99999999999", 86_400), ("429", "Fri,%2001%20Jan%209999%2000:00:00%20GMT", 86_400),
    ("503", "soon", None), ("503", "-5", None), ("503", "0", None), ("503", "1e3", None),
    ("503", "Thu,%2001%20Jan%201970%2000:00:00%20GMT", None), ("503", "Fri,%2031%20Feb%2099999%2000:00:00%20GMT", None),
    ("200", "120", None),
])  # fmt: skip
async def test_retry_after(hostile: HostileServer, status: str, value: str, seconds: int | None) -> None:
    url = hostile.url(f"retry-after/{status}/{value}")
    if status == "200":
        assert (await fetch(url, hostile.place)).retry_after is None
        return
    with pytest.raises(FetchError) as failed:
        await fetch(url, hostile.place)
    wanted = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert (failed.value.status, failed.value.retry_after) == (int(status), wanted)


async def test_retry_after_of_a_redirect_reaches_the_answer(hostile: HostileServer) -> None:
    hostile.serve("/x", document(b"", status="302 Found", headers=("Location: /sound", "Retry-After: 600")))
    assert (await fetch(hostile.url("x"), hostile.place)).retry_after == NOW + timedelta(minutes=10)


async def test_410_is_gone(hostile: HostileServer) -> None:
    with pytest.raises(FetchError) as failed:
        await fetch(hostile.url("status-410"), hostile.place)
    assert failed.value.gone


async def test_permanent_redirects_are_told(hostile: HostileServer) -> None:
    sound = hostile.url("sound")
    assert (await fetch(hostile.url("to/301//to/308//sound"), hostile.place)).moved_to == sound
    assert (await fetch(hostile.url("to/302//to/301//sound"), hostile.place)).moved_to is None
    half = await fetch(hostile.url("to/301//to/302//sound"), hostile.place)
    assert half.moved_to == hostile.url("to/302//sound")
    assert half.url == sound


# ---------------------------------------------------------------- secrets


async def test_configured_headers_stay_at_home(hostile: HostileServer, elsewhere: HostileServer) -> None:
    away = elsewhere.url(f"to/302/{hostile.url('sound')}")
    places = (hostile.place, elsewhere.place)
    await fetch(hostile.url("to/302//sound"), *places, headers=SECRETS)
    await fetch(hostile.url(f"to/307/{away}"), *places, headers=SECRETS, etag='"v"')
    same, home, away_and_back = hostile.seen[1], hostile.seen[2], hostile.seen[3]
    for name in ("authorization", "cookie", "x-api-key"):
        assert name in same.headers
        assert name in home.headers
        assert name not in elsewhere.seen[0].headers
        assert name not in away_and_back.headers


async def test_user_information_becomes_authorization(hostile: HostileServer, elsewhere: HostileServer) -> None:
    url = f"http://ann:p%40ss-word@127.0.0.1:{hostile.port}"
    await fetch(f"{url}/to/302//sound", hostile.place)
    await fetch(f"{url}/to/302/{elsewhere.url('sound')}", hostile.place, elsewhere.place)
    assert [one.headers["authorization"] for one in hostile.seen] == ["Basic YW5uOnBAc3Mtd29yZA=="] * 3
    assert "authorization" not in elsewhere.seen[0].headers
    assert "ann" not in hostile.seen[0].target + hostile.seen[0].headers["host"]


async def test_secrets_are_never_shown(hostile: HostileServer, elsewhere: HostileServer) -> None:
    """Even where a server says them back."""
    echo = "/sound?" + "&".join(f"k={value}" for value in ("tok-12345", "cook-12345", "p%40ss-word", "query-777"))
    url = f"http://ann:p%40ss-word@127.0.0.1:{hostile.port}"
    more = {"headers": SECRETS, "secrets": ("query-777",)}
    moved = await fetch(f"{url}/to/301/{echo}", hostile.place, **more)
    said = [moved.moved_to, moved.url]
    for path in (f"to/301/{elsewhere.url(echo[1:])}", "status-401", "to/301/http%3A//tok-12345/"):
        with pytest.raises(FetchError) as failed:
            await fetch(f"{url}/{path}", hostile.place, resolve=names({"tok-12345": ["10.0.0.1"]}), **more)
        said.append(str(failed.value))
    for text in said:
        assert not {word for word in ("tok-1", "cook-1", "key-1", "p%40ss", "p@ss", "query-7") if word in (text or "")}
    assert "k=***" in (moved.moved_to or "")


async def test_header_that_cannot_be_sent(hostile: HostileServer) -> None:
    for name, value, told in (
        ("Host", "example.org", "the configured header host is set by the program itself"),
        ("Content-Length", "5", "the configured header content-length is set by the program itself"),
        ("X-A", "secret\r\nX-B: 1", "a configured header holds characters that no header may"),
        ("X-A", "secret \u20ac", "the header x-a holds characters that no header may"),
    ):
        with pytest.raises(FetchError, match=told) as failed:
            await fetch(hostile.url("sound"), hostile.place, headers={name: value})
        assert "secret" not in str(failed.value)
    assert hostile.seen == []


# ---------------------------------------------------------------- the place that is dialled


async def test_private_place_is_not_dialled(hostile: HostileServer, no_stray_connections: object) -> None:
    told = rf"leads to 127.0.0.1, a loopback address, .*allow_private may list 127.0.0.1:{hostile.port}"
    with pytest.raises(FetchError, match=told):
        await fetch(hostile.url("sound"), ("127.0.0.1", 1))
    with pytest.raises(FetchError, match="a loopback address"):  # the name was not allowed, only the number
        await fetch(f"http://localhost:{hostile.port}/sound", hostile.place)
    assert hostile.connections == 0


async def test_checked_address_is_the_dialled_one(hostile: HostileServer) -> None:
    """A name that is public for the check and private for the connection: it is looked up only once."""
    resolve = names({"rebind.test": ["127.0.0.1", "10.0.0.1"], "two.test": ["93.184.215.14"]})
    allowed = ("rebind.test", hostile.port)
    answered = await fetch(f"http://rebind.test:{hostile.port}/sound", allowed, resolve=resolve)
    assert answered.body == FEED
    assert hostile.seen[0].headers["host"] == f"rebind.test:{hostile.port}"
    with pytest.raises(FetchError, match="leads to 10.0.0.1, a private address"):
        await fetch("http://rebind.test/", resolve=resolve)


async def test_every_address_of_a_name_is_checked(no_stray_connections: object) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "192.168.0.1"]

    with pytest.raises(FetchError, match="leads to 192.168.0.1, a private address"):
        await fetch("http://mixed.test/", resolve=resolve)


async def test_slow_look_up_is_inside_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        over.wait(5)
        return []

    monkeypatch.setattr("socket.getaddrinfo", slow)
    started = time.monotonic()
    with pytest.raises(FetchError, match=r"no answer within 0.2 s"):
        await fetch("http://slow.test/", seconds=0.2)
    assert time.monotonic() - started < 1
    over.set()


async def test_unknown_name_is_told() -> None:
    with pytest.raises(FetchError, match=r"the name of nowhere.invalid:80 was not found"):
        await fetch("http://nowhere.invalid/")


async def test_dead_address_is_passed_over(hostile: HostileServer) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    place = ("two.test", hostile.port)
    assert (await fetch(f"http://two.test:{hostile.port}/sound", place, resolve=resolve)).body == FEED
    with pytest.raises(FetchError, match="connection refused"):
        await fetch("http://127.0.0.1:9/", ("127.0.0.1", 9))


# ---------------------------------------------------------------- connections and turns


async def test_connection_that_the_server_closed_is_opened_anew(hostile: HostileServer) -> None:
    async def close_at_the_second(asked: Asked) -> AsyncIterator[bytes]:
        if next(asked.count) != 1:
            yield answer()
            yield KEEP

    hostile.serve("/closing", close_at_the_second)
    async with Net(config(hostile.place)) as net:
        for _ in range(3):
            assert (await net.fetch(Request("feed", hostile.url("closing")), NOW)).body == FEED
    assert hostile.connections == 2


async def test_bytes_that_come_between_requests_are_no_answer(hostile: HostileServer) -> None:
    async with Net(config(hostile.place)) as net:
        await net.fetch(Request("feed", hostile.url("sound")), NOW)
        net._kept._wires[0][1].pipe.data_received(answer(b"<evil/>"))
        assert (await net.fetch(Request("feed", hostile.url("sound")), NOW)).body == FEED
    assert hostile.connections == 2


async def test_turns_per_host_and_in_all(hostile: HostileServer) -> None:
    async def slow(_: Asked) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.02)
        yield answer()
        yield KEEP

    hostile.serve("/slow", slow)
    requests = [Request(str(n), hostile.url("slow")) for n in range(24)]
    for limits, most in (({"per_host": 3}, 3), ({"per_host": 9, "concurrency": 5}, 5)):
        hostile.at_once = 0
        async with Net(config(hostile.place, **limits)) as net:
            await asyncio.gather(*(net.fetch(one, NOW) for one in requests))
        assert hostile.at_once == most


async def test_stalled_requests_do_not_hold_up_the_others(hostile: HostileServer) -> None:
    stalled = [Request(f"bad {n}", hostile.url("never-answers")) for n in range(6)]
    sound = [Request(f"good {n}", hostile.url("sound")) for n in range(30)]
    async with Net(config(hostile.place, seconds=0.8, per_host=2)) as net:
        bad = [asyncio.ensure_future(net.fetch(one, NOW)) for one in stalled]
        started = time.monotonic()
        good = await asyncio.gather(*(net.fetch(one, NOW) for one in sound))
        took = time.monotonic() - started
        failed = await asyncio.gather(*bad, return_exceptions=True)
    assert all(one.body == FEED for one in good)
    assert all(isinstance(one, FetchError) for one in failed)
    assert took < 1.5  # three rounds of 0.2 s, where waiting for each deadline takes 2.4 s


async def test_deadline_begins_when_the_turn_comes(hostile: HostileServer) -> None:
    async def slow(_: Asked) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.1)
        yield answer()

    hostile.serve("/slow", slow)
    async with Net(config(hostile.place, seconds=0.6, per_host=1)) as net:
        requests = (net.fetch(Request(str(n), hostile.url("slow")), NOW) for n in range(10))
        answers = await asyncio.gather(*requests)
    assert len(answers) == 10
    assert max(one.seconds for one in answers) < 0.6


async def test_every_end_gives_its_connection_back(hostile: HostileServer) -> None:
    """Sound, refused, broken and cut off ones: none stays open, and few wait for their next use."""
    cases = ("sound", "reset-in-body", "status-500", "endless-body", "hops/2", "stalls-half-way", "ssh-banner")
    async with Net(config(hostile.place, seconds=0.05, concurrency=4)) as net:
        requests = (Request(name, hostile.url(name)) for name in cases * 8)
        await asyncio.gather(*(net.fetch(one, NOW) for one in requests), return_exceptions=True)
        assert len(_open_to(hostile)) <= 4
    assert _open_to(hostile) == []


async def test_few_connections_wait_for_their_next_use(hostile: HostileServer) -> None:
    hosts = [f"host{n}.test" for n in range(6)]
    places = [(host, hostile.port) for host in hosts]
    async with Net(config(*places, concurrency=3), resolve=names({host: ["127.0.0.1"] for host in hosts})) as net:
        for _ in range(2):
            for host in hosts:
                await net.fetch(Request(host, f"http://{host}:{hostile.port}/sound"), NOW)
        await asyncio.sleep(0)
        assert len(_open_to(hostile)) == 3
    assert _open_to(hostile) == []


async def test_flood_that_nobody_reads_is_held_back() -> None:
    class Transport(asyncio.Transport):
        told: ClassVar[list[str]] = []

        def pause_reading(self) -> None:
            self.told.append("pause")

        def resume_reading(self) -> None:
            self.told.append("resume")

    pipe = Pipe()
    pipe.connection_made(Transport())
    for _ in range(3):
        pipe.data_received(b"x" * 65_536)
    assert Transport.told == ["pause"]
    assert len(await pipe.read()) == 3 * 65_536
    assert Transport.told == ["pause", "resume"]


def _open_to(server: HostileServer) -> list[socket.socket]:
    """The sockets of this process that are connected to the server."""
    sockets = [one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() != -1]
    return [one for one in sockets if one.family is socket.AF_INET and _peer(one) == server.place]


def _peer(one: socket.socket) -> object:
    try:
        return one.getpeername()
    except OSError:
        return None


async def test_want_of_descriptors_fails_by_name_and_passes(hostile: HostileServer) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with Net(config(hostile.place)) as net:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            with pytest.raises(FetchError, match="too many open files in this process"):
                await net.fetch(Request("feed", hostile.url("sound")), NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert (await net.fetch(Request("feed", hostile.url("sound")), NOW)).body == FEED


# ---------------------------------------------------------------- post


async def test_post(hostile: HostileServer) -> None:
    hostile.serve("/hook", document(b"", status="204 No Content"))
    async with Net(config(hostile.place)) as net:
        request = Request("desk", hostile.url("hook"), headers={"Content-Type": "application/json", "X-Sig": "abcd"})
        done = await net.post(request, b'{"a":1}', NOW)
        assert (done.status, hostile.seen[0].method, hostile.seen[0].body) == (204, "POST", b'{"a":1}')
        assert hostile.seen[0].headers["x-sig"] == "abcd"
        assert (await net.post(Request("ping", hostile.url("endless-body")), b"", NOW)).status == 200
        for path, told in (("to/302//sound", "answered 302 Found"), ("status-500", "answered 500")):
            with pytest.raises(FetchError, match=told):
                await net.post(Request("desk", hostile.url(path)), b"x", NOW)
        with pytest.raises(FetchError, match="a private address"):
            await net.post(Request("desk", "http://10.1.1.1/"), b"x", NOW)
    assert [one.method for one in hostile.seen] == ["POST"] * 4


# ---------------------------------------------------------------- proxies


@pytest.fixture
def proxied(hostile: HostileServer, monkeypatch: pytest.MonkeyPatch) -> HostileServer:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("http_proxy", f"http://user:proxy-pass@127.0.0.1:{hostile.port}")
    monkeypatch.setenv("no_proxy", "direct.test")
    return hostile


async def test_proxy_of_the_environment(proxied: HostileServer, elsewhere: HostileServer) -> None:
    resolve = names({"feed.test": ["93.184.215.14"], "inside.test": ["10.0.0.1"], "direct.test": ["127.0.0.1"]})
    proxied.serve("http://feed.test/sound", CASES["sound"])
    assert (await fetch("http://feed.test/sound", resolve=resolve)).body == FEED
    asked = proxied.seen[0]
    assert (asked.target, asked.headers["host"]) == ("http://feed.test/sound", "feed.test")
    assert asked.headers["proxy-authorization"] == "Basic dXNlcjpwcm94eS1wYXNz"
    with pytest.raises(FetchError, match="leads to 10.0.0.1, a private address"):  # the guard still holds
        await fetch("http://inside.test/", resolve=resolve)
    direct = f"http://direct.test:{elsewhere.port}/sound"
    assert (await fetch(direct, ("direct.test", elsewhere.port), resolve=resolve)).body == FEED
    assert (await fetch(elsewhere.url("sound"), elsewhere.place)).body == FEED  # this machine needs no proxy
    assert len(proxied.seen) == 1


async def test_dead_proxy_is_named(proxied: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:proxy-pass@127.0.0.1:9")
    resolve = names({"feed.test": ["93.184.215.14"]})
    told = r"the proxy of the environment failed: connection refused \(127.0.0.1:9\)"
    with pytest.raises(FetchError, match=told):
        await fetch("http://feed.test/", resolve=resolve)
    monkeypatch.setenv("http_proxy", "socks5://user:proxy-pass@127.0.0.1:9")
    with pytest.raises(FetchError, match="the proxy of the environment cannot be used: .* neither http") as failed:
        await fetch("http://feed.test/", resolve=resolve)
    assert "proxy-pass" not in str(failed.value)
