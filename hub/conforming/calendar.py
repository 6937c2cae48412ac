"""Dates written as numbers to calendar days, by one table look-up.

Here: the table of all days from 1850 to 2200 and the ways to its index. Never here: columns or
rules. Next: `hub.conforming.values` builds its date expressions on these.

A look-up costs a third of parsing text as a date and knows the calendar (no 30 February).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

FIRST_YEAR, LAST_YEAR = 1850, 2200
_FIRST = FIRST_YEAR * 10_000


@lru_cache(maxsize=1)
def _days() -> pl.Series:
    """Day of each number YYYYMMDD from the first year on; null where the calendar has none."""
    days = np.arange(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    in_month = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    table = np.full((LAST_YEAR + 1) * 10_000 - _FIRST, np.datetime64("NaT"), dtype="datetime64[D]")
    table[years * 10_000 + months * 100 + in_month - _FIRST] = days
    return pl.Series("day", table, dtype=pl.Date)


def day_of_number(number: pl.Expr) -> pl.Expr:
    """Return the day of a number YYYYMMDD; null where there is no such day."""
    place = (number - _FIRST).cast(pl.UInt32, strict=False)
    return pl.lit(_days()).gather(place, null_on_oob=True)
