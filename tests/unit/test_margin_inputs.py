"""Where the numbers come from, and which are refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import SiteConfig
from monitor.errors import UsageError
from monitor.margin.inputs import PARAMETERS, SIGNALS, parse_settings, problem, resolve
from monitor.model import Input, Status

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def reading(value: float, status: Status = Status.LIVE) -> Input:
    return Input(value, "USD/MWh", "EIA", NOW, status)


def test_the_defaults_are_the_documented_ones_and_say_where_they_come_from() -> None:
    defaults = {
        "btc_price": None, "difficulty": None, "block_height": None, "fees_per_block": 0, "hashprice": None,
        "power_price": 45, "colo_rent": 152.8, "gpu_hour": 2.35, "efficiency": 15, "pool_fee": 0.01,
        "pue_mining": 1.05, "om_mining": 6, "uptime_mining": 0.95, "pue_ai": 1.25, "noi_share": 0.92,
        "capex_per_mw": 10_000_000, "wacc": 0.09, "life_years": 15, "credit_forfeited": 0, "gpu_kw": 1.275,
        "gpu_utilisation": 0.9, "gpu_capex": 35_000, "gpu_life_years": 5, "gpu_opex_share": 0.08,
        "dc_capex_per_kw": 10_000,
    }  # fmt: skip
    assert {name: p.default for name, p in PARAMETERS.items()} == defaults
    assert tuple(defaults)[:8] == SIGNALS
    for p in PARAMETERS.values():
        assert p.unit and p.note
        assert (p.default is None) or (p.source and p.date), p.name
        assert p.default is None or not p.allowed.refuse(p.default)


def test_the_command_line_goes_before_the_site_before_the_reading_before_the_assumption() -> None:
    site = SiteConfig(name="Texas", values={"power_price": 40})
    readings = {"power_price": reading(67)}
    for set_values, used_site, used_readings, value, status, source in (
        ({"power_price": 30.0}, site, readings, 30, Status.SET, "command line"),
        ({}, site, readings, 40, Status.SET, "site Texas"),
        ({}, None, readings, 67, Status.LIVE, "EIA"),
        ({}, None, {"power_price": reading(67, Status.STALE)}, 67, Status.STALE, "EIA"),
        ({}, None, {}, 45, Status.ASSUMED, "near US wholesale of 47 (EIA, 2025)"),
    ):
        found = resolve(set_values, used_site, used_readings)["power_price"]
        assert (found.value, found.status) == (value, status) and found.source.startswith(source)


@pytest.mark.parametrize("part", ["btc_price", "difficulty", "block_height", "fees_per_block"])
def test_setting_a_part_sets_a_measured_hashprice_aside(part: str) -> None:
    readings = {"hashprice": reading(30)}
    assert resolve({}, None, readings)["hashprice"].value == 30
    assert resolve({part: 1}, None, readings)["hashprice"].value is None
    assert resolve({}, SiteConfig(name="x", values={part: 1}), readings)["hashprice"].value is None


def test_a_hashprice_that_was_set_stays_and_other_settings_keep_the_measured_one() -> None:
    readings = {"hashprice": reading(30)}
    assert resolve({"btc_price": 1, "hashprice": 50}, None, readings)["hashprice"].value == 50
    assert resolve({"power_price": 1}, None, readings)["hashprice"].value == 30


def test_an_impossible_reading_is_not_used_and_says_so() -> None:
    found = resolve({}, None, {"difficulty": reading(0), "power_price": reading(float("nan"))})
    assert found["difficulty"].value is None
    assert found["difficulty"].source == "reading 0 of EIA refused, allowed: above 0; no reading"
    assert found["power_price"].value == 45 and found["power_price"].status is Status.ASSUMED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("efficiency=0", "efficiency is 0; allowed: above 0 (J/TH)"),
        ("pool_fee=1.2", "allowed: at least 0 and below 1"),
        ("pool_fee=1", "allowed: at least 0 and below 1"),
        ("pue_ai=-1", "allowed: 1 to 3"),
        ("pue_mining=3.01", "allowed: 1 to 3"),
        ("uptime_mining=0", "allowed: above 0 and at most 1"),
        ("noi_share=1.01", "allowed: above 0 and at most 1"),
        ("wacc=1.01", "allowed: 0 to 1"),
        ("life_years=0.5", "allowed: 1 to 50"),
        ("gpu_life_years=51", "allowed: 1 to 50"),
        ("colo_rent=-1", "allowed: at least 0"),
        ("power_price=1e999", "allowed: any finite number"),
        ("power_price=nan", "nan is no plain number"),
        ("power_price=1_0", "1_0 is no plain number"),
        ("power_price=", "nothing is no plain number"),
        ("power_price", "write NAME=VALUE"),
        ("powr_price=4", "unknown name powr_price; did you mean power_price?"),
    ],
)
def test_impossible_settings_are_refused_by_name_with_the_range(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings([text])
    assert str(caught.value).startswith(f"--set {text}: ") and said in str(caught.value)


def test_settings_are_read_and_the_last_one_wins() -> None:
    texts = ["difficulty=1.3387e14", " power_price = -5.5 ", "power_price=+7", "life_years=1", "wacc=0"]
    assert parse_settings(texts) == {"difficulty": 1.3387e14, "power_price": 7, "life_years": 1, "wacc": 0}


def test_an_impossible_site_is_refused_too() -> None:
    with pytest.raises(UsageError, match="efficiency is 0"):
        resolve({}, SiteConfig(name="x", values={"efficiency": 0}), {})
    assert problem("efficiency", 15) is None


@pytest.mark.parametrize(("value", "nearest"), [(1.2, 1.0), (-0.5, 0.0), (0.5, 0.5)])
def test_clamping_stays_inside_what_is_allowed(value: float, nearest: float) -> None:
    assert PARAMETERS["wacc"].allowed.clamp(value, 0.1) == nearest
    assert PARAMETERS["pool_fee"].allowed.clamp(1.2, 0.9) == 0.9


def test_the_page_on_economics_lists_every_input_with_its_default_and_range() -> None:
    page = (Path(__file__).parents[2] / "docs/economics.md").read_text()
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    assert set(rows) == set(PARAMETERS)
    for name, p in PARAMETERS.items():
        _, _, default, unit, allowed, *_ = (cell.strip() for cell in rows[name].split("|"))
        assert (unit, allowed) == (p.unit, str(p.allowed))
        assert default == "none" if p.default is None else float(default.replace(",", "")) == p.default
