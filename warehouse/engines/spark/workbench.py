"""A night's tables on Spark: the same files by the same SQL, built by a cluster.

Here: running statements on Spark and leaving the tables where DuckDB's workbench leaves them. Never
here: what a table means (its SQL file says) or translating (`translation`). Next: `pipelines.steps`
builds with it as with `warehouse.workbench.Workbench`.

DuckDB stays beside Spark in two offices that touch no row: it binds every statement against empty
tables, which gives the types, and it writes the file of each table from what Spark wrote. A
statement that Spark cannot run is an error; none is quietly run by DuckDB.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from warehouse.connection import open_scratch
from warehouse.durable import published_file
from warehouse.engines.spark.parquet_files import (
    column_types,
    gather,
    quoted,
    read_files,
    readable_file,
)
from warehouse.engines.spark.statements import Made, read_statement
from warehouse.engines.spark.translation import tables_of, translate
from warehouse.workbench import TableMeasure, Workbench

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class SparkResult:
    """What a statement gave, as callers of a DuckDB connection ask for it."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows as tuples."""
        return self._rows.rows()

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row."""
        return self._rows.row(0) if self._rows.height else None

    def pl(self) -> pl.DataFrame:
        """Return the rows as a polars frame."""
        return self._rows


class SparkConnection:
    """The few words of a DuckDB connection that the steps of a night use, on Spark.

    Understands SELECT, `CREATE [OR REPLACE] [TEMP] TABLE|VIEW … AS`, and DROP.
    """

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        from warehouse.engines.spark.rewrites import FUNCTIONS

        self.session = session
        self.scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self.twin = open_scratch(scratch / "spill")
        self._types: dict[str, dict[str, str]] = {}
        self._waiting: dict[str, Path] = {}
        self._serial = itertools.count(1)
        for function in FUNCTIONS:
            session.sql(function)

    def close(self) -> None:
        """Forget all tables; the session stays open."""
        for table in self._types:
            self.session.catalog.dropTempView(table)
        self.twin.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def show(self, table: str, file: Path) -> None:
        """Make the rows of a Parquet file visible under a name."""
        self._know(table, column_types(self.twin, f"FROM read_parquet({quoted(file)})"))
        self._waiting[table] = file

    def execute(self, sql: str, values: Sequence[object] = ()) -> SparkResult:
        """Run one statement.

        Raises:
            UntranslatableError: Spark cannot run it.
        """
        statement = read_statement(sql, values)
        if statement.made is Made.NOTHING:
            self._forget(statement.name)
            return SparkResult(pl.DataFrame())
        if statement.made is Made.VIEW:
            types = self.types(statement.select)
            self.rows_of(statement.select).createOrReplaceTempView(statement.name)
            self._know(statement.name, types)
            return SparkResult(pl.DataFrame())
        if statement.made is Made.TABLE:
            self._make_table(statement.name, statement.select)
            return SparkResult(pl.DataFrame())
        return SparkResult(self.frame(statement.select))

    def sql(self, query: str) -> SparkResult:
        """Run one SELECT."""
        return self.execute(query)

    def register(self, name: str, frame: pl.DataFrame) -> None:
        """Make the rows of a frame visible under a name."""
        folder = self._folder(name)
        folder.mkdir(parents=True)
        file = folder / f"{name}.parquet"
        frame.write_parquet(file)
        self.show(name, file)

    def unregister(self, name: str) -> None:
        """Forget a frame."""
        self._forget(name)

    def types(self, select: str) -> dict[str, str]:
        """Return column → DuckDB type of a SELECT's rows."""
        return column_types(self.twin, f"({select}\n)")

    def rows_of(self, select: str) -> DataFrame:
        """Return the rows of a SELECT of DuckDB's as Spark computes them."""
        from warehouse.engines.spark.file_reads import without_file_reads

        plain = without_file_reads(select, self)
        wanted = {table: self._types[table] for table in tables_of(plain) if table in self._types}
        for table in wanted.keys() & self._waiting.keys():
            self._read(table)
        return self.session.sql(translate(plain, wanted))

    def frame(self, select: str) -> pl.DataFrame:
        """Return the rows of a SELECT as a polars frame of DuckDB's types."""
        empty: pl.DataFrame = self.twin.sql(f"FROM ({select}\n) LIMIT 0").pl()
        rows = pl.from_arrow(self.rows_of(select).toArrow())
        if not isinstance(rows, pl.DataFrame):
            raise TypeError("rows of a SELECT: expected a frame")
        return rows.cast(dict(empty.schema))

    def write_parts(self, select: str) -> Path:
        """Let Spark write the rows of a SELECT as a folder of parts, in their order."""
        folder = self._folder("parts")
        self.rows_of(select).write.parquet(str(folder))
        return folder

    def view_of_files(self, files: Sequence[str], name: str) -> str:
        """Show Parquet files of several deliveries together, with the column `filename`."""
        listed = ", ".join(map(quoted, files))
        source = f"FROM read_parquet([{listed}], union_by_name = true)"
        types = column_types(self.twin, source)
        rows = read_files(self.session, files, types)
        rows.selectExpr("*", "_metadata.file_path AS filename").createOrReplaceTempView(name)
        self._know(name, types | {"filename": "VARCHAR"})
        return name

    def _make_table(self, name: str, select: str) -> None:
        types = self.types(select)
        rows = self.rows_of(select)
        folder = self._folder(name)
        rows.write.parquet(str(folder))
        read_files(self.session, [folder], types).createOrReplaceTempView(name)
        self._know(name, types)
        self._waiting.pop(name, None)

    def _read(self, table: str) -> None:
        file, types = self._waiting.pop(table), self._types[table]
        readable = readable_file(self.twin, file, types, self._folder(table))
        read_files(self.session, [readable], types).createOrReplaceTempView(table)

    def _know(self, table: str, types: Mapping[str, str]) -> None:
        self._types[table] = dict(types)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        self.twin.execute(f'CREATE OR REPLACE TABLE "{table}" ({columns})').fetchall()

    def _forget(self, table: str) -> None:
        if self._types.pop(table, None) is not None:
            self._waiting.pop(table, None)
            self.session.catalog.dropTempView(table)
            self.twin.execute(f'DROP TABLE IF EXISTS "{table}"').fetchall()

    def _folder(self, name: str) -> Path:
        return self.scratch / f"{next(self._serial):05d}-{name}"


class SparkWorkbench(Workbench):
    """The tables of one night, built on Spark."""

    def __init__(self, folder: Path, session: SparkSession, scratch: Path | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.spark = SparkConnection(session, scratch or folder.parent / "spark")
        # The steps speak to either connection in the same few words.
        self.connection: duckdb.DuckDBPyConnection = self.spark  # type: ignore[assignment]
        for path in sorted(folder.glob("*.parquet")):
            self._view(path.stem)

    def _view(self, table: str) -> None:
        self.spark.show(table, self.path(table))

    def build_from(self, table: str, select: str) -> TableMeasure:
        """Build `table` from the text of one SELECT."""
        started = time.perf_counter()
        statement = select.strip().rstrip(";")
        types = self.spark.types(statement)
        parts = self.spark.write_parts(statement)
        with published_file(self.path(table)) as staging:
            gather(self.spark.twin, parts, types, staging)
        shutil.rmtree(parts)
        return self._measure(table, started)

    def _measure(self, table: str, started: float) -> TableMeasure:
        self._view(table)
        path = self.path(table)
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        return TableMeasure(table, rows, time.perf_counter() - started, path.stat().st_size)

    def frame(self, query: str) -> pl.DataFrame:
        """Return the rows of `query` as a polars frame."""
        return self.spark.frame(query)

    def value(self, query: str) -> Any:
        """Return the single value of `query`.

        Raises:
            LookupError: the query gives no row.
        """
        rows = self.spark.frame(query)
        if rows.is_empty():
            raise LookupError(f"no row: {query}")
        return rows.row(0)[0]
