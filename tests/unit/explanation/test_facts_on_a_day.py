"""Facts that pass with time are those of the day that is decided."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines.facts_on_a_day import aged

BORN = {"mother": dt.date(1990, 6, 15), "baby": dt.date(2026, 1, 31)}
YOUNGEST = {"mother": BORN["baby"]}
NIGHT = pl.DataFrame(
    {
        "subject_id": ["mother", "baby", "nobody"],
        "age_years": [35, 0, None],
        "months_since_birth": [429, 2, None],
        "months_since_childbirth": [2, None, None],
    },
    schema_overrides={"age_years": pl.Int64, "months_since_childbirth": pl.Int64},
)


@pytest.mark.parametrize(
    ("day", "ages", "months"),
    [
        (dt.date(2026, 2, 28), [35, 0, None], [1, None, None]),
        (dt.date(2026, 6, 15), [36, 0, None], [4, None, None]),
        # Before the child was born nothing is known of another.
        (dt.date(2025, 12, 31), [35, None, None], [None, None, None]),
    ],
)
def test_ages_and_births_are_counted_to_the_day(day, ages, months):
    found = aged(NIGHT, BORN, YOUNGEST, day)
    assert found["age_years"].to_list() == ages
    assert found["months_since_childbirth"].to_list() == months
    assert found.schema == NIGHT.schema
