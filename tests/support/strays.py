"""A guard for tests: no packet leaves for anywhere but the test's own servers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Strays:
    """Connections and look-ups that were refused."""

    allowed: set[tuple[str, int]] = field(default_factory=set)
    refused: list[Any] = field(default_factory=list)


@pytest.fixture
def no_stray_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[Strays]:
    """Refuse and record every connection but to `allowed` (host, port) pairs, and every look-up of a name."""
    strays = Strays()
    connect, get_address_info = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and tuple(address[:2]) not in strays.allowed:
            strays.refused.append(address)
            raise OSError(f"stray connection to {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in {None, "localhost"} | {place for place, _ in strays.allowed}:
            strays.refused.append(host)
            raise socket.gaierror(socket.EAI_NONAME, "stray look-up")
        return get_address_info(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield strays
    assert strays.refused == []
