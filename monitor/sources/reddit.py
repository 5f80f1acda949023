"""Reddit: a subreddit's or search's `.rss` (Atom) or `.json` (a listing)."""

from __future__ import annotations

import re
from dataclasses import replace

from monitor.errors import ParseError
from monitor.model import ParsedEntry, ParsedFeed
from monitor.sources import auto
from monitor.sources.feed import Feed
from monitor.sources.items import Item
from monitor.sources.jsonfeed import as_object, collect, dates, load, shown, string
from monitor.sources.strictjson import Json
from monitor.text import from_html

# What Reddit puts below every post of its .rss: "submitted by /u/name [link] [comments]"
_footer = re.compile(r"\s*submitted by\s+/u/\S{1,40}(?:\s+to\s+r/\S{1,40})?\s*(?:\[link\])?\s*(?:\[comments\])?$")


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The posts; ParseError where the answer is neither of the two."""
    if body.lstrip()[:1] not in (b"{", b"["):
        found = auto.parse(body, feed, content_type=content_type, url=url)
        return replace(found, kind="reddit", entries=tuple(map(_without_footer, found.entries)))
    document = load(body, content_type)
    data = document.get("data") if isinstance(document, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    if not isinstance(children, list):
        raise ParseError(f"no Reddit listing: {shown(document)}")
    return collect("reddit", "", children, _item, url)


def _without_footer(entry: ParsedEntry) -> ParsedEntry:
    summary = _footer.sub("", entry.summary)
    return entry if summary == entry.summary else replace(entry, summary=summary)


def _item(child: dict[str, Json]) -> Item:
    post = as_object(child.get("data"))
    return Item(
        guid=string(post, "name"),
        link=f"https://www.reddit.com{string(post, 'permalink')}",
        title=from_html(string(post, "title") or string(post, "link_title")),
        summary=from_html(string(post, "selftext") or string(post, "body")),
        author=string(post, "author"),
        dates=_seconds(post),
    )


def _seconds(post: dict[str, Json]) -> tuple[str, ...]:
    return tuple(text.partition(".")[0] for text in dates(post, "created_utc", "created"))
