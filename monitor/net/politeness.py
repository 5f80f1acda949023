"""When a source may be asked again (pure: state and a moment in, state out).

    answer ──after_answer──→ wait "interval" or "cache_control"
    failure ─after_failure─→ wait "back_off" or "retry_after", or gone (410)

A forced poll overrides every wait but Retry-After and 410. Waits are wall-clock times because they outlive
the process; a clock that stepped back is noticed by `last_attempt_at` lying ahead of now.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.errors import FetchError, SourceError
from monitor.model import FetchState
from monitor.net.answer import Answer

FLOOR = timedelta(seconds=60)  # no interval is shorter
CAP = timedelta(hours=24)  # no server and no run of failures keeps a source waiting longer
CLOCK_SLACK = timedelta(seconds=60)  # smaller steps back of the clock are left to sort themselves out
EARLY = (0.01, 0.02)  # an interval ends 1-3 % early, so that a cron job of the same interval finds it due
LATE = 0.1  # a back-off is up to 10 % longer, so that sources that failed together do not return together

Due = Literal["due", "not_due", "gone"]


def fingerprint(address: str) -> str:
    """A short stand-in for the address, which may hold a secret: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def for_address(state: FetchState | None, key: str, address: str) -> FetchState:
    """The state to ask `address` with: kept for the same address, else without validators, waits and 410."""
    known = fingerprint(address)
    if state is None:
        return FetchState(key=key, address=known)
    if state.address == known:
        return state
    return replace(
        state,
        address=known,
        etag=None,
        last_modified=None,
        wire_hash=None,
        failures=0,
        next_try=None,
        wait=None,
        gone=False,
        last_error=None,
        moved_to=None,
        http_status=None,
    )


def retried(state: FetchState) -> FetchState:
    """The state after a person asked for another try: neither gone nor waiting."""
    return replace(state, gone=False, next_try=None, wait=None)


def due(state: FetchState, now: datetime, *, force: bool) -> Due:
    """Whether to ask now."""
    if state.gone:
        return "gone"
    if state.next_try is None or now >= state.next_try:
        return "due"
    if state.wait == "retry_after":
        return "due" if state.next_try - now > CAP else "not_due"
    return "due" if force or _clock_stepped_back(state, now) else "not_due"


def _clock_stepped_back(state: FetchState, now: datetime) -> bool:
    return state.last_attempt_at is not None and state.last_attempt_at - now > CLOCK_SLACK


def after_answer(state: FetchState, answer: Answer, every: timedelta, now: datetime, jitter: float) -> FetchState:
    """The state after a usable answer. `jitter` is a random number in [0, 1)."""
    start, width = EARLY
    interval = max(every * (1 - start - width * jitter), FLOOR)
    fresh = min(answer.fresh_for or timedelta(0), CAP)
    wait, next_try = max(
        (interval, "interval", now + interval), (fresh, "cache_control", now + fresh), key=lambda one: one[0]
    )[1:]
    if answer.retry_after is not None:
        wait, next_try = "retry_after", _capped(answer.retry_after, now)
    return replace(
        state,
        etag=answer.etag or (state.etag if answer.unchanged else None),
        last_modified=answer.last_modified or (state.last_modified if answer.unchanged else None),
        wire_hash=answer.wire_hash or (state.wire_hash if answer.unchanged else None),
        failures=0,
        next_try=next_try,
        wait=wait,
        gone=False,
        first_ok_at=state.first_ok_at or now,
        last_attempt_at=now,
        last_ok_at=now,
        last_error=None,
        moved_to=answer.moved_to,
        http_status=answer.status,
    )


def after_failure(state: FetchState, error: SourceError, every: timedelta, now: datetime, jitter: float) -> FetchState:
    """The state after no usable answer, or after one that could not be read. Validators are kept."""
    failures = state.failures + 1
    fetch = error if isinstance(error, FetchError) else FetchError(str(error))
    failed = replace(
        state,
        failures=failures,
        last_attempt_at=now,
        last_error=str(error),
        http_status=fetch.status,
        gone=fetch.gone,
    )
    if fetch.gone:
        return replace(failed, next_try=None, wait=None)
    if fetch.retry_after is not None:
        return replace(failed, next_try=_capped(fetch.retry_after, now), wait="retry_after")
    return replace(failed, next_try=now + back_off(failures, every, jitter), wait="back_off")


def back_off(failures: int, every: timedelta, jitter: float) -> timedelta:
    """How long to wait after so many failures in a row: the interval, doubled each time, at most a day."""
    limit = max(CAP, every)
    doubled = min(max(every, FLOOR) * float(2 ** min(failures - 1, 20)), limit / (1 + LATE))
    return doubled * (1 + LATE * jitter)


def _capped(moment: datetime, now: datetime) -> datetime:
    return min(moment, now + CAP)
