"""The numbers that the margin is computed with: name, unit, default, allowed range, source and date.

`resolve` settles where each one comes from: command line, then site, then reading, then the assumption here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from monitor.config import SiteConfig
from monitor.errors import UsageError
from monitor.model import Input, Status


@dataclass(frozen=True, slots=True)
class Bounds:
    """The allowed values of an input."""

    low: float = -math.inf
    high: float = math.inf
    above_low: bool = False  # low itself is refused
    below_high: bool = False  # high itself is refused

    def refuse(self, value: float) -> bool:
        """Whether the value is impossible; NaN and infinities are."""
        too_low = value <= self.low if self.above_low else value < self.low
        too_high = value >= self.high if self.below_high else value > self.high
        return not math.isfinite(value) or too_low or too_high

    def clamp(self, value: float, otherwise: float) -> float:
        """The nearest allowed value; `otherwise` where the bound itself is refused."""
        nearest = min(max(value, self.low), self.high)
        return otherwise if self.refuse(nearest) else nearest

    def __str__(self) -> str:
        low = "" if self.low == -math.inf else f"{'above' if self.above_low else 'at least'} {self.low:g}"
        if self.high == math.inf:
            return low or "any finite number"
        if self.above_low or self.below_high:
            return f"{low} and {'below' if self.below_high else 'at most'} {self.high:g}"
        return f"{self.low:g} to {self.high:g}"


ANY = Bounds()
NOT_NEGATIVE = Bounds(0)
POSITIVE = Bounds(0, above_low=True)
UP_TO_ONE = Bounds(0, 1, above_low=True)
BELOW_ONE = Bounds(0, 1, below_high=True)
PUE = Bounds(1, 3)
RATE = Bounds(0, 1)
LIFE = Bounds(1, 50)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named input of the margin."""

    name: str
    unit: str
    default: float | None
    allowed: Bounds
    note: str  # what it is
    source: str = ""  # where the default comes from, "" where there is none
    date: str = ""  # of the default
    span: tuple[float, float] | None = None  # seen in practice; what the sensitivity moves it by
    signal: bool = False  # comes from readings as a rule


_TABLE = (
    Parameter("btc_price", "USD", None, POSITIVE, "price of one bitcoin", signal=True),
    Parameter("difficulty", "1", None, POSITIVE, "network difficulty, not the hash rate", signal=True),
    Parameter("block_height", "blocks", None, NOT_NEGATIVE, "tip of the chain, gives the subsidy",
              signal=True),
    Parameter("fees_per_block", "BTC", 0.0, NOT_NEGATIVE, "fees of a block, mean of the last 144",
              "left out: understates hashprice by 0.5 to 6 %", "2026-06", signal=True),
    Parameter("hashprice", "USD/PH/day", None, NOT_NEGATIVE, "a measured one replaces the computed one",
              signal=True),
    Parameter("power_price", "USD/MWh", 45.0, ANY, "all-in price of a MWh at the meter",
              "near US wholesale of 47 (EIA, 2025) and Riot's gross 41.9 (2024)", "2025", (30, 75),
              signal=True),
    Parameter("colo_rent", "USD/kW-month", 152.8, NOT_NEGATIVE,
              "rent of one kW of critical IT load, average of the term",
              "median of 11 announced leases (monitor/data/leases.csv)", "2026-05", (101.85, 188.49),
              signal=True),
    Parameter("gpu_hour", "USD/GPU-h", 2.35, NOT_NEGATIVE, "rent of one GPU for an hour",
              "H100 SXM, one year reserved (monitor/data/gpus.csv)", "2026-03", (1.99, 6.88), signal=True),
    Parameter("efficiency", "J/TH", 15.0, POSITIVE, "energy of the fleet per terahash; J/TH is kW per PH/s",
              "Antminer S21 Pro (monitor/data/asics.csv)", "2024", (9.5, 29.5)),
    Parameter("pool_fee", "share", 0.01, BELOW_ONE, "what the pool keeps of the revenue",
              "usual full-pay-per-share fee, assumption", "2026", (0.0, 0.025)),
    Parameter("pue_mining", "ratio", 1.05, PUE, "power at the meter over power at the machines",
              "fans, pumps and transformers, assumption", "2026", (1.02, 1.10)),
    Parameter("om_mining", "USD/MWh", 6.0, ANY, "variable cost of the mining site besides power",
              "assumption", "2026", (3, 8)),
    Parameter("uptime_mining", "share", 0.95, UP_TO_ONE, "hours of the year that the fleet runs",
              "after curtailment, assumption", "2026", (0.93, 0.97)),
    Parameter("pue_ai", "ratio", 1.25, PUE, "power at the meter over critical IT load",
              "announced campuses run from 1.18 to 1.52", "2025", (1.15, 1.35)),
    Parameter("noi_share", "share", 0.92, UP_TO_ONE, "net operating income over rent",
              "triple-net lease; modified gross has 0.80 to 0.85", "2025-12", (0.80, 0.985)),
    Parameter("capex_per_mw", "USD/MW-IT", 10_000_000.0, NOT_NEGATIVE,
              "building for one MW of critical IT load, turnkey",
              "guided 8 to 11 million; 13 to 15 million seen", "2026", (3_600_000, 15_000_000)),
    Parameter("wacc", "share/year", 0.09, RATE, "cost of capital", "secured notes of a host at 9.25 %",
              "2025", (0.06, 0.12)),
    Parameter("life_years", "years", 15.0, LIFE, "years over which the building is paid back",
              "usual term of the leases", "2026", (10, 20)),
    Parameter("credit_forfeited", "USD/MWh", 0.0, ANY,
              "demand-response credits that an inflexible load gives up",
              "none assumed; Riot's were worth 7.6 in 2024 and 23.3 in 2023", "2024", (0, 23.3)),
    Parameter("gpu_kw", "kW-IT/GPU", 1.275, POSITIVE, "critical IT load of one GPU with its server",
              "DGX H100: 10.2 kW for 8", "2024"),
    Parameter("gpu_utilisation", "share", 0.9, UP_TO_ONE, "hours of the year that are sold", "assumption",
              "2026", (0.6, 0.95)),
    Parameter("gpu_capex", "USD", 35_000.0, NOT_NEGATIVE, "one GPU with its part of server and network",
              "assumption", "2026", (25_000, 45_000)),
    Parameter("gpu_life_years", "years", 5.0, LIFE, "years over which the GPU is paid back", "assumption",
              "2026", (3, 6)),
    Parameter("gpu_opex_share", "share/year", 0.08, NOT_NEGATIVE, "staff, upkeep and software over GPU capex",
              "6 to 12 %, assumption", "2026", (0.06, 0.12)),
    Parameter("dc_capex_per_kw", "USD/kW-IT", 10_000.0, NOT_NEGATIVE, "data centre around the GPUs",
              "as capex_per_mw", "2026", (8_000, 15_000)),
)  # fmt: skip

PARAMETERS: Mapping[str, Parameter] = MappingProxyType({p.name: p for p in _TABLE})
SIGNALS = tuple(p.name for p in _TABLE if p.signal)
MEASURED_BY_HASHPRICE = ("btc_price", "difficulty", "block_height", "fees_per_block")

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def problem(name: str, value: float) -> str | None:
    """Why this value cannot be used for this name, in one line; None where it can."""
    known = PARAMETERS.get(name)
    if known is None:
        near = get_close_matches(name, PARAMETERS, n=1)
        return f"unknown name {name}" + (f"; did you mean {near[0]}?" if near else "")
    if known.allowed.refuse(value):
        return f"{name} is {value:g}; allowed: {known.allowed} ({known.unit})"
    return None


def parse_settings(texts: Iterable[str]) -> dict[str, float]:
    """`NAME=VALUE` of the command line → values; UsageError names the text, the range or the nearest name."""
    values: dict[str, float] = {}
    for text in texts:
        name, equals, number = (part.strip() for part in text.partition("="))
        if not equals:
            raise UsageError(f"--set {text}: write NAME=VALUE, such as power_price=45")
        if name in PARAMETERS and not _NUMBER.fullmatch(number):
            raise UsageError(f"--set {text}: {number or 'nothing'} is no plain number")
        fault = problem(name, float(number) if name in PARAMETERS else 0.0)
        if fault:
            raise UsageError(f"--set {text}: {fault}")
        values[name] = float(number)
    return values


def resolve(
    set_values: Mapping[str, float], site: SiteConfig | None, readings: Mapping[str, Input]
) -> dict[str, Input]:
    """Every input of the margin: `set_values`, then the site, then the reading, then the assumption.

    Setting a part of the hashprice (price, difficulty, height, fees) sets a measured hashprice aside, for
    otherwise the part would change nothing. A reading outside the allowed range is not used and says so.
    UsageError where a set value is impossible.
    """
    given = {} if site is None else dict(site.values)
    for name, value in {**given, **set_values}.items():
        if fault := problem(name, value):
            raise UsageError(fault)
    apart = {"hashprice"} if any(n in set_values or n in given for n in MEASURED_BY_HASHPRICE) else set()
    usable = {name: reading for name, reading in readings.items() if name not in apart}
    return {p.name: _input(p, set_values, given, site, usable.get(p.name)) for p in _TABLE}


def _input(
    parameter: Parameter,
    set_values: Mapping[str, float],
    given: Mapping[str, float],
    site: SiteConfig | None,
    reading: Input | None,
) -> Input:
    name, unit = parameter.name, parameter.unit
    if name in set_values:
        return Input(set_values[name], unit, "command line", None, Status.SET)
    if site is not None and name in given:
        return Input(given[name], unit, f"site {site.name}", None, Status.SET)
    if reading is None or reading.value is None:
        return assumed(parameter)
    if parameter.allowed.refuse(reading.value):
        refused = f"reading {reading.value:g} of {reading.source} refused, allowed: {parameter.allowed}"
        return assumed(parameter, refused)
    return reading


def assumed(parameter: Parameter, because: str = "") -> Input:
    """The default as an input that is marked assumed; its value is None where there is no default."""
    known = "no reading" if parameter.default is None else f"{parameter.source}, {parameter.date}"
    source = f"{because}; {known}" if because else known
    return Input(parameter.default, parameter.unit, source, None, Status.ASSUMED)
