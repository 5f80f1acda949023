"""The margin again, written as a spreadsheet would be: straight down, sharing nothing with monitor.margin."""

from __future__ import annotations

from collections.abc import Mapping


def crf(w: float, n: float) -> float:
    return 1 / n if w == 0 else w * (1 + w) ** n / ((1 + w) ** n - 1)


def margin(x: Mapping[str, float], tier: str) -> dict[str, dict[str, float | None]]:
    hp = x.get("hashprice")
    if hp is None:
        subsidy = 50.0
        for _ in range(int(x["block_height"]) // 210_000):
            subsidy /= 2
        hp = x["btc_price"] * (subsidy + x["fees_per_block"]) * 86400e15 / (x["difficulty"] * 2**32)
    cost = x["power_price"] + x["om_mining"]
    rev = hp * (1 - x["pool_fee"]) / (0.024 * x["efficiency"] * x["pue_mining"])
    m = rev - cost
    k = x["gpu_kw"] * x["pue_ai"] / 1000
    if tier == "colo":
        ai_rev = 12000 * x["colo_rent"] / 8760 / x["pue_ai"]
        noi = ai_rev * x["noi_share"]
        ann = crf(x["wacc"], x["life_years"]) * x["capex_per_mw"] / (8760 * x["pue_ai"])
    else:
        ai_rev = x["gpu_hour"] * x["gpu_utilisation"] / k
        noi = ai_rev - x["power_price"] - x["gpu_opex_share"] * x["gpu_capex"] / 8760 / k
        gpu = x["gpu_capex"] * crf(x["wacc"], x["gpu_life_years"])
        house = x["dc_capex_per_kw"] * x["gpu_kw"] * crf(x["wacc"], x["life_years"])
        ann = (gpu + house) / 8760 / k
    credit = x["credit_forfeited"]
    op = noi - credit - max(m, 0)
    surplus = noi - credit - ann
    up = x["uptime_mining"]
    rent = (ann + credit + max(m, 0)) / x["noi_share"] * x["pue_ai"] * 8760 / 12000
    hour = None
    if tier == "cloud":
        yearly = x["gpu_opex_share"] * x["gpu_capex"] + gpu + house
        hour = (x["power_price"] * k + yearly / 8760) / x["gpu_utilisation"]
    return {
        "mining": {
            "hashprice": hp,
            "revenue": rev,
            "margin": m,
            "breakeven_power": rev - x["om_mining"],
            "breakeven_hashprice": cost * 0.024 * x["efficiency"] * x["pue_mining"] / (1 - x["pool_fee"]),
            "breakeven_efficiency": (hp * (1 - x["pool_fee"]) / (0.024 * cost * x["pue_mining"]) if cost > 0 else None),
        },
        "ai": {
            "revenue": ai_rev,
            "noi": noi,
            "annuity": ann,
            "after_capex": noi - ann,
            "breakeven_rent": rent if tier == "colo" else None,
            "breakeven_gpu_hour": hour,
        },
        "spread": {"gross": ai_rev - rev, "operating": op, "after_capex": op - ann},
        "per_mw_year": {
            "gross": ai_rev * 8760 - rev * 8760 * up,
            "operating": (noi - credit) * 8760 - max(m, 0) * 8760 * up,
            "after_capex": (noi - credit - ann) * 8760 - max(m, 0) * 8760 * up,
        },
        "more": {
            "indifference_hashprice": (
                None
                if surplus < 0
                else (surplus + cost) * 0.024 * x["efficiency"] * x["pue_mining"] / (1 - x["pool_fee"])
            )
        },
    }
