"""The auditors' mart: one release as a database that can be asked, and nothing else.

Here: building the mart's file, opening it locked, asking one question. Never here: what a table
means (its SQL file says, and the mart repeats it as comments). Next: `hub query`, notebooks.

Small tables lie in the mart's DuckDB file. Big ones and the 40 family tables stay Parquet and are
views, made when the mart is opened (`warehouse.mart_views`). An opened mart reads the files of its
release and no other, and its settings are locked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hub.quoting import literal as _literal
from hub.quoting import name as _name
from warehouse.connection import create_database, open_reader
from warehouse.mart_views import (
    FAMILY_TABLE,
    comment_views,
    is_big,
    make_view,
    tables_beside,
    tables_in_file,
)
from warehouse.release_files import MARTS, TABLES, Release
from warehouse.releases import MartBuilder
from warehouse.workbench import SQL_FOLDER

AUDITOR = "auditor"
LONGEST_QUERY_MILLISECONDS = 300_000
DEFAULT_ROW_LIMIT = 1_000
_COMMENT_LINE = re.compile(r"^--\s?(.*)$")


Columns = Mapping[str, Sequence[tuple[str, str]]]
"""Table → (column, DuckDB type), in order."""
SayMeanings = Callable[[duckdb.DuckDBPyConnection, str, Columns], None]
"""Writes meanings into a database, given its name and the tables that lie in files beside it."""


class QueryError(Exception):
    """A question cannot be asked or answered; the message is the database's own, without trace."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows that answer a query, the first `limit` of them."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    is_cut: bool
    """Whether there are more rows than were asked for."""

    def mappings(self) -> list[dict[str, object]]:
        """Return the rows as mappings by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def table_descriptions() -> dict[str, str]:
    """Return table name → first comment of the SQL file that makes it."""
    return {
        path.stem: description
        for path in sorted(SQL_FOLDER.glob("*/*.sql"))
        if (description := first_comment(path.read_text("utf-8")))
    }


def first_comment(sql: str) -> str:
    """Return the comment lines that `sql` begins with, as one text."""
    lines = []
    for line in sql.lstrip().splitlines():
        match = _COMMENT_LINE.match(line)
        if match is None:
            break
        lines.append(match[1].rstrip())
    return " ".join(line for line in lines if line)


def auditor_mart(
    descriptions: Mapping[str, str] | None = None,
    column_descriptions: Mapping[str, str] | None = None,
    say: SayMeanings | None = None,
) -> MartBuilder:
    """Return what `warehouse.releases.publish` calls to build the auditors' mart.

    Args:
        descriptions: table → what one row is; first comments of the SQL files by default.
        column_descriptions: `table.column`, or `column` for all tables that have it → meaning.
        say: writes what tables and columns mean into the mart, also of those that are not copied;
            without it these have only the first comments of the SQL files.
    """
    tables = {**table_descriptions(), **(descriptions or {})}
    columns = column_descriptions or {}

    def build(release_folder: Path) -> None:
        target = release_folder / MARTS / f"{AUDITOR}.duckdb"
        beside = {}
        with create_database(target) as connection:
            connection.execute("BEGIN").fetchall()
            for path in sorted((release_folder / TABLES).glob("*.parquet")):
                if FAMILY_TABLE.match(path.stem) or is_big(path):
                    beside[path.stem] = _columns(connection, path)
                else:
                    _copy_table(connection, path)
                    _comment(connection, "TABLE", path.stem, tables, columns)
            if say is not None:
                say(connection, AUDITOR, beside)
            connection.execute("COMMIT").fetchall()
            # Closing swallows a checkpoint that fails on a full disk; this one raises.
            connection.execute("FORCE CHECKPOINT").fetchall()

    return build


def open_mart(
    release: Release, then: Release | None = None, *, says_meanings: bool = True
) -> duckdb.DuckDBPyConnection:
    """Open the mart of `release`: it reads this release's files only, and settings are locked.

    With an older release `then`, the tables of both lie side by side: those of `release` in the
    schema `now`, those of `then` in `past` (and in "then", which SQL wants in quotes). Without
    `says_meanings` views have no comments: whoever counts for a report reads none.

    `query` also refuses whatever is no question; a connection by itself can still write into the
    session's own memory.

    Raises:
        QueryError: the mart's file is missing or damaged.
    """
    connection = open_reader()
    try:
        sides = {"mart": release} if then is None else {"mart": release, "older_mart": then}
        beside = {catalog: _attach(connection, side, catalog) for catalog, side in sides.items()}
        for name, path in beside["mart"].items():
            make_view(connection, _name(name), path)
        if says_meanings:
            comment_views(connection, beside["mart"], "mart", table_descriptions())
        if then is not None:
            for schema, catalog in (
                ("now", "mart"),
                ("past", "older_mart"),
                ("then", "older_mart"),
            ):
                _lay_beside(connection, schema, catalog, beside[catalog])
        read = [path for paths in beside.values() for path in paths.values()]
        allowed = ", ".join(_literal(path) for path in read)
        for statement in (
            # A schema is looked for in the first catalog only.
            f"SET search_path = '{'memory.main,mart.main' if then else 'mart.main,memory.main'}'",
            f"SET max_execution_time = {LONGEST_QUERY_MILLISECONDS}",
            f"SET allowed_paths = [{allowed}]",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            connection.execute(statement).fetchall()
    except duckdb.Error as error:
        connection.close()
        message = f"{release.release_id}: the mart cannot be opened: {_first_line(error)}"
        raise QueryError(message) from None
    return connection


def _attach(
    connection: duckdb.DuckDBPyConnection, release: Release, catalog: str
) -> dict[str, Path]:
    """Attach the mart's file; return the tables that it lacks, which lie in files of the release."""
    mart = _literal(release.mart(AUDITOR))
    connection.execute(f"ATTACH {mart} AS {catalog} (READ_ONLY)").fetchall()
    return tables_beside(release, tables_in_file(connection, catalog))


def _lay_beside(
    connection: duckdb.DuckDBPyConnection, schema: str, catalog: str, beside: Mapping[str, Path]
) -> None:
    """Make a view of every table of one release in a schema of its own."""
    connection.execute(f"CREATE SCHEMA memory.{_name(schema)}").fetchall()
    for table in tables_in_file(connection, catalog):
        connection.execute(
            f"CREATE VIEW memory.{_name(schema)}.{_name(table)} AS"
            f" FROM {catalog}.main.{_name(table)}"
        ).fetchall()
    for table, path in beside.items():
        make_view(connection, f"memory.{_name(schema)}.{_name(table)}", path)


def query(
    release: Release, sql: str, limit: int = DEFAULT_ROW_LIMIT, *, then: Release | None = None
) -> QueryResult:
    """Answer one SELECT (or SHOW, DESCRIBE, SUMMARIZE) with at most `limit` rows.

    With an older release `then`, the question may be about both: see `open_mart`.

    Raises:
        QueryError: the statement is none of these, or the database refuses it.
    """
    with open_mart(release, then) as connection:
        try:
            statements = connection.extract_statements(sql)
            _check(statements)
            answer = connection.execute(statements[0])
            columns = _distinct([column[0] for column in answer.description or ()])
            rows = answer.fetchmany(limit + 1)
        except duckdb.Error as error:
            raise QueryError(str(error)) from None
    return QueryResult(columns, rows[:limit], len(rows) > limit)


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Number repeated names, so that no column hides another."""
    repeated = {name for name in names if names.count(name) > 1}
    return tuple(
        f"{name}_{place}" if name in repeated else name for place, name in enumerate(names, start=1)
    )


def _check(statements: list[duckdb.Statement]) -> None:
    # A COPY could write over the very files that the mart may read.
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        message = "one query at a time, and only SELECT, SHOW, DESCRIBE or SUMMARIZE"
        raise QueryError(message)


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE FROM read_parquet({_literal(path)})").fetchall()
    return [(name, sql_type) for name, sql_type, *_ in rows]


def _copy_table(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute(
        f"CREATE TABLE {_name(path.stem)} AS FROM read_parquet({_literal(path)})"
    ).fetchall()


def _comment(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    table: str,
    descriptions: Mapping[str, str],
    column_descriptions: Mapping[str, str],
) -> None:
    if table in descriptions:
        text = _literal(descriptions[table])
        connection.execute(f"COMMENT ON {kind} {_name(table)} IS {text}").fetchall()
    if not column_descriptions:
        return
    for column, *_ in connection.execute(f"DESCRIBE {_name(table)}").fetchall():
        description = column_descriptions.get(f"{table}.{column}", column_descriptions.get(column))
        if description is not None:
            place = f"{_name(table)}.{_name(column)}"
            text = _literal(description)
            connection.execute(f"COMMENT ON COLUMN {place} IS {text}").fetchall()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
