"""Writes tests/data/schema/N.sql: a small database of today's schema, to migrate from once N is history.

.venv/bin/python tests/support/schema_dump.py       when a version is released, or its schema changes before that
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

DUMPS = Path(__file__).parent.parent / "data" / "schema"

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]


def write() -> Path:
    from support.stores import fresh, item, store_items

    from monitor.store.migrations import LATEST

    with TemporaryDirectory() as scratch, closing(fresh(Path(scratch))) as connection:
        store_items(connection, [item(1, "Miner leases hall"), item(2, "Hashprice falls")])
        store_items(connection, [item(1, "Miner cancels lease")])
        kept = [line for line in connection.iterdump() if "entries_fts" not in line and "writable_schema" not in line]
        ((search,),) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'entries_fts'")
        names = ("application_id", "user_version")
        pragmas = [f"PRAGMA {name} = {connection.execute(f'PRAGMA {name}').fetchone()[0]}" for name in names]
        rebuilt = "INSERT INTO entries_fts (entries_fts) VALUES ('rebuild')"
        target = DUMPS / f"{LATEST}.sql"
        lines = [*kept, *(f"{line};" for line in (search, rebuilt, *pragmas))]
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    print(write())
