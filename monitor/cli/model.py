"""`model`: the card of the classifiers in use, their versions, and whether what comes in still fits them."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from monitor import tagging
from monitor.cli import context
from monitor.clock import to_text
from monitor.cycle.training import read_again
from monitor.errors import UsageError
from monitor.export.jsonl import dumps
from monitor.store import tags

MONTH = timedelta(days=30)
AT_MOST = 2_000  # newest entries that drift is measured on


def run(arguments: argparse.Namespace) -> int:
    if (arguments.action == "use") != (arguments.version is not None):
        raise UsageError("model: wanted is one of: model, model list, model use VERSION")
    own = tagging.folder_of(context.database_of(arguments))
    if arguments.action == "use":
        return _use(arguments, own)
    loaded = tagging.loaded(own)
    if loaded.fault:
        context.talk(arguments, loaded.fault)
    in_use = loaded.tagger.model.manifest.version if loaded.tagger else None
    rows = list(_versions(own, in_use))
    told: dict[str, Any] = {"versions": rows}
    if arguments.action is None:
        told |= {"card": _card(own, in_use), "drift": _drift(arguments, own)}
    print(dumps(told) if arguments.json else "\n".join(_lines(told)))
    return 0 if in_use else 1


def _use(arguments: argparse.Namespace, own: Path) -> int:
    from classifiers import artifacts

    found = {path.stem: path for path, _ in _files(own)}
    path = found.get(arguments.version)
    if path is None:
        raise UsageError(f"model use {arguments.version}: no such version; there is: {', '.join(found)}")
    try:
        artifacts.load(path)
    except artifacts.ArtifactError as error:
        raise UsageError(str(error)) from error
    if path.parent == own:
        artifacts.use(path)
    else:
        (own / artifacts.CURRENT).unlink(missing_ok=True)
    read_again(context.database_of(arguments), path.stem)
    context.talk(arguments, f"in use: model {path.stem}; the next poll reads every entry again")
    return 0


def _files(own: Path) -> Iterator[tuple[Path, str]]:
    """Every model file with where it comes from; the reader's own stand above shipped ones of the same name."""
    from classifiers import artifacts

    shipped = artifacts.current() if (artifacts.MODELS / artifacts.CURRENT).exists() else None
    if shipped is not None:
        yield shipped, "shipped"
    yield from ((path.with_suffix(".npz"), "personal") for path in sorted(own.glob("*.sha256")))


def _versions(own: Path, in_use: str | None) -> Iterator[dict[str, Any]]:
    for path, origin in _files(own):
        yield {"version": path.stem, "origin": origin, "in_use": path.stem == in_use}


def _card(own: Path, version: str | None) -> dict[str, Any] | None:
    """The card of a version as data; a personal one tells its scores before and after."""
    for path, _ in _files(own):
        card = path.with_suffix(".json")
        if path.stem == version and card.exists():
            found: dict[str, Any] = json.loads(card.read_text(encoding="utf-8"))
            return found
    return None


def _drift(arguments: argparse.Namespace, own: Path) -> dict[str, Any] | None:
    """This month's entries against the corpus that the model learned from; None without a model or entries."""
    from classifiers import card, drift
    from classifiers.tagger import Text

    tagger = tagging.loaded(own).tagger
    since = context.now_of(arguments) - MONTH
    with context.reading(arguments) as connection:
        texts = [Text(title, summary, feed) for title, summary, feed in _newest(connection, to_text(since))]
    if tagger is None or not texts:
        return None
    then = drift.Profile(**card.read()["profile"])
    now = drift.profile(tagger, texts, tagger.tag(texts))
    return {"entries": now.entries, "measures": [asdict(measure) for measure in drift.drift(then, now)]}


def _newest(connection: sqlite3.Connection, since: str) -> list[tuple[str, str, str]]:
    newest = islice(tags.stored(connection, "e.first_seen_at >= ?", [since], order="e.n DESC"), AT_MOST)
    return [(stored.entry.title, stored.entry.summary, stored.entry.feed) for stored in newest]


def _lines(told: dict[str, Any]) -> Iterator[str]:
    for row in told["versions"]:
        yield f"{'*' if row['in_use'] else ' '} {row['version']}  {row['origin']}"
    card = told.get("card") or {}
    for name in ("entries", "labels", "bytes", "entries_per_second"):
        if name in card:
            yield f"{name.replace('_', ' ')}: {card[name]}"
    for name, value in card.get("after", {}).items():
        yield f"{name}: {card['before'][name]:.3f} before, {value:.3f} after"
    for name, (value, low, high) in card.get("writers_held_out", {}).items():
        yield f"{name}: {value:.3f} ({low:.3f} to {high:.3f}), writers held out"
    for true, row in card.get("confusion", {}).items():
        yield f"{true} read as " + ", ".join(f"{read} {n}" for read, n in row.items())
    if "card" in told:
        yield from _drift_lines(told["drift"])


def _drift_lines(drift: dict[str, Any] | None) -> Iterator[str]:
    if drift is None:
        yield "drift: no entries of the last 30 days"
        return
    yield f"drift: {drift['entries']} entries of the last 30 days against the corpus"
    for row in drift["measures"]:
        yield f"  {row['name']:<14}{row['was']:5.2f} -> {row['now']:.2f}{'  CHANGED' if row['alarm'] else ''}"
