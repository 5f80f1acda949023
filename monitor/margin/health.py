"""What critics and defenders of the pivot argue about, as numbers: security budget, hash rate, AI power.

The names of `DERIVED` can be shown and used in rules like any signal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import stdev

from monitor.data.market import Lease, leases
from monitor.margin import network
from monitor.margin.sensitivity import numbers
from monitor.model import Input

DERIVED: Mapping[str, str] = {
    "security_budget_usd": "USD/day",
    "security_budget_btc": "BTC/day",
    "hash_rate_drawdown": "share",
    "hash_rate_volatility_30d": "share/day",
    "hash_rate_volatility_90d": "share/day",
    "contracted_ai_mw": "MW",
    "miners_mw": "MW",
    "contracted_ai_share": "share",
}
NEEDS: Mapping[str, tuple[str, ...]] = {  # the readings that each is made of
    "security_budget_usd": ("block_height", "fees_per_block", "btc_price"),
    "security_budget_btc": ("block_height", "fees_per_block"),
    "hash_rate_drawdown": ("hash_rate",),
    "hash_rate_volatility_30d": ("hash_rate",),
    "hash_rate_volatility_90d": ("hash_rate",),
    "contracted_ai_mw": (),
    "miners_mw": ("difficulty",),
    "contracted_ai_share": ("difficulty",),
}
NETWORK_EFFICIENCY = 20.0  # J/TH of all miners, assumption: between an S21 (17.5) and an S19 XP (21.35)
AI_PUE = 1.25  # grid MW over critical IT MW, as assumed for pue_ai
MINING_PUE = 1.05

Series = Sequence[tuple[datetime, float]]


@dataclass(frozen=True, slots=True)
class Drawdown:
    """How far a series is below its highest value so far."""

    share: float  # 0.1: a tenth below the peak
    peak: float
    peak_at: datetime


def derived(inputs: Mapping[str, Input], hash_rate: Series) -> dict[str, float]:
    """The numbers of `DERIVED` that can be had; `hash_rate` is its readings, oldest first, in any unit."""
    v = numbers(inputs)
    found: dict[str, float | None] = {**_budget(v), **_supply(v)}
    if hash_rate:
        found["hash_rate_drawdown"] = drawdown(hash_rate).share
        found["hash_rate_volatility_30d"] = volatility(hash_rate, 30)
        found["hash_rate_volatility_90d"] = volatility(hash_rate, 90)
    return {name: value for name, value in found.items() if value is not None and math.isfinite(value)}


def security_budget_btc(height: float, fees_per_block: float) -> float:
    """BTC that miners earn in a day of 144 blocks."""
    return network.BLOCKS_PER_DAY * (network.subsidy(height) + fees_per_block)


def drawdown(series: Series) -> Drawdown:
    """Of the last value from the highest; the series is oldest first and not empty."""
    peak_at, peak = max(series, key=lambda point: point[1])
    return Drawdown(1 - series[-1][1] / peak if peak > 0 else 0.0, peak, peak_at)


def volatility(series: Series, days: int) -> float | None:
    """Standard deviation of daily log changes over the last `days`; None with less than ten changes.

    The last value of each day counts. Daily hash rates waver by block luck (about 8 % a day for 144 blocks),
    which is part of it; a source that smooths shows less.
    """
    daily = {at.date(): value for at, value in series if value > 0}
    if not daily:
        return None
    since = max(daily) - timedelta(days=days)
    kept = [math.log(daily[day]) for day in sorted(daily) if day >= since]
    changes = [b - a for a, b in zip(kept, kept[1:], strict=False)]
    return stdev(changes) if len(changes) >= 10 else None


def contracted_it_mw(table: Iterable[Lease] | None = None, *, owned: bool = True) -> float:
    """Critical IT MW under contract, counted once; the firm's share of each project if `owned`."""
    counted = (lease for lease in (leases() if table is None else table) if lease.counted)
    return sum(lease.it_mw * (lease.owner_share if owned else 1.0) for lease in counted)


def _budget(v: Mapping[str, float]) -> dict[str, float | None]:
    if "block_height" not in v:
        return {}
    btc = security_budget_btc(v["block_height"], v.get("fees_per_block", 0.0))
    usd = btc * v["btc_price"] if "btc_price" in v else None
    return {"security_budget_btc": btc, "security_budget_usd": usd}


def _supply(v: Mapping[str, float]) -> dict[str, float | None]:
    contracted = contracted_it_mw() * AI_PUE
    if "difficulty" not in v:
        return {"contracted_ai_mw": contracted}
    hash_rate = network.implied_hash_rate(v["difficulty"])
    mining = network.network_mw(hash_rate, NETWORK_EFFICIENCY, MINING_PUE)
    share = contracted / (contracted + mining) if contracted + mining > 0 else None
    return {"contracted_ai_mw": contracted, "miners_mw": mining, "contracted_ai_share": share}
