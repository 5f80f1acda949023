"""A database of every version that ever was reaches today's schema with all it held, whatever happens on the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from support.program import ROOT
from support.schema_dump import DUMPS
from support.stores import fresh, item, store_items

from monitor.store import migrations, tags
from monitor.store.database import open_database

OPEN = """
import sys, time
from pathlib import Path
from monitor.store import migrations
from monitor.store.database import open_database
time.sleep(max(0, float(sys.argv[2]) - time.time()))
open_database(Path(sys.argv[1])).close()
"""


def loaded(dump: Path, path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    return path


def shape(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Every table, index and trigger with its words, whatever their white space."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {(name, " ".join(sql.replace("IF NOT EXISTS ", "").split())) for name, sql in rows}


def test_every_version_has_its_dump() -> None:
    assert {path.stem for path in DUMPS.glob("*.sql")} == {str(n) for n in range(1, migrations.LATEST + 1)}


@pytest.mark.parametrize("dump", sorted(DUMPS.glob("*.sql")), ids=lambda dump: dump.stem)
def test_a_database_of_an_older_version_becomes_one_of_today(dump: Path, tmp_path: Path) -> None:
    """Where this fails for the newest dump, a released step was edited, or support/schema_dump.py is to be run."""
    with closing(open_database(loaded(dump, tmp_path / "old.db"))) as connection:
        (tmp_path / "new").mkdir()
        with closing(fresh(tmp_path / "new")) as new:
            assert shape(connection) == shape(new)
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.LATEST,)
        titles = [(one.entry.title, [past.title for past in one.history]) for one in tags.stored(connection)]
        assert titles == [("Miner cancels lease", ["Miner leases hall"]), ("Hashprice falls", [])]
        found = connection.execute("SELECT rowid FROM entries_fts('cancels OR hashprice') ORDER BY rowid").fetchall()
        assert found == [(1,), (2,)]
        store_items(connection, [item(1, "Miner cancels lease"), item(3, "Third")])
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (3,)


def test_processes_that_begin_together_make_one_database(tmp_path: Path) -> None:
    path, start = tmp_path / "x.db", time.time() + 1.5
    command = [sys.executable, "-c", OPEN, str(path), str(start)]
    together = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    for process in together:
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, b"")
    with closing(open_database(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (migrations.LATEST,)


FROM_NOTHING = [(0, statements) for statements in range(1, 66, 13)]
FROM_AN_OLD_VERSION = [(begun, statements) for begun in range(1, migrations.LATEST) for statements in range(1, 7)]


@pytest.mark.parametrize(("begun", "statements"), [*FROM_NOTHING, *FROM_AN_OLD_VERSION])
def test_a_migration_that_breaks_off_is_finished_by_the_next_one(tmp_path: Path, begun: int, statements: int) -> None:
    """The process dies after so many statements, as by a kill: what was there before is there still."""
    path = tmp_path / "x.db"
    if begun:
        loaded(DUMPS / f"{begun}.sql", path)
    dying = f"""
import itertools, os, sqlite3, sys
from pathlib import Path
from monitor.store import migrations
done = itertools.count()
class Dying(sqlite3.Connection):
    def execute(self, *arguments):
        if next(done) == {statements}:
            os._exit(9)
        return super().execute(*arguments)
connect = sqlite3.connect
sqlite3.connect = lambda *a, **k: connect(*a, **k, factory=Dying)
migrations.migrate(Path(sys.argv[1]))
"""
    assert subprocess.run([sys.executable, "-c", dying, str(path)], cwd=ROOT, check=False).returncode == 9
    with closing(open_database(path)) as connection, closing(sqlite3.connect(":memory:")) as other:
        other.executescript((DUMPS / f"{migrations.LATEST}.sql").read_text(encoding="utf-8"))
        assert shape(connection) == shape(other)
