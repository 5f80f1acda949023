"""Dates as feeds write them: RFC 822, ISO 8601 and what is common besides; unreadable is None, no error."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # no feed is older: an earlier date is a default or a slip

_RAW_LIMIT = 100
_FLAGS = re.ASCII | re.IGNORECASE
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?:(?:gmt|utc)(?=[+-]))?(?P<zone>[+-]\d\d:?\d\d|[a-z]{1,5})?(?:\s*\([^)]*\))?"
)
_DAY = r"(?:[a-z]{2,9}\.?,?\s+)?"
# The form of nine dates in ten; what differs in the least goes to the forms below.
_usual = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|Z|([+-][01]\d)([0-5]\d))",
    re.ASCII,
)
_FORMS = [
    # Fri, 26 Jun 2026 10:00:00 +0000 (RFC 822), 26-Jun-26
    re.compile(
        rf"{_DAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<month>[a-z]{{3,9}})\.?,?[\s-]+(?P<year>\d{{4}}|\d\d)"
        rf"(?:[\s,T]+(?:at\s+)?{_TIME})?",
        _FLAGS,
    ),
    # Fri Jun 26 10:00:00 UTC 2026 (asctime, date)
    re.compile(
        r"[a-z]{3},?\s+(?P<month>[a-z]{3})\s+(?P<day>\d{1,2})\s+(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)"
        r"\s+(?P<zone>[+-]\d{4}|[a-z]{1,5})?\s*(?P<year>\d{4})",
        _FLAGS,
    ),
    # June 26, 2026 10:00 AM
    re.compile(
        rf"{_DAY}(?P<month>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
        rf"(?:[\s,T]+(?:at\s+)?{_TIME})?",
        _FLAGS,
    ),
    # 2026-06-26 10:00:00 +0000, 2026/06/26, 2026-06, 2026
    re.compile(
        rf"(?P<year>\d{{4}})(?:[-/.](?P<month>\d\d?)(?:[-/.](?P<day>\d\d?)(?:[\sT]+{_TIME})?)?)?",
        _FLAGS,
    ),
]
_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_USUAL_MONTHS = {name.capitalize(): number for name, number in _MONTHS.items()}
_ZONE_HOURS = {
    "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akst": -9,
    "hst": -10, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "hkt": 8, "sgt": 8, "jst": 9,
    "kst": 9, "aest": 10,
}  # fmt: skip


def read_date(text: str) -> datetime | None:
    """The moment as aware UTC, to the second (no zone: UTC); None where unreadable or before 1990."""
    text = text.strip()
    if not 4 <= len(text) <= _RAW_LIMIT:
        return None
    try:
        moment = _rfc822(text) or _iso(text) or _number(text) or _written(text)
        if moment is None:
            return None
        if moment.tzinfo is not UTC or moment.microsecond:
            moment = moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # 30 February, 25:61, zone +9900, year 1 east of Greenwich
        return None
    return moment if moment >= EARLIEST else None


def _rfc822(text: str) -> datetime | None:
    found = _usual.fullmatch(text)
    if found is None or found[2] not in _USUAL_MONTHS or found[6] == "60":
        return None
    day, month, year, hour, minute, second, zone_hours, zone_minutes = found.groups()
    moment = datetime(int(year), _USUAL_MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    if zone_hours is None:
        return moment
    minutes = int(zone_hours) * 60 + int(zone_hours[0] + zone_minutes)
    return moment - timedelta(minutes=minutes) if minutes else moment


def _iso(text: str) -> datetime | None:
    if not (text[0] in "12" and (text[4:5] == "-" or text[8:9] == "T") and text.isascii()):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> datetime | None:
    """Seconds (10 digits) or milliseconds (13) since 1970, or 20260626 and 20260626100000."""
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if len(text) in (8, 14):
        return datetime.fromisoformat(text if len(text) == 8 else f"{text[:8]}T{text[8:]}")
    return None


def _written(text: str) -> datetime | None:
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            return _from_parts(found.groupdict())
    return None


def _from_parts(parts: dict[str, str | None]) -> datetime | None:
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 70 else 1900  # RFC 2822 4.3 reads 50-99 as 19xx; feeds began in the nineties
    month_text = (parts["month"] or "1").lower()
    month = int(month_text) if month_text.isdigit() else _MONTHS.get(month_text[:3], 0)
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    second = min(int(parts["second"] or 0), 59) if parts["second"] != "60" else 59  # a leap second
    zone = _zone((parts["zone"] or "").lower())
    return datetime(year, month, int(parts["day"] or 1), hour, int(parts["minute"] or 0), second, tzinfo=zone)


def _zone(text: str) -> timezone:
    if text[:1] in ("+", "-"):
        digits = text[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-offset if text[0] == "-" else offset)
    return timezone(timedelta(hours=_ZONE_HOURS.get(text, 0)))  # UT, GMT, Z and unknown names: UTC
