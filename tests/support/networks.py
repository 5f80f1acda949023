"""A Net against test servers, with short deadlines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.config import NetworkConfig
from monitor.net import Answer, Net, Request

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def config(*places: tuple[str, int], seconds: float = 5, **more: Any) -> NetworkConfig:
    """A network config that may dial `places`."""
    return NetworkConfig(
        allow_private=frozenset(places), timeout=timedelta(seconds=seconds), max_bytes=1_000_000, **more
    )


async def fetch(url: str, *places: tuple[str, int], seconds: float = 5, resolve: Any = None, **request: Any) -> Answer:
    """One request by a Net of its own."""
    more = {} if resolve is None else {"resolve": resolve}
    async with Net(config(*places, seconds=seconds), **more) as net:
        return await net.fetch(Request("feed", url, **request), NOW)


def names(table: dict[str, list[str]]) -> Callable[[str, int], Awaitable[list[str]]]:
    """A name server: from host to addresses, one list at each look-up, the last one for ever."""
    answers = {host: list(ips) for host, ips in table.items()}

    async def resolve(host: str, _: int) -> list[str]:
        ips = answers[host]
        return [ips.pop(0) if len(ips) > 1 else ips[0]]

    return resolve
