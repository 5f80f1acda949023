"""A brief as text, Markdown, HTML and JSON: feed text carries no markup, link or escape of its own."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from support.telling import story, tagged

from monitor.data import tables
from monitor.stories import render
from monitor.stories.brief import Brief, Empty, Forecast, brief

EVIL = (
    "# not a heading [a](https://evil.example) ![i](https://evil.example/i.png) <script>alert(1)</script>"
    " <img src=x onerror=alert(1)> https://evil.example www.evil.example me@evil.example mailto:me@evil.example"
    " | a | b | `code` **bold** <!-- c --> &lt;b&gt; $x$ ~~s~~ $(id) @channel."
)
LINK = "https://outlet.example/2026/lease?a=1&b=%3C"


def page(
    *,
    text: str = EVIL,
    url: str | None = LINK,
    feed: str = "The [Wire](https://evil.example) <b>",
    **more: object,
) -> Brief:
    entry = tagged(1, text, text + " Corvid signed a lease with " + text, feed=feed, url=url, stance="critic")
    other = tagged(2, "1. Corvid lease", "+ Corvid leased 180 MW to Lumenstack for 12 years at Northfork.", feed="- B")
    return brief(story(entry, other), glossary=tables.glossary(), notes=["1) " + text, "- " + text], **more)  # type: ignore[arg-type]


def links(html: str) -> set[str]:
    found: set[str] = set()

    class Finder(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in {"img", "script", "iframe", "form", "object", "table", "del", "h3"}, tag
            assert not any(name.startswith("on") for name, _ in attrs)
            found.update(value or "" for name, value in attrs if name in {"href", "src"})

    Finder().feed(html)
    return found


@pytest.mark.parametrize("flavour", ["commonmark", "gfm-like"])
def test_markdown_has_no_link_or_markup_but_its_own(flavour: str) -> None:
    shown = MarkdownIt(flavour, {"linkify": False, "html": True}).enable(["table", "strikethrough"], True)
    html = shown.render(render.to_markdown(page()))
    assert links(html) == {"https://outlet.example/2026/lease?a=1&amp;b=%3C".replace("&amp;", "&")}
    assert "<h1>" in html and html.count("<h1>") == 1
    assert "<code>" not in html and "<strong>" not in html
    assert "alert(1)" in re.sub("<[^>]+>", "", html)  # shown as text, not lost


def test_markdown_keeps_the_words_and_breaks_bare_addresses() -> None:
    for bare in ("https://evil.example", "www.evil.example", "me@evil.example", "mailto:me@evil.example"):
        escaped = render.markdown_text(bare)
        assert bare not in escaped and "<!-- -->" in escaped
        assert re.sub(r"<!-- -->|\\", "", escaped) == bare


@pytest.mark.parametrize(
    "start", ["1. x", "1) x", "- x", "+ x", "* x", "# x", "> x", "=== ", "    code", "\tcode", "---"]
)
def test_markdown_lines_cannot_begin_a_block(start: str) -> None:
    html = MarkdownIt().render(render.markdown_text(start))
    assert html.startswith("<p>") and html.count("<p>") == 1


def test_html_is_one_inert_file() -> None:
    html = render.to_html(page())
    assert links(html) == {LINK}
    assert "<script" not in html and "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "default-src 'none'" in html and "@media print" in html
    assert html.count("<ul>") == html.count("</ul>")


def test_html_never_links_what_is_no_web_address() -> None:
    assert links(render.to_html(page(url="javascript:alert(1)"))) == set()


def test_json_is_the_contracts_object() -> None:
    data = json.loads(render.to_json(page(forecast=Forecast("62% within 30 days", {"30": 0.62}))))
    assert {
        "story_id",
        "title",
        "why_it_matters",
        "key_points",
        "summary",
        "plain_words",
        "sides",
        "noise",
        "noise_parts",
        "forecast",
        "timeline",
        "notes",
    } <= data.keys()
    assert all(set(point) == {"text", "entry_id"} for point in data["key_points"])
    assert all(set(word) == {"term", "text"} for word in data["plain_words"])
    assert all(set(side) == {"n", "quote", "entry_id"} for side in data["sides"].values())
    assert set(data["sides"]) == {"critic", "defender", "neutral"}
    assert all(set(part) == {"value", "weight", "why"} for part in data["noise_parts"].values())
    assert set(data["noise_parts"]) == {"heat", "echo", "sourcing", "burst", "disagreement", "contradicted"}
    assert all(set(event) == {"date", "kind", "text", "entry_id"} for event in data["timeline"])
    assert data["forecast"]["30"] == 0.62 and isinstance(data["notes"], list)


def test_an_empty_part_is_an_object_with_its_reason() -> None:
    data = json.loads(render.to_json(brief(story(tagged(1, "🚀", relevance=0)), glossary=())))
    for name in (
        "why_it_matters",
        "key_points",
        "summary",
        "plain_words",
        "sides",
        "forecast",
        "timeline",
        "notes",
    ):
        assert list(data[name]) == ["empty"] and data[name]["empty"], name


@pytest.mark.parametrize("width", [20, 45, 80, 200])
def test_text_keeps_to_the_terminals_width(width: int) -> None:
    text = render.to_terminal(page(text="灿谷出售比特币 转向人工智能 Corvid signs"), width=width)
    assert all(render.cells(line) <= width for line in text.splitlines() if " " in line.strip() and "://" not in line)


def test_text_may_be_plain_ascii() -> None:
    text = render.to_terminal(page(text="“Café” – signé… 灿谷"), ascii_only=True)
    assert text.isascii() and '"Cafe" - signe...' in text


def test_every_form_shows_every_heading() -> None:
    empty = brief(story(tagged(1, "🚀", relevance=0)), glossary=())
    assert isinstance(empty.summary, Empty)
    for form in ("text", "md", "html"):
        shown = render.FORMATS[form](empty).casefold()
        for heading in ("why it matters", "key points", "summary", "in plain words", "sides", "noise level", "forecast",
                        "timeline", "notes"):  # fmt: skip
            assert heading in shown, (form, heading)
