"""Read what is new: tags, then firms and figures, then stories."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from monitor import tagging
from monitor.config import Settings
from monitor.cycle import extraction, telling
from monitor.data.tables import Firm
from monitor.model import Entry
from monitor.store import tags
from monitor.store.database import path_of, transaction

CHUNK = 500  # entries read, tagged and stored at a time


def tag(connection: sqlite3.Connection) -> tagging.Loaded | None:
    """Read what is to be read; the model that was looked for, None where there was nothing to read."""
    folder = tagging.folder_of(path_of(connection))
    model = None
    while batch := tags.to_tag(connection, CHUNK, without_model=False):
        _tag_batch(connection, batch, folder)
        model = tagging.loaded(folder)
    # Entries that came while the model was away are read again once it is back.
    while batch := tags.to_tag(connection, CHUNK, without_model=True):
        model = tagging.loaded(folder)
        if model.tagger is None:
            break
        _tag_batch(connection, batch, folder)
    return model


def _tag_batch(connection: sqlite3.Connection, batch: Sequence[tuple[int, Entry]], folder: Path) -> None:
    read = tagging.tag([entry for _, entry in batch], folder)
    pairs = zip((n for n, _ in batch), read, strict=True)
    with transaction(connection):
        tags.save(connection, pairs, without_model=read[0].model == tagging.NO_MODEL)


def tell(connection: sqlite3.Connection, settings: Settings, now: datetime, firms: tuple[Firm, ...]) -> int:
    """Give what was tagged its firms, figures and story; how many stories are new."""
    extraction.extract(connection, firms)
    telling.group(connection)
    return telling.measure_touched(connection, settings, now)
