"""Margin, back-test, forecast and the rules on numbers and stories, through the program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import filled
from support.histories import csv_text
from support.program import Program, Reply, Server, rss

from monitor.config import RuleConfig
from monitor.cycle import judging
from monitor.store import facts
from monitor.store.database import open_database, transaction

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NETWORK = {"difficulty": "133870000000000", "block_height": "955584", "fees_per_block": "0.0157"}
SITES = """
[[site]]
name = "Texas"
efficiency = 15

[[site]]
name = "Old fleet"
efficiency = 25
"""
PIVOT = """
[[rule]]
name = "pivot pays"
when = "spread.after_capex"
site = "Texas"
enter = 25
exit = 10
"""


def at(program: Program, **later: float) -> Program:
    program.now = (NOW + timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return program


def signal(name: str, source: str, url: str, more: str = "") -> str:
    return f'[[signal]]\nname = "{name}"\nsource = "{source}"\nurl = "{url}"\nvalue = "price"\nunit = "USD"\n{more}\n'


def configure(program: Program, *tables: str, server: Server | None = None) -> None:
    allowed = f'[network]\nallow_private = ["127.0.0.1:{server.port}"]\n' if server else ""
    program.config.write_text(allowed + "\n".join(tables))


def give(program: Program, price: str = "60770") -> None:
    for name, value in {**NETWORK, "btc_price": price}.items():
        assert program("signals", "set", name, value).code == 0


@pytest.fixture
def calculator(program: Program) -> Program:
    configure(program, SITES, PIVOT)
    give(at(program))
    return program


# ---------------------------------------------------------------- margin


def test_the_margin_says_what_stands_around_it(calculator: Program) -> None:
    found = calculator("margin", "--json").json
    assert found["outlook"]["ai_wins"] == {"wins": 2, "known": 2, "sites": 2, "names": ["Texas", "Old fleet"]}
    assert found["outlook"]["year_one"]["first_year"] == pytest.approx(152.8 * 0.806, rel=1e-3)
    halving = found["outlook"]["halving"]
    assert (halving["height"], halving["blocks_left"]) == (1_050_000, 94_416)
    network = found["network"]
    assert network["security_budget_btc"] == pytest.approx(144 * (3.125 + 0.0157))
    assert network["security_budget_usd"] == pytest.approx(network["security_budget_btc"] * 60_770)
    assert network["hash_rate_drawdown"] is None
    assert network["contracted_ai_share"] == pytest.approx(
        network["contracted_ai_mw"] / (network["contracted_ai_mw"] + network["miners_mw"])
    )
    page = calculator("margin").out
    for told in ("AI wins   at 2 of 2 sites", "the first year pays 123.2", "halving   in 94,416 blocks", "452.3 BTC"):
        assert told in page


def test_a_cloud_tier_has_no_lease(calculator: Program) -> None:
    found = calculator("margin", "--json", "--tier", "cloud", "--all-sites").json
    assert [site["outlook"]["year_one"] for site in found] == [None, None]


def test_every_formula_stands_there_with_its_numbers(calculator: Program) -> None:
    page = calculator("margin", "--explain").out
    assert "x 86400e15 / (1.3387e+14 x 2^32)" in page
    assert "spread.after_capex = operating - annuity" in page
    assert calculator("margin", "--explain", "--json").json["explain"] == page.rstrip("\n").split("\n")


def test_the_tornado_is_sorted_and_the_table_crosses_at_the_spread(calculator: Program) -> None:
    found = calculator("margin", "--sensitivity", "--json").json
    swings = [bar["swing"] for bar in found["sensitivity"]]
    assert swings == sorted(swings, reverse=True)
    assert found["sensitivity"][0]["name"] == "capex_per_mw"
    assert found["two_way"]["values"][2][2] == pytest.approx(found["spread"]["after_capex"])
    page = calculator("margin", "--sensitivity").out
    assert page.index("capex_per_mw ") < page.index("colo_rent ")
    assert "spread after capex by hashprice (down) and colo_rent (across)" in page


def test_a_change_is_shared_out_to_its_causes(program: Program, server: Server) -> None:
    configure(program, SITES, signal("btc_price", "Loop", server.url("/price")), server=server)
    server.replies["/price"] = Reply(b'{"price": 60770}')
    assert at(program)("margin", "--since", "1d", "--json").json["attribution"] == {"total": None}
    assert "no spread was stored before" in program("margin", "--since", "1d").out
    for name, value in NETWORK.items():
        program("signals", "set", name, value)
    program("poll", "--all")
    server.replies["/price"] = Reply(b'{"price": 50000}')
    at(program, days=2)("poll", "--all")
    found = program("margin", "--since", "1d", "--json", "--set", "power_price=40").json
    assert found["attribution_since"] == "2026-11-22T12:00:00Z"
    parts = dict(found["attribution"])
    total = parts.pop("total")
    assert parts.keys() == {"btc_price", "power_price"}
    assert sum(parts.values()) == pytest.approx(total, abs=1e-9)
    told = program("margin", "--since", "1d").out
    assert "USD/MWh since 2026-11-22T12:00:00Z: btc_price -1.077e+04 → +" in told
    assert program("margin", "--since", "soon").code == 2


# ---------------------------------------------------------------- back-test and forecast


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 days up to the day of NOW."""
    path = tmp_path_factory.mktemp("history") / "days.csv"
    path.write_text(csv_text(500, first=(NOW - timedelta(days=499)).date()))
    return path


def import_days(program: Program, days: Path) -> None:
    columns = {"btc_price": "price", "difficulty": "difficulty", "hash_rate": "hash_rate_th"}
    for name, column in columns.items():
        asked = ("signals", "import", name, str(days), "--time", "date", "--value", column)
        ran = program(*asked, *(("--scale", "1e-6") if name == "hash_rate" else ()))
        assert ran.code == 0, ran.err


def test_a_rule_is_replayed_over_a_file(calculator: Program, days: Path, tmp_path: Path) -> None:
    picture = tmp_path / "spread.svg"
    asked = ("backtest", "--history", str(days), "--site", "Texas", "--svg", str(picture))
    found = calculator(*asked, "--json").json
    assert (found["days"], found["from"], found["to"]) == (500, "2025-07-11", "2026-11-22")
    assert found["transitions"][0]["state"] == "baseline"
    assert found["would_have_sent"] == len(found["transitions"]) - 1
    assert set(found["forecast"]["30"]) >= {"score", "climatology", "persistence", "n"}
    assert picture.read_text().startswith("<svg")
    again = calculator(*asked)
    assert (again.code, "--force" in again.err) == (2, True)
    page = calculator(*asked, "--force").out
    assert "pivot pays (enter 25, exit 10) would have sent" in page
    assert "╌" in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--rule", "pivot pay"), "did you mean pivot pays?"),
        (("--site", "Texs"), "did you mean Texas?"),
        (("--history", "none.csv"), "No such file"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_a_line(calculator: Program, arguments: tuple[str, ...], told: str) -> None:
    ran = calculator("backtest", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_stored_readings_are_a_history_and_give_a_forecast(program: Program, server: Server, days: Path) -> None:
    configure(program, SITES, PIVOT, f'[[feed]]\nname = "Wire"\nurl = "{server.url("/wire")}"\n', server=server)
    server.replies["/wire"] = Reply(rss([("1", "Miner leases 100 MW to an AI cloud", "A bitcoin mine in Texas.")]))
    at(program)("poll", "--all")
    assert "nothing" not in program("backtest").err
    empty = program("margin", "--json").json["forecast"]["empty"]
    assert "signals import" in empty
    import_days(program, days)
    assert program("backtest", "--json").json["days"] == 500
    forecast = program("margin", "--json").json["forecast"]
    assert [crossing["days"] for crossing in forecast["crossings"]] == [7, 30, 90]
    assert all(0 <= crossing["chance"] <= 1 for crossing in forecast["crossings"])
    assert forecast["crossings"][1]["past"].keys() >= {"score", "climatology", "persistence", "n"}
    assert (forecast["level"], forecast["at"]) == (25.0, "2026-11-22")
    assert program("brief", "--format", "json").json["forecast"]["crossings"] == forecast["crossings"]
    assert "within 90 days" in program("brief").out
    assert "leave out --set" in program("margin", "--json", "--set", "wacc=0.1").json["forecast"]["empty"]
    old = "Old fleet"
    assert "no [[rule]]" in program("margin", "--json", "--site", old).json["forecast"]["empty"]
    network = program("margin", "--json").json["network"]
    assert network["hash_rate_drawdown"] > 0
    (stored,) = (row for row in program("signals", "list", "--json").json if row["name"] == "hash_rate")
    assert stored["value"] == pytest.approx(float(days.read_text().split()[-1].split(",")[3]) / 1e6)
    assert network["hash_rate_volatility_30d"] == pytest.approx(0.11, abs=0.05)


def test_a_forecast_is_computed_once_a_day(calculator: Program, days: Path) -> None:
    import_days(calculator, days)
    first = calculator("margin", "--json").json["forecast"]
    code = "import sys; from monitor.cli import main; main(['margin', '--json']); print('numpy' in sys.modules)"
    kept = calculator.python("-c", code)
    assert kept.out.endswith("False\n")
    assert json.loads(kept.out.splitlines()[0])["forecast"] == first
    recomputed = at(calculator, days=1).python("-c", code)
    assert recomputed.out.endswith("True\n")


# ---------------------------------------------------------------- readings


def rows(program: Program, *arguments: str) -> dict[str, Any]:
    report = program(*arguments, "--json").json
    return {row["source"]: row for row in report["signals"]}


def test_what_counts_from_its_fetch_is_fresh_again_when_nothing_changed(program: Program, server: Server) -> None:
    timed = signal("gold", "Timed", server.url("/timed"), 'observed_at = "at"')
    broken = signal("gold", "Broken clock", server.url("/broken"), 'observed_at = "at"')
    configure(program, signal("gold", "Plain", server.url("/plain")), timed, broken, server=server)
    server.replies["/plain"] = Reply(b'{"price": 7}')
    server.replies["/timed"] = Reply(b'{"price": 7, "at": "2026-11-22T12:00:00Z"}')
    server.replies["/broken"] = Reply(b'{"price": 7, "at": "noon"}')
    first = rows(at(program), "poll", "--all")
    assert {row["status"] for row in first.values()} == {"live"}
    again = rows(at(program, hours=3), "poll", "--all")
    assert {row["outcome"] for row in again.values()} == {"unchanged"}
    assert {name: row["status"] for name, row in again.items()} == {
        "Plain": "live", "Timed": "stale", "Broken clock": "live",
    }  # fmt: skip
    assert "not a time" in again["Broken clock"]["warning"]


def test_a_suspect_value_that_a_source_repeats_is_believed(program: Program, server: Server) -> None:
    configure(program, signal("gold", "Plain", server.url("/plain"), "max_jump = 0.5"), server=server)
    server.replies["/plain"] = Reply(b'{"price": 7}')
    at(program)("poll", "--all")
    server.replies["/plain"] = Reply(b'{"price": 70}')
    assert rows(at(program, minutes=20), "poll", "--all")["Plain"]["outcome"] == "suspect"
    repeated = rows(at(program, minutes=40), "poll", "--all")["Plain"]
    assert (repeated["outcome"], repeated["value"]) == ("unchanged", 70.0)


def test_two_live_sources_that_disagree_are_flagged_on_the_used_one(program: Program, server: Server) -> None:
    configure(
        program,
        signal("gold", "First", server.url("/first")),
        signal("gold", "Second", server.url("/second")),
        server=server,
    )
    server.replies["/first"], server.replies["/second"] = Reply(b'{"price": 100}'), Reply(b'{"price": 110}')
    found = rows(at(program), "poll", "--all")
    assert "sources disagree by 10%" in found["First"]["warning"]
    assert found["Second"]["warning"] is None


def test_a_broken_expression_is_found_before_anything_is_asked(program: Program) -> None:
    table = signal("gold", "Plain", "https://api.example.org/x", 'format = "json"').replace('"price"', '"a[0"')
    configure(program, table)
    ran = program("config", "check")
    assert ran.code == 2
    assert "feeds.toml:5: value: " in ran.out
    configure(program, table.replace('"json"', '"auto"'))
    assert program("config", "check").code == 0


# ---------------------------------------------------------------- rules


def transitions(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program("check", "--all", "--json").json["alerts"]
    return found


def rule(when: str, enter: float, leave: float, more: str = "") -> str:
    return f"[[rule]]\nname = \"r\"\nwhen = '{when}'\nenter = {enter}\nexit = {leave}\n{more}\n"


def test_a_rule_watches_a_number_made_of_signals(program: Program, server: Server) -> None:
    price = signal("btc_price", "Loop", server.url("/price"), 'stale_after = "6h"')
    configure(program, SITES, price, rule("security_budget_usd", 20e6, 22e6), server=server)
    server.replies["/price"] = Reply(b'{"price": 60000}')
    for name, value in NETWORK.items():
        at(program)("signals", "set", name, value)
    assert [a["state"] for a in transitions(program)] == ["baseline"]
    server.replies["/price"] = Reply(b'{"price": 40000}')
    # The fall is polled and over again before the next check: it is judged all the same.
    at(program, hours=1)("poll", "--all")
    server.replies["/price"] = Reply(b'{"price": 60000}')
    found = transitions(at(program, hours=2))
    assert [a["state"] for a in found] == ["firing", "inactive"]
    assert found[0]["value"] == pytest.approx(144 * 3.1407 * 40_000)
    assert found[0]["inputs"].keys() == {"block_height", "fees_per_block", "btc_price"}
    server.replies["/price"] = Reply(status=500)
    assert [a["state"] for a in transitions(at(program, hours=9))] == ["no_data"]


def test_an_imported_history_fires_no_rule(program: Program, tmp_path: Path) -> None:
    configure(program, rule("hashprice", 50, 40))
    at(program)("signals", "set", "hashprice", "10", "--source", "file")
    assert [a["state"] for a in transitions(program)] == ["baseline"]
    past = tmp_path / "days.csv"
    past.write_text("day,price\n2026-01-01,90\n2026-01-02,95\n2026-11-22T13:00:00Z,11\n")
    at(program, hours=2)(
        "signals", "import", "hashprice", str(past), "--time", "day", "--value", "price", "--source", "file"
    )
    assert transitions(at(program, hours=3)) == []


def test_a_rule_on_a_signal_is_judged_on_its_mean(program: Program) -> None:
    configure(program, rule("hashprice", 50, 40, 'mean = "10h"'))
    at(program)("signals", "set", "hashprice", "10")
    transitions(program)
    at(program, hours=9)("signals", "set", "hashprice", "100")
    assert transitions(at(program, hours=10)) == []
    found = transitions(at(program, hours=16))
    assert [(a["state"], a["value"]) for a in found] == [("firing", pytest.approx(73.0))]


def test_a_rule_on_a_spread_weighs_what_was_in_force_at_the_start(program: Program) -> None:
    configure(program, SITES, rule("spread.after_capex", 25, 10, 'site = "Texas"\nmean = "10h"'))
    give(at(program))
    assert [a["state"] for a in transitions(program)] == ["baseline"]
    at(program, hours=20)("signals", "set", "btc_price", "30000")
    assert transitions(at(program, hours=20)) == []
    assert transitions(at(program, hours=21)) == []
    assert [a["state"] for a in transitions(at(program, hours=29))] == ["firing"]


OLD = (
    ("1", "Halden leases 100 MW of its mine to an AI cloud", "Its bitcoin miners in Texas make room for GPUs."),
    ("2", "Regulator leases no more river water to bitcoin mines", "Cooling by evaporation ends in the valley."),
)
SABLE = ("3", "Sable leases a closed smelter for bitcoin mining", "Cheap hydropower from a dam in Quebec draws it.")
TARN = ("4", "Critics fear debt as Tarn leases its sites to a neocloud", "Bitcoin miners borrow at twelve percent.")


@pytest.fixture
def wire(program: Program, server: Server) -> Iterator[Callable[..., None]]:
    def tell(*items: tuple[str, str, str]) -> None:
        server.replies["/wire"] = Reply(rss(items))

    feed = f'[[feed]]\nname = "Wire"\nurl = "{server.url("/wire")}"\n'
    configure(program, feed, rule('stories("leases since:24h")', 2, 1), server=server)
    tell(*OLD)
    yield tell


def test_a_rule_counts_stories_but_none_of_a_first_poll(program: Program, wire: Callable[..., None]) -> None:
    assert [(a["state"], a["value"]) for a in transitions(at(program))] == [("baseline", 0.0)]
    wire(*OLD, SABLE)
    assert transitions(at(program, hours=1)) == []
    wire(*OLD, SABLE, TARN)
    (fired,) = transitions(at(program, hours=2))
    assert (fired["state"], fired["value"], len(fired["stories"])) == ("firing", 2.0, 2)
    listed = {row["story_id"]: row["title"] for row in program("list", "--json", "leases").json}
    assert sorted(listed[story] for story in fired["stories"]) == [TARN[1], SABLE[1]]
    assert [a["state"] for a in transitions(at(program, hours=30))] == ["inactive"]


def test_an_entry_of_a_first_poll_counts_in_no_story_that_goes_on(program: Program, server: Server) -> None:
    feeds = [f'[[feed]]\nname = "{name}"\nurl = "{server.url(f"/{name}")}"\n' for name in ("Wire", "Late")]
    configure(program, *feeds, rule('stories("feed:wire")', 1, 0), server=server)
    other = ("2", "Ether slips 2%", "Traders shrug.")
    server.replies["/Wire"], server.replies["/Late"] = Reply(rss([OLD[0]])), Reply(rss([other]))
    transitions(at(program))
    server.replies["/Late"] = Reply(rss([other, ("9", OLD[0][1], OLD[0][2])]))
    assert transitions(at(program, hours=1)) == []
    (story,) = program("list", "--json", "bitcoin").json
    assert [entry["feed"] for entry in story["entries"]] == ["Wire", "Late"]
    server.replies["/Wire"] = Reply(rss([OLD[0], SABLE]))
    assert [a["state"] for a in transitions(at(program, hours=2))] == ["firing"]


def test_what_came_and_aged_between_two_checks_is_judged(program: Program, wire: Callable[..., None]) -> None:
    transitions(at(program))
    wire(*OLD, SABLE)
    at(program, hours=1)("poll", "--all")
    wire(*OLD, SABLE, TARN)
    at(program, hours=2)("poll", "--all")
    assert [a["state"] for a in transitions(at(program, hours=30))] == ["firing", "inactive"]


def test_a_rule_by_firm_has_a_state_for_each(tmp_path: Path) -> None:
    wanted = RuleConfig(name="r", when='stories("leases since:24h")', by="firm", enter=1, exit=0)
    known = replace(filled.settings(tmp_path), rules=(wanted,))
    database = tmp_path / "pivotwatch.db"
    filled.add(database, known, [("Hashwire", OLD[0][1], OLD[0][2])])
    with closing(open_database(database)) as connection:

        def judged(hours: float) -> list[tuple[str | None, str, float | None]]:
            found = judging.judge(connection, known, filled.NOW + timedelta(hours=hours), False).alerts
            return [(alert.firm, alert.state.value, alert.value) for alert in found]

        def name(title: str, *firms: str) -> None:
            (n,) = connection.execute("SELECT n FROM entries WHERE title = ?", [title]).fetchone()
            with transaction(connection):
                facts.save(connection, n, firms, [])

        name(OLD[0][1], "CLSK")
        assert judged(0) == [(None, "baseline", 1.0), ("CLSK", "baseline", 1.0)]
        later = filled.NOW + timedelta(hours=1)
        filled.add(database, known, [("Hashwire", *SABLE[1:]), ("Grid Post", *TARN[1:])], later)
        name(SABLE[1], "CORZ")
        name(TARN[1], "WULF", "CLSK")
        assert judged(1) == [("CORZ", "firing", 1.0), ("WULF", "firing", 1.0)]
        assert judged(2) == []
        # The first story of CLSK has aged, its second one has not.
        assert judged(24.5) == []
        gone = judged(26)
        assert sorted(gone) == [("CLSK", "inactive", 0.0), ("CORZ", "inactive", 0.0), ("WULF", "inactive", 0.0)]
