"""Facts of public pensions in payment (F15): national, civil servants', teachers', military, post.

Here: pensions by month. Never here: the basic pension, which is a benefit. Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.transfers import BASIC

LUMP_SUMS = (("I14-F15-04", 12, 60_000_000), ("I23-F15-05", 20, 6_000_000), ("I28-F15-06", 16, 70_000_000),
             ("I29-F15-04", 12, 55_000_000), ("I30-F15-03", 8, 40_000_000))  # fmt: skip


def draft_pensions(draft: Draft) -> None:
    """F15: a row a pension and month; dead receivers stop in the month after their death."""

    def pay(
        people: pl.DataFrame,
        document: str,
        amount: pl.Expr | pl.Series,
        *,
        months: int = 3,
        **more: pl.Expr,
    ) -> None:
        begun = pl.max_horizontal(
            pl.col("birth_date").dt.offset_by("62y"), pl.lit(draft.as_of) - pl.duration(days=6_000)
        )
        people = people.with_columns(
            pl.Series(
                "monthly",
                people.select(amount).to_series() if isinstance(amount, pl.Expr) else amount,
            ),
            pension_no=draft.keys(people, 10),
            begun=pl.min_horizontal(begun, pl.lit(draft.months(4)[0])).dt.truncate("1mo"),
        )
        # A pension keeps its kind over the months.
        if (words := draft.words(document, "pension_type")) and "pension_type" not in more:
            people = people.with_columns(draft.choice(people, words).alias("kind"))
            more = {**more, "pension_type": pl.col("kind")}
        rows = draft.each_month(people, months)
        rows = rows.filter(
            pl.col("death_date").is_null() | (pl.col("period") <= pl.col("death_date"))
        )
        more.setdefault("payment_status", pl.lit("paying"))
        draft.add(
            rows,
            document,
            pension_no=pl.col("pension_no"),
            period=pl.col("period"),
            amount=pl.col("monthly"),
            entitled_from=pl.col("begun"),
            **more,
        )

    own = pl.col("monthly_public_pension")
    living = {"with_planted": True, "with_dead": True}
    for kind, document in (
        ("national", "I23-F15-01"),
        ("civil_servant", "I28-F15-01"),
        ("private_school", "I29-F15-01"),
        ("military", "I14-F15-01"),
        ("special_post", "I30-F15-01"),
    ):
        pay(draft.pick(pl.col("pension_kind") == kind, **living), document, own)
    suspended = draft.pick((pl.col("pension_kind") == "private_school") & ~BASIC, 0.15, 8)
    pay(suspended, "I29-F15-05", own // 2, months=1, payment_status=pl.lit("partly_suspended"))
    widow = (
        (pl.col("sex") == "female")
        & (pl.col("age") >= 50)
        & pl.col("spouse_number").is_null()
        & ~pl.col("is_foreign")
    )
    unpensioned = (
        widow & (pl.col("pension_kind") == "none") & ~BASIC & ~pl.col("is_on_basic_pension")
    )
    for document, share, median in (
        ("I23-F15-03", 0.22, 380_000),
        ("I28-F15-02", 0.05, 1_500_000),
        ("I14-F15-02", 0.03, 1_400_000),
        ("I29-F15-02", 0.02, 1_500_000),
        ("I30-F15-02", 0.01, 1_000_000),
    ):
        people = draft.pick(unpensioned, share, 10)
        pay(people, document, draft.won(people, median, 0.3, 10))
    # What recipients of basic benefits draw is counted in them: nothing is drawn by chance.
    partners = draft.people.filter("is_on_basic_pension")["spouse_number"].drop_nulls()
    apart = ~BASIC & ~pl.col("person_number").is_in(partners.implode())
    disabled = draft.pick(
        pl.col("is_disabled") & pl.col("age").is_between(30, 61) & apart, 0.15, 12
    )
    pay(disabled, "I23-F15-02", draft.won(disabled, 520_000, 0.3, 10))
    split = draft.pick(
        (pl.col("pension_kind") == "national") & pl.col("spouse_number").is_null() & apart, 0.02, 12
    )
    pay(split, "I23-F15-04", draft.won(split, 260_000, 0.3, 10))
    for document, condition, median in (
        (
            "I28-F15-03",
            pl.col("age").is_between(35, 70)
            & ~pl.col("is_on_basic_pension")
            & ~pl.col("is_on_livelihood"),
            1_900_000,
        ),
        (
            "I28-F15-04",
            pl.col("age").is_between(65, 80)
            & (pl.col("pension_kind") == "national")
            & ~pl.col("is_on_basic_pension"),
            700_000,
        ),
        ("I28-F15-05", pl.col("age").is_between(65, 85) & ~pl.col("is_on_basic_pension"), 600_000),
        ("I29-F15-03", pl.col("age").is_between(40, 64) & ~pl.col("is_on_livelihood"), 1_300_000),
        (
            "I14-F15-03",
            pl.col("age").is_between(30, 70)
            & (pl.col("sex") == "male")
            & ~pl.col("is_on_basic_pension"),
            1_500_000,
        ),
    ):
        people = draft.pick(condition & ~pl.col("is_foreign") & apart, 0.001, 10)
        pay(people, document, draft.won(people, median, 0.25, 10))
    for document, count, median in LUMP_SUMS:
        people = draft.pick(
            pl.col("age").is_between(45, 66) & ~pl.col("is_on_livelihood"), 0.001, count
        )
        pay(people, document, draft.won(people, median, 0.6, 10), months=1)
