"""Facts of the four social insurances: memberships (F18) and contribution bases (F19).

Here: who is insured where and on what base. All bases of a person follow the same true wage,
each with its own cap and lag. Never here: benefits of the insurances. Next: `family_facts`.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from sources.country.facts.drafting import Column, Columns, Draft
from sources.country.facts.work import jobs_of

NATIONAL_PENSION_BASE = (400_000, 6_370_000)
"""Lowest and highest standard monthly income of the national pension, won (July 2025 on)."""


def _spells() -> dict[str, pl.Expr]:
    return {
        "workplace_no": pl.col("workplace_no"),
        "employer_brn": pl.col("employer_brn"),
        "acquired_on": pl.col("hired_on"),
        "lost_on": pl.col("left_on"),
    }


def draft_memberships(draft: Draft) -> None:
    """F18: spells of national pension, health, employment, accident and special pensions."""
    for current in (True, False):
        jobs = jobs_of(draft, current=current)
        spell = _spells()
        reason: dict[str, pl.Expr] = {"loss_reason": pl.lit(None, pl.String)} if current else {}
        firm = jobs.filter(pl.col("work").is_in(["employee", "unemployed", "inactive", "daily"]))
        pensioned = firm.filter(pl.col("age") < 60)
        draft.add(pensioned, "I23-F18-01", **spell, **reason, member_type="workplace")
        insured = jobs.filter(~pl.col("is_foreign"))
        draft.add(
            insured,
            "I24-F18-01",
            **spell,
            **reason,
            member_type=pl.col("work").replace_strict(
                {
                    "civil_servant": "civil_servant",
                    "soldier": "civil_servant",
                    "private_school": "teacher",
                },
                default="employee",
            ),
        )
        foreign = jobs.filter("is_foreign")
        draft.add(foreign, "I24-F18-05", **spell, **reason, member_type="employee")
        draft.add(firm, "I26-F18-01", **spell, **reason, member_type=pl.col("employment_type"))
        draft.add(firm, "I26-F18-02", **spell)
        draft.add(firm, "I27-F18-01", **spell, **reason, member_type="regular")
        if current:
            for work, document in (
                ("civil_servant", "I28-F18-01"),
                ("private_school", "I29-F18-01"),
                ("special_post", "I30-F18-01"),
            ):
                draft.add(jobs.filter(pl.col("work") == work), document, **spell, **reason)
    _draft_other_members(draft)


def _draft_other_members(draft: Draft) -> None:
    own = ["self_employed", "contractor", "farmer", "fisher", "forester"]
    korean = ~pl.col("is_foreign")
    waged = pl.col("monthly_wage") > 0

    def add(
        people: pl.DataFrame,
        document: str,
        member_type: str | pl.Expr | None = None,
        **more: Column,
    ) -> None:
        given: Columns = {} if member_type is None else {"member_type": member_type}
        draft.add(
            people,
            document,
            acquired_on=draft.days_ago(people, 100, 3_000),
            loss_reason=None,
            **given,
            **more,
        )

    regional = draft.pick(pl.col("work").is_in(own) & (pl.col("age") < 60), with_planted=True)
    add(
        regional,
        "I23-F18-02",
        pl.when(pl.col("work").is_in(["farmer", "fisher"]))
        .then(pl.lit("regional_farmer_fisher"))
        .otherwise(pl.lit("regional")),
    )
    add(
        draft.pick(
            korean & pl.col("age").is_between(27, 64) & (pl.col("work") == "inactive"), 0.06
        ),
        "I23-F18-03",
    )
    idle = draft.pick(
        korean
        & pl.col("age").is_between(18, 59)
        & pl.col("work").is_in(["inactive", "unemployed"]),
        with_planted=True,
    )
    add(idle, "I23-F18-04")
    kept = draft.pick(
        korean & ~waged & ~pl.col("is_on_medical_aid") & ~pl.col("work").is_in(own), 0.75
    )
    kind = (
        pl.when(pl.col("relation_to_head") == "spouse")
        .then(pl.lit("dependant_spouse"))
        .when(pl.col("age") < 30)
        .then(pl.lit("dependant_child"))
        .otherwise(pl.lit("dependant_parent"))
    )
    add(kept, "I24-F18-02", kind)
    members = draft.pick(
        korean & (pl.col("work").is_in(own) | (pl.col("work") == "daily")), with_planted=True
    )
    add(
        members,
        "I24-F18-03",
        pl.when(pl.col("relation_to_head") == "head")
        .then(pl.lit("regional_head"))
        .otherwise(pl.lit("regional_member")),
    )
    add(draft.pick(korean & (pl.col("work") == "unemployed"), 0.15), "I24-F18-04")
    foreign = draft.pick(pl.col("is_foreign") & ~waged)
    add(
        foreign,
        "I24-F18-05",
        pl.when(pl.col("age") < 25).then(pl.lit("dependant")).otherwise(pl.lit("regional")),
    )
    abroad = draft.country.journeys.filter(pl.col("in_on").is_null()).select(
        "person_number", "out_on"
    )
    away = draft.people.join(abroad, on="person_number").filter(pl.col("planted_rule").is_null())
    draft.add(
        away,
        "I24-F18-06",
        acquired_on=pl.col("out_on"),
        member_type="suspended_abroad",
        loss_reason=None,
    )
    for column, word, since in (
        ("is_conscript", "suspended_military", "enlisted_on"),
        ("in_custody", "suspended_custody", "custody_from"),
    ):
        held = draft.pick(pl.col(column), with_planted=True)
        draft.add(held, "I24-F18-06", acquired_on=pl.col(since), member_type=word, loss_reason=None)
    owners = draft.country.businesses.sample(
        min(len(draft.country.businesses), max(14, len(draft.country.businesses) // 20)),
        seed=draft.country.seed,
    )
    draft.add(
        owners,
        "I26-F18-03",
        "I27-F18-01",
        member_type="self_employed",
        employer_brn=pl.col("brn"),
        loss_reason=None,
        workplace_no=draft.keys(owners, 11),
        acquired_on=pl.col("opened_on").dt.offset_by("1y"),
    )
    contractors = draft.pick(pl.col("work") == "contractor", with_planted=True)
    for scheme in ("industrial_accident", "employment_insurance"):
        add(
            contractors,
            "I26-F18-04",
            "dependent_contractor",
            scheme=pl.lit(scheme),
            workplace_no=draft.keys(contractors, 11, 90),
        )
    artists = contractors.head(max(14, len(contractors) // 10))
    add(
        artists,
        "I27-F18-02",
        workplace_no=draft.keys(artists, 11, 30),
        employer_brn=draft.keys(artists, 10, 30),
    )
    daily = draft.pick(pl.col("work") == "daily", with_planted=True)
    add(
        daily,
        "I27-F18-01",
        "daily",
        workplace_no=draft.keys(daily, 11, 120),
        employer_brn=draft.keys(daily, 10, 120),
    )


def draft_contribution_bases(draft: Draft) -> None:
    """F19: monthly bases of the last months; all follow the wage of the year before."""
    jobs = jobs_of(draft)
    # Bases are set once a year from the pay of the year before: three per cent behind the wage.
    jobs = jobs.with_columns(base=pl.col("monthly_wage") * 97 // 100 // 1_000 * 1_000)
    monthly = draft.each_month(jobs).filter(
        pl.col("hired_on").dt.truncate("1mo") <= pl.col("period")
    )
    base = pl.col("base")

    def add(
        frame: pl.DataFrame, *documents: str, rate: int, amount: pl.Expr = base, **more: pl.Expr
    ) -> None:
        """`rate` is the contribution in ten-thousandths of the base."""
        given: dict[str, pl.Expr] = {
            "period": pl.col("period"),
            "base_amount": amount,
            "contribution_amount": amount * rate // 10_000 // 10 * 10,
        }
        if "workplace_no" in frame.columns:
            given["workplace_no"] = pl.col("workplace_no")
        draft.add(frame, *documents, **{**given, **more}, paid=draft.chance(frame) < 0.985)

    firm = monthly.filter(pl.col("work") == "employee")
    capped = base.clip(*NATIONAL_PENSION_BASE)
    add(firm.filter(pl.col("age") < 60), "I23-F19-01", rate=450, amount=capped)
    add(monthly, "I24-F19-01", rate=355)
    add(firm, "I26-F19-01", rate=90)
    add(firm, "I26-F19-02", rate=80)
    add(monthly.filter(pl.col("work") == "civil_servant"), "I28-F19-01", rate=900)
    add(monthly.filter(pl.col("work") == "private_school"), "I29-F19-01", rate=900)
    yearly = monthly.filter(pl.col("period") == draft.months(1)[0])
    add(yearly, "I24-F19-04", rate=355, amount=base * 12)
    small = firm.filter(
        (pl.col("monthly_wage") < 2_700_000)
        & (pl.col("employer_number") % 4 == 0)
        & (pl.col("age") < 60)
    )
    add(small, "I23-F19-04", rate=450, amount=capped, scheme=pl.lit("np_small_firm_support"))
    _draft_other_bases(draft, add)


def _draft_other_bases(draft: Draft, add: Callable[..., None]) -> None:
    earned = (pl.col("yearly_business_income") // 12).clip(280_000, 20_000_000)
    own = draft.pick(pl.col("yearly_business_income") > 0, with_planted=True)
    monthly = draft.each_month(own)
    young = monthly.filter(pl.col("age") < 60)
    add(young, "I23-F19-02", rate=900, amount=earned.clip(*NATIONAL_PENSION_BASE))
    back = draft.each_month(
        draft.pick(pl.col("age").is_between(30, 59) & (pl.col("sex") == "female"), 0.004, 14), 1
    )
    add(back, "I23-F19-03", rate=900, amount=pl.lit(1_000_000))
    helped = draft.each_month(
        draft.pick(
            pl.col("work").is_in(["farmer", "fisher", "unemployed"]) & (pl.col("age") < 60), 0.5, 14
        )
    )
    add(helped, "I23-F19-04", rate=450, amount=pl.lit(1_030_000))
    rich = draft.each_month(
        draft.pick(
            (pl.col("monthly_wage") > 0) & (pl.col("yearly_rental_income") > 20_000_000), 1.0, 14
        )
    )
    add(rich, "I24-F19-02", rate=709, amount=pl.col("yearly_rental_income") // 12)
    insured = pl.col("work").is_in(
        ["self_employed", "contractor", "farmer", "fisher", "forester", "daily"]
    ) & ~pl.col("is_foreign")
    regional = draft.each_month(draft.pick(insured, with_planted=True))
    add(regional, "I24-F19-03", rate=709, amount=earned)
    adjusted = regional.filter(
        (pl.col("person_number") % 29 == 0) & (pl.col("period") == draft.months(1)[0])
    )
    add(adjusted, "I24-F19-05", rate=709, amount=earned)
    reduced = draft.each_month(draft.pick((pl.col("age") > 65) | pl.col("is_disabled"), 0.2))
    add(reduced, "I24-F19-06", rate=459, amount=pl.lit(900_000))
    workers = draft.pick(pl.col("work") == "daily", with_planted=True)
    daily = draft.each_month(workers).with_columns(
        workplace_no=pl.lit("9") + (pl.col("person_number") % 997).cast(pl.String).str.zfill(10)
    )
    for scheme in ("industrial_accident", "employment_insurance"):
        add(daily, "I26-F19-03", rate=0, amount=pl.col("monthly_daily_wage"), scheme=pl.lit(scheme))
    free = draft.each_month(draft.pick(pl.col("work") == "contractor", with_planted=True))
    free = free.with_columns(
        workplace_no=pl.lit("8") + (pl.col("person_number") % 997).cast(pl.String).str.zfill(10)
    )
    for scheme in ("industrial_accident", "employment_insurance"):
        add(
            free,
            "I26-F19-04",
            rate=80,
            amount=pl.col("yearly_business_income") // 12,
            scheme=pl.lit(scheme),
        )
