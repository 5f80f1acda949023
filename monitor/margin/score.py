"""How well the forecast did on its own past, beside two simple baselines. Needs numpy.

Once a week, with what was known then: the chance that the spread is on the other side of a level on at least
one of the next days, for three levels (the 25th, 50th and 75th percentile of the last 365 days).
Score: Brier, the mean of (chance - outcome)^2; 0 is perfect. Climatology says the share of such events so far,
persistence says that nothing crosses. For the hash rate's volatility: the mean absolute error, beside the
trailing value and the median so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.margin.paths import YEAR, Floats, Logs, simulate

HORIZONS = (7, 30, 90)  # days
LEVELS = (25, 50, 75)  # percentiles
MONTH = 30
BATCH = 40  # weeks simulated at once
EVERY = 7  # days between the forecasts that are scored
UNSCORED = 3 * YEAR  # days at the start that only teach the baselines, half of a short history at most
PATHS = 300
SEED = 1


@dataclass(frozen=True, slots=True)
class Score:
    """Brier score or mean absolute error of the forecast and of two baselines, on `n` past forecasts."""

    score: float
    climatology: float
    persistence: float
    n: int
    usual: float  # what climatology would say now

    @property
    def beaten(self) -> bool:
        """Whether the forecast is better than both baselines."""
        return self.score < min(self.climatology, self.persistence)


SpreadAt = Callable[[Floats], Floats]  # hashprice → spread after capex
Row = tuple[int, float, bool]  # day, chance, outcome


def crossing_scores(logs: Logs, spread_at: SpreadAt, first: int | None = None) -> dict[int, Score]:
    """The score for each horizon that the history is long enough for; `first` is the first day scored."""
    spread = spread_at(np.exp(logs.hashprice))
    start = first_scored(len(spread)) if first is None else first
    rows: dict[int, list[Row]] = {horizon: [] for horizon in HORIZONS}
    days = range(YEAR, len(spread) - HORIZONS[0], EVERY)
    for batch in (days[n : n + BATCH] for n in range(0, len(days), BATCH)):
        asked = [day for day in batch if day >= start]
        simulated = spread_at(simulate(logs, asked, HORIZONS[-1], PATHS, SEED)) if asked else None
        for day in batch:
            paths = None if simulated is None or day < start else simulated[asked.index(day)]
            for horizon in HORIZONS:
                rows[horizon] += _outcomes(spread, day, horizon, paths)
    scored = {horizon: _brier(found, horizon, start) for horizon, found in rows.items()}
    return {horizon: score for horizon, score in scored.items() if score is not None}


def volatility_score(logs: Logs, first: int | None = None) -> Score | None:
    """Mean absolute errors (share a day) of the 30-day volatility; None for a history that is too short."""
    moves = np.diff(logs.hash_rate)
    start = first_scored(len(logs.hash_rate)) if first is None else first
    days = np.array(range(YEAR, len(logs.hash_rate) - MONTH, EVERY))
    if not (days >= start).any():
        return None
    real = np.array([_deviation(moves[d : d + MONTH]) for d in days])
    year = np.array([expected_volatility(moves, d) for d in days])
    last = np.array([_deviation(moves[d - MONTH : d]) for d in days])
    # A month's value is known only when the month is over.
    known = [real[days + MONTH <= d] for d in days]
    usual = np.array([np.median(past) if len(past) else year[n] for n, past in enumerate(known)])
    told = days >= start
    error, climatology, persistence = (float(np.abs(x - real)[told].mean()) for x in (year, usual, last))
    return Score(error, climatology, persistence, int(told.sum()), float(np.median(real)))


def expected_volatility(moves: Floats, day: int) -> float:
    """Standard deviation of daily log changes expected of the next month: that of the year before `day`.

    Most of it is block luck, which has no memory: a month's own value says less than a year's.
    """
    return _deviation(moves[max(day - YEAR, 0) : day])


def first_scored(days: int) -> int:
    """The first day whose forecast counts."""
    return min(UNSCORED, days // 2)


def crossed(path: Floats, level: float, above: bool) -> Floats:
    """Whether each path (rows) is on the other side of the level on some day."""
    return np.asarray(path.min(axis=1) < level if above else path.max(axis=1) >= level)


def _outcomes(spread: Floats, day: int, horizon: int, paths: Floats | None) -> list[Row]:
    """Chance and outcome for each level; none where the days ahead are not all known."""
    ahead = spread[None, day + 1 : day + horizon + 1]
    if ahead.shape[1] < horizon:
        return []
    rows: list[Row] = []
    for level in np.percentile(spread[day - YEAR + 1 : day + 1], LEVELS):
        above = bool(spread[day] >= level)
        chance = 0.0 if paths is None else float(crossed(paths[:, :horizon], level, above).mean())
        rows.append((day, chance, bool(crossed(ahead, level, above)[0])))
    return rows


def _brier(rows: Sequence[Row], horizon: int, start: int) -> Score | None:
    if not any(day >= start for day, _, _ in rows):
        return None
    days, chance, event = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    # An outcome is known only when its days are over.
    known = [event[days + horizon <= day] for day in days]
    usual = np.array([past.mean() if len(past) else 0.5 for past in known])
    told = days >= start
    error, climatology = (float(((x - event)[told] ** 2).mean()) for x in (chance, usual))
    return Score(error, climatology, float(event[told].mean()), int(told.sum()), float(event.mean()))


def _deviation(moves: Floats) -> float:
    return float(np.std(moves, ddof=1))
