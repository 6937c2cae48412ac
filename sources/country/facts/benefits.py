"""Facts of benefit payment (F35): who was paid which programme in which of the last months.

Here: payments, proper ones and planted improper ones. Never here: decisions (`entitlements`).
Next: `family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.facts.finance import receiving_accounts
from sources.country.facts.paying import add_payments
from sources.country.facts.planted_identities import draft_second_payments
from sources.country.facts.programmes import held_programmes, programme_word
from sources.country.population.receipts import (
    BASIC_PENSION_AMOUNT,
    MEDIAN_INCOME_2025,
    MEDIAN_INCOME_2026,
    median_income,
)

LIVELIHOOD_PER_CENT = 32
"""The livelihood threshold: per cent of the median income of the household's size."""
LEAST_LIVELIHOOD = 30_000
NEW_THRESHOLDS_YEAR = 2026
COUPLE_SHARE = 80
"""Per cent of the basic pension where both of a couple receive it."""


def draft_payments(draft: Draft) -> None:
    """F35: a row a person, programme and month; the dead are paid up to the month of death.

    Planted: D01 to D03 are paid after death, D05 under two numbers, D19 in two regions, D20
    beside an excluded programme, D24 into one account; other planted persons are paid as before.
    """
    held = held_programmes(draft.country)
    held = held.filter(pl.col("document").is_in(list(draft.documents)))
    filled = held["document"].unique().to_list()
    for document in draft.documents:
        if document not in filled:
            some = draft.pick(pl.col("age").is_between(30, 60), 0.001, 12).select("person_number")
            words = draft.words(document, "programme_code") or ["local_benefit"]
            some = some.with_columns(
                pl.lit(document).alias("document"),
                draft.choice(some, words).alias("programme_code"),
                pl.lit(300_000, pl.Int64).alias("amount"),
                pl.lit(1).alias("months"),
                pl.lit(value=False).alias("is_in_kind"),
                pl.lit(999).alias("order"),
            )
            held = pl.concat([held, some], how="vertical_relaxed")
    held = pl.concat([held, _planted_rows(draft)], how="diagonal_relaxed")
    columns = [
        "person_number",
        "district_code",
        "birth_date",
        "death_date",
        "death_reported_on",
        "planted_rule",
        "spouse_number",
        "previous_national_id",
        "other_national_id",
        "is_on_basic_pension",
        "is_on_livelihood",
        "household_size",
        "income_ratio",
    ]
    held = receiving_accounts(
        draft,
        held.join(
            draft.people.select(columns), on="person_number", how="left", maintain_order="left"
        ),
    )
    partner = draft.people.select(
        spouse_number=pl.col("person_number"), partner_paid=pl.col("is_on_basic_pension")
    )
    held = held.join(partner, on="spouse_number", how="left", maintain_order="left")
    basic = pl.col("document") == "I06-F35-02"
    held = held.with_columns(rule=pl.col("planted_rule").fill_null(""))
    held = held.with_columns(
        amount=pl.when(basic & pl.col("partner_paid").fill_null(value=False))
        .then(pl.col("amount") * COUPLE_SHARE // 100)
        .otherwise("amount"),
        region=pl.col("other_region").fill_null(pl.col("district_code")),
    )
    rows = _by_month(draft, held).with_columns(
        amount=pl.when(pl.col("document") == "I06-F35-01")
        .then(
            pl.when(pl.col("period").dt.year() < NEW_THRESHOLDS_YEAR)
            .then(_livelihood(MEDIAN_INCOME_2025))
            .otherwise(_livelihood(MEDIAN_INCOME_2026))
        )
        .otherwise("amount")
    )
    misnumbered = basic & (pl.col("rule") == "D07")
    for document in draft.documents:
        add_payments(draft, rows.filter((pl.col("document") == document) & ~misnumbered), document)
    draft_second_payments(
        draft, rows.filter(misnumbered), rows.filter(basic & (pl.col("rule") == "D06"))
    )
    changed = rows.filter((pl.col("planted_rule").fill_null("") == "D05") & basic)
    add_payments(
        draft,
        changed,
        "I06-F35-02",
        under=pl.col("previous_national_id"),
    )


def _livelihood(median: tuple[int, ...]) -> pl.Expr:
    """The livelihood benefit in won a month: what the household's income lacks to the threshold."""
    # Planted: D26 does not count the basic pension, D40 does not count a member.
    size = pl.col("household_size").fill_null(1) - (pl.col("rule") == "D40").cast(pl.Int64)
    counted = median_income(pl.col("household_size").fill_null(1)) * pl.col(
        "income_ratio"
    ).fill_null(0.0) - pl.when(pl.col("rule") == "D26").then(BASIC_PENSION_AMOUNT).otherwise(0)
    lacking = median_income(size, median) * LIVELIHOOD_PER_CENT / 100 - counted
    return pl.max_horizontal((lacking // 10).cast(pl.Int64) * 10, pl.lit(LEAST_LIVELIHOOD))


def _planted_rows(draft: Draft) -> pl.DataFrame:
    """Payments that only planted cases receive, on top of what they hold."""
    plain = {
        "months": pl.lit(3),
        "is_in_kind": pl.lit(value=False),
        "order": pl.lit(999),
        "other_region": pl.lit(None, pl.String),
    }
    moved = draft.planted("D19")
    elsewhere = (
        pl.when(pl.col("district_code") == "11680").then(pl.lit("26350")).otherwise(pl.lit("11680"))
    )
    parts = []
    for people, document, name, amount, more in (
        (
            moved.filter("is_on_basic_pension"),
            "I06-F35-02",
            "basic_pension",
            349_700,
            {"other_region": elsewhere},
        ),
        (
            moved.filter(~pl.col("is_on_basic_pension")),
            "I06-F35-04",
            "child_allowance",
            100_000,
            {"other_region": elsewhere},
        ),
        (
            draft.planted("D20").filter(pl.col("age").is_between(3, 18)),
            "I08-F35-02",
            "nuri_kindergarten",
            280_000,
            {"is_in_kind": pl.lit(value=True)},
        ),
        (
            draft.planted("D20").filter("is_on_basic_pension"),
            "I06-F35-03",
            "disability_pension",
            439_700,
            {},
        ),
        (
            draft.planted("D15"),
            "I06-F35-08",
            "housekeeping_care",
            260_000,
            {"is_in_kind": pl.lit(value=True)},
        ),
        (
            draft.planted("D21"),
            "I32-F35-01",
            "house_repair",
            4_900_000,
            {"is_in_kind": pl.lit(value=True), "months": pl.lit(1)},
        ),
        (
            draft.planted("D16"),
            "I34-F35-01",
            "national_scholarship_1",
            1_750_000,
            {"months": pl.lit(1)},
        ),
    ):
        word = programme_word(draft, document, name) or draft.word(document, "programme_code")
        parts.append(
            people.select(
                "person_number",
                pl.lit(document).alias("document"),
                pl.lit(word).alias("programme_code"),
                pl.lit(amount, pl.Int64).alias("amount"),
                *(expr.alias(key) for key, expr in {**plain, **more}.items()),
            )
        )
    return pl.concat(parts, how="vertical_relaxed")


def _by_month(draft: Draft, held: pl.DataFrame) -> pl.DataFrame:
    months = pl.DataFrame({"period": pl.Series(draft.months(3), dtype=pl.Date), "back": [3, 2, 1]})
    rows = held.join(months, how="cross").filter(pl.col("back") <= pl.col("months"))
    rule = pl.col("planted_rule").fill_null("")
    last_paid = (
        pl.when(rule.is_in(["D01", "D02"]))
        .then(pl.lit(draft.as_of))
        .when(rule == "D03")
        .then(pl.col("death_reported_on"))
        .otherwise(pl.col("death_date").fill_null(draft.as_of))
    )
    born = pl.col("birth_date").dt.truncate("1mo") <= pl.col("period")
    return rows.filter((pl.col("period") <= last_paid) & born).sort(
        "order", "person_number", "period"
    )
