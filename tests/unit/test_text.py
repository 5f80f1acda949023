"""Text that passes here is plain, bounded and inert; honest text passes unchanged."""

from __future__ import annotations

import time
import tracemalloc
from unicodedata import category

import pytest

from monitor.text import block, from_html, http_url, line, match_key, visible, without_tracking


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("a\x9b31mb\x9d52;c\x9c", "a31mb52;c"),
        ("bell\x07" * 3, "bell" * 3),
        ("a\x00b\x7fc\x08d", "abcd"),
        (
            "one\ntwo\r\nthree\tfour\u2028five\u2029six\x85seven\x0beight\x0cnine",
            "one two three four five six seven eight nine",
        ),
        ("  a \u00a0\u3000 b  ", "a b"),
        ("abc\u202egnp.exe\u2066x\u2069\u200e\u200f\u061c", "abcgnp.exex"),
        ("in\u200bvis\u00adible\ufeff\u2060\U000e0041\U000e007f", "invisible"),
        ("a\ufe0fb\ufe00c\U000e0100", "abc"),
        ("a\u200db\u200cc", "abc"),
        ("lone \ud800 surrogate \udfff", "lone \ufffd surrogate \ufffd"),
        ("\ufffe \ufdd0 \U0001ffff", "\ufffd \ufffd \ufffd"),
        ("Z" + "\u0335" * 50 + "a" + "\u0301" * 9, "Z" + "\u0335" * 4 + "a" + "\u0301" * 4),
    ],
)
def test_hostile_characters(raw: str, clean: str) -> None:
    assert line(raw) == clean
    assert block(raw) == clean


@pytest.mark.parametrize(
    "honest",
    [
        "[TODO] price [$65k] :warning: 10:30:45 [/b] [@click=x]",
        "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd: \u05de\u05d7\u05d9\u05e8 (65)",
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian needs its non-joiner
        "\u0915\u094d\u200d\u0937",  # Devanagari its joiner
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \u2764\ufe0f\u200d\U0001f525",
        "1\ufe0f\u20e3 \U0001f1e9\U0001f1ea",
        "caf\u00e9 na\u00efve e\u0301 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4",
        "\u0627\u0644\u0633\u0651\u064e\u0644\u0627\u0645",
        "a < b && c > d; 100%_ 'quote' \"double\" \\ back",
    ],
)
def test_honest_text_is_unchanged(honest: str) -> None:
    assert line(honest) == honest
    assert block(honest) == honest


def test_a_long_line_is_cut_between_letters() -> None:
    assert line("x" * 2_000) == "x" * 999 + "…"
    assert line("abcde\u0301fgh", 6) == "abcd…"
    assert line("ab\U0001f468\u200d\U0001f469cd", 5) == "ab…"
    assert len(block("word " * 10_000)) <= 20_000


def test_ten_megabytes_of_words_take_little_memory() -> None:
    summary = "word " * 2_000_000
    tracemalloc.start()
    block(from_html(summary))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000  # split into words it would be a hundred


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one two"),
        ("<b>w</b>ord<br>next", "word next"),
        ("AT&amp;T &lt;b&gt; caf&eacute; &#8217; &#x2019;", "AT&T <b> caf\u00e9 \u2019 \u2019"),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
        ("a < b and c > d", "a < b and c > d"),
        ("I <3 this", "I <3 this"),
        ("x<script>alert('<b>')</script>y<style>p{}</style>z", "xyz"),
        ("x<!-- <p>hidden</p> -->y", "xy"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ("<a title='a > b' href=\"x\">in</a> <a title='<b>'>out</a>", "in out"),
        ("cut <a href='x", "cut"),
        ("<ul><li>a<li>b</ul>", "a b"),
        ("&#0; &#xD800; &#9999999999;", "\ufffd \ufffd \ufffd"),
        (f"&#{'9' * 6000};", "\ufffd"),
        ("&#27;[31m &#155;", "[31m \u203a"),
        ("<svg><title>t</title></svg><object>o</object>p", "p"),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert line(from_html(html)) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--" * 250_000,
        "<a " * 333_000,
        '<a "' * 250_000,
        "<" * 1_000_000,
        "&" * 1_000_000,
        "&amp" * 250_000,
        "<div>" * 100_000 + "x",
        "<b>" * 100_000 + "x" + "</b>" * 100_000,
        "<table>" * 100_000,
        "<script>" * 100_000,
        "e" + "\u0301" * 1_000_000,
        "\u200b" * 1_000_000,
        "\u2764\ufe0f\u200d" * 300_000,
        " \u0301" * 500_000,
    ],
    ids=range(14),
)
def test_a_megabyte_takes_linear_time(hostile: str) -> None:
    began = time.process_time()
    block(from_html(hostile))
    match_key(hostile[:100_000])
    visible(hostile)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("http://e.org/a?b=c#d", "http://e.org/a?b=c#d"),
        (" https://E.org/A ", "https://e.org/A"),
        ("HTTP://e.org:8080/", "http://e.org:8080/"),
        ("http://b\u00fccher.example/\u00e4?\u00f6=1", "http://xn--bcher-kva.example/%C3%A4?%C3%B6=1"),
        ("http://\u0430pple.com/", "http://xn--pple-43d.com/"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ('http://e.org/"<x>', "http://e.org/%22%3Cx%3E"),
        ("http://a_b.e.org/", "http://a_b.e.org/"),
        *[
            (bad, None)
            for bad in (
                "",
                "javascript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "ftp://e.org/x",
                "-http://e.org/",
                "//e.org/x",
                "/x",
                "http:///x",
                "http://",
                "http://user@e.org/",
                "http://u:p@e.org/",
                "http://@e.org/",
                "http://e.org\\@f.org/",
                "http://e.org/a b",
                "http://e.org/a\nb",
                "http://e.org/\x1b[31m",
                "http://e.org/\x9b",
                "http://e.org/\u202egpj",
                "http://e.org/\u200b",
                "http://e.org:99999/",
                "http://e.org:x/",
                "http://[::1/",
                "http://-e.org/",
                "http://e..org/",
                "http://" + "a" * 64 + ".org/",
                "http://" + "a." * 200 + "org/",
                "http://e.org/" + "a" * 2048,
                "http://e%00.org/",
            )
        ],
    ],
)
def test_http_url(raw: str, clean: str | None) -> None:
    assert http_url(raw) == clean
    if clean:
        assert http_url(clean) == clean


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("http://e.org/a", "http://e.org/a"),
        ("http://e.org/a?id=1&utm_source=rss&UTM_Medium=x", "http://e.org/a?id=1"),
        ("http://e.org/a?utm_source=rss", "http://e.org/a"),
        ("http://e.org/a?fbclid=1&b=2#part", "http://e.org/a?b=2#part"),
        ("http://e.org/a#utm_source=x", "http://e.org/a"),
        ("http://e.org/a#xtor=RSS-1", "http://e.org/a"),
        ("http://e.org/a?utmost=1&gclidx=2", "http://e.org/a?utmost=1&gclidx=2"),
    ],
)
def test_without_tracking(url: str, bare: str) -> None:
    assert without_tracking(url) == bare


@pytest.mark.parametrize(
    "evasion",
    [
        "dilution",
        "DILUTION",
        "di\u200blu\u00adtion",
        "\uff44\uff49\uff4c\uff55\uff54\uff49\uff4f\uff4e",
        "dil\u0443ti\u043en".replace("\u0443", "u"),
        "dilut\u0456\u03bfn",
        "\u2066dilution\u2069",
    ],
)
def test_look_alike_spellings_have_one_key(evasion: str) -> None:
    assert match_key(evasion) == "dilution"


def test_words_of_one_script_keep_their_letters() -> None:
    assert match_key("\u0441\u043e\u0440 \u03bf\u03c1\u03bf\u03c2") == "\u0441\u043e\u0440 \u03bf\u03c1\u03bf\u03c3"


def test_visible_shows_what_a_terminal_would_obey() -> None:
    assert visible("a\x1b[31m\n\x9b\u202e\ud800\u200b") == "a\\x1b[31m\\n\\x9b\\u202e\\ud800\\u200b"
    assert visible("x" * 500) == "x" * 199 + "…"


_NEVER = {"Cc", "Cs", "Zl", "Zp"}  # Cf is told by test_hostile_characters: some scripts need theirs


def test_no_code_point_passes_that_is_white_space_control_or_direction() -> None:
    """All of Unicode, some at a time: what takes the fast way is held to the same rules as the rest."""
    shown = {c for start in range(0, 0x110000, 32) for c in line("a".join(map(chr, range(start, start + 32))))}
    assert not {c for c in shown if c != " " and (c.isspace() or category(c) in _NEVER)}
    assert len(shown) > 1_000_000
