"""Looking up what an earlier night's state says of the few rows that tonight needs.

Here: how wide rows of the state are asked for. Never here: where the state lies
(`warehouse.index_state` answers from its files), what a night touches. Next: `touched`,
`delta_pairing` and `advance` recall what they change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.statements import keep

if TYPE_CHECKING:
    import duckdb

StateRows = Callable[[str, str, pl.Series], pl.DataFrame]
"""(table of the state, column, values) → its rows with one of these values, whole."""


def rows_of_tables(connection: duckdb.DuckDBPyConnection) -> StateRows:
    """Return what answers from the tables `old_<table>` of `connection`."""

    def rows(table: str, column: str, values: pl.Series) -> pl.DataFrame:
        connection.register("wanted_value", values.alias("value").to_frame())
        found: pl.DataFrame = connection.sql(
            f"""
            SELECT o.* FROM old_{table} AS o
            SEMI JOIN wanted_value AS w ON w.value = o.{column}
            """
        ).pl()
        connection.unregister("wanted_value")
        return found

    return rows


def recall(
    connection: duckdb.DuckDBPyConnection,
    rows: StateRows,
    table: str,
    column: str,
    wanted: str,
    into: str,
) -> None:
    """Make the table `into`: last night's rows of `table` whose `column` is one that `wanted` selects."""
    values = connection.sql(f"SELECT DISTINCT value FROM ({wanted}) AS t(value)").pl()["value"]
    keep(connection, into, rows(table, column, values))
