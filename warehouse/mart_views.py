"""Tables of a mart that are not copied into its file: the release's own Parquet is read.

Here: which tables these are, and the views that are made of them, with their meanings, when the
auditors' mart is opened. Never here: opening it or asking (`warehouse.mart`), or what a role may see
(`hub.access.marts`). Next: `warehouse.mart` and `warehouse.marts` build and open by this.

A view that lies in a file would have to name the folder of its release, and that is known only when
the release is opened. So which tables lie in files is nowhere written down: they are the released
ones that the mart's file lacks. Marts of old, whose files hold all tables, open just the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from hub.quoting import literal as _literal
from hub.quoting import name as _name
from warehouse.release_files import Release

BIG_TABLE_BYTES = 1 << 17
"""A table whose Parquet file is larger costs more to copy than its copy saves when it is read."""
FAMILY_TABLE = re.compile(r"^f\d{2}_")


def is_big(table: Path) -> bool:
    """Whether the Parquet file of a table is read where it lies, not copied."""
    return table.stat().st_size > BIG_TABLE_BYTES


def tables_in_file(connection: duckdb.DuckDBPyConnection, catalog: str) -> set[str]:
    """Return the tables that an attached database holds itself."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main'",
        [catalog],
    ).fetchall()
    return {name for (name,) in found}


def tables_beside(release: Release, held: Collection[str]) -> dict[str, Path]:
    """Return table → Parquet file of the released tables that are not `held` in the mart's file."""
    return {name: release.table(name) for name in release.tables if name not in held}


def make_view(connection: duckdb.DuckDBPyConnection, view: str, table: Path) -> None:
    """Make a view, whose quoted name may have a schema, of a Parquet file."""
    connection.execute(f"CREATE VIEW {view} AS FROM read_parquet({_literal(table)})").fetchall()


def line_of_column(meaning_en: str, unit: str, meaning_ko: str) -> str:
    """Say a column in one line: meaning, unit, Korean."""
    return f"{meaning_en}{f' [{unit}]' if unit else ''} / {meaning_ko}"


def comment_views(
    connection: duckdb.DuckDBPyConnection,
    views: Collection[str],
    catalog: str,
    descriptions: Mapping[str, str],
) -> None:
    """Repeat what the dictionary in `catalog` says of tables and columns as comments of views.

    Args:
        connection: has views of these names.
        views: names of tables that are views.
        catalog: an attached mart; an old one may have no dictionary.
        descriptions: table → what one row is, where there is no dictionary.
    """
    columns: list[tuple[str, str, str, str, str]] = []
    if "dictionary_table" in tables_in_file(connection, catalog):
        descriptions = dict(
            connection.execute(
                f"SELECT table_name, meaning_en FROM {catalog}.dictionary_table"
            ).fetchall()
        )
        columns = connection.execute(
            "SELECT table_name, column_name, meaning_en, unit, meaning_ko"
            f" FROM {catalog}.dictionary_column"
        ).fetchall()
    statements = [
        f"COMMENT ON VIEW {_name(view)} IS {_literal(descriptions[view])}"
        for view in views
        if view in descriptions
    ]
    statements += [
        f"COMMENT ON COLUMN memory.main.{_name(table)}.{_name(column)}"
        f" IS {_literal(line_of_column(meaning_en, unit, meaning_ko))}"
        for table, column, meaning_en, unit, meaning_ko in columns
        if table in views
    ]
    for statement in statements:
        connection.execute(statement).fetchall()
