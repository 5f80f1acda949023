"""Addresses read in one way, places judged, codings undone: the pure parts of net."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import FetchError
from monitor.net.address import parse, redirected
from monitor.net.answer import Head, fresh_for
from monitor.net.guard import odd_spelling, refused_kind
from monitor.net.inflate import inflated

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(("text", "shown", "place"), [
    ("http://Example.ORG", "http://example.org/", "example.org:80"),
    ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c", "example.org:443"),
    ("http://example.org:8080?x", "http://example.org:8080/?x", "example.org:8080"),
    ("http://[2001:DB8::0:1]/", "http://[2001:db8::1]/", "[2001:db8::1]:80"),
    ("http://b\u00fc.example/\u00f6?\u00fc=%41", "http://xn--b-eha.example/%C3%B6?%C3%BC=%41", "xn--b-eha.example:80"),
    ("http://a:b@example.org/@me", "http://example.org/@me", "example.org:80"),
    ("http://my_host.example./", "http://my_host.example./", "my_host.example.:80"),
])  # fmt: skip
def test_address(text: str, shown: str, place: str) -> None:
    address = parse(text)
    assert (address.text, address.place) == (shown, place)
    assert parse(address.text).text == address.text


@pytest.mark.parametrize("text", [
    "", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "|ls",
    "http://", "http:///path", "http:example.org", "http://:80/", "http://example.org:0/", "http://example.org:99999/",
    "http://example.org:8a/", "http://exa mple.org/", "http://example.org/a b", "http://example.org\n/", "\thttp://a/",
    "http://example.org\\@evil.example/", "http://a@b@c/", "http://a%2eb/", "http://-/", "http://.a/", "http://a..b/",
    "http://" + "a" * 64 + ".b/", "http://" + "a." * 200 + "b/", "http://[::1", "http://[::1]x/", "http://[1.2.3.4]/",
    "http://[fe80::1%25eth0]/", "http://a\u200b.b\u2028/", "http://\u2100.example/",
    "http://example.org/\x85", "http://a/" + "x" * 9000,
    "http://a,b/", "http://*/", "http://$(id)/",
])  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(FetchError):
        parse(text)


def test_unreadable_address_does_not_tell_its_password() -> None:
    for text in ("http://ann:pa55/word@example.org/", "http://ann:pa55word@exa mple/", "ftp://ann:pa55word@example.org/",
                 "http://ann:pa55\\word@example.org/", "http://ann:pa55@word@example.org/"):  # fmt: skip
        with pytest.raises(FetchError) as failed:
            parse(text)
        assert "pa55" not in str(failed.value)


@pytest.mark.parametrize(("location", "there"), [
    ("/b", "https://example.org/b"), ("b?c", "https://example.org/x/b?c"), ("?c", "https://example.org/x/a?c"),
    ("//other.example/b", "https://other.example/b"), ("HTTPS://other.example", "https://other.example/"),
    ("../../../b", "https://example.org/b"),
])  # fmt: skip
def test_redirect(location: str, there: str) -> None:
    assert redirected(parse("https://example.org/x/a"), location).text == there


@pytest.mark.parametrize("location", [
    "http://example.org/", "https:///b", "https:b", "data:,x", "\\\\other.example", "https://a:b@example.org/", "/\x00",
])  # fmt: skip
def test_redirect_that_is_not_followed(location: str) -> None:
    with pytest.raises(FetchError, match="^redirects "):
        redirected(parse("https://example.org/x/a"), location)


# ---------------------------------------------------------------- guard

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.168.0.1 192.88.99.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1
2001::1 2001:0:53aa:64c:0:fbff:a59f:f2ee 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1
fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
223.255.255.255 2606:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888 64:ff9b::8.8.8.8 ::ffff:8.8.8.8
"""


@pytest.mark.parametrize("ip", REFUSED.split())
def test_place_that_is_not_public(ip: str) -> None:
    assert refused_kind(ip)


@pytest.mark.parametrize("ip", PUBLIC.split())
def test_public_place(ip: str) -> None:
    assert refused_kind(ip) is None


@pytest.mark.parametrize(("host", "meant"), [
    ("127.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0x7f000001", "127.0.0.1"), ("0x7f.1", "127.0.0.1"),
    ("0177.0.0.1", "127.0.0.1"), ("134744072", "8.8.8.8"), ("127.0.0.1.", "127.0.0.1"), ("010.0.0.1", "8.0.0.1"),
    ("1.2.3.4.5", "no address at all"), ("256.1.1.1", "no address at all"), ("a.0x", "no address at all"),
    ("127.0.0.1", None), ("8.8.8.8", None), ("example.org", None), ("1.example", None), ("::1", None), ("x1", None),
])  # fmt: skip
def test_odd_spelling(host: str, meant: str | None) -> None:
    assert odd_spelling(host) == meant


# ---------------------------------------------------------------- freshness


@pytest.mark.parametrize(("fields", "seconds"), [
    ({}, None), ({"cache-control": "max-age=600"}, 600), ({"cache-control": "public, Max-Age=600 , x"}, 600),
    ({"cache-control": "max-age=600", "age": "100"}, 500), ({"cache-control": "max-age=60", "age": "100"}, 0),
    ({"cache-control": "no-cache, max-age=600"}, None), ({"cache-control": "no-store"}, None),
    ({"cache-control": "s-maxage=600"}, None), ({"cache-control": "max-age=-1"}, None),
    ({"cache-control": "max-age=999999999999"}, 86_400), ({"cache-control": "max-age=soon"}, None),
    ({"cache-control": "no-cache", "expires": "Mon, 01 Jun 2026 13:00:00 GMT"}, None),
    ({"expires": "Mon, 01 Jun 2026 13:00:00 GMT"}, 3600), ({"expires": "0"}, None), ({"expires": "-1"}, None),
    ({"expires": "Mon, 01 Jun 2026 13:00:00 GMT", "date": "Mon, 01 Jun 2026 12:30:00 GMT"}, 1800),
    ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0), ({"expires": "Fri, 31 Feb 2026 99:00:00 GMT"}, None),
])  # fmt: skip
def test_fresh_for(fields: dict[str, str], seconds: int | None) -> None:
    head = Head(200, b"", [(name.encode(), value.encode()) for name, value in fields.items()])
    assert fresh_for(head, NOW) == (None if seconds is None else timedelta(seconds=seconds))


# ---------------------------------------------------------------- codings


def test_limit_is_exact() -> None:
    body = b"x" * 100_000
    for packed, coding in ((gzip.compress(body), "gzip"), (zlib.compress(body), "deflate"), (body, "")):
        assert inflated(packed, coding, len(body)) == body
        with pytest.raises(FetchError, match=r"larger than 99.999 kB \(max_bytes\), not read"):
            inflated(packed, coding, len(body) - 1)


def test_every_cut_of_a_gzip_body_is_noticed() -> None:
    packed = gzip.compress(bytes(range(256)) * 20, mtime=0)
    for end in range(2, len(packed)):
        with pytest.raises(FetchError, match="ended early"):
            inflated(packed[:end], "gzip", 10_000)


def test_large_members_across_windows() -> None:
    parts = [bytes(range(n, n + 100)) * 700 for n in range(5)]
    packed = b"".join(gzip.compress(part, level) for level, part in enumerate(parts))
    assert inflated(packed, "GZIP", 1_000_000) == b"".join(parts)
