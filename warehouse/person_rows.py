"""Rows of one person in a release, looked up without reading whole tables.

Here: predicates over sorted Parquet, so that only the row groups that can hold the person are read.
Never here: what a row means, or choosing a release. Next: `pipelines.case_files` puts the rows of a
person together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Self

import polars as pl

from hub.quoting import literal
from warehouse.connection import open_reader
from warehouse.release_files import Release


class PersonRows:
    """Point look-ups in the tables of one release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._connection = open_reader()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def has(self, table: str) -> bool:
        """Whether the release has `table`; an older hub may have written fewer."""
        return self.release.table(table).exists()

    def whole(self, table: str, columns: Sequence[str] = ("*",)) -> pl.DataFrame:
        """Return all rows of a small table."""
        return self._frame(f"SELECT {', '.join(columns)} FROM {self._path(table)}")

    def where(
        self,
        table: str,
        key: str,
        values: Collection[str],
        columns: Sequence[str] = ("*",),
        *,
        also: str = "TRUE",
    ) -> pl.DataFrame:
        """Return the rows of `table` whose `key` is one of `values`, in the order of the table.

        `also` is a further SQL condition, of the program's own words.
        """
        wanted = sorted(set(values))
        listed = ", ".join(map(literal, wanted)) or "NULL"
        # The range lets Parquet's statistics rule row groups out, which a list alone does not always.
        bounds = (
            f" AND {key} BETWEEN {literal(wanted[0])} AND {literal(wanted[-1])}" if wanted else ""
        )
        return self._frame(
            f"SELECT {', '.join(columns)} FROM {self._path(table)}"
            f" WHERE {key} IN ({listed}){bounds} AND ({also})"
        )

    def _frame(self, query: str) -> pl.DataFrame:
        frame: pl.DataFrame = self._connection.sql(query).pl()
        return frame

    def _path(self, table: str) -> str:
        return f"read_parquet({literal(self.release.table(table))})"
