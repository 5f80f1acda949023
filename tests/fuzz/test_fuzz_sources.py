"""Any bytes in: a feed or a ParseError out; any text in: clean text out."""

from __future__ import annotations

import os
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.feed_documents import item, json_feed, rss

from monitor.config import FeedConfig
from monitor.errors import ParseError
from monitor.sources import FEED_KINDS, parse
from monitor.sources.dates import EARLIEST, read_date
from monitor.sources.opml import read_opml
from monitor.text import block, from_html, http_url, line, match_key, visible, without_tracking

EXAMPLES = 20_000 if os.environ.get("PIVOTWATCH_LONG") else 60
fuzz = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = [
    rss(item(0), item(1, "&lt;b&gt;x&lt;/b&gt;")).encode(),
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title type="html">a</title><link href="x"/>'
    b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a<br/>b</div></content></entry></feed>',
    json_feed({"id": 1, "title": "a", "content_html": "<p>x</p>", "url": "http://e.org/"}).encode(),
    b'<opml version="2.0"><body><outline text="a" xmlUrl="http://e.org/"/></body></opml>',
    b'{"hits":[{"objectID":"1","title":"a","created_at":"2026-06-26T10:00:00Z"}]}',
    b'{"posts":[{"uri":"at://a/b/c","author":{"handle":"x"},"record":{"text":"t"}}]}',
]
PIECES = [
    b"<item>",
    b"</item>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&#0;",
    b"&x;",
    b"<",
    b">",
    b"&",
    b'"',
    b"\0",
    b"\xff",
]
PIECES += [
    b"{",
    b"[",
    b"\\ud800",
    b"NaN",
    b"9" * 400,
    b"<!DOCTYPE x [",
    b"\xef\xbb\xbf",
    b" xmlns:a='u'",
    b"<a:b>",
    b"\xe2\x80\xae",
]
UNWANTED = {"Cc", "Cs", "Zl", "Zp"}
text = st.text(st.characters(codec=None), max_size=80) | st.text(
    st.sampled_from(
        "a \u0301\u200d\ufe0f\u2764\U0001f468\u0628\u094d\u0915<>&;#x27/!-\"'\x1b\x9b\u202e\ud800\n\u3164\u034f"
    ),
    max_size=40,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A sound document with pieces put in, cut out and doubled; or anything."""
    body = bytearray(draw(st.sampled_from(SEEDS) | st.binary(max_size=60)))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 40)))
        body[start:end] = draw(st.sampled_from(PIECES) | st.binary(max_size=6) | st.just(bytes(body[start:end]) * 3))
    return bytes(body)


def clean(found: str) -> bool:
    return not any(unicodedata.category(c) in UNWANTED or c in "\u202e\u200b\ufeff\ufffe" for c in found)


@pytest.mark.parametrize("kind", sorted(FEED_KINDS))
@fuzz
@given(body=bodies(), content_type=st.sampled_from(["", "text/xml; charset=utf-16", "x; charset=utf-7"]))
def test_any_bytes(kind: str, body: bytes, content_type: str) -> None:
    feed = FeedConfig(name="x", url="", kind=kind)
    try:
        found = parse(body, feed, content_type=content_type, url="http://h.org/x")
    except ParseError as error:
        assert clean(str(error))
        return
    assert clean(found.title + (found.warning or ""))
    for entry in found.entries:
        assert clean(entry.title + entry.summary + entry.author + entry.published_raw)
        assert entry.title or entry.summary or entry.url
        assert entry.url is None or http_url(entry.url) == entry.url
        entry.guid.encode()


@fuzz
@given(body=bodies())
def test_any_bytes_as_opml(body: bytes) -> None:
    try:
        found = read_opml(body)
    except ParseError as error:
        assert clean(str(error))
    else:
        assert all(clean(feed.name) and http_url(feed.url) == feed.url for feed in found.feeds)
        assert clean("".join(found.refused))


@fuzz
@given(raw=text, limit=st.integers(1, 60))
def test_any_text(raw: str, limit: int) -> None:
    for cleaned in (line(raw, limit), block(from_html(raw), limit), visible(raw, limit)):
        assert clean(cleaned)
        assert len(cleaned) <= limit
    assert line(line(raw, limit), limit) == line(raw, limit)
    assert visible(visible(raw, limit), limit) == visible(raw, limit)
    assert match_key(match_key(raw)) == match_key(raw)
    read = read_date(raw)
    assert read is None or read >= EARLIEST


@fuzz
@given(raw=text)
def test_any_address(raw: str) -> None:
    for candidate in (raw, f"http://{raw}", f"http://e.org/{raw}", f"http://e.org/?{raw}"):
        url = http_url(candidate)
        if url is not None:
            assert url.isascii()
            assert http_url(url) == url
            assert without_tracking(without_tracking(url)) == without_tracking(url)
