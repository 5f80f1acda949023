"""`config check`: every problem of feeds.toml."""

from __future__ import annotations

import argparse

from monitor.cli import context
from monitor.config import exposed
from monitor.errors import ConfigError


def check(arguments: argparse.Namespace) -> int:
    """Print what is wrong, a line each, and exit 2; else say what the config holds."""
    try:
        settings = context.settings_of(arguments)
    except ConfigError as error:
        for problem in error.problems:
            print(problem)
        return 2
    if warning := exposed(settings):
        context.talk(arguments, warning)
    counts = {
        "feeds": settings.feeds,
        "signals": settings.signals,
        "sites": settings.sites,
        "rules": settings.rules,
        "sinks": settings.sinks,
    }
    held = ", ".join(f"{len(things)} {name}" for name, things in counts.items())
    print(f"{settings.path}: no problems; {held}")
    return 0
