"""How well each cluster hangs together, from the scored pairs inside it.

Here: size, density, weakest links, bridges and supported numbers of clusters, and their summary.
Never here: forming or splitting clusters, or what a night may look like
(`hub.identity.control_limits`). Next: the review of broken clusters, the night's control limits
and `hub.identity.accuracy_report`.

The members of a cluster are what was scored: entities where an accepted number has joined the
records already, so that no link is missed that nobody scored.
"""

from __future__ import annotations

from dataclasses import dataclass

import igraph
import numpy as np
import polars as pl

from hub.identity.measures import one_cluster_each, require_columns

SIZE_BANDS = ((1, "1"), (2, "2"), (3, "3-5"), (6, "6-10"), (11, "11-50"), (51, "over 50"))
"""Smallest size of a band, and its name."""

METRICS_SCHEMA = {
    "size": pl.Int64,
    "edges": pl.Int64,
    "density": pl.Float64,
    "weakest_edge": pl.Float64,
    "holding_weight": pl.Float64,
    "bridges": pl.Int64,
    "pieces": pl.Int64,
    "numbers": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Beyond these a cluster is worth a person's look. Weights are bits."""

    largest_size: int = 50
    lowest_density: float = 0.3
    lowest_holding_weight: float = 0.0


def cluster_metrics(
    pairs: pl.DataFrame,
    clusters: pl.DataFrame,
    supported: pl.DataFrame | None = None,
    limits: QualityLimits | None = None,
) -> pl.DataFrame:
    """Measure every cluster.

    Args:
        pairs: `record_l`, `record_r`, `match_weight` (bits); pairs of two clusters and pairs of
            a record with itself do not count, and of a repeated pair the best weight does.
        clusters: (`member`, `cluster`), each member once.
        supported: (`member`, `number`): accepted numbers or codes for them.
        limits: what makes a cluster `is_beyond_limits`.

    Returns one row a cluster, sorted: `cluster`, and

    - `size` (members), `edges` (scored pairs inside), `density` (edges by possible pairs; null
      for one member);
    - `weakest_edge`: the lowest weight inside;
    - `holding_weight`: the weight at which the cluster would fall apart, that of the weakest edge
      of its best spanning tree; null for one member or several pieces;
    - `bridges`: edges whose loss would part it, in clusters of three or more;
    - `pieces`: parts that no scored pair joins; more than one comes from decisions or old links;
    - `numbers`: distinct supported numbers;
    - `is_oversized`, `is_beyond_limits`.
    """
    limits = limits or QualityLimits()
    placed = one_cluster_each(clusters, "clusters").drop_nulls().with_row_index("node")
    sizes = placed.group_by("cluster").agg(size=pl.len().cast(pl.Int64))
    edges = _inner_edges(pairs, placed)
    counted = edges.group_by("cluster").agg(
        edges=pl.len().cast(pl.Int64), weakest_edge=pl.col("match_weight").min()
    )
    possible = pl.col("size") * (pl.col("size") - 1) // 2
    metrics = (
        sizes.join(counted, on="cluster", how="left")
        .join(_structure(edges, placed, sizes), on="cluster", how="left")
        .join(_supported_numbers(supported, placed), on="cluster", how="left")
        .with_columns(pl.col("edges", "numbers").fill_null(0))
        .with_columns(
            density=pl.when(possible > 0).then(pl.col("edges") / possible),
            bridges=pl.col("bridges").fill_null(0),
            pieces=pl.coalesce("pieces", pl.max_horizontal(1, pl.col("size") - pl.col("edges"))),
            # Two members hang on their only edge.
            holding_weight=pl.when(pl.col("size") == 2)
            .then("weakest_edge")
            .otherwise("holding_weight"),
        )
        .select("cluster", *(pl.col(name).cast(kind) for name, kind in METRICS_SCHEMA.items()))
    )
    return metrics.with_columns(
        is_oversized=pl.col("size") > limits.largest_size,
        is_beyond_limits=(pl.col("size") > limits.largest_size)
        | (pl.col("numbers") > 1)
        | (pl.col("pieces") > 1)
        | (pl.col("density") < limits.lowest_density).fill_null(False)
        | (pl.col("holding_weight") < limits.lowest_holding_weight).fill_null(False),
    ).sort("cluster")


def summarise_clusters(metrics: pl.DataFrame) -> pl.DataFrame:
    """Sum up `cluster_metrics` by size: one row a band, empty bands too."""
    band = pl.lit(None, pl.String)
    for smallest, name in SIZE_BANDS:
        band = pl.when(pl.col("size") >= smallest).then(pl.lit(name)).otherwise(band)
    counted = (
        metrics.with_columns(size_band=band)
        .group_by("size_band")
        .agg(
            clusters=pl.len(),
            members=pl.col("size").sum(),
            mean_density=pl.col("density").mean().round(3),
            lowest_holding_weight=pl.col("holding_weight").min().round(2),
            with_bridges=(pl.col("bridges") > 0).sum(),
            with_several_numbers=(pl.col("numbers") > 1).sum(),
            in_pieces=(pl.col("pieces") > 1).sum(),
            oversized=pl.col("is_oversized").sum(),
            beyond_limits=pl.col("is_beyond_limits").sum(),
        )
    )
    whole = pl.selectors.integer()
    return (
        pl.DataFrame({"size_band": [name for _, name in SIZE_BANDS]})
        .join(counted, on="size_band", how="left", maintain_order="left")
        .with_columns(whole.fill_null(0).cast(pl.Int64))
    )


def _inner_edges(pairs: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Return `left`, `right` (nodes, left the smaller), `cluster`, `match_weight`, once a pair."""
    require_columns(pairs, "pairs", ("record_l", "record_r", "match_weight"))
    left = placed.select(record_l="member", node_l="node", cluster="cluster")
    right = placed.select(record_r="member", node_r="node", cluster_r="cluster")
    return (
        pairs.select("record_l", "record_r", "match_weight")
        .join(left, on="record_l")
        .join(right, on="record_r")
        .filter((pl.col("cluster") == pl.col("cluster_r")) & (pl.col("node_l") != pl.col("node_r")))
        .group_by(
            "cluster",
            left=pl.min_horizontal("node_l", "node_r"),
            right=pl.max_horizontal("node_l", "node_r"),
        )
        .agg(pl.col("match_weight").max())
    )


def _structure(edges: pl.DataFrame, placed: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Return `pieces`, `bridges` and `holding_weight` of clusters of three or more members."""
    larger = sizes.filter(pl.col("size") > 2).select("cluster")
    # All of them are one graph: its bridges, pieces and best forest are found in one pass each.
    nodes = (
        placed.join(larger, on="cluster", how="semi").select("node", "cluster").with_row_index("at")
    )
    inner = (
        edges.join(larger, on="cluster", how="semi")
        .join(nodes.select(left="node", left_at="at"), on="left")
        .join(nodes.select(right="node", right_at="at"), on="right")
        .select("cluster", "match_weight", "left_at", "right_at")
    )
    graph = igraph.Graph(n=nodes.height, edges=inner.select("left_at", "right_at").to_numpy())
    tree = graph.spanning_tree(weights=(-inner["match_weight"]).to_numpy(), return_tree=False)
    pieces = (
        nodes.with_columns(piece=np.asarray(graph.connected_components().membership, np.int64))
        .group_by("cluster")
        .agg(pieces=pl.col("piece").n_unique())
    )
    bridges = inner[np.asarray(graph.bridges(), np.int64)].group_by("cluster").agg(bridges=pl.len())
    held = (
        inner[np.asarray(tree, np.int64)]
        .group_by("cluster")
        .agg(holding_weight=pl.col("match_weight").min())
    )
    return (
        pieces.join(bridges, on="cluster", how="left")
        .join(held, on="cluster", how="left")
        .with_columns(pl.when(pl.col("pieces") == 1).then("holding_weight").alias("holding_weight"))
    )


def _supported_numbers(supported: pl.DataFrame | None, placed: pl.DataFrame) -> pl.DataFrame:
    if supported is None:
        return placed.select("cluster", numbers=pl.lit(0, pl.Int64)).clear()
    require_columns(supported, "supported", ("member", "number"))
    return (
        placed.join(supported.select("member", "number").drop_nulls(), on="member")
        .group_by("cluster")
        .agg(numbers=pl.col("number").n_unique().cast(pl.Int64))
    )
