"""Around the spread: a lease's first year, the halving ahead, and at how many sites AI would earn more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.margin import network
from monitor.margin.compute import Margin
from monitor.margin.finance import first_year_rent
from monitor.margin.sensitivity import numbers
from monitor.margin.spread import after_capex, after_capex_of, finite, hashprice_of, mining_revenue
from monitor.model import Input

ESCALATOR = 0.03  # share a year; what the leases that state one state (monitor/data/leases.csv)


@dataclass(frozen=True, slots=True)
class AiWins:
    """In how many sites a grid MWh earns more by AI, after capex, than by mining."""

    wins: int
    known: int  # sites whose spread could be computed
    sites: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearOne:
    """A lease's rent is the average of its term; with an escalator the first year pays less."""

    escalator: float
    average: float  # USD/kW-month
    first_year: float  # USD/kW-month
    spread_average: float | None  # after capex, USD per grid MWh
    spread_first_year: float | None


@dataclass(frozen=True, slots=True)
class Halving:
    """The next halving and what it does, all else equal. A halving halves the subsidy, not the fees."""

    height: int
    blocks_left: int
    expected: datetime  # ten minutes a block
    hashprice: float  # USD/PH/day
    margin: float | None  # of mining, USD per grid MWh
    after_capex: float | None  # the spread, USD per grid MWh


@dataclass(frozen=True, slots=True)
class Around:
    """All that is told beside one margin."""

    wins: AiWins
    year_one: YearOne | None  # of the colo tier
    halving: Halving | None
    network: Mapping[str, float | None]  # the numbers of `health.DERIVED`
    forecast: Mapping[str, Any]  # JSON values; {"empty": reason} where nothing can be said


def ai_wins(margins: Iterable[Margin]) -> AiWins:
    """Count the sites of one tier."""
    seen = list(margins)
    known = [(m.site, m.spread.after_capex) for m in seen if m.spread.after_capex is not None]
    names = tuple(site for site, spread in known if spread > 0)
    return AiWins(len(names), len(known), len(seen), names)


def year_one(inputs: Mapping[str, Input], escalator: float = ESCALATOR) -> YearOne:
    """The colo spread on the term average and on the first year's rent."""
    v = numbers(inputs)
    average, years = v["colo_rent"], max(round(v["life_years"]), 1)
    first = first_year_rent(average, escalator, years)
    return YearOne(
        escalator,
        average,
        first,
        after_capex_of(v, "colo"),
        after_capex_of({**v, "colo_rent": first}, "colo"),
    )


def halving(inputs: Mapping[str, Input], tier: str, at: datetime) -> Halving | None:
    """The next halving; None without a block height or a hashprice."""
    v = numbers(inputs)
    height, now = v.get("block_height"), finite(lambda: hashprice_of(v))
    if height is None or now is None:
        return None
    target, expected = network.next_halving(height, at)
    fees = v.get("fees_per_block", 0.0)
    paid = network.subsidy(height) + fees
    then = now * (network.subsidy(target) + fees) / paid if paid else 0.0
    margin = finite(lambda: mining_revenue(v, then) - v["power_price"] - v["om_mining"])
    after = finite(lambda: after_capex(v, then, tier))
    return Halving(target, target - int(height), expected, then, margin, after)


def matters(told: Around, tier: str) -> list[tuple[str, str]]:
    """The same in words for people: a label, empty where a line goes on with the one before, and a text."""
    lines = [("AI wins", _wins(told.wins, tier))]
    lines += [("lease", _lease(told.year_one))] if told.year_one else []
    lines += [("halving", _halving(told.halving))] if told.halving else []
    return [*lines, *_network(told.network), *_forecast(told.forecast)]


def _wins(found: AiWins, tier: str) -> str:
    unknown = f", {found.sites - found.known} cannot be computed" if found.known < found.sites else ""
    named = f": {', '.join(found.names)}" if found.names else ""
    return f"at {found.wins} of {found.sites} sites, {tier}, after capex{unknown}{named}"


def _lease(found: YearOne) -> str:
    return (
        f"{found.average:,.1f} USD/kW-month is the average of the term; rising {found.escalator:.0%} a year"
        f" the first year pays {found.first_year:,.1f}: after capex {_number(found.spread_first_year)}"
        f" instead of {_number(found.spread_average)}"
    )


def _halving(found: Halving) -> str:
    return (
        f"in {found.blocks_left:,} blocks, about {found.expected:%Y-%m-%d}; all else equal hashprice"
        f" {_number(found.hashprice)}, mining margin {_number(found.margin)}, after capex {_number(found.after_capex)}"
    )


def _network(v: Mapping[str, float | None]) -> list[tuple[str, str]]:
    """Its health, and the supply of AI power."""
    usd = v["security_budget_usd"]
    millions = None if usd is None else usd / 1e6
    lines = [
        f"security budget a day {_number(millions)} million USD, {_number(v['security_budget_btc'])} BTC",
        f"hash rate {_percent(v['hash_rate_drawdown'])} below its peak; volatility a day"
        f" {_percent(v['hash_rate_volatility_30d'])} (30 days), {_percent(v['hash_rate_volatility_90d'])} (90 days)",
        f"AI under contract {_number(v['contracted_ai_mw'])} MW, miners {_number(v['miners_mw'])} MW"
        f" (share of AI {_percent(v['contracted_ai_share'])})",
    ]
    return [("network" if n == 0 else "", line) for n, line in enumerate(lines)]


def _forecast(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A line for each horizon with its score, or why there is none."""
    if "empty" in told:
        return [("forecast", str(told["empty"]))]
    said = [*told["crossings"], *([told["volatility"]] if told["volatility"] else [])]
    return [("forecast" if n == 0 else "", str(one["text"])) for n, one in enumerate(said)]


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.1f}" if abs(value) < 1_000 else f"{value:,.0f}"


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1%}"
