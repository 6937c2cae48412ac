"""Facts of other public transfers (F16) and of declared private transfers (F17).

Here: job-seekers' and parents' benefits, veterans' and injured workers' payments, tax credits.
Never here: welfare programmes (`benefits`). Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft

BASIC = pl.col("is_on_livelihood") | pl.col("is_on_medical_aid") | pl.col("is_on_housing")
PERSONAL = ~pl.col("is_foreign") & ~BASIC
OLD_MEN = PERSONAL & (pl.col("age") >= 72) & (pl.col("sex") == "male")

PLANS: tuple[tuple[str, pl.Expr, float, int, int, int], ...] = (
    (
        "I07-F16-02",
        pl.col("age").is_between(27, 44) & (pl.col("work") == "employee"),
        0.03,
        14,
        1_500_000,
        3,
    ),
    (
        "I07-F16-03",
        pl.col("age").is_between(19, 60) & (pl.col("work") == "inactive") & PERSONAL,
        0.02,
        14,
        500_000,
        3,
    ),
    (
        "I07-F16-04",
        pl.col("age").is_between(25, 60) & (pl.col("work") == "employee"),
        0.002,
        12,
        900_000,
        2,
    ),
    (
        "I10-F16-01",
        PERSONAL & (pl.col("age") >= 25) & (pl.col("sex") == "male"),
        0.004,
        16,
        1_100_000,
        3,
    ),
    (
        "I10-F16-02",
        PERSONAL & (pl.col("age") >= 55) & (pl.col("sex") == "female"),
        0.006,
        14,
        1_600_000,
        3,
    ),
    ("I10-F16-03", PERSONAL & (pl.col("age") >= 55), 0.001, 12, 1_800_000, 3),
    ("I10-F16-04", OLD_MEN, 0.08, 16, 450_000, 3),
    ("I10-F16-05", OLD_MEN, 0.03, 12, 700_000, 3),
    ("I10-F16-06", PERSONAL & (pl.col("age") >= 73), 0.004, 12, 1_300_000, 3),
    ("I14-F16-01", pl.col("is_conscript"), 0.7, 12, 300_000, 2),
    (
        "I14-F16-02",
        PERSONAL & pl.col("age").is_between(22, 60) & (pl.col("sex") == "male"),
        0.001,
        10,
        12_000_000,
        1,
    ),
    ("I26-F16-01", PERSONAL & pl.col("age").is_between(40, 75), 0.004, 14, 1_900_000, 3),
    (
        "I26-F16-02",
        PERSONAL & (pl.col("age") >= 45) & (pl.col("sex") == "female"),
        0.002,
        12,
        1_700_000,
        3,
    ),
    (
        "I26-F16-03",
        pl.col("age").is_between(25, 64) & pl.col("work").is_in(["employee", "daily"]),
        0.006,
        14,
        1_600_000,
        2,
    ),
    ("I26-F16-04", OLD_MEN, 0.01, 12, 1_900_000, 3),
    (
        "I26-F16-05",
        pl.col("age").is_between(25, 64) & pl.col("work").is_in(["unemployed", "employee"]),
        0.003,
        12,
        4_500_000,
        1,
    ),
    (
        "I27-F16-02",
        pl.col("age").is_between(25, 62) & (pl.col("work") == "employee") & PERSONAL,
        0.004,
        14,
        2_200_000,
        1,
    ),
    (
        "I27-F16-03",
        pl.col("age").is_between(30, 64) & (pl.col("work") == "inactive") & PERSONAL,
        0.004,
        12,
        1_100_000,
        2,
    ),
)
"""Document type, who may receive, share, at least, median won a month, months seen."""


def draft_transfers(draft: Draft) -> None:
    """F16: a row a transfer and month."""
    claimants = draft.pick((pl.col("work") == "unemployed") & ~BASIC & ~pl.col("is_obligor"), 0.85)
    claimants = pl.concat([claimants, draft.planted("D18")]).with_columns(
        code=pl.lit("job_seeker_allowance")
    )
    daily = draft.integers(claimants, 64, 68) * 1_000
    left = draft.country.jobs.filter(pl.col("left_on").is_not_null()).select(
        "person_number", "left_on"
    )
    claimants = claimants.with_columns(monthly=daily * 28).join(
        left, on="person_number", how="left", maintain_order="left"
    )
    claimants = claimants.with_columns(
        since=pl.col("left_on").dt.offset_by("14d").fill_null(draft.months(4)[0])
    )
    rows = draft.each_month(claimants).filter(
        pl.col("period") > pl.col("left_on").fill_null(draft.months(4)[0])
    )
    spell = {
        "period": pl.col("period"),
        "amount": pl.col("monthly"),
        "entitled_from": pl.col("since"),
        "entitled_to": pl.col("since").dt.offset_by("8mo"),
        "transfer_code": pl.col("code"),
    }
    draft.add(rows, "I07-F16-01", **spell)
    draft.add(rows, "I27-F16-01", **spell)
    for document, who, share, least, median, months in PLANS:
        # What recipients of basic benefits draw is counted in them: nothing is drawn by chance.
        people = draft.pick(who & ~BASIC & ~pl.col("is_obligor"), share, least)
        since = draft.days_ago(people, 100, 2_500)
        people = people.with_columns(
            since=since,
            monthly=draft.won(people, median, 0.25, 10),
            code=draft.choice(people, draft.words(document, "transfer_code") or ["transfer"]),
        )
        draft.add(
            draft.each_month(people, months),
            document,
            period=pl.col("period"),
            amount=pl.col("monthly"),
            entitled_from=pl.col("since"),
            transfer_code=pl.col("code"),
        )
    # A pension after an accident at work that the livelihood benefit of D30 does not know of.
    injured = draft.each_month(draft.planted("D30").filter(pl.col("pension_kind") == "none"))
    draft.add(
        injured,
        "I26-F16-01",
        period=pl.col("period"),
        amount=pl.col("hidden_monthly_amount"),
        entitled_from=draft.months(8)[0],
    )
    low = pl.col("monthly_wage").is_between(1, 2_200_000) | pl.col(
        "yearly_business_income"
    ).is_between(1, 20_000_000)
    working_poor = draft.pick(low & ~BASIC & ~pl.col("is_foreign") & (pl.col("age") >= 20), 0.45)
    draft.add(
        draft.each_month(working_poor, 1),
        "I03-F16-01",
        period=pl.col("period"),
        amount=draft.won(working_poor, 900_000, 0.4, 10),
        entitled_from=draft.months(1)[0],
    )


def draft_private_transfers(draft: Draft) -> None:
    """F17: help from kin as declared in investigations."""
    helped = draft.pick(pl.col("monthly_private_transfer") > 0, 0.6, with_planted=True)
    draft.add(
        draft.each_month(helped),
        "I06-F17-01",
        giver_relation="child",
        period=pl.col("period"),
        amount=pl.col("monthly_private_transfer"),
        declared_on=pl.col("period").dt.month_end(),
    )
    others = draft.pick(pl.col("is_on_medical_aid") & pl.col("age").is_between(20, 66), 0.06)
    draft.add(
        draft.each_month(others, 2),
        "I06-F17-01",
        period=pl.col("period"),
        amount=150_000,
        giver_relation=draft.choice(
            draft.each_month(others, 2), ["parent", "sibling", "relative", "non_relative", "spouse"]
        ),
        declared_on=pl.col("period").dt.month_end(),
    )
