"""The pairwise measures by group of members: linkage is never equally good for everybody.

Here: pairs counted by age band, sex, nationality or any other column of members, and the groups
that a description of people gives. Never here: the measures of everybody together
(`hub.identity.measures`). Next: `hub.identity.leave_id_out` and `hub.identity.accuracy_report`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from hub.identity.measures import AlignedPartitions, Codes, has_repeats, require_columns

AGE_BANDS = ((0, "0-17"), (18, "18-34"), (35, "35-49"), (50, "50-64"), (65, "65-79"), (80, "80+"))
"""First age of a band in years, and its name."""

UNKNOWN = "unknown"

_GROUP_ROWS = pl.DataFrame(
    schema={
        "dimension": pl.String,
        "group": pl.String,
        "members": pl.Int64,
        "true_pairs": pl.Int64,
        "predicted_pairs": pl.Int64,
        "shared_pairs": pl.Int64,
        "precision": pl.Float64,
        "recall": pl.Float64,
        "f1": pl.Float64,
    }
)


def measures_by_group(
    predicted: pl.DataFrame, truth: pl.DataFrame, groups: pl.DataFrame
) -> pl.DataFrame:
    """Measure pairs by group of members: one row for each dimension and group.

    `groups` has `member`, each once, and one column a dimension (`age_band`, `sex`, …); a null is
    in no group of that dimension. A pair counts in a group when at least one of its two members
    is in it, so a wrong link between two groups weighs on both.

    Returns `dimension`, `group`, `members`, `true_pairs`, `predicted_pairs`, `shared_pairs`,
    `precision`, `recall`, `f1` (null where there is nothing to measure).
    """
    return aligned_measures_by_group(AlignedPartitions.of(predicted, truth), groups)


def aligned_measures_by_group(aligned: AlignedPartitions, groups: pl.DataFrame) -> pl.DataFrame:
    """Do as `measures_by_group` with partitions that are aligned already."""
    require_columns(groups, "groups", ("member",))
    if has_repeats(groups["member"]):
        raise ValueError("groups: column 'member' repeats. Give one row a member.")
    # One dimension at a time: all of them at once would be the widest table of a night.
    return pl.concat(
        [
            _GROUP_ROWS,
            *(
                _one_dimension(aligned, groups.select("member", group=pl.col(name).cast(pl.String)))
                .with_columns(dimension=pl.lit(name))
                .select(_GROUP_ROWS.columns)
                for name in groups.columns
                if name != "member"
            ),
        ]
    )


def person_groups(people: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """Return (`member`, dimensions…) of the people whose description is given.

    `people` has `record_id` and any of `birth_date` (Date) or `birth_digits` (YYYYMMDD),
    `sex`, `is_foreign` (Boolean), `has_number` (Boolean), `script`, `institution_group`.
    Dimensions that nothing tells are absent; where a column tells nothing of one member, the
    group is `unknown`. Ages are whole years on `as_of`.
    """
    require_columns(people, "people", ("record_id",))
    found: dict[str, pl.Expr] = {}
    if "birth_date" in people.columns and people.schema["birth_date"] == pl.Date:
        day = pl.col("birth_date").dt
        # Months and days are 8-bit numbers, too small for a date written as one number.
        found["age_band"] = _band(
            day.year() * 10_000 + day.month().cast(pl.Int32) * 100 + day.day(), as_of
        )
    elif "birth_digits" in people.columns:
        found["age_band"] = _band(pl.col("birth_digits").cast(pl.Int32, strict=False), as_of)
    for name, told in (("sex", "sex"), ("script", "script"), ("institution", "institution_group")):
        if told in people.columns:
            found[name] = pl.col(told).cast(pl.String)
    for name, told, yes, no in (
        ("nationality", "is_foreign", "foreign", "national"),
        ("number", "has_number", "with a number", "without a number"),
    ):
        if told in people.columns:
            known = pl.col(told).is_not_null()
            found[name] = pl.when(known).then(
                pl.when(pl.col(told)).then(pl.lit(yes)).otherwise(pl.lit(no))
            )
    return people.select(
        pl.col("record_id").alias("member"),
        *(told.fill_null(UNKNOWN).alias(name) for name, told in found.items()),
    )


def _band(day_number: pl.Expr, as_of: dt.date) -> pl.Expr:
    """Name the band of a birthday written YYYYMMDD as one number."""
    # Both days as such numbers, the difference in whole 10,000s is the age in completed years.
    age = (as_of.year * 10_000 + as_of.month * 100 + as_of.day - day_number) // 10_000
    band = pl.lit(None, pl.String)
    for first, name in AGE_BANDS:
        band = pl.when(age >= first).then(pl.lit(name)).otherwise(band)
    return band


def _one_dimension(aligned: AlignedPartitions, groups: pl.DataFrame) -> pl.DataFrame:
    held = aligned.members.alias("member").to_frame().join(groups, on="member", how="left")["group"]
    names = held.drop_nulls().unique().sort()
    inside = {name: (held == name).fill_null(False).to_numpy() for name in names}
    counts = {"members": [int(mask.sum()) for mask in inside.values()]}
    for counted, codes in (
        ("true_pairs", aligned.truth),
        ("predicted_pairs", aligned.cluster),
        ("shared_pairs", aligned.cell),
    ):
        sizes = np.bincount(codes)
        counts[counted] = [_touching(codes, sizes, mask) for mask in inside.values()]

    def share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
        return pl.when(whole > 0).then(part / whole)

    shared, true, predicted = map(pl.col, ("shared_pairs", "true_pairs", "predicted_pairs"))
    return (
        pl.DataFrame({"group": names, **counts})
        .cast({name: _GROUP_ROWS.schema[name] for name in ("group", *counts)})
        .with_columns(
            precision=share(shared, predicted),
            recall=share(shared, true),
            f1=share(2 * shared, true + predicted),
        )
    )


def _touching(codes: Codes, sizes: Codes, inside: npt.NDArray[np.bool_]) -> int:
    """Count the pairs of one code of which at least one member is inside."""
    outside = sizes - np.bincount(codes[inside], minlength=len(sizes))
    return int((sizes * (sizes - 1) - outside * (outside - 1)).sum()) // 2
