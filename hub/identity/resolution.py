"""From scored pairs to people: which loose entity joins which anchor, and when nobody guesses.

Here: the join weight, the margin, and leftovers among themselves. Never here: scoring, IDs.
Next: `hub.identity.person_ids` names the clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hub.identity.components import connected_components

MATCH_KINDS = ("national_id", "linked", "clustered", "ambiguous", "single", "unidentifiable")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a score must reach, in bits."""

    join_weight: float = 6.0
    """Evidence against the prior: 6 bits are odds of 64 to 1."""
    margin: float = 4.0
    """By how much the best anchor must beat the second best."""


def resolve_entities(
    entities: pl.DataFrame, pairs: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """Return the cluster of every entity.

    Args:
        entities: (`entity_id`, `is_anchor`, `is_linkable`, `is_named`), each entity once.
        pairs: (`entity_l`, `entity_r`, `match_weight`, `is_barred`), the first loose, the second an
            anchor or loose; several for an entity that is described in several ways. A barred
            pair (the twins guard) is never the same person.
        thresholds: what a score must reach.

    Returns:
        (`entity_id`, `cluster`, `match_kind`, `match_weight`); `cluster` is an anchor's or the
        smallest entity's ID, null for the unidentifiable.
    """
    kinds = entities.select("entity_id", "is_anchor")
    best = (
        pairs.group_by("entity_l", "entity_r")
        .agg(
            pl.col("match_weight").max(),
            # One description that is barred bars the two, whatever another one weighs.
            pl.col("is_barred").any(),
        )
        .filter(~pl.col("is_barred"))
        .join(kinds.rename({"entity_id": "entity_r"}), on="entity_r")
    )
    to_anchor = (
        best.filter("is_anchor")
        .sort(["entity_l", "match_weight", "entity_r"], descending=[False, True, False])
        .group_by("entity_l", maintain_order=True)
        .agg(
            anchor=pl.col("entity_r").first(),
            match_weight=pl.col("match_weight").first(),
            second=pl.col("match_weight").get(1, null_on_oob=True),
        )
        .filter(pl.col("match_weight") >= thresholds.join_weight)
        .with_columns(
            is_clear=(
                pl.col("second").is_null()
                | (pl.col("match_weight") - pl.col("second") >= thresholds.margin)
            )
        )
    )
    joined = to_anchor.filter("is_clear").select(
        entity_id="entity_l", cluster="anchor", match_weight="match_weight"
    )
    unclear = to_anchor.filter(~pl.col("is_clear")).select(entity_id="entity_l")
    loose = best.filter(
        ~pl.col("is_anchor") & (pl.col("match_weight") >= thresholds.join_weight)
    )
    left_over = (
        loose.join(joined, left_on="entity_l", right_on="entity_id", how="anti")
        .join(joined, left_on="entity_r", right_on="entity_id", how="anti")
        .select(left="entity_l", right="entity_r", match_weight="match_weight")
    )
    among = connected_components(left_over).rename({"node": "entity_id"})
    strongest = (
        pl.concat(
            [
                left_over.select(entity_id="left", weight="match_weight"),
                left_over.select(entity_id="right", weight="match_weight"),
            ]
        )
        .group_by("entity_id")
        .agg(pl.col("weight").max())
    )
    is_linked = pl.col("cluster").is_not_null()
    is_clustered = pl.col("component").is_not_null()
    is_unidentifiable = ~pl.col("is_linkable") | ~pl.col("is_named")
    return (
        entities.join(joined, on="entity_id", how="left")
        .join(among, on="entity_id", how="left")
        .join(strongest, on="entity_id", how="left")
        .join(unclear.with_columns(is_unclear=True), on="entity_id", how="left")
        .with_columns(
            match_kind=pl.when("is_anchor")
            .then(pl.lit("national_id"))
            .when(is_linked)
            .then(pl.lit("linked"))
            .when(is_unidentifiable & ~is_clustered)
            .then(pl.lit("unidentifiable"))
            .when(pl.col("is_unclear"))
            .then(pl.lit("ambiguous"))
            .when(is_clustered)
            .then(pl.lit("clustered"))
            .otherwise(pl.lit("single"))
        )
        .with_columns(
            cluster=pl.when(pl.col("match_kind") == "unidentifiable")
            .then(None)
            .otherwise(pl.coalesce("cluster", "component", "entity_id")),
            match_weight=pl.coalesce("match_weight", "weight"),
        )
        .select("entity_id", "cluster", "match_kind", "match_weight")
        .sort("entity_id")
    )
