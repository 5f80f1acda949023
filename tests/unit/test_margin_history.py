"""Histories: read by column name, in the shapes of Coin Metrics and blockchain.info."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.margin.history import Day, height_on, history_of, read_history
from monitor.margin.network import subsidy


def read(tmp_path: Path, text: str) -> tuple[Day, ...]:
    path = tmp_path / "h.csv"
    path.write_text(text)
    return read_history(path).days


def test_coin_metrics(tmp_path: Path) -> None:
    days = read(
        tmp_path,
        "time,AdrActCnt,BlkCnt,DiffMean,FeeTotNtv,HashRate,IssTotNtv,PriceUSD\n"
        "2026-06-24T00:00:00.000000000Z,1,144,133870000000000,2.25,977823516.8,450,60412.1\n"
        "2026-06-25,1,147,133870000000000,,977823517,459.375,60500\n",
    )
    assert days[0].day == date(2026, 6, 24) and days[0].at == datetime(2026, 6, 24, tzinfo=UTC)
    first = days[0].values
    assert first["btc_price"] == 60412.1 and first["difficulty"] == 133.87e12
    assert first["hash_rate"] == 977823516.8 and first["fees_per_block"] == pytest.approx(2.25 / 144)
    assert days[1].values["fees_per_block"] == pytest.approx(2.25 / 147), "carried forward for a while"
    assert subsidy(first["block_height"]) == 3.125


def test_blockchain_info_merged_by_day(tmp_path: Path) -> None:
    days = read(
        tmp_path,
        "Timestamp,hash-rate,miners-revenue\n"
        "2026-06-24 00:00:00,960000000,27500000.5\n"
        "1782345600000,960000000,26000000\n",
    )
    assert [day.day.day for day in days] == [24, 25]
    assert days[0].values["hashprice"] == pytest.approx(27500000.5 / 960_000)
    assert days[0].values["difficulty"] == pytest.approx(960e18 * 600 / 2**32)


def test_a_price_with_a_difficulty_needs_no_realised_revenue(tmp_path: Path) -> None:
    days = read(tmp_path, "date,price,difficulty,hash_rate,miners_revenue\n2026-06-24,1,2,3,4\n")
    assert "hashprice" not in days[0].values


def test_any_signal_of_the_margin_may_be_a_column(tmp_path: Path) -> None:
    days = read(tmp_path, "\ufeffDate,hashprice,power_price,colo_rent,gpu_hour\n2026-06-24,30,-5,150,2.2\n")
    assert {n: days[0].values[n] for n in ("hashprice", "power_price", "colo_rent", "gpu_hour")} == {
        "hashprice": 30, "power_price": -5, "colo_rent": 150, "gpu_hour": 2.2,
    }  # fmt: skip


def test_days_are_put_in_order_and_gaps_are_filled_for_a_week(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("date,hashprice\n2026-06-20,3\n2026-06-01,1\n2026-06-02,2\n2026-06-02,2.5\n")
    history = read_history(path)
    values = [day.values.get("hashprice") for day in history.days]
    assert values == [1, *[2.5] * 8, *[None] * 10, 3]
    assert (len(history.days), history.filled, history.columns) == (20, 17, ("hashprice",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no date column"),
        ("price,difficulty\n1,2\n", "h.csv:1: no date column among price, difficulty"),
        (
            "date,price\n2026-01-01,2\n",
            "h.csv:1: hashprice cannot be had from date, price; it takes hashprice",
        ),
        ("date,hashprice\n", "no rows"),
        ("date,hashprice\n2026-01-01,1\nsoon,1\n", "h.csv:3: 'soon' is no date"),
        ("date,hashprice\n2026-01-01,1_0\n", "h.csv:2: hashprice is '1_0', not a number"),
        ("date,hashprice\n2026-01-01,nan\n", "not a number"),
        ("date,hashprice\n2026-01-01,-1\n", "h.csv:2: hashprice is '-1'"),
        ("date,hashprice\n2026-01-01,1\x1b[31m\n", "'1\\x1b[31m'"),
        ("date,hashprice\n1e300,1\n", "is no date"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_history(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(b"date,hashprice\n2026-01-01,\xff\n")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_history(tmp_path / "latin.csv")


@pytest.mark.parametrize(
    ("day", "height"),
    [
        (date(2020, 5, 11), 630_000),
        (date(2024, 4, 20), 840_000),
        (date(2024, 4, 21), 840_144),
        (date(2009, 1, 3), 0),
    ],
)
def test_heights(day: date, height: float) -> None:
    assert height_on(day) == height


def test_the_subsidy_changes_on_the_day_of_the_halving() -> None:
    eve = date(2024, 4, 19)
    assert [subsidy(height_on(eve + timedelta(days=n))) for n in (0, 1)] == [6.25, 3.125]
    assert height_on(date(2016, 1, 1)) == pytest.approx(391_182, rel=0.005)


def test_readings_become_a_history_of_their_last_value_each_day() -> None:
    at = datetime(2026, 6, 24, 1, tzinfo=UTC)
    series = {"hashprice": [(at, 1.0), (at + timedelta(hours=20), 2.0), (at + timedelta(days=1), 3.0)]}
    assert [day.values["hashprice"] for day in history_of(series).days] == [2, 3]
    assert history_of({}).days == ()
