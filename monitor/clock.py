"""Times as the program writes and reads them: aware UTC, to the second, with Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def to_text(moment: datetime) -> str:
    """`2026-06-26T10:00:00Z`; fractions of a second are dropped."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def from_text(text: str) -> datetime:
    """Read RFC 3339 text as aware UTC; ValueError where it is none or has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.astimezone(UTC)


def optional_text(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def optional_from_text(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


def duration(text: str) -> timedelta:
    """Read `15m`: an integer and s, m, h or d; ValueError otherwise."""
    found = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if not found:
        raise ValueError(f"{text!r} is no duration: write an integer and s, m, h or d, such as 15m")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def age(since: datetime, now: datetime) -> str:
    """The age of a number in one short word: `4m`, `3h`, `12d`; `0s` where it lies ahead."""
    seconds = max(int((now - since).total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
