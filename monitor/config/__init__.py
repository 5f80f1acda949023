"""feeds.toml → Settings: every problem listed with file, line, key and the nearest valid name.

settings.py    the frozen values
paths.py       which file is read, which database is used, and whether the file may run commands
values.py      one value of the file → one value of the settings
document.py    the file: read, decoded, split into tables
tables.py      every table and its keys, and what must hold between them
reader.py      the door: load
toml_lines.py  key path → line, built only when there is something to complain about
secrets.py     ${NAME} and ${cmd:…}: filled in late, never shown
"""

from monitor.config.keys import Names
from monitor.config.paths import Found, default_config, find_config, find_database
from monitor.config.reader import load
from monitor.config.secrets import Off, Resolved, Secrets, exposed, safe_url, safe_webhook
from monitor.config.settings import (
    FeedConfig,
    MonitorConfig,
    NetworkConfig,
    RuleConfig,
    Settings,
    SignalConfig,
    SinkConfig,
    SiteConfig,
)
from monitor.config.tables import story_query

__all__ = [
    "FeedConfig",
    "Found",
    "MonitorConfig",
    "Names",
    "NetworkConfig",
    "Off",
    "Resolved",
    "RuleConfig",
    "Secrets",
    "Settings",
    "SignalConfig",
    "SinkConfig",
    "SiteConfig",
    "default_config",
    "exposed",
    "find_config",
    "find_database",
    "load",
    "safe_url",
    "safe_webhook",
    "story_query",
]
