"""What a mart holds on the day of asking: tables of its file, and of the release's own Parquet.

Here: which tables these are. Never here: what a role may see (`hub.access.marts`), or opening a
table (`warehouse.gateway.child`). Next: the gateway lays out tables of these and of no others.

A file is only given where the role's mart holds exactly what is in it. That is decided anew for
each question, by the definition of today and the columns that the file has: a column that is
withheld since the release was published closes the file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from hub.access.marts import MartDefinition, load_marts
from warehouse.connection import open_read_only
from warehouse.mart import AUDITOR
from warehouse.mart_views import tables_beside, tables_in_file
from warehouse.release_files import Release


@dataclass(frozen=True, slots=True)
class HeldTables:
    """Where the tables of one mart lie."""

    in_mart: frozenset[str]
    """Tables of the mart's own file."""
    in_files: dict[str, Path]
    """Table → Parquet file of the release, for tables that the mart's file lacks."""

    @property
    def names(self) -> frozenset[str]:
        """All tables of the mart."""
        return self.in_mart | self.in_files.keys()


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
    beside = tables_beside(release, in_mart)
    if mart != AUDITOR:
        known = load_marts() if definitions is None else definitions
        given = [each for each in known if each.name == mart]
        beside = {
            name: path
            for name, path in beside.items()
            for each in given
            if name in each.tables and each.holds_whole(name, pq.read_schema(path).names)
        }
    return HeldTables(in_mart, beside)
