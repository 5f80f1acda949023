"""RSS 0.9x-2.0, RDF and Atom by lxml: the fast way, for well-formed documents.

Texts are read by their type: in RSS all text is HTML (as feeds write it), in Atom what `type` says.
The summary is the fullest of description, summary and content.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree

from monitor.model import ParsedEntry
from monitor.sources.items import Item, entry, untyped
from monitor.text import BLOCK_ELEMENTS, from_html

ATOM_10 = "http://www.w3.org/2005/Atom"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_CORE = {
    "",
    "http://purl.org/rss/1.0",
    "http://my.netscape.com/rdf/simple/0.9",
    "http://backend.userland.com/rss2",
    ATOM_10.lower(),
    "http://purl.org/atom/ns",
}
_MODULES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
# Qualified name -> what it is.
_FIELDS = {
    "title": "title", "dc:title": "title", "media:title": "other title",
    "link": "link",
    "guid": "guid", "id": "guid",
    "description": "text", "summary": "text", "content": "text", "content:encoded": "text",
    "abstract": "text",
    "dc:description": "text", "body": "text", "xhtml:body": "text", "fullitem": "text",
    "media:description": "other text", "itunes:summary": "other text",
    "pubdate": "published", "published": "published", "issued": "published", "dcterms:issued": "published",
    "updated": "updated", "modified": "updated", "dc:date": "updated", "dcterms:modified": "updated",
    "created": "created", "dcterms:created": "created",
    "author": "author", "dc:creator": "author", "dc:author": "author", "itunes:author": "other author",
    "media:group": "group",
}  # fmt: skip


_ATOMS = {ATOM_10.lower(), "http://purl.org/atom/ns"}
_PARENTS = {"channel", "rdf", "rss", "feed"}
_HTML = {"html", "text/html", "xhtml", "application/xhtml+xml"}
KINDS = {"rss": "rss", "rdf": "rdf", "channel": "rss", "feed": "atom"}  # root element -> kind


@dataclass(slots=True)
class XmlFeed:
    """What was read so far; entries are None where an item held nothing."""

    root: str = ""  # name of the root element as written, without prefix
    title: str = ""
    entries: list[ParsedEntry | None] = field(default_factory=list)
    more: bool = False  # there are items beyond the limit


class Text(NamedTuple):
    """A text as its feed holds it."""

    raw: str
    kind: str  # html; plain, already text; untyped, said to be plain but often HTML

    def plain(self) -> str:
        if self.kind == "html":
            return from_html(self.raw)
        return self.raw if self.kind == "plain" else untyped(self.raw)


def read(document: bytes, base: str, limit: int) -> XmlFeed:
    """Read a well-formed UTF-8 document; at most `limit` items of it.

    Raises etree.XMLSyntaxError where it is not well-formed. Entities, DTDs and addresses are never followed,
    items are dropped as soon as they are read, and libxml2 itself refuses more than 256 levels.
    """
    feed = XmlFeed()
    reader = _Reader(base, b"xml:base" in document)
    steps = etree.iterparse(
        BytesIO(document),
        events=("end",),
        tag=("{*}item", "{*}entry"),
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for _, element in steps:
        parent = element.getparent()
        if parent is None or _local(parent).lower() not in _PARENTS:
            continue
        if len(feed.entries) >= limit:
            feed.more = True
            break
        feed.entries.append(reader.entry(element))
        element.clear()
    root = steps.root if not feed.more else element.getroottree().getroot()
    feed.root = _local(root)
    feed.title = _feed_title(root)
    return feed


def tree(text: str) -> etree._Element:
    """The root of a small document of another make (OPML), with the same care; etree.XMLSyntaxError if damaged."""
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


class _Reader:
    """Reads the items of one document."""

    def __init__(self, base: str, has_bases: bool) -> None:
        self._base = base
        self._has_bases = has_bases
        self._fields: dict[str, dict[str, tuple[str, bool]]] = {}  # item's tag -> tag -> (field, is Atom's)

    def entry(self, element: etree._Element) -> ParsedEntry | None:
        found: dict[str, list[etree._Element]] = {}
        texts: dict[str, list[Text]] = {}
        self._sort(element, found, texts)
        titles = texts.get("title", []) + texts.get("other title", [])
        fullest = _fullest(texts.get("text", ())) or _fullest(texts.get("other text", ()))
        guid, link = self._identity(element, found)
        return entry(
            Item(
                guid=guid,
                link=link,
                title=next((plain for text in titles if (plain := text.plain().strip())), ""),
                summary=fullest.plain() if fullest else "",
                author=next((a for a in map(_author, _ranked(found, _AUTHORS)) if a), ""),
                dates=tuple([d for d in map(_string, _ranked(found, _DATES)) if d]),
            ),
            self._base,
        )

    def _sort(
        self, element: etree._Element, found: dict[str, list[etree._Element]], texts: dict[str, list[Text]]
    ) -> None:
        """Put each child where it belongs by its field; what no field knows is left."""
        fields = self._fields.setdefault(element.tag, {})
        for child in element:
            tag = child.tag
            known = fields.get(tag)
            if known is None:
                known = fields[tag] = _field(tag, element.tag)
            name, atom = known
            if name in _TEXTS:
                texts.setdefault(name, []).append(_text(child, atom))
            elif name == "group":
                self._sort(child, found, texts)
            elif name:
                found.setdefault(name, []).append(child)

    def _identity(self, element: etree._Element, found: dict[str, list[etree._Element]]) -> tuple[str, str]:
        guids = found.get("guid", ())
        guid = next((text for text in map(_string, guids) if text), "") or element.get(_RDF_ABOUT, "").strip()
        link = self._link(found.get("link", ()))
        if not link and guid.startswith(("http://", "https://")):
            stated = guids[0].get("isPermaLink", "true") if guids else "true"
            link = guid if stated.strip().lower() != "false" else ""
        return guid, link

    def _link(self, links: Iterable[etree._Element]) -> str:
        """The first textual link (RSS), else the first alternate one, HTML before others (Atom)."""
        best, best_rank = "", NO_LINK
        for link in links:
            href = link.get("href")
            target = (_string(link) if href is None else href).strip()
            link_rank = 0 if href is None else rank(link.get("rel", "alternate"), link.get("type", "text/html"))
            if target and link_rank < best_rank:
                best_rank = link_rank
                best = urljoin(link.base or "", target) if self._has_bases else target
        return best


NO_LINK = 9
_TEXTS = {"title", "other title", "text", "other text"}
_AUTHORS = ("author", "other author")
_DATES = ("published", "updated", "created")


def _ranked(found: dict[str, list[etree._Element]], names: Iterable[str]) -> list[etree._Element]:
    return [element for name in names if name in found for element in found[name]]


def rank(rel: str, media_type: str) -> int:
    """How well a link with these attributes leads to the entry's page: 1 best, NO_LINK not at all."""
    if rel.strip().lower() not in ("alternate", "http://www.iana.org/assignments/relation/alternate"):
        return NO_LINK
    return 1 if media_type.strip().lower() in _HTML else 2


def _fullest(texts: Iterable[Text]) -> Text | None:
    best = None
    for text in texts:
        if best is None or len(text.raw) > len(best.raw):
            best = text
    return best if best and best.raw and not best.raw.isspace() else None


def _text(element: etree._Element, atom: bool) -> Text:
    if len(element):
        return Text(_inline(element), "plain")
    raw = (element.text or "").strip()
    if not atom:
        return Text(raw, "html")
    media_type = element.get("type", "text").strip().lower()
    if media_type in _HTML:
        return Text(raw, "html")
    return Text(raw, "untyped") if media_type.startswith("text") or not media_type else Text("", "plain")


def _inline(element: etree._Element) -> str:
    """The text of markup that is written as elements of the document itself."""
    parts = [element.text or ""]
    for step, node in etree.iterwalk(element, events=("start", "end")):
        if node is element:
            continue
        gap = " " if _local(node).lower() in BLOCK_ELEMENTS else ""
        parts.append(gap + ((node.text if step == "start" else node.tail) or ""))
    return "".join(parts)


def _author(element: etree._Element) -> str:
    if not len(element):
        return (element.text or "").strip()
    parts = {_local(child): child for child in element}
    found = (_string(parts[name]) for name in ("name", "email") if name in parts)
    return next((text for text in found if text), "")


def _string(element: etree._Element) -> str:
    return ("".join(map(str, element.itertext())) if len(element) else element.text or "").strip()


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _feed_title(root: etree._Element) -> str:
    for holder in (root, *root.iterchildren("{*}channel")):
        for child in holder.iterchildren("{*}title"):
            return _text(child, str(child.tag).startswith(f"{{{ATOM_10}}}")).plain()
    return ""


def _field(tag: str, item_tag: str) -> tuple[str, bool]:
    """What an element of an item is, and whether Atom's rules of types hold for it."""
    space, _, name = tag.rpartition("}")
    own_space = space == item_tag.rpartition("}")[0]
    space = space.lstrip("{").rstrip("/#").lower()
    prefix = "" if own_space or space in _CORE else _MODULES.get(space, "?")
    qualified = f"{prefix}:{name.lower()}" if prefix else name.lower()
    is_atom = space in _ATOMS or prefix in ("media", "itunes")
    return _FIELDS.get(qualified, ""), is_atom
