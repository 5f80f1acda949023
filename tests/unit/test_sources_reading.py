"""Dates, encodings, and what the common readers make of single idioms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.feed_documents import item, json_feed, rss

from monitor.config import FeedConfig
from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources import parse
from monitor.sources.damaged import without_doctype
from monitor.sources.dates import read_date
from monitor.sources.items import MAX_ENTRIES

NOON = datetime(2026, 6, 26, 10, 0, 0, tzinfo=UTC)


def read(document: str | bytes, content_type: str = "", url: str = "http://h.org/dir/feed") -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse(body, FeedConfig(name="x", url=url), content_type=content_type, url=url)


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 26 Jun 2026 10:00:00 GMT",
        "Fri, 26 Jun 2026 10:00:00 +0000",
        "Fri, 26 Jun 2026 12:00:00 +0200",
        "Fri, 26 Jun 2026 04:30:00 -0530",
        "Friday, 26-Jun-26 10:00:00 UTC",
        "26 Jun 2026 10:00",
        "Fri, 26 Jun 2026 06:00:00 EDT",
        "Fri Jun 26 10:00:00 2026",
        "June 26, 2026 10:00 AM",
        "Fri, 26 June 2026 10:00:00 GMT+0000",
        "2026-06-26T10:00:00Z",
        "2026-06-26T10:00:00.123456789Z",
        "2026-06-26T12:00:00+02:00",
        "2026-06-26 10:00:00 UTC",
        "2026-06-26T10:00:00 +0000",
        "20260626T100000Z",
        "1782468000",
        "1782468000000",
        " 20260626100000\n",
    ],
)
def test_dates_that_can_be_read(text: str) -> None:
    assert read_date(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0000-01-01",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-12:00",
        "10000000000000000",
        "Fri, 30 Feb 2026 10:00:00 GMT",
        "Fri, 26 Jun 2026 25:61:00 GMT",
        "2026-13-45",
        "Fri, 26 Jun 2026 10:00:00 +9900",
        "\u0662\u0660\u0662\u0666-\u0660\u0666-\u0662\u0666",
        "((((",
        "Freitag, 26. Brachet 2026",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "-1",
        "1" * 5000,
        "Mon" * 5000,
        "26" + " " * 90 + "x",
    ],
)
def test_dates_that_cannot(text: str) -> None:
    assert read_date(text) is None


def test_a_leap_second_is_the_last_second() -> None:
    last = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert read_date("Sat, 31 Dec 2016 23:59:60 GMT") == last
    assert read_date("2016-12-31T23:59:60Z") == last


def test_the_unreadable_date_is_kept_as_text() -> None:
    (entry,) = read(rss("<item><title>a</title><pubDate>next \x1b[31mtuesday</pubDate></item>")).entries
    assert (entry.published_at, entry.published_raw) == (None, "next [31mtuesday")


RUSSIAN = "\u041c\u0430\u0439\u043d\u0435\u0440\u044b"


def feed_in(encoding: str, declared: str | None = None) -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}<rss><channel><item><title>{RUSSIAN}</title></item></channel></rss>".encode(encoding)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (feed_in("utf-8-sig"), ""),
        (feed_in("utf-8-sig", "windows-1251"), ""),
        (feed_in("utf-8", "utf-8"), "text/xml; charset=iso-8859-1"),
        (feed_in("utf-8", "iso-8859-1"), "text/xml"),
        (feed_in("utf-8", "no-such-label"), ""),
        (feed_in("utf-16"), ""),
        (feed_in("utf-16", "utf-8"), ""),
        (b"\xfe\xff" + feed_in("utf-16-be"), "text/xml; charset=utf-8"),
        (feed_in("utf-16-le"), ""),
        (feed_in("utf-16-be"), ""),
        (feed_in("utf-32"), ""),
        (feed_in("windows-1251", "windows-1251"), ""),
        (feed_in("windows-1251", "utf-8"), "text/xml; charset=windows-1251"),
        (feed_in("windows-1251"), "application/rss+xml; charset=Windows-1251"),
        (feed_in("koi8-r", "koi8-r"), "image/png"),
    ],
)
def test_encodings_that_can_be_known(body: bytes, content_type: str) -> None:
    found = read(body, content_type)
    assert ([entry.title for entry in found.entries], found.warning) == ([RUSSIAN], None)


@pytest.mark.parametrize("declared", [None, "utf-8", "no-such-label", "utf-7", "base64", "idna", "rot13"])
def test_encodings_that_cannot(declared: str | None) -> None:
    found = read(feed_in("koi8-r", declared))
    assert "\ufffd" in found.entries[0].title
    assert "were replaced" in (found.warning or "")


def test_one_bad_byte_costs_one_character() -> None:
    body = rss(*(item(n) for n in range(10))).encode().replace(b"Story 4", b"Story\xff4")
    titles = [entry.title for entry in read(body).entries]
    assert titles == [f"Story {n}" if n != 4 else "Story\ufffd4" for n in range(10)]


def test_overlong_and_utf7_never_become_markup() -> None:
    body = rss(item(0, "+ADw-script+AD4- \x00LT")).encode().replace(b"\x00LT", b"\xc0\xbcb>")
    (entry,) = read(body, "text/xml; charset=utf-7").entries
    assert "<" not in entry.summary


def test_no_text_of_a_file_or_an_entity_is_ever_in_an_entry() -> None:
    before = '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY % p SYSTEM "http://127.0.0.1:1/">%p;]>'
    (entry,) = read(rss(item(0, "[&f;]"), before=before)).entries
    assert entry.summary == "About 0 [&f;]"


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE rss>",
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">',
        """<!DOCTYPE rss [<!ENTITY a "]>"><!-- don't ]> --><!ENTITY b 'x'>]>""",
        "<!doctype rss SYSTEM 'a>b' [ ] >",
    ],
)
def test_a_document_type_is_cut_out_whole(declaration: str) -> None:
    assert without_doctype(f"<?xml version='1.0'?>{declaration}<rss/>") == "<?xml version='1.0'?><rss/>"


def test_a_document_type_that_an_entry_quotes_is_left() -> None:
    (entry,) = read(rss(item(0, "<![CDATA[write &lt;!DOCTYPE html> and <!DOCTYPE html [ x]]>"))).entries
    assert entry.summary.startswith("About 0 write <!DOCTYPE html> and")


def test_the_text_that_was_meant() -> None:
    (entry,) = read(rss(item(0, "caf&eacute; &nbsp; &unknown; R&D"))).entries
    assert entry.summary == "About 0 caf\u00e9 &unknown; R&D"


def test_ids_keep_their_bytes_and_numbers_become_text() -> None:
    first, second, third = read(
        json_feed({"id": 2**70, "title": "a"}, {"id": " A\u0301 ", "title": "b"}, {"id": "\ud800", "title": "c"})
    ).entries
    assert (first.guid, second.guid, third.guid) == (str(2**70), " A\u0301 ", "\ufffd")


def test_titles_and_summaries_are_cut_with_a_mark() -> None:
    (entry,) = read(
        rss(f"<item><title>{'t' * 1_000_000}</title><description>{'d ' * 4_000_000}</description></item>")
    ).entries
    assert (len(entry.title), len(entry.summary)) == (1_000, 20_000)
    assert entry.title.endswith("t…")
    assert entry.summary.endswith("d…")


def test_of_too_many_entries_the_newest_are_kept_in_their_order() -> None:
    old = "<item><title>old</title><pubDate>Fri, 26 Jun 2020 10:00:00 GMT</pubDate></item>"
    found = read(rss(*[old] * 9_000, *(item(n) for n in range(3_000))))
    assert len(found.entries) == MAX_ENTRIES
    assert [entry.title for entry in found.entries[-3_000:]] == [f"Story {n}" for n in range(3_000)]
    assert "left out 7000" in (found.warning or "")


def test_a_json_feed_by_name_of_its_fields() -> None:
    (entry,) = read(
        json_feed(
            {
                "id": "1",
                "url": "/a",
                "title": "A &amp; b",
                "content_html": "<p>x</p><p>y</p>",
                "content_text": "x",
                "date_modified": "2026-06-26T10:00:00Z",
                "authors": [{}, {"name": "Ann"}],
            }
        )
    ).entries
    assert (entry.url, entry.title, entry.summary) == ("http://h.org/a", "A & b", "x y")
    assert (entry.author, entry.published_at) == ("Ann", NOON)


def test_json_in_utf16() -> None:
    assert len(read(json_feed({"id": "1", "title": "a"}).encode("utf-16")).entries) == 1


def test_the_error_names_the_line() -> None:
    with pytest.raises(ParseError, match=r"^invalid JSON at line 3 column 1"):
        read('{\n"a": 1\n]')
