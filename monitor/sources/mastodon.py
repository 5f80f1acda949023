"""Mastodon: a tag's or account's timeline as JSON (`/api/v1/timelines/tag/NAME`) or `.rss`."""

from __future__ import annotations

from dataclasses import replace

from monitor.errors import ParseError
from monitor.model import ParsedEntry, ParsedFeed
from monitor.sources import auto
from monitor.sources.feed import Feed
from monitor.sources.items import Item, post_title
from monitor.sources.jsonfeed import as_object, collect, dates, load, shown, string
from monitor.sources.strictjson import Json
from monitor.text import from_html


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The posts; ParseError where the answer is neither of the two."""
    if body.lstrip()[:1] not in (b"{", b"["):
        found = auto.parse(body, feed, content_type=content_type, url=url)
        return replace(found, kind="mastodon", entries=tuple(map(_titled, found.entries)))
    document = load(body, content_type)
    if not isinstance(document, list):
        raise ParseError(f"no Mastodon timeline: {shown(document)}")
    return collect("mastodon", "", document, _item, url)


def _titled(entry: ParsedEntry) -> ParsedEntry:
    return entry if entry.title else replace(entry, title=post_title(entry.summary))


def _item(status: dict[str, Json]) -> Item:
    boosted = status.get("reblog")
    post = boosted if isinstance(boosted, dict) else status
    account = as_object(post.get("account"))
    text = from_html(string(post, "content"))
    warning = string(post, "spoiler_text")
    return Item(
        guid=string(post, "uri") or string(post, "id"),
        link=string(post, "url") or string(post, "uri"),
        title=post_title(warning or text),
        summary=f"{warning} {text}{_card(post)}",
        author=string(account, "display_name") or string(account, "acct"),
        dates=dates(post, "created_at", "edited_at"),
    )


def _card(post: dict[str, Json]) -> str:
    """The title of the page that the post links to says what it is about."""
    card = post.get("card")
    return f" {string(card, 'title')}" if isinstance(card, dict) else ""
