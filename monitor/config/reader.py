"""feeds.toml → Settings, or every problem it has, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitor.config import document, toml_lines
from monitor.config.keys import Names
from monitor.config.settings import Settings
from monitor.config.tables import Fault, Tables
from monitor.errors import ConfigError, Problem


def load(path: Path, names: Names, *, trusted: bool = True) -> Settings:
    """Read the file at `path`; ConfigError lists every problem, with the file named as `path` is.

    From a file that is not `trusted`, ${cmd:…} and command sinks are refused.
    """
    source, content = document.read(path)
    tables = Tables(names, trusted=trusted)
    settings = tables.settings(path, content)
    if tables.faults:
        raise ConfigError(_problems(path, source, tables.faults))
    return settings


def _problems(path: Path, source: str, faults: Iterable[Fault]) -> list[Problem]:
    lines = toml_lines.index(source)
    found = set()
    for fault in faults:
        first = f" (first on line {toml_lines.line_of(lines, fault.other)})" if fault.other else ""
        found.add((toml_lines.line_of(lines, fault.at) or 0, fault.why + first))
    return [Problem(str(path), line or None, why) for line, why in sorted(found)]
