"""Parquet between DuckDB and Spark: what Spark cannot read is staged, what it wrote is gathered.

Here: reading a hub's Parquet into Spark by DuckDB's types, and Spark's parts as the rows of one
table. Never here: SQL of a table. Next: `workbench`.

The file of a table is written by DuckDB whichever engine made its rows, so that it has the same
types, compression and row groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hub.quoting import literal
from warehouse.engines.spark.column_types import is_read_by_spark, spark_type

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import DataFrame, SparkSession

PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"


def column_types(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """Return column → DuckDB type of a SELECT's rows; the SELECT is bound, not run."""
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {query}").fetchall()}


def schema_text(types: Mapping[str, str]) -> str:
    """Return the columns as Spark's DDL."""
    return ", ".join(f"`{name}` {spark_type(kind)}" for name, kind in types.items())


def read_files(
    session: SparkSession, files: Sequence[Path | str], types: Mapping[str, str]
) -> DataFrame:
    """Return the rows of Parquet files; columns that a file lacks are null."""
    return session.read.schema(schema_text(types)).parquet(*map(str, files))


def readable_file(
    connection: duckdb.DuckDBPyConnection, file: Path, types: Mapping[str, str], staging: Path
) -> Path:
    """Return a Parquet file of the same rows that Spark can read: `file`, or a copy in `staging`."""
    strange = [name for name, kind in types.items() if not is_read_by_spark(kind)]
    if not strange:
        return file
    staging.mkdir(parents=True, exist_ok=True)
    replaced = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in strange)
    copy = staging / file.name
    connection.execute(
        f"COPY (SELECT * REPLACE ({replaced}) FROM read_parquet({literal(file)}))"
        f" TO {literal(copy)} {PARQUET}"
    ).fetchall()
    return copy


def gathered(parts: Path, types: Mapping[str, str]) -> str:
    """Return the SQL of the rows that Spark left in `parts`, in their order, in DuckDB's types."""
    columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in types.items())
    listed = ", ".join(literal(file) for file in sorted(parts.glob("part-*.parquet")))
    return f"SELECT {columns} FROM read_parquet([{listed}])"
