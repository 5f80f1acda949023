"""`feeds`: list, add, remove, retry, discover, OPML in and out; `doctor`: which of them are ill, and of what."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from monitor import clock, tagging
from monitor.cli import context
from monitor.config import Secrets, Settings, find_config, safe_url
from monitor.config.edit import NewFeed, add_feeds, remove_feed
from monitor.cycle.gather import key_of
from monitor.cycle.health import Diagnosis, diagnose
from monitor.errors import FetchError, ParseError, UsageError
from monitor.export.jsonl import dumps
from monitor.model import FetchState
from monitor.net import Net, Request, politeness
from monitor.sources import discovery, opml, parse
from monitor.store import fetching
from monitor.store.database import open_database, transaction
from monitor.text import http_url


def list_feeds(arguments: argparse.Namespace) -> int:
    """Every feed with what its last poll came to."""
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with context.reading(arguments) as connection:
        states = fetching.states(connection)
    rows = [_row(feed, states.get(key_of(feed))) for feed in settings.feeds]
    if arguments.json:
        print(dumps(rows))
        return 0
    for row in rows:
        last = f"ok {clock.age(clock.from_text(row['last_ok_at']), now)} ago" if row["last_ok_at"] else "never fetched"
        notes = [
            row["error"],
            f"moved to {row['moved_to']}" if row["moved_to"] else None,
            "gone" if row["gone"] else None,
        ]
        print(f"{row['name']:<32} {row['kind']:<10} {last:<14} {'; '.join(filter(None, notes))}".rstrip())
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Each feed's health: last good answer, cause, next try, volume of seven days against the usual, silence.

    A model that cannot be trusted comes first; as JSON, where there are feeds alone, on stderr.
    """
    settings, now = context.settings_of(arguments), context.now_of(arguments)
    with context.reading(arguments) as connection:
        found = diagnose(connection, settings, now)
    fault = tagging.loaded(tagging.folder_of(context.database_of(arguments))).fault
    if fault and not arguments.json:
        print(f"{'failing':<8} {fault}")
    elif fault:
        context.talk(arguments, fault)
    if arguments.json:
        print(dumps([_diagnosis_json(diagnosis) for diagnosis in found]))
        return 0
    for diagnosis in sorted(found, key=lambda d: d.verdict == "well"):
        last = f"ok {clock.age(diagnosis.last_ok_at, now)} ago" if diagnosis.last_ok_at else "never ok"
        volume = (
            f"{diagnosis.week} in 7 d, usually {diagnosis.usual_week:.0f}" if diagnosis.usual_week is not None else ""
        )
        print(f"{diagnosis.verdict:<8} {diagnosis.name:<32} {last:<14} {volume:<26} {diagnosis.advice or ''}".rstrip())
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Put a feed into feeds.toml."""
    settings, path = context.settings_of(arguments), _config(arguments)
    name = arguments.name or arguments.url.split("//")[-1].split("/")[0]
    _refuse_known(settings, name, arguments.url)
    add_feeds(path, [NewFeed(name, arguments.url)])
    context.settings_of(arguments)
    context.talk(arguments, f"{path}: added {name}")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Take a feed out of feeds.toml; its entries stay."""
    path = _config(arguments)
    remove_feed(path, arguments.name)
    context.talk(arguments, f"{path}: removed {arguments.name}; its entries stay")
    return 0


def retry(arguments: argparse.Namespace) -> int:
    """Ask a feed again that is gone or waits."""
    settings = context.settings_of(arguments)
    feed = next((feed for feed in settings.feeds if feed.name == arguments.name), None)
    if feed is None:
        raise UsageError(f"no feed named {arguments.name}; `pivotwatch feeds list` shows them")
    with closing(open_database(context.database_of(arguments))) as connection, transaction(connection):
        state = fetching.states(connection).get(key_of(feed), FetchState(key_of(feed)))
        fetching.save_states(connection, [politeness.retried(state)])
    context.talk(arguments, f"{feed.name} is asked at the next poll")
    return 0


def discover(arguments: argparse.Namespace) -> int:
    """Fetch a page and print the addresses of the feeds that it names."""
    settings = context.settings_of(arguments)
    secrets = Secrets(os.environ, settings)
    request = Request(name=arguments.url, url=arguments.url, accept="text/html, */*;q=0.5")

    async def ask() -> tuple[bytes, str, str]:
        async with Net(settings.network) as net:
            answer = await net.fetch(request, context.now_of(arguments))
            return answer.body, answer.url, answer.content_type

    try:
        body, url, content_type = asyncio.run(ask())
    except FetchError as error:
        raise UsageError(f"{safe_url(arguments.url)}: {secrets.redact(str(error))}") from error
    found = [candidate.url for candidate in discovery.discover(body, url, content_type)]
    if _is_feed(body, content_type, url):
        found = [url, *found]
    for address in found:
        print(address)
    if not found:
        context.talk(arguments, f"{safe_url(arguments.url)}: names no feed")
    return 0 if found else 1


def import_opml(arguments: argparse.Namespace) -> int:
    """Add the feeds of a list that feeds.toml does not have yet; what is refused is told."""
    settings, path = context.settings_of(arguments), _config(arguments)
    try:
        listed = opml.read_opml(arguments.file.read_bytes())
    except (OSError, ParseError) as error:
        raise UsageError(f"{arguments.file}: {error}") from error
    addresses, names = {feed.url for feed in settings.feeds}, {feed.name for feed in settings.feeds}
    new: list[NewFeed] = []
    for feed in listed.feeds:
        if feed.url not in addresses:
            name = _free_name(feed.name or feed.url, names)
            names.add(name)
            new.append(NewFeed(name, feed.url, feed.tags))
    if new:
        add_feeds(path, new)
    for line in listed.refused:
        context.talk(arguments, f"{arguments.file}: refused {line}")
    context.talk(
        arguments, f"{path}: added {len(new)}, known {len(listed.feeds) - len(new)}, refused {len(listed.refused)}"
    )
    return 0


def export_opml(arguments: argparse.Namespace) -> int:
    """Print the feeds as OPML 2.0, secrets left out."""
    settings = context.settings_of(arguments)
    sys.stdout.write(opml.write_opml((f.name, safe_url(f.url), f.tags) for f in settings.feeds).decode())
    return 0


def _row(feed: Any, state: FetchState | None) -> dict[str, Any]:
    known = state or FetchState(key_of(feed))
    return {
        "name": feed.name,
        "url": safe_url(feed.url),
        "kind": feed.kind,
        "role": feed.role,
        "last_ok_at": clock.optional_text(known.last_ok_at),
        "next_try": clock.optional_text(known.next_try),
        "failures": known.failures,
        "error": known.last_error,
        "moved_to": known.moved_to,
        "gone": known.gone,
    }


def _diagnosis_json(diagnosis: Diagnosis) -> dict[str, Any]:
    times = {"last_ok_at", "last_entry_at", "next_try"}
    return {name: clock.optional_text(v) if name in times else v for name, v in asdict(diagnosis).items()}


def _config(arguments: argparse.Namespace) -> Path:
    return find_config(arguments.config and str(arguments.config), os.environ).path


def _refuse_known(settings: Settings, name: str, url: str) -> None:
    if http_url(url) is None:
        raise UsageError(f"{url}: not an http(s) address")
    for feed in settings.feeds:
        if url == feed.url or name == feed.name:
            raise UsageError(f"{feed.name} is there already with {safe_url(feed.url)}; name another with --name")


def _is_feed(body: bytes, content_type: str, url: str) -> bool:
    from monitor.config import FeedConfig

    try:
        parse(body, FeedConfig(name="page", url=url), content_type=content_type, url=url)
    except ParseError:
        return False
    return True


def _free_name(wanted: str, taken: set[str]) -> str:
    return next(name for name in _numbered(wanted) if name not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1
