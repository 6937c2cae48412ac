"""Which columns the lake Parquet of one delivery must have, and of which DuckDB type.

Here: the lake row of a document type (docs/architecture.md, "The lake row"), derived from the
catalogue. Never here: reading Parquet, or saying what a value may be. Next: `expectations.rules`
turns these columns into rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.catalogue import (
    DUCKDB_TYPE,
    RECORD_ACTION,
    Column,
    DocumentType,
    Family,
    Kind,
    SchemaVersion,
)

LAKE_TYPE: Mapping[Kind, str] = {**DUCKDB_TYPE, Kind.ID: "BLOB"}
"""DuckDB's type of a Parquet column, by the kind of its values."""


@dataclass(frozen=True, slots=True)
class LakeColumn:
    """One column of the lake that carries a column of the sender."""

    name: str
    """Name in the lake: canonical, with `_token` added for a national ID."""
    kind: Kind
    column: Column


def kind_of(column: Column, family: Family) -> Kind:
    """Return what `column` holds: the family knows better than the sender's format."""
    canonical = None if column.is_own else family.column(column.canonical)
    return column.kind if canonical is None else canonical.kind


def lake_name(canonical: str, kind: Kind) -> str:
    """Return the lake's name of a canonical column; national IDs lie there as tokens."""
    return f"{canonical}_token" if kind is Kind.ID else canonical


def lake_columns(version: SchemaVersion, family: Family) -> tuple[LakeColumn, ...]:
    """Return the lake columns that carry the sender's columns, in the sender's order.

    `record_action` is among them only where the sender has such a column, although every lake
    row has one (`lake_types`).
    """
    kinds = ((column, kind_of(column, family)) for column in version.columns)
    return tuple(
        LakeColumn(lake_name(column.canonical, kind), kind, column) for column, kind in kinds
    )


def lake_types(document: DocumentType, version: SchemaVersion, family: Family) -> Mapping[str, str]:
    """Return every column of the lake row → its DuckDB type, in the row's order."""
    types = {"line": "BIGINT", RECORD_ACTION: "VARCHAR"}
    for column in lake_columns(version, family):
        types[column.name] = LAKE_TYPE[column.kind]
        if column.column.canonical == family.person_column and not column.column.is_own:
            types |= {"id_birth_date": "DATE", "id_sex": "VARCHAR"}
    # A word that holds for every row stands in for a column that the sender has not.
    return types | {name: "VARCHAR" for name in document.constants if name not in types}
