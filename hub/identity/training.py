"""Learning a linkage model without labels, on any population.

Here: u from random pairs, cleansed of the matches among them; m by expectation maximisation over
counted agreement patterns; name frequencies; all of it bent towards the starting belief where
data are few. Never here: what is compared (`comparisons`) or scoring (`scoring`). Next: the model
is used at once (`link`) or kept as a file (`hub index train`).

Blocking keeps only pairs that agree in something. As whether a pair is kept depends on nothing
but its pattern of agreement, the posterior of a pattern is the same with and without blocking, so
one expectation step over all rules at once is right. Pairs of one household are a class of their
own with fixed likelihoods; without it their shared dwelling would teach that people who share a
dwelling are one person. So are namesakes, who agree in their names as one person does and in the
rest as strangers do: parts of a name are not independent, and where names are few, pairs of one
name would teach that people change their birth date. Source: Fellegi and Sunter (1969); Winkler (1988).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from hub.identity.agreement_levels import Comparison
from hub.identity.comparisons import FREQUENCY_COLUMNS
from hub.identity.expectation_maximisation import Array, Patterns, maximise
from hub.identity.linkage_model import LinkageModel, starting_model
from hub.identity.scoring import levels_sql
from hub.identity.statements import drop, run, value

if TYPE_CHECKING:
    import duckdb

RANDOM_PAIRS = 300_000
"""Random pairs that show how often strangers agree."""
_DECIMALS = 10


def train_model(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    pairs: str,
    columns: list[str],
    version: str,
    *,
    representatives: str = "",
    least_bearers: int = 1,
    leeway: float = 1.0,
    seed: int = 1,
) -> LinkageModel:
    """Train a model.

    Args:
        connection: where both tables lie.
        records: table of `record_id` and the columns of `comparisons.RECORD_COLUMNS`.
        pairs: table of (`match_key`, `join_key_l`, `join_key_r`): every pair that blocking gives.
        columns: the columns that have values.
        version: what the model will be called.
        representatives: a WHERE clause that leaves about one record a person, for u.
        least_bearers: values of fewer people are not written into the model by name.
        leeway: how many times `Level.most_same_person` may be learnt.
        seed: of the random pairs.
    """
    count = int(connection.sql(f"SELECT count(*) FROM {records}").fetchall()[0][0])
    model = starting_model(columns, count)
    frequencies, rare = _frequencies(connection, records, columns, least_bearers)
    observed, drawn = _observed_strangers(connection, records, model, representatives, seed)
    patterns = _patterns(connection, records, pairs, model)
    return maximise(
        LinkageModel(
            version,
            model.likelihoods,
            model.matches_per_pair,
            model.housemates_per_pair,
            frequencies,
            rare,
        ),
        patterns,
        observed,
        drawn,
        count,
        is_cleansed=not representatives,
        leeway=leeway,
    )


def _frequencies(
    connection: duckdb.DuckDBPyConnection, records: str, columns: list[str], least: int
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    frequencies: dict[str, dict[str, float]] = {}
    rare: dict[str, float] = {}
    for column in FREQUENCY_COLUMNS:
        if column not in columns:
            continue
        rows = connection.sql(
            f"""
            SELECT {column}, count(*) AS bearers FROM {records}
            WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY {column}
            """
        ).fetchall()
        total = sum(bearers for _, bearers in rows)
        frequencies[column] = {
            value: round(bearers / total, _DECIMALS) for value, bearers in rows if bearers >= least
        }
        rare[column] = round(max(least - 1, 1) / total, _DECIMALS)
    return frequencies, rare


def _observed_strangers(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    model: LinkageModel,
    representatives: str,
    seed: int,
) -> tuple[dict[str, Array], float]:
    """Return how often random pairs reach each level, and of how many pairs.

    How often two strangers are equal is counted over all pairs, as it is the rarest and decides
    most; how often they are alike is seen in a sample.
    """
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE stranger AS
        SELECT record_id, row_number() OVER (ORDER BY record_id) - 1 AS place
        FROM {records} {representatives}
        """,
    )
    count = int(value(connection, "SELECT count(*) FROM stranger"))
    # Few records: every pair. Many: pairs of places drawn by a hash, the same for the same records.
    if count * (count - 1) / 2 <= RANDOM_PAIRS:
        chosen = "SELECT l.place AS l, r.place AS r FROM stranger AS l JOIN stranger AS r ON l.place < r.place"
    else:
        chosen = f"""
            SELECT hash(draw, 'left', {seed}) % {count} AS l, hash(draw, 'right', {seed}) % {count} AS r
            FROM range({RANDOM_PAIRS}) AS draws (draw) WHERE l <> r
            """
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP TABLE stranger_pair AS
        SELECT l.record_id AS join_key_l, r.record_id AS join_key_r
        FROM ({chosen}) AS c
        JOIN stranger AS l ON l.place = c.l
        JOIN stranger AS r ON r.place = c.r
        """,
    )
    patterns = _patterns(connection, records, "stranger_pair", model)
    observed = {}
    for column, comparison in enumerate(model.comparisons()):
        seen = patterns.levels[:, column]
        counts = np.bincount(
            len(comparison.levels) - 1 - seen[seen >= 0],
            weights=patterns.counts[seen >= 0],
            minlength=len(comparison.levels),
        )
        shares = counts / max(counts.sum(), 1.0)
        equal = _share_of_equals(connection, records, comparison)
        rest = shares[1:].sum()
        shares[1:] *= (1.0 - equal) / rest if rest else 0.0
        shares[0] = equal
        observed[comparison.name] = shares
    drop(connection, "stranger", "stranger_pair")
    return observed, float(min(RANDOM_PAIRS, max(count * (count - 1) / 2, 1.0)))


def _share_of_equals(
    connection: duckdb.DuckDBPyConnection, records: str, comparison: Comparison
) -> float:
    """Return the share of all pairs of records with a value whose values are equal."""
    share = value(
        connection,
        f"""
        WITH counted AS (
            SELECT {comparison.equal_column}, count(*)::DOUBLE AS bearers FROM {records}
            WHERE {" AND ".join(f"{column} IS NOT NULL" for column in comparison.columns)}
            GROUP BY ALL
        )
        SELECT
            sum(bearers * (bearers - 1)) FILTER ({comparison.equal_column} IS NOT NULL)
            / nullif(sum(bearers) * (sum(bearers) - 1), 0)
        FROM counted
        """,
    )
    return float(share or 0.0)


def _patterns(
    connection: duckdb.DuckDBPyConnection, records: str, pairs: str, model: LinkageModel
) -> Patterns:
    """Return the patterns of agreement among `pairs`."""
    names = [comparison.name for comparison in model.comparisons()]
    if not names:
        return Patterns(np.zeros((0, 0), np.int64), np.zeros(0))
    frame = connection.sql(
        f"SELECT *, count(*) AS pairs FROM ({levels_sql(records, pairs, model)}) GROUP BY ALL ORDER BY ALL"
    ).pl()
    return Patterns(
        frame.select(pl.col(names).cast(pl.Int64)).to_numpy(),
        frame["pairs"].cast(pl.Float64).to_numpy(),
    )
