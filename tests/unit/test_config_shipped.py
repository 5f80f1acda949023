"""The shipped feeds.toml: loads under the real names, and says what it should."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from monitor.config import Names, Settings, default_config, exposed, load
from monitor.margin.inputs import PARAMETERS, SIGNALS, problem
from monitor.query import problem as query_problem
from monitor.sources import FEED_KINDS, KIND_OPTIONS

ROOT = Path(__file__).parents[2]
FIRMS = ROOT / "monitor/data/firms.csv"


@pytest.fixture(scope="module")
def shipped() -> Settings:
    names = Names(
        kinds={kind: KIND_OPTIONS.get(kind, ()) for kind in FEED_KINDS},
        signals=SIGNALS,
        site=PARAMETERS,
        site_problem=problem,
        query_problem=query_problem,
    )
    return load(default_config(), names)


def test_the_root_file_is_the_one_that_is_shipped() -> None:
    assert default_config() == ROOT / "feeds.toml"
    assert '"feeds.toml" = "monitor/data/feeds.toml"' in (ROOT / "pyproject.toml").read_text()


def test_it_covers_the_subject(shipped: Settings) -> None:
    assert {feed.role for feed in shipped.feeds} == {"primary", "news", "analysis", "social"}
    assert len(shipped.feeds) >= 30
    assert {"btc_price", "difficulty", "block_height", "fees_per_block", "gpu_hour", "power_price"} <= {
        signal.name for signal in shipped.signals
    }
    assert len(shipped.sites) == 2
    assert [rule.when for rule in shipped.rules] == ["spread.after_capex"]


def test_it_needs_no_command_and_holds_no_secret(shipped: Settings) -> None:
    assert "${cmd:" not in re.sub(r"(?m)^#.*", "", default_config().read_text())
    assert exposed(shipped) is None


@pytest.mark.skipif(not FIRMS.exists(), reason="the table of firms is not there")
def test_its_filings_are_those_of_the_listed_firms(shipped: Settings) -> None:
    with FIRMS.open(encoding="utf-8") as table:
        known = {cik for row in csv.DictReader(table) for cik in re.findall(r"\d{10}", str(row))}
    filed = {cik for feed in shipped.feeds for cik in re.findall(r"CIK=(\d+)", feed.url)}
    assert len(filed) > 10
    assert filed <= known
