"""What a mart holds on the day of asking: tables of its file, and of the release's own Parquet.

Here: which tables these are. Never here: what a role may see (`hub.access.marts`), or opening a
table (`warehouse.gateway.child`). Next: the gateway lays out tables of these and of no others.

A file is given whole only where the role's mart holds exactly what is in it. Of other files a part is
laid out before the question begins, and the file is let go: the columns that the role may see, and the
rows of those whom the mart names as in its scope. Both are decided anew for each question, by the
definition of today and the columns that the file has: a column that is withheld since the release was
published closes a file that was given whole, and is left out of a part; another rule for rows than
that by which the mart was made closes the part.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from hub.access.marts import MartDefinition, Rows, load_marts
from warehouse.connection import open_read_only
from warehouse.mart import AUDITOR
from warehouse.mart_views import tables_beside, tables_in_file
from warehouse.marts.scopes import scope_key, scope_schema
from warehouse.release_files import Release


@dataclass(frozen=True, slots=True)
class PickedTable:
    """A table of which a mart shows a part, read from the release's own Parquet."""

    file: Path
    columns: dict[str, str]
    """Column that is shown → column of the file; see `MartDefinition.shown`."""
    key: str | None
    """Column by which rows are chosen; None: the rows are about nobody, and all are shown."""
    schema: str
    """Schema of the mart's file in which a table of the key's name says who is in scope."""


@dataclass(frozen=True, slots=True)
class HeldTables:
    """Where the tables of one mart lie."""

    in_mart: frozenset[str]
    """Tables of the mart's own file."""
    in_files: dict[str, Path]
    """Table → Parquet file of the release, for tables that the mart's file lacks and shows whole."""
    in_part: dict[str, PickedTable]
    """Tables that the mart's file lacks and of which it shows a part."""

    @property
    def names(self) -> frozenset[str]:
        """All tables of the mart."""
        return self.in_mart | self.in_files.keys() | self.in_part.keys()

    def read_beside(self, names: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return which of the tables `names` are read from files: what a job of the gateway is told."""
        return {
            "files": {name: str(path) for name, path in self.in_files.items() if name in names},
            "parts": {
                name: asdict(part) | {"file": str(part.file)}
                for name, part in self.in_part.items()
                if name in names
            },
        }


def held_tables(
    release: Release, mart: str, definitions: Collection[MartDefinition] | None = None
) -> HeldTables:
    """Return the tables of a mart: of the internal one all, of a role's what its definition gives.

    Args:
        release: the release; the mart's file must be there.
        mart: the mart's name.
        definitions: what roles may see; as it is declared today by default.

    Raises:
        duckdb.Error: the mart cannot be opened.
    """
    file = release.mart(mart)
    with open_read_only(file) as connection:
        in_mart = frozenset(tables_in_file(connection, file.stem))
        scopes = _scopes(connection, file.stem)
    beside = tables_beside(release, in_mart)
    if mart == AUDITOR:
        return HeldTables(in_mart, beside, {})
    known = load_marts() if definitions is None else definitions
    whole: dict[str, Path] = {}
    part: dict[str, PickedTable] = {}
    for given in (each for each in known if each.name == mart):
        for name in sorted(beside.keys() & set(given.tables)):
            columns = pq.read_schema(beside[name]).names
            if given.holds_whole(name, columns):
                whole[name] = beside[name]
            elif given.picks_rows(name):
                picked = _picked(beside[name], columns, given)
                if picked.columns and (picked.schema, picked.key) in scopes:
                    part[name] = picked
    return HeldTables(in_mart, whole, part)


def _picked(file: Path, columns: list[str], given: MartDefinition) -> PickedTable:
    key = scope_key(given.rows, columns)
    return PickedTable(file, given.shown(columns), key, scope_schema(given.rows))


def _scopes(connection: duckdb.DuckDBPyConnection, mart: str) -> set[tuple[str, str | None]]:
    """Return the schemas of scopes that a mart has, each with every key, and with None."""
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_schemas() AS s LEFT JOIN duckdb_tables() AS t"
        " USING (database_name, schema_name) WHERE database_name = ? AND list_contains(?, schema_name)",
        [mart, [scope_schema(rows) for rows in Rows]],
    ).fetchall()
    return {each for schema, key in found for each in ((schema, key), (schema, None))}
