"""Dagster's own notes in SQLite, written without waiting for the disk or opening it at every event.

Here: how this process opens the databases below DAGSTER_HOME. Never here: what Dagster notes, or the
ledger, which waits for the disk always. Next: `pipelines.night_run` runs its job inside.

Dagster opens and closes a connection for each of some six thousand events of a first night, and SQLite
waits for the disk at each commit and again when the last connection closes. Nothing that must outlive
a power cut is told to Dagster alone, so its commits need not wait: the database stays whole, and its
last notes may be missing.

With each connection Dagster also makes an engine, which translates every statement anew. Here an engine
is made once a database, and one of events keeps its connection: Dagster's lock lets one event in at a
time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import Engine, event, make_url
from sqlalchemy.pool import NullPool, Pool, StaticPool


class _KeptConnection(StaticPool):
    """One connection, which stays open when Dagster disposes of the engine after each event."""

    def dispose(self) -> None:
        """Keep it."""

    def recreate(self) -> _KeptConnection:
        """Return this pool: an engine that was disposed of goes on with it."""
        return self

    def close(self) -> None:
        """Close the connection."""
        super().dispose()


@contextmanager
def quick_notes(folder: Path) -> Iterator[None]:
    """Let this process's SQLite databases below `folder` be written without waiting for the disk.

    Only databases with a write-ahead log, as Dagster makes them: they cannot be damaged by it.
    """
    home = folder.resolve()
    kept_open: dict[Path, sqlite3.Connection] = {}

    def connected(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        name = _pragma(connection, "database_list", column=2)
        file = Path(name).resolve()
        if not name or not file.is_relative_to(home):
            return
        if _pragma(connection, "journal_mode") != "wal":
            return
        connection.execute("PRAGMA synchronous = NORMAL").close()
        if file not in kept_open:
            # While one connection stays open, closing the others writes no checkpoint.
            kept_open[file] = sqlite3.connect(file, check_same_thread=False)
            _pragma(kept_open[file], "schema_version")

    event.listen(Engine, "connect", connected)
    try:
        with (
            _kept_engines(sqlite_event_log, home, _KeptConnection),
            _kept_engines(sqlite_run_storage, home, NullPool),
        ):
            yield
    finally:
        event.remove(Engine, "connect", connected)
        for connection in kept_open.values():
            connection.close()


@contextmanager
def _kept_engines(storage: ModuleType, home: Path, pool: type[Pool]) -> Iterator[None]:
    """Let one of Dagster's storages make an engine for each database below `home` only once."""
    made: dict[str, Engine] = {}
    make = storage.create_engine

    def kept(url: str, **given: Any) -> Engine:
        file = Path(make_url(url).database or "").resolve()
        # A database that is still to be made has no write-ahead log yet.
        if not (file.is_relative_to(home) and file.is_file()):
            return make(url, **given)
        if url not in made:
            made[url] = make(url, **given | {"poolclass": pool})
        return made[url]

    storage.create_engine = kept
    try:
        yield
    finally:
        storage.create_engine = make
        for engine in made.values():
            if isinstance(engine.pool, _KeptConnection):
                engine.pool.close()


def _pragma(connection: sqlite3.Connection, name: str, *, column: int = 0) -> str:
    with closing(connection.execute(f"PRAGMA {name}")) as answer:
        row = answer.fetchone()
    return str(row[column] or "") if row else ""
