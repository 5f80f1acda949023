"""Which entries are new, edited or repeats."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.intake import decide, identify
from monitor.model import Decision, Known, ParsedEntry

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def item(
    guid: str = "", url: str | None = None, title: str = "A title", summary: str = "Text.", **more: object
) -> ParsedEntry:
    values = {"author": "", "published_at": NOW - timedelta(hours=3), "published_raw": "raw"} | more
    return ParsedEntry(guid, url, title, summary, **values)  # type: ignore[arg-type]


def stored(*items: ParsedEntry) -> list[Known]:
    return [Known(n, identify(i), i.title, i.summary) for n, i in enumerate(items, start=1)]


def after(known: list[ParsedEntry], incoming: list[ParsedEntry]) -> Decision:
    return decide("Feed", incoming, stored(*known), NOW)


def counts(decision: Decision) -> tuple[int, int, int]:
    return len(decision.new), len(decision.changed), decision.repeats


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (item("1", "https://a/1"), item("1", "https://a/1"), (0, 0, 1)),
        (item("1", "https://a/1", "Old head"), item("1", "https://a/1", "New words entirely"), (0, 1, 0)),
        (item("1", None, "Same"), item("1", "https://a/9", "Same", "Other"), (0, 1, 0)),
        (item("1", "https://a/1", "One"), item("1", "https://a/2", "Two"), (1, 0, 0)),
        (item("1", "https://a/1?utm_source=x"), item("2", "https://a/1?utm_source=y"), (0, 0, 1)),
        (item("1", "https://a/1"), item("2", "https://a/2"), (1, 0, 0)),
        (item("", None, "T", "S"), item("", None, "T", "S"), (0, 0, 1)),
        (item("", None, "T", "S"), item("", None, "T", "Other"), (1, 0, 0)),
        (item("1", None, "Miner signs large lease"), item("1", None, "Miner signs a large lease"), (0, 1, 0)),
        (item("1", None, "Miner signs lease"), item("1", None, "Ether falls on hack"), (1, 0, 0)),
    ],
)
def test_identity_needs_more_than_one_key(
    before: ParsedEntry, now: ParsedEntry, expected: tuple[int, int, int]
) -> None:
    assert counts(after([before], [now])) == expected


def test_entries_told_twice_in_one_answer_are_one() -> None:
    twice = [item(str(n), f"https://a/{n}", f"Title {n}") for n in (1, 2)] * 2
    assert counts(after([], twice)) == (2, 0, 2)


def test_ten_items_with_one_guid_stay_ten_and_are_told() -> None:
    decision = after([], [item("same", f"https://a/{n}", f"Title {n}") for n in range(10)])
    assert counts(decision) == (10, 0, 0)
    assert decision.reuses_ids
    assert len({new.entry.entry_id for new in decision.new}) == 10


@pytest.mark.parametrize("published", [None, NOW + timedelta(hours=2)])
def test_a_missing_or_future_date_becomes_the_time_first_seen(published: datetime | None) -> None:
    (new,) = after([], [item("1", published_at=published, published_raw="Feb 30")]).new
    assert (new.entry.published_at, new.entry.published_estimated, new.entry.published_raw) == (
        NOW,
        True,
        "Feb 30",
    )


def test_a_sound_date_is_kept_without_its_raw_text() -> None:
    (new,) = after([], [item("1")]).new
    assert not new.entry.published_estimated
    assert new.entry.published_raw is None


def test_the_same_item_of_two_feeds_has_two_ids() -> None:
    ids = {decide(feed, [item("1", "https://a/1")], [], NOW).new[0].entry.entry_id for feed in ("A", "B")}
    assert len(ids) == 2


def test_a_feed_that_contradicts_itself_is_not_edited_at_every_poll() -> None:
    twice = [item("1", "https://a/1", summary="One"), item("1", "https://a/1", summary="Two")]
    assert counts(after([], twice)) == (1, 0, 1)
    assert counts(after([twice[0]], twice)) == (0, 0, 2)


def test_without_links_the_text_tells_items_of_one_title_apart() -> None:
    items = [item(f"{n}", None, title, f"Text {n}") for n in range(3) for title in ("", "Update")]
    assert counts(after([], items)) == (6, 0, 0)
    assert counts(after(items, [item("new", None, "Update", "Text 2")])) == (0, 0, 1)


def test_an_expired_item_is_no_edited_one() -> None:
    old = item("1", "https://a/1")
    expired = [Known(0, identify(old), "", "")]
    assert counts(decide("Feed", [old], expired, NOW)) == (0, 0, 1)
