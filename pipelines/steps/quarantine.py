"""What lies in quarantine, with the delivery that each row came in.

Never here: the rows themselves; they lie in the archive, and (delivery, line) points there.
"""

from __future__ import annotations

import polars as pl

from hub.conforming import QUARANTINE_SCHEMA
from warehouse.layout import Layout


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
