"""What moves the spread after capex, and by how much: the tornado and the two-way table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from monitor.margin import ai
from monitor.margin.compute import uses
from monitor.margin.inputs import PARAMETERS
from monitor.margin.spread import after_capex_of, finite, hashprice_of
from monitor.model import Input, Status

SWING = 0.10  # share by which a known value is moved
STEPS = (0.8, 0.9, 1.0, 1.1, 1.2)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the tornado: the spread after capex (USD per grid MWh) at the ends of one input's range."""

    name: str
    unit: str
    low: float
    high: float
    spread_low: float  # with the input at `low`
    spread_high: float  # with the input at `high`
    swing: float


@dataclass(frozen=True, slots=True)
class Table:
    """The spread after capex over two inputs, all else equal; None where it cannot be computed."""

    row: str
    rows: tuple[float, ...]
    column: str
    columns: tuple[float, ...]
    values: tuple[tuple[float | None, ...], ...]


def tornado(inputs: Mapping[str, Input], tier: str) -> tuple[Bar, ...]:
    """Bars of the inputs that move it, widest first; empty where the spread cannot be computed.

    An assumed input moves over the range seen in practice, a known one by 10 % to each side, both within
    what is allowed. The block height is known exactly and left out; the halving is told apart.
    """
    v = numbers(inputs)
    names = (name for name in uses(inputs, tier) if name in v and name != "block_height")
    bars = (_bar(name, inputs[name], v, tier) for name in names)
    return tuple(sorted((bar for bar in bars if bar is not None and bar.swing > 0), key=lambda bar: -bar.swing))


def two_way(
    inputs: Mapping[str, Input],
    tier: str,
    row: tuple[str, Sequence[float]],
    column: tuple[str, Sequence[float]],
) -> Table:
    """The spread at every pair of values of two inputs."""
    v = numbers(inputs)
    values = tuple(tuple(after_capex_of({**v, row[0]: y, column[0]: x}, tier) for x in column[1]) for y in row[1])
    return Table(row[0], tuple(row[1]), column[0], tuple(column[1]), values)


def usual_table(inputs: Mapping[str, Input], tier: str) -> Table | None:
    """The two prices against each other, hashprice by AI price, from -20 % to +20 %."""
    v = numbers(inputs)
    hashprice, price = finite(lambda: hashprice_of(v)), ai.PRICE[tier]
    if hashprice is None:
        return None
    rows = [hashprice * step for step in STEPS]
    return two_way(inputs, tier, ("hashprice", rows), (price, [v[price] * step for step in STEPS]))


def as_json(bars: Sequence[Bar], table: Table | None) -> dict[str, object]:
    """What `margin --json --sensitivity` adds."""
    return {"sensitivity": [asdict(bar) for bar in bars], "two_way": None if table is None else asdict(table)}


def numbers(inputs: Mapping[str, Input]) -> dict[str, float]:
    """The values of the inputs that have one."""
    return {name: i.value for name, i in inputs.items() if i.value is not None}


def _bar(name: str, used: Input, v: Mapping[str, float], tier: str) -> Bar | None:
    low, high = _ends(name, used, v[name])
    at_low = after_capex_of({**v, name: low}, tier)
    at_high = after_capex_of({**v, name: high}, tier)
    if at_low is None or at_high is None:
        return None
    return Bar(name, used.unit, low, high, at_low, at_high, abs(at_high - at_low))


def _ends(name: str, used: Input, value: float) -> tuple[float, float]:
    parameter = PARAMETERS[name]
    if used.status is Status.ASSUMED and parameter.span is not None:
        return min(parameter.span[0], value), max(parameter.span[1], value)
    step = abs(value) * SWING
    return parameter.allowed.clamp(value - step, value), parameter.allowed.clamp(value + step, value)
