"""Mining as the use of one grid MWh. Money is USD per grid MWh; efficiency is J/TH, which is kW per PH/s."""

from __future__ import annotations

from dataclasses import dataclass

MWH_PER_PH_DAY = 0.024  # of one PH/s for a day at 1 J/TH: 1 kW x 24 h


@dataclass(frozen=True, slots=True)
class Mining:
    """What a grid MWh earns by mining; None where an input is missing."""

    hashprice: float | None  # USD/PH/day
    revenue: float | None
    margin: float | None
    breakeven_power: float | None
    breakeven_hashprice: float | None  # USD/PH/day
    breakeven_efficiency: float | None  # J/TH


def grid_mwh_per_ph_day(efficiency: float, pue: float) -> float:
    """Grid MWh that 1 PH/s takes in a day."""
    return MWH_PER_PH_DAY * efficiency * pue


def revenue(hashprice: float, pool_fee: float, efficiency: float, pue: float) -> float:
    """USD per grid MWh after the pool's fee."""
    return hashprice * (1 - pool_fee) / grid_mwh_per_ph_day(efficiency, pue)


def hashprice_for(usd_per_mwh: float, pool_fee: float, efficiency: float, pue: float) -> float:
    """The hashprice at which revenue is `usd_per_mwh`; the hashcost when that is the cost of a MWh."""
    return usd_per_mwh * grid_mwh_per_ph_day(efficiency, pue) / (1 - pool_fee)


def efficiency_for(usd_per_mwh: float, hashprice: float, pool_fee: float, pue: float) -> float:
    """The J/TH at which revenue is `usd_per_mwh` (above 0)."""
    return hashprice * (1 - pool_fee) / (MWH_PER_PH_DAY * usd_per_mwh * pue)


def curtailment_credit(market_price: float, mining_revenue: float, hours: float) -> float:
    """USD per MWh, averaged over the year, gained by selling power at `market_price` instead of mining.

    The gain is the market price less the revenue given up, not less the price of the power.
    """
    return max(market_price - mining_revenue, 0.0) * hours / 8_760


def effective_power_price(gross_cost: float, credited: float, mwh: float) -> float:
    """USD per consumed MWh after curtailment credits; `gross_cost` and `credited` in USD."""
    return (gross_cost - credited) / mwh
