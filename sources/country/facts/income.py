"""Facts of income: wages (F11), daily wages (F12), business income (F13).

Here: the one true wage and business of each person, as tax offices get to know it. Never here:
contribution bases (`insurance`), income from capital (`capital_income`). Next: `family_facts`.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Columns, Draft
from sources.country.facts.look_alikes import draft_small_jobs
from sources.country.facts.transfers import BASIC
from sources.country.facts.work import jobs_of


def draft_wages(draft: Draft) -> None:
    """F11: yearly statements, monthly simplified statements, severance, foreigners, clergy."""
    year = draft.last_year
    opening, closing = dt.date(year, 1, 1), dt.date(year, 12, 31)
    every = pl.concat([jobs_of(draft), jobs_of(draft, current=False)])
    months = (
        (
            (
                pl.min_horizontal(pl.col("left_on").fill_null(closing), pl.lit(closing))
                - pl.max_horizontal("hired_on", pl.lit(opening))
            ).dt.total_days()
            / 30.4
        )
        .ceil()
        .cast(pl.Int64)
        .clip(0, 12)
    )
    yearly = every.with_columns(months=months).filter(pl.col("months") > 0)
    # The year before paid a little less than today's wage.
    gross = (pl.col("monthly_wage") * pl.col("months") * 97 // 100) // 10 * 10
    employer = {"employer_brn": pl.col("employer_brn"), "employer_name": pl.col("employer_name")}
    year_end: Columns = {
        "period": pl.lit(dt.date(year, 12, 1)),
        "gross_amount": gross,
        "taxable_amount": gross * 94 // 100,
        "months_worked": pl.col("months"),
    }
    draft.add(yearly, "I03-F11-01", **employer, **year_end)
    monthly = draft.each_month(every, 6).filter(
        (pl.col("left_on").is_null() | (pl.col("left_on") > pl.col("period")))
        & (pl.col("hired_on").dt.truncate("1mo") <= pl.col("period"))
    )
    bonus = draft.integers(monthly, 990, 1_011)
    monthly = monthly.with_columns(gross_amount=pl.col("monthly_wage") * bonus // 1_000 // 10 * 10)
    draft.add(
        monthly,
        "I03-F11-02",
        **employer,
        period=pl.col("period"),
        gross_amount=pl.col("gross_amount"),
        taxable_amount=pl.col("gross_amount") * 94 // 100,
        months_worked=1,
    )
    _draft_sudden_wages(draft)
    left = jobs_of(draft, current=False)
    years = ((pl.col("left_on") - pl.col("hired_on")).dt.total_days() // 365).clip(1, 40)
    draft.add(
        left,
        "I03-F11-03",
        **employer,
        period=pl.col("left_on").dt.truncate("1mo"),
        gross_amount=pl.col("monthly_wage") * years,
        taxable_amount=pl.col("monthly_wage") * years * 6 // 10,
        months_worked=years * 12,
    )
    foreign = yearly.filter(pl.col("is_foreign") & (pl.col("monthly_wage") > 2_000_000))
    draft.add(foreign.head(max(14, len(foreign) // 10)), "I03-F11-04", **employer, **year_end)
    outside = draft.pick(
        (pl.col("work") == "inactive")
        & pl.col("age").is_between(28, 55)
        & ~pl.col("is_on_livelihood"),
        0.004,
        12,
    )
    pay = draft.won(outside, 38_000_000, 0.3, 10_000)
    abroad: Columns = {
        "period": pl.lit(dt.date(year, 12, 1)),
        "months_worked": pl.lit(12),
        "taxable_amount": pay,
        "gross_amount": pay,
    }
    draft.add(
        outside,
        "I03-F11-05",
        **abroad,
        employer_brn=draft.keys(outside, 10, 12),
        employer_name="해외지급자",
    )
    clergy = draft.pick(
        (pl.col("work") == "contractor") & pl.col("age").is_between(30, 70), 0.05, 12
    )
    income = draft.won(clergy, 24_000_000, 0.3, 10_000)
    draft.add(
        clergy,
        "I03-F11-06",
        **{**abroad, "taxable_amount": income, "gross_amount": income},
        employer_brn=draft.keys(clergy, 10, 40),
        employer_name=draft.choice(clergy, ["평화교회", "보문사", "중앙성당", "은혜교회"]),
    )


def _draft_sudden_wages(draft: Draft) -> None:
    """Wages of D38, which only the tax office knows: their unit is over the threshold."""
    earning = draft.planted("D38").filter(pl.col("hidden_monthly_amount").is_not_null())
    rows = (earning["person_number"] * 7_919 % len(draft.country.employers)).cast(pl.UInt32)
    earning = earning.with_columns(
        draft.country.employers["employer_brn"].gather(rows),
        draft.country.employers["employer_name"].gather(rows),
    )
    draft.add(
        draft.each_month(earning, 4),
        "I03-F11-02",
        employer_brn=pl.col("employer_brn"),
        employer_name=pl.col("employer_name"),
        period=pl.col("period"),
        gross_amount=pl.col("hidden_monthly_amount"),
        taxable_amount=pl.col("hidden_monthly_amount") * 94 // 100,
        months_worked=1,
    )


def draft_daily_wages(draft: Draft) -> None:
    """F12: a row for each daily worker, employer and month; rate times days."""
    workers = draft.pick(pl.col("work") == "daily", with_planted=True)
    # The undeclared wages of D28 show in a third, independent source for every second person.
    hidden = (
        draft.planted("D28")
        .with_row_index()
        .filter(pl.col("index") % 2 == 0)
        .drop("index")
        .with_columns(daily_days=pl.lit(6, pl.Int64))
    )
    claimant = draft.planted("D18").with_columns(daily_days=pl.lit(9, pl.Int64))
    monthly = draft.each_month(pl.concat([workers, hidden, claimant], how="vertical_relaxed"))
    rows = (monthly["person_number"] * 7_919 % len(draft.country.employers)).cast(pl.UInt32)
    # More work in one month is planted where a benefit rests on it, never chance.
    more = pl.when(BASIC).then(0).otherwise(draft.integers(monthly, -2, 3))
    days = (pl.col("daily_days") + more).clip(1, 25)
    what: dict[str, pl.Expr | pl.Series] = {
        "employer_brn": draft.country.employers["employer_brn"].gather(rows),
        "period": pl.col("period"),
        "days_worked": days,
        "gross_amount": days * pl.col("daily_rate"),
    }
    monthly = monthly.with_columns(**what)
    named = {name: pl.col(name) for name in what}
    local = monthly.filter(~pl.col("is_foreign"))
    draft.add(local, "I03-F12-01", **named)
    draft.add(monthly.filter("is_foreign"), "I03-F12-02", **named)
    draft_small_jobs(draft)
    old = local.filter(pl.col("planted_rule").is_null() & (pl.col("period") == draft.months(1)[0]))
    old = old.head(max(12, len(old) // 5))
    draft.add(old, "I03-F12-03", **{**named, "period": pl.lit(dt.date(2021, 6, 1))})


def draft_business_income(draft: Draft) -> None:
    """F13: businesses, freelancers, farms, fisheries and forests of the last year."""
    year = draft.last_year
    business = draft.country.businesses
    revenue, income = pl.col("revenue_amount"), pl.col("income_amount")
    trade = {
        "brn": pl.col("brn"),
        "industry_code": pl.col("industry_code"),
        "period": pl.lit(year),
        "revenue_amount": revenue,
        "expense_amount": revenue - income,
        "income_amount": income,
    }
    draft.add(business, "I03-F13-01", **trade)
    exempt = pl.col("industry_code").is_in(["851101", "930203"])
    draft.add(business.filter(~exempt), "I03-F13-04", **trade)
    draft.add(business.filter(exempt), "I03-F13-05", **trade)
    audited = business.sample(
        min(len(business), max(12, len(business) // 80)), seed=draft.country.seed
    )
    draft.add(audited, "I03-F13-07", **trade)
    joint = business.sample(
        min(len(business), max(14, len(business) // 25)), seed=draft.country.seed + 1
    )
    draft.add(
        joint,
        "I03-F13-08",
        **{
            **trade,
            "revenue_amount": revenue // 2,
            "expense_amount": (revenue - income) // 2,
            "income_amount": income // 2,
        },
    )
    free = draft.pick(pl.col("work") == "contractor", with_planted=True)
    rows = (free["person_number"] * 104_729 % len(draft.country.employers)).cast(pl.UInt32)
    earned = pl.col("yearly_business_income")
    fee: Columns = {
        "brn": draft.country.employers["employer_brn"].gather(rows),
        "industry_code": draft.choice(free, ["940903", "940909", "940918", "940911"]),
        "period": pl.lit(year),
    }
    draft.add(
        free,
        "I03-F13-02",
        **{**fee, "period": pl.lit(draft.as_of.year)},
        revenue_amount=earned // 12,
    )
    draft.add(
        free,
        "I03-F13-03",
        **fee,
        revenue_amount=earned,
        expense_amount=earned * 6 // 10,
        income_amount=earned * 4 // 10,
    )
    drivers = free.head(max(14, len(free) // 6))
    draft.add(
        drivers,
        "I03-F13-06",
        industry_code="940913",
        period=draft.as_of.year,
        revenue_amount=pl.col("yearly_business_income") // 12,
    )
    for work, documents in (
        (
            "farmer",
            (("I11-F13-01", 1.0), ("I11-F13-02", 0.15), ("I11-F13-03", 0.3), ("I11-F13-04", 0.06)),
        ),
        ("fisher", (("I12-F13-01", 1.0), ("I12-F13-02", 0.6))),
        ("forester", (("I13-F13-01", 1.0),)),
    ):
        for document, share in documents:
            field = draft.pick(pl.col("work") == work, share, 12, with_planted=True)
            if document == "I11-F13-01":
                field = field.with_columns(
                    draft.choice(field, ["rice", "vegetable", "fruit", "pepper"]).alias(
                        "industry_code"
                    )
                )
            gain = pl.col("yearly_business_income") * int(share * 100) // 100
            given = {"industry_code": pl.col("industry_code")} if document == "I11-F13-01" else {}
            draft.add(
                field,
                document,
                **given,
                period=year,
                revenue_amount=gain * 2,
                expense_amount=gain,
                income_amount=gain,
            )
