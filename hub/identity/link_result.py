"""What `link` found, by the caller's own record IDs.

Here: the result, and making it of the clusters of entities. Never here: finding them (`link`).
Next: the caller, or the command `hub index link`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.linkage_model import LinkageModel
from hub.identity.person_ids import assign_person_ids
from hub.identity.resolution import Resolution, Thresholds
from hub.identity.statements import keep

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What `link` found.

    `clusters`: `record_id`, `person_id` (smallest record of the cluster), `match_weight` (bits; null
    where no score was needed), `needs_review`, in the input's order. `pairs`: `record_l`,
    `record_r`, `match_weight` of the scored pairs that can matter. `reviews`: `kind`,
    `record_l`, `record_r`, `match_weight`. `dropped_blocks`: what was too big to be compared.
    """

    clusters: pl.DataFrame
    pairs: pl.DataFrame
    reviews: pl.DataFrame
    dropped_blocks: pl.DataFrame
    model: LinkageModel


def result_of(
    work: duckdb.DuckDBPyConnection,
    numbered: pl.DataFrame,
    resolution: Resolution,
    previous: pl.DataFrame | None,
    model: LinkageModel,
    thresholds: Thresholds,
) -> LinkResult:
    """Return the result of `resolution`.

    Args:
        work: where the engine's tables lie.
        numbered: `row`, `key` (the record's number in the engine) and `record_id`.
        resolution: the clusters of entities.
        previous: (`record_id`, `person_id`) of an earlier run, if any.
        model: that scored.
        thresholds: pairs below their floor are not told.
    """
    keep(work, "resolved", resolution.entities)
    keep(work, "doubt", resolution.reviews)
    names = numbered.select(pl.col("key"), "record_id")
    # The thin are nobody's: each record stands for itself.
    members = work.sql(
        """
        SELECT d.record_id AS key, coalesce(r.cluster, hash('alone', d.record_id)) AS cluster,
               r.match_weight, e.entity_id
        FROM record_description AS d
        JOIN entity_description AS e ON e.description_id = d.description_id
        JOIN resolved AS r ON r.entity_id = e.entity_id
        """
    ).pl()
    earlier = pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String})
    if previous is not None:
        earlier = names.join(previous, on="record_id").select(
            signature_id="key", person_id="person_id"
        )
    assigned = assign_person_ids(
        members.select(signature_id="key", cluster="cluster"), earlier, 0, b"hub.identity.link"
    )
    reviewed = pl.concat(
        [resolution.reviews["entity_l"], resolution.reviews["entity_r"].alias("entity_l")]
    ).unique()
    clusters = (
        numbered.select("row", "key", "record_id")
        .join(members, on="key")
        .join(assigned.members.rename({"signature_id": "key"}), on="key")
        .sort("row")
        .select(
            "record_id",
            "person_id",
            "match_weight",
            needs_review=pl.col("entity_id").is_in(reviewed.implode()),
        )
    )
    return LinkResult(
        clusters,
        _named_pairs(
            work,
            names,
            f"SELECT NULL AS kind, * FROM entity_pair WHERE match_weight >= {thresholds.floor}",
        ).drop("kind"),
        _named_pairs(work, names, "SELECT * FROM doubt"),
        work.sql("FROM dropped_block").pl(),
        model,
    )


def _named_pairs(work: duckdb.DuckDBPyConnection, names: pl.DataFrame, pairs: str) -> pl.DataFrame:
    """Return pairs of entities by the smallest record of each."""
    frame: pl.DataFrame = work.sql(
        f"""
        WITH smallest AS (
            SELECT e.entity_id, min(d.record_id) AS key
            FROM record_description AS d
            JOIN entity_description AS e ON e.description_id = d.description_id
            GROUP BY e.entity_id
        )
        SELECT p.kind, l.key AS key_l, r.key AS key_r, p.match_weight
        FROM ({pairs}) AS p
        JOIN smallest AS l ON l.entity_id = p.entity_l
        JOIN smallest AS r ON r.entity_id = p.entity_r
        ORDER BY ALL
        """
    ).pl()
    return (
        frame.join(names.rename({"key": "key_l", "record_id": "record_l"}), on="key_l")
        .join(names.rename({"key": "key_r", "record_id": "record_r"}), on="key_r")
        .select("kind", "record_l", "record_r", "match_weight")
    )
