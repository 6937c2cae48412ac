"""The facts of a person that pass with time, on another day than the night's.

Here: ages, months since births, counts of children. Never here: choosing the day or reading the other
facts (`case_files`). Next: `case_files` replays decisions of that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

import polars as pl

from hub.programmes.explanation.texts import age_on, months_on
from warehouse.person_rows import PersonRows

_CHILDREN = {"children_under_18_count": 18, "children_under_7_count": 7}


def youngest_children(rows: PersonRows, parents: Collection[str]) -> dict[str, dt.date]:
    """Return the birth date of each one's youngest child; who has none is left out."""
    children = rows.where(
        "person_family", "person_id", parents, ["person_id", "youngest_child_id"]
    ).drop_nulls()
    born = rows.where(
        "person", "person_id", children["youngest_child_id"], ["person_id", "birth_date"]
    )
    together = children.join(born, left_on="youngest_child_id", right_on="person_id")
    return dict(together.select("person_id", "birth_date").iter_rows())


def aged(
    people: pl.DataFrame,
    births: Mapping[str, dt.date],
    youngest: Mapping[str, dt.date],
    day: dt.date,
) -> pl.DataFrame:
    """Return rows of `person_subject` with the ages that people have on `day`.

    Args:
        people: the rows.
        births: birth dates by person.
        youngest: birth dates of their youngest children, by the parent.
        day: the day that is decided.
    """
    if people.is_empty():
        return people
    ids = people["subject_id"].to_list()
    counted = {
        "age_years": (births, age_on),
        "months_since_birth": (births, months_on),
        "months_since_childbirth": (youngest, months_on),
    }
    return people.with_columns(
        pl.Series(
            name,
            [_count_since(since.get(who), day, count) for who in ids],
            people.schema[name],
        )
        for name, (since, count) in counted.items()
    )


def with_children(
    rows: pl.DataFrame,
    key: str,
    counted: tuple[str, ...],
    births: Mapping[str, dt.date],
    day: dt.date,
) -> pl.DataFrame:
    """Count the unit's children again on `day`; only rows of counted members where a key is given."""
    if rows.is_empty() or any(who not in births for who in counted):
        return rows
    is_member = pl.col(key).is_in(counted) if key else pl.lit(value=True)
    counts = {
        name: sum(age_on(births[who], day) < years for who in counted)
        for name, years in _CHILDREN.items()
    }
    return rows.with_columns(
        pl.when(is_member)
        .then(pl.lit(count, rows.schema[name]))
        .otherwise(pl.col(name))
        .alias(name)
        for name, count in counts.items()
    )


def _count_since(
    since: dt.date | None, day: dt.date, count: Callable[[dt.date, dt.date], int]
) -> int | None:
    # Who was not born on the day is nobody's age; of a child before, nothing is known.
    return None if since is None or since > day else count(since, day)
