"""People's decisions as labels, and the index measured against labels.

Here: label frames, and counts of what the index says of labelled pairs. Never here: files, the
ledger, or measures of whole partitions (`measures`). Next: `hub index labels` and `hub index
measure`.

Labels that come from the review queue are the hard cases, not a sample of all: what they measure
is a lower bound. And the index obeys its own decisions: measure labels on an index that has not
seen them yet, or labels that somebody else made.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hub.identity.decisions import CANNOT_LINK_KINDS, MUST_LINK_KINDS
from hub.identity.measures import ratio, require_columns

LABEL_SCHEMA = {
    "signature_l": pl.UInt64,
    "signature_r": pl.UInt64,
    "is_same": pl.Boolean,
    "actor": pl.String,
    "decided_at": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class LabelMeasures:
    """What the index says of labelled pairs, in counts of pairs."""

    same_found: int
    same_missed: int
    different_joined: int
    different_apart: int
    contradictory: int
    """Pairs with labels of both kinds; they count for nothing."""
    unknown: int
    """Pairs of which the index has not both signatures; they count for nothing."""

    @property
    def precision(self) -> float | None:
        """Of the labelled pairs that the index joins, the share that is the same person."""
        return ratio(self.same_found, self.same_found + self.different_joined)

    @property
    def recall(self) -> float | None:
        """Of the labelled pairs that are the same person, the share that the index joins."""
        return ratio(self.same_found, self.same_found + self.same_missed)


def labels_of(decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the active decisions about pairs as `LABEL_SCHEMA`, the smaller signature first.

    `decisions` are the ledger's: `kind`, `left`, `right`, `actor`, `decided_at`, `is_active`.
    """
    about_pairs = decisions.filter(
        "is_active", pl.col("kind").is_in([*MUST_LINK_KINDS, *CANNOT_LINK_KINDS])
    )
    left, right = pl.col("left").cast(pl.UInt64), pl.col("right").cast(pl.UInt64)
    return about_pairs.select(
        signature_l=pl.min_horizontal(left, right),
        signature_r=pl.max_horizontal(left, right),
        is_same=pl.col("kind").is_in(list(MUST_LINK_KINDS)),
        actor="actor",
        decided_at="decided_at",
    ).sort("signature_l", "signature_r", "decided_at")


def measure_labels(labels: pl.DataFrame, members: pl.DataFrame) -> LabelMeasures:
    """Compare labels with the index.

    Args:
        labels: `signature_l`, `signature_r`, `is_same`; other columns are ignored.
        members: (`signature_id`, `person_id`), each signature once; without a person it is alone.

    Raises:
        ValueError: a column is absent.
    """
    require_columns(labels, "labels", ("signature_l", "signature_r", "is_same"))
    left, right = pl.col("signature_l").cast(pl.UInt64), pl.col("signature_r").cast(pl.UInt64)
    pairs = (
        labels.select(
            signature_l=pl.min_horizontal(left, right),
            signature_r=pl.max_horizontal(left, right),
            is_same=pl.col("is_same"),
        )
        .group_by("signature_l", "signature_r")
        .agg(is_same=pl.col("is_same").first(), kinds=pl.col("is_same").n_unique())
    )
    person = members.select(pl.col("signature_id").cast(pl.UInt64), "person_id")
    known = pairs.join(
        person.rename({"signature_id": "signature_l", "person_id": "person_l"}), on="signature_l"
    ).join(
        person.rename({"signature_id": "signature_r", "person_id": "person_r"}), on="signature_r"
    )
    clear = known.filter(pl.col("kinds") == 1).with_columns(
        is_joined=(pl.col("person_l") == pl.col("person_r")).fill_null(value=False)
    )

    def count(*, is_same: bool, is_joined: bool) -> int:
        return clear.filter(is_same=is_same, is_joined=is_joined).height

    return LabelMeasures(
        same_found=count(is_same=True, is_joined=True),
        same_missed=count(is_same=True, is_joined=False),
        different_joined=count(is_same=False, is_joined=True),
        different_apart=count(is_same=False, is_joined=False),
        contradictory=known.height - clear.height,
        unknown=pairs.height - known.height,
    )
