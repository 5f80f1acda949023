"""Money over time. Rates are shares a year, times are years."""

from __future__ import annotations

import math
from collections.abc import Sequence

HOURS_PER_YEAR = 8_760
MONTHS_PER_YEAR = 12


def capital_recovery(rate: float, years: float) -> float:
    """The share of a capital sum that pays it back with interest in equal yearly parts.

    w(1+w)^n / ((1+w)^n - 1), written so that a tiny rate loses no digits; 1/years without
    interest.
    """
    if rate == 0:
        return 1 / years
    return rate / -math.expm1(-years * math.log1p(rate))


def discount(rate: float, years: float) -> float:
    """USD today for a USD in `years`."""
    return math.exp(-years * math.log1p(rate))


def less_residual(capex: float, residual: float, rate: float, years: float) -> float:
    """Capex after the discounted value of what is left at the end."""
    return capex - residual * discount(rate, years)


def net_present_value(rate: float, capex: float, lag_years: float, income: Sequence[float]) -> float:
    """USD today: capex spent half way through the lag, then yearly income at the end of each year."""
    earned = sum(cash * discount(rate, lag_years + year) for year, cash in enumerate(income, 1))
    return earned - capex * discount(rate, lag_years / 2)


def rent_from_contract(value_usd: float, it_mw: float, years: float) -> float:
    """USD per kW and month of critical IT load: the average of the term, escalators included."""
    return value_usd / (it_mw * 1_000 * years * MONTHS_PER_YEAR)


def first_year_share(escalator: float, years: int) -> float:
    """Rent of the first year over the average of the term, when it rises by `escalator` each year."""
    if escalator == 0:
        return 1.0
    return years * escalator / ((1 + escalator) ** years - 1)


def first_year_rent(average: float, escalator: float, years: int) -> float:
    """The first year's rent behind a term average, in the unit of `average`."""
    return average * first_year_share(escalator, years)
