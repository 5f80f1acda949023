"""Claims about the market that a text makes and a live signal of the same time can contradict.

A claim is a signal's name near a value: "hashprice fell below $30". It is contradicted where no reading of
the week before the text came within the tolerance of it, and unknown where there was no reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.clock import age
from monitor.model import Entry, Reading
from monitor.stories.sentences import split
from monitor.stories.words import READ_LIMIT

SPAN = timedelta(days=7)  # a text may speak of "this week"
# Share by which every reading must miss the claim: quotes differ by index, fee window and hour.
TOLERANCE = {"hashprice": 0.05, "btc_price": 0.05, "difficulty": 0.05, "gpu_hour": 0.25}
LIMITS = {
    "hashprice": (5, 1_000),
    "btc_price": (1_000, 10_000_000),
    "difficulty": (1e13, 1e16),
    "gpu_hour": (0.1, 30),
}
_BELOW = r"below|under|beneath|less than|lower than"
_ABOVE = r"above|over|past|beyond|more than|higher than|tops|topped"
_AT = r"at|to|is|was|near|around|about|stands at|stood at"
_VALUE = re.compile(
    rf"(?P<side>{_BELOW}|{_ABOVE}|{_AT}) \$?(?P<value>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<scale>k|T| trillion)?(?![\d%]|,\d| ?(?:%|per ?cent|million|billion|MW|EH|BTC))",
    re.IGNORECASE,
)
# What a price does between its name and its value; without this, "bitcoin miner raises over $120,000" is a claim.
_MOVES = (
    r"is|was|are|were|at|back|now|stays?|stayed|stands?|stood|holds?|held|trades?"
    r"|traded|trading|changed hands|hovers?|drifts?"
    r"|drifted|falls?|fell|fallen|drops?|dropped|dips?|dipped|slips?|slipped|slid"
    r"|slides?|sinks?|sank|sunk|crash\w*|plung\w*"
    r"|tumbl\w*|collaps\w*|rises?|rose|climb\w*|jump\w*|soar\w*|surg\w*|hits?|reach\w*"
    r"|tops?|topped|passes|passed|breaks?|broke"
)
SUBJECTS = {
    name: re.compile(
        rf"\b(?:{subject})(?: (?:has |have |just )?(?:{_MOVES})\b[^.;,]{{0,20}}?)? {_VALUE.pattern}",
        re.IGNORECASE,
    )
    for name, subject in {
        "hashprice": r"hash ?price",
        "btc_price": r"bitcoin(?:'s price| price)?|btc",
        "difficulty": r"(?:mining |network )?difficulty",
        "gpu_hour": r"H100s?(?: rents?| prices?| hours?)?",
    }.items()
}
_HEDGED = re.compile(
    (
        r"\b(?:if|could|would|may|might|should|target|forecast|predict\w*|expect\w*"
        r"|sees?|eye[sd]?|eyeing|analysts?|calls? for|had|last year|in 20\d\d)\b"
    ),
    re.I,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim and the reading that contradicts it."""

    signal: str
    sentence: str
    why: str  # says hashprice fell below $30; it was $41.2 then, source, 4m old


def contradicted(entry: Entry, readings: Mapping[str, Sequence[Reading]]) -> Iterator[Claim]:
    """The claims of `entry` that no reading of the week before it bears out."""
    for sentence in (entry.title, *split(entry.summary[:READ_LIMIT])):
        if _HEDGED.search(sentence):
            continue
        for signal, subject in SUBJECTS.items():
            found = subject.search(sentence)
            against = found and _against(signal, found, entry, readings.get(signal, ()))
            if found and against:
                yield Claim(signal, sentence, _why(signal, found, against, entry))


def _against(signal: str, found: re.Match[str], entry: Entry, readings: Sequence[Reading]) -> Reading | None:
    """The nearest reading in time where all of the week miss the claim, else None."""
    claimed = _value(found)
    low, high = LIMITS[signal]
    at = min(entry.published_at, entry.first_seen_at)
    week = [r for r in readings if at - SPAN <= r.observed_at <= at + timedelta(hours=1)]
    if not week or not low <= claimed <= high:
        return None
    side, slack = found["side"].lower(), TOLERANCE[signal]
    if re.fullmatch(_BELOW, side):
        bears_out = any(r.value <= claimed * (1 + slack) for r in week)
    elif re.fullmatch(_ABOVE, side):
        bears_out = any(r.value >= claimed * (1 - slack) for r in week)
    else:
        bears_out = any(abs(r.value - claimed) <= claimed * slack for r in week)
    return None if bears_out else min(week, key=lambda r: abs(r.observed_at - at))


def _value(found: re.Match[str]) -> float:
    value = float(found["value"].replace(",", ""))
    scale = (found["scale"] or "").strip().lower()
    return value * {"k": 1e3, "t": 1e12, "trillion": 1e12}.get(scale, 1.0)


def _why(signal: str, found: re.Match[str], against: Reading, entry: Entry) -> str:
    money = "" if signal == "difficulty" else "$"
    shown = f"{against.value / 1e12:.4g}T" if signal == "difficulty" else f"{against.value:,.4g}"
    shown = f"{against.value:,.0f}" if signal == "btc_price" else shown
    then = min(entry.published_at, entry.first_seen_at)
    return f"says “{found[0]}”; it was {money}{shown} then ({against.source}, {age(against.observed_at, then)} old)"
