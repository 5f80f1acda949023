"""Any feed, in any encoding, whole or damaged: what is read is stored once, clean, and exported as strict JSON."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import timedelta
from itertools import count
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.hostile_documents import HOSTS, JSON_TITLES, SOUND_DATES, WILD
from support.hostile_poll import CONTROL, UNSEEN, unclean
from support.stores import NOW

from monitor.config import FeedConfig
from monitor.cycle.gather import FeedResult
from monitor.cycle.keep import keep
from monitor.errors import ParseError
from monitor.export.jsonl import dumps
from monitor.export.rows import entry_row
from monitor.model import FeedOutcome, FetchState, ParsedFeed
from monitor.sources import parse
from monitor.store import tags
from monitor.store.database import open_database

EXAMPLES = 3_000 if os.environ.get("PIVOTWATCH_LONG") else 150
ENCODINGS = ("utf-8", "utf-16", "utf-32", "cp1252", "cp1251", "koi8-r", "gb18030", "shift_jis", "utf-7")
numbers = count()

words = st.sampled_from([title for title, _ in JSON_TITLES.values()]) | st.text(max_size=30) | st.just("Story")
texts = st.lists(words, max_size=3).map(" ".join)
dates = st.sampled_from([*WILD, *SOUND_DATES, ""])
items = st.fixed_dictionaries(
    {},
    optional={
        "title": texts,
        "guid": st.sampled_from(["a", "b", "", " ", "\ud800", "'; --"]) | st.text(max_size=5),
        "link": st.sampled_from([*HOSTS, "http://e.org/1", "http://e.org/1?utm_source=x"]),
        "text": texts,
        "author": texts,
        "date": dates,
    },
)
Item = dict[str, str]
NAMES = {
    "rss": {"guid": "guid", "text": "description", "date": "pubDate"},
    "feed": {"guid": "id", "text": "summary", "date": "updated"},
    "json": {"guid": "id", "link": "url", "text": "content_text", "date": "date_published"},
}


def xml(kind: str, entries: list[Item], encoding: str) -> str:
    body = "".join(
        "<{0}>{1}</{0}>".format("item" if kind == "rss" else "entry", "".join(
            f"<{NAMES[kind].get(name, name)}>{escape(value)}</{NAMES[kind].get(name, name)}>"
            for name, value in one.items()
        ))
        for one in entries
    )  # fmt: skip
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    if kind == "rss":
        return f"{head}<rss version='2.0'><channel><title>T</title>{body}</channel></rss>"
    return f"{head}<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{body}</feed>"


def json_feed(entries: list[Item]) -> str:
    renamed = [{NAMES["json"].get(name, name): value for name, value in one.items()} for one in entries]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": renamed})


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    entries, encoding = draw(st.lists(items, max_size=8)), draw(st.sampled_from(ENCODINGS))
    kind = draw(st.sampled_from(["rss", "feed", "json"]))
    text = json_feed(entries) if kind == "json" else xml(kind, entries, encoding)
    return draw(damaged(text.encode(encoding, "replace")))


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """Whole in half of all cases; else cut, or with bytes changed, or doubled in part."""
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        at = draw(st.integers(0, max(len(body) - 1, 0)))
        piece = draw(st.sampled_from([b"", b"<", b"&", b"\0", b"\xff", b"]]>", b"</item>", b"\x1b[31m", b"\xc2\x9b"]))
        body = draw(st.sampled_from([body[:at], body[:at] + piece + body[at + 1 :], body[:at] + body[at // 2 :]]))
    return body


def poll(connection: sqlite3.Connection, feed: FeedConfig, parsed: ParsedFeed, *, hours: int) -> FeedOutcome:
    """What a turn does with a feed that was read."""
    now = NOW + timedelta(hours=hours)
    state = FetchState(f"feed:{feed.name}", "x", first_ok_at=NOW, last_ok_at=now)
    (outcome,) = keep(connection, [FeedResult(feed, FeedOutcome(feed.name, feed.url, "ok"), state, parsed)], now)
    assert isinstance(outcome, FeedOutcome)
    return outcome


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    connection = open_database(tmp_path_factory.mktemp("fuzz") / "x.db")
    connection.execute("PRAGMA synchronous=OFF")  # thousands of commits, and nothing to lose
    return connection


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_what_is_read_is_stored_once_and_clean(connection: sqlite3.Connection, body: bytes) -> None:
    feed = FeedConfig(name=f"Feed {next(numbers)}", url="http://h/feed")
    try:
        parsed = parse(body, feed, url=feed.url)
    except ParseError as error:
        assert not CONTROL.search(str(error)) and not UNSEEN.search(str(error))
        return
    first, again = (poll(connection, feed, parsed, hours=hours) for hours in (0, 1))
    stored = list(tags.stored(connection, "feed = ?", [feed.name]))
    assert first.new == len(stored) <= len(parsed.entries)
    assert (again.new, again.updated) == (0, 0)
    for one in stored:
        row = json.loads(dumps(entry_row(one)))
        assert unclean(row) == [], row
        assert row["published_at"][:4] in {str(year) for year in range(1990, 2027)}
