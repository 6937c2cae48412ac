"""What a pair of descriptions is worth: Splink's weight, tempered by the household's.

Here: scoring pairs with Splink on frozen frequencies, and the household guard. Never here: which
pairs (`blocking`) or what follows (`resolution`). Next: `pair_score`.

A pair is judged against two other explanations than chance: two strangers who agree (Splink's
match weight), and two people of one household, who share a family name, a dwelling, a phone and,
as twins, a birth date. With the weights W_s and W_h against each, the pair's weight is
-log2(2^-W_s + 2^-W_h): it must beat both.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.comparisons import RECORD_COLUMNS
from hub.identity.linkage_model import LinkageModel, splink_settings
from hub.identity.statements import drop, run, value

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

SCORE_SCHEMA = {
    "record_l": pl.UInt64,
    "record_r": pl.UInt64,
    "match_weight": pl.Float64,
    "stranger_weight": pl.Float64,
    "household_weight": pl.Float64,
}

PAIRS_AT_A_TIME = 500_000


def linker_for(
    connection: duckdb.DuckDBPyConnection, records: str, model: LinkageModel, where: str = ""
) -> Linker:
    """Return a Splink linker over the table `records` with the model's frozen frequencies."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection)
    columns = ", ".join(("record_id", *RECORD_COLUMNS))
    frame = api.register(
        connection.sql(f"SELECT {columns} FROM {records} {where}"),
        dataset_display_name=unused_name(connection, "linkage_input"),
    )
    linker = Linker(frame, splink_settings(model), log_level=None)
    for column in model.frequencies:
        name = unused_name(connection, f"frequency_{column}")
        _frequency_table(connection, records, column, model, name)
        linker.table_management.register_term_frequency_lookup(
            api.register(connection.table(name), dataset_display_name=f"{name}_lookup"), column
        )
    return linker


def _frequency_table(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    column: str,
    model: LinkageModel,
    name: str,
) -> None:
    known = model.frequencies[column]
    lookup = pl.DataFrame(
        {"value": list(known), "frequency": list(known.values())},
        schema={"value": pl.String, "frequency": pl.Float64},
    )
    connection.register(f"{name}_frame", lookup)
    connection.execute(
        f"""
        CREATE TEMP TABLE {name} AS
        SELECT r.{column}, coalesce(f.frequency, {model.rare[column]!r}) AS tf_{column}
        FROM (SELECT DISTINCT {column} FROM {records} WHERE {column} IS NOT NULL) AS r
        LEFT JOIN {name}_frame AS f ON f.value = r.{column}
        """
    ).fetchall()
    connection.unregister(f"{name}_frame")


def levels_sql(records: str, pairs: str, model: LinkageModel) -> str:
    """Return the SQL of the levels that each of `pairs` reaches, one column a comparison.

    They are what Splink calls gamma, without the weights, which a model in training has not yet.
    """
    columns = [
        column
        for column in RECORD_COLUMNS
        if any(f"{column}_l" in comparison.level_sql() for comparison in model.comparisons())
    ]
    both = ", ".join(f"l.{column} AS {column}_l, r.{column} AS {column}_r" for column in columns)
    levels = ", ".join(
        f"{comparison.level_sql()} AS {comparison.name}" for comparison in model.comparisons()
    )
    return f"""
        SELECT {levels} FROM (
            SELECT {both} FROM {pairs} AS p
            JOIN {records} AS l ON l.record_id = p.join_key_l
            JOIN {records} AS r ON r.record_id = p.join_key_r
        )
        """


def household_sql(model: LinkageModel) -> str:
    """Return the SQL of the weight, in bits, against being two people of one household."""
    terms = [repr(math.log2(model.matches_per_pair / model.housemates_per_pair))]
    for comparison in model.comparisons():
        likelihoods = model.likelihoods[comparison.name]
        count = len(comparison.levels)
        cases = " ".join(
            f"WHEN {count - 1 - place} THEN {math.log2(m / h)!r}"
            for place, (m, h) in enumerate(
                zip(likelihoods.same_person, likelihoods.household, strict=True)
            )
        )
        terms.append(f"CASE gamma_{comparison.name} {cases} ELSE 0 END")
    return " + ".join(terms)


def predict(
    connection: duckdb.DuckDBPyConnection, records: str, pairs: str, model: LinkageModel
) -> tuple[Linker, str]:
    """Run Splink on `pairs`; return the linker and its table of predictions.

    Only records that are in a pair are handed over: most anchors are in none.
    """
    linker = linker_for(
        connection,
        records,
        model,
        f"WHERE record_id IN (SELECT join_key_l FROM {pairs} UNION SELECT join_key_r FROM {pairs})",
    )
    from splink import DuckDBAPI

    linker.table_management.register_blocked_pairs_for_predict(
        DuckDBAPI(connection).register(
            connection.table(pairs), dataset_display_name=unused_name(connection, "linkage_pairs")
        )
    )
    return linker, linker.inference.predict().physical_name


def score_pairs(
    connection: duckdb.DuckDBPyConnection, records: str, pairs: str, model: LinkageModel
) -> pl.DataFrame:
    """Score the pairs of records in `pairs`.

    Args:
        connection: where both tables lie.
        records: table of `record_id` and `RECORD_COLUMNS`.
        pairs: table of (`match_key`, `join_key_l`, `join_key_r`).
        model: with its frozen frequencies and prior.

    Returns:
        `SCORE_SCHEMA`, weights in bits rounded to six decimals, sorted by both records.
    """
    count = int(value(connection, f"SELECT count(*) FROM {pairs}"))
    if not count or not model.comparisons():
        return pl.DataFrame(schema=SCORE_SCHEMA)
    # Read once what a view may have to join: every part asks for it several times.
    columns = ", ".join(("record_id", *RECORD_COLUMNS))
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE scored_record AS
        SELECT {columns} FROM {records}
        WHERE record_id IN (SELECT join_key_l FROM {pairs} UNION SELECT join_key_r FROM {pairs})
        """,
    )
    # Splink copies both records beside each pair: so many at a time.
    parts = -(-count // PAIRS_AT_A_TIME)
    frames = []
    for part in range(parts):
        run(
            connection,
            f"""
            CREATE OR REPLACE TEMP TABLE part_of_pairs AS
            FROM {pairs} WHERE hash(join_key_l) % {parts} = {part}
            """,
        )
        frames.append(_scored(connection, "scored_record", "part_of_pairs", model))
    drop(connection, "part_of_pairs", "scored_record")
    return pl.concat(frames).sort("record_l", "record_r")


def _scored(
    connection: duckdb.DuckDBPyConnection, records: str, pairs: str, model: LinkageModel
) -> pl.DataFrame:
    linker, scored = predict(connection, records, pairs, model)
    frame: pl.DataFrame = connection.sql(
        f"""
        SELECT
            record_l,
            record_r,
            round(-log2(pow(2, -greatest(w, -500)) + pow(2, -greatest(h, -500))), 6) AS match_weight,
            round(w, 6) AS stranger_weight,
            round(h, 6) AS household_weight
        FROM (
            SELECT
                record_id_l AS record_l,
                record_id_r AS record_r,
                match_weight AS w,
                CAST({household_sql(model)} AS DOUBLE) AS h
            FROM {scored}
        )
        """
    ).pl()
    linker.table_management.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
    return frame


def unused_name(connection: duckdb.DuckDBPyConnection, stem: str) -> str:
    """Return a table name that was not used: Splink refuses one that was, even by another night."""
    taken = {
        row[0]
        for row in connection.sql("SELECT table_name FROM information_schema.tables").fetchall()
    }
    number = 1
    while any(other.startswith(f"{stem}_{number}") for other in taken):
        number += 1
    return f"{stem}_{number}"
