"""Noisy records of invented people of many countries, with the truth about who is who.

Here: the people of a country, and the choice of columns. Never here: how people are called and
housed there (`population_countries`), the noise of records (`population_noise`), linking or measuring.
Next: benchmarks and tests give `Population.records` to `hub.identity.link` and compare with `Population.truth`.

Nothing in it is taken from a data set that the linking was built on. The same arguments give the
same records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.benchmarks.population_countries import COUNTRIES, Country
from pipelines.benchmarks.population_noise import Noise, filled, noisy_records

__all__ = ["VIEWS", "Noise", "Population", "make_population"]

VIEWS: Mapping[str, tuple[str, ...]] = {
    "all": (
        "national_id",
        "given_name",
        "middle_name",
        "family_name",
        "birth_date",
        "sex",
        "address",
        "phone",
        "email",
    ),
    "no_id": (
        "given_name",
        "middle_name",
        "family_name",
        "birth_date",
        "sex",
        "address",
        "phone",
        "email",
    ),
    "full_name_birth": ("full_name", "birth_date"),
    "name_birth": ("given_name", "family_name", "birth_date"),
    "name_birth_sex_address": ("full_name", "birth_date", "sex", "address"),
    "name_address": ("full_name", "address"),
    "name_contact": ("full_name", "phone", "email"),
    "name_birth_year": ("given_name", "family_name", "birth_year"),
    "name_id": ("full_name", "national_id"),
    "full_name": ("full_name",),
}
"""Which columns a sender may give; `birth_year` becomes a `birth_date` of four digits."""


@dataclass(frozen=True, slots=True)
class Population:
    """`records`: columns of a raw identity record. `truth`: `record_id`, `person`."""

    name: str
    records: pl.DataFrame
    truth: pl.DataFrame


def make_population(
    country: str,
    *,
    people: int,
    view: str = "no_id",
    noise: Noise | None = None,
    most_records: int = 4,
    seed: int = 1,
) -> Population:
    """Make a population.

    Args:
        country: a name in `COUNTRIES`.
        people: how many there are.
        view: a name in `VIEWS`.
        noise: of the records.
        most_records: a person has 1 to this many; 1 makes a population without duplicates.
        seed: of everything random.
    """
    draws = np.random.default_rng(seed)
    of = COUNTRIES[country]
    persons = _persons(draws, of, people)
    counts = 1 + draws.geometric(0.5, people) - 1
    counts = np.minimum(counts, most_records)
    owners = np.repeat(np.arange(people), counts)
    draws.shuffle(owners)
    records = noisy_records(draws, of, persons, owners, noise or Noise())
    columns = [column for column in VIEWS[view] if column != "birth_year"]
    if "birth_year" in VIEWS[view]:
        year = pl.col("birth_digits").str.slice(0, 4)
        records = records.with_columns(birth_date=pl.when(pl.col("birth_date") != "").then(year))
        columns.append("birth_date")
    empty = [pl.when(pl.col(column) != "").then(column).alias(column) for column in columns]
    numbered = records.with_columns(record_id=pl.format("r{}", pl.int_range(pl.len())))
    return Population(
        f"{country}/{view}",
        numbered.select("record_id", "source", *empty),
        numbered.select("record_id", "person"),
    )


def _pick(draws: np.random.Generator, values: tuple[str, ...], count: int) -> npt.NDArray[np.str_]:
    """Draw values, the first the most frequent."""
    weights = 1.0 / (np.arange(len(values)) + 4.0)
    chosen = draws.choice(len(values), count, p=weights / weights.sum())
    result: npt.NDArray[np.str_] = np.array(values)[chosen]
    return result


def _persons(draws: np.random.Generator, of: Country, count: int) -> pl.DataFrame:
    """One row a person: twins, spouses, children and namesakes live in one household."""
    is_new = draws.random(count) < 0.45
    is_new[0] = True
    household = np.cumsum(is_new) - 1
    homes = int(household[-1]) + 1
    first = np.flatnonzero(is_new)[household]
    role = draws.random(count)
    is_twin = ~is_new & (role < 0.03)
    is_namesake = ~is_new & (role > 0.97)
    is_kin = ~is_new & (draws.random(count) < of.shared_family_name)
    sex = np.where(draws.random(count) < 0.5, "M", "F")
    sex = np.where(is_namesake, sex[first], sex)
    given = np.where(
        sex == "M", _pick(draws, of.male_names, count), _pick(draws, of.female_names, count)
    )
    family = _pick(draws, of.family_names, count)
    family = np.where(is_kin | is_twin | is_namesake, family[first], family)
    given = np.where(is_namesake, given[first], given)
    day = draws.integers(0, 30_000, count)
    day = np.where(is_twin, day[first], day)
    day = np.where(is_namesake, day[first] + 9_900 + draws.integers(0, 900, count), day)
    frame = pl.DataFrame(
        {
            "person": np.arange(count),
            "household": household,
            "sex": sex,
            "given": given,
            "family": family,
            "middle": np.where(
                draws.random(count) < of.middle_share,
                np.where(
                    sex == "M",
                    _pick(draws, of.male_names, count),
                    _pick(draws, of.female_names, count),
                ),
                "",
            ),
            "new_family": _pick(draws, of.family_names, count),
            "second_family": _pick(draws, of.family_names, count),
            "birth": day,
            "national_id": _digits(draws, count, of.id_digits),
            "own_phone": _digits(draws, count, of.phone_digits),
            "email_number": draws.integers(1, 9999, count),
            "email_host": draws.choice(["mail", "post", "web", "inbox"], count),
        }
    ).with_columns(
        birth=pl.lit("1930-01-01").str.to_date() + pl.duration(days="birth"),
        address=pl.Series(_addresses(draws, of, homes)[household]),
        home_phone=pl.Series(_digits(draws, homes, of.phone_digits)[household]),
        new_address=pl.Series(_addresses(draws, of, count)),
        new_phone=pl.Series(_digits(draws, count, of.phone_digits)),
        other_number=pl.col("national_id").sort_by("person").first().over("household"),
    )
    return frame.with_columns(
        phone=pl.when(pl.Series(draws.random(count) < 0.3))
        .then("home_phone")
        .otherwise("own_phone"),
        email=pl.format(
            "{}{}@{}.org", pl.col("given").str.to_lowercase(), "email_number", "email_host"
        )
        if of.is_latin
        else pl.format(
            "user{}@{}.org", pl.col("email_number") * 7 + pl.col("person"), "email_host"
        ),
    )


def _digits(draws: np.random.Generator, count: int, digits: int) -> npt.NDArray[np.str_]:
    low, high = 10 ** (digits - 1), 10**digits
    return draws.integers(low, high, count).astype(str)


def _addresses(draws: np.random.Generator, of: Country, count: int) -> npt.NDArray[np.object_]:
    parts = pl.DataFrame(
        {
            "street": _pick(draws, of.streets, count),
            "number": draws.integers(1, 200, count),
            "unit": draws.integers(1, 40, count),
            "city": _pick(draws, of.cities, count),
            "code": draws.integers(10_000, 99_999, count),
            "is_flat": draws.random(count) < 0.5,
        }
    )
    unit = pl.when("is_flat").then(pl.format(of.unit, "unit")).otherwise(pl.lit(""))
    return parts.with_columns(unit=unit).select(address=filled(of.address)).to_series().to_numpy()
