"""Any bytes from a server: an answer or a FetchError, never anything else."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile_http import FEED, Asked, answer
from support.hostile_server import HostileServer
from support.networks import NOW, fetch

from monitor.errors import FetchError
from monitor.net.address import parse, redirected
from monitor.net.answer import Head, fresh_for, retry_after
from monitor.net.guard import odd_spelling, refused_kind
from monitor.net.inflate import inflated

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

HEADERS = st.sampled_from([
    b"Content-Length: 3", b"Content-Length: 99999", b"Transfer-Encoding: chunked", b"Content-Encoding: gzip",
    b"Content-Encoding: deflate", b"Connection: close", b"Location: /", b"Location: http://\xff/", b"Retry-After: 9",
    b"Cache-Control: max-age=1", b"ETag: \xff\x80", b"Set-Cookie: \x1b[31m", b" folded", b": none", b"Age: x",
])  # fmt: skip
ANSWERS = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail, st.binary(max_size=200)),
    st.builds(
        lambda status, headers, body: b"\r\n".join([b"HTTP/1.1 %d X" % status, *headers, b"", body]),
        st.integers(0, 999),
        st.lists(HEADERS, max_size=5),
        st.one_of(st.binary(max_size=100), st.sampled_from([b"3\r\nabc\r\n0\r\n\r\n", b"\x1f\x8b\x08", FEED])),
    ),
    st.builds(lambda at, byte: _with(answer(), at, byte), st.integers(0, 400), st.integers(0, 255)),
)


def _with(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


@settings(max_examples=EXAMPLES, deadline=None)
@given(ANSWERS)
def test_any_bytes_from_a_server(hostile: HostileServer, sent: bytes) -> None:
    async def play(_: Asked) -> AsyncIterator[bytes]:
        yield sent

    url = hostile.serve("/any", play)
    try:
        answered = asyncio.run(fetch(url, hostile.place, seconds=2))
    except FetchError as error:
        assert not CONTROL.search(str(error))
        assert "within" not in str(error)
    else:
        assert answered.body.strip()


@settings(max_examples=EXAMPLES * 5, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map("http://".__add__)))
def test_any_address(text: str) -> None:
    for read in (parse, lambda one: redirected(parse("http://example.org/a"), one)):
        try:
            address = read(text)
        except FetchError:
            continue
        assert address.text.isascii()
        assert not re.search(r"[\s\\\x00-\x1f]", address.text)
        assert parse(address.text).origin == address.origin


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.ip_addresses().map(str), st.text("0123456789abcdefx.", max_size=20))
def test_any_place(ip: str, host: str) -> None:
    assert refused_kind(ip) is None or refused_kind(ip)
    odd_spelling(host)


@settings(max_examples=EXAMPLES * 5, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["", "gzip", "deflate", "x-gzip", "br", "gzip, gzip"]),
    st.booleans(),
)
def test_any_compressed_body(body: bytes, coding: str, magic: bool) -> None:
    try:
        assert len(inflated(b"\x1f\x8b\x08\x00" + body if magic else body, coding, 1_000)) <= 1_000
    except FetchError as error:
        assert str(error)


@settings(max_examples=EXAMPLES * 5, deadline=None)
@given(st.sampled_from([b"retry-after", b"expires", b"cache-control", b"age", b"date"]), st.binary(max_size=40))
def test_any_header_that_steers(name: bytes, value: bytes) -> None:
    head = Head(503, b"", [(name, value), (b"cache-control", b"max-age=5")])
    wait, fresh = retry_after(head, NOW), fresh_for(head, NOW)
    assert wait is None or wait > NOW
    assert fresh is None or fresh.total_seconds() >= 0
