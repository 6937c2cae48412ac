"""How near a partition of records is to the truth, and how calm identifiers are over time.

Here: pairwise and B³ measures, the count of persons, identifier churn and review load, as exact
integer counts. Never here: where truth comes from (`hub.identity.leave_id_out`,
`pipelines.benchmarks`) or how a person looks at it. Next: the same by group of members
(`hub.identity.group_measures`) and `hub.identity.accuracy_report`.

A predicted partition is (`member`, `cluster`), the truth (`member`, `truth`). Who counts:

- members with exactly one known truth; one with several (a signature that two people share) is
  left out and counted, and so is one without any;
- a member without a cluster, or with a null one, is alone.

Two members in one cluster are a predicted pair, two of one truth a true pair. Nothing is ever
listed pair by pair: n members of one cell make n(n-1)/2 pairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.int64]

RECORDS_OF_A_RATE = 10_000
"""Review load is stated per this many records."""


@dataclass(frozen=True, slots=True)
class PairwiseMeasures:
    """Counts of pairs, and what they say. A measure of nothing is None, not 0 or 1."""

    true_pairs: int
    predicted_pairs: int
    shared_pairs: int
    members: int = 0
    members_with_several_truths: int = 0
    members_without_truth: int = 0

    @property
    def precision(self) -> float | None:
        """The share of predicted pairs that are true."""
        return ratio(self.shared_pairs, self.predicted_pairs)

    @property
    def recall(self) -> float | None:
        """The share of true pairs that are predicted."""
        return ratio(self.shared_pairs, self.true_pairs)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return ratio(2 * self.shared_pairs, self.true_pairs + self.predicted_pairs)


@dataclass(frozen=True, slots=True)
class BCubed:
    """B³ (Bagga and Baldwin 1998): each member's own precision and recall, averaged."""

    members: int
    precision: float | None
    recall: float | None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        if self.precision is None or self.recall is None:
            return None
        return 2 * self.precision * self.recall / (self.precision + self.recall)


@dataclass(frozen=True, slots=True)
class PersonCount:
    """Persons that the members truly are, and persons that they became."""

    true_persons: int
    predicted_persons: int

    @property
    def error(self) -> int:
        """Persons too many (positive) or too few (negative)."""
        return self.predicted_persons - self.true_persons

    @property
    def error_share(self) -> float | None:
        """The error as a share of the true persons."""
        return ratio(self.error, self.true_persons)


@dataclass(frozen=True, slots=True)
class IdentifierChurn:
    """What happened to members and identifiers from one partition to the next."""

    members_kept: int
    members_moved: int
    members_new: int
    members_gone: int
    identifiers_kept: int
    identifiers_created: int
    identifiers_ended: int

    @property
    def moved_share(self) -> float | None:
        """Members under another identifier, as a share of the members known to both."""
        return ratio(self.members_moved, self.members_kept + self.members_moved)


@dataclass(frozen=True, slots=True)
class AlignedPartitions:
    """The members that count, side by side in both partitions, as dense codes from 0.

    `cluster`, `truth` and `cell` (both together) have one code a member, in the order of
    `members`; a member alone has a cluster of its own. Aligning is the costly step: where all
    measures are wanted, align once.
    """

    members: pl.Series
    cluster: Codes
    truth: Codes
    cell: Codes
    members_with_several_truths: int
    members_without_truth: int

    @classmethod
    def of(cls, predicted: pl.DataFrame, truth: pl.DataFrame) -> Self:
        """Join prediction and truth.

        Raises:
            ValueError: a column is absent, or a member stands in several clusters.
        """
        require_columns(truth, "truth", ("member", "truth"))
        clusters = one_cluster_each(predicted, "predicted")
        known = truth.select("member", "truth").drop_nulls()
        if has_repeats(known["member"]):
            known = known.unique()
        shared = known.select("member").clear()
        if has_repeats(known["member"]):
            shared = known.filter(pl.len().over("member") > 1).select("member").unique()
            known = known.join(shared, on="member", how="anti")
        both = known.join(clusters.with_columns(is_met=pl.lit(True)), on="member", how="left")
        met = both["is_met"].count() + clusters.join(shared, on="member", how="semi").height
        truths, placed = _codes(both["truth"]), _codes(both["cluster"])
        alone = placed < 0
        count = int(placed.max(initial=-1)) + 1
        placed[alone] = np.arange(count, count + int(alone.sum()))
        width = int(placed.max(initial=0)) + 1
        return cls(
            members=both["member"],
            cluster=placed,
            truth=truths,
            cell=_codes(pl.Series(truths * width + placed)),
            members_with_several_truths=shared.height,
            members_without_truth=clusters.height - met,
        )

    def pairwise(self) -> PairwiseMeasures:
        """Count pairs."""
        return PairwiseMeasures(
            true_pairs=_pairs(self.truth),
            predicted_pairs=_pairs(self.cluster),
            shared_pairs=_pairs(self.cell),
            members=len(self.members),
            members_with_several_truths=self.members_with_several_truths,
            members_without_truth=self.members_without_truth,
        )

    def b_cubed(self) -> BCubed:
        """Average each member's share of its cluster, and of its truth, that is rightly there."""
        count = len(self.members)
        if not count:
            return BCubed(0, None, None)
        return BCubed(
            count,
            _summed_shares(self.cell, self.cluster) / count,
            _summed_shares(self.cell, self.truth) / count,
        )

    def person_count(self) -> PersonCount:
        """Count persons."""
        return PersonCount(
            true_persons=int(self.truth.max(initial=-1)) + 1,
            predicted_persons=int(self.cluster.max(initial=-1)) + 1,
        )


def pairwise_measures(predicted: pl.DataFrame, truth: pl.DataFrame) -> PairwiseMeasures:
    """Count true, predicted and shared pairs of (`member`, `cluster`) and (`member`, `truth`)."""
    return AlignedPartitions.of(predicted, truth).pairwise()


def b_cubed(predicted: pl.DataFrame, truth: pl.DataFrame) -> BCubed:
    """Measure B³ of (`member`, `cluster`) against (`member`, `truth`)."""
    return AlignedPartitions.of(predicted, truth).b_cubed()


def person_count_error(predicted: pl.DataFrame, truth: pl.DataFrame) -> PersonCount:
    """Compare the number of clusters with the number of truths."""
    return AlignedPartitions.of(predicted, truth).person_count()


def identifier_churn(before: pl.DataFrame, after: pl.DataFrame) -> IdentifierChurn:
    """Compare two partitions whose `cluster` is an identifier that should stay.

    Both are (`member`, `cluster`), each member once. A member without an identifier on a side is
    not there on that side.
    """
    old = one_cluster_each(before, "before").drop_nulls()
    new = one_cluster_each(after, "after").drop_nulls()
    both = old.join(new, on="member", suffix="_after")
    kept = both.filter(pl.col("cluster") == pl.col("cluster_after")).height
    old_names, new_names = old.select("cluster").unique(), new.select("cluster").unique()
    staying = old_names.join(new_names, on="cluster", how="semi").height
    return IdentifierChurn(
        members_kept=kept,
        members_moved=both.height - kept,
        members_new=new.height - both.height,
        members_gone=old.height - both.height,
        identifiers_kept=staying,
        identifiers_created=new_names.height - staying,
        identifiers_ended=old_names.height - staying,
    )


def review_load(reviews: int, records: int) -> float | None:
    """Return the questions put to people per 10,000 records; None without records."""
    return ratio(reviews * RECORDS_OF_A_RATE, records)


def ratio(part: int, whole: int) -> float | None:
    """Divide, where there is something to divide by."""
    return part / whole if whole else None


def one_cluster_each(partition: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return (`member`, `cluster`) of a partition, or say what is wrong with it."""
    require_columns(partition, name, ("member", "cluster"))
    rows = partition.select("member", "cluster")
    if has_repeats(rows["member"]):
        rows = rows.unique()
        if has_repeats(rows["member"]):
            raise ValueError(
                f"{name}: column 'member' repeats with different clusters. "
                "A partition names each member once."
            )
    return rows


def require_columns(frame: pl.DataFrame, name: str, columns: Sequence[str]) -> None:
    """Raise ValueError naming the columns that `frame` should have and has not."""
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise ValueError(f"{name}: column {', '.join(map(repr, absent))} is absent. Add it.")


def has_repeats(values: pl.Series) -> bool:
    """Tell whether a value stands in several rows."""
    return values.n_unique() < len(values)


def _codes(values: pl.Series) -> Codes:
    """Number distinct values from 0; nulls are -1."""
    if values.dtype == pl.String:
        # Numbered by hash, several times faster than by rank; the categories end with the call.
        values = values.cast(pl.Categorical(pl.Categories.random())).to_physical()
    dense = values.rank("dense").cast(pl.Int64) - 1
    return dense.fill_null(-1).to_numpy(writable=True)


def _pairs(codes: Codes) -> int:
    sizes = np.bincount(codes)
    return int((sizes * (sizes - 1) // 2).sum())


def _summed_shares(cell: Codes, whole: Codes) -> float:
    """Sum, over members, their cell's size by the size of `whole`, whatever the rows' order."""
    alike = (
        pl.DataFrame({"part": np.bincount(cell)[cell], "whole": np.bincount(whole)[whole]})
        .group_by("part", "whole")
        .agg(members=pl.len())
    )
    return math.fsum(
        members * part / of
        for part, of, members in alike.select("part", "whole", "members").iter_rows()
    )
