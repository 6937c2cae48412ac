"""People who are registered away from the family that they live on: students, and spouses at work.

Here: new homes of a few people, and which family they belong to in truth. Never here: what
registers say of it (`facts.residence`). Next: facts of residence; the truth of `person.parquet`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from sources.country.population.dwellings import settle_households
from sources.country.population.events import before, receives_something

STUDENT_SHARE = 0.22
"""Share of students with their parents' address who are registered elsewhere."""
DORMITORY_SHARE = 0.4
SPOUSE_SHARE = 0.02
"""Share of married employees who are registered where they work."""
_DORMITORY = 2
_HOME = (
    "dwelling_number",
    "address",
    "legal_dong_code",
    "road_address_code",
    "district_code",
    "region",
    "is_flat",
    "institution",
)


def with_members_apart(
    people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator
) -> pl.DataFrame:
    """Move a few students and spouses to households of their own.

    Adds `lives_apart` (student, spouse or null) and `family_household_number`, the household that
    they belong to in truth. Nobody of a household with a planted case or a receipt of their own moves.
    """
    count = len(people)
    household = people["household_number"].to_numpy()
    busy = people["planted_rule"].is_not_null().to_numpy() | receives_something(people)
    kept = np.isin(household, household[busy])
    alive = people["is_alive"].to_numpy() & ~people["is_foreign"].to_numpy() & ~kept
    alive &= (people["registration_status"] == "resident").to_numpy()
    alive &= ~people["in_custody"].to_numpy() & ~people["is_conscript"].to_numpy()
    age, draw = people["age"].to_numpy(), rng.random(count)
    relation = people["relation_to_head"].to_numpy()
    student = alive & people["is_student"].to_numpy() & (relation == "child") & (age < 26)
    student &= draw < STUDENT_SHARE
    spouse = alive & (relation == "spouse") & (age >= 28) & (age < 60)
    spouse &= (people["work"] == "employee").to_numpy() & (draw < SPOUSE_SHARE)
    apart = np.flatnonzero(student | spouse)
    marked = people.with_columns(
        family_household_number=pl.col("household_number"),
        lives_apart=pl.Series(np.where(student, "student", np.where(spouse, "spouse", ""))).replace(
            "", None
        ),
    )
    if len(apart) == 0:
        return marked
    in_dormitory = student[apart] & (rng.random(len(apart)) < DORMITORY_SHARE)
    homes = settle_households(len(apart), np.where(in_dormitory, _DORMITORY, 0), rng)
    first = int(household.max()) + 1
    moved = homes.select(
        pl.Series("person_number", people["person_number"].gather(apart)),
        new_household_number=pl.col("household_number") + first,
        **{f"new_{name}": pl.col(name) for name in _HOME},
    ).with_columns(
        new_dwelling_number=pl.col("new_dwelling_number")
        + int(people["dwelling_number"].to_numpy().max())
        + 1,
        new_moved_in_on=pl.Series(before(as_of, rng.integers(40, 700, len(apart)))),
    )
    names = ["household_number", *_HOME, "moved_in_on"]
    return (
        marked.join(moved, on="person_number", how="left", maintain_order="left")
        .with_columns(
            *(pl.coalesce(f"new_{name}", name).alias(name) for name in names),
            relation_to_head=pl.when(pl.col("lives_apart").is_not_null())
            .then(pl.lit("head"))
            .otherwise("relation_to_head"),
            head_number=pl.when(pl.col("lives_apart").is_not_null())
            .then("person_number")
            .otherwise("head_number"),
        )
        .select(marked.columns)
    )
