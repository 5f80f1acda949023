"""What `margin` prints for people: lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor import clock
from monitor.margin import compute
from monitor.margin.compute import Margin
from monitor.margin.outlook import Around, matters
from monitor.margin.sensitivity import Bar, Table
from monitor.model import Input, Status


def summary(margin: Margin, now: datetime) -> list[str]:
    """The margin on a page: both sides, the spread, and where every input comes from."""
    return [*head(margin, now), *used_inputs(margin, now)]


def head(margin: Margin, now: datetime) -> list[str]:
    """Both sides and the spread, and what is missing."""
    mining, ai, spread = margin.mining, margin.ai, margin.spread
    low, high = margin.range.low, margin.range.high
    oldest = f", oldest input {clock.age(margin.as_of, now)} old" if margin.as_of else ""
    lines = [
        f"AI ({margin.tier}) minus mining at {margin.site}, USD per grid MWh{oldest}",
        f"  mining   revenue {_usd(mining.revenue)}  margin {_usd(mining.margin)}"
        f"  at hashprice {_usd(mining.hashprice)} USD/PH/day",
        f"  AI       revenue {_usd(ai.revenue)}  NOI {_usd(ai.noi)}  annuity {_usd(ai.annuity)}"
        f"  after capex {_usd(ai.after_capex)}",
        f"  spread   gross {_usd(spread.gross)}  operating {_usd(spread.operating)}"
        f"  after capex {_usd(spread.after_capex)}",
        f"           after capex from {_usd(low)} to {_usd(high)} over the {margin.range.basis} AI prices",
        f"  break-even  power {_usd(mining.breakeven_power)}  hashprice {_usd(mining.breakeven_hashprice)}"
        f"  fleet {_usd(mining.breakeven_efficiency)} J/TH"
        f"  indifference hashprice {_usd(margin.indifference_hashprice)}",
    ]
    return [*lines, *(f"  missing  {text}" for text in margin.missing)]


def used_inputs(margin: Margin, now: datetime) -> list[str]:
    """Where every input of the spread comes from."""
    used = compute.uses(margin.inputs, margin.tier)
    return ["  inputs", *(f"    {_input(name, margin.inputs[name], now)}" for name in used)]


def _input(name: str, used: Input, now: datetime) -> str:
    value = "none" if used.value is None else f"{used.value:,.6g}"
    seen = f", {clock.age(used.observed_at, now)} old" if used.observed_at else ""
    mark = used.status.value.upper() if used.status in (Status.STALE, Status.ASSUMED) else used.status.value
    return f"{name:<16} {value:>12} {used.unit:<14} {mark:<8} {used.source}{seen}"


def around(told: Around, tier: str) -> list[str]:
    """What stands around the spread, a label before each matter."""
    return [f"  {label:<9} {text}" for label, text in matters(told, tier)]


def attribution(parts: Mapping[str, float | None], moved: Mapping[str, float | None], since: datetime | None) -> str:
    """`moved` is by how much each input changed."""
    total = parts["total"]
    if since is None or total is None:
        return f"  since     {'no spread was stored before' if since is None else 'one side cannot be computed'}"
    causes = [
        f"{name} {'' if moved.get(name) is None else format(moved[name], '+,.4g')} → {part:+,.1f}".replace("  ", " ")
        for name, part in sorted(parts.items(), key=lambda item: -abs(item[1] or 0.0))
        if name != "total" and part is not None
    ]
    told = ", ".join(causes) or "no input changed"
    return f"  since     {total:+,.1f} USD/MWh since {clock.to_text(since)}: {told}"


def sensitivity(bars: Sequence[Bar], table: Table | None) -> list[str]:
    """The tornado, widest bar first, and the two-way table."""
    if not bars:
        return ["  sensitivity: the spread cannot be computed"]
    widest = bars[0].swing
    lines = ["  what moves the spread after capex, from the low to the high end of each input"]
    for bar in bars:
        blocks = "█" * max(round(bar.swing / widest * 20), 1)
        lines.append(
            f"    {bar.name:<16} {bar.low:>12,.6g} to {bar.high:<12,.6g} {bar.unit:<14}"
            f" {bar.spread_low:>9,.1f} to {bar.spread_high:<9,.1f} {blocks}"
        )
    if table is not None:
        lines.append(f"  spread after capex by {table.row} (down) and {table.column} (across)")
        lines.append(" " * 14 + "".join(f"{x:>10,.4g}" for x in table.columns))
        lines += [
            f"    {y:>10,.4g}" + "".join(f"{_usd(x):>10}" for x in row)
            for y, row in zip(table.rows, table.values, strict=True)
        ]
    return lines


def _usd(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.1f}"
