"""One payment as a row of F35: who, what, for which month, by which region, into which account.

Here: the columns of a payment. Never here: who is paid (`benefits`, `planted_identities`). Next:
`family_facts`.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Columns, Draft

PAY_DAY = "19d"
"""Payments leave on the twentieth."""


def add_payments(
    draft: Draft, rows: pl.DataFrame, document: str, *, under: pl.Expr | None = None
) -> None:
    """Add `rows` as payments of `document`, at wish under another number than the person's own."""
    number: Columns = {} if under is None else {"national_id": under}
    banked = [
        pl.when("is_in_kind").then(pl.lit(None, pl.String)).otherwise(name).alias(name)
        for name in ("bank_no", "account_no")
    ]
    draft.add(
        rows.with_columns(banked),
        document,
        **number,
        programme_code=pl.col("programme_code"),
        payer_region=pl.col("region"),
        period=pl.col("period"),
        amount=pl.col("amount"),
        in_kind=pl.col("is_in_kind"),
        paid_on=pl.col("period").dt.offset_by(PAY_DAY),
        bank_no=pl.col("bank_no"),
        account_no=pl.col("account_no"),
    )
