"""What each institution sent, how well, and what people found wrong with it, month by month.

Here: the order of the tables. Never here: their SQL (`warehouse/sql/quality`) or when a delivery is
due (`hub.quality`). Next: `hub quality scorecard` shows the released table.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from hub.catalogue import Catalogue
from hub.quality.expected_deliveries import expected_deliveries
from warehouse.families import table_name
from warehouse.ledger import Ledger
from warehouse.workbench import Workbench

_REQUIRED_SCHEMA = {"delivery_id": pl.String, "cells": pl.Int64, "cells_empty": pl.Int64}
_REQUIRED = "required_present"


def build_scorecard(bench: Workbench, ledger: Ledger, catalogue: Catalogue) -> dict[str, int]:
    """Build `finding_origin`, `matched_row` and `institution_scorecard`; return rows by table.

    Needs the findings of the night.
    """
    as_of = bench.value("SELECT as_of FROM night")
    bench.add("scorecard_month", scorecard_months(as_of))
    bench.add("expected_delivery", expected_deliveries())
    bench.add("source_error", ledger.source_errors(as_of))
    bench.add("required_column", required_columns(ledger))
    rows = "\nUNION ALL\n".join(
        f"SELECT delivery_id, signature_id FROM {table} WHERE signature_id IS NOT NULL"
        for table in map(table_name, catalogue.families.values())
    )
    measures = [
        bench.build("quality", "finding_origin"),
        bench.build("quality", "matched_row", {"rows": rows}),
        bench.build("quality", "institution_scorecard"),
    ]
    return {measure.table: measure.rows for measure in measures}


def scorecard_months(as_of: dt.date) -> pl.DataFrame:
    """Return the twelve months up to the one of `as_of`, by their first days: month."""
    last = as_of.replace(day=1)
    # Twelve months back is the first month after the same month of last year.
    first = (last.replace(year=last.year - 1) + dt.timedelta(days=31)).replace(day=1)
    return pl.DataFrame({"month": pl.date_range(first, last, "1mo", eager=True)})


def required_columns(ledger: Ledger) -> pl.DataFrame:
    """Return how many cells of required columns each delivery has, and how many are empty."""
    found = [result for result in ledger.expectations() if result.rule == _REQUIRED]
    return (
        pl.DataFrame(
            [(result.delivery_id, result.evaluated, result.unexpected) for result in found],
            schema=_REQUIRED_SCHEMA,
            orient="row",
        )
        .group_by("delivery_id")
        .agg(pl.col("cells", "cells_empty").sum())
        .sort("delivery_id")
    )
