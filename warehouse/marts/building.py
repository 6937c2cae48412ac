"""Building the marts of a release that is being written.

Here: choosing tables, columns and rows as `hub.access.marts` declares, and writing a file for each
mart. Never here: what is declared, or publishing. Next: `warehouse.releases.publish` reads each
file again and signs the release.

Nothing is written twice that lies there already: a big table that a role sees whole, or of which it
sees the rows of some people, is read from the release's own Parquet (`warehouse.marts.held`), and a
mart that holds all that another holds starts from a copy of that file.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hub.access.marts import FamilyRows, MartDefinition, Rows
from hub.access.policy import load_policy
from hub.quoting import literal as _literal
from hub.quoting import name as _name
from warehouse.connection import SMALL_BLOCK_BYTES, open_scratch
from warehouse.dictionary.meanings import Dictionary
from warehouse.dictionary.saying import write_dictionary
from warehouse.mart_views import FAMILY_TABLE, is_big, tables_in_file
from warehouse.marts.count_tables import count_tables, prepare_counts, told_safely
from warehouse.marts.picking import in_scope, select_shown
from warehouse.marts.scopes import (
    evidence_condition,
    keep_scope,
    scope_key,
    stand_evidence,
    stand_scope,
)
from warehouse.release_files import MARTS, TABLES

_MART = "written"
_BIG_BLOCK_BYTES = 65_536
"""For marts into which much is copied: big tables, or who is in scope. Their columns are packed badly
and slowly into small blocks."""


@dataclass(frozen=True, slots=True)
class _Released:
    """A released table: its Parquet file, and its columns with their types, in order."""

    path: Path
    typed: list[tuple[str, str]]

    @property
    def columns(self) -> list[str]:
        return [column for column, _ in self.typed]

    def lies_beside(self, name: str, mart: MartDefinition) -> bool:
        """Whether the mart reads it where it lies: all of it, or the rows that a question picks."""
        return is_big(self.path) and (mart.holds_whole(name, self.columns) or mart.picks_rows(name))


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
    with open_scratch(release_folder / "spill") as connection:
        released = {}
        for path in sorted((release_folder / TABLES).glob("*.parquet")):
            name = _name(path.stem)
            connection.execute(
                f"CREATE VIEW {name} AS FROM read_parquet({_literal(path)})"
            ).fetchall()
            released[path.stem] = _Released(path, _typed_columns(connection, name))
        counts = _count(connection) if any(mart.has_counts for mart in marts) else []
        for rows in Rows:
            alike = _contained_first([mart for mart in marts if mart.rows is rows])
            families: set[str] = set()
            if alike and rows is not Rows.ALL:
                stand_scope(connection, rows, _keys(alike, released))
                if "finding_evidence" in released:
                    families = stand_evidence(connection)
            for place, mart in enumerate(alike):
                target = release_folder / MARTS / f"{mart.name}.duckdb"
                size = _block_bytes(mart, released)
                inner = [
                    target.with_name(f"{each.name}.duckdb")
                    for each in alike[:place]
                    if mart.contains(each) and _block_bytes(each, released) == size
                ]
                if inner:
                    shutil.copyfile(max(inner, key=lambda file: file.stat().st_size), target)
                connection.execute(
                    f"ATTACH {_literal(target)} AS {_MART} (BLOCK_SIZE {size}); BEGIN"
                ).fetchall()
                beside = _fill(connection, released, mart, families)
                _add_counts(connection, counts if mart.has_counts else [])
                write_dictionary(connection, dictionary, _MART, beside)
                # Detaching swallows a checkpoint that fails on a full disk; this one raises.
                connection.execute(f"COMMIT; FORCE CHECKPOINT {_MART}; DETACH {_MART}").fetchall()
    (release_folder / "spill").rmdir()


def _keys(marts: Sequence[MartDefinition], released: Mapping[str, _Released]) -> set[str]:
    """Return the columns by which rows of these marts' tables are chosen."""
    return {
        key
        for mart in marts
        for name in released.keys() & set(mart.tables)
        if (key := scope_key(mart.rows, released[name].columns))
    }


def _contained_first(marts: Sequence[MartDefinition]) -> list[MartDefinition]:
    """Order marts so that each comes after those that it contains."""
    return sorted(marts, key=lambda mart: sum(mart.contains(each) for each in marts))


def _block_bytes(mart: MartDefinition, released: Mapping[str, _Released]) -> int:
    copies_much = any(
        is_big(table.path)
        and (
            (name in mart.tables and (mart.picks_rows(name) or not table.lies_beside(name, mart)))
            or (name == "finding_evidence" and mart.families is not FamilyRows.NONE)
        )
        for name, table in released.items()
    )
    return _BIG_BLOCK_BYTES if copies_much else SMALL_BLOCK_BYTES


def _fill(
    connection: duckdb.DuckDBPyConnection,
    released: Mapping[str, _Released],
    mart: MartDefinition,
    families: Collection[str],
) -> dict[str, list[tuple[str, str]]]:
    """Copy what the mart's file lacks; return the tables that are read where they lie."""
    beside: dict[str, list[tuple[str, str]]] = {}
    keys: set[str | None] = set()
    held = tables_in_file(connection, _MART)
    for name in mart.tables:
        if name not in released or name in held:
            continue
        table = released[name]
        key = scope_key(mart.rows, table.columns)
        if table.lies_beside(name, mart):
            keys |= {key} if mart.picks_rows(name) else set()
            shown = f"({select_shown(_name(name), mart.shown(table.columns))})"
            beside[name] = _typed_columns(connection, shown)
        else:
            _copy(connection, name, table, mart, in_scope(key, f"in_scope_{key}") if key else None)
    if mart.families is not FamilyRows.NONE and "finding_evidence" in released:
        takes_all = mart.families is FamilyRows.ALL
        for name in filter(FAMILY_TABLE.match, released):
            if name not in held:
                limit = None if takes_all else evidence_condition(name, families)
                _copy(connection, name, released[name], mart, limit)
    if keys:
        keep_scope(connection, _MART, mart.rows, [key for key in keys if key])
    return beside


def _copy(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: _Released,
    mart: MartDefinition,
    condition: str | None,
) -> None:
    shown = select_shown(_name(name), mart.shown(table.columns), condition)
    connection.execute(f"CREATE TABLE {_MART}.{_name(name)} AS {shown}").fetchall()


def _add_counts(connection: duckdb.DuckDBPyConnection, counts: Sequence[str]) -> None:
    held = tables_in_file(connection, _MART)
    for name in counts:
        if name not in held:
            connection.execute(f"CREATE TABLE {_MART}.{name} AS FROM temp.{name}").fetchall()


def _count(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make the tables of counts as temporary ones; return their names."""
    policy = load_policy()
    prepare_counts(connection)
    made = []
    for name, sql in count_tables().items():
        try:
            columns = [column for column, _ in _typed_columns(connection, f"({sql})")]
        except duckdb.Error:
            # A hub that has just begun lacks the table that would be counted.
            continue
        safe = told_safely(sql, columns, policy.minimum_cell, policy.rounding)
        connection.execute(f"CREATE TEMP TABLE {_name(name)} AS {safe}").fetchall()
        made.append(name)
    return made


def _typed_columns(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"DESCRIBE FROM {source}").fetchall()
    return [(column, sql_type) for column, sql_type, *_ in rows]
