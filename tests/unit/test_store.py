"""The database: whose it is, what it keeps, and how two processes share it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.stores import NOW, fresh, item, store_items

from monitor.errors import StoreBusyError, StoreError
from monitor.model import FetchState, Input, Reading, SpreadPoint, Status
from monitor.store import database, entries, fetching, migrations, readings, tags
from monitor.store.database import open_database, open_for_reading, transaction


def test_a_new_database_is_ours_and_of_todays_schema(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    assert connection.execute("PRAGMA application_id").fetchone() == (database.APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (migrations.LATEST,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("kind", ["text", "stranger", "directory", "newer"])
def test_what_is_not_ours_is_refused_and_left_as_it_was(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.db"
    if kind == "directory":
        path.mkdir()
    elif kind == "text":
        path.write_text("not a database, whatever its name says\n" * 50)
    else:
        if kind == "newer":
            open_database(path).close()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE IF NOT EXISTS theirs (x)")
            other.execute(f"PRAGMA user_version={migrations.LATEST + 1}")
        other.close()
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError, match=str(path)):
        open_database(path)
    assert not path.is_file() or path.read_bytes() == before


def test_an_empty_file_may_become_a_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch()
    assert entries.last_number(open_database(path)) == 0


def test_reading_makes_the_database_if_there_is_none_and_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.db"
    open_for_reading(path).close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    reader = open_for_reading(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM entries")


def test_an_edit_keeps_the_old_words_and_moves_the_search_index(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    store_items(connection, [item(1, "Miner leases hall")])
    store_items(connection, [item(1, "Miner cancels lease")], now=NOW + timedelta(hours=1))
    (stored,) = tags.stored(connection)
    assert stored.entry.title == "Miner cancels lease"
    assert [past.title for past in stored.history] == ["Miner leases hall"]
    found = {
        w: connection.execute("SELECT count(*) FROM entries_fts(?)", [w]).fetchone()[0] for w in ("hall", "cancels")
    }
    assert found == {"hall": 0, "cancels": 1}


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    with pytest.raises(RuntimeError), transaction(connection):
        connection.execute("INSERT INTO source_health VALUES ('feed:A', 1, 'now')")
        raise RuntimeError
    assert connection.execute("SELECT count(*) FROM source_health").fetchone() == (0,)


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    open_database(path).close()

    def write(start: int) -> None:
        connection = open_database(path)
        for n in range(start, start + 20):
            store_items(connection, [item(n)], feed=f"Feed {n}")

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entries.last_number(open_database(path)) == 60


def test_a_lock_that_does_not_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = tmp_path / "x.db"
    holder = open_database(path)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match="busy"), transaction(open_database(path)):
        pass


def test_states_come_back_as_they_were(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    state = FetchState(
        "feed:A", "x", etag='W/"ö"', failures=2, next_try=NOW, wait="back_off", gone=True, last_ok_at=NOW
    )
    with transaction(connection):
        fetching.save_states(connection, [state, replace(state, key="feed:B", gone=False)])
    assert fetching.states(connection)["feed:A"] == state


def test_a_lease_excludes_the_living_and_not_the_dead(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    first, second = fetching.Lease(connection, pane=True), fetching.Lease(connection)
    assert first.take() and first.take()
    assert not second.take()
    assert second.pane_holds and second.held_by
    first.give_back()
    assert second.take()
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    connection.execute("UPDATE leases SET pid = ?", [int(gone.stdout)])
    assert first.take()


def test_a_lease_that_was_not_renewed_is_void(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    assert fetching.Lease(connection).take()
    connection.execute("UPDATE leases SET renewed_at = renewed_at - ?", [fetching.LEASE_SECONDS + 1])
    assert fetching.Lease(connection).take()


def reading(value: float, *, hours: int = 0, source: str = "A") -> Reading:
    at = NOW + timedelta(hours=hours)
    return Reading("btc_price", source, value, "USD", at, at)


def test_the_latest_kept_reading_counts_and_a_suspect_one_waits(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    readings.save(connection, reading(1), kept=True)
    readings.save(connection, reading(100, hours=1), kept=False, reason="jump x100")
    assert readings.latest(connection)["btc_price", "A"].value == 1
    assert readings.held(connection)["btc_price", "A"].value == 100
    readings.save(connection, reading(2, hours=2), kept=True)
    assert readings.latest(connection)["btc_price", "A"].value == 2
    assert readings.held(connection) == {}


def test_spread_points_come_back_with_their_inputs(tmp_path: Path) -> None:
    connection = fresh(tmp_path)
    used = {"efficiency": Input(15.0, "J/TH", "site Texas", None, Status.SET)}
    point = SpreadPoint("Texas", "colo", NOW, 1.0, None, 3.5, "1", used)
    readings.save_points(connection, [point])
    (back,) = readings.points(connection, "Texas", "colo")
    assert replace(back, n=0) == point
    assert list(readings.points(connection, "Texas", "colo", after=back.n)) == []
