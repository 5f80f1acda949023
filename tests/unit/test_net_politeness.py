"""When a source is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import FetchError, ParseError
from monitor.model import FetchState
from monitor.net import Answer, politeness

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=15)
DAY = timedelta(hours=24)
OK = Answer(status=200, url="http://x/", body=b"<rss/>", etag='"a"', last_modified="then", wire_hash="h")
FRESH = politeness.for_address(None, "feed:x", "http://x/")


def failed(times: int, error: FetchError | None = None, every: timedelta = EVERY) -> FetchState:
    state = FRESH
    for _ in range(times):
        state = politeness.after_failure(state, error or FetchError("no", status=500), every, NOW, 0.5)
    return state


def wait(state: FetchState) -> timedelta:
    assert state.next_try is not None
    return state.next_try - NOW


def test_new_source_is_due() -> None:
    assert politeness.due(FRESH, NOW, force=False) == "due"
    assert FRESH.key == "feed:x"
    assert "http" not in FRESH.address


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_interval_ends_a_little_early(jitter: float) -> None:
    state = politeness.after_answer(FRESH, OK, EVERY, NOW, jitter)
    assert EVERY * 0.969 < wait(state) < EVERY
    assert state.wait == "interval"
    assert politeness.due(state, NOW + EVERY * 0.96, force=False) == "not_due"
    assert politeness.due(state, NOW + EVERY * 0.96, force=True) == "due"
    assert politeness.due(state, NOW + EVERY, force=False) == "due"


def test_jitter_spreads() -> None:
    waits = {wait(politeness.after_answer(FRESH, OK, EVERY, NOW, n / 10)) for n in range(10)}
    assert len(waits) == 10


def test_floor_of_a_minute() -> None:
    for every in (timedelta(0), timedelta(seconds=5), timedelta(seconds=60)):
        assert wait(politeness.after_answer(FRESH, OK, every, NOW, 0.9)) == timedelta(seconds=60)
        assert wait(politeness.after_failure(FRESH, FetchError("no"), every, NOW, 0)) >= timedelta(seconds=60)


@pytest.mark.parametrize(("fresh", "kind", "longest"), [
    (None, "interval", EVERY), (timedelta(minutes=5), "interval", EVERY),
    (timedelta(hours=2), "cache_control", timedelta(hours=2)), (timedelta(days=99), "cache_control", DAY),
])  # fmt: skip
def test_cache_control_only_lengthens(fresh: timedelta | None, kind: str, longest: timedelta) -> None:
    answer = Answer(status=200, url="http://x/", body=b"x", fresh_for=fresh)
    state = politeness.after_answer(FRESH, answer, EVERY, NOW, 0.5)
    assert state.wait == kind
    assert longest * 0.97 <= wait(state) <= longest
    assert politeness.due(state, NOW, force=True) == "due"


def test_back_off_doubles_up_to_a_day() -> None:
    waits = [wait(failed(times)) for times in range(1, 12)]
    for before, after in zip(waits[:6], waits[1:7], strict=True):
        assert after == 2 * before
    assert waits[0] >= EVERY
    assert waits[-1] == waits[-2] <= DAY
    assert max(wait(failed(times)) for times in (40, 200)) <= DAY
    assert failed(3).failures == 3
    assert failed(3).wait == "back_off"
    assert politeness.due(failed(3), NOW, force=False) == "not_due"
    assert politeness.due(failed(3), NOW, force=True) == "due"


def test_back_off_never_undercuts_a_long_interval() -> None:
    assert wait(failed(5, every=timedelta(days=7))) >= timedelta(days=6)


def test_retry_after_holds_against_force() -> None:
    later = NOW + timedelta(minutes=2)
    state = failed(3, FetchError("slow down", status=429, retry_after=later))
    assert (state.wait, state.next_try, state.http_status) == ("retry_after", later, 429)
    assert politeness.due(state, later - timedelta(seconds=1), force=True) == "not_due"
    assert politeness.due(state, later, force=False) == "due"
    answered = Answer(status=200, url="http://x/", body=b"x", retry_after=later)
    state = politeness.after_answer(FRESH, answered, EVERY, NOW, 0.5)
    assert (state.wait, state.next_try) == ("retry_after", later)
    state = failed(1, FetchError("no", retry_after=NOW + timedelta(days=9_000)))
    assert wait(state) == DAY


def test_gone_sticks_until_the_address_changes_or_a_retry() -> None:
    state = failed(1, FetchError("gone", status=410, gone=True))
    assert politeness.due(state, NOW + 99 * DAY, force=True) == "gone"
    assert politeness.due(politeness.for_address(state, "feed:x", "http://x/"), NOW, force=True) == "gone"
    assert politeness.due(politeness.for_address(state, "feed:x", "http://y/"), NOW, force=False) == "due"
    assert politeness.due(politeness.retried(state), NOW, force=False) == "due"


def test_success_resets_failures() -> None:
    state = politeness.after_answer(failed(4), OK, EVERY, NOW, 0.5)
    assert (state.failures, state.last_error, state.http_status) == (0, None, 200)
    assert state.first_ok_at == state.last_ok_at == state.last_attempt_at == NOW
    later = politeness.after_answer(state, OK, EVERY, NOW + DAY, 0.5)
    assert (later.first_ok_at, later.last_ok_at) == (NOW, NOW + DAY)


def test_validators_last_through_304_and_failures() -> None:
    state = politeness.after_answer(FRESH, OK, EVERY, NOW, 0.5)
    unchanged = Answer(status=304, url="http://x/", body=b"", unchanged=True)
    for after in (
        politeness.after_answer(state, unchanged, EVERY, NOW, 0.5),
        politeness.after_failure(state, ParseError("no feed"), EVERY, NOW, 0.5),
    ):
        assert (after.etag, after.last_modified, after.wire_hash) == ('"a"', "then", "h")
    bare = Answer(status=200, url="http://x/", body=b"new", wire_hash="i")
    after = politeness.after_answer(state, bare, EVERY, NOW, 0.5)
    assert (after.etag, after.last_modified, after.wire_hash) == (None, None, "i")


def test_another_address_forgets_validators_and_waits() -> None:
    state = politeness.after_failure(
        politeness.after_answer(FRESH, OK, EVERY, NOW, 0.5), FetchError("no"), EVERY, NOW, 0.5
    )
    other = politeness.for_address(state, "feed:x", "http://y/")
    assert politeness.due(other, NOW, force=False) == "due"
    assert (other.etag, other.last_modified, other.wire_hash, other.failures) == (None, None, None, 0)
    assert other.first_ok_at == NOW
    assert politeness.for_address(state, "feed:x", "http://x/") is state


def test_clock_that_stepped_back_blocks_nobody_for_long() -> None:
    state = politeness.after_answer(FRESH, OK, EVERY, NOW, 0.5)
    assert politeness.due(state, NOW - timedelta(hours=2), force=False) == "due"
    assert politeness.due(state, NOW - timedelta(seconds=2), force=False) == "not_due"
    waiting = failed(1, FetchError("no", retry_after=NOW + timedelta(hours=1)))
    assert politeness.due(waiting, NOW - timedelta(hours=2), force=True) == "not_due"
    assert politeness.due(waiting, NOW - timedelta(days=365), force=False) == "due"
