"""Any JSON that holds a list: where things stand in it is said by JMESPath expressions in the feed's table.

[[feed]]
kind = "json"
items = "data.articles"   # from the document; all others from one item
title = "headline"
link = "urls[0]"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources.feed import Feed
from monitor.sources.items import Item
from monitor.sources.jsonfeed import BadField, collect, load, type_name
from monitor.sources.strictjson import Json
from monitor.text import from_html, visible

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

DEFAULTS: Mapping[str, str] = {
    "items": "items",
    "title": "title",
    "link": "url",
    "summary": "summary",
    "date": "date",
    "id": "id",
    "author": "author",
}


def parse(body: bytes, feed: Feed, *, content_type: str = "", url: str = "") -> ParsedFeed:
    """The items that the expressions find; ParseError where there is no list, or an expression is none."""
    paths = {name: _compiled(name, feed.options.get(name, default)) for name, default in DEFAULTS.items()}
    document = load(body, content_type)
    listed = _search(paths["items"], document)
    if listed is None and isinstance(document, list) and "items" not in feed.options:
        listed = document
    if not isinstance(listed, list):
        raise ParseError(f"items = {feed.options.get('items', 'items')!r} gives {type_name(listed)}, not a list")
    return collect("json", "", listed, _reader(paths), url)


def _reader(paths: Mapping[str, ParsedResult]) -> Callable[[dict[str, Json]], Item]:
    def item(found: dict[str, Json]) -> Item:
        texts = {name: _text(name, _search(path, found)) for name, path in paths.items() if name != "items"}
        return Item(
            guid=texts["id"],
            link=texts["link"],
            title=from_html(texts["title"]),
            summary=from_html(texts["summary"]),
            author=texts["author"],
            dates=(texts["date"],) if texts["date"] else (),
        )

    return item


def _text(name: str, value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if name == "date" else str(value)
    raise BadField(f"{name} is {type_name(value)}")


def _compiled(name: str, expression: str) -> ParsedResult:
    import jmespath

    try:
        return jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as fault:
        reason = visible(" ".join(str(fault).split()), 160)
        raise ParseError(f"{name} = {expression!r} is no JMESPath expression: {reason}") from None


def _search(path: ParsedResult, value: Json) -> Json:
    import jmespath

    try:
        found: Json = path.search(value)
    except jmespath.exceptions.JMESPathError:  # a function was given a value of another type
        return None
    return found
