"""Second and impossible national IDs: one person who bears two numbers, or one that cannot be.

Here: `other_national_id` of carriers of D06 and D07, and the numbers of carriers who were made
older (D09). Never here: who pays under which number (`facts.planted_identities`). Next: the truth
names these numbers, too (`sources.country.truth`).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.country.population.numbers import padded, resident_number, without_repeats

FUTURE_CENTURY = {"1": "3", "2": "4"}
"""Seventh digit: men and women of the 1900s, and of the 2000s."""
OTHER_SEX = {"1": "2", "2": "1", "3": "4", "4": "3"}


def with_other_numbers(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Add `other_national_id`, null for ordinary people; renew the number of the very old."""
    rule = people["planted_rule"].to_numpy()
    chosen = np.flatnonzero(np.isin(rule, ["D06", "D09"]))
    made = resident_number(
        people["birth_date"].to_numpy()[chosen],
        (people["sex"] == "male").to_numpy()[chosen].astype(np.int64),
        np.zeros(len(chosen), dtype=np.int64),
        np.ones(len(chosen), dtype=bool),
        rng,
    )
    taken = people["national_id"].cast(pl.Int64).to_numpy()
    fresh = padded(without_repeats(np.concatenate([taken, made]))[len(taken) :], 13)
    numbers = pl.DataFrame({"person_number": people["person_number"].gather(chosen), "made": fresh})
    century = pl.col("national_id").str.slice(6, 1)
    # Whoever is born early in a century could be as young as the number says: then the sex differs.
    early = pl.col("national_id").str.slice(0, 2).cast(pl.Int64) < 30
    digit = (
        pl.when((pl.col("person_number") % 3 > 0) & ~early)
        .then(century.replace(FUTURE_CENTURY))
        .otherwise(century.replace(OTHER_SEX))
    )
    impossible = pl.concat_str(
        pl.col("national_id").str.slice(0, 6), digit, pl.col("national_id").str.slice(7)
    )
    rules = pl.col("planted_rule")
    return (
        people.join(numbers, on="person_number", how="left", maintain_order="left")
        .with_columns(
            other_national_id=pl.when(rules == "D06")
            .then("made")
            .when(rules == "D07")
            .then(impossible),
            national_id=pl.when(rules == "D09").then("made").otherwise("national_id"),
        )
        .drop("made")
    )
