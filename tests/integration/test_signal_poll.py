"""One poll of the real program over every odd answer a price source can give: believed, refused, or held back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.hostile_http import document
from support.hostile_server import HostileServer
from support.program import Program

NOW = "2026-06-26T12:00:00Z"
TODAY = "2026-06-26T11:50:00Z"
PRICE = '{"price": %s, "time": "2026-06-26T11:50:00Z"}'


def price(value: str) -> str:
    return PRICE % value


# name → (answer, outcome, value or words of the error or warning)
SOUND: dict[str, tuple[str | bytes, float]] = {
    "number": (price("60770.5"), 60770.5),
    "integer": (price("60770"), 60770.0),
    "text": (price('"60770.00"'), 60770.0),
    "exponent": (price("6.077e4"), 60770.0),
    "mark": (b"\xef\xbb\xbf" + price("60770").encode(), 60770.0),
    "blanks": (f"\n\n {price('60770')}\n", 60770.0),
    "milliseconds": ('{"price": 60770, "time": 1782474600000}', 60770.0),
    "seconds as text": ('{"price": 60770, "time": "1782474600"}', 60770.0),
    "near the least": (price("99.9999999999999"), 99.9999999999999),
    "table": ("time,price\n2026-06-26,1\n2026-06-26T11:50:00Z,60770\n", 60770.0),
}
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "grouped": (price('"60,770.00"'), "not a plain number"),
    "German": (price('"60.770,00"'), "not a plain number"),
    "underscore": (price('"60_770"'), "not a plain number"),
    "Arabic digits": (price('"٦٠٧٧٠"'), "not a plain number"),
    "full-width digits": (price('"６０７７０"'), "not a plain number"),
    "plus": (price('"+60770"'), "not a plain number"),
    "blank around": (price('" 60770 "'), "not a plain number"),
    "sixteen digits": (price('"1234567890123456"'), "not a plain number"),
    "words": (price('"N/A"'), "not a plain number"),
    "no text": (price('""'), "not a plain number"),
    "NaN as text": (price('"NaN"'), "not a plain number"),
    "infinity as text": (price('"inf"'), "not a plain number"),
    "null": (price("null"), "price is null"),
    "true": (price("true"), "price is a boolean"),
    "list": (price("[60770]"), "price is a list"),
    "object": (price("{}"), "price is an object"),
    "missing": ('{"time": 1}', "price is null"),
    "NaN": (price("NaN"), "NaN"),
    "Infinity": (price("-Infinity"), "Infinity"),
    "1e999": (price("1e999"), "beyond"),
    "negative": (price("-1"), "below the least"),
    "zero": (price("0"), "below the least"),
    "tiny": (price("5e-324"), "below the least"),
    "huge": (price("1e300"), "above the most"),
    "2^70": (price(str(2**70)), "above the most"),
    "5,000 digits": (price("9" * 5_000), "5000 characters"),
    "100,000 digits": (price("0." + "1" * 100_000), "100002 characters"),
    "100,000 lists": ("[" * 100_000, "nested too deeply"),
    "web page": ("<!doctype html><title>Sign in</title>", "web page"),
    "blank": (" \r\n", "empty"),
    "cut": (price("60770")[:-4], "invalid JSON at line 1 column"),
    "rubbish behind": (price("60770") + "x", "invalid JSON at line 1 column"),
    "two keys": ('{"price": 1, "price": 60770}', "twice"),
    "error object": ('{"error": "\\u001b[31mslow down\\u009b"}', "slow down"),
    "not UTF-8": (b'{"price": 60770, "x": "\xff"}', "not UTF-8"),
    "2 MB": (json.dumps({"x": "y" * 2_000_000}), "larger than 1 MB"),
}
SUSPECT: dict[str, tuple[str | bytes, str]] = {
    "ahead": ('{"price": 60770, "time": "2026-06-26T14:00:00Z"}', "still to come"),
    "year 9999": ('{"price": 60770, "time": "9999-12-31T23:59:59Z"}', "still to come"),
}
WARNED = {
    "no time": ('{"price": 60770}', "not a time"),
    "a word for a time": ('{"price": 60770, "time": "now"}', "not a time"),
    "a huge time": ('{"price": 60770, "time": 1e300}', "not a time"),
}
ALL = {**SOUND, **REFUSED, **SUSPECT, **WARNED, "old": ('{"price": 60770, "time": "2026-06-20"}', 0)}


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with HostileServer() as server:
        program = Program(tmp_path_factory.mktemp("signals"), NOW)
        urls = {name: server.serve(f"/{n}", document(_bytes(one[0]), "")) for n, (name, one) in enumerate(ALL.items())}
        urls["429"] = server.url("retry-after/429/600")
        config = f'[network]\ntimeout = "3s"\nallow_private = ["127.0.0.1:{server.port}"]\n'
        for n, (name, url) in enumerate(urls.items()):
            config += (
                f'[[signal]]\nname = "s{n}"\nsource = {json.dumps(name)}\nurl = {json.dumps(url)}\nvalue = "price"\n'
                'observed_at = "time"\nunit = "USD"\nmin = 99.9999999999999\nmax = 10000000\nstale_after = "1h"\n'
            )
        program.config.write_text(config)
        ran = program("poll", "--all", "--json")
        assert ran.code == 0 and "Traceback" not in ran.err
        yield {one["source"]: one for one in ran.json["signals"]}


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


@pytest.mark.parametrize("name", SOUND)
def test_a_plain_number_is_believed(polled: dict[str, Any], name: str) -> None:
    one = polled[name]
    assert (one["outcome"], one["value"], one["unit"], one["error"]) == ("ok", SOUND[name][1], "USD", None)
    assert (one["status"], one["observed_at"]) == ("live", TODAY)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_plain_number_in_range_is_refused_in_one_line(polled: dict[str, Any], name: str) -> None:
    one = polled[name]
    assert one["outcome"] in {"refused", "error"}
    assert (one["value"], one["status"]) == (None, None)
    assert REFUSED[name][1] in one["error"]
    assert one["error"].isprintable() and len(one["error"]) <= 300


@pytest.mark.parametrize("name", SUSPECT)
def test_what_may_be_wrong_is_held_back(polled: dict[str, Any], name: str) -> None:
    one = polled[name]
    assert (one["outcome"], one["value"], one["error"]) == ("suspect", None, None)
    assert SUSPECT[name][1] in one["warning"]


@pytest.mark.parametrize("name", WARNED)
def test_without_a_time_it_counts_from_the_fetch(polled: dict[str, Any], name: str) -> None:
    one = polled[name]
    assert (one["outcome"], one["value"], one["observed_at"]) == ("ok", 60770.0, NOW)
    assert WARNED[name][1] in one["warning"]


def test_an_old_reading_is_stale(polled: dict[str, Any]) -> None:
    one = polled["old"]
    assert (one["outcome"], one["value"], one["status"]) == ("ok", 60770.0, "stale")


def test_too_many_requests_are_told(polled: dict[str, Any]) -> None:
    one = polled["429"]
    assert (one["outcome"], one["value"]) == ("error", None)
    assert "429" in one["error"]


def test_a_jump_is_believed_once_it_is_said_again_and_a_step_back_never(program: Program) -> None:
    with HostileServer() as server:
        program.config.write_text(
            f'[network]\nallow_private = ["127.0.0.1:{server.port}"]\n[[signal]]\nname = "btc_price"\nsource = "A"\n'
            f'url = "{server.url("price")}"\nvalue = "price"\nobserved_at = "time"\nunit = "USD"\nmax_jump = 0.5\n'
        )
        told = []
        readings = [(100, 9), (10_000, 10), (101, 10), (10_000, 11), (10_001, 12), (10_002, 8)]
        for hour, (value, observed) in enumerate(readings):
            body = json.dumps({"price": value, "time": f"2026-06-26T{observed:02}:00:00Z"})
            server.serve("/price", document(body.encode(), ""))
            program.now = f"2026-06-26T{12 + hour}:00:00Z"
            (one,) = program("poll", "--all", "--json", "--no-tag").json["signals"]
            told.append((one["outcome"], one["value"]))
        assert told == [
            ("ok", 100.0), ("suspect", None), ("ok", 101.0), ("suspect", None), ("ok", 10_001.0), ("suspect", None)
        ]  # fmt: skip
        (listed,) = program("signals", "list", "--json").json
        assert listed["value"] == 10_001.0
