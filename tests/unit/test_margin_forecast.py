"""The forecast: no look ahead, deterministic, better than simple baselines where it says so."""

import math
import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from support.histories import csv_text

from monitor.margin import forecast, score
from monitor.margin.history import Day, History, read_history
from monitor.margin.inputs import resolve
from monitor.margin.paths import Logs, logs_of, simulate

ASSUMED = resolve({}, None, {})
SPREAD = forecast.spread_of_hashprice(ASSUMED, "colo")


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> History:
    path = tmp_path_factory.mktemp("h") / "h.csv"
    path.write_text(csv_text(1_500))
    return read_history(path)


@pytest.fixture(scope="module")
def logs(years: History) -> Logs:
    found = logs_of(years)
    assert found is not None
    return found


def test_the_logs_put_hashprice_together_again(years: History, logs: Logs) -> None:
    assert np.exp(logs.hashprice[-1]) == pytest.approx(years.days[-1].values["hashprice"])
    assert logs.fees.min() >= 0 and 0.01 < logs.fees.mean() < 0.06
    assert abs(np.median(logs.hash_rate - logs.difficulty)) < 0.01
    assert 0 <= len(logs.height) - 1 - logs.period_start[-1] < 14


def test_the_spread_of_hashprice_is_the_margins() -> None:
    from monitor.margin.compute import compute

    for tier in ("colo", "cloud"):
        known = [compute(resolve({"hashprice": hp}, None, {}), tier=tier).spread.after_capex for hp in (5, 28.68, 90)]
        found = forecast.spread_of_hashprice(ASSUMED, tier)(np.array([5, 28.68, 90]))
        assert found == pytest.approx(known)


def test_a_path_does_not_know_what_comes_later(years: History, logs: Logs) -> None:
    wild = [
        replace(day, values={**day.values, "btc_price": 1e6, "hashprice": 999.0, "hash_rate": 1.0})
        for day in years.days[1_001:]
    ]
    later = logs_of(History((*years.days[:1_001], *wild), years.columns))
    assert later is not None
    same_scale = replace(
        later,
        hash_rate=np.concatenate([logs.hash_rate[:1_001], later.hash_rate[1_001:]]),
        smooth=np.concatenate([logs.smooth[:1_001], later.smooth[1_001:]]),
    )
    assert np.array_equal(simulate(logs, [1_000], 30, 50, 1), simulate(same_scale, [1_000], 30, 50, 1))


def test_the_same_history_gives_the_same_numbers_whatever_else_is_asked(logs: Logs) -> None:
    alone = simulate(logs, [900], 30, 40, 1)
    assert np.array_equal(alone[0], simulate(logs, [800, 900], 30, 40, 1)[1])
    assert not np.array_equal(alone, simulate(logs, [900], 30, 40, 2))


def test_a_halving_comes_on_time(logs: Logs) -> None:
    still = replace(logs, price=logs.price * 0, smooth=logs.difficulty, hash_rate=logs.difficulty, fees=logs.fees * 0)
    still = replace(still, difficulty=still.difficulty * 0, smooth=still.smooth * 0, hash_rate=still.hash_rate * 0)
    eve = (date(2020, 5, 11) - date(2018, 1, 1)).days - 10
    path = simulate(still, [eve], 30, 3, 1)[0] / math.exp(still.hashprice[eve])
    assert path[:, 8] == pytest.approx(1) and path[:, 11] == pytest.approx(0.5)


def test_difficulty_follows_the_hash_rate_at_the_next_retarget(logs: Logs) -> None:
    day = 700
    flat = np.zeros(len(logs.price))
    grown = np.where(np.arange(len(flat)) > day - 6, math.log(1.2), 0.0)
    start = np.full(len(flat), day - 6)
    made = replace(logs, price=flat, fees=flat, difficulty=flat, hash_rate=grown, smooth=grown, period_start=start,
                   height=np.full(len(flat), 700_000.0), hashprice=flat)  # fmt: skip
    moves = np.diff(made.smooth)[:day].sum()
    assert moves > 0
    path = np.log(simulate(replace(made, smooth=flat + math.log(1.2)), [day], 30, 4, 1)[0])
    assert path[:, 3] == pytest.approx(0), "before the retarget nothing changes"
    assert path[:, 20].max() < -0.1, "after it the same hash rate earns less"


def test_fees_fade_towards_their_usual_level(logs: Logs) -> None:
    flat = np.zeros(len(logs.price))
    spike = np.where(np.arange(len(flat)) == 700, math.log(2), 0.0)
    made = replace(logs, price=flat, fees=spike, difficulty=flat, hash_rate=flat, smooth=flat, hashprice=spike,
                   height=np.full(len(flat), 700_000.0))  # fmt: skip
    path = simulate(made, [700], 90, 2, 1)[0][0]
    assert path[0] < 2 and path[0] > path[30] > path[80] > 1 and path[80] == pytest.approx(1, abs=0.1)


def test_crossing_is_being_on_the_other_side() -> None:
    paths = np.array([[5.0, 9.0], [5.0, 10.0], [12.0, 4.0]])
    assert score.crossed(paths, 10, above=False).tolist() == [False, True, True]
    assert score.crossed(paths, 5, above=True).tolist() == [False, False, True]


def test_the_chances_are_those_of_the_paths_and_grow_with_time(years: History, logs: Logs) -> None:
    found = forecast.forecast(years, ASSUMED, "colo", -150.0, {})
    assert found.at == years.days[-1].day and found.spread == pytest.approx(SPREAD(np.exp(logs.hashprice[-1:]))[0])
    chances = [crossing.chance for crossing in found.crossings]
    assert [c.days for c in found.crossings] == [7, 30, 90] and chances == sorted(chances)
    assert 0 < chances[-1] < 1
    assert found == forecast.forecast(years, ASSUMED, "colo", -150.0, {})
    assert "too little history" in found.crossings[0].words


def test_where_a_baseline_did_better_it_is_shown_instead(years: History) -> None:
    worse = {30: score.Score(0.3, 0.2, 0.25, 100, 0.4), 90: score.Score(0.3, 0.2, 0.1, 100, 0.4)}
    better = {7: score.Score(0.05, 0.2, 0.25, 100, 0.4)}
    week, month, quarter = forecast.forecast(years, ASSUMED, "colo", -150.0, {**worse, **better}).crossings
    assert week.by == "model" and "Brier 0.050 against 0.200" in week.words
    assert (month.by, month.chance) == (
        "climatology",
        0.4,
    ) and "by climatology, which did better" in month.words
    assert (quarter.by, quarter.chance) == ("persistence", 0.0)


def test_scores_are_computed_on_what_was_known(logs: Logs) -> None:
    found = score.crossing_scores(logs, SPREAD)
    assert set(found) == {7, 30, 90}
    month = found[30]
    weeks = [d for d in range(365, 1_500 - 7, 7) if d >= 750 and d + 30 < 1_500]
    assert month.n == 3 * len(weeks)
    spread = SPREAD(np.exp(logs.hashprice))
    happened = []
    for day in range(365, 1_500 - 30, 7):
        for level in np.percentile(spread[day - 364 : day + 1], [25, 50, 75]):
            ahead = spread[day + 1 : day + 31]
            other = ahead < level if spread[day] >= level else ahead >= level
            happened.append((day, float(other.any())))
    told = [event for day, event in happened if day in weeks]
    assert month.persistence == pytest.approx(np.mean(told)), "saying 0 costs the share of events"
    usual = [np.mean([event for past, event in happened if past + 30 <= day]) for day, _ in happened if day in weeks]
    assert month.climatology == pytest.approx(np.mean((np.array(usual) - told) ** 2))
    assert month.beaten and month.score < 0.2


def test_a_score_of_a_forecast_that_knows_the_answer_is_zero() -> None:
    rows = [(day, float(day % 2), bool(day % 2)) for day in range(100)]
    perfect = score._brier(rows, 7, 50)
    assert perfect and perfect.score == 0 and perfect.n == 50 and perfect.persistence == 0.5
    assert 0.2 < perfect.climatology < 0.3
    assert score._brier(rows, 7, 1_000) is None


def test_a_years_volatility_beats_the_last_months(logs: Logs) -> None:
    found = score.volatility_score(logs)
    assert found and found.score < found.persistence and found.n > 50
    moves = np.diff(logs.hash_rate)
    real = {d: float(np.std(moves[d : d + 30], ddof=1)) for d in range(365, 1_500 - 30, 7)}
    usual = {d: np.median([x for past, x in real.items() if past + 30 <= d]) for d in real if d >= 750}
    assert found.climatology == pytest.approx(np.mean([abs(x - real[d]) for d, x in usual.items()]))
    made = 0.08 * math.sqrt(2)  # of independent noise of 8 % in each day's value
    expected = score.expected_volatility(np.diff(logs.hash_rate), 1_499)
    assert expected == pytest.approx(made, rel=0.1)


def test_a_short_or_broken_history_says_why(years: History) -> None:
    short = forecast.forecast(History(years.days[:100], ()), ASSUMED, "colo", 0.0, {})
    assert short.reason == "a forecast takes more than 180 days of hashprice; the history has 100"
    gap = [replace(day, values={}) if n == 700 else day for n, day in enumerate(years.days)]
    assert forecast.forecast(History(tuple(gap), ()), ASSUMED, "colo", 0.0, {}).crossings == ()
    assert forecast.past_scores(History((), ()), ASSUMED, "colo") == {}
    assert forecast.past_scores(History(years.days[:300], ()), ASSUMED, "colo") == {}


def test_a_history_of_hashprice_alone_is_enough() -> None:
    days = tuple(
        Day(
            date(2024, 6, 1) + timedelta(days=n),
            {"hashprice": 40 + 5 * math.sin(n / 9), "block_height": 850_000.0},
        )
        for n in range(400)
    )
    found = forecast.forecast(History(days, ("hashprice",)), ASSUMED, "colo", 0.0, {})
    assert len(found.crossings) == 3 and found.volatility is None


@pytest.mark.skipif("PIVOTWATCH_HISTORY" not in os.environ, reason="PIVOTWATCH_HISTORY names no CSV of real history")
def test_on_real_history_the_forecast_beats_its_baselines() -> None:
    real = logs_of(read_history(Path(os.environ["PIVOTWATCH_HISTORY"])))
    assert real is not None
    month = score.crossing_scores(real, SPREAD)[30]
    assert month.score < 0.12 < month.climatology and month.beaten
    wavering = score.volatility_score(real)
    assert wavering and wavering.score <= wavering.persistence
