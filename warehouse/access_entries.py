"""The log of accesses to personal data, as far as the hub keeps one.

Here: the shape of the log and one way to read it. Never here: writing it, or judging anybody (rule
D44). Next: `pipelines.steps.own_logs` opens it to the rules; while there is none, D44 waits for it.
"""

from __future__ import annotations

import polars as pl

from warehouse.layout import Layout

ACCESS_ENTRY_SCHEMA = pl.Schema(
    {
        "entry_id": pl.String(),
        "happened_at": pl.Datetime("us"),
        "actor": pl.String(),
        "person_id": pl.String(),
        "purpose": pl.String(),
        "case_id": pl.String(),
        "object": pl.String(),
        "rows": pl.Int64(),
        "is_break_glass": pl.Boolean(),
    }
)


def read_access_entries(layout: Layout) -> pl.DataFrame | None:
    """Return the log of accesses, `ACCESS_ENTRY_SCHEMA`; None while the hub keeps none.

    A log is a folder `access_log` of Parquet files in the hub's home.
    """
    files = sorted((layout.home / "access_log").glob("*.parquet"))
    if not files:
        return None
    return pl.read_parquet(files).select(
        pl.col(name).cast(kind) for name, kind in ACCESS_ENTRY_SCHEMA.items()
    )
