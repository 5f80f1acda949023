"""What is asked and what comes back, and the header fields that steer the next request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
RETRY_CAP = timedelta(hours=24)
VALIDATOR_LIMIT = 4_096  # characters; a longer ETag or date is not worth keeping


@dataclass(frozen=True, slots=True)
class Request:
    """One source to ask. `url` and `headers` are what the config says after its variables are filled in."""

    name: str  # of the feed or signal, for the log
    url: str  # may hold user:password@, which is sent as Authorization
    headers: Mapping[str, str] = field(default_factory=dict)  # sent to the origin of `url` only
    etag: str | None = None
    last_modified: str | None = None
    known_wire_hash: str | None = None
    max_bytes: int | None = None  # after inflating; None: the network's limit
    accept: str = FEED_TYPES
    secrets: tuple[str, ...] = ()  # values to show as *** beside the header values and the password


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer. `body` is inflated, and empty where `unchanged`."""

    status: int  # 200, 203 or 304
    url: str  # that answered, without user information
    body: bytes
    unchanged: bool = False  # 304, or the same bytes on the wire as `known_wire_hash`
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    wire_bytes: int = 0  # of the body as it came
    wire_hash: str | None = None  # None for 304
    moved_to: str | None = None  # where permanent redirects lead; for the owner to write into the config
    fresh_for: timedelta | None = None  # Cache-Control max-age or Expires
    retry_after: datetime | None = None  # aware UTC; asked for by a redirect or a 304
    warning: str | None = None  # damage that was survived, in one clean line
    seconds: float = 0.0  # from the start of the look-up, without the wait for a free place


class Head:
    """Status and fields of one answer; names in lower case, values as text of their bytes."""

    def __init__(self, status: int, reason: bytes, fields: list[tuple[bytes, bytes]]) -> None:
        self.status = status
        self.reason = reason.decode("latin-1")
        self._fields = fields

    def all(self, name: bytes) -> list[str]:
        return [value.decode("latin-1") for key, value in self._fields if key == name]

    def one(self, name: bytes) -> str:
        """The first value, or empty."""
        return next((value.decode("latin-1") for key, value in self._fields if key == name), "")

    def validator(self, name: bytes) -> str | None:
        """ETag or Last-Modified byte for byte."""
        value = self.one(name)
        return value if 0 < len(value) <= VALIDATOR_LIMIT else None


def retry_after(head: Head, now: datetime) -> datetime | None:
    """The moment Retry-After names (RFC 9110, 10.2.3), at most 24 h ahead; None where it makes no sense."""
    text = head.one(b"retry-after").strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        wait = timedelta(seconds=min(int(text), RETRY_CAP.total_seconds()))
        return now + wait if wait else None
    moment = _http_date(text)
    return min(moment, now + RETRY_CAP) if moment is not None and moment > now else None


def fresh_for(head: Head, now: datetime) -> timedelta | None:
    """How long the answer stays fresh (RFC 9111, 4.2.1): max-age less Age, else Expires less Date."""
    control = ",".join(head.all(b"cache-control")).lower()
    if re.search(r"\bno-(?:cache|store)\b", control):
        return None
    if found := re.search(r'\bmax-age="?([0-9]{1,12})', control):
        age = head.one(b"age").strip()
        seconds = int(found[1]) - (int(age) if re.fullmatch("[0-9]{1,12}", age) else 0)
        return timedelta(seconds=min(max(seconds, 0), RETRY_CAP.total_seconds()))
    expires = _http_date(head.one(b"expires"))
    if expires is None:
        return None
    return max(expires - (_http_date(head.one(b"date")) or now), timedelta(0))


def _http_date(text: str) -> datetime | None:
    """An HTTP date as aware UTC; None where the text is none."""
    if not any(letter.isdigit() for letter in text) or len(text) > 64:
        return None
    from email.utils import parsedate_to_datetime  # costs 10 ms, and few answers need it

    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
