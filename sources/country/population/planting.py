"""Who carries which detection rule's pattern of improper or duplicate receipt.

Here: the candidates of each rule, and the lot among them. A person carries one pattern at most,
a household too, and everybody else carries none. Never here: what becomes true of the carriers
(`coming_true`), or the records that show it (`facts` read `planted_rule`). Next:
`facts.planted_cases` lists the truth for tests.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from sources.country.population.coming_true import come_true
from sources.country.population.receipts import median_income
from sources.country.population.relatives import with_relatives

PARTNERS = {"D39": "spouse_number", "D40": "member_number", "D42": "obligor_number"}
"""Rule → who the other person of a case is; of D41 somebody is found when it comes true."""
MAIN_RULES = ("D01", "D10", "D11", "D19", "D20", "D28")
MIN_MAIN, MIN_OTHER = 8, 4
MOST_COUNTED = 450_000
"""Won a month of income of a unit of D26: the basic pension, and hardly anything else."""
SHARING = 3
"""Unrelated recipients of one account (D24)."""
BURST_PEOPLE = 12
"""People for whom one agent applies within days (D25)."""
TOGETHER = {"D24": SHARING, "D25": BURST_PEOPLE}


def _candidates() -> dict[str, pl.Expr]:
    adult = pl.col("age").is_between(20, 64)
    old = pl.col("is_on_basic_pension")
    livelihood = pl.col("is_on_livelihood")
    head = pl.col("head_number") == pl.col("person_number")
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
        "D22": pl.col("is_on_child_allowance")
        & pl.col("mother_number").is_not_null()
        & (pl.col("age") >= 1),
        "D23": pl.col("is_on_housing") & adult & (pl.col("relation_to_head") == "head"),
        "D24": old,
        "D25": old & (pl.col("age") < 85),
        "D27": (pl.col("pension_kind") == "civil_servant") & (pl.col("age") >= 66),
        "D29": working_age,
        "D31": livelihood & (pl.col("age") >= 30),
        "D32": livelihood & (pl.col("age") >= 30),
        "D33": livelihood & (pl.col("age") >= 30),
        "D34": livelihood & adult,
        "D06": old & (pl.col("age") < 90) & pl.col("previous_national_id").is_null(),
        "D07": old & (pl.col("age") < 95) & pl.col("previous_national_id").is_null(),
        "D08": old & pl.col("lives_alone") & ~pl.col("has_kin"),
        "D09": old & (pl.col("age") >= 83) & ~pl.col("has_kin"),
        "D13": pl.col("is_foreign")
        & (pl.col("age").is_between(2, 7) | (pl.col("lives_alone") & pl.col("is_idle") & adult)),
        "D21": head & pl.col("is_on_housing") & (pl.col("age") >= 30),
        # Income beside the pension could be what was counted.
        "D26": livelihood
        & head
        & old
        & (pl.col("age") < 90)
        & (pl.col("income_ratio") * median_income(pl.col("household_size")) < MOST_COUNTED),
        "D30": livelihood & head & (pl.col("age") >= 40) & (pl.col("pension_kind") == "none"),
        "D35": livelihood & pl.col("age").is_between(25, 75),
        "D36": livelihood & head & (pl.col("age") >= 40),
        "D37": livelihood & head & (pl.col("age") >= 25),
        # An unmarried child under 30 belongs to the parents' unit.
        "D38": working_age & head & (pl.col("age") >= 31),
        "D39": old
        & ~livelihood
        & ~pl.col("is_on_medical_aid")
        & ~pl.col("is_on_housing")
        & pl.col("spouse_in_household"),
        "D40": livelihood & head & pl.col("member_number").is_not_null(),
        "D41": livelihood & head & (pl.col("age") >= 30),
        "D42": livelihood & head & pl.col("obligor_number").is_not_null(),
    }


def plant_cases(people: pl.DataFrame, as_of: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Add the planted cases and let them come true.

    Columns added: `planted_rule`; `partner_number`, the other person of a case; and
    `other_national_id`, a second or an impossible number of the person.
    """
    count = len(people)
    main, other = max(MIN_MAIN, count // 2_500), max(MIN_OTHER, count // 5_000)
    seen = with_relatives(people)
    free = (people["is_alive"] & (people["institution"] == 0)).to_numpy().copy()
    rule = np.full(count, "", dtype="<U3")
    household = people["household_number"].to_numpy()
    candidates = _candidates()
    masks = seen.select(**candidates)
    # Rules with few candidates choose first.
    for code in sorted(candidates, key=lambda name: int(masks[name].fill_null(False).sum())):
        possible = np.flatnonzero(masks[code].fill_null(False).to_numpy() & free)
        if code == "D42":
            obligors = seen["obligor_number"].fill_null(0).to_numpy()
            possible = possible[free[obligors[possible]]]
        wanted = main if code in MAIN_RULES else other
        if code in ("D20", "D38"):
            # Children and pensioners both; over the threshold and under it both.
            wanted += other
        if code == "D24":
            wanted = max(1, other // SHARING) * SHARING
        if code == "D25":
            wanted = max(1, other // BURST_PEOPLE) * BURST_PEOPLE
        # One case a household at most, and never more than a third of the candidates of a rule.
        _, first = np.unique(household[possible], return_index=True)
        possible = possible[first]
        chosen = rng.permutation(possible)[
            : min(wanted, max(len(possible) // 2, min(len(possible), MIN_OTHER)))
        ]
        if code in TOGETHER:
            # Fewer people than a pattern needs show nothing.
            chosen = chosen[: len(chosen) // TOGETHER[code] * TOGETHER[code]]
        if code == "D42":
            # One obligor is the obligor of one case.
            _, first = np.unique(household[obligors[chosen]], return_index=True)
            chosen = chosen[first]
            free[np.isin(household, household[obligors[chosen]])] = False
        rule[chosen] = code
        free[np.isin(household, household[chosen])] = False
    planted = seen.with_columns(pl.Series("planted_rule", rule)).with_columns(
        partner_number=pl.coalesce(
            pl.when(pl.col("planted_rule") == code).then(pl.col(partner))
            for code, partner in PARTNERS.items()
        )
    )
    return come_true(planted, pl.Series(free), as_of, rng).with_columns(
        pl.when(pl.col("planted_rule") != "").then(pl.col("planted_rule"))
    )
