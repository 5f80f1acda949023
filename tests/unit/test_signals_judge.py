"""Which readings are believed, and which of several is used."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import SignalConfig
from monitor.model import Reading, Status
from monitor.signals.judge import Candidate, Choice, Kept, Suspect, choose, confirmed, judge

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SIGNAL = SignalConfig(name="btc_price", source="A", url="", unit="USD", max_jump=0.5)
HOUR = timedelta(hours=1)


def reading(value: float, age: timedelta = timedelta(0), source: str = "A", **more: str) -> Reading:
    return Reading("btc_price", source, value, "USD", NOW - age, NOW, **more)


def candidate(value: float, age: timedelta, source: str) -> Candidate:
    return Candidate(reading(value, age, source), HOUR)


def test_the_first_reading_is_kept() -> None:
    assert judge(reading(60_000), None, None, SIGNAL) == Kept(reading(60_000))


def test_a_reading_from_the_future_is_suspect_beyond_an_hour() -> None:
    assert isinstance(judge(reading(1, -HOUR), None, None, SIGNAL), Kept)
    verdict = judge(reading(1, -HOUR - timedelta(seconds=1)), None, None, SIGNAL)
    assert isinstance(verdict, Suspect) and "still to come" in verdict.reason


def test_a_reading_that_goes_back_in_time_is_suspect() -> None:
    verdict = judge(reading(60_000, 2 * HOUR), reading(60_000, HOUR), None, SIGNAL)
    assert isinstance(verdict, Suspect) and "older than the last reading" in verdict.reason
    assert isinstance(judge(reading(60_000, HOUR), reading(60_000, HOUR), None, SIGNAL), Kept)


def test_a_jump_is_held_until_it_is_seen_twice() -> None:
    before = reading(60_000, HOUR)
    first = judge(reading(6_000_000), before, None, SIGNAL)
    assert isinstance(first, Suspect)
    assert first.reason == "jump x100, not confirmed: 60000 to 6000000 USD"
    assert isinstance(judge(reading(6_010_000), before, first.reading, SIGNAL), Kept)
    assert isinstance(judge(reading(60_500), before, first.reading, SIGNAL), Kept)
    assert isinstance(judge(reading(600), before, first.reading, SIGNAL), Suspect)


@pytest.mark.parametrize(("before", "after", "held"), [(0.0, 0.0, False), (0.0, 1.0, True), (-10.0, -14.0, False)])
def test_jumps_from_zero_and_below(before: float, after: float, held: bool) -> None:
    verdict = judge(reading(after), reading(before, HOUR), None, SIGNAL)
    assert isinstance(verdict, Suspect) is held


def test_a_jump_of_exactly_the_limit_passes_and_no_limit_passes_all() -> None:
    assert isinstance(judge(reading(0.1 * 1.5 + 1e-17), reading(0.1, HOUR), None, SIGNAL), Kept)
    free = SignalConfig(name="x", source="A", url="")
    assert isinstance(judge(reading(1e9), reading(1, HOUR), None, free), Kept)


def test_the_first_live_source_in_file_order_is_used() -> None:
    choice = choose([candidate(1, 2 * HOUR, "A"), candidate(100, HOUR, "B"), candidate(101, 0 * HOUR, "C")], NOW)
    assert choice == Choice(reading(100, HOUR, "B"), Status.LIVE, None)
    assert choice.input.source == "B" and choice.input.status is Status.LIVE


def test_without_a_live_source_the_freshest_stale_one_is_used_and_marked() -> None:
    choice = choose([candidate(1, 30 * HOUR, "A"), candidate(2, 3 * HOUR, "B")], NOW)
    assert choice == Choice(reading(2, 3 * HOUR, "B"), Status.STALE, "3h old")
    assert choose([], NOW) is None


def test_live_sources_that_disagree_are_told_and_stale_ones_are_not_asked() -> None:
    far = choose([candidate(60_000, HOUR, "A"), candidate(78_000, HOUR, "B")], NOW)
    assert far and far.note == "sources disagree by 30%: A 60000, B 78000 USD"
    near = choose([candidate(100, HOUR, "A"), candidate(105, HOUR, "B")], NOW)
    assert near and near.note is None
    stale = choose([candidate(60_000, HOUR, "A"), candidate(78_000, 2 * HOUR, "B")], NOW)
    assert stale and stale.note is None


def test_an_answer_that_still_holds_refreshes_only_what_counts_from_its_fetch() -> None:
    later = NOW + HOUR
    timed = SignalConfig(name="x", source="A", url="", observed_at="t")
    assert confirmed(reading(1), SIGNAL, later).observed_at == later
    assert confirmed(reading(1), timed, later).observed_at == NOW
    assert confirmed(reading(1, warning="t is null"), timed, later).observed_at == later
    assert confirmed(reading(1), timed, later).fetched_at == later
