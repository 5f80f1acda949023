"""A YouTube channel's or playlist's Atom feed (`/feeds/videos.xml?channel_id=…`).

The description is in `media:group`, which every Atom feed may have and the common reader reads.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.model import ParsedFeed
from monitor.sources import auto
from monitor.sources.feed import Feed


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The videos; ParseError where the answer is no feed."""
    return replace(auto.parse(body, feed, content_type=content_type, url=url), kind="youtube")
