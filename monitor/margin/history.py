"""Daily history of the margin's signals: read from a CSV by its column names, or made of stored readings.

Recognised are the names of the margin's signals, Coin Metrics' (`PriceUSD`, `HashRate`, `DiffMean`, `FeeTotNtv`,
`IssTotNtv`, `BlkCnt`) and those of blockchain.info's charts (`market-price`, `hash-rate`, `transaction-fees`,
`miners-revenue`). Days are UTC; what is missing is carried forward for a
week at most.
"""

from __future__ import annotations

import bisect
import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from monitor.errors import UsageError
from monitor.margin import network
from monitor.margin.inputs import SIGNALS
from monitor.text import visible

DATE = ("date", "time", "timestamp", "day", "x")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in SIGNALS},
    "btc_price": ("btc_price", "price", "priceusd", "market_price", "market_price_usd"),
    "difficulty": ("difficulty", "diffmean", "difflast"),
    "block_height": ("block_height", "height", "n_blocks_total"),
    "hashprice": ("hashprice", "hashprice_usd_per_ph_day"),
    "hash_rate": ("hash_rate", "hash_rate_th", "hashrate"),  # any unit; TH/s where difficulty is missing
    "fees_btc": ("fees_btc", "feetotntv", "transaction_fees"),  # BTC of the day
    "issuance_btc": ("issuance_btc", "isstotntv", "isscontntv"),
    "blocks": ("blocks", "blkcnt", "n_blocks_mined"),
    "revenue_usd": ("revenue_usd", "miners_revenue", "miners_revenue_usd"),
}
HALVINGS = (  # first day with the new subsidy, and its height
    (date(2012, 11, 28), 210_000),
    (date(2016, 7, 9), 420_000),
    (date(2020, 5, 11), 630_000),
    (date(2024, 4, 20), 840_000),
)
CARRIED = timedelta(days=7)
LEAST = 180  # days of history without which a forecast says nothing
NOT_NEGATIVE = frozenset(COLUMNS) - {"power_price"}


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of one day by signal name (docs/economics.md), `hash_rate` beside them."""

    day: date
    values: Mapping[str, float]

    @property
    def at(self) -> datetime:
        """Its first moment."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class History:
    """Every day from the first to the last, without gaps."""

    days: tuple[Day, ...]
    columns: tuple[str, ...]  # what the source had, by our names
    filled: int = 0  # days that the source leaves out


def read_history(path: Path) -> History:
    """Read a CSV; UsageError names file, line and what is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _parse(csv.reader(file), path.name)
    except OSError as error:
        raise UsageError(f"--history {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"--history {path}: not UTF-8 at byte {error.start}") from None
    except csv.Error as error:
        raise UsageError(f"--history {path}: {visible(str(error))}") from None


def history_of(series: Mapping[str, Sequence[tuple[datetime, float]]]) -> History:
    """The last reading of each day of every signal, by name; each sequence is oldest first."""
    days: dict[date, dict[str, float]] = {}
    for name, readings in series.items():
        for at, value in readings:
            days.setdefault(at.astimezone(UTC).date(), {})[name] = value
    return _complete(days, tuple(series)) if days else History((), ())


def _parse(lines: Iterable[list[str]], name: str) -> History:
    rows = enumerate(lines, 1)
    header = next((row for _, row in rows if row), [])
    columns = _columns(header, name)
    days: dict[date, dict[str, float]] = {}
    for number, row in rows:
        if row:
            at = _day(row[columns["day"]] if columns["day"] < len(row) else "", f"{name}:{number}")
            days[at] = _cells(row, columns, f"{name}:{number}")
    if not days:
        raise UsageError(f"{name}: no rows below the header")
    found = tuple(column for column in columns if column != "day")
    return _complete(days, found)


def _columns(header: Sequence[str], name: str) -> dict[str, int]:
    have = {title.strip().lower().replace("-", "_"): place for place, title in reversed([*enumerate(header)])}
    found = {
        ours: next((have[title] for title in titles if title in have), -1)
        for ours, titles in {"day": DATE, **COLUMNS}.items()
    }
    known = {ours: place for ours, place in found.items() if place >= 0}
    listed = visible(", ".join(header), 120)
    if "day" not in known:
        raise UsageError(f"{name}:1: no date column among {listed}; name one date, time or timestamp")
    priced = "btc_price" in known and known.keys() & {"difficulty", "hash_rate"}
    if not priced and "hashprice" not in known and not {"revenue_usd", "hash_rate"} <= known.keys():
        raise UsageError(
            f"{name}:1: hashprice cannot be had from {listed}; it takes hashprice, or btc_price with difficulty"
            " or hash_rate, or revenue_usd with hash_rate"
        )
    return known


def _cells(row: Sequence[str], columns: Mapping[str, int], where: str) -> dict[str, float]:
    cells = {n: row[place].strip() for n, place in columns.items() if n != "day" and place < len(row)}
    return {n: _number(text, n, where) for n, text in cells.items() if text and text.lower() != "null"}


def _number(text: str, name: str, where: str) -> float:
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (value < 0 and name in NOT_NEGATIVE):
        raise UsageError(f"{where}: {name} is '{visible(text, 40)}', not a number that it can be")
    return value


def _day(text: str, where: str) -> date:
    try:
        if text.replace(".", "", 1).isdigit() and text.isascii():
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1_000 if seconds >= 1e11 else seconds, UTC).date()
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{where}: '{visible(text, 40)}' is no date") from None
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()


def _complete(days: Mapping[date, Mapping[str, float]], columns: tuple[str, ...]) -> History:
    """Every day in order; what is missing is carried forward for a week, hashprice's parts are derived."""
    first, last = min(days), max(days)
    complete: list[Day] = []
    carried: dict[str, tuple[date, float]] = {}
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        carried.update({name: (day, value) for name, value in days.get(day, {}).items()})
        known = {name: value for name, (at, value) in carried.items() if day - at <= CARRIED}
        complete.append(Day(day, _derived(known, height_on(day))))
    return History(tuple(complete), columns, len(complete) - len(days))


def _derived(known: Mapping[str, float], height: float) -> dict[str, float]:
    v = {"block_height": height, **known}
    subsidy = network.subsidy(v["block_height"])
    blocks = v.get("blocks") or v.get("issuance_btc", 0.0) / subsidy or float(network.BLOCKS_PER_DAY)
    if "fees_btc" in v and "fees_per_block" not in v:
        v["fees_per_block"] = v["fees_btc"] / blocks
    if "difficulty" not in v and "hash_rate" in v:  # TH/s; trailing, so within some 3 %
        v["difficulty"] = v["hash_rate"] * 1e12 * network.BLOCK_SECONDS / network.HASHES_PER_DIFFICULTY
    priced = "btc_price" in v and "difficulty" in v
    if not priced and "hashprice" not in v and "revenue_usd" in v and v.get("hash_rate"):
        v["hashprice"] = v["revenue_usd"] / (v["hash_rate"] / 1_000)
    return {name: value for name, value in v.items() if name in SIGNALS or name == "hash_rate"}


def height_on(day: date) -> float:
    """The height at the start of a day: exact at halvings, even in between, 144 blocks a day since the last."""
    later = bisect.bisect_right([at for at, _ in HALVINGS], day)
    at, height = HALVINGS[max(later - 1, 0)]
    if later == len(HALVINGS):
        return height + float(network.BLOCKS_PER_DAY) * (day - at).days
    until, above = HALVINGS[max(later, 1)]
    return max(height + (above - height) * ((day - at) / (until - at)), 0.0)
