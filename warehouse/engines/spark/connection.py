"""The few words of a DuckDB connection that the steps of a night use, on Spark.

Here: what is visible under which name, running a statement, handing rows over. Never here: files of
tables (`workbench`) or translating (`translation`). Next: `workbench.SparkWorkbench` holds one.

DuckDB stays beside Spark as a twin that touches no row: it binds every statement against empty
tables, which gives the types.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hub.quoting import literal
from warehouse.connection import open_scratch
from warehouse.engines.spark.parquet_files import (
    column_types,
    read_files,
    readable_file,
    schema_text,
)
from warehouse.engines.spark.repeated import keep_repeated
from warehouse.engines.spark.row_batches import over_batches
from warehouse.engines.spark.row_parts import BATCH, RowPart, tell_row_parts
from warehouse.engines.spark.statements import Made, read_statement
from warehouse.engines.spark.translation import tables_of, translate

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Source = Callable[[], Path]
"""Gives the Parquet file of a table when the table is first read."""


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

    Understands SELECT, `CREATE [OR REPLACE] [TEMP] TABLE|VIEW … AS`, `INSERT INTO … BY NAME` and DROP.
    """

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        from warehouse.engines.spark.rewrites import FUNCTIONS

        self.session = session
        self.scratch = scratch
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.twin = open_scratch(scratch / "spill")
        self._types: dict[str, dict[str, str]] = {}
        self._waiting: dict[str, Source] = {}
        self._folders: dict[str, list[Path]] = {}
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
        types = column_types(self.twin, f"FROM read_parquet({literal(file)})")
        self.show_later(table, types, lambda: file)

    def show_later(self, table: str, types: Mapping[str, str], source: Source) -> None:
        """Make a table visible whose file is made when a statement first reads it."""
        self._know(table, types)
        self._waiting[table] = source

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
            self.rows_of(statement.select).toDF(*types).createOrReplaceTempView(statement.name)
            self._know(statement.name, types)
            return SparkResult(pl.DataFrame())
        if statement.made is Made.TABLE:
            self._make_table(statement.name, statement.select)
            return SparkResult(pl.DataFrame())
        if statement.made is Made.MORE_ROWS:
            self._add_rows(statement.name, statement.select)
            return SparkResult(pl.DataFrame())
        return SparkResult(self.frame(statement.select))

    def sql(self, query: str) -> SparkResult:
        """Run one SELECT."""
        return self.execute(query)

    def register(self, name: str, rows: pl.DataFrame | pa.RecordBatchReader) -> None:
        """Make the rows of a frame, or of a stream that is read here, visible under a name."""
        folder = self.new_folder(name)
        folder.mkdir(parents=True)
        self._folders[name] = [folder]
        file = folder / f"{name}.parquet"
        if isinstance(rows, pl.DataFrame):
            rows.write_parquet(file)
        else:
            with pq.ParquetWriter(file, rows.schema, compression="zstd") as sink:
                for batch in rows:
                    sink.write_batch(batch)
        self.show(name, file)

    def unregister(self, name: str) -> None:
        """Forget a frame."""
        self._forget(name)

    def types(self, select: str) -> dict[str, str]:
        """Return column → DuckDB type of a SELECT's rows."""
        return column_types(self.twin, f"({select}\n)")

    def rows_of(self, select: str) -> DataFrame:
        """Return the rows of a SELECT of DuckDB's as Spark computes them.

        What only DuckDB computes, row by row, it computes on the executors.
        """
        parts, rest = tell_row_parts(select, f"rows_{next(self._serial)}")
        for part in parts:
            self._show_part(part)
        rows = self._translated(rest)
        for part in parts:
            self._forget(part.name)
        return rows

    def _show_part(self, part: RowPart) -> None:
        taken = self.types(part.base)
        given = self.types(f"WITH {BATCH} AS ({part.base}) {part.select}")
        rows = self.rows_of(part.base).toDF(*taken)
        computed = rows.mapInArrow(over_batches(part.select, taken, given), schema_text(given))
        computed.createOrReplaceTempView(part.name)
        self._know(part.name, given)

    def _translated(self, select: str) -> DataFrame:
        wanted = {table: self._types[table] for table in tables_of(select) if table in self._types}
        for table in wanted.keys() & self._waiting.keys():
            self._read(table)
        return self.session.sql(translate(select, wanted))

    def frame(self, select: str) -> pl.DataFrame:
        """Return the rows of a SELECT as a polars frame of DuckDB's types."""
        empty: pl.DataFrame = self.twin.sql(f"FROM ({select}\n) LIMIT 0").pl()
        with self._planned(select) as rows:
            arrived = pl.from_arrow(rows.toArrow())
        if not isinstance(arrived, pl.DataFrame):
            raise TypeError("rows of a SELECT: expected a frame")
        return arrived.cast(empty.schema)

    def write_parts(self, select: str, name: str = "parts") -> Path:
        """Let Spark write the rows of a SELECT as a folder of parts, in their order."""
        folder = self.new_folder(name)
        with self._planned(select) as rows:
            rows.write.parquet(str(folder))
        return folder

    @contextmanager
    def _planned(self, select: str) -> Iterator[DataFrame]:
        """Yield the rows of a SELECT; what it says often is computed once, and kept until then."""
        kept, rest = keep_repeated(select, f"kept_{next(self._serial)}")
        for table in kept:
            self._make_table(table.name, table.select)
        # Where the SQL gives a column no name, DuckDB's and Spark's differ.
        yield self.rows_of(rest).toDF(*self.types(select))
        for table in kept:
            self._forget(table.name)

    def _make_table(self, name: str, select: str) -> None:
        types = self.types(select)
        folder = self.write_parts(select, name)
        before, self._folders[name] = self._folders.get(name, []), [folder]
        read_files(self.session, [folder], types).createOrReplaceTempView(name)
        self._know(name, types)
        self._waiting.pop(name, None)
        for each in before:
            shutil.rmtree(each, ignore_errors=True)

    def _add_rows(self, name: str, select: str) -> None:
        """Put rows beside those of a table that a statement made; columns find one another by name."""
        types = self._types[name]
        typed = ", ".join(
            f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in types.items()
        )
        folders = [
            *self._folders[name],
            self.write_parts(f"SELECT {typed} FROM ({select}\n)", name),
        ]
        self._folders[name] = folders
        read_files(self.session, folders, types).createOrReplaceTempView(name)

    def _read(self, table: str) -> None:
        file, types = self._waiting.pop(table)(), self._types[table]
        readable = readable_file(self.twin, file, types, self.new_folder(table))
        read_files(self.session, [readable], types).createOrReplaceTempView(table)

    def _know(self, table: str, types: Mapping[str, str]) -> None:
        self._types[table] = dict(types)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        self.twin.execute(f'CREATE OR REPLACE TEMP TABLE "{table}" ({columns})').fetchall()

    def _forget(self, table: str) -> None:
        # Rows of people stay no longer than the table.
        for folder in self._folders.pop(table, []):
            shutil.rmtree(folder, ignore_errors=True)
        if self._types.pop(table, None) is not None:
            self._waiting.pop(table, None)
            self.session.catalog.dropTempView(table)
            self.twin.execute(f'DROP TABLE IF EXISTS "{table}"').fetchall()

    def new_folder(self, name: str) -> Path:
        """Return a path in the scratch that nothing lies at."""
        return self.scratch / f"{next(self._serial):05d}-{name}"
