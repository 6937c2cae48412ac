"""The dictionary of tables that lie somewhere: their columns and types, with their meanings.

Here: asking a database for its columns, and writing meanings into it as comments and as the tables
`dictionary_table` and `dictionary_column`. Never here: the meanings (`meanings`). Next: each mart
of a release says of itself what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields

import duckdb

from hub.quoting import literal as _literal
from hub.quoting import name as _name
from warehouse.dictionary.meanings import ColumnMeaning, Dictionary, TableMeaning
from warehouse.mart_views import line_of_column


def described_tables(
    dictionary: Dictionary, columns: Mapping[str, Sequence[tuple[str, str]]]
) -> tuple[list[TableMeaning], list[ColumnMeaning]]:
    """Return the meanings of tables and columns, as far as somebody has said them.

    Args:
        dictionary: the meanings.
        columns: table → (column, DuckDB type) in the table's order.
    """
    tables = [told for name in columns if (told := dictionary.table(name)) is not None]
    held = [
        meaning
        for table, each in columns.items()
        for column, sql_type in each
        if (meaning := dictionary.column(table, column, sql_type)) is not None
    ]
    return tables, held


def columns_of(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, list[tuple[str, str]]]:
    """Return table → (column, type) of the tables of a database, in order."""
    rows = connection.execute(
        """
        SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE NOT internal AND database_name = ? AND schema_name = 'main' ORDER BY table_name, column_index
        """,
        [database],
    ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, sql_type in rows:
        found.setdefault(table, []).append((column, sql_type))
    return found


def write_dictionary(
    connection: duckdb.DuckDBPyConnection,
    dictionary: Dictionary,
    database: str,
    also: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> None:
    """Write meanings into a database as comments and as `dictionary_table`, `dictionary_column`.

    What a database that began as a copy of another says of itself is said anew.

    Args:
        connection: has the database open for writing.
        dictionary: the meanings.
        database: name of the database.
        also: tables that lie in files beside it and only stand in the dictionary's tables.
    """
    for name in ("dictionary_table", "dictionary_column"):
        connection.execute(f"DROP TABLE IF EXISTS {database}.{name}").fetchall()
    tables, columns = described_tables(
        dictionary, {**columns_of(connection, database), **(also or {})}
    )
    _fill(connection, f"{database}.dictionary_table", TableMeaning, tables)
    _fill(connection, f"{database}.dictionary_column", ColumnMeaning, columns)
    tables, columns = described_tables(dictionary, columns_of(connection, database))
    statements = [
        f"COMMENT ON TABLE {database}.{_name(each.table_name)} IS {_literal(each.meaning_en)}"
        for each in tables
    ]
    statements += [
        f"COMMENT ON COLUMN {database}.main.{_name(each.table_name)}.{_name(each.column_name)}"
        f" IS {_literal(line_of_column(each.meaning_en, each.unit, each.meaning_ko))}"
        for each in columns
    ]
    connection.execute("; ".join(statements)).fetchall()


def _fill(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    shape: type[TableMeaning | ColumnMeaning],
    rows: Sequence[TableMeaning | ColumnMeaning],
) -> None:
    columns = [each.name for each in fields(shape)]
    declared = ", ".join(f"{_name(column)} VARCHAR" for column in columns)
    connection.execute(f"CREATE TABLE {name} ({declared})").fetchall()
    if rows:
        told = [list(each) for each in zip(*(astuple(row) for row in rows), strict=True)]
        unnested = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"INSERT INTO {name} SELECT {unnested}", told).fetchall()
