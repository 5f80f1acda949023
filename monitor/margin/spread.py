"""The spread: what a grid MWh earns by AI compute less what it earns by mining, three ways.

gross      revenue against revenue: the headline, and misleading
operating  net operating income less forfeited credits, against a mining margin that can be switched off
after_capex  the same after the yearly charge for the AI capital: the one that decides
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitor.margin import ai, mining, network
from monitor.margin.ai import Income
from monitor.margin.finance import HOURS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Spread:
    """USD per grid MWh, or per grid-MW-year."""

    gross: float | None
    operating: float | None
    after_capex: float | None


NO_SPREAD = Spread(None, None, None)


def hashprice_of(v: Mapping[str, float]) -> float | None:
    """The measured hashprice, else that of price, difficulty, height and fees; None where one is missing."""
    if "hashprice" in v:
        return v["hashprice"]
    if not {"btc_price", "difficulty", "block_height"} <= v.keys():
        return None
    reward = network.subsidy(v["block_height"]) + v.get("fees_per_block", 0.0)
    return network.hashprice(v["btc_price"], reward, v["difficulty"])


def mining_revenue(v: Mapping[str, float], hashprice: float) -> float:
    """USD per grid MWh."""
    return mining.revenue(hashprice, v["pool_fee"], v["efficiency"], v["pue_mining"])


def spreads(income: Income, credit: float, revenue: float, margin: float) -> Spread:
    """Per grid MWh: the AI side, the credits it forfeits, and mining's revenue and margin."""
    operating = income.noi - credit - max(margin, 0.0)
    return Spread(income.revenue - revenue, operating, operating - income.annuity)


def per_mw_year(income: Income, credit: float, revenue: float, margin: float, uptime: float) -> Spread:
    """Per grid-MW-year: a lease is paid all year, a fleet earns while it runs."""
    mined = HOURS_PER_YEAR * uptime
    operating = (income.noi - credit) * HOURS_PER_YEAR - max(margin, 0.0) * mined
    return Spread(
        income.revenue * HOURS_PER_YEAR - revenue * mined,
        operating,
        operating - income.annuity * HOURS_PER_YEAR,
    )


def indifference_hashprice(v: Mapping[str, float], income: Income) -> float | None:
    """USD/PH/day at which the spread after capex is 0; None where AI loses money whatever mining earns."""
    surplus = income.noi - v["credit_forfeited"] - income.annuity
    if surplus < 0:
        return None
    cost = v["power_price"] + v["om_mining"]
    return mining.hashprice_for(surplus + cost, v["pool_fee"], v["efficiency"], v["pue_mining"])


def after_capex(v: Mapping[str, float], hashprice: float, tier: str) -> float:
    """The spread that decides, of one set of numbers at this hashprice."""
    margin = mining_revenue(v, hashprice) - v["power_price"] - v["om_mining"]
    income = ai.income(tier, v)
    return income.noi - v["credit_forfeited"] - max(margin, 0.0) - income.annuity


def after_capex_of(v: Mapping[str, float], tier: str) -> float | None:
    """The spread that decides; None where hashprice cannot be had."""
    hashprice = finite(lambda: hashprice_of(v))
    return None if hashprice is None else finite(lambda: after_capex(v, hashprice, tier))


def finite(compute_it: Callable[[], float | None]) -> float | None:
    """The number, or None where extreme inputs leave the range of floats."""
    try:
        value = compute_it()
    except (ZeroDivisionError, OverflowError):
        return None
    return value if value is not None and math.isfinite(value) else None
