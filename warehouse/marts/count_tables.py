"""Tables of counts: how many people a cell has, small cells left out and the others rounded.

Here: running `warehouse/marts/counts/*.sql` and making the counts safe to tell. Never here: which
mart holds them (`hub/access/marts.toml`). Next: auditors who see no person read these.

A cell of fewer people than the smallest that may be told is not there at all; each count is rounded
by itself, so that a difference of two tables does not give a small cell back.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

COUNTS_FOLDER = Path(__file__).parent / "counts"
_AGE_BANDS = """
CREATE TEMP MACRO age_band(born, on_day) AS CASE
    WHEN date_sub('year', born, on_day) < 7 THEN '00-06'
    WHEN date_sub('year', born, on_day) < 18 THEN '07-17'
    WHEN date_sub('year', born, on_day) < 35 THEN '18-34'
    WHEN date_sub('year', born, on_day) < 50 THEN '35-49'
    WHEN date_sub('year', born, on_day) < 65 THEN '50-64'
    WHEN date_sub('year', born, on_day) < 75 THEN '65-74'
    ELSE '75+'
END
"""
_MONEY_STEP_WON = 1_000_000


def prepare_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what the SQL of counts uses."""
    connection.execute(_AGE_BANDS).fetchall()


def count_tables() -> dict[str, str]:
    """Return name → SQL of every table of counts."""
    return {path.stem: path.read_text("utf-8") for path in sorted(COUNTS_FOLDER.glob("*.sql"))}


def told_safely(sql: str, columns: list[str], minimum_cell: int, rounding: int) -> str:
    """Return SQL of the same cells without small ones, counts rounded, money to whole millions.

    Args:
        sql: a query with a column `people` and perhaps `total_amount`.
        columns: the query's columns.
        minimum_cell: cells of fewer people are left out.
        rounding: counts become multiples of this.
    """
    replaced = [f"(round(people / {rounding}) * {rounding})::BIGINT AS people"]
    if "total_amount" in columns:
        step = _MONEY_STEP_WON
        replaced.append(f"(round(total_amount / {step}) * {step})::BIGINT AS total_amount")
    return (
        f"SELECT * REPLACE ({', '.join(replaced)}) FROM ({sql})"
        f" WHERE people >= {minimum_cell} ORDER BY ALL"
    )
