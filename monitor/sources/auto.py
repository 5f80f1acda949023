"""RSS, RDF, Atom or JSON Feed, told by content and never by label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from lxml import etree

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources import damaged, items, jsonfeed, strictjson, xmlfeed
from monitor.sources.decoding import decode
from monitor.sources.discovery import discover, page_title
from monitor.sources.feed import Feed
from monitor.text import line, visible

# More are not even looked at; of what is read, items.MAX_ENTRIES are kept. A body of 10 MB can hold 300,000.
_READ_AT_MOST = 50_000
# One item with more would take more memory than the parser may have; so such a document is read by its entries.
_TAGS_AT_ONCE = 500_000
# A mended document is tried as a whole first: only so is an <item> inside of a CDATA section no item. Each try
# reads everything, so that larger ones are cut to entries at once.
_MENDED_WHOLE = 2_000_000
_html_page = re.compile(r"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_feed_root = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]")
_NO_FEEDS = {"opml": "a list of feeds; `feeds import-opml` reads it", "html": "a web page"}


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The feed in an answer; ParseError says in one line what the answer is instead."""
    decoded = decode(body, content_type)
    text = decoded.text.lstrip("\ufeff \t\r\n\v\f\0")
    if not text:
        raise ParseError("empty answer: no byte of a feed" if not body else "blank answer: nothing but white space")
    warnings = [decoded.warning] if decoded.warning else []
    if text[0] in "{[":
        return jsonfeed.read(strictjson.loads(text), url, warnings)
    if text[0] != "<":
        text = _without_junk(text, body)
    if _html_page.search(text[:1_000]) and not _feed_root.search(text[:5_000]):
        raise ParseError(_about_page(text, url))
    # lxml is told the encoding; the declaration is that of the answer, not of this copy.
    document = damaged.without_doctype(text).encode("utf-8", "replace")
    del decoded, text  # of 10 MB the text may take 40
    return _xml(document, warnings, url)


def _xml(document: bytes, warnings: list[str], url: str) -> ParsedFeed:
    """`document`: UTF-8, whatever its declaration says."""
    found, fault = _well_formed(document, url)
    lost = 0
    if found is None:
        found, begun = _entry_by_entry(document, url, fault)
        kept = sum(item is not None for item in found.entries)
        if not kept:
            raise ParseError(f"{fault}, and no whole entry in it")
        warnings.append(f"{fault}, kept {kept} of {begun}")
        lost = begun - len(found.entries)
    if found.more:
        warnings.append(f"more than {_READ_AT_MOST} entries: the rest was not read")
    return items.feed(xmlfeed.KINDS[found.root.lower()], found.title, found.entries, warnings, max(lost, 0))


def _well_formed(document: bytes, url: str) -> tuple[xmlfeed.XmlFeed | None, str]:
    """The feed, or what is wrong with the document."""
    if document.count(b"<") > _TAGS_AT_ONCE:
        return None, f"more than {_TAGS_AT_ONCE} tags"
    try:
        found = xmlfeed.read(document, url, _READ_AT_MOST)
    except etree.XMLSyntaxError as error:
        return None, f"damaged XML at line {_line(error)}"
    root = found.root.lower()
    if root not in xmlfeed.KINDS:
        meaning = f" ({_NO_FEEDS[root]})" if root in _NO_FEEDS else ""
        raise ParseError(f"no feed: root element is <{visible(found.root, 60)}>{meaning}")
    return found, ""


def _entry_by_entry(document: bytes, url: str, fault: str) -> tuple[xmlfeed.XmlFeed, int]:
    try:
        mended = damaged.mend(damaged.from_root(document.decode()))
        if len(document) <= _MENDED_WHOLE:
            found, _ = _well_formed(mended.encode(), url)
            if found is not None:
                return found, len(found.entries)
        return damaged.salvage(mended, url, _READ_AT_MOST)
    except damaged.NoFeed:
        raise ParseError(f"not a feed: {fault}") from None


def _line(fault: etree.XMLSyntaxError) -> int:
    """Of the first error; the exception's own is 0 where an entity was not defined."""
    errors = cast("Iterable[etree._LogEntry]", fault.error_log)
    return min((error.line for error in errors), default=fault.lineno or 0)


def _without_junk(text: str, body: bytes) -> str:
    rest = damaged.from_root(text)
    if rest is text:
        raise ParseError(_not_a_feed(text, body))
    return rest


def _not_a_feed(text: str, body: bytes) -> str:
    head = text[:60]
    if head.isprintable() and "\ufffd" not in head:
        return f'not a feed: "{visible(line(text[:200]), 80)}"'
    return f"not a feed (starts with {body[:4].hex(' ').upper()})"


def _about_page(text: str, url: str) -> str:
    title = visible(line(page_title(text)), 80)
    told = f'answered a web page titled "{title}", not a feed' if title else "answered a web page, not a feed"
    linked = discover(text.encode("utf-8", "replace"), url)
    return f"{told}; it links to its feed {linked[0].url}" if linked else told
