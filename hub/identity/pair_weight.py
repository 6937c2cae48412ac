"""What a pair of linkage records is worth, as one SQL statement that is compiled from the model.

Here: the SQL of levels, weights and their sums over rows that hold both records side by side.
Never here: which pairs (`pairing`, `look_up`), or Splink, which says the same and builds its SQL
anew for every prediction. Next: `scoring` runs it over all pairs, `look_up_score` for a question.

A pair is judged against two other explanations than chance: two strangers who agree (Splink's
match weight), and two people of one household, who share a family name, a dwelling, a phone and,
as twins, a birth date. With the weights W_s and W_h against each, the pair's weight is
-log2(2^-W_s + 2^-W_h): it must beat both.

Splink's terms are simple enough to be written down: the prior odds, log2(m / u) of each level, and
for a level with a frequency column log2(u of equal values) - log2(the greater frequency of the
two). A test holds them against Splink's own prediction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hub.identity.comparisons import RECORD_COLUMNS, Comparison
from hub.identity.linkage_model import LinkageModel


def frequency_column(column: str) -> str:
    """Return the name of the column that holds how frequent the value of `column` is."""
    return f"frequency_{column}"


def compared_columns(model: LinkageModel) -> list[str]:
    """Return the columns of a record that the model's comparisons read."""
    return [
        column
        for column in RECORD_COLUMNS
        if any(f"{column}_l" in comparison.level_sql() for comparison in model.comparisons())
    ]


def beside_sql(columns: Sequence[str], left: str, right: str) -> str:
    """Return the SQL of `columns` of the tables `left` and `right`, side by side."""
    return ", ".join(f"{left}.{c} AS {c}_l, {right}.{c} AS {c}_r" for c in columns)


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


def weighed_sql(
    model: LinkageModel, paired: str, kept: Sequence[str], *, with_levels: bool = False
) -> str:
    """Return the SQL of the weights of every row of `paired`.

    Args:
        model: with its frozen frequencies and prior.
        paired: SQL of rows with `kept`, and for both records, with `_l` and `_r`, the
            `compared_columns` and the `frequency_column` of every column with frequencies.
        kept: columns that are passed on.
        with_levels: also each comparison's level (`gamma_…`, counted from the weakest, -1 for
            nothing to compare) and its weight (`weight_…`, against strangers).

    The result has `kept`, `match_weight`, `stranger_weight` and `household_weight`, in bits,
    rounded to six decimals.
    """
    comparisons = model.comparisons()
    carried = ", ".join(kept)
    frequencies = "".join(
        f", greatest({frequency_column(column)}_l, {frequency_column(column)}_r)"
        f" AS {frequency_column(column)}"
        for column in model.frequencies
    )
    gammas = ", ".join(f"{one.level_sql()} AS gamma_{one.name}" for one in comparisons)
    weights = ", ".join(f"{_weight_sql(one, model)} AS weight_{one.name}" for one in comparisons)
    prior = math.log2(model.matches_per_pair / (1 - model.matches_per_pair))
    strangers = " + ".join([f"{prior!r}::DOUBLE", *(f"weight_{one.name}" for one in comparisons)])
    told = "".join(f", gamma_{one.name}, weight_{one.name}" for one in comparisons)
    # Subqueries, not WITH: a common table expression may be kept whole, with both records in it.
    return f"""
        SELECT
            {carried},
            round(-log2(pow(2, -greatest(w, -500)) + pow(2, -greatest(h, -500))), 6) AS match_weight,
            round(w, 6) AS stranger_weight,
            round(h, 6) AS household_weight{told if with_levels else ""}
        FROM (
            SELECT *, {strangers} AS w, CAST({household_sql(model)} AS DOUBLE) AS h
            FROM (
                SELECT *, {weights}
                FROM (SELECT {carried}{frequencies}, {gammas} FROM ({paired}))
            )
        )
        """


def _weight_sql(comparison: Comparison, model: LinkageModel) -> str:
    likelihoods = model.likelihoods[comparison.name]
    last = len(comparison.levels) - 1
    cases = []
    for place, (level, m, u) in enumerate(
        zip(comparison.levels, likelihoods.same_person, likelihoods.strangers, strict=True)
    ):
        worth = f"{math.log2(m / u)!r}::DOUBLE"
        column = level.frequency_column
        if column is not None and column in model.frequencies:
            # Adjusted from how often strangers are equal in it, which is the first level.
            base = math.log2(likelihoods.strangers[0])
            worth += f" + coalesce({base!r}::DOUBLE - log2({frequency_column(column)}), 0)"
        cases.append(f"WHEN {last - place} THEN {worth}")
    return f"CASE gamma_{comparison.name} {' '.join(cases)} ELSE 0 END"
