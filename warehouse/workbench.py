"""A night's tables: Parquet files, each built by one SQL file from those before it.

Here: building, measuring and reading tables. Never here: what a table means (its SQL file says)
or when it is built (`pipelines`). Next: `warehouse.releases` publishes the finished folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from hub.unquoted_error import pointing_at
from warehouse.connection import open_scratch
from warehouse.durable import published_file

SQL_FOLDER = Path(__file__).parent / "sql"
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"


@dataclass(frozen=True, slots=True)
class TableMeasure:
    """What building one table took."""

    table: str
    rows: int
    seconds: float
    bytes: int


def sql_text(layer: str, table: str) -> str:
    """Return the SQL of `table`.

    Raises:
        FileNotFoundError: no such file below `warehouse/sql`.
    """
    return (SQL_FOLDER / layer / f"{table}.sql").read_text("utf-8")


def sql_texts(layer: str) -> list[str]:
    """Return the SQL of every table of `layer`, in the order of their names."""
    return [path.read_text("utf-8") for path in sorted((SQL_FOLDER / layer).glob("*.sql"))]


class Workbench:
    """The tables of one night.

    Every table that lies in `folder` is a view of the same name on `connection`.
    """

    def __init__(self, folder: Path, spill: Path | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.connection: duckdb.DuckDBPyConnection = open_scratch(spill or folder.parent / "spill")
        for path in sorted(folder.glob("*.parquet")):
            self._view(path.stem)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def path(self, table: str) -> Path:
        """Parquet file of `table`."""
        return self.folder / f"{table}.parquet"

    def has(self, table: str) -> bool:
        """Whether `table` has been built."""
        return self.path(table).exists()

    def _view(self, table: str) -> None:
        path = str(self.path(table)).replace("'", "''")
        self.connection.execute(
            f"CREATE OR REPLACE VIEW \"{table}\" AS FROM read_parquet('{path}')"
        ).fetchall()

    def build(
        self, layer: str, name: str, fill: Mapping[str, str] | None = None, *, table: str = ""
    ) -> TableMeasure:
        """Build a table from `warehouse/sql/<layer>/<name>.sql`.

        `fill` replaces `{{name}}` marks in the SQL. The table is called as its file, unless
        `table` says otherwise (many tables of one shape share a file).
        """
        text = sql_text(layer, name)
        for mark, replacement in (fill or {}).items():
            text = text.replace("{{" + mark + "}}", replacement)
        return self.build_from(table or name, text)

    def build_from(self, table: str, select: str) -> TableMeasure:
        """Build `table` from the text of one SELECT."""
        started = time.perf_counter()
        with published_file(self.path(table)) as staging:
            target = str(staging).replace("'", "''")
            statement = select.strip().rstrip(";")
            with pointing_at(table=table):
                self.connection.execute(f"COPY ({statement}\n) TO '{target}' {_PARQUET}").fetchall()
        return self._measure(table, started)

    def add(self, table: str, frame: pl.DataFrame) -> TableMeasure:
        """Make `table` from a polars frame."""
        started = time.perf_counter()
        with published_file(self.path(table)) as staging:
            frame.write_parquet(staging, compression="zstd", compression_level=1)
        return self._measure(table, started)

    def write(self, table: str, write: Callable[[Path], object]) -> TableMeasure:
        """Make `table` from the Parquet file that `write` leaves at the path it is given."""
        started = time.perf_counter()
        with published_file(self.path(table)) as staging:
            write(staging)
        return self._measure(table, started)

    def _measure(self, table: str, started: float) -> TableMeasure:
        self._view(table)
        path = self.path(table)
        rows = int(self.value(f'SELECT count(*) FROM "{table}"'))
        return TableMeasure(table, rows, time.perf_counter() - started, path.stat().st_size)

    def frame(self, query: str) -> pl.DataFrame:
        """Return the rows of `query` as a polars frame."""
        frame: pl.DataFrame = self.connection.sql(query).pl()
        return frame

    def value(self, query: str) -> Any:
        """Return the single value of `query`.

        Raises:
            LookupError: the query gives no row.
        """
        rows = self.connection.execute(query).fetchall()
        if not rows:
            message = f"no row: {query}"
            raise LookupError(message)
        return rows[0][0]
