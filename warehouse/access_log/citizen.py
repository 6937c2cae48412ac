"""What a citizen sees of the accesses to the own data.

Here: choosing and wording them. Never here: names of officials, other people, statements, or accesses
that an order keeps covert, until their day. Next: `hub citizen accesses`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from warehouse.access_log.entry import AccessResult
from warehouse.access_log.frames import read_accesses, read_subjects
from warehouse.layout import Layout

CITIZEN_SCHEMA = pl.Schema(
    {
        "happened_at": pl.Datetime("us"),
        "organisation": pl.String(),
        "role": pl.String(),
        "what_was_done": pl.String(),
        "purpose": pl.String(),
        "legal_basis": pl.String(),
        "categories": pl.List(pl.String()),
    }
)
UNSTATED = "not stated"


def citizen_accesses(
    layout: Layout,
    person_ids: Collection[str],
    today: dt.date,
    *,
    officials: pl.DataFrame | None = None,
    organisation: str = "welfare authority",
) -> pl.DataFrame:
    """Return `CITIZEN_SCHEMA`: every access that touched one of the IDs, the newest last.

    Args:
        layout: the hub.
        person_ids: the person's ID, and IDs that have ended and now lead to it.
        today: covert accesses are shown from the day after their last.
        officials: posts (`OFFICIAL_SCHEMA`), for roles that the log does not name.
        organisation: whose officials act where the log names none.
    """
    accesses = read_accesses(layout)
    if accesses is None:
        return pl.DataFrame(schema=CITIZEN_SCHEMA)
    seen = accesses.filter(pl.col("result") != AccessResult.REFUSED.value)
    mine = read_subjects(layout, seen).filter(pl.col("person_id").is_in(list(person_ids)))
    access = pl.coalesce("completes", "number").alias("access")
    # The line before the answer and the line of its end are one access.
    touched = seen.join(mine, on="number", how="semi").select(access).unique()
    shown = (
        seen.with_columns(access)
        .join(touched, on="access", how="semi")
        .filter(pl.col("number") == pl.col("access"))
        .filter(pl.col("covert_until").is_null() | (pl.col("covert_until") < today))
    )
    return (
        _with_roles(shown, officials)
        .sort("number")
        .select(
            "happened_at",
            pl.col("organisation").fill_null(organisation),
            pl.coalesce("role", "post_role").fill_null("official").alias("role"),
            pl.col("action").alias("what_was_done"),
            pl.col("purpose").fill_null(UNSTATED),
            pl.col("legal_basis").fill_null(UNSTATED),
            pl.col("categories").fill_null([]),
        )
    )


def _with_roles(shown: pl.DataFrame, officials: pl.DataFrame | None) -> pl.DataFrame:
    """Add `post_role`: the role of the official on that day."""
    if officials is None or officials.is_empty():
        return shown.with_columns(post_role=pl.lit(None, pl.String))
    day = pl.col("happened_at").dt.date()
    posts = officials.select("actor", "valid_from", "valid_to", post_role="role")
    known = (
        shown.join(posts, on="actor")
        .filter(
            (pl.col("valid_from") <= day)
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day))
        )
        .select("number", "post_role")
        .unique("number")
    )
    return shown.join(known, on="number", how="left")
