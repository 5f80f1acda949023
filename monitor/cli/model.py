"""`model`: the card of the classifiers in use, their versions, and whether what comes in still fits them."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from monitor import tagging
from monitor.cli import context
from monitor.clock import to_text
from monitor.cycle.training import take
from monitor.errors import ModelError, UsageError
from monitor.export.jsonl import dumps
from monitor.store import tags

MONTH = timedelta(days=30)
FACTS = {
    "entries": "entries",
    "own_labels": "of them your own labels",
    "data": "data (SHA-256)",
    "labels": "label set",
    "bytes": "bytes",
    "entries_per_second": "entries a second",
}
AT_MOST = 2_000  # newest entries that drift is measured on


def run(arguments: argparse.Namespace) -> int:
    if (arguments.action == "use") != (arguments.version is not None):
        raise UsageError("model: wanted is one of: model, model list, model use VERSION")
    own = tagging.folder_of(context.database_of(arguments))
    if arguments.action == "use":
        with told_when_stopped(arguments):
            return _use(arguments, own)
    loaded = tagging.loaded(own)
    if loaded.fault:
        context.talk(arguments, loaded.fault)
    in_use = loaded.tagger.model.manifest.version if loaded.tagger else None
    rows = list(_versions(own, in_use))
    told: dict[str, Any] = {"versions": rows}
    if arguments.action is None:
        card = _card(arguments, own, in_use)
        told |= {"card": card, "drift": _drift(arguments, own, card)}
    print(dumps(told) if arguments.json else "\n".join(_lines(told)))
    return 0 if in_use else 1


@contextmanager
def told_when_stopped(arguments: argparse.Namespace) -> Iterator[None]:
    """Where a signal ends what may change the model in use: say which one it is now."""
    try:
        yield
    except KeyboardInterrupt:
        context.talk(arguments, f"stopped; {_in_use(tagging.folder_of(context.database_of(arguments)))}")
        raise


def _in_use(own: Path) -> str:
    try:
        return f"in use: model {tagging.current(own if (own / 'CURRENT').exists() else None).stem}"
    except ModelError as error:
        return str(error)


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
    take(context.database_of(arguments), path)
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


def _card(arguments: argparse.Namespace, own: Path, version: str | None) -> dict[str, Any] | None:
    """The card of a version as data, None where it is not readable; a personal one has its scores before and after."""
    from classifiers import drift

    for path, _ in _files(own):
        card = path.with_suffix(".json")
        if path.stem == version:
            try:
                found: dict[str, Any] = json.loads(card.read_text(encoding="utf-8"))
                drift.expected(found)
            except (OSError, ValueError, TypeError, KeyError):
                context.talk(arguments, f"{card}: no readable card; `pivotwatch train` writes a new one")
                return None
            return found
    return None


def _drift(arguments: argparse.Namespace, own: Path, card: dict[str, Any] | None) -> dict[str, Any] | None:
    """This month's entries against the corpus that the model learned from; None without model, card or entries."""
    from classifiers import drift
    from classifiers.tagger import Text

    tagger = tagging.loaded(own).tagger
    since = context.now_of(arguments) - MONTH
    with context.reading(arguments) as connection:
        texts = [Text(title, summary, feed) for title, summary, feed in _newest(connection, to_text(since))]
    if tagger is None or card is None or not texts:
        return None
    now = drift.profile(tagger, texts, tagger.tag(texts))
    measures = drift.drift(drift.expected(card), now)
    return {"entries": now.entries, "measures": [asdict(measure) for measure in measures]}


def _newest(connection: sqlite3.Connection, since: str) -> list[tuple[str, str, str]]:
    newest = islice(tags.stored(connection, "e.first_seen_at >= ?", [since], order="e.n DESC"), AT_MOST)
    return [(stored.entry.title, stored.entry.summary, stored.entry.feed) for stored in newest]


def _lines(told: dict[str, Any]) -> Iterator[str]:
    for row in told["versions"]:
        yield f"{'*' if row['in_use'] else ' '} {row['version']}  {row['origin']}"
    card = told.get("card") or {}
    for name, words in FACTS.items():
        if name in card:
            yield f"{words}: {card[name]}"
    for name, value in card.get("after", {}).items():
        yield f"{name}: {card['before'][name]:.3f} before, {value:.3f} after"
    for key in ("writers_held_out", "held_out"):
        for name, (value, low, high) in card.get(key, {}).items():
            yield f"{name}: {value:.3f} ({low:.3f} to {high:.3f}), {key.replace('_', ' ')}"
    for true, row in card.get("confusion", {}).items():
        yield f"{true} read as " + ", ".join(f"{read} {n}" for read, n in row.items())
    for said, was, entries in card.get("reliability", []):
        yield f"said {said:.2f}, was right {was:.2f} ({entries} entries)"
    if "card" in told:
        yield from _drift_lines(told["drift"])


def _drift_lines(drift: dict[str, Any] | None) -> Iterator[str]:
    if drift is None:
        yield "drift: no entries of the last 30 days"
        return
    yield f"drift: {drift['entries']} entries of the last 30 days against the corpus"
    for row in drift["measures"]:
        yield f"  {row['name']:<14}{row['was']:5.2f} -> {row['now']:.2f}{'  CHANGED' if row['alarm'] else ''}"
