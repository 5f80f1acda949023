"""Inputs → margin: one site, one tier, every number of the `margin` command. Formulas: docs/economics.md."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from monitor.clock import optional_text
from monitor.data import market
from monitor.errors import UsageError
from monitor.margin import ai, mining, spread
from monitor.margin.ai import Ai, Income
from monitor.margin.inputs import MEASURED_BY_HASHPRICE, PARAMETERS
from monitor.margin.mining import Mining
from monitor.margin.spread import NO_SPREAD, Spread, finite
from monitor.model import Input, SpreadPoint, Status

FORMULA = "2026.1"  # raise it when a formula changes: stored points are recomputed
BASIS = {"colo": "contract", "cloud": "listed"}
MINING_USES = ("power_price", "efficiency", "pool_fee", "pue_mining", "om_mining", "uptime_mining")


@dataclass(frozen=True, slots=True)
class Range:
    """The spread after capex at the lowest, used and highest AI price, all else equal."""

    basis: str  # contract (leases) or listed (GPU hours)
    low: float | None
    mid: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Margin:
    """Everything `margin --json` says of one site and tier; money is USD per grid MWh."""

    site: str
    tier: str
    as_of: datetime | None  # of the oldest live or stale input
    missing: tuple[str, ...]  # what could not be computed, why, and what it would take
    inputs: Mapping[str, Input]
    mining: Mining
    ai: Ai
    spread: Spread
    per_mw_year: Spread  # USD per grid-MW-year
    indifference_hashprice: float | None  # USD/PH/day
    range: Range
    formula: str = FORMULA


def compute(
    inputs: Mapping[str, Input], site: str = "default", tier: str = "colo", prices: Sequence[float] = ()
) -> Margin:
    """The margin of one site and tier.

    `inputs` comes from `inputs.resolve`; `prices` are all usable readings of the tier's AI price, in the unit
    of that input. Where the price is assumed the published ones are used, and one that was set stands alone.
    UsageError where the tier is unknown.
    """
    if tier not in ai.TIERS:
        raise UsageError(f"unknown tier {tier}; tiers: {', '.join(ai.TIERS)}")
    v = {name: i.value for name, i in inputs.items() if i.value is not None}
    hashprice = finite(lambda: spread.hashprice_of(v))
    mined = _mining(v, hashprice)
    income = _income(tier, v)
    total, yearly = _spreads(v, income, mined)
    indifference = None if income is None else finite(lambda: spread.indifference_hashprice(v, income))
    earned = _ai(tier, v, income, mined.margin)
    limits = _range(inputs, v, tier, total.after_capex, prices)
    missing = _missing(v, hashprice, mined, earned, total, indifference)
    return Margin(
        site,
        tier,
        as_of(inputs.values()),
        missing,
        inputs,
        mined,
        earned,
        total,
        yearly,
        indifference,
        limits,
    )


def published_prices(tier: str) -> tuple[float, ...]:
    """AI prices of the shipped tables: leases (USD/kW-month), or listed hours of the assumed GPU (USD)."""
    return market.lease_rents() if tier == "colo" else market.gpu_hours()


def uses(inputs: Mapping[str, Input], tier: str) -> tuple[str, ...]:
    """Names of the inputs that the spread of this tier depends on: a rule wants these fresh."""
    measured = inputs["hashprice"].value is not None
    chain = ("hashprice",) if measured else MEASURED_BY_HASHPRICE
    return tuple(dict.fromkeys((*chain, *MINING_USES, "credit_forfeited", *ai.USES[tier])))


def fresh(margin: Margin) -> bool:
    """Whether a rule may judge this spread: it could be computed, and none of its inputs is stale."""
    used = (margin.inputs[name].status for name in uses(margin.inputs, margin.tier))
    return margin.spread.after_capex is not None and Status.STALE not in used


def as_of(inputs: Iterable[Input]) -> datetime | None:
    """When the oldest live or stale input was observed."""
    seen = (i.observed_at for i in inputs if i.status in (Status.LIVE, Status.STALE))
    return min((at for at in seen if at is not None), default=None)


def point(margin: Margin, at: datetime) -> SpreadPoint:
    """The margin as it is stored: recomputable from its inputs."""
    s = margin.spread
    return SpreadPoint(margin.site, margin.tier, at, s.gross, s.operating, s.after_capex, margin.formula, margin.inputs)


def as_json(margin: Margin) -> dict[str, object]:
    """The object of `margin --json`; numbers are not rounded."""
    return {
        "site": margin.site,
        "tier": margin.tier,
        "as_of": optional_text(margin.as_of),
        "missing": list(margin.missing),
        "inputs": {name: input_json(i) for name, i in margin.inputs.items()},
        "mining": asdict(margin.mining),
        "ai": asdict(margin.ai),
        "spread": asdict(margin.spread),
        "per_mw_year": asdict(margin.per_mw_year),
        "indifference_hashprice": margin.indifference_hashprice,
        "range": asdict(margin.range),
        "formula": margin.formula,
    }


def input_json(i: Input) -> dict[str, object]:
    """One input as JSON."""
    return {
        "value": i.value,
        "unit": i.unit,
        "source": i.source,
        "observed_at": optional_text(i.observed_at),
        "status": i.status.value,
    }


def _mining(v: Mapping[str, float], hashprice: float | None) -> Mining:
    cost = v["power_price"] + v["om_mining"]
    fleet = (v["pool_fee"], v["efficiency"], v["pue_mining"])
    hashcost = finite(lambda: mining.hashprice_for(cost, *fleet))
    if hashprice is None:
        return Mining(None, None, None, None, hashcost, None)
    revenue = finite(lambda: mining.revenue(hashprice, *fleet))
    efficiency = None
    if cost > 0:
        efficiency = finite(lambda: mining.efficiency_for(cost, hashprice, v["pool_fee"], v["pue_mining"]))
    if revenue is None:
        return Mining(hashprice, None, None, None, hashcost, efficiency)
    margin, power = finite(lambda: revenue - cost), finite(lambda: revenue - v["om_mining"])
    return Mining(hashprice, revenue, margin, power, hashcost, efficiency)


def _income(tier: str, v: Mapping[str, float]) -> Income | None:
    try:
        income = ai.income(tier, v)
    except (ZeroDivisionError, OverflowError):
        return None
    return income if all(math.isfinite(x) for x in (income.revenue, income.noi, income.annuity)) else None


def _ai(tier: str, v: Mapping[str, float], income: Income | None, margin: float | None) -> Ai:
    rent = gpu_hour = None
    if tier == "cloud":
        gpu_hour = finite(lambda: ai.breakeven_gpu_hour(v))
    elif income is not None and margin is not None:
        rent = finite(lambda: ai.breakeven_rent(v, income.annuity, margin))
    if income is None:
        return Ai(None, None, None, None, rent, gpu_hour)
    after_capex = finite(lambda: income.noi - income.annuity)
    return Ai(income.revenue, income.noi, income.annuity, after_capex, rent, gpu_hour)


def _spreads(v: Mapping[str, float], income: Income | None, mined: Mining) -> tuple[Spread, Spread]:
    if income is None or mined.revenue is None or mined.margin is None:
        return NO_SPREAD, NO_SPREAD
    sides = (income, v["credit_forfeited"], mined.revenue, mined.margin)
    total, yearly = spread.spreads(*sides), spread.per_mw_year(*sides, v["uptime_mining"])
    return _all_finite(total), _all_finite(yearly)


def _all_finite(s: Spread) -> Spread:
    values = (s.gross, s.operating, s.after_capex)
    return s if all(x is None or math.isfinite(x) for x in values) else NO_SPREAD


def _range(
    inputs: Mapping[str, Input],
    v: Mapping[str, float],
    tier: str,
    mid: float | None,
    prices: Sequence[float],
) -> Range:
    name = ai.PRICE[tier]
    if inputs[name].status is Status.ASSUMED:
        prices = prices or published_prices(tier)
    if mid is None or not prices or inputs[name].status is Status.SET:
        return Range(BASIS[tier], mid, mid, mid)
    low, high = min(v[name], *prices), max(v[name], *prices)

    def at(price: float) -> float | None:
        return finite(lambda: spread.after_capex_of({**v, name: price}, tier))

    return Range(BASIS[tier], at(low), mid, at(high))


def _missing(
    v: Mapping[str, float],
    hashprice: float | None,
    mined: Mining,
    earned: Ai,
    total: Spread,
    indifference: float | None,
) -> tuple[str, ...]:
    said = [_wanted(name) for name in MEASURED_BY_HASHPRICE if hashprice is None and name not in v]
    if v["power_price"] + v["om_mining"] <= 0:
        said.append("mining.breakeven_efficiency: power_price + om_mining is not above 0, any fleet pays")
    if indifference is None:
        said.append("indifference_hashprice: after capex and credits AI loses money at any hashprice")
    known = hashprice is not None or not said
    if (known and None in (mined.revenue, total.after_capex)) or earned.revenue is None:
        said.append("spread: the inputs leave the range of numbers")
    return tuple(said)


def _wanted(name: str) -> str:
    parameter = PARAMETERS[name]
    return (
        f"{name}: no reading, so no hashprice, mining margin or spread; add a [[signal]] named {name}"
        f" or --set {name}={parameter.unit} (or --set hashprice=USD/PH/day)"
    )
