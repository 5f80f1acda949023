"""Feed kinds: each one file with a function `parse` that reads an answer of that kind.

The table names them without importing them: whoever only checks a configuration needs no parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources.feed import Feed


class Kind(Protocol):
    """Reads one answer; `url` is where it came from. ParseError says in one line what it is instead."""

    def __call__(self, body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed: ...


# Kind → the file of this folder that reads it.
FEED_KINDS: Mapping[str, str] = {
    "auto": "auto",
    "hackernews": "hackernews",
    "reddit": "reddit",
    "mastodon": "mastodon",
    "bluesky": "bluesky",
    "youtube": "youtube",
    "edgar": "edgar",
    "json": "jsonlist",
}
# Keys of a feed's table that only its kind reads.
KIND_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "json": ("items", "title", "link", "summary", "date", "id", "author"),
}


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The feed in an answer, by the feed's configured kind; ParseError where there is none."""
    kind = cast("Kind", import_module(f"{__name__}.{FEED_KINDS[feed.kind]}").parse)
    try:
        return kind(body, feed, content_type=content_type, url=url)
    except RecursionError:
        raise ParseError("nested too deeply to be read") from None
    except MemoryError:
        raise ParseError("needs more memory than a feed may take") from None
