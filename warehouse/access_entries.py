"""The log of accesses to personal data as rule D44 reads it.

Here: the shape of the table and one way to read it. Never here: writing the log
(`warehouse.access_log`), or judging anybody (rule D44). Next: `pipelines.steps.own_logs` opens it to
the rules.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from warehouse.access_log.entry import AccessResult
from warehouse.access_log.frames import read_accesses, read_subjects
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
"""One row an access and person; a refused access shows nobody's data and is not in it."""
JOBS = ("hub", "night")
"""The hub itself, which publishes and extracts under no official's name."""


def read_access_entries(
    layout: Layout, *, since: dt.date | None = None, until: dt.date | None = None
) -> pl.DataFrame:
    """Return the accesses from `since` to the end of `until`, `ACCESS_ENTRY_SCHEMA`.

    No rows while nobody has read anything by then: the hub keeps the log from its first day, and
    what it does by itself is no access of anybody. `entry_id` is `access-<number of the line>`, with the
    person's place in the list where there are several: `access-12-1`.
    """
    accesses = read_accesses(layout, since=since, until=until)
    if accesses is None:
        return pl.DataFrame(schema=ACCESS_ENTRY_SCHEMA)
    shown = accesses.filter(
        pl.col("result") != AccessResult.REFUSED.value, ~pl.col("actor").is_in(JOBS)
    )
    people = read_subjects(layout, shown)
    place = pl.col("person_id").cum_count().over("number").cast(pl.String)
    is_one = pl.len().over("number") == 1
    named = people.with_columns(
        place=pl.when(is_one).then(pl.lit("")).otherwise(pl.lit("-") + place)
    )
    return (
        shown.join(named, on="number", how="left", maintain_order="left_right")
        .select(
            pl.format("access-{}{}", "number", pl.col("place").fill_null("")).alias("entry_id"),
            *(name for name in ACCESS_ENTRY_SCHEMA if name != "entry_id"),
        )
        .cast(ACCESS_ENTRY_SCHEMA)
    )
