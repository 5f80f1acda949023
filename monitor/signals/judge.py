"""Which readings are believed, and which one of several is used. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.clock import age, to_text
from monitor.config import SignalConfig
from monitor.model import Input, Reading, Status
from monitor.signals.evaluate import exceeds

AHEAD = timedelta(hours=1)  # clocks differ; beyond this a time is wrong
STORY = "story: "  # begins the source of a reading that a person accepted from a text
DISAGREEMENT = 0.05  # share of the used value by which two live sources may differ unsaid


@dataclass(frozen=True, slots=True)
class Kept:
    """A reading that may be used."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Suspect:
    """A reading that is stored and not used, and why."""

    reading: Reading
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """The last kept reading of one source, and how long it counts as live."""

    reading: Reading
    stale_after: timedelta


@dataclass(frozen=True, slots=True)
class Choice:
    """The reading that is used of one signal, whether it is live, and a word where the sources disagree."""

    reading: Reading
    status: Status
    note: str | None = None

    @property
    def input(self) -> Input:
        """The reading as an input of the margin."""
        r = self.reading
        return Input(r.value, r.unit, r.source, r.observed_at, self.status)


def judge(
    reading: Reading, last_kept: Reading | None, held_suspect: Reading | None, signal: SignalConfig
) -> Kept | Suspect:
    """Whether a fresh reading is believed.

    Not believed: one dated more than an hour ahead, one older than the last kept of its source, and one that
    jumps by more than `max_jump` (a share of the last good value) until a second reading says about the same.
    """
    if reading.observed_at > reading.fetched_at + AHEAD:
        return Suspect(reading, f"dated {to_text(reading.observed_at)}, which is still to come")
    if last_kept is None:
        return Kept(reading)
    if reading.observed_at < last_kept.observed_at:
        older, newer = to_text(reading.observed_at), to_text(last_kept.observed_at)
        return Suspect(reading, f"dated {older}, older than the last reading of {newer}")
    limit = signal.max_jump
    if limit is None or not _jumps(last_kept.value, reading.value, limit):
        return Kept(reading)
    if held_suspect is not None and not _jumps(held_suspect.value, reading.value, limit):
        return Kept(reading)
    return Suspect(reading, _jump_told(last_kept.value, reading.value, signal.unit))


def status(reading: Reading, stale_after: timedelta, now: datetime) -> Status:
    """Live until it is older than `stale_after`; what was accepted from a text is no measurement and never live.

    A figure from a text counts from the moment at which a person vouched for it.
    """
    if reading.source.startswith(STORY):
        return Status.STORY if now - reading.fetched_at <= stale_after else Status.STALE
    return Status.LIVE if now - reading.observed_at <= stale_after else Status.STALE


def choose(candidates: Sequence[Candidate], now: datetime) -> Choice | None:
    """The reading to use of one signal: the first live one in the order given, else the last one accepted from a
    text, else the freshest stale one.

    `candidates` are the last kept readings of the signal's sources in file order.
    """
    live = [c.reading for c in candidates if status(c.reading, c.stale_after, now) is Status.LIVE]
    if live:
        return Choice(live[0], Status.LIVE, disagreement(live))
    told = [c.reading for c in candidates if status(c.reading, c.stale_after, now) is Status.STORY]
    if told:
        return Choice(max(told, key=lambda r: r.fetched_at), Status.STORY)
    stale = max((c.reading for c in candidates), key=lambda r: r.observed_at, default=None)
    return None if stale is None else Choice(stale, Status.STALE, f"{age(stale.observed_at, now)} old")


def disagreement(live: Sequence[Reading]) -> str | None:
    """A line that names the live source furthest from the used one beyond 5 %; None if none is."""
    used, *others = live
    far = max(others, key=lambda r: _distance(used.value, r.value), default=None)
    if far is None or not exceeds(_distance(used.value, far.value), DISAGREEMENT):
        return None
    apart = _distance(used.value, far.value)
    return (
        f"sources disagree by {apart:.0%}: {used.source} {used.value:.6g}, {far.source} {far.value:.6g}"
        f" {used.unit}".rstrip()
    )


def confirmed(reading: Reading, signal: SignalConfig, fetched_at: datetime) -> Reading:
    """The last reading once its source says it still holds: one that counts from its fetch is fresh again."""
    counts_from_fetch = signal.observed_at is None or reading.warning is not None
    observed_at = fetched_at if counts_from_fetch else reading.observed_at
    return replace(reading, fetched_at=fetched_at, observed_at=observed_at)


def _distance(a: float, b: float) -> float:
    return 0.0 if a == b else math.inf if a == 0 else abs(b - a) / abs(a)


def _jumps(before: float, after: float, limit: float) -> bool:
    return exceeds(_distance(before, after), limit)


def _jump_told(before: float, after: float, unit: str) -> str:
    factor = f"x{after / before:.3g}" if before else "from 0"
    return f"jump {factor}, not confirmed: {before:.10g} to {after:.10g} {unit}".rstrip()
