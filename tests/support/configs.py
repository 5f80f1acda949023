"""Configs for tests: the names that other rooms would hand in, and files with one thing wrong."""

from __future__ import annotations

from pathlib import Path

from monitor.config import Names, Settings, load
from monitor.errors import ConfigError

# The example of docs and contract in small: every table, every key.
WHOLE = """\
[monitor]
poll = "15m"
retain = "365d"
[network]
user_agent = "pivotwatch (+you@example.org)"
allow_private = ["127.0.0.1:18080", "[::1]:8080"]
timeout = "20s"
max_bytes = "10MB"
concurrency = 16
per_host = 4
[[feed]]
name = "CoinDesk"
url = "https://a.example/feed"
kind = "json"
items = "hits"
every = "30m"
role = "analysis"
tags = ["press"]
headers = { Authorization = "Bearer ${FEED_TOKEN}" }
[[signal]]
name = "btc_price"
source = "Coinbase"
url = "https://b.example/ticker"
format = "auto"
value = "USD"
observed_at = "time"
where = { gpu = "H100", n = 8 }
scale = 1.0
unit = "USD"
every = "5m"
stale_after = "1h"
min = 100
max = 10000000
max_jump = 0.5
[[site]]
name = "Texas"
power_price = 45
[[rule]]
name = "pivot pays"
when = "spread.after_capex"
by = "firm"
site = "Texas"
tier = "colo"
enter = 25
exit = 10
for = "3d"
keep = "1d"
mean = "7d"
dwell = "0s"
repeat = "never"
severity = "warning"
sinks = ["stdout", "desk"]
[[sink]]
name = "desk"
webhook = "https://c.example/hook"
secret = "${HOOK_SECRET}"
"""


def site_problem(name: str, value: float) -> str | None:
    return f"{name} is {value:g}; allowed: at least 0" if value < 0 else None


def query_problem(query: str) -> str | None:
    return "query column 1: unknown field stanc; did you mean stance?" if "stanc:" in query else None


NAMES = Names(
    kinds={"auto": (), "json": ("items", "title"), "reddit": ()},
    signals=("btc_price", "difficulty", "power_price"),
    site=("power_price", "efficiency"),
    site_problem=site_problem,
    query_problem=query_problem,
)


def read(folder: Path, text: str | bytes, *, trusted: bool = True) -> Settings:
    """Load `text` as a config."""
    path = folder / "feeds.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, NAMES, trusted=trusted)


def problems(folder: Path, text: str | bytes, *, trusted: bool = True) -> list[str]:
    """The problems of `text`, without the folder in front; none where it loads."""
    try:
        read(folder, text, trusted=trusted)
    except ConfigError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []
