"""What a delivery is like, read from the footers of its Parquet files: rows and nulls by column.

Here: measuring deliveries that were not measured before. Never here: what is usual (`feed_guard`)
or the rows themselves. Next: the table `feed_measure`, which the next night starts from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import polars as pl

from warehouse.families import EffectiveDelivery
from warehouse.identity_zone import IdentityZone

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


def measure_deliveries(
    zone: IdentityZone,
    deliveries: Sequence[EffectiveDelivery],
    known: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return `FEED_MEASURE_SCHEMA`: one row a column of one of the newest deliveries of a type.

    Args:
        zone: opens the lake's files.
        deliveries: effective landed deliveries.
        known: the table of the night before; what is in it is not read again, since a delivery's
            folder is written once.
    """
    newest = _newest(deliveries)
    wanted = {delivery.delivery_id: delivery.document for delivery in newest}
    measured = pl.DataFrame(schema=FEED_MEASURE_SCHEMA) if known is None else known
    measured = measured.filter(pl.col("delivery_id").is_in(list(wanted)))
    done = set(measured["delivery_id"])
    counts = [
        (delivery.document, delivery.delivery_id, *counted)
        for delivery in newest
        if delivery.delivery_id not in done
        for counted in _counts(zone, delivery)
    ]
    measured = pl.concat([measured, pl.DataFrame(counts, FEED_MEASURE_SCHEMA, orient="row")])
    return measured.sort("document_type", "delivery_id", "column_name")


def _newest(deliveries: Sequence[EffectiveDelivery]) -> list[EffectiveDelivery]:
    by_type: dict[str, list[EffectiveDelivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=lambda each: (each.period, each.sequence)):
        by_type[delivery.document].append(delivery)
    return [each for of_type in by_type.values() for each in of_type[-KEPT_DELIVERIES:]]


def _counts(zone: IdentityZone, delivery: EffectiveDelivery) -> Iterator[tuple[str, int, int]]:
    """Yield (column, values, nulls) of a delivery; a column without statistics is left out."""
    values: dict[str, int] = defaultdict(int)
    nulls: dict[str, int] = defaultdict(int)
    unknown: set[str] = set()
    for part in delivery.parts:
        footer = zone.footer(part)
        for group in range(footer.num_row_groups):
            rows = footer.row_group(group)
            for place in range(rows.num_columns):
                column = rows.column(place)
                name, statistics = column.path_in_schema, column.statistics
                if statistics is None or statistics.null_count is None:
                    unknown.add(name)
                    continue
                values[name] += column.num_values
                nulls[name] += statistics.null_count
    for name, count in values.items():
        if name not in unknown:
            yield name, count, nulls[name]
