"""The tape's documents parse, hold what the tape says, and their figures agree with its texts."""

import json
import tomllib
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from monitor.demo import player, server, tape
from monitor.demo.render import FORMATS

NOW = datetime(2026, 11, 22, 18, 0, 7, 912_000, tzinfo=UTC)
TAPE = tape.load(NOW)
FEEDS = {feed.name: feed for feed in TAPE.feeds}
XML_FEEDS = [feed for feed in TAPE.feeds if feed.format != "jsonfeed"]
ENTER = 0


def get(path: str, day: float, **headers: str) -> server.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.respond(TAPE, TAPE.moment(day), "GET", path, named)


def text_of(name: str, day: float = 0.0) -> str:
    feed = FEEDS[name]
    return FORMATS[feed.format][1](feed, TAPE.posts(feed, TAPE.moment(day)))


def test_the_tape_has_every_format_and_every_entry_has_a_feed():
    assert {feed.format for feed in TAPE.feeds} == set(FORMATS)
    assert len(TAPE.feeds) >= 8 and len(TAPE.entries) >= 120
    assert {entry.feed for entry in TAPE.entries} == set(FEEDS)
    assert len({(entry.feed, entry.id) for entry in TAPE.entries}) == len(TAPE.entries)


@pytest.mark.parametrize("day", [-31.0, *TAPE.polls])
@pytest.mark.parametrize("feed", XML_FEEDS, ids=lambda feed: feed.name)
def test_xml_documents_parse_whole_newest_first(feed, day):
    posts = TAPE.posts(feed, TAPE.moment(day))
    parsed = feedparser.parse(text_of(feed.name, day).encode())
    assert not parsed.bozo
    assert parsed.feed.title == feed.name
    assert [found.title for found in parsed.entries] == [post.entry.title for post in posts]
    assert [found.link for found in parsed.entries] == [post.url for post in posts]
    texts = {element.text for element in ElementTree.fromstring(text_of(feed.name, day)).iter()}
    assert texts >= {post.entry.summary for post in posts}  # markup escaped, as feeds carry it
    if feed.format != "rss091":
        told = [found.get("published_parsed") or found.updated_parsed for found in parsed.entries]
        dates = [datetime(*date[:6], tzinfo=UTC) for date in told]
        assert dates == [post.at for post in posts] == sorted(dates, reverse=True)
        assert [found.author for found in parsed.entries] == [post.entry.author for post in posts]


def test_formats_are_the_versions_they_say():
    versions = {feed.format: feedparser.parse(text_of(feed.name).encode()).version for feed in XML_FEEDS}
    assert versions == {
        "rss2": "rss20",
        "rss091": "rss091u",
        "rdf": "rss10",
        "atom": "atom10",
        "atom-social": "atom10",
    }


def test_json_feed_holds_the_posts():
    items = json.loads(text_of("Rackside"))["items"]
    posts = TAPE.posts(FEEDS["Rackside"], TAPE.end)
    assert [(item["id"], item["content_html"]) for item in items] == [
        (post.entry.id, post.entry.summary) for post in posts
    ]
    assert datetime.fromisoformat(items[0]["date_published"]) == posts[0].at


def test_the_tape_ends_now_and_tells_nothing_of_the_future():
    assert TAPE.end == NOW.replace(microsecond=0)
    moment = TAPE.moment(-3.3)
    shown = [post for feed in TAPE.feeds for post in TAPE.posts(feed, moment)]
    assert 0 < len(shown) < len(TAPE.entries)
    assert max(post.at for post in shown) <= moment
    last = max(post.at for feed in TAPE.feeds for post in TAPE.posts(feed, TAPE.end))
    assert TAPE.end - timedelta(hours=6) < last <= TAPE.end


def test_only_the_newest_forty_are_shown(monkeypatch):
    monkeypatch.setattr(tape, "NEWEST", 3)
    posts = TAPE.posts(FEEDS["Hashwire"], TAPE.end)
    assert [post.entry.id for post in posts][0] == "after-northfork"
    assert len(posts) == 3


def test_a_feed_breaks_inside_an_entry():
    feed = FEEDS["Coinscope Markets"]
    whole, cut = get(feed.path, feed.breaks_day - 0.01), get(feed.path, feed.breaks_day)
    assert not feedparser.parse(whole.body).bozo
    assert whole.body.startswith(cut.body)
    assert cut.body.count(b"<item>") == cut.body.count(b"</item>") + 1
    assert feedparser.parse(cut.body).bozo


def test_a_feed_moves():
    feed = FEEDS["Rackside"]
    assert get(feed.moves_to, feed.moves_day - 0.01).status == 404
    before = get(feed.path, feed.moves_day - 0.01)
    old, new = get(feed.path, feed.moves_day), get(feed.moves_to, feed.moves_day)
    assert (before.status, old.status, old.headers["Location"]) == (200, 301, feed.moves_to)
    assert new.body == before.body


def test_validators_answer_304_only_while_nothing_is_new():
    feed = FEEDS["SEC filings (tape)"]
    seen = get(feed.path, -2.0)
    same = get(feed.path, -1.0, if_none_match=seen.headers["ETag"])
    assert (same.status, same.body) == (304, b"")
    assert get(feed.path, 0.0, if_modified_since=seen.headers["Last-Modified"]).status == 304
    earlier = get(feed.path, -3.3)
    assert get(feed.path, -2.0, if_none_match=earlier.headers["ETag"]).status == 200
    assert get(feed.path, -2.0, if_modified_since=earlier.headers["Last-Modified"]).status == 200
    # The tag goes before the date, as a client that sends both expects.
    both = {"if_none_match": '"other"', "if_modified_since": seen.headers["Last-Modified"]}
    assert get(feed.path, -1.0, **both).status == 200


def test_only_known_paths_and_gets_are_answered():
    assert get("/nowhere", 0.0).status == 404
    assert server.respond(TAPE, TAPE.end, "POST", "/hashwire/feed.xml", {}).status == 405


# ------------------------------------------------------------------------------------- signals


def value(name: str, day: float) -> float:
    return TAPE.value(name, TAPE.moment(day))


def hashprice(day: float) -> float:
    fees = value("fee_sat", day) / 144e8
    return value("btc_price", day) * (3.125 + fees) * 86_400e15 / (value("difficulty", day) * 2**32)


def spread(day: float) -> float:
    """after_capex per grid MWh at 15 J/TH and 45 USD/MWh, other inputs at their defaults."""
    mining = hashprice(day) * 0.99 / (0.024 * 15 * 1.05) - 45 - 6
    crf = 0.09 * 1.09**15 / (1.09**15 - 1)
    return 12_000 * value("colo_rent", day) / 8_760 / 1.25 * 0.92 - crf * 1e7 / (8_760 * 1.25) - max(mining, 0)


@pytest.mark.parametrize(
    ("name", "day", "told"),
    [
        ("btc_price", -29.3, 82_300),
        ("btc_price", -6.8, 83_900),
        ("btc_price", -1.5, 84_150),
        ("difficulty", -16.31, 148.9e12),
        ("difficulty", -16.3, 140.3e12),
        ("difficulty", -2.31, 140.3e12),
        ("gpu_hour", -13, 2.44),
        ("gpu_hour_on_demand", -13, 2.69),
        ("hashrate", -16.1, 985e18),
        ("block_height", -16.3, 2016 * 484),
        ("block_height", -2.3, 2016 * 485),
    ],
)
def test_signals_agree_with_the_texts(name, day, told):
    assert value(name, day) == pytest.approx(told, rel=1e-6)


def test_series_between_rows_and_past_their_ends():
    assert value("btc_price", -0.75) == pytest.approx((84_150 + 84_280) / 2)
    assert value("gpu_hour", -40) == 2.20 and value("gpu_hour", 3) == 2.47
    assert value("gpu_hour", -28) == pytest.approx(2.21, abs=0.01)


def test_power_and_hashprice_move_as_told():
    for day in range(-30, 1):
        power = value("power_price", day)
        assert power > 400 if -22 <= day <= -17 else 41 <= power <= 45 or -25 <= day <= -15
        assert hashprice(day) < 36 if day < -16.3 else 37.5 < hashprice(day) < 38.5


def test_the_spread_crosses_the_rules_level_in_the_last_polls():
    *before, first, last = [spread(day) for day in TAPE.polls]
    assert max(before) < ENTER - 1
    assert ENTER + 0.5 < first < last < ENTER + 10


def test_fields_of_the_signal_documents():
    for path, held in [
        ("/products/BTC-USD/ticker", {"price": "84280.00", "time": "2026-11-22T18:00:07Z"}),
        ("/api/v1/mining/hashrate/1m", {"currentHashrate": 1.006e21, "currentDifficulty": 140.9e12}),
        ("/api/v1/mining/reward-stats/144", {"totalFee": "691200000", "totalReward": "45691200000"}),
        ("/gridrent/colocation.json", {"median": 165.1, "as_of": "2026-11-22"}),
        ("/midplain/spot.json", {"price": "42.60", "unit": "USD/MWh"}),
    ]:
        document = json.loads(get(path, 0.0).body)
        assert {key: document[key] for key in held} == held
    assert json.loads(get("/api/blocks/tip/height", 0.0).body) == 978_091
    ticker = json.loads(get("/0/public/Ticker?pair=XBTUSD", 0.0).body)
    assert float(ticker["result"]["XXBTZUSD"]["c"][0]) == 84_292
    assert b"\n2026-11-22,H100,1y,2.47,false\n" in get("/gridrent/gpu_index_daily.csv", 0.0).body


# -------------------------------------------------------------------------------------- config


def test_the_config_reads_what_the_server_serves():
    config = tomllib.loads(player.demo_config(4711))
    origin = "http://127.0.0.1:4711"
    assert config["network"]["allow_private"] == ["127.0.0.1:4711"]
    assert {feed["name"]: feed["url"] for feed in config["feed"]} == {
        feed.name: origin + feed.path for feed in TAPE.feeds
    }
    asked = {signal["url"].partition("?")[0] for signal in config["signal"]}
    assert asked == {origin + document.path for document in TAPE.documents}
    (site,), (rule,) = config["site"], config["rule"]
    assert (site["power_price"], site["efficiency"], rule["site"]) == (45, 15, site["name"])
    assert (rule["enter"], rule["for"]) == (ENTER, "0s")


def test_polls_end_now_and_rise():
    moments = player.polls(NOW)
    assert len(moments) >= 4 and moments == sorted(moments)
    assert moments[-1] == NOW.replace(microsecond=0)
