"""Innocent people who look like a planted pattern at first sight.

Here: deposits that rose a little, land that the state took,
homes repaired long before, a day of work a month. A rule that flags them is wrong. Never here:
planted cases. Next: `family_facts`; nothing in the truth names these people.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sources.country.facts.drafting import Draft

HEAD = pl.col("head_number") == pl.col("person_number")
RECIPIENTS = pl.col("is_on_livelihood") & HEAD & (pl.col("age") >= 30)
LOT = pl.col("person_number") * 7_919 % 10
"""Splits recipients among the look-alikes, so that nobody is two of them."""
MOST = 40
SMALL_RISE = 6_000_000


def look_alikes(draft: Draft, lot: int, who: pl.Expr = RECIPIENTS) -> pl.DataFrame:
    """Return up to `MOST` ordinary people of `who` with the lot."""
    people = draft.people.filter(who, pl.col("planted_rule").is_null(), pl.col("is_alive"))
    return people.filter(lot == LOT).head(MOST)


def draft_renewed_leases(draft: Draft) -> None:
    """F22: a lease that follows another, the deposit a little higher."""
    tenants = look_alikes(draft, 1)
    lately = draft.as_of - dt.timedelta(days=300)
    for begun, deposit in (
        (lately - dt.timedelta(days=730), 8_000_000),
        (lately, 8_000_000 + SMALL_RISE),
    ):
        draft.add(
            tenants,
            "I37-F22-01",
            address=pl.col("address"),
            lease_kind="monthly_rent",
            deposit_amount=deposit,
            monthly_rent_amount=200_000,
            lease_from=begun,
            lease_to=begun + dt.timedelta(days=730),
        )


def draft_expropriations(draft: Draft) -> None:
    """F20: a strip of land that the state took for a road."""
    owners = look_alikes(draft, 2)
    main = pl.int_range(pl.len()) + 1_500
    draft.add(
        owners,
        "I02-F20-01",
        parcel_no=pl.concat_str(
            "legal_dong_code", pl.lit("1"), main.cast(pl.String), pl.lit("0000")
        ),
        land_category="dry_field",
        area_m2=60.0,
        share_numerator=1,
        share_denominator=1,
        acquired_on=draft.as_of - dt.timedelta(days=6_000),
        disposed_on=draft.as_of - dt.timedelta(days=150),
        disposal_reason="expropriation",
    )


def draft_old_repairs(draft: Draft) -> None:
    """F34: a home improved for farmers so long ago that it may be repaired again."""
    document = "I11-F34-02"
    draft.add(
        look_alikes(draft, 3, pl.col("is_on_housing") & HEAD & ~pl.col("is_on_livelihood")),
        document,
        programme_code="P261",
        status=draft.word(document, "status", "completed"),
        entitled_from=draft.months(50)[0],
        decided_on=draft.months(51)[0],
    )


def draft_small_jobs(draft: Draft) -> None:
    """F12: a day of work a month, which the deductions for wages leave out."""
    workers = look_alikes(draft, 4, RECIPIENTS & (pl.col("age") < 65))
    rows = (workers["person_number"] * 7_919 % len(draft.country.employers)).cast(pl.UInt32)
    draft.add(
        draft.each_month(
            workers.with_columns(draft.country.employers["employer_brn"].gather(rows))
        ),
        "I03-F12-01",
        employer_brn=pl.col("employer_brn"),
        period=pl.col("period"),
        days_worked=1,
        gross_amount=70_000,
    )
