"""Dagster's own notes in SQLite, written without waiting for the disk at every event.

Here: how this process opens the databases below DAGSTER_HOME. Never here: what Dagster notes, or the
ledger, which waits for the disk always. Next: `pipelines.night_run` runs its job inside.

Dagster opens and closes a connection for each of some six thousand events of a first night, and SQLite
waits for the disk at each commit and again when the last connection closes. Nothing that must outlive
a power cut is told to Dagster alone, so its commits need not wait: the database stays whole, and its
last notes may be missing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event


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
        yield
    finally:
        event.remove(Engine, "connect", connected)
        for connection in kept_open.values():
            connection.close()


def _pragma(connection: sqlite3.Connection, name: str, *, column: int = 0) -> str:
    with closing(connection.execute(f"PRAGMA {name}")) as answer:
        row = answer.fetchone()
    return str(row[column] or "") if row else ""
