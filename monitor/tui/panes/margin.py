"""Margin: what the spread is, how it moved between its rule's levels, and what it was computed with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult

from monitor.clock import age
from monitor.model import Input, Status
from monitor.tui import chart, words
from monitor.tui.panes.base import Answer, Deed, Pane, Told
from monitor.tui.state import Known, MarginRow
from monitor.tui.widgets.reader import Reader

if TYPE_CHECKING:
    from monitor.margin.compute import Margin

Now = Callable[[], datetime]
UNITS = {
    "hashprice": "$/PH/day",
    "breakeven_hashprice": "$/PH/day",
    "breakeven_efficiency": "J/TH",
    "breakeven_rent": "$/kW-month",
    "breakeven_gpu_hour": "$/GPU-h",
} | dict.fromkeys(("revenue", "margin", "breakeven_power", "noi", "annuity", "after_capex"), "$/MWh")
TALL = 9  # lines of the drawing


class MarginPane(Pane):
    """One site and tier at a time."""

    shown = frozenset({"inputs", "tier", "site", "poll"})

    def __init__(self, now: Now) -> None:
        super().__init__(id="margin")
        self._now = now
        self._rows: tuple[MarginRow, ...] = ()
        self._chosen: tuple[str, str] | None = None  # site and tier, once known

    def compose(self) -> ComposeResult:
        yield Reader("computing...")

    def show(self, known: Known) -> None:
        self._rows = known.margins
        if self._chosen is None and (first := headline(known.margins)):
            self._chosen = (first.margin.site, first.margin.tier)
        self.tick()

    def tick(self) -> None:
        row = self._row()
        if row is not None:
            width = self.query_one(Reader).scrollable_content_region.width or 78
            self.query_one(Reader).update(page(row, self._now(), width))

    def on_resize(self) -> None:
        self.tick()

    def enter(self) -> None:
        self.screen.set_focus(self.query_one(Reader))

    def deeds(self) -> dict[str, Deed]:
        return {
            **super().deeds(),
            "inputs": self._tell_inputs,
            "tier": self._next_tier,
            "site": self._next_site,
        }

    def _next_tier(self) -> None:
        if row := self._row():
            here = row.margin
            tiers = [r.margin.tier for r in self._rows if r.margin.site == here.site]
            self._choose(here.site, _after(tiers, here.tier))

    def _next_site(self) -> None:
        if row := self._row():
            here = row.margin
            sites = [r.margin.site for r in self._rows if r.margin.tier == here.tier]
            self._choose(_after(sites, here.site), here.tier)

    def _choose(self, site: str, tier: str) -> None:
        self._chosen = (site, tier)
        self.tick()

    def _tell_inputs(self) -> Answer:
        """Every input of the spread that is shown."""
        row = self._row()
        if row is None:
            return "the margin is still being computed; press again"
        margin, now = row.margin, self._now()
        lines = [input_line(name, used, now) for name, used in margin.inputs.items()]
        return Told(f"Inputs of {margin.site}, tier {margin.tier}", lines)

    def _row(self) -> MarginRow | None:
        return next((row for row in self._rows if (row.margin.site, row.margin.tier) == self._chosen), None)


def headline(rows: Sequence[MarginRow]) -> MarginRow | None:
    """The margin that is spoken of first: the one a rule watches, else the first."""
    return next((row for row in rows if row.rule), rows[0] if rows else None)


def spread_name(margin: Margin) -> str:
    """What the spread is, in one line."""
    price = {"colo": "colo_rent", "cloud": "gpu_hour"}[margin.tier]
    paid, fleet = margin.inputs[price], margin.inputs["efficiency"]
    return (
        f"AI({margin.tier}, {words.number(paid.value)} {paid.unit}{mark(paid)})"
        f" - mining({words.number(fleet.value)} J/TH{mark(fleet)}) after capex, $/grid MWh"
    )


def mark(used: Input) -> str:
    """`~` on what is assumed, `!` on what is stale: neither passes for live."""
    return {Status.ASSUMED: " ~assumed", Status.STALE: " !stale"}.get(used.status, "")


def input_line(name: str, used: Input, now: datetime) -> str:
    """Name, value, unit, age, status and source, each in its place."""
    old = age(used.observed_at, now) if used.observed_at else "-"
    value = f"{words.number(used.value):>11} {used.unit:<13}"
    return f"{name:<17}{value} {old:>4} {used.status.value:<8}{used.source}"


def page(row: MarginRow, now: datetime, width: int) -> Text:
    """The whole page of one margin."""
    margin = row.margin
    text = Text(f"{margin.site}  tier {margin.tier}\n", "bold")
    text.append(f"{spread_name(margin)}\n")
    text.append(f"{words.signed(margin.spread.after_capex)} $/MWh", "bold")
    text.append_text(_age(margin, now))
    low, high = margin.range.low, margin.range.high
    if low != high:
        text.append(f"   {words.signed(low)} to {words.signed(high)} over the {margin.range.basis} prices")
    text.append_text(_rule(row, now))
    for missing in margin.missing:
        text.append(f"\nmissing: {missing}", words.LATE)
    if row.series and margin.spread.after_capex is not None:
        levels = [("enter", row.rule.enter), ("exit", row.rule.exit)] if row.rule else []
        series = [*row.series, (now, margin.spread.after_capex)]
        text.append(f"\n\nafter capex since {age(series[0][0], now)} ago\n")
        text.append("\n".join(chart.plot(series, levels, width, TALL)))
    text.append_text(_numbers(margin, width))
    text.append_text(_around(row))
    return text


def _around(row: MarginRow) -> Text:
    """What stands around the spread: sites, lease, halving, the network and the forecast with its scores."""
    from monitor.margin.outlook import matters  # the calculator is loaded by the time there is a row

    text = Text("\n\nAround it", "bold underline")
    for label, said in matters(row.around, row.margin.tier):
        text.append(f"\n{label:<9} {said}", "not bold not underline")
    return text


def _age(margin: Margin, now: datetime) -> Text:
    """The age of the oldest reading in it, and what is not live."""
    text = Text(f"   {age(margin.as_of, now) if margin.as_of else 'no reading'}")
    for status, style in ((Status.STALE, words.LATE), (Status.ASSUMED, "")):
        names = [name for name, used in margin.inputs.items() if used.status is status]
        if status is Status.STALE and names:
            text.append(f" STALE ({', '.join(names)})", style)
        elif names:
            text.append(f"   {len(names)} inputs assumed (i)", style)
    return text


def _rule(row: MarginRow, now: datetime) -> Text:
    if row.rule is None:
        return Text("\nno rule watches this spread: add a [[rule]] with enter and exit to feeds.toml")
    return Text(f"\n{words.rule_line(row.rule, row.rule_state, now)}", "bold")


def _numbers(margin: Margin, width: int) -> Text:
    mining, ai, spread = margin.mining, margin.ai, margin.spread
    pairs: tuple[tuple[str, dict[str, float | None]], ...] = (
        ("Spread, $/grid MWh", asdict(spread)),
        ("Mining", {f"{name} {UNITS[name]}": value for name, value in asdict(mining).items()}),
        (
            f"AI, {margin.tier}",
            {f"{name} {UNITS[name]}": value for name, value in asdict(ai).items()}
            | {"indifference hashprice $/PH/day": margin.indifference_hashprice},
        ),
    )
    text, label = Text(), min(34, width - 11)
    for heading, values in pairs:
        text.append(f"\n\n{heading}", "bold underline")
        for name, value in values.items():
            if value is not None:
                text.append(f"\n{name.replace('_', ' ').replace('noi', 'NOI'):<{label}}{words.number(value):>10}")
    return text


def _after(names: Sequence[str], name: str) -> str:
    return names[(names.index(name) + 1) % len(names)]
