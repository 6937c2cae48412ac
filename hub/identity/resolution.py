"""From scored pairs to people: which entity joins which anchor, and when nobody guesses.

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
    """Evidence after the prior: 6 bits are odds of 64 to 1."""
    other_number_weight: float = 4.0
    """More evidence that one needs who has an ID number of his own, though no register knows it."""
    margin: float = 4.0
    """By how much the best anchor must beat the second best."""


def resolve_entities(
    entities: pl.DataFrame, pairs: pl.DataFrame, thresholds: Thresholds
) -> pl.DataFrame:
    """Return the cluster of every entity.

    First numbered entities look for their anchor; those that find none stand for themselves. Then
    loose entities look for one among both; then what is left over clusters among itself.

    Args:
        entities: (`entity_id`, `kind`, `is_linkable`, `is_named`), each entity once; `kind` is
            `anchor`, `numbered` or `loose`.
        pairs: (`entity_l`, `entity_r`, `match_weight`, `is_barred`), each pair once, the first
            numbered or loose. A barred pair (the twins guard) is never the same person.
        thresholds: what a score must reach.

    Returns:
        (`entity_id`, `cluster`, `match_kind`, `match_weight`); `cluster` is an anchor's or the
        smallest entity's ID, null for the unidentifiable.
    """
    kinds = entities.select("entity_id", "kind")
    best = pairs.join(
        kinds.rename({"entity_id": "entity_l", "kind": "kind_l"}), on="entity_l"
    ).join(kinds.rename({"entity_id": "entity_r", "kind": "kind_r"}), on="entity_r")
    numbered = _choose(
        best.filter((pl.col("kind_l") == "numbered") & (pl.col("kind_r") == "anchor")).with_columns(
            target="entity_r"
        ),
        thresholds.join_weight + thresholds.other_number_weight,
        thresholds.margin,
    ).filter("is_clear")
    corrected = numbered.select(entity_r="entity_id", owner="cluster")
    chosen = _choose(
        best.filter((pl.col("kind_l") == "loose") & (pl.col("kind_r") != "loose"))
        .join(corrected, on="entity_r", how="left")
        .with_columns(target=pl.coalesce("owner", "entity_r")),
        thresholds.join_weight,
        thresholds.margin,
    )
    joined = pl.concat([numbered, chosen.filter("is_clear")]).drop("is_clear")
    unclear = chosen.filter(~pl.col("is_clear")).select("entity_id", is_unclear=pl.lit(value=True))
    among = _cluster_leftovers(
        best.filter(
            (pl.col("kind_l") == "loose")
            & (pl.col("kind_r") == "loose")
            & ~pl.col("is_barred")
            & (pl.col("match_weight") >= thresholds.join_weight)
        )
        .join(joined, left_on="entity_l", right_on="entity_id", how="anti")
        .join(joined, left_on="entity_r", right_on="entity_id", how="anti")
    )
    is_clustered = pl.col("component").is_not_null()
    return (
        entities.join(joined, on="entity_id", how="left")
        .join(among, on="entity_id", how="left")
        .join(unclear, on="entity_id", how="left")
        .with_columns(
            match_kind=pl.when(pl.col("cluster").is_not_null())
            .then(pl.lit("linked"))
            .when(pl.col("kind") != "loose")
            .then(pl.lit("national_id"))
            .when(~is_clustered & ~(pl.col("is_linkable") & pl.col("is_named")))
            .then(pl.lit("unidentifiable"))
            .when(pl.col("is_unclear"))
            .then(pl.lit("ambiguous"))
            .when(is_clustered)
            .then(pl.lit("clustered"))
            .otherwise(pl.lit("single"))
        )
        .with_columns(
            cluster=pl.when(pl.col("match_kind") != "unidentifiable").then(
                pl.coalesce("cluster", "component", "entity_id")
            ),
            match_weight=pl.coalesce("match_weight", "strongest"),
        )
        .select("entity_id", "cluster", "match_kind", "match_weight")
        .sort("entity_id")
    )


def _choose(candidates: pl.DataFrame, join_weight: float, margin: float) -> pl.DataFrame:
    """Return (`entity_id`, `cluster`, `match_weight`, `is_clear`) of who reaches the join weight."""
    best = candidates.group_by("entity_l", "target").agg(
        pl.col("match_weight").max(), pl.col("is_barred").any()
    )
    return (
        best.filter(~pl.col("is_barred"))
        .sort(["entity_l", "match_weight", "target"], descending=[False, True, False])
        .group_by("entity_l", maintain_order=True)
        .agg(
            cluster=pl.col("target").first(),
            match_weight=pl.col("match_weight").first(),
            second=pl.col("match_weight").get(1, null_on_oob=True),
        )
        .filter(pl.col("match_weight") >= join_weight)
        .select(
            entity_id="entity_l",
            cluster="cluster",
            match_weight="match_weight",
            is_clear=pl.col("second").is_null()
            | (pl.col("match_weight") - pl.col("second") >= margin),
        )
    )


def _cluster_leftovers(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return (`entity_id`, `component`, `strongest`) of the leftovers that are linked."""
    edges = pairs.select(left="entity_l", right="entity_r", match_weight="match_weight")
    strongest = (
        pl.concat(
            [
                edges.select("match_weight", entity_id="left"),
                edges.select("match_weight", entity_id="right"),
            ]
        )
        .group_by("entity_id")
        .agg(strongest=pl.col("match_weight").max())
    )
    return (
        connected_components(edges)
        .join(strongest, left_on="node", right_on="entity_id")
        .rename({"node": "entity_id"})
    )
