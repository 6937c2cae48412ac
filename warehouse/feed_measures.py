"""What a delivery is like, read from the footers of its Parquet files: rows and nulls by column.

Here: measuring deliveries that were not measured before. Never here: what is usual (`feed_guard`)
or the rows themselves. Next: the table `feed_measure`, which the next night starts from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import duckdb
import polars as pl

from warehouse.families import EffectiveDelivery

KEPT_DELIVERIES = 70
"""Newest deliveries of a type that are measured: eight of the same weekday, and a year of months."""
FEED_MEASURE_SCHEMA = pl.Schema(
    {
        "document_type": pl.String,
        "delivery_id": pl.String,
        "column_name": pl.String,
        "value_count": pl.Int64,
        "null_count": pl.Int64,
    }
)
_FOOTERS = """
SELECT
    split_part(file_name, '/', -2) AS delivery_id,
    path_in_schema AS column_name,
    CAST(sum(num_values) AS BIGINT) AS value_count,
    CAST(sum(stats_null_count) AS BIGINT) AS null_count
FROM parquet_metadata(?)
GROUP BY ALL
HAVING count(stats_null_count) = count(*)
"""


def measure_deliveries(
    deliveries: Sequence[EffectiveDelivery], known: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return `FEED_MEASURE_SCHEMA`: one row a column of one of the newest deliveries of a type.

    Args:
        deliveries: effective landed deliveries.
        known: the table of the night before; what is in it is not read again, since a delivery's
            folder is written once.
    """
    newest = _newest(deliveries)
    wanted = {delivery.delivery_id: delivery.document for delivery in newest}
    measured = pl.DataFrame(schema=FEED_MEASURE_SCHEMA) if known is None else known
    measured = measured.filter(pl.col("delivery_id").is_in(list(wanted)))
    done = set(measured["delivery_id"])
    parts = [
        part for delivery in newest if delivery.delivery_id not in done for part in delivery.parts
    ]
    if parts:
        with duckdb.connect() as connection:
            footers = connection.sql(_FOOTERS, params=[parts]).pl()
        named = footers.with_columns(
            document_type=pl.col("delivery_id").replace_strict(wanted, return_dtype=pl.String)
        )
        measured = pl.concat([measured, named.select(list(FEED_MEASURE_SCHEMA))])
    return measured.sort("document_type", "delivery_id", "column_name")


def _newest(deliveries: Sequence[EffectiveDelivery]) -> list[EffectiveDelivery]:
    by_type: dict[str, list[EffectiveDelivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda each: (each.period, each.sequence)):
        by_type[delivery.document].append(delivery)
    return [each for of_type in by_type.values() for each in of_type[-KEPT_DELIVERIES:]]
