"""The feeds that a web page says it has."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.sources.decoding import decode
from monitor.sources.items import absolute
from monitor.text import from_html, line

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_HEAD = 500_000  # characters of a page in which its links are looked for
_MOST = 20
_title = re.compile(r"<title[^<>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_feed_path = re.compile(
    r"(?:/(?:feed|rss|atom)/?|\.(?:rss|atom|rdf)|(?:feed|rss|atom|index)\.(?:xml|json))(?:$|[?#])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed."""

    url: str
    title: str
    declared: bool  # by <link rel=alternate>; else a link of the page that looks like a feed


def discover(body: bytes, url: str, content_type: str = "") -> list[Candidate]:
    """Feeds linked from a page, declared ones first, each address once; `url` is the page's own."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode(body, content_type).text[:_HEAD])
    base_element = tree.css_first("base[href]")
    base = absolute((base_element.attributes.get("href") or ""), url) if base_element else None
    found: dict[str, Candidate] = {}
    for declared, selector in ((True, "link[rel][type][href]"), (False, "a[href]")):
        for node in tree.css(selector):
            attributes = {name: value or "" for name, value in node.attributes.items()}
            wanted = _is_declared(attributes) if declared else _feed_path.search(attributes["href"])
            address = absolute(attributes["href"], base or url) if wanted else None
            if address and len(found) < _MOST:
                name = attributes.get("title", "") or node.text()
                found.setdefault(address, Candidate(address, line(name, 200), declared))
    return list(found.values())


def page_title(html: str) -> str:
    """The title of a page, "" where it has none."""
    found = _title.search(html[:_HEAD])
    return line(from_html(found[1]), 200) if found else ""


def _is_declared(attributes: dict[str, str]) -> bool:
    rel = attributes["rel"].lower().split()
    return "alternate" in rel and attributes["type"].split(";")[0].strip().lower() in _FEED_TYPES
