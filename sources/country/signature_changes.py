"""How what senders tell of people changes from one night to the next.

Here: what happens to people and to senders' files in a day, drawn so that the same night comes out
of the same night before, sender by sender. Of a million changes

- `MOVED_PPM` are addresses: a person moves into a dwelling where others live or lived, and every
  sender who has an address of theirs has the new one instead, all the same one;
- `MET_PPM` are people who become known to another sender, who writes them as one sender already
  does. A sender meets people in the measure in which it knows some and does not know others, so the
  registers, which know everybody, meet nobody;
- `GONE_PPM` are told no more. Registers forget nobody;
- `RESPELT_PPM` are told under a misheard, respelt or reordered name beside the old one;
- `BORN_PPM` are newborn children, told by the register of births.

A change is one whatever it leaves behind: a moved signature is one change, not one gone and one new.
Never here: what the first night holds (`signatures`). Next: `signatures` writes each night; the
person index is asked to keep its IDs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from sources.country.noise import misspell_hangul, respell_family_name, swap_name_order
from sources.country.population.numbers import padded, resident_number
from sources.country.rendering.draws import PER_MILLION, Draws
from sources.country.signature_values import with_signature_ids

MOVED_PPM = 300_000
MET_PPM = 440_000
GONE_PPM = 130_000
RESPELT_PPM = 120_000
BORN_PPM = 10_000
"""Shares of the changed signatures of a night, in a million."""
REGISTER_OF_BIRTHS = "I01"
_MISHEARD_PPM = 800_000
"""Of a million other names, those that were misheard; the rest has the other usual spelling."""

_IS_OF_REGISTER = (pl.col("institution_group") == REGISTER_OF_BIRTHS) & pl.col("is_register")


@dataclass(frozen=True, slots=True)
class Night:
    """A night to come, as far as a sender's changes depend on what all senders told before.

    Attributes:
        seed: of all draws.
        day: the day of the night.
        first_person: number of the first newborn child.
        moving_ppm: people who move, of a million.
        ending_ppm: signatures that end, of a million outside the registers.
        respelling_ppm: signatures that get a second spelling, of a million.
        births: children, roughly.
        people: how many the senders know together.
        known: people whom a sender knows, by sender.
        dwellings: addresses of the register; whoever moves, moves to one of them.
        spoken_of: signatures, with person_number, of the people who may become known to a sender.
    """

    seed: int
    day: dt.date
    first_person: int
    moving_ppm: int
    ending_ppm: int
    respelling_ppm: int
    births: int
    people: int
    known: Mapping[str, int]
    dwellings: pl.Series
    spoken_of: pl.DataFrame


def plan_night(
    signatures: pl.LazyFrame,
    truth: pl.LazyFrame,
    seed: int,
    day: dt.date,
    changed_ppm: int,
    first_person: int,
) -> Night:
    """Return the night of `day`, in which `changed_ppm` of a million signatures change.

    Args:
        signatures: of all senders, on the night before.
        truth: (signature_id, person_number) of all senders, on the night before.
        seed: of all draws.
        day: the day of the night.
        changed_ppm: new, changed and gone signatures, of a million.
        first_person: number of the first newborn child; above all that are in use.
    """
    counts = signatures.select(
        signatures=pl.len(),
        with_address=pl.col("address").count(),
        with_name=pl.col("full_name").count(),
        outside_registers=(~pl.col("is_register")).sum(),
    ).collect()
    total = int(counts["signatures"].item())

    def rate(share_ppm: int, among: str) -> int:
        able = max(int(counts[among].item()), 1)
        return min(changed_ppm * share_ppm * total // (PER_MILLION * able), PER_MILLION)

    known = _people_by_sender(signatures, truth)
    people = int(truth.select(pl.col("person_number").n_unique()).collect().item())
    meetings = sum(some * (people - some) / people for some in known.values())
    met = changed_ppm * MET_PPM * total / PER_MILLION / max(meetings, 1.0)
    dwellings = signatures.filter(_IS_OF_REGISTER).select("address").drop_nulls().unique().collect()
    return Night(
        seed,
        day,
        first_person,
        rate(MOVED_PPM, "with_address"),
        rate(GONE_PPM, "outside_registers"),
        rate(RESPELT_PPM, "with_name"),
        changed_ppm * BORN_PPM * total // PER_MILLION**2,
        people,
        known,
        dwellings["address"].sort(),
        _spoken_of(signatures, truth, seed, day, min(int(met), PER_MILLION)),
    )


def _people_by_sender(signatures: pl.LazyFrame, truth: pl.LazyFrame) -> dict[str, int]:
    counted = (
        truth.join(signatures.select("signature_id", "institution_group"), on="signature_id")
        .group_by("institution_group")
        .agg(pl.col("person_number").n_unique())
        .sort("institution_group")
        .collect(engine="streaming")
    )
    return dict(counted.iter_rows())


def _spoken_of(
    signatures: pl.LazyFrame, truth: pl.LazyFrame, seed: int, day: dt.date, per_million: int
) -> pl.DataFrame:
    """Return the signatures of the people who may become known to another sender."""
    persons = truth.select(pl.col("person_number").unique()).collect()["person_number"].sort()
    chosen = persons.filter(
        pl.Series(_by_person(seed, "spoken of", day, persons).chance("met", per_million))
    )
    told = truth.filter(pl.col("person_number").is_in(chosen.implode())).collect()
    return (
        signatures.join(told.lazy(), on="signature_id")
        .collect(engine="streaming")
        .sort("signature_id", "person_number")
    )


def change_signatures(
    signatures: pl.DataFrame, truth: pl.DataFrame, night: Night
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one sender's signatures and truth on `night`, from those of the night before.

    A signature that several people share changes for each of them by itself, and stays as long as
    it is about one of them.
    """
    told = truth.join(
        signatures.select(
            "signature_id",
            "is_register",
            has_address=pl.col("address").is_not_null(),
            has_name=pl.col("full_name").is_not_null(),
        ),
        on="signature_id",
        how="left",
        maintain_order="left",
    )
    by_person = _by_person(night.seed, "moving", night.day, truth["person_number"])
    told_by = truth["signature_id"].to_numpy() ^ by_person.keys
    draws = Draws(night.seed, f"signatures {night.day}", told_by)
    fates = told.select(
        moved=pl.col("has_address") & pl.Series(by_person.chance("moves", night.moving_ppm)),
        gone=~pl.col("is_register") & pl.Series(draws.chance("gone", night.ending_ppm)),
        respelt=pl.col("has_name") & pl.Series(draws.chance("respelt", night.respelling_ppm)),
    )
    moved = fates["moved"]
    ended = moved | fates["gone"]
    kept_truth = truth.filter(~ended)
    gone_truth = truth.filter(ended).join(kept_truth, on="signature_id", how="anti")
    kept = signatures.join(gone_truth, on="signature_id", how="anti")

    def tellings(chosen: pl.Series) -> pl.DataFrame:
        return truth.filter(chosen).join(signatures, on="signature_id", maintain_order="left")

    columns = [*signatures.columns, "person_number"]
    added = pl.concat(
        [
            _moved(tellings(moved), night).select(columns),
            _respelt(tellings(fates["respelt"] & ~ended), night).select(columns),
            _met(signatures, truth, night).select(columns),
            _born(signatures, night).select(columns),
        ]
    )
    added = with_signature_ids(added.with_columns(pl.lit(1, pl.Int64).alias("row_count")))
    return (
        pl.concat([kept, added.select(signatures.columns)])
        .unique("signature_id", keep="first", maintain_order=True)
        .sort("signature_id"),
        pl.concat([kept_truth, added.select(truth.columns)]).unique().sort(truth.columns),
    )


def _by_person(seed: int, place: str, day: dt.date, persons: pl.Series) -> Draws:
    """Return draws that are the same for a person in every sender's file."""
    return Draws(seed, f"{place} {day}", persons.cast(pl.UInt64).to_numpy())


def _moved(moved: pl.DataFrame, night: Night) -> pl.DataFrame:
    """Return `moved` with each person's new address."""
    if night.dwellings.is_empty():
        return moved
    places = _by_person(night.seed, "moving", night.day, moved["person_number"]).below(
        "dwelling", night.dwellings.len()
    )
    return moved.with_columns(night.dwellings.gather(places).alias("address"))


def _met(signatures: pl.DataFrame, truth: pl.DataFrame, night: Night) -> pl.DataFrame:
    """Return the people whom the sender learns of, as one other sender writes each of them."""
    if signatures.is_empty():
        return night.spoken_of.clear()
    sender = signatures["institution_group"].item(0)
    strangers = night.spoken_of.join(truth, on="person_number", how="anti", maintain_order="left")
    known_ppm = night.known.get(sender, 0) * PER_MILLION // night.people
    met = strangers.filter(
        pl.Series(
            _by_person(
                night.seed, f"met by {sender}", night.day, strangers["person_number"]
            ).chance("met", known_ppm)
        )
    )
    ways = Draws(night.seed, f"written by {sender} {night.day}", met["signature_id"].to_numpy())
    return (
        met.with_columns(
            pl.Series("way", ways.bits("way")),
            pl.lit(sender).alias("institution_group"),
            pl.lit(value=False).alias("is_register"),
        )
        .sort("way")
        .unique("person_number", keep="first", maintain_order=True)
    )


def _respelt(rest: pl.DataFrame, night: Night) -> pl.DataFrame:
    """Return `rest` with another name: misheard, respelt or in another order, whichever changes it."""
    names = rest["full_name"]
    keys = rest["signature_id"].to_numpy()
    draws = Draws(night.seed, f"respelt {night.day}", keys)
    again = Draws(night.seed, f"respelt again {night.day}", keys)
    told = pl.DataFrame(
        {
            "told": names,
            "misheard": misspell_hangul(names, draws),
            "respelt": respell_family_name(names),
            "reordered": swap_name_order(names),
            "misheard_again": misspell_hangul(names, again),
            "is_misheard": pl.Series(draws.chance("misheard", _MISHEARD_PPM)),
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


def _born(signatures: pl.DataFrame, night: Night) -> pl.DataFrame:
    """Return a register signature, and the new person's number, for each child born."""
    parents = signatures.filter(_IS_OF_REGISTER & (pl.col("full_name").str.len_chars() == 3))
    draws = Draws(night.seed, f"born {night.day}", parents["signature_id"].to_numpy())
    given_names = parents["full_name"].str.slice(1)
    names = given_names.gather(draws.below("given name", given_names.len()))
    per_million = min(night.births * PER_MILLION // max(parents.height, 1), PER_MILLION)
    born = parents.with_columns(
        (pl.col("full_name").str.head(1) + names).alias("full_name"),
        pl.Series("is_male", draws.below("sex", 2)),
        pl.lit(night.day).alias("birth_date"),
    ).filter(pl.Series(draws.chance("born", per_million)))
    count = born.height
    numbers = resident_number(
        np.full(count, np.datetime64(night.day, "D")),
        born["is_male"].to_numpy(),
        np.zeros(count, dtype=np.int64),
        np.ones(count, dtype=np.bool_),
        np.random.default_rng([night.seed, night.day.toordinal()]),
    )
    return born.with_columns(
        pl.Series("national_id", padded(numbers, 13).tolist(), dtype=pl.String),
        pl.when(pl.col("is_male") == 1)
        .then(pl.lit("male"))
        .otherwise(pl.lit("female"))
        .alias("sex"),
        pl.int_range(
            night.first_person, night.first_person + count, dtype=pl.Int64, eager=True
        ).alias("person_number"),
    )
