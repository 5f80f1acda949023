"""What counts as a number, and how everything else is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import SignalConfig
from monitor.errors import ReadingError
from monitor.signals.document import MAX_BYTES
from monitor.signals.evaluate import evaluate
from monitor.signals.expressions import problem

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRICE = SignalConfig(name="btc_price", source="S", url="", value="price", unit="USD")


def read(body: str | bytes, **changes: object) -> float:
    raw = body.encode() if isinstance(body, str) else body
    return evaluate(raw, replace(PRICE, **changes), NOW).value  # type: ignore[arg-type]  # test helper


def refusal(body: str | bytes, **changes: object) -> str:
    with pytest.raises(ReadingError) as caught:
        read(body, **changes)
    text = str(caught.value)
    assert "\n" not in text and text.isprintable() and len(text) < 300
    return text


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("65000", 65000),
        ("65000.5", 65000.5),
        ('"65000.5"', 65000.5),
        ('"-3"', -3),
        ("-1.5e3", -1500),
        ("981234567890123456789", 981234567890123456789),
        ('"000000000065000.000000000000001"', 65000),
    ],
)
def test_numbers_and_plain_text_numbers_are_read(literal: str, value: float) -> None:
    assert read(f'{{"price": {literal}}}') == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["65.000,50", "65,000.50", "65_000", "٦٥٠٠٠", "6.5e4", " 65000", "65000 ", "+65000", "$65000", ".5", "5.",
     "0x10", "1234567890123456", "1.1234567890123456", "NaN", "N/A", "", "inf", "65000\n", "１２"],
)  # fmt: skip
def test_other_text_is_shown_and_refused(text: str) -> None:
    message = refusal(json.dumps({"price": text}))
    assert message.startswith('price is "') and "not a plain number" in message


@pytest.mark.parametrize(
    ("literal", "found"),
    [("null", "null"), ("true", "a boolean"), ("[1]", "a list"), ('{"a": 1}', "an object")],
)
def test_other_kinds_are_named(literal: str, found: str) -> None:
    assert f"price is {found}" in refusal(f'{{"price": {literal}}}')


def test_a_missing_key_names_its_path() -> None:
    assert refusal('{"other": 1}', value="data[0].price") == "data[0].price is null, not a number"


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
def test_literals_outside_of_json_refuse_the_document(literal: str) -> None:
    assert literal in refusal(f'{{"price": 1, "other": {literal}}}')


def test_a_number_beyond_a_float_is_refused() -> None:
    assert "beyond what a number can hold" in refusal('{"price": 1e999}')
    assert "beyond what a number can hold" in refusal('{"price": 1e300}', scale=1e30)


@pytest.mark.parametrize("literal", ["9" * 5_000, "0." + "1" * 100_000, "-" + "1" * 65])
def test_a_number_of_very_many_digits_is_refused(literal: str) -> None:
    assert "a number of" in refusal(f'{{"price": {literal}}}')


@pytest.mark.parametrize("value", [-1, 0, 1e300, 5e-324, 2**70])
def test_a_value_out_of_range_is_refused_with_the_limit(value: float) -> None:
    message = refusal(json.dumps({"price": value}), min=100, max=1e7)
    assert "least of 100" in message or "most of 1e+07" in message


def test_the_range_is_checked_after_scaling_and_with_a_tolerance() -> None:
    assert read('{"price": 6.63}', scale=10, min=5, max=500) == pytest.approx(66.3)
    assert read(json.dumps({"price": 0.1 + 0.2}), max=0.3) == pytest.approx(0.3)
    refusal(json.dumps({"price": 0.3 + 1e-8}), max=0.3)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("<!DOCTYPE html><title>Just a moment...</title>", "a web page"),
        ('{"price": 65000', "invalid JSON at line 1 column 16"),
        ('{"price": 65000}\n}', "invalid JSON at line 2 column 1"),
        ('{"price": 1, "price": 2}', "the key price twice"),
        ('{"price": 1, "a": {"b": 1, "b": 1}}', "the key b twice"),
        ('{"error": ["EQuery:Unknown \\u001b[31masset"]}', "the answer says: ['EQuery:Unknown"),
        ("Exceeded the daily hits limit", "invalid JSON at line 1 column 1"),
        (b'{"price": "\xff"}', "not UTF-8 at byte 11"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"price":' + "[" * 900 + "]" * 900 + "}", "price is a list"),
        (b'{"price": 1}' + b" " * MAX_BYTES, "bytes; a signal may have 1000000"),
    ],
)
def test_an_answer_that_is_no_document_is_refused_by_name(body: str | bytes, said: str) -> None:
    assert said in refusal(body)


def test_a_byte_order_mark_is_read() -> None:
    assert read(b'\xef\xbb\xbf{"price": 65000}') == 65000


@pytest.mark.parametrize("path", ["__class__", "price.__class__", "keys(@)[0].__len__", "price.real", "@.items"])
def test_an_expression_sees_keys_and_indexes_only(path: str) -> None:
    refusal('{"price": 65000}', value=path)


def test_the_three_functions() -> None:
    document = '{"l": [3, 1, 2, 10], "t": "2.5", "n": null}'
    assert read(document, value="median(l)") == 2.5
    assert read(document, value="divide(number(t), l[2])") == 1.25
    assert "null" in refusal(document, value="divide(number(t), `0`)")
    assert "null" in refusal(document, value="median(`[]`)")
    assert "null" in refusal(document, value="divide(n, l[0])")
    assert "median" in refusal('{"l": [1, "x"]}', value="median(l)")
    assert "median" in refusal('{"l": [1, true]}', value="median(l)")
    for function in ("number", "to_number"):
        assert "not a plain number" in refusal('{"t": "1_000"}', value=f"{function}(t)")


def test_a_bad_expression_is_told() -> None:
    assert problem("a[") and problem("nope(") and problem("data[0].price") is None
    assert "Unknown function" in refusal("{}", value="open(@)")


TABLE = "date,gpu,usd\n2026-11-20,H100,2.31\n2026-11-21,H100,2.29\n2026-11-21,H200,3.1\n"


def test_a_table_is_read_by_column_and_the_last_kept_row() -> None:
    assert read(TABLE, value="usd", where={"gpu": "H100"}) == 2.29
    assert read(TABLE, value="usd") == 3.1
    assert read("\ufeff" + TABLE.replace("\n", "\r\n"), value="usd", format="csv") == 3.1


@pytest.mark.parametrize(
    ("body", "changes", "said"),
    [
        (TABLE, {"value": "eur"}, "no column eur; it has date, gpu, usd"),
        (TABLE, {"value": "usd", "where": {"maker": "x"}}, "no column maker"),
        (TABLE, {"value": "usd", "where": {"gpu": "B200"}}, "no row where gpu = B200"),
        (TABLE + "2026-11-22,H100\n", {"value": "usd"}, "usd is null"),
        (TABLE + "2026-11-22,H100,\n", {"value": "usd"}, 'usd is "", not a plain number'),
        (TABLE + '2026-11-22,"H100\n', {"value": "usd"}, "invalid CSV at line 5"),
        ("a,a\n1,2\n", {"value": "a"}, "a column twice"),
        ("date,usd\n", {"value": "usd", "format": "csv"}, "no rows"),
        (TABLE, {"value": "usd", "format": "json"}, "invalid JSON"),
    ],
)
def test_a_table_that_does_not_hold_the_value_is_refused(body: str, changes: dict[str, object], said: str) -> None:
    assert said in refusal(body, **changes)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('"2026-11-22T11:00:00Z"', datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ('"2026-11-22T11:00:00.123456789Z"', datetime(2026, 11, 22, 11, 0, 0, 123456, tzinfo=UTC)),
        ('"2026-11-22T12:00:00+01:00"', datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ('"2026-11-22 11:00:00"', datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ('"2026-11-22"', datetime(2026, 11, 22, tzinfo=UTC)),
        ('"2026-03"', datetime(2026, 3, 1, tzinfo=UTC)),
        ("1795345200", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ("1795345200000", datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ('"1795345200"', datetime(2026, 11, 22, 11, tzinfo=UTC)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_usual_form(raw: str, expected: datetime) -> None:
    signal = replace(PRICE, observed_at="t")
    reading = evaluate(f'{{"price": 1, "t": {raw}}}'.encode(), signal, NOW)
    assert (reading.observed_at, reading.warning) == (expected, None)


@pytest.mark.parametrize("raw", ['"yesterday"', "null", "true", "[1]", '"٢٠٢٦"', "1e300", '"0001-01-01T00:00+14:00"'])
def test_an_unreadable_time_counts_from_the_fetch_and_says_so(raw: str) -> None:
    signal = replace(PRICE, observed_at="t")
    reading = evaluate(f'{{"price": 1, "t": {raw}}}'.encode(), signal, NOW)
    assert reading.observed_at == NOW
    assert reading.warning and reading.warning.startswith("t is ") and "counted from the fetch" in reading.warning


def test_without_a_declared_time_a_reading_counts_from_its_fetch_in_silence() -> None:
    reading = evaluate(b'{"price": 1}', PRICE, NOW + timedelta(days=1))
    assert (reading.observed_at, reading.warning) == (NOW + timedelta(days=1), None)
