"""Facts of income from capital (F14): interest, dividends, rents, private pensions, prizes.

Here: the income of the last year by payer. Never here: balances (`finance`) or work (`income`).
Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft


def draft_property_income(draft: Draft) -> None:
    """F14: interest, dividends, rents, private pensions and other income of the last year."""
    year = draft.last_year
    hidden = draft.planted("D32").with_columns(yearly_interest_income=pl.lit(5_800_000, pl.Int64))
    savers = pl.concat(
        [draft.pick(pl.col("yearly_interest_income") > 3_000), hidden], how="vertical_relaxed"
    )
    paid = pl.col("yearly_interest_income")
    taxed = {"period": pl.lit(year), "amount": paid, "withheld_amount": paid * 154 // 1_000}
    draft.add(savers, "I03-F14-01", **taxed, payer_no=draft.keys(savers, 10, 20))
    holders = draft.pick(pl.col("age").is_between(25, 85) & ~pl.col("is_on_livelihood"), 0.10)
    amount = draft.won(holders, 120_000, 1.3, 10)
    draft.add(
        holders,
        "I03-F14-02",
        period=year,
        amount=amount,
        withheld_amount=amount * 154 // 1_000,
        payer_no=draft.keys(holders, 10, 300),
    )
    landlords = draft.pick(pl.col("yearly_rental_income") > 0, with_planted=True)
    draft.add(
        landlords,
        "I03-F14-03",
        period=year,
        amount=pl.col("yearly_rental_income"),
        income_kind=pl.when(pl.col("yearly_rental_income") <= 20_000_000)
        .then(pl.lit("rental_separate"))
        .otherwise(pl.lit("rental_comprehensive")),
    )
    retired = draft.pick((pl.col("age") >= 56) & ~pl.col("is_on_livelihood"), 0.06)
    pension = draft.won(retired, 3_600_000, 0.6, 10)
    draft.add(
        retired,
        "I03-F14-04",
        period=year,
        amount=pension,
        withheld_amount=pension * 55 // 1_000,
        payer_no=draft.keys(retired, 10, 15),
    )
    others = draft.pick(pl.col("age").is_between(20, 70), 0.02)
    prize = draft.won(others, 400_000, 0.9, 10)
    draft.add(
        others,
        "I03-F14-05",
        period=year,
        amount=prize,
        withheld_amount=prize * 22 // 100,
        payer_no=draft.keys(others, 10, 200),
    )
    rich = draft.pick((pl.col("wealth").fill_null(0.0) > 0.85) & (pl.col("age") > 40), 0.03, 14)
    large = draft.won(rich, 32_000_000, 0.4, 1_000)
    draft.add(
        rich,
        "I03-F14-06",
        period=year,
        amount=large,
        withheld_amount=large * 154 // 1_000,
        payer_no=draft.keys(rich, 10, 40),
    )
    home = draft.pick(
        (pl.col("age") >= 62)
        & ~pl.col("is_on_livelihood")
        & (pl.col("relation_to_head") == "head"),
        0.02,
        14,
    )
    draft.add(
        home,
        "I36-F14-01",
        period=year,
        amount=draft.won(home, 12_000_000, 0.4, 10),
        payer_no="1168205000",
    )
