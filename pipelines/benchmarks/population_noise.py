"""How records differ from the people that they are about: the noise of administrative records.

Here: shares of mistakes, and records with them. Never here: the people (`populations`), or their
countries' words (`population_countries`). Next: `populations` tells the records with the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.benchmarks.population_countries import Country

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Noise:
    """How records differ from the people that they are about; shares of records, 0 to 1."""

    typo: float = 0.08
    """A letter or digit is wrong, by field: given, family, birth date, address, phone, ID."""
    missing: float = 0.05
    swapped: float = 0.02
    """Given and family name are in each other's place."""
    variant: float = 0.06
    """A short or foreign form of the given name, where the country has one."""
    moved: float = 0.15
    placeholder: float = 0.01
    """999999999, 1900-01-01, 000-0000: what a screen demands and nobody knows."""
    wrong_id: float = 0.01
    """The number of somebody else of the household."""
    renamed: float = 0.1
    """Women who have a new family name after marriage, where the country has the custom."""
    other_script: float = 0.0
    """The name as another source writes it: kana, romanised."""


def filled(pattern: str) -> pl.Expr:
    """Return the text of a pattern such as `{street} {number}`, each name a column."""
    pieces = list(Formatter().parse(pattern))
    names = [name for _, name, _, _ in pieces if name]
    return pl.format("".join(text + ("{}" if name else "") for text, name, _, _ in pieces), *names)


def noisy_records(
    draws: np.random.Generator, of: Country, persons: pl.DataFrame, owners: Places, noise: Noise
) -> pl.DataFrame:
    """Return a record for each of `owners` (places in `persons`), with noise."""
    count = len(owners)
    frame = persons[owners].with_columns(
        source=pl.Series(draws.choice(["a", "b", "c"], count)),
        birth_digits=pl.col("birth").dt.strftime("%Y%m%d"),
    )

    def some(share: float) -> pl.Series:
        return pl.Series(draws.random(count) < share)

    has_new_home = some(noise.moved)
    frame = frame.with_columns(
        address=pl.when(has_new_home).then("new_address").otherwise("address"),
        phone=pl.when(some(noise.moved)).then("new_phone").otherwise("phone"),
        family=pl.when((pl.col("sex") == "F") & some(noise.renamed if of.renames else 0.0))
        .then("new_family")
        .otherwise("family"),
        given=pl.when(some(noise.variant))
        .then(pl.col("given").replace(dict(of.variants)))
        .otherwise("given"),
        national_id=pl.when(some(noise.wrong_id)).then("other_number").otherwise("national_id"),
        middle=pl.when(some(0.5)).then(pl.col("middle").str.slice(0, 1)).otherwise("middle"),
    )
    if of.has_two_families:
        both = pl.format("{} {}", "family", "second_family")
        frame = frame.with_columns(family=pl.when(some(0.8)).then(both).otherwise("family"))
    for column in ("given", "family", "birth_digits", "address", "phone", "national_id"):
        frame = _mistyped(draws, of, frame, column, noise.typo)
    spelled = some(noise.other_script)
    frame = frame.with_columns(
        pl.when(spelled)
        .then(pl.col(column).replace(dict(of.readings)))
        .otherwise(column)
        .alias(column)
        for column in ("given", "family")
    )
    swap = some(noise.swapped)
    frame = frame.with_columns(
        given=pl.when(swap).then("family").otherwise("given"),
        family=pl.when(swap).then("given").otherwise("family"),
    )
    frame = frame.with_columns(
        given_name="given",
        family_name="family",
        middle_name="middle",
        birth_date=_written_date(of),
        address=pl.when(pl.col("source") == "b")
        .then(pl.col("address").str.to_uppercase())
        .otherwise("address"),
        phone=pl.when(pl.col("source") == "b")
        .then(pl.format("{}{}", pl.lit(of.phone_prefix), "phone"))
        .otherwise(pl.format("0{}", "phone")),
    )
    spaced = pl.when(pl.col("middle") != "").then(pl.format(" {}", "middle")).otherwise(pl.lit(""))
    frame = frame.with_columns(middle=spaced).with_columns(
        full_name=_full_name(of, pl.col("source") == "c")
    )
    placeholders = {
        "national_id": "9" * of.id_digits,
        "birth_date": "1900-01-01",
        "phone": "0000000000",
        "email": "none@none.com",
        "family_name": "UNKNOWN",
        "address": "UNKNOWN",
        "full_name": "UNKNOWN",
    }
    frame = frame.with_columns(
        pl.when(some(noise.placeholder)).then(pl.lit(text)).otherwise(column).alias(column)
        for column, text in placeholders.items()
    )
    kept = ("given_name", "middle_name", "sex", *placeholders)
    return frame.with_columns(
        pl.when(some(noise.missing)).then(pl.lit("")).otherwise(column).alias(column)
        for column in kept
    )


def _mistyped(
    draws: np.random.Generator, of: Country, frame: pl.DataFrame, column: str, share: float
) -> pl.DataFrame:
    """Replace, drop, double or transpose a character of some records."""
    count = frame.height
    text = pl.col(column)
    letters = of.letters if column in ("given", "family") else "0123456789"
    place = (pl.lit(pl.Series(draws.random(count))) * text.str.len_chars()).cast(pl.Int64)
    before, after = text.str.slice(0, place), text.str.slice(place + 1)
    one = text.str.slice(place, 1)
    other = pl.lit(pl.Series(draws.choice(list(letters), count)))
    kind = pl.Series(draws.integers(0, 4, count))
    transposed = pl.concat_str(before, after.str.slice(0, 1), one, after.str.slice(1))
    wrong = (
        pl.when(kind == 0)
        .then(pl.concat_str(before, other, after))
        .when(kind == 1)
        .then(transposed)
        .when((kind == 2) & (text.str.len_chars() > 3) & pl.lit(column != "birth_digits"))
        .then(pl.concat_str(before, after))
        .otherwise(pl.concat_str(before, other, after))
    )
    # A name of one or two signs is not changed beyond recognition.
    is_hit = pl.Series(draws.random(count) < share) & (text.str.len_chars() > of.least_mistyped)
    return frame.with_columns(pl.when(is_hit).then(wrong).otherwise(text).alias(column))


def _full_name(of: Country, is_other: pl.Expr) -> pl.Expr:
    """Write the name as the country does; source c may write it another way."""
    return pl.when(is_other).then(filled(of.other_order)).otherwise(filled(of.order))


def _written_date(of: Country) -> pl.Expr:
    year, month, day = (
        pl.col("birth_digits").str.slice(0, 4),
        pl.col("birth_digits").str.slice(4, 2),
        pl.col("birth_digits").str.slice(6, 2),
    )
    return (
        pl.when(pl.col("source") == "a")
        .then(pl.format("{}-{}-{}", year, month, day))
        .when(pl.col("source") == "b")
        .then(
            pl.format("{}/{}/{}", month, day, year)
            if of.is_month_first
            else pl.format("{}.{}.{}", day, month, year)
        )
        .otherwise("birth_digits")
    )
