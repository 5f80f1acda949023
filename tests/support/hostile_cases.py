"""The named cases of the hostile server: sound feeds as controls, then faults of every kind."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import os
import zlib
from collections.abc import AsyncIterator
from functools import cache
from urllib.parse import unquote_to_bytes

from support.hostile_http import (
    CASES,
    ESCAPES,
    FEED,
    KEEP,
    PAUSE,
    RESET,
    Asked,
    answer,
    bomb,
    case,
    chunked,
    document,
    drip,
    fixed,
)

# ---------------------------------------------------------------- sound feeds

TE = "Transfer-Encoding: chunked"
GZ = "Content-Encoding: gzip"
_gz = gzip.compress(FEED, mtime=0)
_raw = zlib.compressobj(wbits=-15)

CASES["sound"] = document(FEED)
CASES["no-type"] = document(FEED, "")
CASES["typed-png"] = document(FEED, "image/png")
CASES["gzip"] = document(_gz, headers=(GZ,))
CASES["gzip-x"] = document(_gz, headers=("Content-Encoding: x-gzip",))
CASES["gzip-unlabelled"] = document(_gz)
CASES["gzip-identity"] = document(_gz, headers=("Content-Encoding: identity",))
CASES["gzip-two-members"] = document(
    gzip.compress(FEED[:700], mtime=0) + gzip.compress(FEED[700:], mtime=0), headers=(GZ,)
)
CASES["gzip-padded"] = document(_gz + b"\0" * 512, headers=(GZ,))
CASES["gzip-label-on-plain"] = document(FEED, headers=(GZ,))
CASES["deflate-zlib"] = document(zlib.compress(FEED), headers=("Content-Encoding: deflate",))
CASES["deflate-raw"] = document(_raw.compress(FEED) + _raw.flush(), headers=("Content-Encoding: deflate",))
CASES["deflate-label-on-plain"] = document(FEED, headers=("Content-Encoding: deflate",))
CASES["many-cookies"] = document(FEED, headers=tuple(f"Set-Cookie: c{n}=v{n}; Path=/" for n in range(500)))
CASES["escapes-in-header"] = document(FEED, headers=("X-Evil: " + ESCAPES.decode("latin-1"),))
CASES["header-folded"] = document(FEED, headers=("X-Long: one\r\n two",))
fixed("http10", answer(version="1.0", length=""))
fixed("until-closed", answer(headers=("Connection: close",), length=""))
fixed("chunked", answer(chunked(FEED) + b"0\r\n\r\n", headers=(TE,), length=""))
fixed("chunk-extensions", answer(chunked(FEED, 64, b";a=b") + b"0;x\r\n\r\n", headers=(TE,), length=""))
fixed("chunk-trailers", answer(chunked(FEED) + b"0\r\nX-Sum: 1\r\n\r\n", headers=(TE,), length=""))
fixed("early-hints", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + answer())
fixed("surplus", answer() + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<evil>")


@case("slow-honest")
async def _slow_honest(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", length=len(FEED))
    async for part in drip(FEED, len(FEED) // 4):
        yield part


@case("etag")
async def _etag(asked: Asked) -> AsyncIterator[bytes]:
    """Odd but legal validators; 304 only for the very same bytes."""
    tag, day = "W/\"odd \xe9 'x', ,\"", "Someday, 99 Foo 2026"
    same = asked.headers.get("if-none-match") == tag and asked.headers.get("if-modified-since") == day
    fields = (f"ETag: {tag}", f"Last-Modified: {day}")
    yield answer(b"", "304 Not Modified", fields, length="") if same else answer(headers=fields)
    yield KEEP


@case("etag-changes")
async def _etag_changes(asked: Asked) -> AsyncIterator[bytes]:
    yield answer(headers=(f'ETag: "{next(asked.count)}"',))
    yield KEEP


# ---------------------------------------------------------------- time


@case("head-drips")
async def _head_drips(_: Asked) -> AsyncIterator[bytes]:
    async for part in drip(answer()):
        yield part


@case("body-drips")
async def _body_drips(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", length=len(FEED))
    async for part in drip(FEED):
        yield part


@case("never-answers")
async def _never_answers(_: Asked) -> AsyncIterator[bytes]:
    await asyncio.sleep(60)
    yield b""


@case("stalls-half-way")
async def _stalls(_: Asked) -> AsyncIterator[bytes]:
    yield answer(FEED[:500], length=len(FEED))
    await asyncio.sleep(60)


@case("endless-body")
async def _endless_body(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b"<rss>", length="")
    while True:
        yield b" " * 65_536


@case("endless-chunks")
async def _endless_chunks(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", headers=(TE,), length="")
    while True:
        yield b"10000\r\n" + b" " * 65_536 + b"\r\n"


@case("one-byte-chunks")
async def _one_byte_chunks(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", headers=(TE,), length="")
    yield b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"


@case("chunks-of-extensions")
async def _chunks_of_extensions(_: Asked) -> AsyncIterator[bytes]:
    """Little body, and no end of what is not body."""
    yield answer(b"", headers=(TE,), length="")
    while True:
        yield b"1;" + b"x" * 50_000 + b"\r\nx\r\n"


@case("endless-entries")
async def _endless_entries(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b'<rss version="2.0"><channel>', length="")
    for n in itertools.count():
        yield b"<item><title>Entry %d</title></item>" % n
        await asyncio.sleep(PAUSE)


@case("slow-redirects")
async def _slow_redirects(asked: Asked) -> AsyncIterator[bytes]:
    await asyncio.sleep(0.4)
    yield answer(b"", "302 Found", (f"Location: /slow-redirects/{next(asked.count)}",))


# ---------------------------------------------------------------- heads and framing


@case("endless-headers")
async def _endless_headers(_: Asked) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Pad: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 100


@case("endless-interim")
async def _endless_interim(_: Asked) -> AsyncIterator[bytes]:
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        await asyncio.sleep(0)


fixed("long-header", answer(headers=("X-Long: " + "a" * 200_000,)))
fixed("length-too-long", answer(length=len(FEED) + 1_000))
fixed("length-too-short", answer(length=len(FEED) // 2))
fixed("length-negative", answer(length=-5))
fixed("length-words", answer(length="many"))
fixed("length-two", answer(headers=("Content-Length: 7",)))
fixed("length-huge", answer(length=10**18))
fixed("length-absurd", answer(length=10**30))
fixed("chunk-bad-size", answer(b"zz\r\n<rss>\r\n0\r\n\r\n", headers=(TE,), length=""))
fixed("chunk-huge-size", answer(b"1000000000000\r\n<rss>", headers=(TE,), length=""))
fixed("chunk-no-last", answer(chunked(FEED), headers=(TE,), length=""))
fixed("chunk-bad-end", answer(b"5\r\n<rss>XX0\r\n\r\n", headers=(TE,), length=""))
fixed("chunk-endless-extension", answer(b"5;" + b"x" * 200_000, headers=(TE,), length=""))
fixed("transfer-gzip", answer(_gz, headers=("Transfer-Encoding: gzip, chunked",), length=""))
fixed("reset-at-once", RESET)
fixed("reset-in-head", b"HTTP/1.1 200 OK\r\nContent-", RESET)
fixed("reset-in-body", answer(FEED[:500], length=len(FEED)), RESET)
fixed("closes-at-once")
fixed("closes-in-head", b"HTTP/1.1 200 OK\r\nContent-Le")
fixed("ssh-banner", b"SSH-2.0-OpenSSH_9.6\r\n")
fixed("http09", FEED)
fixed("status-line-broken", b"HTTP/1.1 OK fine\r\n\r\n" + FEED)
fixed("header-without-colon", b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 3\r\n\r\n<a>")
fixed("nul-in-header", b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 3\r\n\r\n<a>")
fixed("switching-protocols", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")

# ---------------------------------------------------------------- statuses and bodies

fixed("empty", answer(b""))
fixed("blank", answer(b" \r\n\t "))
fixed("gzip-of-nothing", answer(gzip.compress(b"", mtime=0), headers=(GZ,)))
fixed("status-204", answer(b"", "204 No Content", length=""))
fixed("status-206", answer(FEED, "206 Partial Content"))
fixed("status-304-unasked", answer(b"", "304 Not Modified", length=""))
fixed("status-304-body", answer(FEED, "304 Not Modified"))
fixed("status-500-feed", answer(FEED, "500 Internal Server Error"))
fixed("status-502-html", answer(b"<html><title>Bad gateway</title>", "502 Bad Gateway"))
fixed("status-999", answer(b"", b"999 Denied ".decode() + ESCAPES.decode("latin-1")))
fixed("status-404-escapes", answer(b"", "404 " + ESCAPES.decode("latin-1"), (b"X-Evil: " + ESCAPES,)))
for _code in (400, 401, 403, 404, 410, 418, 429, 451, 500, 503):
    fixed(f"status-{_code}", answer(b"<html>no", f"{_code} Whatever"))


@case("retry-after")
async def _retry_after(asked: Asked) -> AsyncIterator[bytes]:
    """/retry-after/STATUS/VALUE, with %20 for a space."""
    _, _, status, value = asked.target.split("/", 3)
    yield answer(b"wait", f"{status} Wait", (f"Retry-After: {value.replace('%20', ' ')}",))


@case("every-other")
async def _every_other(asked: Asked) -> AsyncIterator[bytes]:
    yield answer() if next(asked.count) % 2 else answer(b"", "503 Service Unavailable")


# ---------------------------------------------------------------- redirects


@case("to")
async def _to(asked: Asked) -> AsyncIterator[bytes]:
    """/to/STATUS/TARGET: a redirect; TARGET as it stands, or percent-encoded bytes."""
    _, _, status, target = asked.target.split("/", 3)
    yield answer(b"moved", f"{status} Moved", (b"Location: " + unquote_to_bytes(target),))
    yield KEEP


@case("circle")
async def _circle(_: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", "302 Found", ("Location: /circle",))
    yield KEEP


@case("pair")
async def _pair(asked: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", "301 Moved", ("Location: /pair/" + ("b" if asked.target.endswith("a") else "a"),))
    yield KEEP


@case("ever-new")
async def _ever_new(asked: Asked) -> AsyncIterator[bytes]:
    yield answer(b"", "307 On", (f"Location: /ever-new/{next(asked.count)}",))
    yield KEEP


@case("hops")
async def _hops(asked: Asked) -> AsyncIterator[bytes]:
    """/hops/N: N redirects, then a sound feed."""
    left = int(asked.target.rsplit("/", 1)[1])
    yield answer() if left == 0 else answer(b"", "302 Found", (f"Location: /hops/{left - 1}",))
    yield KEEP


fixed("redirect-nowhere", answer(b"", "302 Found"))
fixed("redirect-empty", answer(b"", "302 Found", ("Location: ",)))
fixed("redirect-two-places", answer(b"", "302 Found", ("Location: /sound", "Location: /etag")))
fixed("redirect-escapes", answer(b"", "302 Found", (b"Location: http://a/" + ESCAPES,)))

# ---------------------------------------------------------------- compression


def _damaged(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


fixed("gzip-cut", answer(_gz[: len(_gz) // 2], headers=(GZ,)))
fixed("gzip-no-trailer", answer(_gz[:-8], headers=(GZ,)))
fixed("gzip-wrong-crc", answer(_damaged(_gz, len(_gz) - 6), headers=(GZ,)))
fixed("gzip-wrong-size", answer(_damaged(_gz, len(_gz) - 2), headers=(GZ,)))
fixed("gzip-damaged", answer(_damaged(_gz, len(_gz) // 2), headers=(GZ,)))
fixed("gzip-second-cut", answer(_gz + _gz[:100], headers=(GZ,)))
fixed("gzip-in-gzip", answer(gzip.compress(_gz, mtime=0), headers=(GZ,)))
fixed("gzip-in-gzip-unlabelled", answer(gzip.compress(_gz, mtime=0)))
fixed("gzip-gzip-labelled", answer(gzip.compress(_gz, mtime=0), headers=("Content-Encoding: gzip, gzip",)))
fixed("gzip-gzip-two-fields", answer(gzip.compress(_gz, mtime=0), headers=(GZ, GZ)))
fixed("gzip-many-members", answer(gzip.compress(b"", mtime=0) * 20_000, headers=(GZ,)))
fixed("coding-br", answer(os.urandom(200), headers=("Content-Encoding: br",)))
fixed("coding-zstd", answer(os.urandom(200), headers=("Content-Encoding: zstd",)))
fixed("coding-escapes", answer(FEED, headers=(b"Content-Encoding: " + ESCAPES,)))


@cache
def _nested() -> bytes:
    return gzip.compress(gzip.compress(bomb(100_000_000)))


@case("bomb")
async def _bomb(_: Asked) -> AsyncIterator[bytes]:
    """100 MB of blanks in 100 kB."""
    yield answer(bomb(100_000_000), headers=(GZ,))


@case("bomb-deflate")
async def _bomb_deflate(_: Asked) -> AsyncIterator[bytes]:
    yield answer(zlib.compress(b" " * 20_000_000), headers=("Content-Encoding: deflate",))


@case("bomb-nested")
async def _bomb_nested(_: Asked) -> AsyncIterator[bytes]:
    """A few hundred bytes of gzip in gzip in gzip."""
    yield answer(_nested(), headers=(GZ,))
