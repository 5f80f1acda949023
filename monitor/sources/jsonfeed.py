"""JSON Feed 1.0 and 1.1 (jsonfeed.org), and what all kinds that read JSON share: fields with their types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from monitor.errors import ParseError
from monitor.model import ParsedEntry, ParsedFeed
from monitor.sources import items
from monitor.sources.decoding import decode
from monitor.sources.discovery import page_title
from monitor.sources.items import Item
from monitor.sources.strictjson import Json, loads
from monitor.text import from_html, visible

_TOLD = 3  # faulty items named in the warning; the others are only counted

ItemReader = Callable[[dict[str, Json]], Item]


class BadField(Exception):
    """One item's field is of a wrong type."""


def read(document: Json, base: str, warnings: Iterable[str] = ()) -> ParsedFeed:
    """The feed of a strict JSON value; ParseError where it is no JSON Feed."""
    found = document if isinstance(document, dict) else {}
    version = found.get("version")
    if not isinstance(version, str) or "jsonfeed.org/version/" not in version:
        raise ParseError(f"not a feed: {shown(document)}")
    listed = found.get("items")
    if not isinstance(listed, list):
        raise ParseError(f"no feed: items is {type_name(listed)}, not a list")
    title = found.get("title")
    return collect("jsonfeed", title if isinstance(title, str) else "", listed, _item, base, warnings)


def load(body: bytes, content_type: str = "") -> Json:
    """The JSON value of an answer; ParseError says what it is instead."""
    text = decode(body, content_type).text.lstrip("\ufeff \t\r\n")
    if not text:
        raise ParseError("empty answer: no byte of JSON")
    if text[0] == "<":
        title = visible(page_title(text), 80)
        raise ParseError(f'answered a web page titled "{title}", not JSON' if title else "answered XML, not JSON")
    return loads(text)


def collect(
    kind: str, title: str, listed: list[Json], item: ItemReader, base: str, warnings: Iterable[str] = ()
) -> ParsedFeed:
    """The feed of these JSON items; one with a wrong type is left out, counted and named by its index."""
    entries: list[ParsedEntry | None] = []
    faults: list[str] = []
    for n, value in enumerate(listed):
        try:
            entries.append(items.entry(item(as_object(value)), base))
        except BadField as fault:
            faults.append(f"item {n}: {fault}")
    told = [*warnings, *faults[:_TOLD]] + ([f"{len(faults) - _TOLD} more items"] if len(faults) > _TOLD else [])
    return items.feed(kind, title, entries, told, skipped=len(faults))


def _item(found: dict[str, Json]) -> Item:
    html = string(found, "content_html")
    texts = [from_html(html) if html else "", string(found, "content_text"), string(found, "summary")]
    return Item(
        guid=identifier(found, "id"),
        link=string(found, "url") or string(found, "external_url"),
        title=from_html(string(found, "title")),
        summary=max(texts, key=len),
        author=next(_authors(found), ""),
        dates=dates(found, "date_published", "date_modified"),
    )


def _authors(found: dict[str, Json]) -> Iterator[str]:
    listed = found.get("authors")
    for author in [*(listed if isinstance(listed, list) else []), found.get("author")]:
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str) and name.strip():
            yield name


def as_object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise BadField(f"{type_name(value)}, not an object")
    return value


def string(found: dict[str, Json], key: str) -> str:
    """The text of a field; "" where it is missing or null."""
    value = found.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadField(f"{key} is {type_name(value)}")
    return value


def identifier(found: dict[str, Json], key: str) -> str:
    """An id as text, whatever the size of the number."""
    value = found.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return string(found, key)


def dates(found: dict[str, Json], *keys: str) -> tuple[str, ...]:
    """Dates as text; a date of a wrong type costs the date, not the item."""
    values = (found.get(key) for key in keys)
    return tuple(str(v) for v in values if isinstance(v, str | int | float) and v and not isinstance(v, bool))


def type_name(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"


def shown(document: Json) -> str:
    import json

    return visible(json.dumps(document, ensure_ascii=False), 160)
