"""What the clusters mean: their names, why each entity is where it is, and doubts about households.

Here: naming clusters and match kinds. Never here: who joins whom (`resolution`, `knot`). Next:
`resolution` returns it.
"""

from __future__ import annotations

import polars as pl

from hub.identity.thresholds import REVIEW_SCHEMA, Constraints, Thresholds


def name_clusters(entities: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Return `entities` with `cluster` and `size`; the thin have no cluster of their own."""
    rank = {"registered": 0, "numbered": 1, "loose": 2, "thin": 3}
    joined = entities.join(clusters.rename({"cluster": "group"}), on="entity_id", how="left")
    return (
        joined.with_columns(
            group=pl.coalesce("group", "entity_id"),
            rank=pl.col("kind").replace_strict(rank, return_dtype=pl.Int8),
        )
        .with_columns(size=pl.len().over("group"))
        .with_columns(
            cluster=pl.when((pl.col("size") > 1) | (pl.col("kind") != "thin")).then(
                pl.col("entity_id").sort_by("rank", "entity_id").first().over("group")
            )
        )
        .drop("group", "rank")
    )


def explain(named: pl.DataFrame, pairs: pl.DataFrame, reviews: pl.DataFrame) -> pl.DataFrame:
    """Return (`entity_id`, `cluster`, `match_kind`, `match_weight`) of `named`, by entity."""
    cluster = named.select("entity_id", "cluster")
    both = (
        pairs.select("entity_l", "entity_r", "match_weight")
        .join(cluster.rename({"entity_id": "entity_l", "cluster": "left"}), on="entity_l")
        .join(cluster.rename({"entity_id": "entity_r", "cluster": "right"}), on="entity_r")
        .filter(pl.col("left") == pl.col("right"))
    )
    best = (
        pl.concat(
            [
                both.select("match_weight", entity_id="entity_l"),
                both.select("match_weight", entity_id="entity_r"),
            ]
        )
        .group_by("entity_id")
        .agg(pl.col("match_weight").max())
    )
    alone = named.filter(pl.col("size") == 1).select("entity_id")
    unclear = (
        reviews.filter(pl.col("kind").is_in(["ambiguous", "held"]))
        .select(entity_id="entity_l", is_unclear=pl.lit(value=True))
        .unique()
        .join(alone, on="entity_id", how="semi")
    )
    anchored = named.filter(pl.col("kind").is_in(["registered", "numbered"])).select(
        cluster="entity_id", is_anchored=pl.lit(value=True)
    )
    return (
        named.join(best, on="entity_id", how="left")
        .join(unclear, on="entity_id", how="left")
        .join(anchored, on="cluster", how="left")
        .with_columns(
            match_kind=pl.when(pl.col("cluster").is_null())
            .then(pl.lit("unidentifiable"))
            .when(
                pl.col("kind").is_in(["registered", "numbered"])
                & (pl.col("cluster") == pl.col("entity_id"))
            )
            .then(pl.lit("national_id"))
            .when(pl.col("is_unclear"))
            .then(pl.lit("ambiguous"))
            .when(pl.col("size") == 1)
            .then(pl.lit("single"))
            .when(pl.col("is_anchored"))
            .then(pl.lit("linked"))
            .otherwise(pl.lit("clustered"))
        )
        .select("entity_id", "cluster", "match_kind", "match_weight")
        .sort("entity_id")
    )


def household_doubts(
    pairs: pl.DataFrame, named: pl.DataFrame, thresholds: Thresholds, decided: Constraints
) -> pl.DataFrame:
    """Return the pairs that only the household guard kept apart, and no decision."""
    cluster = named.select("entity_id", cluster=pl.coalesce("cluster", "entity_id"))

    def placed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(
            cluster.rename({"entity_id": "entity_l", "cluster": "left"}), on="entity_l"
        ).join(cluster.rename({"entity_id": "entity_r", "cluster": "right"}), on="entity_r")

    schema = {"entity_l": pl.UInt64, "entity_r": pl.UInt64}
    apart = placed(pl.DataFrame(list(decided.cannot), schema=schema, orient="row"))
    return (
        placed(
            pairs.filter(
                (pl.col("stranger_weight") >= thresholds.join_weight)
                & (pl.col("match_weight") < thresholds.join_weight)
            )
        )
        .filter(pl.col("left") != pl.col("right"))
        .join(apart, on=["left", "right"], how="anti")
        .join(apart, left_on=["left", "right"], right_on=["right", "left"], how="anti")
        .select(pl.lit("household_or_same").alias("kind"), "entity_l", "entity_r", "match_weight")
        .cast(REVIEW_SCHEMA)  # type: ignore[arg-type]
    )
