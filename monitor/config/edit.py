"""Change the feeds of a feeds.toml and leave everything else in it as its owner wrote it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.items import AoT

from monitor.config.paths import default_config
from monitor.errors import UsageError


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A `[[feed]]` to be."""

    name: str
    url: str
    tags: tuple[str, ...] = ()


def add_feeds(path: Path, feeds: Sequence[NewFeed]) -> None:
    """Append feeds; UsageError where the file is the shipped one or cannot be written."""
    document = _document(path)
    tables = document.get("feed")
    if not isinstance(tables, AoT):
        tables = tomlkit.aot()
        document["feed"] = tables
    for feed in feeds:
        table = tomlkit.table()
        table["name"], table["url"] = feed.name, feed.url
        if feed.tags:
            table["tags"] = list(feed.tags)
        tables.append(table)
    _write(path, tomlkit.dumps(document))


def remove_feed(path: Path, name: str) -> None:
    """Take the feed named `name` out; UsageError where there is none."""
    document = _document(path)
    tables = document.get("feed", [])
    place = next((n for n, table in enumerate(tables) if table.get("name") == name), None)
    if place is None:
        raise UsageError(f"{path}: no feed named {name}")
    del tables[place]
    _write(path, tomlkit.dumps(document))


def _document(path: Path) -> tomlkit.TOMLDocument:
    if path.resolve() == default_config().resolve():
        raise UsageError(f"{path} is the shipped config; copy it to ~/.config/pivotwatch/feeds.toml and change that")
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, with the rights it had; a symlink stays one."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        draft.unlink(missing_ok=True)
