"""What candidates of a look-up are worth, as one SQL statement that is compiled from the model.

Here: the SQL of levels, weights and their sums, the same numbers as `hub.identity.scoring` without
a Splink run. Never here: which candidates (`look_up`). Next: `look_up` runs it for every question.

Splink builds its SQL anew for every prediction, which takes seconds; a look-up has milliseconds.
Splink's terms are simple enough to be written down: the prior odds, log2(m / u) of each level, and
for a level with a frequency column log2(u of equal values) - log2(the greater frequency of the two).
A test holds them against `score_pairs`.
"""

from __future__ import annotations

import math

from hub.identity.comparisons import RECORD_COLUMNS, Comparison
from hub.identity.linkage_model import LinkageModel
from hub.identity.scoring import household_sql


def frequency_column(column: str) -> str:
    """Return the name of the column that holds how frequent the value of `column` is."""
    return f"frequency_{column}"


def look_up_sql(model: LinkageModel, asked: str, candidates: str) -> str:
    """Return the SQL that scores every row of `candidates` against the one row of `asked`.

    Both tables have `RECORD_COLUMNS` and, for each column with frequencies in the model, its
    `frequency_column`; `candidates` also has `person_id`, `entity_id` and `record_id`.

    The result has `person_id`, `entity_id`, `record_id`, `match_weight`, `stranger_weight`,
    `household_weight` (bits, six decimals) and for each comparison its level (`gamma_…`, counted
    from the weakest, -1 for nothing to compare) and its weight (`weight_…`, against strangers).
    """
    comparisons = model.comparisons()
    columns = [
        *(
            column
            for column in RECORD_COLUMNS
            if any(f"{column}_l" in one.level_sql() for one in comparisons)
        ),
        *map(frequency_column, model.frequencies),
    ]
    both = ", ".join(f"a.{column} AS {column}_l, c.{column} AS {column}_r" for column in columns)
    kept = "person_id, entity_id, record_id"
    frequencies = "".join(
        f", greatest({frequency_column(column)}_l, {frequency_column(column)}_r) AS {frequency_column(column)}"
        for column in model.frequencies
    )
    gammas = ", ".join(f"{one.level_sql()} AS gamma_{one.name}" for one in comparisons)
    weights = ", ".join(f"{_weight_sql(one, model)} AS weight_{one.name}" for one in comparisons)
    prior = math.log2(model.matches_per_pair / (1 - model.matches_per_pair))
    strangers = " + ".join([f"{prior!r}::DOUBLE", *(f"weight_{one.name}" for one in comparisons)])
    return f"""
        WITH paired AS (
            SELECT c.person_id, c.entity_id, c.record_id, {both}
            FROM {candidates} AS c CROSS JOIN {asked} AS a
        ),

        levelled AS (SELECT {kept}{frequencies}, {gammas} FROM paired),

        weighed AS (SELECT *, {weights} FROM levelled),

        summed AS (
            SELECT *, {strangers} AS w, CAST({household_sql(model)} AS DOUBLE) AS h FROM weighed
        )

        SELECT
            {kept},
            round(-log2(pow(2, -greatest(w, -500)) + pow(2, -greatest(h, -500))), 6) AS match_weight,
            round(w, 6) AS stranger_weight,
            round(h, 6) AS household_weight,
            {", ".join(f"gamma_{one.name}, weight_{one.name}" for one in comparisons)}
        FROM summed
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
