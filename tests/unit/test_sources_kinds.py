"""Every kind reads a document in its real shape, and says in one line what another answer is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import FeedConfig
from monitor.errors import ParseError
from monitor.model import ParsedFeed
from monitor.sources import FEED_KINDS, KIND_OPTIONS, jsonlist, parse
from monitor.sources.discovery import discover
from monitor.sources.opml import read_opml, write_opml

DATA = Path(__file__).parents[1] / "data" / "feeds"
LEASE = {
    "items": "data.articles",
    "title": "headline",
    "link": "urls[0]",
    "summary": "lead",
    "date": "when",
    "id": "ref.n",
    "author": "by[0]",
}


def read(kind: str, name: str, **options: str) -> ParsedFeed:
    feed = FeedConfig(name="x", url="", kind=kind, options=options)
    return parse((DATA / kind / name).read_bytes(), feed, url="http://h.org/")


def test_hackernews_stories_questions_and_comments() -> None:
    story, question, comment = read("hackernews", "search_by_date.json").entries
    assert (story.title, story.url) == (
        "Core Scientific & CoreWeave extend the Denton lease",
        "https://example.com/denton-lease",
    )
    assert (story.guid, story.author, story.published_at) == (
        "44011223",
        "hashwatch",
        datetime(2026, 6, 26, 14, 3, 11, tzinfo=UTC),
    )
    assert question.url == "https://news.ycombinator.com/item?id=44011001"
    assert question.summary == "Is anyone really earning more per MWh from GPUs than from ASICs? Numbers welcome."
    assert (comment.title, comment.summary) == (story.title, "The capex kills it.")


def test_reddit_listing() -> None:
    post, link = read("reddit", "listing.json").entries
    assert post.title == "IREN & the pivot: thoughts?"
    assert post.summary == "IREN now guides **$500M** of AI revenue. Is the dilution worth it?"
    assert post.url == "https://www.reddit.com/r/BitcoinMining/comments/1abc9y/iren_the_pivot_thoughts/"
    assert post.published_at == datetime(2026, 6, 26, 13, 20, tzinfo=UTC)
    assert (link.guid, link.summary) == ("t3_1abc9z", "")


def test_reddit_rss_without_its_footer() -> None:
    found = read("reddit", "subreddit.rss")
    assert (found.kind, found.entries[0].summary) == ("reddit", "IREN now guides $500M of AI revenue.")
    assert found.entries[0].author == "/u/asic_andy"


def test_mastodon_timeline() -> None:
    post, boost = read("mastodon", "tag.json").entries
    assert post.summary == (
        "Another #bitcoin miner turns landlord. Same megawatts, new story. Miner leases 100 MW to AI cloud"
    )
    assert post.title == "Another #bitcoin miner turns landlord. Same megawatts, new story."
    assert (post.author, post.url) == (
        "Jo (energy) ⚡",
        "https://mastodon.social/@energyjo/114700000000000001",
    )
    assert (boost.title, boost.author) == ("Hashprice at a low.", "kim@fosstodon.org")


def test_mastodon_rss_has_a_title_too() -> None:
    assert read("mastodon", "tag.rss").entries[0].title == "Another miner turns landlord."


def test_bluesky_search() -> None:
    (post,) = read("bluesky", "search_posts.json").entries
    assert post.url == "https://bsky.app/profile/gridnotes.bsky.social/post/3lsabcdefgh2k"
    assert post.title == "TeraWulf pre-leased another 168 MW. The market shrugs."
    assert post.summary.endswith("TeraWulf expands lease 168 MW at Lake Mariner")
    assert (post.author, post.published_at) == ("Grid Notes", datetime(2026, 6, 26, 8, tzinfo=UTC))


def test_bluesky_author_feed_with_a_broken_post() -> None:
    found = read("bluesky", "author_feed.json")
    assert [entry.title for entry in found.entries] == ["Power is the moat."]
    assert (found.skipped, found.warning) == (1, "item 1: a text, not an object")


def test_youtube_description_from_its_media_group() -> None:
    (video,) = read("youtube", "channel.xml").entries
    assert (video.title, video.guid) == ("Are miners AI landlords now?", "yt:video:dQw4w9WgXcQ")
    assert video.summary == "We walk through the lease math. 00:00 Intro"
    assert video.published_at == datetime(2026, 6, 24, 16, 0, 6, tzinfo=UTC)


def test_edgar_filing_says_company_form_and_items() -> None:
    (filing,) = read("edgar", "company.atom").entries
    assert filing.title.startswith("Core Scientific, Inc./tx: 8-K (Current report): item 1.01 entry into a material")
    assert "item 2.03 creation of a direct financial obligation" in filing.summary
    assert "filed 2026-06-25" in filing.summary
    assert filing.published_at == datetime(2026, 6, 25, 20, 5, 11, tzinfo=UTC)


def test_edgar_current_filings_keep_their_titles() -> None:
    assert read("edgar", "current.atom").entries[0].title == "8-K - CIPHER MINING INC. (0001819989) (Filer)"


def test_edgar_refusal_says_what_to_set() -> None:
    page = b"<html><title>SEC.gov</title>Your Request Originates from an Undeclared Automated Tool</html>"
    with pytest.raises(ParseError, match="user agent"):
        parse(page, FeedConfig(name="x", url="", kind="edgar"))


def test_json_by_expressions() -> None:
    found = read("json", "articles.json", **LEASE)
    (entry,) = found.entries
    assert (entry.title, entry.summary, entry.url) == (
        "Galaxy & CoreWeave add phase III",
        "Another 133 MW.",
        "https://example.com/galaxy",
    )
    assert (entry.guid, entry.author, entry.published_at) == (
        "7",
        "Ann",
        datetime(2026, 6, 26, 13, 20, tzinfo=UTC),
    )
    assert (found.skipped, found.warning) == (1, "item 1: title is a list")


def test_every_key_of_json_may_be_configured() -> None:
    assert set(KIND_OPTIONS["json"]) == set(jsonlist.DEFAULTS)


@pytest.mark.parametrize(
    ("options", "told"),
    [({"items": "data"}, "gives an object, not a list"), ({"title": "a["}, "title = 'a\\['")],
)
def test_json_expression_that_leads_nowhere(options: dict[str, str], told: str) -> None:
    with pytest.raises(ParseError, match=told):
        read("json", "articles.json", **options)


@pytest.mark.parametrize("kind", sorted(FEED_KINDS))
@pytest.mark.parametrize("body", [b"", b"[1]", b'{"error": "x"}', b"<html><title>Sign in</title></html>", b"\x89PNG"])
def test_another_answer_is_an_error_or_all_skipped(kind: str, body: bytes) -> None:
    try:
        found = parse(body, FeedConfig(name="x", url="", kind=kind))
    except ParseError as error:
        assert str(error).isprintable()
    else:
        assert (found.entries, found.skipped) == ((), 1)


def test_opml_takes_http_addresses_and_refuses_the_rest() -> None:
    found = read_opml((DATA / "opml" / "subscriptions.opml").read_bytes())
    assert [(feed.name, feed.url, feed.tags) for feed in found.feeds] == [
        ("CoinDesk & co", "https://example.com/rss", ("press", "crypto", "news")),
        ("bare", "http://e.org/feed", ()),
    ]
    assert [line.partition(":")[0] for line in found.refused] == ["runs", "exec", "filter", "file", "user"]


def test_opml_reads_back_what_it_writes() -> None:
    written = write_opml([("A & <b>", "https://e.org/?a=1&b=2", ["press", "x"]), ("B", "http://e.org/", [])])
    found = read_opml(written)
    assert [(feed.url, feed.tags) for feed in found.feeds] == [
        ("https://e.org/?a=1&b=2", ("press", "x")),
        ("http://e.org/", ()),
    ]


def test_no_opml() -> None:
    with pytest.raises(ParseError, match="root element is <rss>"):
        read_opml(b"<rss/>")
    with pytest.raises(ParseError, match="no OPML"):
        read_opml(b"{}")


def test_discovery_finds_declared_feeds_before_linked_ones() -> None:
    page = b"""<html><head><base href="http://e.org/blog/"><title>x</title>
        <link rel="stylesheet" type="text/css" href="x.css">
        <link rel="ALTERNATE nofollow" type="application/atom+xml; charset=utf-8" title="All" href="atom.xml">
        <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
        </head><body><a href="/about">a</a><a href="/feed/">Feed</a><a href="atom.xml">again</a></body></html>"""
    assert [(found.url, found.title, found.declared) for found in discover(page, "http://h.org/")] == [
        ("http://e.org/blog/atom.xml", "All", True),
        ("http://e.org/feed/", "Feed", False),
    ]
