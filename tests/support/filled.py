"""A database filled by the program's own functions, for tests that need one to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from monitor import intake
from monitor.config import FeedConfig, RuleConfig, Settings, SignalConfig, SiteConfig
from monitor.cycle import judging, measure
from monitor.model import (
    FetchState,
    NoisePart,
    ParsedEntry,
    Reading,
    Sides,
    Story,
)
from monitor.store import entries, fetching, readings, stories
from monitor.store.database import open_database, transaction

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIGNALS = {
    "btc_price": (74_000.0, "USD", "Coinbase"),
    "difficulty": (133.87e12, "1", "mempool"),
    "block_height": (955_000.0, "blocks", "mempool"),
    "fees_per_block": (0.03, "BTC", "mempool"),
    "colo_rent": (152.8, "USD/kW-month", "leases"),
}


def settings(path: Path, feeds: Sequence[str] = ("Hashwire", "Grid Post", "Miner Blog")) -> Settings:
    """Three feeds, five signals, one site and one rule on the spread."""
    return Settings(
        path=path / "feeds.toml",
        feeds=tuple(FeedConfig(name=name, url=f"https://{n}.example/feed") for n, name in enumerate(feeds)),
        signals=tuple(
            SignalConfig(name=name, source=source, url="https://api.example/x?key=${KEY}", unit=unit)
            for name, (_, unit, source) in SIGNALS.items()
        ),
        sites=(SiteConfig(name="Texas", values={"power_price": 45.0, "efficiency": 15.0}),),
        rules=(RuleConfig(name="pivot pays", when="spread.after_capex", enter=25, exit=10, site="Texas"),),
    )


def add(
    database: Path,
    known: Settings,
    items: Sequence[tuple[str, str, str]],
    now: datetime = NOW,
    link: Callable[[int], str | None] = lambda n: f"https://news.example/{n}",
) -> None:
    """Store (feed, title, summary) items as one poll would; tag, group and measure them."""
    with closing(open_database(database)) as connection:
        start = entries.last_number(connection)
        for n, (feed, title, summary) in enumerate(items, start):
            item = ParsedEntry(f"guid-{n}", link(n), title, summary, "", now - timedelta(hours=1), "")
            found = intake.identify(item)
            decision = intake.decide(feed, [item], entries.known(connection, feed, [found]), now)
            with transaction(connection):
                before = entries.last_number(connection)
                entries.save(connection, decision, now, baseline=False)
                entries.index_new(connection, before)
        measure.measure(connection, known, now, True)


def fill(database: Path, known: Settings, now: datetime = NOW) -> None:
    """Stories on and off the subject, readings (one stale), a failing feed, and a judged rule."""
    with closing(open_database(database)) as connection, transaction(connection):
        for hours in range(72, -1, -6):
            for name, (value, unit, source) in SIGNALS.items():
                at = now - timedelta(hours=hours)
                observed = now - timedelta(days=3) if name == "difficulty" else at
                moved = value * (1 + hours / 2000) if name == "btc_price" else value
                readings.save(connection, Reading(name, source, moved, unit, observed, at), kept=True)
        fetching.save_states(connection, _states(known, now))
    with closing(open_database(database)) as connection:
        for hours in range(72, -1, -6):
            measure.measure(connection, known, now - timedelta(hours=hours), False)
        judging.judge(connection, known, now, False)
    add(database, known, ITEMS, now)


def many(database: Path, n: int, now: datetime = NOW) -> None:
    """`n` measured stories without entries: what a list has to stand."""
    tell(database, [f"Story number {i} of a long list" for i in range(n)], now)


def tell(database: Path, titles: Sequence[str], now: datetime = NOW) -> None:
    """Measured stories without entries; the last title is the one to read first."""
    part = NoisePart(0.5, 0.2, "some words are loud")
    with closing(open_database(database)) as connection, transaction(connection):
        for i, title in enumerate(titles):
            at = now - timedelta(minutes=len(titles) - i)
            key = f"s{crc32(title.encode()):012x}"
            story = Story(key, title, at, at, "critic", Sides(critic=1), None, 40.0, {"heat": part}, None, None)
            stories.save(connection, story, rank=1e12 + i, formula="test")
        connection.execute("UPDATE stories SET relevance = 2 WHERE formula = 'test'")


def _states(known: Settings, now: datetime) -> list[FetchState]:
    good = FetchState("", last_attempt_at=now, last_ok_at=now, last_changed_at=now - timedelta(hours=2))
    bad = FetchState(
        "", failures=3, last_attempt_at=now, last_ok_at=now - timedelta(days=1), wait="back_off",
        next_try=now + timedelta(minutes=40), last_error="the host answered 503", http_status=503,
    )  # fmt: skip
    from dataclasses import replace

    return [
        replace(bad if n == 1 else good, key=f"feed:{feed.name}", address=feed.url)
        for n, feed in enumerate(known.feeds)
    ]


ITEMS = [
    (
        "Hashwire",
        "Core Scientific signs a 12-year AI hosting lease for 200 MW in Texas",
        "Core Scientific leased 200 MW of its Denton mining site to an AI cloud for 12 years. The miner said the"
        " contract is worth more than its whole bitcoin business. Bitcoin mining margins fell after the halving,"
        " because the hashprice is below 30 dollars per petahash.",
    ),
    (
        "Grid Post",
        "Core Scientific's AI lease of 200 MW in Texas: dilution and debt come first",
        "The 12-year lease of 200 MW at Denton needs billions of capex before the first rent. Critics warn that"
        " dilution and debt could wreck bitcoin miners who rush into AI hosting. The hash rate lost at the site"
        " could weaken the security of the Bitcoin network.",
    ),
    (
        "Miner Blog",
        "Why bitcoin miners should keep mining and leave AI compute to data centers",
        "Mining keeps its edge as a flexible load. Leasing power to AI tenants gives up the demand-response credits.",
    ),
    (
        "Grid Post",
        "Regulator opens docket on large loads in ERCOT as AI data centers queue for power",
        "The commission asked bitcoin miners and AI data centers how they would curtail. Power permits are scarce.",
    ),
    ("Hashwire", "Phone maker unveils a thinner model", "The new handset has a brighter screen and a better camera."),
]
