"""OPML: lists of feeds, in and out. Only http(s) addresses are taken; nothing else in a list is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from monitor.errors import ParseError
from monitor.sources import damaged, xmlfeed
from monitor.sources.decoding import decode
from monitor.text import from_html, http_url, line, visible

_MAX_FEEDS = 10_000
_no_tag_character = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One feed of a list."""

    name: str
    url: str
    tags: tuple[str, ...]  # the folders it stands in, then its categories


@dataclass(frozen=True, slots=True)
class OpmlList:
    """What a list holds: feeds, each address once, and what was refused, each in one clean line."""

    feeds: tuple[Listed, ...]
    refused: tuple[str, ...]


def read_opml(body: bytes) -> OpmlList:
    """Read OPML 1.0 to 2.0, well-formed or nearly; ParseError where it is none."""
    root = _root(damaged.without_doctype(decode(body).text).lstrip())
    if etree.QName(root).localname.lower() != "opml":
        raise ParseError(f"no OPML: root element is <{visible(etree.QName(root).localname, 60)}>")
    feeds: dict[str, Listed] = {}
    refused: list[str] = []
    for outline in root.iter("{*}outline"):
        address = _attribute(outline, "xmlurl")
        if not address:
            continue  # a folder, or a link to a page
        name = line(from_html(_attribute(outline, "title") or _attribute(outline, "text")), 200)
        url = http_url(address)
        if url is None:
            refused.append(f"{visible(name, 80) or '(no name)'}: {visible(address, 200)} is no http(s) address")
        elif len(feeds) < _MAX_FEEDS:
            feeds.setdefault(url, Listed(name or url, url, _tags(outline)))
    return OpmlList(tuple(feeds.values()), tuple(refused))


def write_opml(feeds: Iterable[tuple[str, str, Sequence[str]]], title: str = "pivotwatch") -> bytes:
    """OPML 2.0 of (name, url, tags); tags are written as categories, so that a feed stands there once."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for name, url, tags in feeds:
        outline = etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=url)
        if tags:
            outline.set("category", ",".join(tags))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _root(text: str) -> etree._Element:
    text = re.sub(r"^<\?xml[^>]*\?>", "", text)
    for candidate in (text, damaged.mend(text)):
        try:
            return xmlfeed.tree(candidate)
        except etree.XMLSyntaxError as fault:
            reason = visible(line(str(fault.msg)), 120)
    raise ParseError(f"no OPML: {reason}")


def _attribute(outline: etree._Element, name: str) -> str:
    return next((str(v).strip() for key, v in outline.attrib.items() if str(key).lower() == name), "")


def _tags(outline: etree._Element) -> tuple[str, ...]:
    folders = [_attribute(folder, "text") for folder in outline.iterancestors("{*}outline")][::-1]
    categories = re.split(r"[,/]", _attribute(outline, "category"))
    tags = (_no_tag_character.sub("-", line(tag, 60).lower()).strip("-") for tag in [*folders, *categories])
    return tuple(dict.fromkeys(tag for tag in tags if tag))
