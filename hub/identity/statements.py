"""Reading the engine's SQL: one `.sql` file a table, with a first comment that an auditor can read.

Here: finding, filling and running the files of `hub/identity/sql`. Never here: what they say.
Next: `anchoring`, `pairing` and `engine` run them on the connection that they are given.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import resources
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import duckdb


def statement(table: str, **fill: object) -> str:
    """Return the SQL that makes `table`, with every `{{name}}` filled in.

    Raises:
        FileNotFoundError: no such file in `hub/identity/sql`.
        ValueError: a name was left unfilled.
    """
    text = (resources.files("hub.identity") / "sql" / f"{table}.sql").read_text("utf-8")
    for name, value in fill.items():
        text = text.replace("{{" + name + "}}", str(value))
    if "{{" in text:
        raise ValueError(f"hub/identity/sql/{table}.sql: not everything was filled in")
    return text


def make(
    connection: duckdb.DuckDBPyConnection, table: str, called: str = "", **fill: object
) -> None:
    """Make the temporary table `table` from its SQL file, under another name where `called` says so."""
    run(connection, f"CREATE OR REPLACE TEMP TABLE {called or table} AS {statement(table, **fill)}")


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Run `sql` to its end."""
    connection.execute(sql).fetchall()


def keep(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Make the temporary table `table` from `frame`."""
    connection.register(f"{table}_frame", frame)
    run(connection, f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {table}_frame")
    connection.unregister(f"{table}_frame")


def drop(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Drop temporary tables; absent ones are no error."""
    for table in tables:
        run(connection, f"DROP TABLE IF EXISTS temp.{table}")


def drop_relation(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop the temporary table or view `name`; an absent one is no error."""
    import duckdb

    for kind in ("TABLE", "VIEW"):
        # The other kind of that name is an error even IF EXISTS.
        with suppress(duckdb.CatalogException):
            run(connection, f"DROP {kind} IF EXISTS temp.{name}")


def value(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    """Return the first value of the first row of `sql`."""
    return connection.sql(sql).fetchall()[0][0]
