"""Who lives in the country: persons with birth, sex, numbers, names, kin and dwelling.

Here: the register of persons as it truly is. Never here: work and income (`livelihoods`), what
happened to persons lately (`events`), or senders' records. Next: `simulate_population`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sources.country.population.dwellings import settle_households
from sources.country.population.households import KINDS, Composition, compose_households
from sources.country.population.kinship import NOBODY, link_households
from sources.country.population.naming import name_people
from sources.country.population.numbers import (
    RANDOM_NUMBERS_FROM,
    distinct_numbers,
    padded,
    phone_numbers,
    resident_number,
    without_repeats,
)

Ints = NDArray[np.int64]

FOREIGN_HOUSEHOLD_SHARE = 0.14
MIGRANT_SPOUSE_SHARE = 0.035
NATURALISED_SHARE = 0.004
REISSUED_SHARE = 0.003
TWIN_SHARE = 0.03
YEAR_DAYS = 365.2425


def _birth_dates(
    composition: Composition, as_of: dt.date, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    days = np.floor(composition.age * YEAR_DAYS).astype(np.int64)
    birth = np.datetime64(as_of, "D") - days.astype("timedelta64[D]")
    # Twins: a second child that follows a first one takes its birthday.
    rows = np.arange(len(days))
    second = (composition.relation == "child") & (rows > 0)
    second[1:] &= composition.relation[:-1] == "child"
    twins = np.flatnonzero(second & (rng.random(len(days)) < TWIN_SHARE))
    twins = twins[~np.isin(twins - 1, twins)]
    birth[twins] = birth[twins - 1]
    return birth


def _foreigners(
    composition: Composition, rng: np.random.Generator
) -> tuple[Ints, NDArray[np.bool_]]:
    """(is_foreign, is_migrant_spouse): whole households of foreigners, and foreign spouses."""
    names = np.array([kind.name for kind in KINDS])[composition.kind]
    rows = np.arange(len(names))
    head = rows - composition.position
    young = (composition.age[head] > 20) & (composition.age[head] < 58)
    eligible = young & np.isin(names, ["single", "couple", "cohabitants", "couple_child"])
    draw = rng.random(len(names))[head]
    weight = np.where(np.isin(names, ["single", "cohabitants"]), 1.6, 0.7)
    is_foreign = (eligible & (draw < FOREIGN_HOUSEHOLD_SHARE * weight)).astype(np.int64)
    migrant = (
        (composition.relation == "spouse")
        & (composition.is_male == 0)
        & (composition.age < 62)
        & (is_foreign == 0)
        & (rng.random(len(names)) < MIGRANT_SPOUSE_SHARE)
    )
    is_foreign[migrant] = 1
    return is_foreign, migrant


def people_of(
    people: int, as_of: dt.date, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(people, dwellings): one row a person in household order, and one row a household."""
    composition = compose_households(people, rng)
    _, household = np.unique(composition.household, return_inverse=True)
    household = household.astype(np.int64)
    kin = link_households(composition, rng)
    is_foreign, migrant = _foreigners(composition, rng)
    birth = _birth_dates(composition, as_of, rng)
    birth_year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    names = name_people(birth_year, composition.is_male, is_foreign, migrant, kin.father, rng)
    naturalised = (
        (is_foreign == 0)
        & (composition.age > 22)
        & (composition.age < 70)
        & (rng.random(people) < NATURALISED_SHARE)
    )
    reissued = (is_foreign == 0) & (composition.age > 20) & (rng.random(people) < REISSUED_SHARE)
    reissued &= ~naturalised
    is_random = (birth >= RANDOM_NUMBERS_FROM) | naturalised | reissued
    is_random |= (is_foreign == 1) & (rng.random(people) < 0.4)
    current = resident_number(birth, composition.is_male, is_foreign, is_random, rng)
    changed = np.flatnonzero(naturalised | reissued)
    previous = resident_number(
        birth[changed],
        composition.is_male[changed],
        naturalised[changed].astype(np.int64),
        np.zeros(len(changed), dtype=bool),
        rng,
    )
    both = without_repeats(np.concatenate([current, previous]))
    previous_text = np.full(people, "", dtype="<U13")
    previous_text[changed] = padded(both[people:], 13)
    days_back = rng.integers(20, 1_900, people)
    changed_on = np.datetime64(as_of, "D") - days_back.astype("timedelta64[D]")
    dwellings = settle_households(
        int(household.max()) + 1, _institutions(composition, household, rng), rng
    )
    adult_days = np.maximum(composition.age * YEAR_DAYS - 30, 1.0)
    stayed = np.minimum(rng.exponential(2_600, int(household.max()) + 1)[household] + 3, adult_days)
    moved_in = np.datetime64(as_of, "D") - np.floor(stayed).astype(np.int64).astype(
        "timedelta64[D]"
    )
    frame = pl.DataFrame(
        {
            "person_number": np.arange(people),
            "national_id": padded(both[:people], 13),
            "previous_national_id": previous_text,
            "id_changed_on": changed_on,
            "is_naturalised": naturalised,
            "full_name": names.full,
            "family_name": names.family,
            "given_name": names.given,
            "name_roman": names.roman,
            "birth_date": birth,
            "age": np.floor(composition.age).astype(np.int64),
            "sex": np.where(composition.is_male == 1, "male", "female"),
            "nationality": names.nationality,
            "is_foreign": is_foreign == 1,
            "is_migrant_spouse": migrant,
            "passport_no": np.char.add(
                "M", padded(distinct_numbers(people, 10_000_000, 99_999_989, rng), 8)
            ),
            "phone": phone_numbers(people, rng),
            "household_number": household,
            "position": composition.position,
            "relation_to_head": composition.relation,
            "head_number": kin.head,
            "father_number": kin.father,
            "mother_number": kin.mother,
            "spouse_number": kin.spouse,
            "moved_in_on": moved_in,
        }
    ).with_columns(
        pl.when(pl.col("previous_national_id") != "").then(pl.col("previous_national_id")),
        pl.when(pl.col("previous_national_id") != "").then(pl.col("id_changed_on")),
        *(
            pl.when(pl.col(name) != NOBODY).then(pl.col(name)).alias(name)
            for name in ("father_number", "mother_number", "spouse_number")
        ),
    )
    return frame.join(
        dwellings, on="household_number", how="left", maintain_order="left"
    ), dwellings


def _institutions(composition: Composition, household: Ints, rng: np.random.Generator) -> Ints:
    """Institution of each household: 0 none, 1 nursing home, 2 dormitory, 3 care home."""
    heads = composition.position == 0
    size = np.bincount(household)
    age = np.zeros(len(size))
    age[household[heads]] = composition.age[heads]
    draw = rng.random(len(size))
    alone = size == 1
    institution = np.where(alone & (age >= 80) & (draw < 0.16), 1, 0)
    institution = np.where(alone & (age < 25) & (draw < 0.08), 2, institution)
    institution = np.where(alone & (age >= 30) & (age < 65) & (draw < 0.006), 3, institution)
    return institution.astype(np.int64)
