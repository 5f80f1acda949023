"""AI compute as the use of one grid MWh: lease the building (colo) or own the GPUs (cloud).

Money is USD per grid MWh. `values` maps the names of inputs.py to numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.margin.finance import HOURS_PER_YEAR, capital_recovery

TIERS = ("colo", "cloud")
PRICE = {"colo": "colo_rent", "cloud": "gpu_hour"}
USES = {
    "colo": ("colo_rent", "pue_ai", "noi_share", "capex_per_mw", "wacc", "life_years"),
    "cloud": (
        "gpu_hour", "power_price", "pue_ai", "wacc", "life_years", "gpu_kw", "gpu_utilisation", "gpu_capex",
        "gpu_life_years", "gpu_opex_share", "dc_capex_per_kw",
    ),
}  # fmt: skip
KW_MONTHS = 12_000  # of one MW in a year


@dataclass(frozen=True, slots=True)
class Ai:
    """What a grid MWh earns by AI compute; None where a tier has no such number."""

    revenue: float | None
    noi: float | None
    annuity: float | None
    after_capex: float | None
    breakeven_rent: float | None  # USD/kW-month at which the spread after capex is 0; colo only
    breakeven_gpu_hour: float | None  # USD/GPU-h at which after_capex is 0; cloud only


@dataclass(frozen=True, slots=True)
class Income:
    """Revenue, net operating income and yearly charge for the capital, USD per grid MWh."""

    revenue: float
    noi: float
    annuity: float


def income(tier: str, values: Mapping[str, float]) -> Income:
    """The AI side of the spread."""
    return colo(values) if tier == "colo" else cloud(values)


def colo(v: Mapping[str, float]) -> Income:
    """A lease pays for contracted IT load whether it is used or not; the tenant pays for the power."""
    revenue = KW_MONTHS * v["colo_rent"] / HOURS_PER_YEAR / v["pue_ai"]
    annuity = capital_recovery(v["wacc"], v["life_years"]) * v["capex_per_mw"] / (HOURS_PER_YEAR * v["pue_ai"])
    return Income(revenue, revenue * v["noi_share"], annuity)


def cloud(v: Mapping[str, float]) -> Income:
    """Owned GPUs pay by the hour sold; the owner pays for power, upkeep and two lives of capital."""
    k = grid_mwh_per_gpu_hour(v)
    revenue = v["gpu_hour"] * v["gpu_utilisation"] / k
    opex = v["gpu_opex_share"] * v["gpu_capex"] / HOURS_PER_YEAR / k
    return Income(revenue, revenue - v["power_price"] - opex, yearly_capital(v) / HOURS_PER_YEAR / k)


def grid_mwh_per_gpu_hour(v: Mapping[str, float]) -> float:
    """Grid MWh that one GPU takes in an hour."""
    return v["gpu_kw"] * v["pue_ai"] / 1_000


def yearly_capital(v: Mapping[str, float]) -> float:
    """USD a year for one GPU and the building around it, each over its own life."""
    gpu = v["gpu_capex"] * capital_recovery(v["wacc"], v["gpu_life_years"])
    building = v["dc_capex_per_kw"] * v["gpu_kw"] * capital_recovery(v["wacc"], v["life_years"])
    return gpu + building


def breakeven_rent(v: Mapping[str, float], annuity: float, mining_margin: float) -> float:
    """USD/kW-month at which a lease equals mining after capital and forfeited credits."""
    needed = annuity + v["credit_forfeited"] + max(mining_margin, 0.0)
    return needed / v["noi_share"] * v["pue_ai"] * HOURS_PER_YEAR / KW_MONTHS


def breakeven_gpu_hour(v: Mapping[str, float]) -> float:
    """USD/GPU-h at which owned GPUs pay for themselves; mining plays no part in it."""
    power = v["power_price"] * grid_mwh_per_gpu_hour(v)
    yearly = v["gpu_opex_share"] * v["gpu_capex"] + yearly_capital(v)
    return (power + yearly / HOURS_PER_YEAR) / v["gpu_utilisation"]
