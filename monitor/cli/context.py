"""What every command needs: the config, the database and the time of this run."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from monitor.clock import from_text, to_text
from monitor.config import Names, Settings, find_config, find_database, load
from monitor.errors import UsageError
from monitor.store.database import open_for_reading


def settings_of(arguments: argparse.Namespace) -> Settings:
    """feeds.toml, checked; ConfigError lists every problem."""
    found = find_config(arguments.config and str(arguments.config), os.environ)
    return load_settings(found.path, trusted=found.trusted)


def load_settings(path: Path, *, trusted: bool = True) -> Settings:
    """A config by its path, checked against the names that the other rooms know."""
    from monitor.margin.health import DERIVED
    from monitor.margin.inputs import PARAMETERS, SIGNALS, problem
    from monitor.query import problem as query_problem
    from monitor.sources import FEED_KINDS, KIND_OPTIONS

    names = Names(
        kinds={kind: KIND_OPTIONS.get(kind, ()) for kind in FEED_KINDS},
        signals=(*SIGNALS, *DERIVED),
        site=PARAMETERS,
        site_problem=problem,
        query_problem=query_problem,
        sinks=(),
        expression_problem=_expression_problem,
    )
    return load(path, names, trusted=trusted)


def _expression_problem(text: str) -> str | None:
    """Asked for signals in JSON only: the library of expressions is not loaded otherwise."""
    from monitor.signals.expressions import problem

    return problem(text)


def database_of(arguments: argparse.Namespace) -> Path:
    return find_database(arguments.db and str(arguments.db), os.environ)


@contextmanager
def reading(arguments: argparse.Namespace) -> Iterator[sqlite3.Connection]:
    """The database for queries, made if there is none yet."""
    with closing(open_for_reading(database_of(arguments))) as connection:
        yield connection


def now_of(arguments: argparse.Namespace) -> datetime:
    """The wall clock of this run: the machine's, or PIVOTWATCH_NOW, which is then said."""
    text = os.environ.get("PIVOTWATCH_NOW")
    if not text:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = from_text(text).replace(microsecond=0)
    except ValueError as error:
        raise UsageError(f"PIVOTWATCH_NOW={text!r}: not a time in UTC such as 2026-06-26T10:00:00Z") from error
    talk(arguments, f"the clock of this run is {to_text(moment)} (PIVOTWATCH_NOW)")
    return moment


def talk(arguments: argparse.Namespace, text: str) -> None:
    """Say something to the person, not to the program that reads stdout."""
    if not arguments.quiet:
        print(f"pivotwatch: {text}", file=sys.stderr)
