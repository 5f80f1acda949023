"""Every shipped declaration reads a document of its source's real shape."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import SignalConfig
from monitor.signals.evaluate import evaluate

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/data/signals"
NOW = datetime(2026, 6, 26, 12, 5, tzinfo=UTC)
SAID = (  # name, source, document, value, observed-at (None: the fetch)
    ("btc_price", "Coinbase", "coinbase_ticker.json", 60770.01, "2026-06-26T12:00:01.123456+00:00"),
    ("btc_price", "Kraken", "kraken_ticker.json", 60771.9, None),
    ("btc_price", "mempool.space", "mempool_prices.json", 60781, "2026-06-26T12:00:03+00:00"),
    ("difficulty", "mempool.space", "mempool_hashrate.json", 133869853540305.4, None),
    ("difficulty", "blockchain.info", "blockchain_stats.json", 133869853540305, "2026-06-26T12:00:00+00:00"),
    ("block_height", "mempool.space", "mempool_tip_height.txt", 955584, None),
    ("block_height", "blockchain.info", "blockchain_stats.json", 955584, "2026-06-26T12:00:00+00:00"),
    ("fees_per_block", "mempool.space", "mempool_reward_stats.json", 0.0156666667, None),
    ("fees_per_block", "Coin Metrics", "coinmetrics_asset_metrics.json", 0.0155313235, "2026-06-25T00:00:00+00:00"),
    ("hash_rate", "mempool.space", "mempool_hashrate.json", 981.2345679, None),
    ("hash_rate", "blockchain.info", "blockchain_stats.json", 979.51234568, "2026-06-26T12:00:00+00:00"),
    ("power_price", "EIA Texas industrial", "eia_retail_sales.json", 67.1, "2026-03-01T00:00:00+00:00"),
    ("gpu_hour", "vast.ai H100 SXM on demand", "vast_bundles.json", 2.2, None),
    ("gpu_hour", "compute-screener H100", "compute_screener_gpu_index_daily.csv", 2.6475,
     "2026-06-26T00:00:00+00:00"),
    ("gpu_hour", "gpueconomy specialists", "gpueconomy_price_index.csv", 3.23, "2026-09-28T00:00:00+00:00"),
)  # fmt: skip
FIELDS = ("name", "source", "url", "format", "value", "observed_at", "where", "scale", "unit", "min", "max")


def shipped() -> dict[tuple[str, str], SignalConfig]:
    tables = tomllib.loads((ROOT / "feeds.toml").read_text())["signal"]
    chosen = ({key: table[key] for key in FIELDS if key in table} for table in tables)
    return {(s.name, s.source): s for s in (SignalConfig(**table) for table in chosen)}


@pytest.mark.parametrize(("name", "source", "document", "value", "observed"), SAID)
def test_a_shipped_declaration_reads_its_document(
    name: str, source: str, document: str, value: float, observed: str | None
) -> None:
    reading = evaluate((DATA / document).read_bytes(), shipped()[name, source], NOW)
    assert reading.value == pytest.approx(value, rel=1e-8)
    assert reading.observed_at == (NOW if observed is None else datetime.fromisoformat(observed))
    assert reading.warning is None
    assert (reading.name, reading.source, reading.fetched_at) == (name, source, NOW)


def test_no_shipped_declaration_is_left_without_a_document() -> None:
    assert set(shipped()) == {(name, source) for name, source, *_ in SAID}


def test_the_chart_of_blockchain_info_is_read_by_its_last_point() -> None:
    chart = SignalConfig(
        name="difficulty", source="chart", url="", value="values[-1].y", observed_at="values[-1].x", unit="1"
    )
    reading = evaluate((DATA / "blockchain_chart_difficulty.json").read_bytes(), chart, NOW)
    assert reading.value == 133869853540305
    assert reading.observed_at == datetime(2026, 6, 26, tzinfo=UTC)
