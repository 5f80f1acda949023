"""The door to feedparser: what it finds in entries that are not well-formed."""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO

from monitor.model import ParsedEntry
from monitor.sources import xmlfeed
from monitor.sources.items import Item, entry
from monitor.sources.xmlfeed import Text

LENGTH_LIMIT = 200_000  # characters of one entry

_long_author = re.compile(
    r"(<(?:[\w.-]{1,40}:)?(?:author|creator|name|email|managingeditor|webmaster|publisher|contributor)\b[^<>]*>"
    r"(?:<!\[CDATA\[)?[^<]{300})[^<]*",
    re.IGNORECASE,
)


def shorter(chunk: str) -> str:
    """feedparser looks for mail addresses with a quadratic pattern: no author longer than a name."""
    return _long_author.sub(r"\1", chunk)[:LENGTH_LIMIT]


def guess(document: bytes, base: str) -> list[ParsedEntry | None]:
    """The entries that feedparser finds. It gets a stream: a string it might open as a file."""
    import feedparser  # 70 ms, and only damaged feeds need it

    parsed = feedparser.parse(BytesIO(document), sanitize_html=False, resolve_relative_uris=False)
    return [entry(_guessed(found, parsed.version.startswith("atom")), base) for found in parsed.entries]


def _guessed(found: dict[str, object], atom: bool) -> Item:
    get = partial(dict.get, found)  # without feedparser's own substitutes for what is missing
    details = [get("summary_detail"), *_list(get("content"))]
    texts = [_typed(detail, atom) for detail in details if isinstance(detail, dict)]
    title = get("title_detail")
    guid = str(get("id") or "")
    return Item(
        guid=guid,
        # feedparser takes the GUID for the link only where no <link> is there, not where it is empty.
        link=_guessed_link(_list(get("links"))) or (guid if get("guidislink") or get("link") == "" else ""),
        title=_typed(title, atom).plain() if isinstance(title, dict) else "",
        summary=max(texts, key=lambda text: len(text.raw), default=Text("", "plain")).plain(),
        author=_guessed_author(_list(get("authors"))) or str(get("author") or ""),
        dates=tuple(str(get(key)) for key in ("published", "updated", "created") if get(key)),
    )


def _typed(detail: dict[str, object], atom: bool) -> Text:
    plain = detail.get("type") == "text/plain"
    return Text(str(detail.get("value") or ""), "untyped" if plain and atom else "html")


def _guessed_link(links: list[object]) -> str:
    ranked = [
        (
            xmlfeed.rank(str(link.get("rel", "alternate")), str(link.get("type", "text/html"))),
            str(link["href"]),
        )
        for link in links
        if isinstance(link, dict) and link.get("href")
    ]
    rank, href = min(ranked, key=lambda link: link[0], default=(xmlfeed.NO_LINK, ""))
    return href if rank < xmlfeed.NO_LINK else ""


def _guessed_author(authors: list[object]) -> str:
    named = [author.get("name") or author.get("email") for author in authors if isinstance(author, dict)]
    return next((str(name) for name in named if name), "")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
