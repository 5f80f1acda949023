"""The tape's entries as feed documents, in the shapes in which real feeds answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.clock import to_text
from monitor.demo.tape import Post, TapeFeed

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def rss2(feed: TapeFeed, posts: Sequence[Post]) -> str:
    """RSS 2.0 (https://www.rssboard.org/rss-specification) with Dublin Core authors, as blogs publish it."""
    items = "".join(
        f"<item>{_plain(post)}<guid isPermaLink='false'>{escape(post.entry.id)}</guid>"
        f"<pubDate>{_rfc822(post.at)}</pubDate><dc:creator>{escape(post.entry.author)}</dc:creator></item>\n"
        for post in posts
    )
    built = f"<lastBuildDate>{_rfc822(posts[0].at)}</lastBuildDate>" if posts else ""
    return f'{XML}<rss version="2.0" {DC}><channel>{_head(feed)}{built}\n{items}</channel></rss>\n'


def rss091(feed: TapeFeed, posts: Sequence[Post]) -> str:
    """RSS 0.91 (https://www.rssboard.org/rss-0-9-1): items have neither date, author nor id."""
    items = "".join(f"<item>{_plain(post)}</item>\n" for post in posts)
    logo = f"<title>{escape(feed.name)}</title><url>{feed.site}/logo.gif</url><link>{feed.site}/</link>"
    return f'{XML}<rss version="0.91"><channel>{_head(feed)}<image>{logo}</image>\n{items}</channel></rss>\n'


def rdf(feed: TapeFeed, posts: Sequence[Post]) -> str:
    """RSS 1.0 (https://web.resource.org/rss/1.0/spec): items beside the channel, which lists them."""
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(post.url)}/>" for post in posts)
    items = "".join(
        f"<item rdf:about={quoteattr(post.url)}>{_plain(post)}"
        f"<dc:creator>{escape(post.entry.author)}</dc:creator><dc:date>{to_text(post.at)}</dc:date></item>\n"
        for post in posts
    )
    return (
        f'{XML}<rdf:RDF xmlns="http://purl.org/rss/1.0/" {DC} '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"<channel rdf:about={quoteattr(feed.site + '/')}><title>{escape(feed.name)}</title>"
        f"<link>{feed.site}/</link><description>{escape(feed.about)}</description>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )


def atom(feed: TapeFeed, posts: Sequence[Post]) -> str:
    """Atom (RFC 4287), with both dates and a body."""
    return _atom(
        feed,
        posts,
        lambda post: (
            f"<published>{to_text(post.at)}</published><author><name>{escape(post.entry.author)}</name></author>"
            f'<content type="html">{escape(post.entry.summary)}</content>'
        ),
    )


def atom_social(feed: TapeFeed, posts: Sequence[Post]) -> str:
    """Atom as social servers write it, with the verb and object of Activity Streams."""
    schema = "http://activitystrea.ms/schema/1.0"
    return _atom(
        feed,
        posts,
        lambda post: (
            f"<published>{to_text(post.at)}</published><author><name>{escape(post.entry.author)}</name>"
            f"<uri>{escape(post.url.rsplit('/', 1)[0])}</uri></author>"
            f"<activity:object-type>{schema}/note</activity:object-type><activity:verb>{schema}/post</activity:verb>"
            f'<content type="html" xml:lang="en">{escape(post.entry.summary)}</content>'
        ),
        ' xmlns:activity="http://activitystrea.ms/spec/1.0/"',
    )


def jsonfeed(feed: TapeFeed, posts: Sequence[Post]) -> str:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    items = [
        {
            "id": post.entry.id,
            "url": post.url,
            "title": post.entry.title,
            "content_html": post.entry.summary,
            "date_published": to_text(post.at),
            "authors": [{"name": post.entry.author}],
        }
        for post in posts
    ]
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.name,
        "home_page_url": f"{feed.site}/",
    }
    return json.dumps({**head, "description": feed.about, "items": items}, ensure_ascii=False, indent=1)


def _head(feed: TapeFeed) -> str:
    return (
        f"<title>{escape(feed.name)}</title><link>{feed.site}/</link>"
        f"<description>{escape(feed.about)}</description><language>en</language>"
    )


def _plain(post: Post) -> str:
    return (
        f"<title>{escape(post.entry.title)}</title><link>{escape(post.url)}</link>"
        f"<description>{escape(post.entry.summary)}</description>"
    )


def _atom(feed: TapeFeed, posts: Sequence[Post], inside: Callable[[Post], str], spaces: str = "") -> str:
    entries = "".join(
        f"<entry><id>tag:{feed.site.removeprefix('https://')},2026:{escape(post.entry.id)}</id>"
        f'<title type="text">{escape(post.entry.title)}</title>'
        f'<link rel="alternate" href={quoteattr(post.url)}/>'
        f"<updated>{to_text(post.at)}</updated>{inside(post)}</entry>\n"
        for post in posts
    )
    updated = f"<updated>{to_text(posts[0].at)}</updated>" if posts else ""
    return (
        f'{XML}<feed xmlns="http://www.w3.org/2005/Atom"{spaces}><id>{feed.site}/</id>'
        f"<title>{escape(feed.name)}</title><subtitle>{escape(feed.about)}</subtitle>"
        f'<link rel="alternate" href="{feed.site}/"/>{updated}\n{entries}</feed>\n'
    )


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


FORMATS: Mapping[str, tuple[str, Callable[[TapeFeed, Sequence[Post]], str]]] = {
    "rss2": ("application/rss+xml", rss2),
    "rss091": ("text/xml", rss091),
    "rdf": ("application/rdf+xml", rdf),
    "atom": ("application/atom+xml", atom),
    "atom-social": ("application/atom+xml", atom_social),
    "jsonfeed": ("application/feed+json", jsonfeed),
}
