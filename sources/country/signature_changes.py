"""How what senders tell of people changes from one night to the next.

Here: other spellings, moves, descriptions that are told no more, and births, drawn by signature so
that the same night comes out of the same night before. Never here: what the first night holds
(`signatures`). Next: `signatures` writes each night; the person index is asked to keep its IDs.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from sources.country.noise import misspell_hangul, respell_family_name, swap_name_order
from sources.country.population.numbers import padded, resident_number
from sources.country.rendering.draws import PER_MILLION, Draws
from sources.country.signature_values import with_signature_ids

BIRTHS_PER_CHANGE_PPM = 20_000
"""Newborn children for each million changed signatures of the register that tells of births."""
REGISTER_OF_BIRTHS = "I01"
_MOVED, _GONE = 600_000, 750_000
"""Of a million changed signatures with an address, those below the first number move, those below
the second are told no more. All others are told under another name."""
_MISHEARD = 800_000
"""Of a million other names, those that were misheard; the rest has the other usual spelling."""


def change_signatures(
    signatures: pl.DataFrame,
    truth: pl.DataFrame,
    seed: int,
    day: dt.date,
    changed_ppm: int,
    first_person: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a sender's signatures and truth on `day`, from those of the night before.

    Of a million signatures, about `changed_ppm` change. A moved address replaces the old
    signature, another spelling stands beside it. Children born on `day` are numbered from
    `first_person`.
    """
    draws = Draws(seed, f"signatures {day}", signatures["signature_id"].to_numpy())
    changed = signatures.filter(pl.Series(draws.chance("changed", changed_ppm)))
    if changed.is_empty():
        return signatures, truth
    lots = Draws(seed, f"changed {day}", changed["signature_id"].to_numpy())
    kind = pl.Series("kind", lots.below("kind", PER_MILLION))
    has_address = changed["address"].is_not_null()
    moved = changed.filter(has_address & (kind < _MOVED))
    gone = changed.filter(has_address & (kind >= _MOVED) & (kind < _GONE))
    rest = changed.filter(~has_address | (kind >= _GONE))
    before = pl.concat([moved, rest])
    after = pl.concat([_moved(moved, signatures, seed, day), _respelt(rest, seed, day)])
    after = with_signature_ids(after.with_columns(pl.lit(1, pl.Int64).alias("row_count")))
    told_of = pl.DataFrame(
        {"signature_id": before["signature_id"], "new_id": after["signature_id"]}
    )
    new_truth = told_of.join(truth, on="signature_id").select(
        pl.col("new_id").alias("signature_id"), "person_number"
    )
    born, born_truth = _births(signatures, truth, seed, day, changed_ppm, first_person)
    ended = pl.concat([moved["signature_id"], gone["signature_id"]])
    kept = signatures.filter(~pl.col("signature_id").is_in(ended.implode()))
    kept_truth = truth.filter(~pl.col("signature_id").is_in(ended.implode()))
    return (
        pl.concat([kept, after.select(kept.columns), born.select(kept.columns)])
        .unique("signature_id", keep="first", maintain_order=True)
        .sort("signature_id"),
        pl.concat([kept_truth, new_truth, born_truth]).unique().sort(truth.columns),
    )


def _moved(moved: pl.DataFrame, signatures: pl.DataFrame, seed: int, day: dt.date) -> pl.DataFrame:
    """Return `moved` with addresses at which others live or lived."""
    known = signatures["address"].drop_nulls()
    places = Draws(seed, f"moved {day}", moved["signature_id"].to_numpy()).below(
        "place", known.len()
    )
    return moved.with_columns(known.gather(places).alias("address"))


def _respelt(rest: pl.DataFrame, seed: int, day: dt.date) -> pl.DataFrame:
    """Return `rest` with another name: misheard, respelt or in another order, whichever changes it."""
    names = rest["full_name"]
    draws = Draws(seed, f"respelt {day}", rest["signature_id"].to_numpy())
    again = Draws(seed, f"respelt again {day}", draws.keys)
    told = pl.DataFrame(
        {
            "told": names,
            "misheard": misspell_hangul(names, draws),
            "respelt": respell_family_name(names),
            "reordered": swap_name_order(names),
            "misheard_again": misspell_hangul(names, again),
            "is_misheard": pl.Series(draws.chance("misheard", _MISHEARD)),
        }
    )
    ways = [pl.col(way) for way in ("respelt", "misheard", "reordered", "misheard_again")]
    other = [pl.when(way != pl.col("told")).then(way) for way in ways]
    name = (
        pl.when("is_misheard")
        .then(pl.coalesce(other[1], *other, "told"))
        .otherwise(pl.coalesce(*other, "told"))
    )
    return rest.with_columns(told.select(name.alias("full_name")).to_series())


def _births(
    signatures: pl.DataFrame,
    truth: pl.DataFrame,
    seed: int,
    day: dt.date,
    changed_ppm: int,
    first_person: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a register signature for each child born on `day`, and whom it is about."""
    parents = signatures.filter(
        (pl.col("institution_group") == REGISTER_OF_BIRTHS)
        & pl.col("is_register")
        & (pl.col("full_name").str.len_chars() == 3)
    )
    draws = Draws(seed, f"born {day}", parents["signature_id"].to_numpy())
    rate = changed_ppm * BIRTHS_PER_CHANGE_PPM // PER_MILLION
    if parents.is_empty():
        return signatures.clear(), truth.clear()
    given_names = parents["full_name"].str.slice(1)
    names = given_names.gather(draws.below("given name", given_names.len()))
    is_male = draws.below("sex", 2)
    born = parents.with_columns(
        (pl.col("full_name").str.head(1) + names).alias("full_name"),
        pl.Series("is_male", is_male),
        pl.lit(day).alias("birth_date"),
        pl.lit(1, pl.Int64).alias("row_count"),
    ).filter(pl.Series(draws.chance("born", rate)))
    count = born.height
    numbers = resident_number(
        np.full(count, np.datetime64(day, "D")),
        born["is_male"].to_numpy(),
        np.zeros(count, dtype=np.int64),
        np.ones(count, dtype=np.bool_),
        np.random.default_rng([seed, day.toordinal()]),
    )
    born = born.with_columns(
        pl.Series("national_id", padded(numbers, 13).tolist(), dtype=pl.String),
        pl.when(pl.col("is_male") == 1)
        .then(pl.lit("male"))
        .otherwise(pl.lit("female"))
        .alias("sex"),
    )
    born = with_signature_ids(born)
    persons = pl.Series("person_number", np.arange(first_person, first_person + count))
    return born, born.select("signature_id", persons.cast(pl.Int64))
