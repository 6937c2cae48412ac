"""A night's tables on Spark: the same files by the same SQL, built by a cluster.

Here: leaving the tables where DuckDB's workbench leaves them, in its types. Never here: what a table
means (its SQL file says), running statements (`connection`) or translating (`translation`). Next:
`pipelines.steps` builds with it as with `warehouse.workbench.Workbench`.

DuckDB writes the file of each table from what Spark wrote. A statement that Spark cannot run is an
error; none is quietly run by DuckDB.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from hub.quoting import literal
from hub.unquoted_error import pointing_at
from warehouse.durable import published_file
from warehouse.engines.spark.connection import SparkConnection
from warehouse.engines.spark.parquet_files import PARQUET, column_types, gathered
from warehouse.identity_zone import Bound, IdentityFile, IdentityZone
from warehouse.staging import FINISHED
from warehouse.workbench import TableMeasure, Workbench, identity_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class SparkWorkbench(Workbench):
    """The tables of one night, built on Spark.

    Args:
        folder: where the tables lie; on a cluster a folder that all machines see.
        session: an open session; it stays open.
        scratch: for what lies between statements, by default beside `folder`; people's rows lie in
            it as they are, so it is open to its owner only and removed at the end.
        zone: the identity zone; by default one without a key.
        night: what the tables of the identity zone are bound to, `YYYYMMDD`.
    """

    writes_blocks = False

    def __init__(
        self,
        folder: Path,
        session: SparkSession,
        scratch: Path | None = None,
        *,
        zone: IdentityZone | None = None,
        night: str = "",
    ) -> None:
        self.folder = folder
        self.zone = zone or IdentityZone(None)
        self.night = night
        folder.mkdir(parents=True, exist_ok=True)
        self.spark = SparkConnection(session, scratch or folder.parent / "spark")
        # The steps speak to either connection in the same few words.
        self.connection: duckdb.DuckDBPyConnection = self.spark  # type: ignore[assignment]
        for path in sorted(folder.glob(FINISHED)):
            self._view(path.stem)
        for table in identity_files(folder):
            self._view(table)

    @contextmanager
    def holding(
        self,
        held: Mapping[str, Sequence[str]],  # noqa: ARG002  as Workbench is asked
        *,
        of: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Iterator[None]:
        """Leave tables where they are: Spark reads the columns that a statement names.

        It would write names of signatures to its scratch as they are.
        """
        yield

    def encode_words(self, table: str, columns: Sequence[str]) -> None:
        """Leave the words as they are: Spark has no type for them."""

    def _view(self, table: str) -> None:
        kept = identity_files(self.folder).get(table)
        if kept is None:
            self.spark.show(table, self.path(table))
            return
        twin, stored = self.spark.twin, f"{table}_of_zone"
        self.zone.show(twin, stored, IdentityFile(kept, self._bound(table)))

        def opened() -> Path:
            file = self.spark.new_folder(table) / f"{table}.parquet"
            file.parent.mkdir(parents=True)
            twin.execute(f"COPY (FROM {stored}) TO {literal(file)} {PARQUET}").fetchall()
            return file

        self.spark.show_later(table, column_types(twin, f"FROM {stored}"), opened)

    def build_from(self, table: str, select: str) -> TableMeasure:
        """Build `table` from the text of one SELECT."""
        if self._is_identity(table):
            return self._build_identity(table, select)
        started = time.perf_counter()
        with pointing_at(table=table):
            parts, rows = self._written(select)
        with published_file(self.path(table)) as staging:
            self.spark.twin.execute(f"COPY ({rows}) TO {literal(staging)} {PARQUET}").fetchall()
        shutil.rmtree(parts)
        return self._measure(table, started)

    def _written(self, select: str) -> tuple[Path, str]:
        """Let Spark write the rows of a SELECT; return the folder, and SQL that reads it in order."""
        statement = select.strip().rstrip(";")
        parts = self.spark.write_parts(statement)
        return parts, gathered(parts, self.spark.types(statement))

    def seal(self, select: str, path: Path, bound: Bound) -> None:
        """Write the rows of a SELECT to `path` as a file of the identity zone."""
        parts, gathering = self._written(select)
        self.zone.write_query(self.spark.twin, gathering, path, bound)
        shutil.rmtree(parts)

    def _measure(self, table: str, started: float) -> TableMeasure:
        self._view(table)
        path = identity_files(self.folder).get(table)
        if path is None:
            path = self.path(table)
            rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        else:
            rows = self.zone.footer(IdentityFile(path, self._bound(table))).num_rows
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
