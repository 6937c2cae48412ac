"""What lies in quarantine, with the delivery that each row came in.

Never here: the rows themselves; they lie in the archive, and (delivery, line) points there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from hub.catalogue import DocumentType, Format
from hub.conforming import QUARANTINE_SCHEMA
from hub.conforming.values import RULES
from pipelines.steps.context import NightContext
from warehouse.layout import Layout

REFUSED_IDENTIFIER_SCHEMA = pl.Schema(
    {
        "document_type": pl.String,
        "family": pl.String,
        "delivery_id": pl.String,
        "line": pl.Int64,
        "month": pl.Date,
        "amount": pl.Int64,
    }
)
"""One row is a row that was refused because the ID of its person holds no birth date."""


def quarantined_rows(layout: Layout, code: str) -> pl.DataFrame:
    """Return the refused rows of a type: delivery_id, line, column, rule, detail, amount (won)."""
    frames = [
        pl.read_parquet(file).with_columns(pl.lit(file.parent.name).alias("delivery_id"))
        for file in sorted((layout.lake / code).glob("*/quarantine.parquet"))
    ]
    columns = ["delivery_id", *QUARANTINE_SCHEMA.names()]
    if not frames:
        return pl.DataFrame(schema={"delivery_id": pl.String, **QUARANTINE_SCHEMA})
    return pl.concat(frames).select(columns)


def refused_identifiers(context: NightContext, families: Collection[str]) -> pl.DataFrame:
    """Return the rows of `families` that were refused for the ID of their person.

    Only of deliveries that no correction has replaced. `month` is the first day of the month that
    the delivery is about, or in which it was made where it is about a year; `amount` is in won,
    null where the type has none. Returns `REFUSED_IDENTIFIER_SCHEMA`, by delivery and line.
    """
    found: list[pl.DataFrame] = []
    for record in context.ledger.effective_deliveries():
        document = context.catalogue.documents[record.document_type]
        file = context.layout.delivery(document.code, record.delivery_id) / "quarantine.parquet"
        if document.family not in families or not file.exists():
            continue
        person = context.catalogue.families[document.family].person_column
        names = _sender_names(document, person)
        refused = pl.read_parquet(file).filter(
            pl.col("rule") == RULES[Format.ID13].code, pl.col("column").is_in(names)
        )
        found.append(
            refused.select(
                pl.lit(document.code).alias("document_type"),
                pl.lit(document.family).alias("family"),
                pl.lit(record.delivery_id).alias("delivery_id"),
                "line",
                pl.lit(_month_of(record.period, record.made_at)).alias("month"),
                "amount",
            )
        )
    if not found:
        return pl.DataFrame(schema=REFUSED_IDENTIFIER_SCHEMA)
    return pl.concat(found).cast(REFUSED_IDENTIFIER_SCHEMA).sort("delivery_id", "line")


def _sender_names(document: DocumentType, canonical: str | None) -> list[str]:
    return sorted(
        {
            column.name
            for version in document.versions
            for column in version.columns
            if column.canonical == canonical and not column.is_own
        }
    )


def _month_of(period: str, made_at: dt.datetime) -> dt.date:
    year_and_month = period[:6] if len(period) >= len("YYYYMM") else f"{made_at:%Y%m}"
    return dt.date(int(year_and_month[:4]), int(year_and_month[4:]), 1)
