"""Claims about the market, held against the signal of their time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.telling import NOW, tagged

from monitor.model import Reading
from monitor.stories import claims


def readings(name: str, *values: float, hours: float = 2.0) -> dict[str, list[Reading]]:
    return {
        name: [
            Reading(name, "index", value, "", NOW - timedelta(hours=hours + 24 * n), NOW)
            for n, value in reversed(list(enumerate(values)))
        ]
    }


def found(text: str, known: dict[str, list[Reading]], *, hours: float = 0.0) -> list[str]:
    return [claim.why for claim in claims.contradicted(tagged(1, text, hours=hours).entry, known)]


def test_the_reading_its_source_and_its_age_are_told() -> None:
    (why,) = found("So hashprice fell below $30 this week", readings("hashprice", 41.2, hours=4 / 60))
    assert why == "says “hashprice fell below $30”; it was $41.2 then (index, 4m old)"


@pytest.mark.parametrize(
    ("text", "signal", "values", "wrong"),
    [
        ("Hashprice fell below $30", "hashprice", (41.2,), True),
        ("Hashprice fell below $30", "hashprice", (29.0,), False),
        ("Hashprice fell below $30", "hashprice", (31.4,), False),  # within the tolerance of 5%
        ("Hashprice fell below $30", "hashprice", (38.0, 36.0, 29.5), False),  # it was, two days ago
        ("Hashprice climbs to $38 after the cut", "hashprice", (37.6,), False),
        ("Hashprice climbs to $58 after the cut", "hashprice", (37.6,), True),
        ("Hashprice stays above $45", "hashprice", (37.6,), True),
        ("Hashprice could fall below $30", "hashprice", (41.2,), False),  # no claim about today
        ("If hashprice falls below $30, old rigs stop", "hashprice", (41.2,), False),
        ("Bitcoin trades at $84,150", "btc_price", (84_020.0,), False),
        ("Bitcoin tops above $120,000", "btc_price", (84_020.0,), True),
        ("Bitcoin slid under $60k", "btc_price", (84_020.0,), True),
        ("Bitcoin miner raises over $120,000 for charity", "btc_price", (84_020.0,), False),
        ("Difficulty stands at 140.3T", "difficulty", (140.3e12,), False),
        ("Difficulty stands at 180T", "difficulty", (140.3e12,), True),
        ("Bitcoin falls below 5%", "btc_price", (84_020.0,), False),
    ],
)
def test_a_claim_counts_only_where_every_reading_of_the_week_misses_it(
    text: str, signal: str, values: tuple[float, ...], wrong: bool
) -> None:
    assert bool(found(text, readings(signal, *values))) is wrong


def test_without_a_reading_of_that_week_nothing_is_known() -> None:
    old = readings("hashprice", 41.2, hours=24 * 9)
    assert found("Hashprice fell below $30", {}) == []
    assert found("Hashprice fell below $30", old) == []
    later = readings("hashprice", 41.2, hours=0)
    assert found("Hashprice fell below $30", later, hours=48) == []  # the reading came two days after the text
