"""Connected components of a small graph.

Here: one pure function over integer edges. Never here: what an edge means. Next: alias chains of
ID numbers (`hub.identity.anchors`) and leftovers among themselves (`hub.identity.resolution`).
"""

from __future__ import annotations

import polars as pl


def connected_components(edges: pl.DataFrame) -> pl.DataFrame:
    """Return (`node`, `component`) of every node in `edges` (columns `left`, `right`).

    A component is named by its smallest node, so the result does not depend on the edges' order.
    """
    both = pl.concat(
        [edges.select("left", "right"), edges.select(left="right", right="left")]
    ).unique()
    labels = both.select(node="left").unique().with_columns(component="node")
    while True:
        reached = (
            both.join(labels, left_on="right", right_on="node")
            .group_by(node="left")
            .agg(pl.col("component").min())
        )
        nearer = (
            labels.join(reached, on="node", how="left", suffix="_reached")
            .with_columns(component=pl.min_horizontal("component", "component_reached"))
            .select("node", "component")
        )
        # Pointer jumping: a label is a node itself, so take that node's label as well.
        jumped = nearer.join(
            nearer.rename({"node": "component", "component": "root"}), on="component"
        ).select("node", component="root")
        if jumped.sort("node").equals(labels.sort("node")):
            return jumped.sort("node")
        labels = jumped
