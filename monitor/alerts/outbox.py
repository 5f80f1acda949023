"""When a message that could not be delivered is tried again, and when it is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=7)  # older news than that is no news


def next_try(tries: int, now: datetime) -> datetime:
    """The wait doubles with every failed try, up to six hours."""
    return now + min(FIRST_WAIT * float(2 ** min(tries, 20)), LONGEST_WAIT)


def given_up(made_at: datetime, now: datetime) -> datetime | None:
    return now if now - made_at > GIVE_UP_AFTER else None
