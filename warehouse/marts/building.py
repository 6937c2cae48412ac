"""Building the marts of a release that is being written.

Here: choosing tables, columns and rows as `hub.access.marts` declares, and writing a file for each
mart. Never here: what is declared, or publishing. Next: `warehouse.releases.publish` reads each
file again and signs the release.

Nothing is written twice that lies there already: a big table that a role sees whole is read from
the release's own Parquet (`warehouse.marts.held`), and a mart that holds all that another holds
starts from a copy of that file.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from hub.access.marts import BIRTH_DATE, FamilyRows, MartDefinition, Rows
from hub.access.policy import load_policy
from warehouse.connection import open_scratch
from warehouse.dictionary.meanings import Dictionary
from warehouse.dictionary.saying import write_dictionary
from warehouse.mart_views import FAMILY_TABLE, is_big, tables_in_file
from warehouse.marts.count_tables import count_tables, prepare_counts, told_safely
from warehouse.marts.scopes import condition, family_condition, stand_scope
from warehouse.release_files import MARTS, TABLES

_MART = "written"
_BLOCK_BYTES = 16_384
"""Most tables are small, and each takes whole blocks; the usual block is sixteen times this."""


def build_marts(
    release_folder: Path, marts: Sequence[MartDefinition], dictionary: Dictionary
) -> None:
    """Write a database file for each mart into a release that is being written.

    Args:
        release_folder: holds `tables`; the files go to `marts`.
        marts: what each of them may hold.
        dictionary: says what tables and columns mean.

    Raises:
        duckdb.Error: a table cannot be read, or the disk is full.
    """
    released = {path.stem: path for path in sorted((release_folder / TABLES).glob("*.parquet"))}
    with open_scratch(release_folder / "spill") as connection:
        for name, path in released.items():
            connection.execute(
                f"CREATE VIEW {_name(name)} AS FROM read_parquet({_literal(path)})"
            ).fetchall()
        counts = _count(connection) if any(mart.has_counts for mart in marts) else []
        for rows in Rows:
            alike = _contained_first([mart for mart in marts if mart.rows is rows])
            if alike and rows is not Rows.ALL:
                stand_scope(connection, rows)
            for place, mart in enumerate(alike):
                target = release_folder / MARTS / f"{mart.name}.duckdb"
                started = [
                    target.with_name(f"{each.name}.duckdb")
                    for each in alike[:place]
                    if mart.contains(each)
                ]
                if started:
                    shutil.copyfile(max(started, key=lambda file: file.stat().st_size), target)
                connection.execute(
                    f"ATTACH {_literal(target)} AS {_MART} (BLOCK_SIZE {_BLOCK_BYTES}); BEGIN"
                ).fetchall()
                beside = _fill(connection, released, mart, counts if mart.has_counts else [])
                write_dictionary(connection, dictionary, _MART, beside)
                # Detaching swallows a checkpoint that fails on a full disk; this one raises.
                connection.execute(f"COMMIT; FORCE CHECKPOINT {_MART}; DETACH {_MART}").fetchall()
    (release_folder / "spill").rmdir()


def _contained_first(marts: Sequence[MartDefinition]) -> list[MartDefinition]:
    """Order marts so that each comes after those that it contains."""
    return sorted(marts, key=lambda mart: sum(mart.contains(each) for each in marts))


def _fill(
    connection: duckdb.DuckDBPyConnection,
    released: Mapping[str, Path],
    mart: MartDefinition,
    counts: Sequence[str],
) -> dict[str, list[tuple[str, str]]]:
    """Copy what the mart's file lacks; return the tables that are read where they lie."""
    beside = {}
    held = tables_in_file(connection, _MART)
    for table in mart.tables:
        if table not in released or table in held:
            continue
        typed = _typed_columns(connection, _name(table))
        columns = [column for column, _ in typed]
        if is_big(released[table]) and mart.holds_whole(table, columns):
            beside[table] = typed
        else:
            _copy(connection, table, columns, mart, condition(mart.rows, columns))
    if mart.families is not FamilyRows.NONE and "finding_evidence" in released:
        limit = family_condition(mart.families)
        for table in filter(FAMILY_TABLE.match, released):
            if table not in held:
                _copy(connection, table, _columns(connection, _name(table)), mart, limit)
    for table in counts:
        if table not in held:
            connection.execute(f"CREATE TABLE {_MART}.{table} AS FROM temp.{table}").fetchall()
    return beside


def _copy(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    mart: MartDefinition,
    limit: str | None,
) -> None:
    shown = ", ".join(_shown(column, mart) for column in columns if mart.shows(column))
    connection.execute(
        f"CREATE TABLE {_MART}.{_name(table)} AS SELECT {shown} FROM {_name(table)}"
        + (f" WHERE {limit}" if limit else "")
    ).fetchall()


def _shown(column: str, mart: MartDefinition) -> str:
    if column == BIRTH_DATE and mart.hides_birth_date:
        return f"year({BIRTH_DATE}) AS birth_year"
    return _name(column)


def _count(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make the tables of counts as temporary ones; return their names."""
    policy = load_policy()
    prepare_counts(connection)
    made = []
    for name, sql in count_tables().items():
        try:
            columns = _columns(connection, f"({sql})")
        except duckdb.Error:
            # A hub that has just begun lacks the table that would be counted.
            continue
        safe = told_safely(sql, columns, policy.minimum_cell, policy.rounding)
        connection.execute(f"CREATE TEMP TABLE {_name(name)} AS {safe}").fetchall()
        made.append(name)
    return made


def _columns(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [column for column, _ in _typed_columns(connection, source)]


def _typed_columns(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE FROM {source}").fetchall()
    return [(column, sql_type) for column, sql_type, *_ in rows]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"
