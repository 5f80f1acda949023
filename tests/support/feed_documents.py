"""Feed documents built for tests: plain ones, and the hostile ones with what they must come to."""

from __future__ import annotations

import json
from dataclasses import dataclass

XML = '<?xml version="1.0" encoding="UTF-8"?>'


def item(n: int, extra: str = "") -> str:
    """One plain RSS item; `extra` goes into its description."""
    return (
        f"<item><title>Story {n}</title><link>http://e.org/{n}</link><guid>http://e.org/{n}</guid>"
        f"<pubDate>Fri, 26 Jun 2026 10:00:{n % 60:02d} GMT</pubDate><description>About {n} {extra}</description></item>"
    )


def rss(*items: str, attributes: str = "", before: str = "") -> str:
    return f'{XML}{before}<rss version="2.0" {attributes}><channel><title>T</title>{"".join(items)}</channel></rss>'


def json_feed(*items: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": items})


def ordinary(n: int = 35) -> bytes:
    """A feed of the usual weight: 35 items, 70 kB, HTML in the descriptions."""
    text = "The &lt;b&gt;quick&lt;/b&gt; brown fox jumped over the lazy dog and so on, &amp;amp; then went home. "
    return rss(*(item(i, f"&lt;p&gt;{text * 17}&lt;/p&gt;") for i in range(n))).encode()


@dataclass(frozen=True, slots=True)
class Hostile:
    """A document, and how many entries it must give (None: a ParseError), with words of what is told."""

    name: str
    body: bytes
    entries: int | None
    told: str = ""


def _entities() -> str:
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">\n' for i in range(1, 10))
    return f'<!DOCTYPE r [<!ENTITY l0 "lol">{lines}]>'


def hostile() -> list[Hostile]:
    """One of each kind; none takes more than a second or two to refuse or read."""
    good = [item(i) for i in range(10)]
    nested = f"<item><title>d</title><description>{'<a>' * 100_000}</description></item>"
    attributes = " ".join(f'a{i}="1"' for i in range(100_000))
    spaces = " ".join(f'xmlns:a{i}="urn:{i}"' for i in range(20_000))
    long_author = f"<item><title>q</title><author>{'a' * 64_000}</author><br></item>"
    table: list[tuple[str, str, int | None, str]] = [
        ("plain", rss(*good), 10, ""),
        ("blank lines before", "\n\n  " + rss(*good), 10, ""),
        ("junk before and after", "junk\n" + rss(*good) + "\n junk <b>", 10, "kept 10 of 10"),
        ("entity expansion", rss(item(0, "&l9;"), item(1), before=_entities()), 2, "kept 2 of 2"),
        (
            "external entity",
            rss(item(0, "&x;"), before='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            1,
            "",
        ),
        (
            "external DTD",
            rss(*good, before='<!DOCTYPE rss PUBLIC "-//x" "http://127.0.0.1:1/x.dtd">'),
            10,
            "",
        ),
        ("stylesheet", rss(*good, before='<?xml-stylesheet href="http://127.0.0.1:1/x"?>'), 10, ""),
        ("DOCTYPE without end", "<!DOCTYPE " + '"' * 3_000_000, None, "not a feed"),
        ("comments in DOCTYPE", "<!DOCTYPE x [" + "<!--" * 800_000, None, "not a feed"),
        (
            "deep, closed",
            rss(item(0), nested.replace("</desc", "</a>" * 100_000 + "</desc"), item(2)),
            2,
            "kept 2 of 3",
        ),
        ("deep, open", rss(item(0), nested, item(2)), 2, "kept 2 of 3"),
        ("deep HTML", rss(item(0, "&lt;div&gt;" * 100_000), item(1)), 2, ""),
        ("100,000 attributes", rss(item(0), f"<item {attributes}><title>x</title></item>"), 2, ""),
        ("20,000 namespaces", rss(*good, attributes=spaces), 10, ""),
        ("9 MB comment", rss(f"<!--{'x' * 9_000_000}-->", *good), 10, ""),
        (
            "64 kB author",
            rss(item(0), f"<item><title>q</title><author>{'a' * 64_000}@</author></item>"),
            2,
            "",
        ),
        ("64 kB author in a damaged item", rss(item(0), long_author, item(2)), 3, "kept 3 of 3"),
        ("open HTML comments", rss(item(0, "&lt;!--" * 160_000), item(1)), 2, ""),
        ("open HTML comments in CDATA", rss(item(0, f"<![CDATA[{'<!--' * 250_000}]]>"), item(1)), 2, ""),
        ("open HTML tags", rss(item(0, "&lt;a " * 160_000), item(1)), 2, ""),
        ("bare & and <", rss(item(0, "a & b < c"), item(1)), 2, "kept 2 of 2"),
        ("mismatched tag", rss(item(0, "<b>x</i>"), item(1)), 2, "kept 2 of 2"),
        ("5,000 mismatched tags", rss(*(item(i, "<br>") for i in range(5_000))), 5_000, "kept 5000 of 5000"),
        ("open CDATA", rss(item(0), item(1, "<![CDATA[ open"), item(2)), 3, "kept 3 of 3"),
        ("cut in entry 7", rss(*good)[:1250], 6, "kept 6 of 7"),
        ("cut in entry 1", rss(*good)[:150], None, "no whole entry"),
        ("undefined entities", rss(item(0, "caf&eacute; &nbsp;x &foo;")), 1, ""),
        ("undeclared prefix", rss(item(0, "<zz:y>q</zz:y>"), item(1)), 2, "kept 2 of 2"),
        ("control characters", rss(item(0, "\x00\x1b[31m &#27; &#x9b; &#0; &#xD800;")), 1, ""),
        ("open CDATA 300,000 times", rss(item(0, "<![CDATA[" * 300_000), item(1)), 1, "kept 1 of 2"),
        ("open tags in a damaged item", rss(item(0, "<b " * 500_000), item(1)), 1, "kept 1 of 2"),
        ("open quotes in a damaged item", rss(item(0, '<b a="' * 500_000), item(1)), 1, ""),
        ("only <", "<" * 5_000_000, None, "not a feed"),
        ("only <item>", rss("<item>" * 500_000), None, "no whole entry"),
        ("20,000 entries", rss(*(item(i) for i in range(20_000))), 5_000, "left out 15000"),
        ("5,000 entries", rss(*(item(i) for i in range(5_000))), 5_000, ""),
        ("a million elements in an item", rss(item(0, "<a/>" * 1_000_000), item(1)), 1, "kept 1 of 2"),
        ("damaged and without items", "<rss><channel>" + " " * 1_000_000, None, "no whole entry"),
        ("over 2 MB", rss(*(item(i, "x" * 1000) for i in range(2_500)))[:-30], 2_499, "kept 2499 of 2500"),
        ("a million &", "<rss>" + "&" * 3_500_000, None, "not a feed"),
        (
            "items in CDATA",
            rss(item(0, "a & b <![CDATA[<item><title>no</title></item>]]>"), item(1)),
            2,
            "2 of 2",
        ),
        ("warning of a server before", "<br />\n<b>Warning</b>: x<br />" + rss(*good), 10, "kept 10 of 10"),
        (
            "a feed inside of other XML",
            f"<catalog>{rss(*good).removeprefix(XML)}</catalog>",
            None,
            "is <catalog>",
        ),
        (
            "XHTML page",
            f"{XML}<!DOCTYPE html><!-- x --><html xmlns='x'><head><title>Hi</title></head></html>",
            None,
            'titled "Hi"',
        ),
        (
            "deep in one entry",
            rss(item(0), item(1, "<a>" * 15_000 + "</a>" * 15_000), item(2)),
            2,
            "kept 2 of 3",
        ),
        (
            "open comment among damaged items",
            rss(item(0, "<!-- open"), item(1, "<br>"), item(2)),
            3,
            "kept 3 of 3",
        ),
        ("entries without a field", rss(item(0), "<item></item>", "<item/>", item(3)), 2, ""),
        (
            "no feed",
            f"{XML}<catalog><item><title>x</title></item></catalog>",
            None,
            "root element is <catalog>",
        ),
        ("OPML", "<opml version='1.0'><body/></opml>", None, "import-opml"),
        ("a path", "/etc/passwd", None, 'not a feed: "/etc/passwd"'),
        ("an address", "http://127.0.0.1:1/x", None, "not a feed"),
        (
            "login page",
            "<!doctype html><html><head><title>Sign\x1b in</title></head></html>",
            None,
            'titled "Sign in"',
        ),
        (
            "page with a feed",
            "<html><head><link rel=alternate type=application/rss+xml href=/f.xml></head></html>",
            None,
            "http://h/f.xml",
        ),
        ("JSON error", '{"error": "nope"}', None, 'not a feed: {"error": "nope"}'),
        ("empty", "", None, "empty answer"),
        ("blank", "  \r\n\t", None, "blank answer"),
        (
            "trailing comma",
            '{"version":"https://jsonfeed.org/version/1.1",\n"items":[1,]}',
            None,
            "line 2 column 12",
        ),
        ("items null", json_feed().replace("[]", "null"), None, "items is null"),
        ("no items", '{"version":"https://jsonfeed.org/version/1.1"}', None, "items is null"),
        ("list at the top", "[1, 2]", None, "not a feed: [1, 2]"),
        ("NaN", json_feed().replace('"J"', "NaN"), None, "NaN is no number"),
        ("duplicate keys", '{"a":1,"a":2}', None, '"a" is there twice'),
        ("100,000 lists", "[" * 100_000, None, "nested too deeply"),
        ("6,000 digits", json_feed().replace('"J"', "9" * 6000), None, "6000 digits"),
        (
            "bad items",
            json_feed({"id": 1, "title": "a"}, {"id": "b", "title": 5}, 7),
            1,
            "item 1: title is a number",
        ),
        ("lone surrogates", json_feed({"id": "\ud800", "title": "a\ud800b", "content_text": "x"}), 1, ""),
        ("ids over 2^64", json_feed({"id": 2**70, "title": "a"}), 1, ""),
    ]
    made = [Hostile(name, text.encode(), entries, told) for name, text, entries, told in table]
    return [*made, Hostile("PNG", b"\x89PNG\r\n\x1a\n\0\0", None, "starts with 89 50 4E 47")]
