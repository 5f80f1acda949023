"""Firms in text without false friends, and the board."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from support.telling import NOW, tagged

from monitor.data import tables
from monitor.model import Role
from monitor.stories import firms
from monitor.stories.firms import Index, Lease

TEXTS = Path(__file__).parent.parent / "data" / "firms.jsonl"
INDEX = Index(tables.firms())


def test_labelled_texts_name_the_firms_a_person_finds() -> None:
    rows = [json.loads(line) for line in TEXTS.read_text("utf-8").splitlines()]
    right = wrong = missed = 0
    for row in rows:
        got, want = set(INDEX.find(row["text"])), set(row["firms"])
        right, wrong, missed = right + len(got & want), wrong + len(got - want), missed + len(want - got)
    assert sum(not row["firms"] for row in rows) >= 30  # false friends
    assert right / (right + wrong) >= 0.97
    assert right / (right + missed) >= 0.95


def test_the_most_named_firm_comes_first_and_counts_once() -> None:
    assert INDEX.find("Riot and Cipher mine bitcoin. Cipher leases 300 MW, Cipher says.") == ("CIFR", "RIOT")


def test_every_firm_of_the_table_is_found_by_its_own_name_and_tickers() -> None:
    for firm in tables.firms():
        assert INDEX.find(f"{firm.name} mines bitcoin") == (firm.firm,)
        for ticker in firm.tickers:
            assert firm.firm in INDEX.find(f"Miner up 3% (NASDAQ: {ticker})")


def test_the_table_is_clean() -> None:
    held = tables.firms()
    assert len({firm.firm for firm in held}) == len(held) >= 30
    assert {firm.status for firm in held} <= {"mining-only", "dual", "ai-first", "exited"}
    assert all(firm.evidence_date and (firm.cik is None or len(firm.cik) == 10) for firm in held)
    assert all(firm.evidence_url is None or firm.evidence_url.startswith("http") for firm in held)
    assert all(phrase == phrase.casefold() for firm in held for phrase in firm.false_friends)


def test_a_firm_may_be_added_to_the_table() -> None:
    more = tables.Firm(
        "CRVD",
        "Corvid Compute",
        ("CRVD",),
        ("Corvid Mining",),
        ("Corvid",),
        (),
        None,
        "",
        "dual",
        False,
        "2026",
        "",
        None,
    )
    assert Index([*tables.firms(), more]).find("Corvid leases its mine to an AI tenant") == ("CRVD",)


# ---------------------------------------------------------------- the board

TOLD = [
    tagged(1, "Cipher signs $3 billion, 10-year lease for 168 MW at Barber Lake", hours=24 * 9, stance="defender"),
    tagged(2, "Cipher mortgages its future", hours=24 * 3, stance="critic"),
    tagged(3, "8-K - CIPHER - notes priced", "Cipher priced notes due 2031.", hours=20, role=Role.PRIMARY),
]


def row(leases: list[Lease], **more: dict[str, float]) -> firms.FirmRow:
    (found,) = (r for r in firms.board(tables.firms(), {"CIFR": TOLD}, leases, NOW, **more) if r.firm == "CIFR")
    return found


def test_a_row_has_contracts_balance_and_last_event() -> None:
    found = row([Lease("CIFR", 300, 5.5e9), Lease("WULF", 200, 3.7e9)], market_values={"CIFR": 7e9})
    assert (found.contracted_mw, found.contracted_usd) == (300, 5.5e9)
    assert found.balance.critic == 1 and found.balance_before.defender == 1
    assert found.last_event is not None and found.last_event.kind == "financing"
    assert [event.entry_id for event in found.filings] == ["e3"]
    assert found.usd_per_mw == pytest.approx(7e9 / 300)
    assert found.status == "ai-first" and found.status_date == "2026-09-28"
    assert [event.kind for event in found.newer] == ["lease"]


def test_a_contract_told_twice_counts_once() -> None:
    known, told = Lease("CIFR", 168, 3e9), firms.lease_of(TOLD[0], INDEX)
    assert told == Lease("CIFR", 168.0, 3e9, "e1")
    assert row([known, told]).contracted_mw == 168


def test_a_firm_nobody_tells_of_has_an_empty_row() -> None:
    rows = firms.board(tables.firms(), {}, [], NOW - timedelta(days=1))
    assert len(rows) == len(tables.firms())
    assert all(r.entries == 0 and r.last_event is None and r.usd_per_mw is None for r in rows)
