"""How likely the spread is to cross a level, and how much the hash rate will waver. Needs numpy: import it late.

Where the method does not beat a simple baseline on its own past, the baseline is given instead and named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from monitor.margin import ai
from monitor.margin.history import LEAST, History
from monitor.margin.paths import Floats, Logs, logs_of, simulate
from monitor.margin.score import (
    HORIZONS,
    SEED,
    Score,
    SpreadAt,
    crossed,
    crossing_scores,
    expected_volatility,
    volatility_score,
)
from monitor.margin.sensitivity import numbers
from monitor.margin.spread import mining_revenue
from monitor.model import Input

PATHS = 2_000


@dataclass(frozen=True, slots=True)
class Crossing:
    """The chance that the spread is on the other side of a level on at least one of the next days."""

    days: int
    level: float  # USD per grid MWh
    chance: float
    by: str  # model, or the baseline that did better: climatology, persistence
    past: Score | None  # how the method did on this history; None where it is too short to tell

    @property
    def words(self) -> str:
        """One sentence for people."""
        how = f"{self.chance:.0%} to cross {self.level:g} within {self.days} days"
        if self.past is None:
            return f"{how}; too little history to say how good such forecasts are"
        scores = (
            f"Brier {self.past.score:.3f} against {self.past.climatology:.3f} (climatology)"
            f" and {self.past.persistence:.3f} (persistence) on {self.past.n} past forecasts"
        )
        return f"{how}; {scores}" if self.by == "model" else f"{how} by {self.by}, which did better; {scores}"


@dataclass(frozen=True, slots=True)
class Volatility:
    """Expected standard deviation of the hash rate's daily log changes over the next 30 days (share a day)."""

    expected: float
    trailing: float  # of the last 30 days
    by: str
    past: Score | None

    @property
    def words(self) -> str:
        """One sentence for people."""
        how = f"hash rate: {self.expected:.1%} a day expected over 30 days, {self.trailing:.1%} in the last 30"
        if self.past is None:
            return f"{how}; too little history to say how good such forecasts are"
        scores = (
            f"mean error {self.past.score:.4f} against {self.past.climatology:.4f} (climatology)"
            f" and {self.past.persistence:.4f} (persistence) on {self.past.n} past forecasts"
        )
        return f"{how}; {scores}" if self.by == "model" else f"{how}, by {self.by}, which did better; {scores}"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the history lets one expect of one site and tier; `reason` where it says nothing."""

    at: date | None
    spread: float | None  # USD per grid MWh on that day
    crossings: tuple[Crossing, ...] = ()
    volatility: Volatility | None = None
    reason: str | None = None


def forecast(
    history: History, inputs: Mapping[str, Input], tier: str, level: float, scores: Mapping[int, Score]
) -> Forecast:
    """The chances over 7, 30 and 90 days, as of the history's last day; the same numbers for the same history.

    `scores` comes from `past_scores`; it is asked for because it takes a second and changes once a day.
    """
    logs = logs_of(history)
    if logs is None or len(logs.hashprice) <= LEAST:
        have = 0 if logs is None else len(logs.hashprice)
        reason = f"a forecast takes more than {LEAST} days of hashprice; the history has {have}"
        return Forecast(None, None, reason=reason)
    spread_at = spread_of_hashprice(inputs, tier)
    last = len(logs.hashprice) - 1
    now = float(spread_at(np.exp(logs.hashprice[-1:]))[0])
    paths = spread_at(simulate(logs, [last], HORIZONS[-1], PATHS, SEED))[0]
    crossings = tuple(_crossing(paths, h, level, now >= level, scores.get(h)) for h in HORIZONS)
    return Forecast(history.days[-1].day, now, crossings, _volatility(logs))


def past_scores(history: History, inputs: Mapping[str, Input], tier: str) -> dict[int, Score]:
    """How well such forecasts did on this history, by days ahead; empty where it is too short."""
    logs = logs_of(history)
    return {} if logs is None else crossing_scores(logs, spread_of_hashprice(inputs, tier))


def spread_of_hashprice(inputs: Mapping[str, Input], tier: str) -> SpreadAt:
    """The spread after capex as a function of hashprice alone, for whole arrays."""
    v = numbers(inputs)
    income = ai.income(tier, v)
    surplus = income.noi - v["credit_forfeited"] - income.annuity
    cost, slope = v["power_price"] + v["om_mining"], mining_revenue(v, 1.0)

    def spread(hashprice: Floats) -> Floats:
        return np.asarray(surplus - np.maximum(slope * hashprice - cost, 0.0))

    return spread


def to_json(found: Forecast) -> dict[str, object]:
    """A forecast that says something, as JSON values."""
    return {
        "at": None if found.at is None else found.at.isoformat(),
        "spread": found.spread,
        "crossings": [_with_words(crossing) for crossing in found.crossings],
        "volatility": None if found.volatility is None else _with_words(found.volatility),
    }


def _with_words(told: Crossing | Volatility) -> dict[str, object]:
    return {**asdict(told), "text": told.words}


def as_json(scores: Mapping[int, Score]) -> dict[str, dict[str, float]]:
    """`forecast` of `backtest --json`."""
    names = ("score", "climatology", "persistence", "n", "beaten")
    return {str(days): {name: getattr(score, name) for name in names} for days, score in scores.items()}


def _crossing(paths: Floats, days: int, level: float, above: bool, past: Score | None) -> Crossing:
    chance = float(crossed(paths[:, :days], level, above).mean())
    if past is None or past.beaten:
        return Crossing(days, level, chance, "model", past)
    if past.climatology <= past.persistence:
        return Crossing(days, level, past.usual, "climatology", past)
    return Crossing(days, level, 0.0, "persistence", past)


def _volatility(logs: Logs) -> Volatility | None:
    moves = np.diff(logs.hash_rate)
    if not moves.any():
        return None
    past = volatility_score(logs)
    expected = expected_volatility(moves, len(moves))
    trailing = float(np.std(moves[-30:], ddof=1))
    if past is None or past.score <= past.persistence:
        return Volatility(expected, trailing, "model", past)
    return Volatility(trailing, trailing, "persistence", past)
