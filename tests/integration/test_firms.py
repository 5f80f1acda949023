"""Firms, figures and stories put right by hand, through the command line."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from support.program import Program, Reply, Server, rss
from support.telling import story, tagged

LEASE = (
    "1",
    "Core Scientific leases 300 MW to an AI cloud for $5.5 billion",
    "The colocation lease runs for 15 years at its bitcoin mine in Texas. Core Scientific keeps 2 EH/s of miners.",
)
OTHER = ("2", "Difficulty falls as miners switch off", "Hashprice was $41.20 per PH per day, Riot Platforms said.")
CONFIG = """
[network]
allow_private = ["127.0.0.1:{port}"]

[[feed]]
name = "Wire"
url = "{wire}"

[[signal]]
name = "hashprice"
source = "Loop"
url = "{price}"
format = "json"
value = "v"
unit = "USD/PH/day"

[[rule]]
name = "pays"
when = "spread.after_capex"
enter = 25
exit = 10
for = "0s"
"""
NOON = "2026-11-22T12:00:00Z"
LATER = "2026-11-22T14:00:00Z"


@pytest.fixture
def polled(program: Program, server: Server) -> Program:
    server.replies["/wire"] = Reply(rss([LEASE, OTHER]))
    server.replies["/price"] = Reply(b'{"v": 300}')  # so dear that mining wins
    text = CONFIG.format(port=server.port, wire=server.url("/wire"), price=server.url("/price"))
    program.config.write_text(text, encoding="utf-8")
    program.now = NOON
    assert program("check", "--all").code == 0
    return program


def entries(program: Program, *query: str) -> list[dict[str, Any]]:
    return program("export", *query, "--rows", "entries").rows


def test_entries_and_stories_carry_firms_and_figures_and_are_found_by_them(polled: Program) -> None:
    (entry,) = entries(polled, "firm:CORZ")
    assert entry["firms"] == ["CORZ"]
    assert {f["kind"] for f in entry["figures"]} >= {"money", "power", "term", "rent"}
    (row,) = polled("export", "firm:CORZ").rows
    assert row["firms"] == ["CORZ"] and row["title"] == LEASE[1]


def test_an_edited_entry_is_searched_again(polled: Program, server: Server) -> None:
    server.replies["/wire"] = Reply(
        rss([("1", LEASE[1].replace("Core Scientific", "Riot Platforms"), "A lease."), OTHER])
    )
    assert polled("poll", "--all").code == 0
    assert entries(polled, "firm:CORZ") == []
    assert polled("export", "firm:RIOT", "lease").rows[0]["firms"] == ["RIOT"]


def test_the_board_tells_status_contracts_balance_and_evidence(polled: Program) -> None:
    rows = polled("firms", "--json").json
    assert {rows[0]["firm"], rows[1]["firm"]} == {"CORZ", "RIOT"}  # those that entries tell of
    firm = next(row for row in rows if row["firm"] == "CORZ")
    assert (firm["status"], firm["entries"], firm["last_event"]["kind"]) == ("ai-first", 1, "lease")
    assert firm["status_date"] and firm["status_evidence"]
    (told,) = [contract for contract in firm["contracts"] if contract["entry_id"]]
    assert (told["mw"], told["usd"]) == (300.0, 5.5e9)
    assert firm["contracted_mw"] == sum(contract["mw"] for contract in firm["contracts"]) > 300
    assert sum(firm["balance"].values()) == 1
    assert "Core Scientific" in polled("firms").out


def test_a_figure_is_used_once_it_is_accepted_and_never_before(polled: Program) -> None:
    assert polled("margin", "--json").json["inputs"]["colo_rent"]["status"] == "assumed"
    figures = entries(polled, "firm:CORZ")[0]["figures"]
    part = next(f for f in figures if f["kind"] == "power")
    assert polled("signals", "accept", part["id"]).code == 0  # a part of the lease stands for its rent
    used = polled("margin", "--json").json["inputs"]["colo_rent"]
    assert (used["status"], used["source"]) == ("story", "story: Wire")
    assert used["value"] == pytest.approx(5.5e9 / 300_000 / 15 / 12, rel=1e-3)
    assert next(r for r in polled("signals", "list", "--json").json if r["name"] == "colo_rent")["status"] == "story"


def test_an_accepted_figure_stands_behind_a_live_source(polled: Program) -> None:
    figure = next(f for f in entries(polled, "firm:RIOT")[0]["figures"] if f["kind"] == "hashprice")
    assert polled("signals", "accept", figure["id"]).code == 0
    used = polled("margin", "--json").json["inputs"]["hashprice"]
    assert (used["value"], used["status"]) == (300.0, "live")


def test_what_feeds_no_signal_is_refused_with_what_does(polled: Program) -> None:
    refused = polled("signals", "accept", "f0")
    assert refused.code == 2 and "no figure f0" in refused.err
    rate = next(f for f in entries(polled, "firm:CORZ")[0]["figures"] if f["kind"] == "hashrate")
    refused = polled("signals", "accept", rate["id"])
    assert refused.code == 2 and "hashrate feeds no signal" in refused.err


def test_an_alert_on_the_spread_and_the_brief_tell_each_other(polled: Program, server: Server) -> None:
    server.replies["/price"] = Reply(b'{"v": 20}')
    polled.now = LATER
    alerts = polled("check", "--all", "--json").json["alerts"]
    crossed = next(alert for alert in alerts if alert["state"] == "firing")
    lease = polled("export", "firm:CORZ").rows[0]["story_id"]
    assert lease in crossed["stories"]
    brief = polled("brief", lease, "--format", "json").json
    assert any("crossed up at 14:00" in line and LEASE[1] in line for line in brief["moves"])
    assert "NEWS AND NUMBER" in polled("brief", lease).out


def test_a_retarget_stands_in_the_timeline(polled: Program) -> None:
    polled("signals", "set", "difficulty", "148900000000000", "--at", "2026-11-20T00:00:00Z")
    polled("signals", "set", "difficulty", "140300000000000", "--at", "2026-11-21T00:00:00Z")
    lines = polled("brief", "--format", "json").json["timeline"]
    assert [line["text"] for line in lines if line["kind"] == "retarget"] == ["Difficulty -5.8% to 140.3T (manual)"]


def test_stories_are_merged_split_noted_and_shown_by_hand(polled: Program) -> None:
    lease, other = (polled("export", f"firm:{firm}").rows[0]["story_id"] for firm in ("CORZ", "RIOT"))
    assert polled("story", "merge", other, lease).out.strip() == lease
    (row,) = polled("export").rows
    assert len(row["entries"]) == 2 and set(row["firms"]) == {"CORZ", "RIOT"}
    moved = next(e["entry_id"] for e in row["entries"] if e["firms"] == ["RIOT"])
    apart = polled("story", "split", lease, moved).out.strip()
    assert {r["story_id"]: len(r["entries"]) for r in polled("export").rows} == {lease: 1, apart: 1}
    assert polled("story", "note", lease, "read\x1b[31m the filing").code == 0
    assert "\x1b" not in polled("brief", lease, "--format", "json").json["notes"][0]
    shown = polled("story", "show", lease).out
    assert "merged into" in shown and "split off as" in shown and "note: read" in shown
    assert polled("story", "show", "nothing").code == 2


def test_a_thousand_copies_are_not_compared_each_with_each() -> None:
    held = [tagged(n, LEASE[1], LEASE[2], feed=f"Feed {n % 9}", hours=0.01) for n in range(1_000)]
    started = time.process_time()
    assert story(*held).title == LEASE[1]
    assert time.process_time() - started < 10  # 0.3 on an idle machine
    late = replace(held[0], entry=replace(held[0].entry, title="Something else"))
    assert story(*held, late).title == LEASE[1]
