"""What a new model would change: two partitions of the same members, cluster by cluster.

Here: which clusters were kept, merged, split or mixed, what that weighs, and whether a new model
may be taken into use. Never here: linking, or the store of accepted models. Next: a person looks
at the text table; the step that retrains asks `accept_model`.

Only members known to both sides are compared. A change is one of

- `merged`: whole clusters became one;
- `split`: one cluster became several, and nobody else joined them;
- `moved`: anything else, such as a member that left one person for another.

The weight of a change is the sum over all its members: whoever is in it may be paid otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import polars as pl

from hub.identity.components import connected_components
from hub.identity.measures import one_cluster_each, ratio, require_columns

CHANGES = ("merged", "split", "moved")
SUMMARY_KINDS = ("kept", *CHANGES)
LISTED_CLUSTERS = 10
"""A listed change names at most so many clusters of each side."""


@dataclass(frozen=True, slots=True)
class PartitionDiff:
    """The comparison of two partitions.

    `summary`: one row for each of `kept`, `merged`, `split`, `moved`: `clusters_before`,
    `clusters_after`, `members`, `weight`. `largest`: `kind`, `clusters_before`, `clusters_after`
    (lists), `before_count`, `after_count`, `members`, `weight`, heaviest first.
    """

    summary: pl.DataFrame
    largest: pl.DataFrame
    members_new: int
    members_gone: int

    @property
    def fingerprint(self) -> str:
        """Name this comparison, so that an approval cannot be meant for another."""
        told = {
            "summary": self.summary.to_dicts(),
            "largest": self.largest.to_dicts(),
            "members": [self.members_new, self.members_gone],
        }
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]

    def counted(self, kind: str, column: str) -> int:
        """Return one figure of the summary."""
        return int(self.summary.filter(pl.col("kind") == kind)[column].item())

    def member_share(self, kind: str) -> float | None:
        """Return the share of compared members that a kind of change touches."""
        return ratio(self.counted(kind, "members"), int(self.summary["members"].sum()))

    def text_table(self) -> str:
        """Write the summary and the largest changes for a person who decides."""
        heads = ("change", "clusters before", "after", "members", "weight")
        rows = [
            (row["kind"], *(f"{row[name]:,}" for name in self.summary.columns[1:]))
            for row in self.summary.iter_rows(named=True)
        ]
        changes = [
            f"{row['kind']}: {row['before_count']:,} -> {row['after_count']:,} clusters, "
            f"{row['members']:,} members, weight {row['weight']:,}: "
            f"{_named(row['clusters_before'], row['before_count'])} -> "
            f"{_named(row['clusters_after'], row['after_count'])}"
            for row in self.largest.iter_rows(named=True)
        ]
        return "\n".join(
            [
                *_aligned([heads, *rows]),
                f"new members {self.members_new:,}, members gone {self.members_gone:,}",
                f"fingerprint {self.fingerprint}",
                *(["", "largest changes", *changes] if changes else []),
            ]
        )


@dataclass(frozen=True, slots=True)
class DiffLimits:
    """The most that a new model may change: shares of compared members, and weight in all."""

    merged_share: float = 0.01
    split_share: float = 0.01
    moved_share: float = 0.002
    changed_weight: int | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Whether a model may be taken into use, and every reason why not."""

    is_accepted: bool
    reasons: tuple[str, ...]


def diff_partitions(
    before: pl.DataFrame,
    after: pl.DataFrame,
    weight_by_member: pl.DataFrame | None = None,
    *,
    listed: int = 20,
) -> PartitionDiff:
    """Compare two partitions (`member`, `cluster`), each member once.

    Args:
        before: in use now.
        after: proposed.
        weight_by_member: (`member`, `weight` Int64), such as money at stake in won; members that
            are absent weigh nothing.
        listed: how many of the largest changes to list.

    Raises:
        ValueError: a column is absent or a member repeats.
    """
    old = one_cluster_each(before, "before").drop_nulls()
    new = one_cluster_each(after, "after").drop_nulls()
    both = old.rename({"cluster": "old"}).join(new.rename({"cluster": "new"}), on="member")
    if weight_by_member is None:
        weighed = both.with_columns(weight=pl.lit(0, pl.Int64))
    else:
        require_columns(weight_by_member, "weight_by_member", ("member", "weight"))
        weights = weight_by_member.group_by("member").agg(pl.col("weight").cast(pl.Int64).sum())
        weighed = both.join(weights, on="member", how="left").with_columns(
            pl.col("weight").fill_null(0)
        )
    cells = _kinds(
        weighed.group_by("old", "new").agg(
            members=pl.len().cast(pl.Int64), weight=pl.col("weight").sum()
        )
    )
    return PartitionDiff(
        summary=_summarise(cells),
        largest=_largest(cells.filter(pl.col("kind") != "kept"), listed),
        members_new=new.height - both.height,
        members_gone=old.height - both.height,
    )


def limit_breaches(diff: PartitionDiff, limits: DiffLimits) -> list[str]:
    """Say in sentences how a comparison exceeds the limits; nothing compared exceeds them too."""
    if not diff.summary["members"].sum():
        return ["The two partitions share no member, so nothing was compared."]
    told: list[str] = []
    for kind in CHANGES:
        share, most = diff.member_share(kind), getattr(limits, f"{kind}_share")
        if share is None or not share <= most:
            told.append(
                f"{kind}: {diff.counted(kind, 'members'):,} members, {share:.3%} of those compared; "
                f"at most {most:.3%} may be."
            )
    weight = sum(diff.counted(kind, "weight") for kind in CHANGES)
    if limits.changed_weight is not None and not weight <= limits.changed_weight:
        told.append(
            f"The changed members weigh {weight:,}; at most {limits.changed_weight:,} may change."
        )
    return told


def within_limits(diff: PartitionDiff, limits: DiffLimits) -> bool:
    """Tell whether a comparison stays within the limits."""
    return not limit_breaches(diff, limits)


def accept_model(
    diff: PartitionDiff, limits: DiffLimits, *, seen_by: str | None, seen_fingerprint: str | None
) -> Acceptance:
    """Decide on a retrained model: within the limits, and seen by a person, this very diff.

    Neither replaces the other: small changes still need eyes, and eyes do not widen limits.
    """
    reasons = limit_breaches(diff, limits)
    if not (seen_by or "").strip() or not seen_fingerprint:
        reasons.append("Nobody has seen the comparison. Look at it and give its fingerprint.")
    elif seen_fingerprint != diff.fingerprint:
        reasons.append("The comparison that was seen is another one. Look at this one.")
    return Acceptance(not reasons, tuple(reasons))


def _kinds(cells: pl.DataFrame) -> pl.DataFrame:
    """Name the change of every pair of an old and a new cluster that share members."""
    arms = cells.with_columns(
        from_old=pl.len().over("old").cast(pl.Int64), to_new=pl.len().over("new").cast(pl.Int64)
    )
    is_merge = (pl.col("to_new") > 1) & (pl.col("from_old").max().over("new") == 1)
    is_split = (pl.col("from_old") > 1) & (pl.col("to_new").max().over("old") == 1)
    is_kept = (pl.col("from_old") == 1) & (pl.col("to_new") == 1)
    return arms.with_columns(
        kind=pl.when(is_kept)
        .then(pl.lit("kept"))
        .when(is_merge)
        .then(pl.lit("merged"))
        .when(is_split)
        .then(pl.lit("split"))
        .otherwise(pl.lit("moved"))
    ).drop("from_old", "to_new")


def _summarise(cells: pl.DataFrame) -> pl.DataFrame:
    counted = cells.group_by("kind").agg(
        clusters_before=pl.col("old").n_unique().cast(pl.Int64),
        clusters_after=pl.col("new").n_unique().cast(pl.Int64),
        members=pl.col("members").sum(),
        weight=pl.col("weight").sum(),
    )
    return (
        pl.DataFrame({"kind": SUMMARY_KINDS})
        .join(counted, on="kind", how="left", maintain_order="left")
        .with_columns(pl.exclude("kind").fill_null(0).cast(pl.Int64))
    )


def _largest(changed: pl.DataFrame, listed: int) -> pl.DataFrame:
    """Gather the cells of one change, and keep the heaviest changes."""
    # Old and new clusters are two sides of a graph whose components are the changes.
    ends = changed.with_columns(
        left=pl.col("old").rank("dense").cast(pl.Int64) * 2,
        right=pl.col("new").rank("dense").cast(pl.Int64) * 2 + 1,
    )
    parts = connected_components(ends.select("left", "right"))
    return (
        ends.join(parts, left_on="left", right_on="node")
        .group_by("component")
        .agg(
            pl.col("kind").first(),
            clusters_before=pl.col("old").unique().sort().head(LISTED_CLUSTERS),
            clusters_after=pl.col("new").unique().sort().head(LISTED_CLUSTERS),
            before_count=pl.col("old").n_unique().cast(pl.Int64),
            after_count=pl.col("new").n_unique().cast(pl.Int64),
            members=pl.col("members").sum(),
            weight=pl.col("weight").sum(),
        )
        .sort(["weight", "members", "component"], descending=[True, True, False])
        .head(listed)
        .drop("component")
    )


def _named(clusters: list[object], count: int) -> str:
    more = f" and {count - len(clusters):,} more" if count > len(clusters) else ""
    return ", ".join(map(str, clusters)) + more


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
