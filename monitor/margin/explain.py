"""The margin as an analyst would check it: formulas with their numbers, then the source of each number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.clock import age
from monitor.margin import network
from monitor.margin.compute import Margin, uses
from monitor.margin.sensitivity import numbers
from monitor.model import Input, Status


def explain(margin: Margin, now: datetime) -> list[str]:
    """Lines for `--explain`; money is USD per grid MWh where no other unit stands."""
    v = numbers(margin.inputs)
    lines = [f"{margin.site}, {margin.tier} (formula {margin.formula}), USD per grid MWh"]
    if margin.mining.revenue is not None:
        lines += [*_hashprice(margin, v), *_mining(margin, v)]
    if margin.ai.revenue is not None:
        lines += _colo(margin, v) if margin.tier == "colo" else _cloud(margin, v)
    if margin.spread.after_capex is not None:
        lines += _spread(margin, v)
    lines += [f"missing: {text}" for text in margin.missing]
    return [*lines, "inputs", *(_source(n, margin.inputs[n], now) for n in uses(margin.inputs, margin.tier))]


def _n(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def _hashprice(m: Margin, v: dict[str, float]) -> Iterator[str]:
    if "hashprice" in v:
        yield f"hashprice = {_n(v['hashprice'])} USD/PH/day, as given"
        return
    subsidy, fees = network.subsidy(v["block_height"]), v.get("fees_per_block", 0.0)
    yield (
        f"hashprice = btc_price x (subsidy + fees) x 86400e15 / (difficulty x 2^32) = {_n(v['btc_price'])}"
        f" x ({_n(subsidy)} + {_n(fees)}) x 86400e15 / ({_n(v['difficulty'])} x 2^32)"
        f" = {_n(m.mining.hashprice)} USD/PH/day"
    )


def _mining(m: Margin, v: dict[str, float]) -> Iterator[str]:
    yield (
        "mining.revenue = hashprice x (1 - pool_fee) / (0.024 x efficiency x pue_mining) ="
        f" {_n(m.mining.hashprice)} x (1 - {_n(v['pool_fee'])})"
        f" / (0.024 x {_n(v['efficiency'])} x {_n(v['pue_mining'])}) = {_n(m.mining.revenue)}"
    )
    yield (
        f"mining.margin = revenue - power_price - om_mining = {_n(m.mining.revenue)} - {_n(v['power_price'])}"
        f" - {_n(v['om_mining'])} = {_n(m.mining.margin)}"
    )
    yield (
        f"mining breaks even at power {_n(m.mining.breakeven_power)} USD/MWh, hashprice"
        f" {_n(m.mining.breakeven_hashprice)} USD/PH/day, fleet {_n(m.mining.breakeven_efficiency)} J/TH"
    )


def _colo(m: Margin, v: dict[str, float]) -> Iterator[str]:
    yield (
        f"ai.revenue = 12000 x colo_rent / 8760 / pue_ai = 12000 x {_n(v['colo_rent'])} / 8760"
        f" / {_n(v['pue_ai'])} = {_n(m.ai.revenue)}"
    )
    yield f"ai.noi = revenue x noi_share = {_n(m.ai.revenue)} x {_n(v['noi_share'])} = {_n(m.ai.noi)}"
    yield (
        "ai.annuity = CRF(wacc, life_years) x capex_per_mw / (8760 x pue_ai) ="
        f" CRF({_n(v['wacc'])}, {_n(v['life_years'])}) x {_n(v['capex_per_mw'])} / (8760 x {_n(v['pue_ai'])})"
        f" = {_n(m.ai.annuity)}"
    )
    yield f"ai.after_capex = noi - annuity = {_n(m.ai.after_capex)}"
    yield f"the lease equals mining at {_n(m.ai.breakeven_rent)} USD/kW-month"


def _cloud(m: Margin, v: dict[str, float]) -> Iterator[str]:
    k = v["gpu_kw"] * v["pue_ai"] / 1_000
    yield f"k = gpu_kw x pue_ai / 1000 = {_n(v['gpu_kw'])} x {_n(v['pue_ai'])} / 1000 = {_n(k)} MWh per GPU-hour"
    yield (
        f"ai.revenue = gpu_hour x gpu_utilisation / k = {_n(v['gpu_hour'])} x {_n(v['gpu_utilisation'])}"
        f" / {_n(k)} = {_n(m.ai.revenue)}"
    )
    yield (
        "ai.noi = revenue - power_price - gpu_opex_share x gpu_capex / 8760 / k ="
        f" {_n(m.ai.revenue)} - {_n(v['power_price'])} - {_n(v['gpu_opex_share'])} x {_n(v['gpu_capex'])}"
        f" / 8760 / {_n(k)} = {_n(m.ai.noi)}"
    )
    yield (
        "ai.annuity = (gpu_capex x CRF(wacc, gpu_life_years) + dc_capex_per_kw x gpu_kw x"
        f" CRF(wacc, life_years)) / 8760 / k = ({_n(v['gpu_capex'])} x CRF({_n(v['wacc'])},"
        f" {_n(v['gpu_life_years'])}) + {_n(v['dc_capex_per_kw'])} x {_n(v['gpu_kw'])} x CRF({_n(v['wacc'])},"
        f" {_n(v['life_years'])})) / 8760 / {_n(k)} = {_n(m.ai.annuity)}"
    )
    yield f"ai.after_capex = noi - annuity = {_n(m.ai.after_capex)}"
    yield f"the GPUs pay for themselves at {_n(m.ai.breakeven_gpu_hour)} USD/GPU-h"


def _spread(m: Margin, v: dict[str, float]) -> Iterator[str]:
    yield (
        f"spread.gross = ai.revenue - mining.revenue = {_n(m.ai.revenue)} - {_n(m.mining.revenue)}"
        f" = {_n(m.spread.gross)}"
    )
    yield (
        f"spread.operating = ai.noi - credit_forfeited - max(mining.margin, 0) = {_n(m.ai.noi)}"
        f" - {_n(v['credit_forfeited'])} - max({_n(m.mining.margin)}, 0) = {_n(m.spread.operating)}"
    )
    yield (
        f"spread.after_capex = operating - annuity = {_n(m.spread.operating)} - {_n(m.ai.annuity)}"
        f" = {_n(m.spread.after_capex)}"
    )
    yield (
        f"at {m.range.basis} AI prices from lowest to highest: {_n(m.range.low)} to {_n(m.range.high)};"
        f" indifferent at a hashprice of {_n(m.indifference_hashprice)} USD/PH/day"
    )


def _source(name: str, used: Input, now: datetime) -> str:
    old = "" if used.observed_at is None else f", {age(used.observed_at, now)} old"
    status = "ASSUMED" if used.status is Status.ASSUMED else used.status.value
    return f"  {name} = {_n(used.value)} {used.unit} [{status}] {used.source}{old}"
