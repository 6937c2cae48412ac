"""A night's tables: Parquet files, each built by one SQL file from those before it.

Here: building, measuring and reading tables. Never here: what a table means (its SQL file says)
or when it is built (`pipelines`). Next: `warehouse.releases` publishes the finished folder.

Tables of the identity zone (`IDENTITY_TABLES`) lie encrypted in the folder `identity` below it, which
is never published; those of simulated people, of a workbench without keys, lie beside the others.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from hub.quoting import literal
from hub.quoting import name as quoted
from hub.unquoted_error import pointing_at
from warehouse.connection import open_scratch
from warehouse.durable import published_file
from warehouse.identity_zone import Bound, IdentityFile, IdentityZone, stems
from warehouse.staging import FINISHED, staging_name, sweep

SQL_FOLDER = Path(__file__).parent / "sql"
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
IDENTITY_TABLES = frozenset({"signature"})
"""Tables that hold names, addresses and phones."""
IDENTITY = "identity"
"""Folder of these tables below the night's others."""


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


def filled_sql(layer: str, table: str, fill: Mapping[str, str]) -> str:
    """Return the SQL of `table` with its `{{name}}` marks replaced by what `fill` says.

    Raises:
        FileNotFoundError: no such file below `warehouse/sql`.
    """
    text = sql_text(layer, table)
    for mark, replacement in fill.items():
        text = text.replace("{{" + mark + "}}", replacement)
    return text


def sql_texts(layer: str) -> list[str]:
    """Return the SQL of every table of `layer`, in the order of their names."""
    return [path.read_text("utf-8") for path in sorted((SQL_FOLDER / layer).glob("*.sql"))]


class Workbench:
    """The tables of one night.

    Attributes:
        writes_blocks: whether `copy` writes files of which a table's file can be put together.

    Every table that lies in `folder` is a view of the same name on `connection`.

    Args:
        folder: where the tables lie.
        spill: where DuckDB puts what does not fit into memory.
        zone: the identity zone; by default one without keys.
        night: what the tables of the identity zone are bound to, `YYYYMMDD`.
    """

    writes_blocks = True

    def __init__(
        self,
        folder: Path,
        spill: Path | None = None,
        *,
        zone: IdentityZone | None = None,
        night: str = "",
    ) -> None:
        self.folder = folder
        self.zone = zone or IdentityZone(None)
        self.night = night
        folder.mkdir(parents=True, exist_ok=True)
        self.connection: duckdb.DuckDBPyConnection = open_scratch(spill or folder.parent / "spill")
        # What a dead process left half written is no table.
        sweep(folder)
        for path in sorted(folder.glob(FINISHED)):
            self._view(path.stem)
        for table in identity_files(folder):
            self._view(table)

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
        return self.path(table).exists() or table in identity_files(self.folder)

    @contextmanager
    def holding(
        self, held: Mapping[str, Sequence[str]], *, of: Mapping[str, str] | None = None
    ) -> Iterator[None]:
        """Keep columns of tables in this connection's memory while the block runs.

        Worth it for what many statements join: its file is opened, decrypted and unpacked once. Inside
        the block statements see these columns alone under the table's name, and none of the tables may
        be built. A table of the identity zone is a stream else, for which DuckDB plans joins that read
        it again and again, or fill the disk.

        Args:
            held: by table the columns that the block's statements read of it.
            of: by table another one; only rows with a `signature_id` of that one are kept.
        """
        shown: list[str] = []
        try:
            for table, columns in held.items():
                self._hold(table, columns, (of or {}).get(table))
                shown.append(table)
            yield
        finally:
            for table in shown:
                self.run(
                    f"DROP VIEW IF EXISTS temp.{quoted(table)}",
                    f"DROP TABLE IF EXISTS temp.{quoted(f'held_{table}')}",
                )
                if self.has(table):
                    self._view(table)

    def _hold(self, table: str, columns: Sequence[str], of: str | None) -> None:
        listed = ", ".join(map(quoted, columns))
        rows = f"SEMI JOIN {quoted(of)} USING (signature_id)" if of else ""
        # Of a stream nobody knows how many rows it has: DuckDB takes it for one row, and would keep all
        # of it to look the rows of `of` up in it.
        self.run("SET disabled_optimizers = 'build_side_probe_side'")
        try:
            self.run(
                f"CREATE OR REPLACE TEMP TABLE {quoted(f'held_{table}')} AS"
                f" SELECT {listed} FROM {quoted(table)} {rows}"
            )
        finally:
            self.run("RESET disabled_optimizers")
        self.run(f"CREATE OR REPLACE TEMP VIEW {quoted(table)} AS FROM {quoted(f'held_{table}')}")

    def run(self, *statements: str) -> None:
        """Run statements whose results nobody reads."""
        for statement in statements:
            self.connection.execute(statement).fetchall()

    def encode_words(self, table: str, columns: Sequence[str]) -> None:
        """Hold the words in columns of a working table as numbers; statements see words as before.

        Each column becomes an ENUM of its words in alphabetical order, so that what is joined from the
        table is grouped, sorted and written without its text. Columns without a word stay as they are.
        What is written in a column with nulls, or in a list, must be cast to VARCHAR: which words DuckDB
        writes into the file's dictionary depends there on how its threads share the rows.

        Args:
            table: a temporary table of this connection, with few different words in each column.
            columns: VARCHAR columns of it.
        """
        for column in columns:
            words = f'FROM "{table}" WHERE "{column}" IS NOT NULL'
            if not self.value(f"SELECT count(*) {words}"):
                continue
            word = f'"{table}_{column}"'
            for statement in (
                f'CREATE OR REPLACE TEMP TYPE {word} AS ENUM (SELECT DISTINCT "{column}" {words} ORDER BY 1)',
                f'ALTER TABLE "{table}" ALTER "{column}" TYPE {word}',
            ):
                self.connection.execute(statement).fetchall()

    def _view(self, table: str) -> None:
        kept = identity_files(self.folder).get(table)
        if kept is not None:
            self.zone.show(self.connection, table, IdentityFile(kept, self._bound(table)))
            return
        self.run(
            f"CREATE OR REPLACE VIEW {quoted(table)} AS FROM read_parquet({literal(self.path(table))})"
        )

    def build(
        self, layer: str, name: str, fill: Mapping[str, str] | None = None, *, table: str = ""
    ) -> TableMeasure:
        """Build a table from `warehouse/sql/<layer>/<name>.sql`.

        `fill` replaces `{{name}}` marks in the SQL. The table is called as its file, unless
        `table` says otherwise (many tables of one shape share a file).
        """
        return self.build_from(table or name, filled_sql(layer, name, fill or {}))

    def build_from(self, table: str, select: str) -> TableMeasure:
        """Build `table` from the text of one SELECT."""
        if self._is_identity(table):
            return self._build_identity(table, select)
        started = time.perf_counter()
        with published_file(self.path(table)) as staging, pointing_at(table=table):
            self.copy(select, staging)
        return self._measure(table, started)

    def copy(self, select: str, path: Path) -> None:
        """Write the rows of a SELECT to `path` as the file of a table is written."""
        statement = select.strip().rstrip(";")
        self.run(f"COPY ({statement}\n) TO {literal(path)} {_PARQUET}")

    @contextmanager
    def blocks_folder(self, name: str) -> Iterator[Path]:
        """Make a folder for parts of tables, gone when the block ends."""
        folder = self.folder / staging_name(name)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def join_blocks(self, table: str, blocks: Sequence[Path]) -> TableMeasure:
        """Make `table` of the rows of `blocks`, files that `copy` wrote, one after the other."""
        files = ", ".join(map(literal, blocks))
        return self.write(table, partial(self.copy, f"FROM read_parquet([{files}])"))

    def add(self, table: str, frame: pl.DataFrame) -> TableMeasure:
        """Make `table` from a polars frame."""
        if self._is_identity(table):
            self.connection.register("added_rows", frame)
            measure = self._build_identity(table, "FROM added_rows")
            self.connection.unregister("added_rows")
            return measure
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

    def _build_identity(self, table: str, select: str) -> TableMeasure:
        return self.write_identity(table, partial(self.seal, select))

    def write_identity(self, table: str, write: Callable[[Path, Bound], object]) -> TableMeasure:
        """Make `table` from the file that `write` leaves at the path, bound to what it is given."""
        started = time.perf_counter()
        target = self.zone.target(self.folder / IDENTITY, table)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with published_file(target) as staging:
            write(staging, self._bound(table))
        for path in target.parent.glob(f"{table}.*"):
            if path != target:
                path.unlink()
        return self._measure(table, started)

    def identity_file(self, table: str) -> IdentityFile:
        """Return the file of a table of the identity zone.

        Raises:
            KeyError: it has none there.
        """
        return IdentityFile(identity_files(self.folder)[table], self._bound(table))

    def seal(self, select: str, path: Path, bound: Bound) -> None:
        """Write the rows of a SELECT to `path` as a file of the identity zone."""
        self.zone.write_query(self.connection, select, path, bound)

    def _bound(self, table: str) -> Bound:
        return identity_bound(table, self.night)

    def _is_identity(self, table: str) -> bool:
        return table in IDENTITY_TABLES and self.zone.has_keys

    def _measure(self, table: str, started: float) -> TableMeasure:
        self._view(table)
        path = identity_files(self.folder).get(table, self.path(table))
        rows = int(self.value(f'SELECT count(*) FROM "{table}"'))
        return TableMeasure(table, rows, time.perf_counter() - started, path.stat().st_size)

    def keep_rows(self, table: str, column: str, values: pl.Series, into: str) -> None:
        """Make the temporary table `into` of the rows of `table` whose `column` is one of `values`.

        Polars decodes a file's other columns only where that one fits: a few rows of a wide table cost a
        part of what reading it costs.
        """
        kept = identity_files(self.folder).get(table)
        rows = (
            pl.scan_parquet(self.path(table), glob=False)
            if kept is None
            else self.zone.scan([IdentityFile(kept, self._bound(table))])
        )
        found = rows.filter(pl.col(column).is_in(values.implode())).collect()
        kinds = self.connection.execute(f'DESCRIBE "{table}"').fetchall()
        self.connection.register("found_rows", found)
        self.run(
            f"CREATE OR REPLACE TEMP TABLE {quoted(into)} AS SELECT "
            + ", ".join(
                f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind, *_ in kinds
            )
            + " FROM found_rows"
        )
        self.connection.unregister("found_rows")

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


def identity_bound(table: str, night: str) -> Bound:
    """Return what a table of the identity zone is bound to; `night` is `YYYYMMDD`."""
    return Bound(table, f"night {night}", "")


def identity_files(folder: Path) -> dict[str, Path]:
    """Return the files of the identity zone beside the tables in `folder`, by table."""
    return stems(folder / IDENTITY, "*")
