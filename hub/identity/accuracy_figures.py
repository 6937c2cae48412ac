"""The figures of an accuracy report, and what is left out so that nobody is told apart.

Here: one release's or model's figures as data, the histogram of match weights, and the
suppression of small groups. Never here: measuring (`hub.identity.measures`) or the page. Next:
`hub.identity.accuracy_report`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hub.identity.control_limits import LimitBreach
from hub.identity.measures import BCubed, IdentifierChurn, PairwiseMeasures, PersonCount

LEAST_MEMBERS = 10
"""Smaller groups are left out of everything that is written."""

_COUNTED = ("true_pairs", "predicted_pairs", "shared_pairs", "precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class AccuracyFigures:
    """What a report tells.

    `by_group`: rows of `hub.identity.group_measures`. `cluster_sizes`: (`size_band`, `clusters`)
    as `hub.identity.cluster_quality.summarise_clusters` has them. `match_weights`: (`weight_from`,
    `weight_to`, `pairs`, `kind`) as `weight_histogram` makes them. `dropped_blocks`: (`rule`,
    `keys`, `records`), rules of blocking whose keys were too common to compare. Frames and
    measures that are None were not measured and are not shown; `breaches` None means that no
    limit was checked.
    """

    title: str
    made_on: dt.date
    records: int
    pairwise: PairwiseMeasures
    b_cubed: BCubed
    person_count: PersonCount
    reviews_per_10_000: float | None = None
    churn: IdentifierChurn | None = None
    by_group: pl.DataFrame | None = None
    cluster_sizes: pl.DataFrame | None = None
    match_weights: pl.DataFrame | None = None
    dropped_blocks: pl.DataFrame | None = None
    breaches: Sequence[LimitBreach] | None = None
    join_weight: float | None = None
    how_measured: str = ""


def weight_histogram(
    pairs: pl.DataFrame, truth: pl.DataFrame | None = None, *, bin_bits: float = 2.0
) -> pl.DataFrame:
    """Count scored pairs by match weight.

    Args:
        pairs: `record_l`, `record_r`, `match_weight` in bits.
        truth: (`member`, `truth`); pairs of two members with one known truth each are told apart.
        bin_bits: width of a bar.

    Returns `weight_from`, `weight_to`, `pairs` and `kind`: `same person`, `two persons` or
    `not known`; bars that hold fewer pairs than a group must have members are left out.
    """
    kind = pl.lit("not known")
    told = pairs.select("record_l", "record_r", "match_weight")
    if truth is not None:
        known = truth.drop_nulls().unique().filter(pl.len().over("member") == 1)
        for side in ("l", "r"):
            told = told.join(
                known.select(pl.col("member").alias(f"record_{side}"), truth_of="truth").rename(
                    {"truth_of": f"truth_{side}"}
                ),
                on=f"record_{side}",
                how="left",
            )
        same = pl.col("truth_l") == pl.col("truth_r")
        kind = (
            pl.when(same)
            .then(pl.lit("same person"))
            .when(~same)
            .then(pl.lit("two persons"))
            .otherwise(pl.lit("not known"))
        )
    start = (pl.col("match_weight") / bin_bits).floor() * bin_bits
    return (
        told.group_by(weight_from=start, kind=kind)
        .agg(pairs=pl.len().cast(pl.Int64))
        .filter(pl.col("pairs") >= LEAST_MEMBERS)
        .select(
            "weight_from", pl.col("weight_from").add(bin_bits).alias("weight_to"), "pairs", "kind"
        )
        .sort("weight_from", "kind")
    )


def suppress_small_groups(by_group: pl.DataFrame, least: int = LEAST_MEMBERS) -> pl.DataFrame:
    """Blank what is told of groups under `least` members, and add `is_suppressed`.

    Where a dimension has such a group, the smallest others are blanked too until `least` members
    are in the dark; else the total would tell the small group after all.
    """
    size = pl.col("members")
    ordered = by_group.with_row_index("at").sort("dimension", "members", maintain_order=True)
    return (
        ordered.with_columns(
            is_suppressed=(size < least)
            | ((size.min() < least) & (size.cum_sum() - size < least)).over("dimension")
        )
        .sort("at")
        .drop("at")
        .with_columns(
            pl.when(~pl.col("is_suppressed")).then(pl.col(name)).alias(name)
            for name in ("members", *_COUNTED)
        )
    )


def accuracy_rows(figures: AccuracyFigures) -> dict[str, object]:
    """Return the figures as plain values, small groups suppressed."""
    pairs, cubed, persons, churn = (
        figures.pairwise, figures.b_cubed, figures.person_count, figures.churn,
    )  # fmt: skip
    tables = {
        "by_group": None if figures.by_group is None else suppress_small_groups(figures.by_group),
        "cluster_sizes": figures.cluster_sizes,
        "match_weights": figures.match_weights,
        "dropped_blocks": figures.dropped_blocks,
    }
    return {
        "title": figures.title,
        "made_on": figures.made_on.isoformat(),
        "records": figures.records,
        "members_measured": pairs.members,
        "members_with_several_truths": pairs.members_with_several_truths,
        "members_without_truth": pairs.members_without_truth,
        "true_pairs": pairs.true_pairs,
        "predicted_pairs": pairs.predicted_pairs,
        "shared_pairs": pairs.shared_pairs,
        "precision": pairs.precision,
        "recall": pairs.recall,
        "f1": pairs.f1,
        "b_cubed_precision": cubed.precision,
        "b_cubed_recall": cubed.recall,
        "b_cubed_f1": cubed.f1,
        "true_persons": persons.true_persons,
        "predicted_persons": persons.predicted_persons,
        "person_count_error": persons.error,
        "reviews_per_10_000": figures.reviews_per_10_000,
        "moved_share": churn.moved_share if churn else None,
        "join_weight": figures.join_weight,
        "breaches": None
        if figures.breaches is None
        else [breach.sentence for breach in figures.breaches],
        **{name: None if table is None else table.to_dicts() for name, table in tables.items()},
    }
