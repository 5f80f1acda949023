"""Feed kinds: each one file with a function that reads an answer of that kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from monitor.config import FeedConfig
from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources import auto, bluesky, edgar, hackernews, jsonlist, mastodon, reddit, youtube


class Kind(Protocol):
    """Reads one answer; `url` is where it came from. ParseError says in one line what it is instead."""

    def __call__(self, body: bytes, feed: FeedConfig, *, content_type: str = "", url: str = "") -> ParsedFeed: ...


FEED_KINDS: Mapping[str, Kind] = {
    "auto": auto.parse,
    "hackernews": hackernews.parse,
    "reddit": reddit.parse,
    "mastodon": mastodon.parse,
    "bluesky": bluesky.parse,
    "youtube": youtube.parse,
    "edgar": edgar.parse,
    "json": jsonlist.parse,
}
KIND_OPTIONS: Mapping[str, frozenset[str]] = {"json": frozenset(jsonlist.DEFAULTS)}  # keys only this kind reads


def parse(body: bytes, feed: FeedConfig, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The feed in an answer, by the feed's configured kind; ParseError where there is none."""
    try:
        return FEED_KINDS[feed.kind](body, feed, content_type=content_type, url=url)
    except RecursionError:
        raise ParseError("nested too deeply to be read") from None
    except MemoryError:
        raise ParseError("needs more memory than a feed may take") from None
