"""When, and by whose phone or device, people applied for what F34 tells of.

Here: the day and the contact of an application. The contact is a number that the desk derives from
a phone or device; the phone itself is never sent. Never here: decisions (`entitlements`).
Next: `entitlements` writes both beside the decision.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.population.planting import BURST_PEOPLE

DESK_SHARE, UNKNOWN_SHARE = 0.12, 0.04
"""Applications entered by staff of a welfare centre, and on paper without any contact."""
PEOPLE_PER_DESK = 2_500
"""One member of staff for so many people enters about one application a week."""
FIRST_BURST_DAYS, BURST_SPACING_DAYS = 130, 17
"""How long ago the latest burst was, and how far bursts are apart."""
DECISION_DAYS = 24
_OWN, _DESK, _AGENT = 1, 2, 3


def with_applications(draft: Draft, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `applied_on` and `application_contact_key`; move D25's `since` behind the application.

    `rows` has person_number, head_number, birth_date and since. A family applies by one phone;
    staff of welfare centres apply for some, a few at a time.
    """
    random = np.random.default_rng([draft.country.seed, 34, len(rows)])
    chance = random.random(len(rows))
    desks = 2 + len(draft.people) // PEOPLE_PER_DESK
    carriers = draft.planted("D25")["person_number"].sort()
    agents = pl.DataFrame(
        {"person_number": carriers, "place": pl.Series(range(len(carriers)), dtype=pl.Int64)}
    )
    rows = rows.join(agents, on="person_number", how="left", maintain_order="left")
    agent = pl.col("place") // BURST_PEOPLE
    burst_days = FIRST_BURST_DAYS + agent * BURST_SPACING_DAYS - pl.col("place") % 5
    before = pl.lit(pl.Series(random.integers(15, 61, len(rows))))
    applied = (
        pl.when(pl.col("place").is_not_null())
        .then(pl.lit(draft.as_of) - pl.duration(days=burst_days))
        .otherwise(pl.max_horizontal(pl.col("since") - pl.duration(days=before), "birth_date"))
    )
    kinds = (
        pl.when(pl.col("place").is_not_null())
        .then(_AGENT)
        .when(pl.Series(chance) < DESK_SHARE)
        .then(_DESK)
        .otherwise(_OWN)
    )
    numbers = (
        pl.when(pl.col("place").is_not_null())
        .then(agent)
        .when(pl.Series(chance) < DESK_SHARE)
        .then(pl.Series(random.integers(0, desks, len(rows))))
        .otherwise(pl.col("head_number").cast(pl.Int64))
    )
    rows = rows.with_columns(applied.cast(pl.Date).alias("applied_on")).with_columns(
        pl.when(pl.col("place").is_not_null())
        .then(pl.col("applied_on") + dt.timedelta(days=DECISION_DAYS))
        .otherwise("since")
        .alias("since"),
        application_contact_key=pl.when(
            pl.col("place").is_not_null() | (pl.Series(chance) < 1 - UNKNOWN_SHARE)
        ).then(_contact(kinds, numbers)),
    )
    return rows.drop("place")


def _contact(kinds: pl.Expr, numbers: pl.Expr) -> pl.Expr:
    """Sixteen digits that stay the same for one phone or device and tell nothing about it."""
    serial = numbers.cast(pl.Int64) * 3 + kinds
    return (serial * 7_919_009_317 % 8_999_999_999_999_863 + 1_000_000_000_000_000).cast(pl.String)
