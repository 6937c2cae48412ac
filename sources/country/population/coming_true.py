"""What becomes true of the people who carry a planted pattern, and of those around them.

Here: deaths, wages, ages, divorces, moves and second numbers that make a pattern real, and the
care that nobody else shows it by accident. Never here: who carries a pattern (`planting`), or
records of it (`facts`). Next: jobs, journeys and status of the changed people.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from sources.country.population.events import before
from sources.country.population.other_numbers import with_other_numbers
from sources.country.population.receipts import median_income
from sources.country.population.relatives import HELPERS, kin_elsewhere

OBLIGOR_WAGE = 21_000_000
"""Monthly wage, in won, of the relative who could support a recipient of D42."""
MODEST_WAGE, MODEST_BUSINESS, MODEST_RENT = 2_400_000, 24_000_000, 6_000_000
"""What relatives of ordinary recipients earn at most: won a month, won a year, won a year."""
HIDDEN_PENSION = 330_000
"""Won a month by which the pension of D30 exceeds all that the payment can rest on."""
OLDEST = (100, 105)
TOGETHER_DAYS = 600
"""How long people of D21 and of D39 to D41 have lived at their address at least."""
HOME = (
    "dwelling_number",
    "address",
    "legal_dong_code",
    "road_address_code",
    "district_code",
    "region",
    "is_flat",
)


def come_true(
    people: pl.DataFrame, free: pl.Series, as_of: dt.date, rng: np.random.Generator
) -> pl.DataFrame:
    """Let the patterns of `planted_rule` (empty: none) and `partner_number` come true.

    Children of D20 stay at home on paper and in daycare in fact, pensioners of D20 draw the basic
    and the disability pension; persons of D27 keep an occupational pension and draw the basic
    pension too. Adds `other_national_id`; `hidden_monthly_amount`, what carriers of D30 and D38 have
    every month; `is_left_out`, whom the unit of a D40 leaves out; `is_lodger`, who
    earns at the door of a D41; and `is_obligor`: relatives of a
    recipient, whose means are modest, as they must be for the benefit to be right.
    """
    people = _with_means(_with_deaths(people, as_of, rng), rng)
    people = _with_modest_kin(people)
    people = _with_oldest(people, rng)
    people = _with_shared_homes(people, free, as_of, rng)
    people = _with_divorces(people)
    people = with_other_numbers(people, rng)
    left_out = people.filter(_is("D40"))["partner_number"]
    lodgers = people.filter(_is("D41"))["partner_number"].drop_nulls()
    return people.with_columns(
        is_lodger=pl.col("person_number").is_in(lodgers.implode()),
        is_left_out=pl.col("person_number").is_in(left_out.implode()),
    ).drop(HELPERS)


def _is(*rules: str) -> pl.Expr:
    return pl.col("planted_rule").is_in(rules)


def _with_deaths(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    count = len(people)
    died = before(as_of, rng.integers(95, 170, count))
    lately = before(as_of, rng.integers(95, 126, count))
    late = pl.Series(lately + rng.integers(60, 86, count).astype("timedelta64[D]"))
    soon = pl.Series(died + rng.integers(2, 10, count).astype("timedelta64[D]"))
    dead = _is("D01", "D02", "D03")
    return people.with_columns(
        death_date=pl.when(_is("D03"))
        .then(pl.Series(lately))
        .when(dead)
        .then(pl.Series(died))
        .otherwise("death_date"),
        death_reported_on=pl.when(_is("D01"))
        .then(soon)
        .when(_is("D03"))
        .then(late)
        .otherwise("death_reported_on"),
        is_alive=pl.col("is_alive") & ~dead,
    )


def _with_means(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Work, wages, pensions and receipts of carriers."""
    size = pl.col("household_size").fill_null(1).clip(1, 7)
    paid_wage = pl.Series(rng.integers(200, 340, len(people)) * 10_000) + (size - 1) * 200_000
    counted = (pl.col("income_ratio").fill_null(0.0) * median_income(size)).cast(pl.Int64)
    pensioner = _is("D30") & (pl.col("age") >= 62)
    is_child = pl.col("age") < 8
    return people.with_columns(
        monthly_wage=pl.when(_is("D28")).then(paid_wage).otherwise("monthly_wage"),
        # What a carrier of D30 or D38 has every month and never declared.
        hidden_monthly_amount=pl.when(_is("D30"))
        .then((counted + HIDDEN_PENSION) // 10 * 10)
        .when(_is("D38") & is_over())
        .then(paid_wage + 300_000),
        work=pl.when(_is("D28"))
        .then(pl.lit("employee"))
        .when(_is("D29"))
        .then(pl.lit("self_employed"))
        .otherwise("work"),
        yearly_business_income=pl.when(_is("D29"))
        .then(pl.lit(21_000_000))
        .otherwise("yearly_business_income"),
        pension_kind=pl.when(pensioner).then(pl.lit("national")).otherwise("pension_kind"),
        monthly_public_pension=pl.when(pensioner)
        .then((counted + HIDDEN_PENSION) // 10 * 10)
        .otherwise("monthly_public_pension"),
        is_on_basic_pension=pl.col("is_on_basic_pension") | _is("D27"),
        is_on_child_allowance=pl.col("is_on_child_allowance") | (_is("D13") & is_child),
        # Of a unit that is not paid any more nobody is.
        is_on_livelihood=(pl.col("is_on_livelihood") | (_is("D13") & ~is_child))
        & ~(_is("D38") & ~is_over()).any().over("household_number"),
    )


def is_over() -> pl.Expr:
    """Carriers of D38 whose income is over the threshold; the others are poor and unpaid."""
    return pl.col("person_number") % 2 == 0


def _with_modest_kin(people: pl.DataFrame) -> pl.DataFrame:
    poor = pl.col("is_on_livelihood") | pl.col("is_on_medical_aid")
    ties = kin_elsewhere(people).join(
        people.filter(poor).select("person_number"), on="person_number", how="semi"
    )
    homes = people.filter(pl.col("person_number").is_in(ties["obligor_number"].implode()))
    able = people.filter(_is("D42"))["partner_number"]
    people = people.with_columns(
        is_obligor=pl.col("household_number").is_in(homes["household_number"].implode())
    )
    caps = (
        ("monthly_wage", MODEST_WAGE),
        ("yearly_business_income", MODEST_BUSINESS),
        ("yearly_rental_income", MODEST_RENT),
    )
    return people.with_columns(
        pl.when("is_obligor").then(pl.col(name).clip(upper_bound=most)).otherwise(name).alias(name)
        for name, most in caps
    ).with_columns(
        monthly_wage=pl.when(pl.col("person_number").is_in(able.implode()))
        .then(OBLIGOR_WAGE)
        .otherwise("monthly_wage")
    )


def _with_oldest(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Carriers of D09 are a hundred years old or older; their number says so."""
    age = pl.Series(rng.integers(*OLDEST, len(people)))
    birth = pl.col("birth_date").dt.offset_by(
        pl.concat_str((pl.col("age") - age).cast(pl.String), pl.lit("y"))
    )
    oldest = _is("D09")
    return people.with_columns(
        birth_date=pl.when(oldest).then(birth).otherwise("birth_date"),
        age=pl.when(oldest).then(age).otherwise("age"),
    )


def _with_shared_homes(
    people: pl.DataFrame, free: pl.Series, as_of: dt.date, rng: np.random.Generator
) -> pl.DataFrame:
    """Households of D41 live at the door of somebody who earns and lives alone."""
    carriers = people.filter(_is("D41"))
    crowded = people.filter(pl.col("household_number").n_unique().over("dwelling_number") > 1)
    earners = people.filter(
        free
        & pl.col("lives_alone")
        & (pl.col("work") == "employee")
        & (pl.col("monthly_wage") >= 1_500_000)
        & ~pl.col("is_foreign")
        & ~pl.col("dwelling_number").is_in(crowded["dwelling_number"].implode())
    )
    lot = pl.Series(rng.permutation(len(earners))[: len(carriers)]).cast(pl.UInt32)
    earners = earners[lot]
    moved = earners.select(*(pl.col(name).alias(f"new_{name}") for name in HOME)).with_columns(
        household_number=carriers["household_number"].head(len(earners)),
        new_partner=earners["person_number"],
    )
    people = people.join(moved, on="household_number", how="left", maintain_order="left")
    settled = people["household_number"].is_in(
        people.filter(_is("D21", "D39", "D40", "D41"))["household_number"].implode()
    ) | people["person_number"].is_in(earners["person_number"].implode())
    latest = as_of - dt.timedelta(days=TOGETHER_DAYS)
    return people.with_columns(
        *(pl.coalesce(f"new_{name}", name).alias(name) for name in HOME),
        partner_number=pl.when(_is("D41")).then("new_partner").otherwise("partner_number"),
        moved_in_on=pl.when(settled)
        .then(pl.min_horizontal("moved_in_on", pl.lit(latest)))
        .otherwise("moved_in_on"),
    ).drop("new_partner", *(f"new_{name}" for name in HOME))


def _with_divorces(people: pl.DataFrame) -> pl.DataFrame:
    """Couples of D39 are divorced on paper: two households at one address."""
    divorced = people.filter(_is("D39"))
    both = pl.concat([divorced["person_number"], divorced["partner_number"]])
    # The head keeps the household; the other one is entered as another at the same address.
    leaver = pl.col("person_number").is_in(both.implode()) & (
        pl.col("person_number") != pl.col("head_number")
    )
    first = people["household_number"].max()
    return people.with_columns(
        spouse_number=pl.when(pl.col("person_number").is_in(both.implode()))
        .then(None)
        .otherwise("spouse_number"),
        household_number=pl.when(leaver)
        .then(pl.lit(first) + leaver.cum_sum().cast(pl.Int64))
        .otherwise("household_number"),
        relation_to_head=pl.when(leaver).then(pl.lit("head")).otherwise("relation_to_head"),
        head_number=pl.when(leaver).then("person_number").otherwise("head_number"),
    )
