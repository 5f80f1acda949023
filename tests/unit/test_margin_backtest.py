"""The spread and a rule over a history, and its pictures."""

import time
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.histories import csv_text

from monitor.alerts import rules
from monitor.config import RuleConfig
from monitor.errors import UsageError
from monitor.margin import backtest, compute, plot
from monitor.margin.history import History, history_of, read_history
from monitor.margin.inputs import resolve

START = datetime(2026, 1, 1, tzinfo=UTC)
ASSUMED = resolve({}, None, {})


def history(hashprices: list[float], **more: list[float]) -> History:
    columns = {"hashprice": hashprices, **more}
    return history_of({n: [(START + timedelta(days=k), x) for k, x in enumerate(v)] for n, v in columns.items()})


def rule(**more: object) -> RuleConfig:
    asked = {"name": "r", "when": "spread.after_capex", "enter": 25.0, "exit": 10.0, **more}
    return RuleConfig(**asked)  # type: ignore[arg-type]  # test helper


def test_each_day_is_the_margin_of_that_day() -> None:
    days = history([28.68, 35.0], power_price=[45, 60], colo_rent=[152.8, 160])
    found = backtest.daily_spreads(days, ASSUMED, "colo")
    second = compute.compute(resolve({"hashprice": 35, "power_price": 60, "colo_rent": 160}, None, {}))
    assert found[1].spread == second.spread
    cloud = backtest.daily_spreads(days, ASSUMED, "cloud")[1].spread
    other = compute.compute(resolve({"hashprice": 35, "power_price": 60}, None, {}), tier="cloud")
    assert cloud == other.spread


def test_what_was_set_holds_on_every_day() -> None:
    days = history([28.68], power_price=[60])
    held = backtest.daily_spreads(days, resolve({"power_price": 45}, None, {}), "colo")
    assert held[0].spread == compute.compute(resolve({"hashprice": 28.68}, None, {})).spread


def test_a_rule_is_replayed_with_its_levels_and_waits() -> None:
    hp = [35.0, 35, 20, 20, 20, 28.68, 40, 40, 40]  # spread about 16.8, 39.4 at 20, 3.7 at 40
    spreads = backtest.daily_spreads(history(hp), ASSUMED, "colo")
    found = backtest.backtest(spreads, rule(pending_for=timedelta(days=2), keep=timedelta(days=1)), rules)
    assert [(step.date.day, step.state) for step in found.transitions] == [
        (1, "baseline"), (3, "pending"), (5, "firing"), (7, "resolving"), (8, "inactive"),
    ]  # fmt: skip
    assert found.would_have_sent == 4
    as_json = backtest.as_json(found)
    assert (as_json["days"], as_json["from"], as_json["to"]) == (9, "2026-01-01", "2026-01-09")
    assert as_json["transitions"][1]["date"] == "2026-01-03"  # type: ignore[index]  # JSON
    spans = plot.firing_spans([(s.date, s.state) for s in found.transitions], found.last)
    assert spans == [(date(2026, 1, 5), date(2026, 1, 7)), (date(2026, 1, 7), date(2026, 1, 8))]


def test_a_weeks_mean_takes_no_step_for_a_trend() -> None:
    hp = [36.0] * 10 + [15.0] + [36.0] * 10
    spreads = backtest.daily_spreads(history(hp), ASSUMED, "colo")
    assert backtest.backtest(spreads, rule(), rules).would_have_sent == 2
    assert backtest.backtest(spreads, rule(mean=timedelta(days=7)), rules).would_have_sent == 0


def test_the_mean_is_that_of_the_live_rule() -> None:
    hp = [20.0 + n % 29 for n in range(120)]
    spreads = backtest.daily_spreads(history(hp), ASSUMED, "colo")
    facts = [rules.Fact(s.day.at, s.spread.after_capex) for s in spreads]
    window = timedelta(days=7)
    means = [rules.Fact(f.at, rules.time_weighted_mean(facts, f.at, window)) for f in facts]
    _, expected = rules.judge(rule(enter=20, exit=0), None, means)
    found = backtest.backtest(spreads, rule(enter=20, exit=0, mean=window), rules)
    assert [(s.date, s.value) for s in found.transitions] == [(t.at.date(), t.value) for t in expected]
    assert len(expected) > 2


def test_days_without_a_hashprice_are_no_data() -> None:
    days = history_of({"hashprice": [(START, 20.0), (START + timedelta(days=12), 20.0)]})
    spreads = backtest.daily_spreads(days, ASSUMED, "colo")
    states = [step.state for step in backtest.backtest(spreads, rule(), rules).transitions]
    assert states == ["baseline", "no_data", "firing"]


def test_signals_can_be_judged_and_unknown_ones_are_refused() -> None:
    spreads = backtest.daily_spreads(history([20.0, 50.0]), ASSUMED, "colo")
    found = backtest.backtest(spreads, rule(when="hashprice", enter=40, exit=30), rules)
    assert found.would_have_sent == 1
    with pytest.raises(UsageError, match="no history of feeds.blind"):
        backtest.values(spreads, "feeds.blind")


def test_ten_years_take_less_than_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(csv_text(3_650))
    start = time.process_time()
    spreads = backtest.daily_spreads(read_history(path), ASSUMED, "colo")
    backtest.backtest(spreads, rule(mean=timedelta(days=7), pending_for=timedelta(days=2)), rules)
    assert time.process_time() - start < 2


def test_twenty_sites_answer_within_one_frame() -> None:
    def once() -> float:
        start = time.process_time()
        for n in range(20):
            compute.compute(resolve({"hashprice": 20.0 + n}, None, {}))
        return time.process_time() - start

    assert min(once() for _ in range(5)) < 0.016


def points(values: list[float | None]) -> list[plot.Point]:
    return [(date(2026, 1, 1) + timedelta(days=n), value) for n, value in enumerate(values)]


def test_the_terminal_plot_shows_the_line_between_its_levels() -> None:
    lines = plot.terminal(points([0.0, 10, 20, 30, 40]), [25, 10], width=40, height=5)
    assert [line[:11] for line in lines[:5]] == [f"{x:>10.1f}│" for x in (40, 30, 20, 10, 0)]
    assert lines[0].endswith("•") and lines[4].index("•") == 11
    assert plot.LEVEL in lines[3] and "2026-01-01" in lines[5] and "2026-01-05" in lines[5]
    assert max(map(len, plot.terminal(points([float(n) for n in range(500)]), [1.0]))) <= 72


@pytest.mark.parametrize("values", [[5.0], [5.0, None], [5.0, 5.0], [None, 3.0, None]])
def test_the_plots_of_little_are_plots(values: list[float | None]) -> None:
    assert any("•" in line for line in plot.terminal(points(values), []))
    ET.fromstring(plot.svg(points(values), [1.0], [], "t"))


def test_a_plot_of_nothing_says_so() -> None:
    assert plot.terminal(points([None]), [1.0]) == ["no spread: hashprice is not known on any day"]


def test_the_svg_is_well_formed_and_breaks_where_days_are_missing() -> None:
    text = plot.svg(points([1.0, 2.0, None, 3.0, 90.0]), [25, 10], [(date(2026, 1, 2), date(2026, 1, 4))], "A <b> & c")
    tree = ET.fromstring(text)
    names = [element.tag.rpartition("}")[2] for element in tree.iter()]
    assert names.count("polyline") == 2 and names.count("rect") == 1 and names.count("line") == 2
    assert tree[0].text == "A <b> & c"
