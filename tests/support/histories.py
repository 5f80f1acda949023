"""Made-up daily histories with the habits of the real ones: retargets every 14 days, a halving, block luck."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

from monitor.margin.history import height_on
from monitor.margin.network import subsidy

FIRST = date(2018, 1, 1)


def rows(days: int, seed: int = 7, first: date = FIRST, tether: float = 0.0) -> list[dict[str, float | str]]:
    """`tether` pulls the price back to 10,000 USD each day by that share of the distance (log)."""
    r = random.Random(seed)
    price, machines = 10_000.0, 40e6  # USD, TH/s
    difficulty = machines * 1e12 * 600 / 2**32
    found: list[dict[str, float | str]] = []
    for n in range(days):
        price *= math.exp(r.gauss(0, 0.035) - tether * math.log(price / 10_000))
        machines *= math.exp(r.gauss(0.0005, 0.006))
        if n % 14 == 0:
            difficulty = machines * 1e12 * 600 / 2**32
        day = first + timedelta(days=n)
        paid = subsidy(height_on(day)) * (1 + 0.03 * math.exp(r.gauss(0, 0.3)))
        found.append(
            {
                "date": day.isoformat(),
                "price": price,
                "difficulty": difficulty,
                "hash_rate_th": machines * math.exp(r.gauss(0, 0.08)),
                "hashprice": price * paid * 86_400e15 / (difficulty * 2**32),
            }
        )
    return found


def csv_text(days: int, **more: float) -> str:
    table = rows(days, **more)  # type: ignore[arg-type]  # numbers only
    lines = [",".join(table[0]), *(",".join(str(cell) for cell in row.values()) for row in table)]
    return "\n".join(lines) + "\n"
