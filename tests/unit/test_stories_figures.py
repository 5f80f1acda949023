"""Figures in text: the labelled sentences, what a lease comes to, and inputs that mean harm."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from support.telling import tagged

from monitor.stories import figures

SENTENCES = Path(__file__).parent.parent / "data" / "figures.jsonl"


def test_labelled_sentences_are_read_as_a_person_reads_them() -> None:
    rows = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    right = wrong = missed = 0
    for row in rows:
        want = [tuple(figure) for figure in row["figures"]]
        got = [(f.kind, f.value, f.qualifier) for f in figures.in_sentence(row["sentence"])]
        for figure in got:
            match = next((w for w in want if same(w, figure)), None)
            right += match is not None
            wrong += match is None
            if match:
                want.remove(match)
        missed += len(want)
    assert len(rows) >= 200 and sum(not row["figures"] for row in rows) >= 50  # traps
    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.80


def same(want: tuple[object, ...], got: tuple[object, ...]) -> bool:
    if want[0] != got[0] or want[2] != got[2]:
        return False
    return want[1] == got[1] if want[0] == "date" else got[1] == pytest.approx(want[1], rel=1e-6)


@pytest.mark.parametrize(
    ("title", "summary", "rent"),
    [
        # The published contracts, USD/kW-month over the term (value / MW of IT load / years / 12).
        ("Cipher signs $3 billion, 10-year lease for 168 MW at Barber Lake", "", 148.81),
        ("Cipher leases 300 MW to Amazon", "The 15-year lease is worth $5.5 billion.", 101.85),
        ("Hut 8 signs 15-year, 245 MW AI data center lease", "It has a base contract value of $7.0 billion, or up to"
         " $17.7 billion with renewals.", 158.73),
        ("Riot signs data center lease with AMD for 25 MW", "The ten-year lease is worth $311 million.", 103.67),
        # Not a rent: GPUs are in the price; the value is an option; a part is missing; nobody pays that.
        ("IREN wins $9.7 billion, five-year GPU cloud contract with a lease of 200 MW", "", None),
        ("Tenant may take 120 MW for $2 billion and 12 years under an option of the lease", "", None),
        ("Corvid signs 12-year, $3.9 billion lease", "", None),
        ("Bitdeer signs a lease for 180 MW, subject to approval", "The 10-year lease is worth $2.9 billion.", None),
        ("Corvid leases 18 MW for 12 years at $39 billion", "", None),
        ("County grants a $48 million tax break for 10 years to a 90 MW mine", "", None),
    ],
)  # fmt: skip
def test_a_lease_comes_to_a_rent_or_to_nothing(title: str, summary: str, rent: float | None) -> None:
    found = figures.lease_rent(tagged(1, title, summary).entry)
    assert (None if found is None else found.value) == rent
    if found:
        assert found.unit == "USD/kW-month" and found.arithmetic and "years / 12" in found.arithmetic


def test_a_figure_carries_its_sentence_and_an_id_of_its_own() -> None:
    one = figures.of(tagged(1, "A title", "Rent is $131 per kW-month. It rises. The hall has 30 MW.").entry)
    again = figures.of(tagged(1, "A title", "Rent is $131 per kW-month. It rises. The hall has 30 MW.").entry)
    other = figures.of(tagged(2, "A title", "Rent is $131 per kW-month. It rises. The hall has 30 MW.").entry)
    assert [f.sentence for f in one] == ["Rent is $131 per kW-month.", "The hall has 30 MW."]
    assert [f.figure_id for f in one] == [f.figure_id for f in again]
    assert not {f.figure_id for f in one} & {f.figure_id for f in other}
    assert figures.as_data(one[0]) == {
        "id": one[0].figure_id, "kind": "rent", "value": 131.0, "unit": "USD/kW-month", "qualifier": None,
        "sentence": "Rent is $131 per kW-month.",
    }  # fmt: skip


def test_every_figure_has_the_unit_of_its_kind() -> None:
    rows = [json.loads(line)["sentence"] for line in SENTENCES.read_text("utf-8").splitlines()]
    found = [figure for sentence in rows for figure in figures.in_sentence(sentence)]
    assert {f.kind for f in found} == set(figures.KIND_UNITS)
    assert all(f.unit == figures.KIND_UNITS[f.kind] for f in found)


def test_five_hundred_figures_are_cut_and_a_megabyte_ends_soon() -> None:
    many = " ".join(f"Hall {n} has {n + 10}.5 MW and cost ${n + 3} million." for n in range(300))
    started = time.perf_counter()
    assert len(figures.of(tagged(1, "Halls", many).entry)) == figures.MOST
    for hostile in (
        "$" * 50_000,
        "1," * 50_000,
        "9" * 50_000,
        "$1 " * 30_000,
        "12-year " * 20_000,
        "up to " * 30_000,
    ):
        figures.of(tagged(1, hostile[:1_000], hostile).entry)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("text", ["", "💀", "$", "MW", "$ million", "per kW-month", "20"])
def test_next_to_nothing_holds_no_figure(text: str) -> None:
    assert figures.of(tagged(1, text, text).entry) == ()


def test_numbers_of_any_digit_script_or_length_are_finite() -> None:
    long = figures.of(tagged(1, "A price of $" + "9" * 400 + " billion", "").entry)
    assert not [f for f in long if isinstance(f.value, float) and not re.fullmatch(r"[\d.e+]+", str(f.value))]
