"""One SQLite file, opened with care: ours, of today's schema, safe beside other processes.

A connection belongs to the thread that opened it. Writers use `transaction`, which is immediate, so that
two of them wait for each other instead of failing half way.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from monitor.errors import StoreBusyError, StoreError, UnfinishedError
from monitor.store.migrations import APPLICATION_ID, BUSY_SECONDS, LATEST, migrate

STEP_SECONDS = 1.0  # the longest that SQLite itself waits for another writer
# What a quota or a limit of file sizes looks like from inside of SQLite.
_NOT_WRITTEN = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}


def open_database(path: Path) -> sqlite3.Connection:
    """Open the database at `path`, made or brought to today's schema first if need be.

    Raises StoreError where it is another program's, a newer version's or cannot be opened; the file is
    then as it was.
    """
    version = _version(path)
    if version > LATEST:
        raise StoreError(
            f"{path}: made by a newer pivotwatch (schema {version}, this one knows {LATEST}); "
            "upgrade pivotwatch or name another database with --db"
        )
    if version < LATEST:
        _make_directory(path)
        with told(path):
            migrate(path)
    return _connect(path)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open an existing database for queries only; StoreError where it is missing or not ready."""
    version = _version(path)
    if version != LATEST:
        return open_database(path)
    with told(path):
        return _reader(path)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: an immediate transaction, rolled back on any error."""
    with told(path_of(connection)):
        _begin(connection)
        try:
            yield connection
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _begin(connection: sqlite3.Connection) -> None:
    """Wait for other writers in short steps: while SQLite waits, no signal is heard."""
    ends = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > ends:
                raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Many reads of one moment, whatever others write meanwhile."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("COMMIT")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the faults of a disk or a lock into one line; a bug in our SQL stays a bug."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise StoreBusyError(
                f"{path}: busy, another process has held it for {BUSY_SECONDS:.0f} s; try again"
            ) from error
        if error.sqlite_errorcode in _NOT_WRITTEN:
            raise UnfinishedError(f"{path}: the disk is full; make room and run again, nothing was lost") from error
        if "readonly" in text or "unable to open" in text or "disk I/O" in text:
            raise StoreError(f"{path}: {text}; check that the file and its directory can be written") from error
        raise
    except sqlite3.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise StoreError(f"{path}: damaged ({error}); keep the file and name another with --db") from error
        raise


def _connect(path: Path) -> sqlite3.Connection:
    with told(path):
        connection = sqlite3.connect(path, timeout=STEP_SECONDS, isolation_level=None)
        # FULL: an entry or an alert that was acknowledged survives a power cut; commits are few.
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32768;"
        )
    return connection


def _reader(path: Path) -> sqlite3.Connection:
    address = path.resolve()
    # Readers share a file beside the database; where none can be made, there is no writer to be shared with either.
    alone = not os.access(address.parent, os.W_OK) and not address.with_name(f"{address.name}-wal").exists()
    uri = f"{address.as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)


def _version(path: Path) -> int:
    """The schema version of the file, 0 where there is none yet; StoreError if it is not ours."""
    if path.is_dir():
        raise StoreError(f"{path}: is a directory; name a file with --db")
    if not path.exists() or path.stat().st_size == 0:
        return 0
    with told(path), closing(_reader(path)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and tables:
        raise StoreError(f"{path}: a database of another program; name another file with --db")
    return int(version)


def _make_directory(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path.parent}: cannot be made ({os.strerror(error.errno or 0)}); name another with --db"
        ) from error


def path_of(connection: sqlite3.Connection) -> Path:
    """The file that a connection was opened on."""
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])
