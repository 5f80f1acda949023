"""What moves the spread: attribution, sensitivity, the two-way table, explanations, halving, health."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from monitor.margin import compute, health, outlook, sensitivity
from monitor.margin.attribution import attribution
from monitor.margin.explain import explain
from monitor.margin.inputs import resolve
from monitor.model import Input, Status

NOW = datetime(2026, 6, 26, tzinfo=UTC)
NETWORK = {
    "btc_price": 60_770.0,
    "difficulty": 133.87e12,
    "block_height": 955_584.0,
    "fees_per_block": 0.0157,
}


def inputs(**values: float) -> dict[str, Input]:
    return resolve(values, None, {})


def spread(given: dict[str, Input], tier: str = "colo") -> float:
    return compute.compute(given, "x", tier).spread.after_capex or 0.0


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("tier", ["colo", "cloud"])
def test_the_parts_of_a_change_add_up_to_the_whole(seed: int, tier: str) -> None:
    r = random.Random(seed)
    names = [*NETWORK, "power_price", "colo_rent", "gpu_hour", "efficiency", "wacc", "om_mining"]
    before = inputs(**NETWORK, power_price=45, colo_rent=150, gpu_hour=2.4, efficiency=15, wacc=0.09, om_mining=6)
    moved = {n: (before[n].value or 0) * r.uniform(0.6, 1.6) for n in r.sample(names, r.randint(1, len(names)))}
    after = inputs(**{**{n: before[n].value or 0 for n in names}, **moved})
    parts = attribution(before, after, tier)
    total = parts.pop("total")
    assert total == spread(after, tier) - spread(before, tier)
    assert sum(x or 0 for x in parts.values()) == pytest.approx(total, abs=1e-9)
    assert set(parts) == set(moved) & set(compute.uses(before, tier))


def test_one_cause_takes_the_whole_change_and_the_order_does_not_matter() -> None:
    before, after = inputs(**NETWORK), inputs(**{**NETWORK, "btc_price": 70_000})
    alone = attribution(before, after, "colo")
    assert alone == {"btc_price": alone["total"], "total": alone["total"]} and (alone["total"] or 0) < 0
    moved = {"btc_price": 70_000.0, "difficulty": 140e12, "fees_per_block": 0.1, "efficiency": 17.0, "pool_fee": 0.02}
    both = inputs(**{**NETWORK, **moved})
    forth, back = attribution(before, both, "colo"), attribution(both, before, "colo")
    assert {n: -(x or 0) for n, x in back.items()} == pytest.approx(forth)


def test_a_measured_and_a_computed_hashprice_are_one_cause() -> None:
    parts = attribution(inputs(**NETWORK), inputs(hashprice=35.0, power_price=50), "colo")
    assert set(parts) == {"hashprice", "power_price", "total"}
    assert (parts["hashprice"] or 0) + (parts["power_price"] or 0) == pytest.approx(parts["total"])


def test_nothing_changed_and_nothing_known() -> None:
    assert attribution(inputs(**NETWORK), inputs(**NETWORK), "colo") == {"total": 0}
    assert attribution(inputs(), inputs(**NETWORK), "colo") == {"total": None}


def test_the_tornado_is_sorted_and_true() -> None:
    given = inputs(**NETWORK)
    bars = sensitivity.tornado(given, "colo")
    assert [bar.swing for bar in bars] == sorted((bar.swing for bar in bars), reverse=True)
    assert bars[0].name == "capex_per_mw" and (bars[0].low, bars[0].high) == (3_600_000, 15_000_000)
    for bar in bars:
        at_low = inputs(**{**NETWORK, bar.name: bar.low})
        assert bar.spread_low == pytest.approx(spread(at_low)), bar.name
        assert bar.swing == pytest.approx(abs(bar.spread_high - bar.spread_low)) and bar.swing > 0
    price = next(bar for bar in bars if bar.name == "btc_price")
    assert (price.low, price.high) == pytest.approx((60_770 * 0.9, 60_770 * 1.1)), "known: 10 % to each side"


def test_the_tornado_stays_within_what_is_allowed_and_needs_a_spread() -> None:
    shares = {bar.name: bar for bar in sensitivity.tornado(inputs(**NETWORK, noi_share=0.98, wacc=0.97), "colo")}
    assert shares["noi_share"].high == 1 and shares["wacc"].high == 1
    assert sensitivity.tornado(inputs(), "colo") == ()


def test_the_two_way_table() -> None:
    table = sensitivity.usual_table(inputs(**NETWORK), "cloud")
    assert table and (table.row, table.column) == ("hashprice", "gpu_hour")
    assert table.values[2][2] == pytest.approx(spread(inputs(**NETWORK), "cloud"))
    corner = inputs(hashprice=table.rows[0], gpu_hour=table.columns[4])
    assert table.values[0][4] == pytest.approx(spread(corner, "cloud"))
    assert sensitivity.usual_table(inputs(), "colo") is None
    json.dumps(sensitivity.as_json(sensitivity.tornado(inputs(**NETWORK), "colo"), table), allow_nan=False)


@pytest.mark.parametrize("tier", ["colo", "cloud"])
def test_the_explanation_holds_every_number_with_its_source(tier: str) -> None:
    readings = {"power_price": Input(52.5, "USD/MWh", "EIA", NOW - timedelta(days=40), Status.STALE)}
    margin = compute.compute(resolve(NETWORK, None, readings), "Texas", tier)
    lines = explain(margin, NOW)
    text = "\n".join(lines)
    assert f"= {margin.spread.after_capex:.6g}" in text and f"= {margin.mining.hashprice:.6g} USD/PH/day" in text
    assert "power_price = 52.5 USD/MWh [stale] EIA, 40d old" in text
    assert "efficiency = 15 J/TH [ASSUMED] Antminer S21 Pro" in text
    for name in compute.uses(margin.inputs, tier):
        assert any(line.startswith(f"  {name} = ") for line in lines), name
    # Every step is arithmetic that a reader can redo.
    for line in lines:
        if line.startswith(("spread.", "mining.margin", "ai.noi")) and line.count(" = ") == 3:
            left, result = line.split(" = ")[2], line.split(" = ")[3]
            redone = eval(left.replace(" x ", " * "), {"max": max})  # our own text
            assert redone == pytest.approx(float(result), rel=1e-4), line


def test_the_explanation_without_a_network_says_what_is_missing() -> None:
    text = "\n".join(explain(compute.compute(inputs(), "x"), NOW))
    assert "missing: btc_price" in text and "ai.after_capex" in text and "spread.gross" not in text


def test_the_halving_ahead() -> None:
    ahead = outlook.halving(inputs(**NETWORK), "colo", NOW)
    assert ahead is not None
    assert (ahead.height, ahead.blocks_left) == (1_050_000, 94_416)
    assert ahead.expected.date().isoformat() == "2028-04-11"
    halved = compute.compute(inputs(**{**NETWORK, "block_height": 1_050_000}), "x")
    assert ahead.hashprice == pytest.approx(halved.mining.hashprice)
    assert ahead.margin == pytest.approx(halved.mining.margin)
    assert ahead.after_capex == pytest.approx(halved.spread.after_capex)
    measured = outlook.halving(resolve({}, None, {
        "hashprice": Input(28.68, "USD/PH/day", "S", NOW, Status.LIVE),
        "block_height": Input(955_584, "blocks", "S", NOW, Status.LIVE),
    }), "colo", NOW)  # fmt: skip
    assert measured and measured.hashprice == pytest.approx(14.34)
    assert outlook.halving(inputs(hashprice=30), "colo", NOW) is None


def test_the_first_year_of_a_lease() -> None:
    first = outlook.year_one(inputs(**NETWORK))
    assert round(first.first_year, 1) == 123.2 and first.spread_average == spread(inputs(**NETWORK))
    assert first.spread_first_year == pytest.approx(spread(inputs(**NETWORK, colo_rent=first.first_year)))


def test_in_how_many_sites_ai_wins() -> None:
    sites = [("a", 15.0), ("b", 9.5), ("c", 29.5)]
    margins = [compute.compute(inputs(**NETWORK, efficiency=e), name) for name, e in sites]
    wins = outlook.ai_wins([*margins, compute.compute(inputs(), "d")])
    assert (wins.wins, wins.known, wins.sites, wins.names) == (2, 3, 4, ("a", "c"))


def test_the_security_budget_and_the_supply_side() -> None:
    found = health.derived(inputs(**NETWORK), [])
    assert found["security_budget_btc"] == pytest.approx(144 * (3.125 + 0.0157))
    assert found["security_budget_usd"] == pytest.approx(found["security_budget_btc"] * 60_770)
    assert found["contracted_ai_mw"] == pytest.approx(3_201.68 * 1.25)
    assert found["miners_mw"] == pytest.approx(958.3e6 * 20 * 1.05 / 1e6, rel=0.001)
    assert 0.1 < found["contracted_ai_share"] < 0.2
    assert set(health.derived(inputs(), [])) == {"contracted_ai_mw"}
    assert set(found) <= set(health.DERIVED)


def test_drawdown_and_volatility_of_the_hash_rate() -> None:
    series = [(NOW + timedelta(days=n), 100.0 * (1.1 if n % 2 else 1.0)) for n in range(60)]
    fallen = [*series, (NOW + timedelta(days=60), 88.0)]
    assert health.drawdown(fallen).share == pytest.approx(0.2)
    assert health.drawdown(series).share == 0 and health.drawdown(fallen).peak == pytest.approx(110)
    wavering = health.volatility(series, 30)
    assert wavering == pytest.approx(0.0969, abs=0.001)
    assert health.volatility([*series[:9]], 30) is None and health.volatility([], 30) is None
    twice = [point for at, x in series for point in ((at, x * 5), (at + timedelta(hours=1), x))]
    assert health.volatility(twice, 30) == pytest.approx(wavering), "the last value of a day counts"
    assert set(health.derived(inputs(), fallen)) == {
        "contracted_ai_mw", "hash_rate_drawdown", "hash_rate_volatility_30d", "hash_rate_volatility_90d",
    }  # fmt: skip
