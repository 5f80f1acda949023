"""From what a feed says of one item to a clean entry, the same for every kind; and from entries to a feed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from monitor.model import ParsedEntry, ParsedFeed
from monitor.sources.dates import read_date
from monitor.text import block, from_html, http_url, line

MAX_ENTRIES = 5_000
AUTHOR_LIMIT = 200
RAW_DATE_LIMIT = 100
POST_TITLE_LIMIT = 140

_mail_and_name = re.compile(r"\S+@\S+\s+\(([^()]+)\)")
_scheme = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_surrogate = re.compile("[\ud800-\udfff]")
# Plain text by its type that is HTML by its looks: a tag that HTML has, or a comment.
_html_tag = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|center|code|del|div|em|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|s|script|small"
    r"|span|strong|style|sub|sup|table|td|th|tr|tt|u|ul|video)(?:\s[^<>]*)?/?>|<!--",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Item:
    """What a feed says of one item: texts decoded from its container (XML, JSON), not yet cleaned."""

    guid: str = ""
    link: str = ""  # absolute, or relative to the document
    title: str = ""  # HTML resolved to text
    summary: str = ""  # HTML resolved to text
    author: str = ""
    dates: tuple[str, ...] = ()  # published first, then updated: the first that can be read counts


def entry(item: Item, base: str = "") -> ParsedEntry | None:
    """The clean entry, or None where there is neither title nor text nor link."""
    title = line(item.title)
    summary = block(item.summary)
    url = absolute(item.link, base)
    if not (title or summary or url):
        return None
    raw = ""
    published = None
    for text in item.dates:
        raw = raw or text
        published = read_date(text)
        if published is not None:
            raw = text
            break
    return ParsedEntry(
        guid=whole_characters(item.guid),
        url=url,
        title=title,
        summary=summary,
        author=line(from_html(_name(item.author)), AUTHOR_LIMIT),
        published_at=published,
        published_raw=line(raw, RAW_DATE_LIMIT),
    )


def absolute(link: str, base: str) -> str | None:
    """The link as a clean address, read against `base` where it is relative."""
    url = http_url(link)
    if url is not None or not link or not base or "\\" in link or _scheme.match(link):
        return url
    try:
        return http_url(urljoin(base, link.strip()))
    except ValueError:  # such as http://[
        return None


def looks_like_html(text: str) -> bool:
    return "<" in text and _html_tag.search(text) is not None


def untyped(text: str) -> str:
    """Text that its feed calls plain: resolved only where it is plainly HTML."""
    return from_html(text) if looks_like_html(text) else text


def whole_characters(text: str) -> str:
    """Identifiers stay byte for byte, but for lone surrogates, which no database and no pipe can carry."""
    return text if text.isascii() else _surrogate.sub("\ufffd", text)


def feed(
    kind: str,
    title: str,
    entries: Iterable[ParsedEntry | None],
    warnings: Iterable[str] = (),
    skipped: int = 0,
) -> ParsedFeed:
    """The feed of these entries: empty ones (None) counted, at most MAX_ENTRIES kept, the newest."""
    everything = list(entries)
    kept = [item for item in everything if item is not None]
    told = list(warnings)
    if len(kept) > MAX_ENTRIES:
        told.append(f"{len(kept)} entries, kept the newest {MAX_ENTRIES}, left out {len(kept) - MAX_ENTRIES}")
        kept = _newest(kept)
    skipped += len(everything) - sum(item is not None for item in everything)
    return ParsedFeed(kind, line(title), tuple(kept), skipped, "; ".join(told) or None)


def post_title(text: str) -> str:
    """A post has no title: its first words stand for it."""
    return line(text, POST_TITLE_LIMIT)


def _newest(entries: list[ParsedEntry]) -> list[ParsedEntry]:
    """In document order; what has no date counts as old, and earlier in the document as newer."""
    ranked = sorted(
        range(len(entries)),
        key=lambda n: (at.timestamp() if (at := entries[n].published_at) else 0.0, -n),
        reverse=True,
    )
    return [entries[n] for n in sorted(ranked[:MAX_ENTRIES])]


def _name(author: str) -> str:
    found = _mail_and_name.fullmatch(author[:1000].strip())
    return found[1] if found else author
