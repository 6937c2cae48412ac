"""One open ledger database: the engine, and the two kinds of transactions on it.

Here: how transactions begin and end on SQLite and PostgreSQL. Never here: what is written
(`deliveries`, `people`, `nights`).

Writers queue: SQLite by BEGIN IMMEDIATE (a transaction that reads first and writes later would
fail, not wait, when another writes in between), PostgreSQL by one advisory lock. The ledger's
writes are few and short, and a queue leaves no race to reason about.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from enum import StrEnum
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, Select, Table, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

_READ_ONLY = "ledger_read_only"
_BUSY_MILLISECONDS = 60_000
_WRITE_LOCK = 4_481_001
"""Key of the PostgreSQL advisory lock; any number that nothing else in the database uses."""


def now() -> dt.datetime:
    """Return this moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def prepare_sqlite(engine: Engine) -> None:
    """Make every connection of `engine` durable and let SQLAlchemy, not the driver, begin."""

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        setattr(connection, "isolation_level", None)  # noqa: B010 (the driver's own attribute)
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        is_read_only = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")


class Book:
    """A ledger database that is open and of the newest shape."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection.execution_options(**{_READ_ONLY: True})

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """All or nothing, one writer at a time."""
        with self._engine.begin() as connection:
            lock_writers(connection)
            yield connection


def frame_of(connection: Connection, query: Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return the rows of `query`; `schema` names and types its columns in their order."""
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def lock_writers(connection: Connection) -> None:
    """Wait for other writers; on SQLite the transaction's beginning has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})


class OnKnown(StrEnum):
    """What inserting does with a row that breaks a unique key."""

    REFUSE = ""
    SKIP = " ON CONFLICT DO NOTHING"
    REPLACE = " ON CONFLICT ({key}) DO UPDATE SET {values}"


def insert_frame(
    connection: Connection, table: Table, frame: pl.DataFrame, on_known: OnKnown = OnKnown.REFUSE
) -> int:
    """Insert all rows of `frame` (text, numbers and dates of `table`); return how many were taken.

    SQLAlchemy's own handling of parameters takes most of the time at a million rows, so this uses
    what each driver has for bulk: plain tuples on SQLite, COPY on PostgreSQL.
    """
    if frame.is_empty():
        return 0
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, frame.columns))
    replaced = (
        f"{quote(name)} = excluded.{quote(name)}"
        for name in frame.columns
        if name not in table.primary_key.columns
    )
    conflict = on_known.format(
        key=", ".join(table.primary_key.columns.keys()), values=", ".join(replaced)
    )
    if connection.dialect.name == "sqlite":
        # SQLite keeps dates as text, and so does SQLAlchemy on it.
        plain = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
        marks = ", ".join("?" * frame.width)
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks}){conflict}"
        return connection.exec_driver_sql(statement, plain.rows()).rowcount
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS "
        f"SELECT {columns} FROM {table.name} WITH NO DATA"
    )
    with closing(connection.connection.cursor()) as cursor:
        text_rows = io.BytesIO(frame.write_csv(include_header=False, null_value="\\N").encode())
        cursor.copy_expert(
            f"COPY incoming ({columns}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text_rows
        )
    statement = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM incoming{conflict}"
    inserted = connection.exec_driver_sql(statement).rowcount
    connection.exec_driver_sql("DROP TABLE incoming")
    return inserted
