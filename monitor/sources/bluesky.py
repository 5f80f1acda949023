"""Bluesky: `app.bsky.feed.searchPosts` and `app.bsky.feed.getAuthorFeed`."""

from __future__ import annotations

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources.feed import Feed
from monitor.sources.items import Item, post_title
from monitor.sources.jsonfeed import as_object, collect, dates, load, shown, string
from monitor.sources.strictjson import Json


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The posts; ParseError where the answer is neither of the two."""
    document = load(body, content_type)
    found = document if isinstance(document, dict) else {}
    posts = found.get("posts", found.get("feed"))
    if not isinstance(posts, list):
        raise ParseError(f"no Bluesky posts: {shown(document)}")
    return collect("bluesky", "", posts, _item, url)


def _item(found: dict[str, Json]) -> Item:
    post = as_object(found["post"]) if "post" in found else found
    author = as_object(post.get("author"))
    record = as_object(post.get("record"))
    address = string(post, "uri")  # at://did:plc:xyz/app.bsky.feed.post/3kabc
    text = string(record, "text")
    return Item(
        guid=address,
        link=f"https://bsky.app/profile/{string(author, 'handle')}/post/{address.rpartition('/')[2]}",
        title=post_title(text),
        summary=text + _linked_page(post),
        author=string(author, "displayName") or string(author, "handle"),
        dates=dates(record, "createdAt") or dates(post, "indexedAt"),
    )


def _linked_page(post: dict[str, Json]) -> str:
    """Title and description of the page that the post links to say what it is about."""
    embed = post.get("embed")
    page = embed.get("external") if isinstance(embed, dict) else None
    return f" {string(page, 'title')} {string(page, 'description')}" if isinstance(page, dict) else ""
