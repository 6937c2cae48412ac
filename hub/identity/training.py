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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from hub.identity.comparisons import FREQUENCY_COLUMNS, Comparison, comparison_of
from hub.identity.linkage_model import Likelihoods, LinkageModel, starting_model
from hub.identity.scoring import levels_sql
from hub.identity.statements import drop, run, value

if TYPE_CHECKING:
    import duckdb

Array = npt.NDArray[np.float64]

MATCH_BELIEF = 30.0
"""Matching pairs that the starting belief about m is worth."""
STRANGER_BELIEF = 200.0
"""Random pairs that the starting belief about u is worth."""
RANDOM_PAIRS = 300_000
LEAST_SHARE = 0.002
"""Matches, and pairs of housemates, that there are at least, by record: none seen is not none."""
_ROUNDS = 200
_DECIMALS = 10
_LEAST = 1e-9
_LEAST_SAME = 2e-4
"""No mistake is so rare that it could prove two records to be two people by itself."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns of agreement: `levels` (pattern by comparison, -1 = nothing to compare), `counts`."""

    levels: npt.NDArray[np.int64]
    counts: Array


def train_model(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    pairs: str,
    columns: list[str],
    version: str,
    *,
    representatives: str = "",
    least_bearers: int = 1,
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
        seed: of the random pairs.
    """
    count = int(connection.sql(f"SELECT count(*) FROM {records}").fetchall()[0][0])
    model = starting_model(columns, count)
    frequencies, rare = _frequencies(connection, records, columns, least_bearers)
    observed, drawn = _observed_strangers(connection, records, model, representatives, seed)
    patterns = _patterns(connection, records, pairs, model)
    return _maximise(
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


def _maximise(
    start: LinkageModel,
    patterns: Patterns,
    observed: dict[str, Array],
    drawn: float,
    records: int,
    *,
    is_cleansed: bool,
) -> LinkageModel:
    comparisons = start.comparisons()
    belief = {name: np.array(one.same_person) for name, one in start.likelihoods.items()}
    stranger_belief = {name: np.array(one.strangers) for name, one in start.likelihoods.items()}
    household = {name: np.array(one.household) for name, one in start.likelihoods.items()}
    m = dict(belief)
    total = max(records * (records - 1) / 2, 1.0)
    most = {
        name: np.array([level.most_same_person for level in comparison_of(name).levels])
        for name in belief
    }
    names = {comparison.name for comparison in comparisons if comparison.is_name}
    matches = start.matches_per_pair * total
    housemates = matches
    namesakes = matches if names and len(names) < len(comparisons) else 0.0
    # Splink counts levels from the weakest (0) to the strongest.
    place = {
        comparison.name: np.where(
            patterns.levels[:, column] < 0,
            -1,
            len(comparison.levels) - 1 - patterns.levels[:, column],
        )
        for column, comparison in enumerate(comparisons)
    }

    def factor(name: str, likelihoods: Array) -> Array:
        places = place[name]
        return np.where(places < 0, 1.0, likelihoods[np.maximum(places, 0)])

    def product(of: dict[str, Array]) -> Array:
        result = np.ones(len(patterns.counts))
        for name in m:
            result = result * factor(name, of[name])
        return result

    u = _strangers(observed, stranger_belief, m, drawn, 0.0)
    for _ in range(_ROUNDS):
        share = min(matches / total, 0.5)
        if is_cleansed:
            u = _strangers(observed, stranger_belief, m, drawn, share)
        same = share * product(m)
        near = min(housemates / total, 0.5) * product(household)
        namesake = min(namesakes / total, 0.5) * product({**u, **{name: m[name] for name in names}})
        every = same + near + namesake + product(u)
        posterior = same / every
        expected = posterior * patterns.counts
        kept = {name: values.copy() for name, values in m.items()}
        for name, levels in belief.items():
            places = place[name]
            counted = np.bincount(
                places[places >= 0], weights=expected[places >= 0], minlength=len(levels)
            )
            learnt = (counted + MATCH_BELIEF * levels / levels.sum()) / (
                counted.sum() + MATCH_BELIEF
            )
            m[name] = _bounded(learnt, most[name])
        matches = float(expected.sum()) + LEAST_SHARE * records
        housemates = float((near / every * patterns.counts).sum()) + LEAST_SHARE * records
        if namesakes:
            namesakes = float((namesake / every * patterns.counts).sum()) + LEAST_SHARE * records
        if max((float(np.abs(m[name] - kept[name]).max()) for name in m), default=0.0) < 1e-7:
            break
    return LinkageModel(
        start.version,
        {
            name: Likelihoods(
                _rounded(m[name], _LEAST_SAME), _rounded(u[name]), _rounded(household[name])
            )
            for name in m
        },
        round(min(matches / total, 0.3), 15),
        round(min(housemates / total, 0.3), 15),
        start.frequencies,
        start.rare,
    )


def _bounded(shares: Array, most: Array) -> Array:
    """Return the shares with none above its bound, the excess given to the others in proportion."""
    excess = np.maximum(shares - most, 0.0).sum()
    free = shares < most
    result: Array = np.where(free, shares * (1.0 + excess / shares[free].sum()), most)
    return result


def _strangers(
    observed: dict[str, Array],
    belief: dict[str, Array],
    m: dict[str, Array],
    drawn: float,
    share: float,
) -> dict[str, Array]:
    """Return u: what random pairs show, less the matches among them, bent to the belief."""
    strangers = {}
    for name, levels in belief.items():
        cleansed = np.maximum(observed[name] - share * m[name], 0.0)
        # A level that was never seen is worth half a pair: none seen in so many is not none at all.
        believed = STRANGER_BELIEF * levels / levels.sum()
        weighed = cleansed * drawn + np.append(believed[:1], np.maximum(believed[1:], 0.5))
        strangers[name] = weighed / weighed.sum()
        for place, level in enumerate(comparison_of(name).levels):
            if level.is_rare_as_same:
                strangers[name][place] = strangers[name][0]
    return strangers


def _rounded(values: Array, least: float = _LEAST) -> tuple[float, ...]:
    return tuple(round(max(float(value), least), _DECIMALS) for value in values)
