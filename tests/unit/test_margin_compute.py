"""The margin against the published table, published hashprices and an independent implementation."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.spreadsheet import margin as spreadsheet

from monitor.data import market
from monitor.errors import UsageError
from monitor.margin import compute, network
from monitor.margin.compute import as_json, fresh, point, uses
from monitor.margin.inputs import PARAMETERS, resolve
from monitor.model import Input, Status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NETWORK = {
    "btc_price": 60_770.0,
    "difficulty": 133.87e12,
    "block_height": 955_584.0,
    "fees_per_block": 0.0157,
}


def of(tier: str = "colo", **values: float) -> compute.Margin:
    return compute.compute(resolve(values, None, {}), "default", tier)


@pytest.mark.parametrize(
    ("efficiency", "gross", "operating", "after_capex", "operating_year", "after_capex_year"),
    [
        (13.5, 84, 122, 8, 1.08, 0.09),
        (15, 92, 130, 17, 1.15, 0.16),
        (18.5, 107, 144, 31, 1.27, 0.27),
        (21.5, 115, 153, 39, 1.34, 0.35),
        (29.5, 129, 154, 41, 1.35, 0.36),
    ],
)
def test_the_published_table_of_spreads(
    efficiency: float,
    gross: float,
    operating: float,
    after_capex: float,
    operating_year: float,
    after_capex_year: float,
) -> None:
    m = of(hashprice=28.68, efficiency=efficiency)
    assert m.spread.gross is not None and m.per_mw_year.operating is not None
    assert [round(x or 0) for x in (m.spread.gross, m.spread.operating, m.spread.after_capex)] == [
        gross,
        operating,
        after_capex,
    ]
    assert round(m.per_mw_year.operating / 1e6, 2) == operating_year
    assert round((m.per_mw_year.after_capex or 0) / 1e6, 2) == after_capex_year


@pytest.mark.parametrize(
    ("efficiency", "revenue", "margin", "power", "hashprice"),
    [
        (9.5, 118.6, 67.6, 112.6, 12.3),
        (13.5, 83.5, 32.5, 77.5, 17.5),
        (15, 75.1, 24.1, 69.1, 19.5),
        (18.5, 60.9, 9.9, 54.9, 24.0),
        (21.5, 52.4, 1.4, 46.4, 27.9),
        (29.5, 38.2, -12.8, 32.2, 38.3),
    ],
)
def test_the_published_table_of_fleets(
    efficiency: float, revenue: float, margin: float, power: float, hashprice: float
) -> None:
    mining = of(hashprice=28.68, efficiency=efficiency).mining
    found = (mining.revenue, mining.margin, mining.breakeven_power, mining.breakeven_hashprice)
    assert [round(x or 0, 1) for x in found] == [revenue, margin, power, hashprice]
    assert round(mining.breakeven_efficiency or 0, 1) == 22.1


def test_the_published_ai_side_and_indifference() -> None:
    m = of(hashprice=28.68)
    assert [round(x or 0, 1) for x in (m.ai.annuity, m.ai.revenue, m.ai.noi, m.ai.after_capex)] == [
        113.3,
        167.5,
        154.1,
        40.8,
    ]
    for efficiency, indifferent in ((15, 35.0), (18.5, 43.2), (21.5, 50.2)):
        found = of(hashprice=28.68, efficiency=efficiency).indifference_hashprice
        assert round(found or 0, 1) == indifferent
    assert round(of(hashprice=28.68, colo_rent=123.2).ai.after_capex or 0, 1) == 10.9
    assert round(of(hashprice=28.68, capex_per_mw=13.2e6).ai.after_capex or 0, 1) == 4.5
    retrofit = of(hashprice=28.68, colo_rent=103.7, noi_share=0.8, capex_per_mw=3.6e6, life_years=10)
    assert round(retrofit.ai.after_capex or 0, 1) == 39.7


def test_the_published_gpu_cloud() -> None:
    m = of("cloud", hashprice=28.68, wacc=0.1)
    assert round(m.ai.revenue or 0) == 1_327 and round(m.ai.after_capex or 0, -1) == 300
    assert round(m.ai.breakeven_gpu_hour or 0, 2) == 1.82
    idle = of("cloud", hashprice=28.68, wacc=0.1, gpu_utilisation=0.7)
    assert round(idle.ai.breakeven_gpu_hour or 0, 2) == 2.34
    cheap = of("cloud", hashprice=28.68, wacc=0.1, gpu_hour=1.70)
    assert (cheap.ai.after_capex or 0) < 0


@pytest.mark.parametrize(
    ("price", "difficulty", "fee_share", "hashprice"),
    [(60_770, 133.87e12, 0.005, 28.68), (91_132, 148.26e12, 0.0055, 38.85)],
)
def test_published_hashprices(price: float, difficulty: float, fee_share: float, hashprice: float) -> None:
    fees = network.fee_from_reward_share(3.125, fee_share)
    found = of(btc_price=price, difficulty=difficulty, block_height=955_584, fees_per_block=fees).mining
    assert found.hashprice == pytest.approx(hashprice, rel=0.002)


@pytest.mark.parametrize(("efficiency", "usd_per_mwh"), [(17, 97), (22, 75), (32, 51)])
def test_published_revenues_per_mwh_at_the_machine(efficiency: float, usd_per_mwh: float) -> None:
    found = of(hashprice=39.53, efficiency=efficiency, pool_fee=0, pue_mining=1).mining.revenue
    assert round(found or 0) == usd_per_mwh


def _random_site(seed: int) -> dict[str, float]:
    r = random.Random(seed)
    site = {
        "power_price": r.uniform(-20, 150), "colo_rent": r.uniform(0, 300), "gpu_hour": r.uniform(0, 12),
        "efficiency": r.uniform(5, 60), "pool_fee": r.uniform(0, 0.2), "pue_mining": r.uniform(1, 1.5),
        "om_mining": r.uniform(-5, 30), "uptime_mining": r.uniform(0.1, 1), "pue_ai": r.uniform(1, 2),
        "noi_share": r.uniform(0.1, 1), "capex_per_mw": r.uniform(0, 4e7), "wacc": r.choice([0, r.uniform(0, 1)]),
        "life_years": r.uniform(1, 50), "credit_forfeited": r.uniform(-10, 30), "gpu_kw": r.uniform(0.3, 3),
        "gpu_utilisation": r.uniform(0.1, 1), "gpu_capex": r.uniform(0, 1e5), "gpu_life_years": r.uniform(1, 10),
        "gpu_opex_share": r.uniform(0, 0.3), "dc_capex_per_kw": r.uniform(0, 3e4),
    }  # fmt: skip
    if seed % 2:
        return {**site, "hashprice": r.uniform(0, 200)}
    chain = {"btc_price": r.uniform(100, 3e5), "difficulty": r.uniform(1e9, 5e14)}
    return {**site, **chain, "block_height": r.randrange(2_000_000), "fees_per_block": r.uniform(0, 5)}


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("tier", ["colo", "cloud"])
def test_random_sites_agree_with_an_independent_implementation(tier: str, seed: int) -> None:
    site = _random_site(seed)
    found = as_json(of(tier, **site))
    for section, numbers in spreadsheet(site, tier).items():
        for name, expected in numbers.items():
            got = found[name] if section == "more" else found[section][name]  # type: ignore[index]  # JSON
            if expected is None:
                assert got is None, name
            else:
                assert got == pytest.approx(expected, rel=1e-9, abs=1e-9), (section, name)


def test_each_breakeven_makes_its_figure_zero() -> None:
    m = of(**NETWORK)
    assert of(**NETWORK, colo_rent=m.ai.breakeven_rent or 0).spread.after_capex == pytest.approx(0, abs=1e-9)
    level = of(**NETWORK, power_price=m.mining.breakeven_power or 0)
    assert level.mining.margin == pytest.approx(0, abs=1e-9)
    assert of(hashprice=m.mining.breakeven_hashprice or 0).mining.margin == pytest.approx(0, abs=1e-9)
    same = of(hashprice=m.indifference_hashprice or 0)
    assert same.spread.after_capex == pytest.approx(0, abs=1e-9)
    cloud = of("cloud", **NETWORK)
    paid = of("cloud", **NETWORK, gpu_hour=cloud.ai.breakeven_gpu_hour or 0)
    assert paid.ai.after_capex == pytest.approx(0, abs=1e-9)


def test_without_the_network_the_rest_is_computed_and_the_missing_is_named() -> None:
    m = of()
    assert m.ai.after_capex is not None and m.mining.breakeven_hashprice is not None
    assert m.mining.hashprice is m.mining.revenue is m.mining.margin is m.mining.breakeven_power is None
    assert m.spread == m.per_mw_year == compute.NO_SPREAD and m.ai.breakeven_rent is None
    assert m.indifference_hashprice is not None
    assert [text.split(":")[0] for text in m.missing] == ["btc_price", "difficulty", "block_height"]
    assert "--set btc_price=USD" in m.missing[0]
    assert not fresh(m)


def test_one_missing_part_is_named_alone() -> None:
    assert [text.split(":")[0] for text in of(btc_price=1, block_height=1).missing] == ["difficulty"]
    assert of(**NETWORK).missing == ()


def test_what_has_no_value_says_why() -> None:
    free = of(**NETWORK, power_price=-6)
    assert free.mining.breakeven_efficiency is None and "breakeven_efficiency" in free.missing[0]
    losing = of(**NETWORK, colo_rent=10)
    assert losing.indifference_hashprice is None and losing.missing[0].startswith("indifference_hashprice")


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown tier edge; tiers: colo, cloud"):
        compute.compute(resolve({}, None, {}), "x", "edge")


def live(value: float, age_h: float = 0, status: Status = Status.LIVE) -> Input:
    return Input(value, "u", "S", NOW - timedelta(hours=age_h), status)


def test_as_of_is_the_oldest_reading_and_a_stale_one_is_not_fresh() -> None:
    readings = {"hashprice": live(30, 1), "power_price": live(40, 5)}
    m = compute.compute(resolve({}, None, readings))
    assert m.as_of == NOW - timedelta(hours=5) and fresh(m)
    stale = compute.compute(resolve({}, None, {**readings, "power_price": live(40, 9, Status.STALE)}))
    assert stale.as_of == NOW - timedelta(hours=9) and not fresh(stale)
    other = compute.compute(resolve({}, None, {**readings, "gpu_hour": live(2, 9, Status.STALE)}))
    assert fresh(other), "a lease does not depend on GPU hours"
    assert "gpu_hour" in uses(other.inputs, "cloud") and "btc_price" not in uses(other.inputs, "colo")
    assert compute.compute(resolve({}, None, {})).as_of is None


def test_the_range_runs_over_the_usable_prices() -> None:
    readings = {"hashprice": live(28.68), "colo_rent": live(150)}
    several = compute.compute(resolve({}, None, readings), prices=[150, 120, 180])
    ends = [
        compute.compute(resolve({}, None, {**readings, "colo_rent": live(rent)})).spread.after_capex
        for rent in (120, 150, 180)
    ]
    assert [several.range.low, several.range.mid, several.range.high] == ends
    assert several.range.mid == several.spread.after_capex and several.range.basis == "contract"


def test_one_price_known_or_set_gives_no_range() -> None:
    readings = {"hashprice": live(28.68), "colo_rent": live(150)}
    for m in (
        compute.compute(resolve({}, None, readings), prices=[150]),
        compute.compute(resolve({}, None, readings)),
        compute.compute(resolve({"colo_rent": 150}, None, readings), prices=[90, 190]),
    ):
        assert m.range.low == m.range.mid == m.range.high == m.spread.after_capex


def test_an_assumed_price_is_shown_with_the_published_ones() -> None:
    colo, cloud = of(**NETWORK), of("cloud", **NETWORK)
    rents = market.lease_rents()
    assert colo.range.low == of(**NETWORK, colo_rent=rents[0]).spread.after_capex
    assert colo.range.high == of(**NETWORK, colo_rent=rents[-1]).spread.after_capex
    assert colo.range.mid == colo.spread.after_capex
    assert cloud.range.basis == "listed" and (cloud.range.low or 0) < (cloud.range.mid or 0)


def test_the_stored_point_can_be_recomputed() -> None:
    m = of(**NETWORK)
    stored = point(m, NOW)
    again = compute.compute(stored.inputs, stored.site, stored.tier)
    assert again.spread == m.spread
    assert (stored.formula, stored.after_capex) == (compute.FORMULA, m.spread.after_capex)


def test_the_json_form_is_the_contracts() -> None:
    found = as_json(replace(of(**NETWORK), as_of=NOW))
    assert list(found) == [
        "site", "tier", "as_of", "missing", "inputs", "mining", "ai", "spread", "per_mw_year",
        "indifference_hashprice", "range", "formula",
    ]  # fmt: skip
    assert found["as_of"] == "2026-11-22T12:00:00Z"
    assert set(found["inputs"]) == set(PARAMETERS)  # type: ignore[call-overload]  # JSON
    price = found["inputs"]["btc_price"]  # type: ignore[index]  # JSON
    assert price == {
        "value": 60_770.0,
        "unit": "USD",
        "source": "command line",
        "observed_at": None,
        "status": "set",
    }


EDGES = st.sampled_from([1.7e308, -1.7e308, 1e300, 5e-324, 0.0, 1.0, 50.0])
EXTREME = st.one_of(EDGES, st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e6, 1e6))


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(PARAMETERS)), EXTREME, max_size=8),
    st.sampled_from(["colo", "cloud"]),
)
def test_whatever_is_set_the_answer_is_strict_json_or_a_refusal(values: dict[str, float], tier: str) -> None:
    try:
        m = of(tier, **values)
    except UsageError as error:
        assert "allowed" in str(error)
        return
    json.dumps(as_json(m), allow_nan=False)
    if m.spread.after_capex is None:
        assert m.missing
    else:
        assert isfinite(m.spread.after_capex)
