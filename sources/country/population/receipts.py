"""Who is in need and who receives the main programmes, from true household income.

Here: household income against the median-income table, and the main receipts as columns of
people. Never here: payments (`facts.benefits`) or improper receipt (`planting`). Next: planting
chooses among recipients, facts pay them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

MEDIAN_INCOME_2026: tuple[int, ...] = (
    2_564_238,
    4_199_292,
    5_359_036,
    6_494_738,
    7_556_719,
    8_555_952,
    9_515_150,
)
"""Won a month by household size: the standard median income of 2026."""

MEDIAN_INCOME_2025: tuple[int, ...] = (
    2_392_013,
    3_932_658,
    5_025_353,
    6_097_773,
    7_108_192,
    8_064_805,
    8_988_428,
)
"""The same of 2025."""

STEP_ABOVE_SEVEN = 959_198
MOST_CAPITAL_INCOME = 60_000
"""Won a year of interest or rent that a recipient of basic benefits has at most."""
BASIC_PENSION_SINGLE = 2_470_000
BASIC_PENSION_AMOUNT = 349_700


def median_income(size: pl.Expr, of: tuple[int, ...] = MEDIAN_INCOME_2026) -> pl.Expr:
    """Median income of a household of `size` members, in won a month."""
    table = pl.lit(of[0])
    for index, amount in enumerate(of):
        table = pl.when(size >= index + 1).then(pl.lit(amount)).otherwise(table)
    return table + pl.max_horizontal(size - 7, pl.lit(0)) * STEP_ABOVE_SEVEN


def households_of(people: pl.DataFrame, dwellings: pl.DataFrame) -> pl.DataFrame:
    """One row a household with living members: size, income in won a month, and the dwelling.

    `income_ratio` is income over the median income of that size; `is_collective` households
    live in an institution.
    """
    living = people.filter(pl.col("death_date").is_null())
    likely_basic_pension = (
        (pl.col("age") >= 65)
        & ~pl.col("is_foreign")
        & pl.col("pension_kind").is_in(["none", "national"])
        & (pl.col("monthly_wage") + pl.col("monthly_public_pension") < BASIC_PENSION_SINGLE)
    )
    monthly = (
        pl.col("monthly_wage")
        + pl.col("monthly_daily_wage")
        + pl.col("monthly_public_pension")
        + pl.col("monthly_private_transfer")
        + pl.when(likely_basic_pension).then(BASIC_PENSION_AMOUNT).otherwise(0)
        + (
            pl.col("yearly_business_income")
            + pl.col("yearly_rental_income")
            + pl.col("yearly_interest_income")
        )
        // 12
    )
    summed = living.group_by("household_number").agg(
        pl.len().cast(pl.Int64).alias("size"),
        pl.col("person_number").min().alias("head_number"),
        monthly.sum().alias("monthly_income"),
        (pl.col("age") < 18).sum().cast(pl.Int64).alias("children"),
        pl.col("is_foreign").all().alias("is_all_foreign"),
        (pl.col("work") == "inactive").all().alias("is_without_work"),
        (pl.max_horizontal("yearly_interest_income", "yearly_rental_income") > MOST_CAPITAL_INCOME)
        .any()
        .alias("has_capital"),
        pl.col("relation_to_head").is_in(["cohabitant", "other"]).any().alias("has_lodgers"),
        pl.col("age").max().alias("oldest_age"),
    )
    return (
        summed.join(dwellings, on="household_number")
        .with_columns(
            (pl.col("monthly_income") / median_income(pl.col("size"))).alias("income_ratio"),
            (pl.col("institution") > 0).alias("is_collective"),
            ((pl.len().over("dwelling_number") > 1) & (pl.col("institution") == 0)).alias(
                "shares_door"
            ),
        )
        .sort("household_number")
    )


def receipts_of(
    people: pl.DataFrame, households: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """People with the columns that say which main programmes they receive (all Boolean).

    `wealth` (0 to 1) ranks households by assets: the poor of income may own a house.
    """
    count = len(households)
    size = households["size"].to_numpy()
    ratio = households["income_ratio"].to_numpy()
    wealth = np.clip(0.55 * rng.random(count) + 0.45 * np.clip(ratio / 2.2, 0, 1), 0, 1)
    asset_poor = wealth < 0.42
    local = ~households["is_all_foreign"].to_numpy()
    # Ordinary recipients of livelihood benefit live without work: a wage or business beside the
    # benefit is planted (D28, D29), never chance.
    idle = households["is_without_work"].to_numpy()
    poor = local & asset_poor & (rng.random(count) < 0.9)
    # Who shares a door, has lodgers or lives on capital is no ordinary case: D32 and D41 are planted.
    plain = (
        ~households.select(pl.any_horizontal("shares_door", "has_lodgers", "has_capital"))
        .to_series()
        .to_numpy()
    )
    poor &= plain
    single_parent = (households["children"].to_numpy() > 0) & (size >= 2)
    columns = households.select(
        "household_number", "income_ratio", pl.col("size").alias("household_size")
    ).with_columns(
        pl.Series("wealth", wealth),
        pl.Series("is_on_livelihood", poor & (ratio < 0.32) & idle),
        pl.Series("is_on_medical_aid", poor & (ratio < 0.40)),
        pl.Series("is_on_housing", poor & (ratio < 0.48)),
        pl.Series("is_near_poor", local & asset_poor & plain & (ratio < 0.52) & (ratio >= 0.40)),
        pl.Series("has_children", single_parent),
    )
    people = people.join(columns, on="household_number", how="left", maintain_order="left")
    alive = pl.col("death_date").is_null()
    # The dead were left out of the household's income: those who worked received nothing.
    own_means = pl.col("death_date").is_not_null() & (pl.col("work") != "inactive")
    for name in ("is_on_livelihood", "is_on_medical_aid", "is_on_housing", "is_near_poor"):
        received = pl.col(name).fill_null(value=False) & ~pl.col("is_foreign") & ~own_means
        people = people.with_columns(received.alias(name))
    draw = pl.Series("draw", rng.random(len(people)))
    chance = pl.Series("chance", rng.random(len(people)))
    own = pl.col("monthly_wage") + pl.col("monthly_public_pension")
    occupational = ~pl.col("pension_kind").is_in(["none", "national"])
    spouse = people.select("person_number", occupational.alias("spouse_is_pensioner")).rename(
        {"person_number": "spouse_number"}
    )
    people = people.join(
        spouse, on="spouse_number", how="left", maintain_order="left"
    ).with_columns(pl.col("spouse_is_pensioner").fill_null(False))
    citizen = ~pl.col("is_foreign")
    small = pl.col("age") < 7
    people = people.with_columns(
        (
            (pl.col("age") >= 65)
            & citizen
            & ~occupational
            & ~pl.col("spouse_is_pensioner")
            & (own < BASIC_PENSION_SINGLE)
            & (pl.col("wealth").fill_null(0.5) < 0.72)
            & (draw < 0.93)
        ).alias("is_on_basic_pension"),
        ((pl.col("age") < 8) & citizen & (draw < 0.98)).alias("is_on_child_allowance"),
        pl.when(small & (pl.col("age") >= 3) & (draw < 0.5))
        .then(pl.lit("kindergarten"))
        .when(small & (pl.col("age") >= 3) & (draw < 0.94))
        .then(pl.lit("daycare"))
        .when(small & (chance < 0.58) & pl.col("age").is_between(1, 2))
        .then(pl.lit("daycare"))
        .when(small)
        .then(pl.lit("home"))
        .alias("childcare"),
        alive.alias("is_alive"),
        (pl.col("is_on_livelihood") & pl.col("age").is_between(6, 18)).alias("is_on_education"),
    )
    severity = pl.Series("severity_draw", rng.random(len(people)))
    disabled = severity < pl.Series(
        np.interp(people["age"].to_numpy(), [0, 20, 50, 65, 80], [0.008, 0.018, 0.045, 0.10, 0.17])
    )
    severe = pl.Series("severe_draw", rng.random(len(people))) < 0.37
    people = people.with_columns(
        pl.Series("is_disabled", disabled) & citizen,
        pl.Series("is_severely_disabled", disabled & severe) & citizen,
    )
    low = pl.col("income_ratio").fill_null(1.0) < 0.7
    return people.with_columns(
        (pl.col("is_severely_disabled") & pl.col("age").is_between(18, 64) & low).alias(
            "is_on_disability_pension"
        ),
        (
            pl.col("is_disabled")
            & ~pl.col("is_severely_disabled")
            & (pl.col("age") >= 18)
            & (pl.col("is_on_medical_aid") | pl.col("is_near_poor"))
        ).alias("is_on_disability_allowance"),
    )
