"""Scores of the forecast and times of the calculator: `python -m bench.forecast HISTORY.csv`."""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from pathlib import Path

from monitor.alerts import rules
from monitor.config import RuleConfig
from monitor.margin import backtest, forecast, history, inputs, score
from monitor.margin.compute import compute
from monitor.margin.paths import logs_of

SITE = {"efficiency": 15.0, "power_price": 45.0}
SINCE = date(2019, 1, 1)


def main(path: Path) -> None:
    assumed = inputs.resolve(SITE, None, {})
    start = time.perf_counter()
    days = history.read_history(path)
    spreads = backtest.daily_spreads(days, assumed, "colo")
    rule = RuleConfig(
        name="pivot pays", when="spread.after_capex", enter=25, exit=10, pending_for=timedelta(days=2),
        mean=timedelta(days=7), dwell=timedelta(days=7),
    )  # fmt: skip
    result = backtest.backtest(spreads, rule, rules)
    print(f"back-test of {result.days} days with a rule: {time.perf_counter() - start:.2f} s")
    logs = logs_of(days)
    if logs is None:
        raise SystemExit("no unbroken hashprice in this history")
    first = max((SINCE - (days.days[-1].day - timedelta(days=len(logs.hashprice) - 1))).days, 365)
    start = time.perf_counter()
    scores = score.crossing_scores(logs, forecast.spread_of_hashprice(assumed, "colo"), first)
    print(f"scores of past forecasts: {time.perf_counter() - start:.2f} s")
    for horizon, found in scores.items():
        print(
            f"crossing within {horizon} days: Brier {found.score:.4f}, climatology {found.climatology:.4f},"
            f" persistence {found.persistence:.4f}, n {found.n}"
        )
    wavering = score.volatility_score(logs, first)
    if wavering is not None:
        print(
            f"hash-rate volatility, 30 days: mean error {wavering.score:.5f} a day, median so far"
            f" {wavering.climatology:.5f}, trailing 30 days {wavering.persistence:.5f}, n {wavering.n}"
        )
    start = time.perf_counter()
    for n in range(20):
        compute(inputs.resolve({**SITE, "hashprice": 28.68 + n}, None, {}))
    print(f"what-if of 20 sites: {(time.perf_counter() - start) * 1_000:.1f} ms")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m bench.forecast HISTORY.csv (columns by name: date, price, difficulty, …)")
    main(Path(sys.argv[1]))
