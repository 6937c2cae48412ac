"""Improper and duplicate receipt, planted on purpose and written down.

Here: which persons carry which detection rule's pattern. A person carries one pattern at most,
and everybody else carries none. Never here: the records that show it (`facts` read
`planted_rule`). Next: `facts.planted_cases` lists the truth for tests.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from sources.country.population.events import before

MAIN_RULES = ("D01", "D10", "D11", "D19", "D20", "D28")
MIN_MAIN, MIN_OTHER = 8, 4
BURST_PEOPLE = 12
"""People for whom one agent applies within days (D25)."""


def _candidates() -> dict[str, pl.Expr]:
    adult = pl.col("age").is_between(20, 64)
    old = pl.col("is_on_basic_pension")
    livelihood = pl.col("is_on_livelihood")
    working_age = (
        livelihood & adult & (pl.col("monthly_wage") == 0) & (pl.col("yearly_business_income") == 0)
    )
    return {
        "D01": old & (pl.col("age") >= 70),
        "D10": (old & (pl.col("age") < 80)) | (livelihood & adult),
        "D11": (old & (pl.col("age") < 80))
        | (pl.col("is_on_child_allowance") & (pl.col("age") > 1)),
        "D19": old | (pl.col("is_on_child_allowance") & (pl.col("age") > 0)),
        "D20": (
            pl.col("is_on_child_allowance")
            & (pl.col("childcare") == "home")
            & pl.col("age").is_between(1, 5)
        )
        | (old & (pl.col("age") < 80) & ~pl.col("is_disabled")),
        # Nothing is counted against the benefit, so that a wage beside it cannot be declared.
        "D28": working_age & (pl.col("income_ratio").fill_null(0.0) < 0.1),
        "D02": old & (pl.col("age") >= 75),
        "D03": old & (pl.col("age") >= 75),
        "D04": livelihood & adult,
        "D05": old & pl.col("previous_national_id").is_not_null() & ~pl.col("is_naturalised"),
        "D12": old & (pl.col("age") < 78),
        "D14": livelihood & (pl.col("sex") == "male") & pl.col("age").is_between(19, 26),
        "D15": old & (pl.col("age") >= 75),
        "D16": pl.col("age").is_between(19, 24) & ~pl.col("is_foreign"),
        "D17": pl.col("is_on_disability_pension"),
        "D18": (pl.col("work") == "unemployed"),
        "D22": pl.col("is_on_child_allowance") & pl.col("mother_number").is_not_null(),
        "D23": pl.col("is_on_housing") & adult & (pl.col("relation_to_head") == "head"),
        "D24": old,
        "D25": old & (pl.col("age") < 85),
        "D27": (pl.col("pension_kind") == "civil_servant") & (pl.col("age") >= 66),
        "D29": working_age,
        "D31": livelihood & (pl.col("age") >= 30),
        "D32": livelihood & (pl.col("age") >= 30),
        "D33": livelihood & (pl.col("age") >= 30),
        "D34": livelihood & adult,
    }


def plant_cases(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Add `planted_rule` and let the planted deaths, wages and receipts come true.

    Children of D20 stay at home on paper and in daycare in fact, pensioners of D20 draw the basic
    and the disability pension; persons of D27 keep an occupational pension and draw the basic
    pension too.
    """
    count = len(people)
    main, other = max(MIN_MAIN, count // 2_500), max(MIN_OTHER, count // 5_000)
    free = (people["is_alive"] & (people["institution"] == 0)).to_numpy().copy()
    rule = np.full(count, "", dtype="<U3")
    household = people["household_number"].to_numpy()
    candidates = _candidates()
    masks = people.select(**candidates)
    # Rules with few candidates choose first.
    for code in sorted(candidates, key=lambda name: int(masks[name].fill_null(False).sum())):
        possible = np.flatnonzero(masks[code].fill_null(False).to_numpy() & free)
        wanted = main if code in MAIN_RULES else other
        if code == "D20":
            # Children and pensioners both.
            wanted += other
        if code == "D24":
            wanted = max(3, other // 3 * 3)
        if code == "D25":
            wanted = max(1, other // BURST_PEOPLE) * BURST_PEOPLE
        # One case a household at most, and never more than a third of the candidates of a rule.
        _, first = np.unique(household[possible], return_index=True)
        possible = possible[first]
        chosen = rng.permutation(possible)[
            : min(wanted, max(len(possible) // 2, min(len(possible), MIN_OTHER)))
        ]
        if code == "D25":
            # Fewer people than a burst show nothing.
            chosen = chosen[: len(chosen) // BURST_PEOPLE * BURST_PEOPLE]
        rule[chosen] = code
        free[np.isin(household, household[chosen])] = False
    return _come_true(
        people.with_columns(pl.Series("planted_rule", rule)), as_of, rng
    ).with_columns(pl.when(pl.col("planted_rule") != "").then(pl.col("planted_rule")))


def _come_true(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    count = len(people)
    died = before(as_of, rng.integers(95, 170, count))
    lately = before(as_of, rng.integers(95, 126, count))
    late = lately + rng.integers(60, 86, count).astype("timedelta64[D]")
    soon = died + rng.integers(2, 10, count).astype("timedelta64[D]")
    dead = pl.col("planted_rule").is_in(["D01", "D02", "D03"])
    further = (people["household_size"].fill_null(1).clip(1, 7) - 1) * 200_000
    paid_wage = pl.Series(rng.integers(200, 340, count) * 10_000) + further
    return people.with_columns(
        pl.when(pl.col("planted_rule") == "D03")
        .then(pl.Series(lately))
        .when(dead)
        .then(pl.Series(died))
        .otherwise(pl.col("death_date"))
        .alias("death_date"),
        pl.when(pl.col("planted_rule") == "D01")
        .then(pl.Series(soon))
        .when(pl.col("planted_rule") == "D03")
        .then(pl.Series(late))
        .otherwise(pl.col("death_reported_on"))
        .alias("death_reported_on"),
        (pl.col("is_alive") & ~dead).alias("is_alive"),
        pl.when(pl.col("planted_rule") == "D28")
        .then(paid_wage)
        .otherwise(pl.col("monthly_wage"))
        .alias("monthly_wage"),
        pl.when(pl.col("planted_rule") == "D28")
        .then(pl.lit("employee"))
        .when(pl.col("planted_rule") == "D29")
        .then(pl.lit("self_employed"))
        .otherwise(pl.col("work"))
        .alias("work"),
        pl.when(pl.col("planted_rule") == "D29")
        .then(pl.lit(21_000_000))
        .otherwise(pl.col("yearly_business_income"))
        .alias("yearly_business_income"),
        (pl.col("is_on_basic_pension") | (pl.col("planted_rule") == "D27")).alias(
            "is_on_basic_pension"
        ),
    )
