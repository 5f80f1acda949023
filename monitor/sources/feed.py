"""What a kind reads of a feed's configuration; so the parser process need not import the rest of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Feed(Protocol):
    """A feed as configured: its kind, and the keys of feeds.toml that only its kind reads."""

    @property
    def kind(self) -> str: ...

    @property
    def options(self) -> Mapping[str, str]: ...
