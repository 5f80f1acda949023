"""Documents that are not well-formed: mended where one rule mends them, else cut to whole entries.

Each whole entry is read by itself, so that one bad entry never costs its neighbours: by lxml where it is
well-formed, by feedparser (which guesses, and is slow) where it is not.
"""

from __future__ import annotations

import re
from html.entities import html5
from itertools import islice
from typing import TypeVar

from lxml import etree

from monitor.errors import ParseError
from monitor.model import ParsedEntry
from monitor.sources import xmlfeed
from monitor.sources.guessed import guess, shorter
from monitor.sources.xmlfeed import Text, XmlFeed

T = TypeVar("T")

MAX_DEPTH = 200  # elements inside one another in one entry
MAX_ELEMENTS = 20_000  # in one entry
MAX_MARKS = 3_000_000  # < and & in a document: 2 s of looking at each
MAX_GUESSED = 5_000  # entries given to feedparser
_TOGETHER = 50  # read in one call: feedparser takes 0.1 ms an entry, alone 0.5 ms

_doctype = re.compile(
    r"""<!DOCTYPE(?>[^\[\]"'<>]++|"[^"]*+"|'[^']*+')*+"""
    r"""(?:\[(?>[^\]"'<]++|<!--(?s:.*?)(?:-->|\Z)|"[^"]*+"|'[^']*+'|<)*+\]\s*)?>""",
    re.IGNORECASE,
)
_start = re.compile(r"<(?:\?xml|!DOCTYPE|!--|(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel)[\s>])", re.IGNORECASE)
_mendable = re.compile(
    r"(?P<kept><!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|<!--(?s:.*?)(?:-->|\Z))"
    r"|&(?:#(?P<dec>[0-9]{1,7});|#[xX](?P<hex>[0-9a-fA-F]{1,6});|(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)?"
    r"|<(?![A-Za-z_/!?])"
)
_no_xml_character = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_root = re.compile(r"<(?:[\w.-]{1,40}:)?(rss|rdf|feed|channel)(?=[\s>])([^<>]{0,20000})>", re.IGNORECASE)
_entry_start = re.compile(r"<((?:[\w.-]{1,40}:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
_declared = re.compile(r"""xmlns(?::([\w.-]{1,40}))?\s*=\s*("[^"]*"|'[^']*')""")
_base = re.compile(r"""xml:base\s*=\s*("[^"<]*"|'[^'<]*')""")
_prefix = re.compile(r"""[<\s]/?([A-Za-z_][\w.-]{0,39}):[A-Za-z_]""")
_tag = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_USUAL = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "atom": "http://www.w3.org/2005/Atom",
}


class NoFeed(ParseError):
    """Damaged, and nothing in it is a feed."""


def without_doctype(text: str) -> str:
    """No entity is ever defined by a document, nor anything outside of it named."""
    head = max(text.find("<!DOCTYPE"), text.find("<!doctype"))
    if head < 0 or _root.search(text, 0, head):  # none, or one that an entry quotes
        return text
    found = _doctype.match(text, head)
    if found:
        return text[:head] + text[found.end() :]
    root = _root.search(text, head)
    return text[:head] + text[root.start() :] if root else text


def from_root(text: str) -> str:
    """The document without what stands before and after it."""
    found = _start.search(text[:100_000])
    return text[found.start() :].rstrip() if found else text


def mend(text: str) -> str:
    """What has one plain meaning: HTML's named characters, bare & and <, characters that XML has not.

    Raises ParseError where there is too much to mend.
    """
    if text.count("&") + text.count("<") > MAX_MARKS:
        raise ParseError(f"not a feed: more than {MAX_MARKS} of < and &")
    text = _no_xml_character.sub("", text)
    last = text.rfind("</")
    end = text.find(">", last)
    if last >= 0 and end >= 0 and "<" not in text[end:]:
        text = text[: end + 1]  # words after the end
    return _mendable.sub(_mended, text)


def _mended(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    if found[0] == "<":
        return "&lt;"
    if found["dec"] or found["hex"]:
        number = int(found["dec"]) if found["dec"] else int(found["hex"], 16)
        bad = number > 0x10FFFF or _no_xml_character.match(chr(number))
        return "\ufffd" if bad else found[0]
    name = found["name"]
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return found[0]
    if name is None:
        return "&amp;"
    meant = html5.get(name + ";")
    return meant.replace("&", "&amp;").replace("<", "&lt;") if meant else f"&amp;{name};"


def salvage(text: str, base: str, limit: int) -> tuple[XmlFeed, int]:
    """The whole entries of a mended text that is still not well-formed, and how many it began.

    Raises NoFeed where there is no root of one in it.
    """
    root = _root.search(text)
    if root is None:
        raise NoFeed("no root element of a feed")
    feed = XmlFeed(root=root[1])
    frame = _Frame(root)
    every_start = _entry_start.finditer(text, root.end())
    starts = list(islice(every_start, limit))
    beyond = sum(1 for _ in every_start)
    feed.more = beyond > 0
    head = text[root.end() : starts[0].start() if starts else root.end() + 10_000]
    feed.title = _first_title(head)
    stops = [start.start() for start in starts[1:]] + [len(text)]
    chunks = [_whole(text, start, stop) for start, stop in zip(starts, stops, strict=False)]
    feed.entries = _read_all([chunk for chunk in chunks if chunk is not None], frame, base)
    return feed, len(starts) + beyond


def _read_all(chunks: list[str], frame: _Frame, base: str) -> list[ParsedEntry | None]:
    """By lxml what is well-formed, by feedparser what is not."""
    found: list[ParsedEntry | None] = []
    broken: list[tuple[int, str]] = []  # place in found, chunk
    for group in _groups(chunks):
        entries = _strict(group, frame, base)
        if entries is None:  # one of them at least is not well-formed
            alone = [_strict([chunk], frame, base) for chunk in group]
            broken += [
                (len(found) + n, shorter(chunk))
                for n, (chunk, one) in enumerate(zip(group, alone, strict=True))
                if one is None and not _too_deep(chunk)
            ]
            entries = [one[0] if one else None for one in alone]
        found += entries
    for places in _groups(broken[:MAX_GUESSED]):
        guessed = _guess_all([chunk for _, chunk in places], frame, base)
        for (place, _), entry_or_none in zip(places, guessed, strict=True):
            found[place] = entry_or_none
    return found


def _groups(values: list[T]) -> list[list[T]]:
    return [values[n : n + _TOGETHER] for n in range(0, len(values), _TOGETHER)]


def _strict(chunks: list[str], frame: _Frame, base: str) -> list[ParsedEntry | None] | None:
    try:
        entries = xmlfeed.read(frame.around("".join(chunks)), base, len(chunks) + 1).entries
    except etree.XMLSyntaxError:
        return None
    return entries if len(entries) == len(chunks) else None


def _guess_all(chunks: list[str], frame: _Frame, base: str) -> list[ParsedEntry | None]:
    found = guess(frame.around("".join(chunks)), base)
    if len(found) != len(chunks):  # one of them swallowed another
        found = [(guess(frame.around(chunk), base) or [None])[0] for chunk in chunks]
    return found


def _first_title(head: str) -> str:
    found = re.search(r"<title[^<>]{0,200}>(?:<!\[CDATA\[)?([^<]{0,1000})", head)
    return Text(found[1].replace("]]>", ""), "html").plain() if found else ""


def _whole(text: str, start: re.Match[str], stop: int) -> str | None:
    """The entry from its start to its end tag; None where it is cut off, or beyond all measure."""
    end_tag = f"</{start[1]}"
    end = text.find(end_tag, start.end(), stop)
    if end < 0:
        return None
    chunk = text[start.start() : end]
    opened = chunk.rfind("<![CDATA[")
    if opened >= 0 and chunk.find("]]>", opened) < 0:  # never closed: its text is read as the rest is
        chunk = chunk[:opened] + chunk[opened + 9 :]
    if chunk.count("<") > 2 * MAX_ELEMENTS or chunk.count("=") > 2 * MAX_ELEMENTS:
        return None
    return f"{chunk}{end_tag}>"


def _too_deep(chunk: str) -> bool:
    depth = deepest = 0
    for tag in _tag.finditer(chunk):
        if tag[1]:
            depth -= 1
        elif not tag[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


class _Frame:
    """The root element of a damaged document, with which one of its entries is a document of its own."""

    def __init__(self, root: re.Match[str]) -> None:
        self._name = KIND_ROOTS[root[1].lower()]
        self._spaces = {"": ""} | {p: f'"{uri}"' for p, uri in _USUAL.items()}
        self._spaces |= dict(_declared.findall(root[2]))
        base = _base.search(root[2])
        self._base = f" xml:base={base[1]}" if base else ""

    def around(self, chunk: str) -> bytes:
        unknown = {p: f'"urn:undeclared:{p}"' for p in _prefix.findall(chunk) if p not in ("xml", "xmlns")}
        spaces = "".join(
            f" xmlns{':' + prefix if prefix else ''}={uri}" for prefix, uri in (unknown | self._spaces).items() if uri
        )
        return f"<{self._name}{spaces}{self._base}>{chunk}</{self._name}>".encode()


KIND_ROOTS = {"rss": "rss", "rdf": "rdf:RDF", "feed": "feed", "channel": "channel"}
