"""Connected components of a graph.

Here: one pure function over integer edges. Never here: what an edge means. Next: alias chains of
ID numbers (`hub.identity.engine`) and groups of entities (`hub.identity.resolution`).
"""

from __future__ import annotations

import polars as pl


def connected_components(edges: pl.DataFrame) -> pl.DataFrame:
    """Return (`node`, `component`) of every node in `edges` (columns `left`, `right`), by node.

    A component is named by its smallest node, so the result does not depend on the edges' order.
    """
    nodes = pl.concat([edges["left"], edges["right"].alias("left")]).unique().sort()
    if nodes.is_empty():
        return pl.DataFrame({"node": nodes, "component": nodes})
    import igraph

    places = pl.DataFrame({"node": nodes}).with_row_index("place")
    numbered = (
        edges.join(places.rename({"node": "left", "place": "from"}), on="left")
        .join(places.rename({"node": "right", "place": "to"}), on="right")
        .select("from", "to")
    )
    graph = igraph.Graph(n=nodes.len(), edges=numbered.to_numpy())
    return (
        places.select("node")
        .with_columns(membership=pl.Series(graph.connected_components().membership))
        .with_columns(component=pl.col("node").min().over("membership"))
        .select("node", "component")
    )
