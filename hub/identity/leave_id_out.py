"""Truth without outside labels: hide national IDs that are known to be right, and link again.

Here: which records lose their number, and how well linking finds their person without it. Never
here: linking itself (it is passed in), or which numbers are accepted (`supported` says so). Next:
`hub.identity.accuracy_report`.

Who has an accepted number is easier to link than who has none: the measure is an upper bound for
the people whom no register knows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from hub.identity.group_measures import aligned_measures_by_group
from hub.identity.measures import (
    AlignedPartitions,
    BCubed,
    PersonCount,
    has_repeats,
    require_columns,
)

Link = Callable[[pl.DataFrame], pl.DataFrame]
"""Records of the raw identity contract to (`record_id`, `person_id`)."""

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class LeaveIdOut:
    """How well linking did without the hidden numbers.

    `by_group`: rows of `hub.identity.group_measures`, where a pair counts when at least one of
    its records lost its number; the first row's dimension and group are `everybody`. B³ and the
    count of persons are over all records with an accepted number.
    """

    by_group: pl.DataFrame
    b_cubed: BCubed
    person_count: PersonCount
    records: int
    hidden_records: int


def hide_numbers(
    records: pl.DataFrame,
    supported: pl.DataFrame,
    permille: int,
    seed: int,
    *,
    number_columns: Sequence[str] = ("national_id",),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take the number from a sampled share of the records whose number is accepted.

    Args:
        records: raw identity records, `record_id` once each.
        supported: (`record_id`, `number`): records whose number is accepted, and that number or
            any code for it. Records with several are not hidden.
        permille: share to hide, 0 to 1000.
        seed: another seed hides other records.
        number_columns: columns that hold the number or follow from it.

    Returns:
        The records in the same order, and the truth: `member`, `truth` (a code, never the
        number), `is_hidden`. Whether a record is hidden depends on its ID and the seed alone.

    Raises:
        ValueError: a column is absent, a record ID repeats, or `permille` is out of range.
    """
    if not 0 <= permille <= 1000:
        raise ValueError("permille: must lie between 0 and 1000.")
    require_columns(records, "records", ("record_id", *number_columns))
    require_columns(supported, "supported", ("record_id", "number"))
    if has_repeats(records["record_id"]):
        raise ValueError("records: column 'record_id' repeats. Give every record its own ID.")
    accepted = (
        supported.select("record_id", "number")
        .drop_nulls()
        .unique()
        .join(records.select("record_id"), on="record_id", how="semi")
        .sort("record_id", "number")
    )
    # The code follows the records' order, not the numbers', so it tells nothing about a number.
    codes = accepted.select(pl.col("number").unique(maintain_order=True)).with_row_index("truth")
    truth = accepted.join(codes, on="number", maintain_order="left").select(
        pl.col("record_id").alias("member"),
        pl.col("truth").cast(pl.Int64),
        is_single=pl.len().over("record_id") == 1,
    )
    is_drawn = pl.Series(draw_permille(truth["member"], seed) < permille)
    truth = truth.select("member", "truth", is_hidden=pl.col("is_single") & is_drawn)
    hidden = truth.filter("is_hidden").select(record_id="member", is_hidden="is_hidden")
    kept = records.join(hidden, on="record_id", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("is_hidden").is_null()).then(pl.col(name)).alias(name)
        for name in number_columns
    )
    return kept.drop("is_hidden"), truth


def leave_id_out(
    records: pl.DataFrame,
    supported: pl.DataFrame,
    link: Link,
    *,
    permille: int,
    seed: int,
    groups: pl.DataFrame | None = None,
    number_columns: Sequence[str] = ("national_id",),
) -> LeaveIdOut:
    """Hide numbers, link again, and compare.

    `link` takes the records and returns (`record_id`, `person_id`); `groups` is what
    `hub.identity.group_measures.person_groups` returns. The other arguments and errors are those
    of `hide_numbers`.
    """
    hidden, truth = hide_numbers(records, supported, permille, seed, number_columns=number_columns)
    return compare_hidden(link(hidden), truth, groups)


def compare_hidden(
    clusters: pl.DataFrame, truth: pl.DataFrame, groups: pl.DataFrame | None = None
) -> LeaveIdOut:
    """Measure (`record_id`, `person_id`) against the truth of `hide_numbers`, by group."""
    require_columns(clusters, "clusters", ("record_id", "person_id"))
    require_columns(truth, "truth", ("member", "truth", "is_hidden"))
    aligned = AlignedPartitions.of(
        clusters.select(member="record_id", cluster="person_id"), truth.select("member", "truth")
    )
    # Only the hidden are in a group: pairs of two records that kept their number prove nothing.
    hidden = truth.filter("is_hidden").select("member").unique()
    described = hidden.with_columns(pl.lit(EVERYBODY).alias(EVERYBODY))
    if groups is not None:
        described = described.join(groups, on="member", how="left")
    return LeaveIdOut(
        by_group=aligned_measures_by_group(aligned, described),
        b_cubed=aligned.b_cubed(),
        person_count=aligned.person_count(),
        records=len(aligned.members),
        hidden_records=hidden.height,
    )


def draw_permille(identifiers: pl.Series, seed: int) -> npt.NDArray[np.uint64]:
    """Draw a number from 0 to 999 for each identifier, the same on any machine and version.

    FNV-1a over the UTF-8 bytes, mixed with the seed by the finaliser of SplitMix64.
    """
    texts = identifiers.cast(pl.String).cast(pl.Binary)
    lengths = texts.bin.size().to_numpy()
    drawn = np.full(len(texts), 0xCBF29CE484222325, np.uint64)
    if len(texts) and lengths.max():
        held = texts.to_numpy().astype(f"S{lengths.max()}")
        for place, column in enumerate(held.view(np.uint8).reshape(len(texts), -1).T):
            told = lengths > place
            drawn[told] = (drawn[told] ^ column[told]) * np.uint64(0x100000001B3)
    drawn ^= np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        drawn = (drawn ^ (drawn >> np.uint64(shift))) * np.uint64(factor)
    return (drawn ^ (drawn >> np.uint64(31))) % np.uint64(1000)
