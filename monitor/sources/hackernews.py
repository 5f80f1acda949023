"""Hacker News by Algolia's search (`/api/v1/search_by_date`): stories and comments."""

from __future__ import annotations

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources.feed import Feed
from monitor.sources.items import Item
from monitor.sources.jsonfeed import collect, dates, load, shown, string
from monitor.sources.strictjson import Json
from monitor.text import from_html


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The hits of a search; ParseError where the answer is no search result."""
    document = load(body, content_type)
    hits = document.get("hits") if isinstance(document, dict) else None
    if not isinstance(hits, list):
        raise ParseError(f"no Hacker News search result: {shown(document)}")
    return collect("hackernews", "Hacker News", hits, _item, url)


def _item(hit: dict[str, Json]) -> Item:
    number = string(hit, "objectID")
    return Item(
        guid=number,
        link=string(hit, "url") or f"https://news.ycombinator.com/item?id={number}",
        title=from_html(string(hit, "title") or string(hit, "story_title")),
        summary=from_html(string(hit, "story_text") or string(hit, "comment_text")),
        author=string(hit, "author"),
        dates=dates(hit, "created_at", "created_at_i"),
    )
