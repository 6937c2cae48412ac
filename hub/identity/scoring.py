"""Scoring pairs of linkage records on the model's frozen frequencies.

Here: looking up frequencies, and running the model's SQL over a table of pairs. Never here: the
weights themselves (`pair_weight`), which pairs (`pairing`) or what follows (`resolution`). Next:
`pair_score`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.linkage_model import LinkageModel
from hub.identity.pair_weight import beside_sql, compared_columns, frequency_column, weighed_sql
from hub.identity.statements import drop, run

if TYPE_CHECKING:
    import duckdb

SCORE_SCHEMA = {
    "record_l": pl.UInt64,
    "record_r": pl.UInt64,
    "match_weight": pl.Float64,
    "stranger_weight": pl.Float64,
    "household_weight": pl.Float64,
}
_NO_SCORE = """
    SELECT 0::UBIGINT AS record_l, 0::UBIGINT AS record_r, 0e0 AS match_weight,
           0e0 AS stranger_weight, 0e0 AS household_weight
    WHERE false
"""


def levels_sql(records: str, pairs: str, model: LinkageModel) -> str:
    """Return the SQL of the levels that each of `pairs` reaches, one column a comparison.

    They are what Splink calls gamma, without the weights, which a model in training has not yet.
    """
    levels = ", ".join(
        f"{comparison.level_sql()} AS {comparison.name}" for comparison in model.comparisons()
    )
    return f"""
        SELECT {levels} FROM (
            SELECT {beside_sql(compared_columns(model), "l", "r")} FROM {pairs} AS p
            JOIN {records} AS l ON l.record_id = p.join_key_l
            JOIN {records} AS r ON r.record_id = p.join_key_r
        )
        """


def scores_sql(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    pairs: str,
    model: LinkageModel,
    carried: Sequence[str] = (),
) -> str:
    """Return the SQL of the score of every pair in `pairs`; its rows have `SCORE_SCHEMA`.

    Args:
        connection: where both tables lie. Gets the temporary table `scored_record`, which the
            SQL reads: the records of the pairs, with how frequent their names are.
        records: table of `record_id` and the columns that the model compares.
        pairs: table of (`match_key`, `join_key_l`, `join_key_r`), each pair once.
        model: with its frozen frequencies and prior.
        carried: more columns of `records`; the rows have them with `_l` and `_r`.
    """
    if not model.comparisons():
        none = "".join(f", 0::UBIGINT AS {c}_l, 0::UBIGINT AS {c}_r" for c in carried)
        return f"SELECT *{none} FROM ({_NO_SCORE})"
    columns = [*compared_columns(model), *carried]
    drop(connection, "scored_record")
    known = "".join(
        f", coalesce(f_{column}.frequency, {model.rare[column]!r}) AS {frequency_column(column)}"
        for column in model.frequencies
    )
    joined = "".join(
        f" LEFT JOIN frequency_of_{column} AS f_{column} ON f_{column}.value = r.{column}"
        for column in model.frequencies
    )
    for column in model.frequencies:
        _load_frequencies(connection, column, model)
    # Read once what a view may have to join; most records are in no pair.
    run(
        connection,
        f"""
        CREATE TEMP TABLE scored_record AS
        SELECT r.record_id, {", ".join(f"r.{column}" for column in columns)}{known}
        FROM {records} AS r{joined}
        WHERE r.record_id IN (SELECT join_key_l FROM {pairs} UNION SELECT join_key_r FROM {pairs})
        """,
    )
    drop(connection, *(f"frequency_of_{column}" for column in model.frequencies))
    beside = [*columns, *map(frequency_column, model.frequencies)]
    paired = f"""
        SELECT p.join_key_l AS record_l, p.join_key_r AS record_r, {beside_sql(beside, "l", "r")}
        FROM {pairs} AS p
        JOIN scored_record AS l ON l.record_id = p.join_key_l
        JOIN scored_record AS r ON r.record_id = p.join_key_r
    """
    sides = [f"{column}_{side}" for column in carried for side in "lr"]
    return weighed_sql(model, paired, ("record_l", "record_r", *sides))


def _load_frequencies(
    connection: duckdb.DuckDBPyConnection, column: str, model: LinkageModel
) -> None:
    known = model.frequencies[column]
    lookup = pl.DataFrame(
        {"value": list(known), "frequency": list(known.values())},
        schema={"value": pl.String, "frequency": pl.Float64},
    )
    connection.register("frequency_frame", lookup)
    run(connection, f"CREATE OR REPLACE TEMP TABLE frequency_of_{column} AS FROM frequency_frame")
    connection.unregister("frequency_frame")


def score_pairs(
    connection: duckdb.DuckDBPyConnection, records: str, pairs: str, model: LinkageModel
) -> pl.DataFrame:
    """Score the pairs of records in `pairs`; see `scores_sql`.

    Returns:
        `SCORE_SCHEMA`, weights in bits rounded to six decimals, sorted by both records.
    """
    scores = scores_sql(connection, records, pairs, model)
    frame: pl.DataFrame = connection.sql(f"FROM ({scores}) ORDER BY record_l, record_r").pl()
    drop(connection, "scored_record")
    return frame
