"""The query language: what it finds in entries and stories, and at which column it cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest

from monitor.errors import UsageError
from monitor.query import matches, parse, problem, seen_since

NOW = datetime(2026, 6, 26, 12, tzinfo=UTC)

ENTRY: dict[str, Any] = {
    "entry_id": "e1",
    "story_id": "s1",
    "feed": "Data Center Dynamics",
    "role": "news",
    "tags": ["press", "Power"],
    "title": "Core Scientific signs AI lease, google backstop doubted",
    "summary": "A 12-year deal worth $3.5bn for 100 MW; S21+ rigs go. Co-location pays.",
    "first_seen_at": datetime(2026, 6, 25, 12, tzinfo=UTC),
    "published_at": "2026-06-24T08:00:00Z",
    "relevance": 2,
    "stance": "critic",
    "unsure": False,
    "labelled": {"stance": "user", "relevance": "model"},
    "noise": 41.5,
    "firms": ["CORZ", "CRWV"],
}
OTHER = ENTRY | {
    "entry_id": "e2",
    "feed": "r/BitcoinMining",
    "role": "social",
    "title": "why tho",
    "summary": "",
    "stance": "neutral",
    "unsure": True,
    "labelled": {},
    "relevance": 0,
    "noise": 90.0,
    "firms": [],
    "first_seen_at": "2026-06-20T00:00:00Z",
}
STORY: dict[str, Any] = {
    "story_id": "s1",
    "title": ENTRY["title"],
    "stance": "mixed",
    "noise": 20.0,
    "firms": ["CORZ"],
    "first_seen_at": "2026-06-20T00:00:00Z",
    "entries": [ENTRY, OTHER],
}


def found(query: str, record: dict[str, Any] = ENTRY) -> bool:
    return matches(parse(query), record, NOW)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "  ",
        "lease",
        "LEASE ai",
        "leas*",
        '"google backstop"',
        '"google  BACKSTOP" lease',
        "nothing OR lease",
        "nothing OR other OR lease",
        "(nothing OR lease) ai",
        "lease AND ai",
        "-nothing",
        "-(nothing OR other)",
        "--lease",
        "-nothing lease",
        "S21+",
        "$3.5bn",
        "co-location",
        "12-year",
        "lеase",  # the second letter is Cyrillic
        "/sign(s|ed)/",
        "/GOOGLE.*doubt/",
        r"/\b100 MW/",
        "title:lease",
        "title:/^core/",
        'summary:"100 mw"',
        "stance:critic",
        "STANCE:Critic",
        "relevance:2",
        "relevance:>1",
        "relevance:>=2",
        "noise:<42",
        "noise:<=41.5",
        "noise:>41",
        "noise:41.5",
        "firm:corz",
        "firm:CRWV firm:CORZ",
        'feed:"data center dynamics"',
        "role:news",
        "tag:power",
        "unsure:false",
        "unsure:no",
        "label:any",
        "label:stance",
        "label:critic",
        "story:s1",
        "id:e1",
        "id:s1",
        "since:1d",
        "since:24h",
        "since:2026-06-25",
        "since:2026-06-25T12:00:00Z",
        "since:2026",
        "before:2026-06-26",
        "before:1h",
        "published:2026-06-24",
        "published:2026-06",
        "published:2026",
        "published:>2026-06-23",
        "published:<=2026-06-24",
        "published:>=2026-06-24",
        "published:>3d",
        "published:<1d",
        "published:2026-06-24T08:00:00z",
        'stance:critic noise:<42 firm:CORZ since:7d "google backstop"',
    ],
)
def test_what_an_entry_is(query: str) -> None:
    assert found(query)
    if query.strip():
        assert not found(f"-({query})")


@pytest.mark.parametrize(
    "query",
    [
        "leas",  # whole words only: AI is not in said
        "ease",
        "nothing*",
        '"backstop google"',
        '"doubted a"',  # title and summary are two texts
        "lease nothing",
        "lease (nothing OR other)",
        "-lease",
        "summary:google",
        "title:rigs",
        "/nothing/",
        "/doubted.a/",
        "stance:neutral",
        "stance:unsure",
        "relevance:<2",
        "noise:>41.5",
        "noise:<41.5",
        "firm:COR",
        'feed:"data center"',
        "role:social",
        "tag:pow",
        "unsure:true",
        "label:none",
        "label:relevance",
        "label:noise",
        "label:defender",
        "story:s",
        "id:e",
        "since:23h",
        "since:2026-06-26",
        "before:2026-06-25",
        "before:1d",
        "published:2026-06-23",
        "published:>2026-06-24",
        "published:<2026-06-24",
        "published:2025",
        "published:>1d",
    ],
)
def test_what_an_entry_is_not(query: str) -> None:
    assert not found(query)


@pytest.mark.parametrize("query", ["relevance:>=0", "noise:<100", "stance:critic", "since:7d", "firm:x", "word"])
def test_what_is_not_known_is_not_found(query: str) -> None:
    assert not found(query, {"relevance": None, "noise": None, "stance": None, "firms": None, "title": None})


@pytest.mark.parametrize(
    "query",
    [
        "stance:mixed",
        "noise:<=20",
        "relevance:0 relevance:2",
        "role:social role:news",
        "unsure:true unsure:false stance:unsure",
        "label:none label:any",
        "why lease",  # each in another entry
        "firm:CRWV",
        "since:2d",
        "before:3d",
        "id:e2 id:s1 story:s1",
    ],
)
def test_a_story_is_what_any_of_its_entries_is_but_stance_and_noise_are_its_own(query: str) -> None:
    assert found(query, STORY)


@pytest.mark.parametrize("query", ["stance:critic", "noise:>50", "-role:social", "-why", "since:1h", "id:e3"])
def test_a_story_is_not_what_none_of_its_entries_is(query: str) -> None:
    assert not found(query, STORY)


def test_scripts_without_spaces_are_searched_within() -> None:
    assert found("矿工", {"title": "比特币矿工转向人工智能", "summary": ""})


@pytest.mark.parametrize(
    ("query", "column", "told"),
    [
        ("foo:bar", 1, "unknown field foo; there are stance"),
        ("lease stanc:critic", 7, "unknown field stanc; did you mean stance?"),
        ("http://e.example/", 1, "text goes in quotes"),
        ("stance:bad", 8, "stance is one of critic, defender, neutral, mixed, unsure"),
        ("stance:>critic", 9, "stance is compared as a whole"),
        ("role:press", 6, "role is one of primary"),
        ("unsure:maybe", 8, "unsure is one of true"),
        ("label:x", 7, "label is one of any"),
        ("relevance:high", 11, "relevance is compared with a number"),
        ("noise:<1e9", 8, "noise is compared with a number"),
        ("noise:٣", 7, "noise is compared with a number"),
        ('noise:"4"', 7, "noise is compared with a number"),
        ("firm:/x/", 6, "firm is compared as a whole"),
        ('firm:" "', 6, "an empty text would match everything"),
        ("title:>x", 8, "title is a text and has no >"),
        ("title:", 7, "a value is missing here"),
        ("title: x", 7, "a value is missing here"),
        ('a title:""', 9, "an empty text would match everything"),
        ('""', 1, "an empty text would match everything"),
        ("*", 1, "an empty text would match everything"),
        ("//", 1, "an empty pattern would match everything"),
        ('a "b', 3, 'this " is not closed'),
        ('ab"', 3, 'this " is not closed'),
        ("/ab", 1, "this / is not closed"),
        ("(a", 1, "this ( is not closed"),
        ("a (b (c)", 3, "this ( is not closed"),
        ("a)", 2, "this ) closes nothing"),
        ("()", 2, "something is missing here"),
        ("a OR", 5, "something is missing here"),
        ("OR a", 1, "something is missing here"),
        ("a OR OR b", 6, "something is missing here"),
        ("a AND", 6, "something is missing here"),
        ("a - b", 4, "- stands right before what must not be there"),
        ("a -", 4, "- stands right before"),
        ("since:>7d", 8, "write a date or an age here"),
        ("since:soon", 7, "soon is no date or age; write 7d, 2026-06-01"),
        ("since:7", 7, "7 is no date or age"),
        ("since:2026-02-30", 7, "is no date or age"),
        ("since:2026-13", 7, "is no date or age"),
        ("since:9999-12-31T23:59:59Z", 7, "is no date or age"),
        ("since:2026-06-01T00:00:00", 7, "is no date or age"),
        ("published:7d", 11, "an age is no date; write published:>7d"),
        ("a /b(c/", 5, "regular expression: missing ): b(c"),
        ("/a(?=b)/", 1, "regular expression: invalid perl operator: (?="),
        ("/(a)\\1/", 1, "regular expression: invalid escape sequence"),
        ("/[a-z]{1000}/", 1, "regular expression: too large"),
        ("(" * 60, 41, "more than 40 brackets"),
        ("x" * 1_001, 1_000, "a query has at most 1,000 characters"),
        ("ab\udcff", 3, "this is no valid character"),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_read_points_at_its_column(query: str, column: int, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(query)
    assert str(caught.value).startswith(f"query column {column}: ")
    assert told in str(caught.value)
    assert problem(query) == str(caught.value)
    assert "\n" not in str(caught.value)


def test_errors_show_no_control_characters() -> None:
    assert problem("since:\x9b31m") == (
        "query column 7: \\x9b31m is no date or age; write 7d, 2026-06-01 or 2026-06-01T12:00:00Z"
    )


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*a){12}", "a.*a.*a.*b", "(a|aa)+c"])
def test_no_pattern_takes_longer_than_a_tenth_of_a_second_on_the_longest_text(pattern: str) -> None:
    tree = parse(f"/{pattern}/")
    record = {"title": "a" * 1_000, "summary": "a" * 19_999 + "!"}
    start = process_time()
    matches(tree, record, NOW)
    assert process_time() - start < 0.1


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        ("since:7d lease", NOW - timedelta(days=7)),
        ("since:7d since:1d", NOW - timedelta(days=1)),
        ("since:2026-06-01", datetime(2026, 6, 1, tzinfo=UTC)),
        ("since:7d OR lease", None),
        ("-since:7d", None),
        ("before:7d", None),
        ("", None),
    ],
)
def test_how_far_back_a_match_can_lie(query: str, bound: datetime | None) -> None:
    assert seen_since(parse(query), NOW) == bound


@pytest.mark.parametrize(
    ("date", "end"),
    [
        ("2026-02-28", (2026, 3, 1)),
        ("2026-06", (2026, 7, 1)),
        ("2026-12", (2027, 1, 1)),
        ("2026", (2027, 1, 1)),
    ],
)
def test_a_date_is_the_whole_day_month_or_year(date: str, end: tuple[int, int, int]) -> None:
    after = datetime(*end, tzinfo=UTC)
    assert found(f"published:{date}", {"published_at": after - timedelta(seconds=1)})
    assert not found(f"published:{date}", {"published_at": after})


def test_only_depth_is_limited_not_length() -> None:
    assert found(" ".join(["(lease)"] * 100))
