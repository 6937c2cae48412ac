"""Parquet deliveries: typed columns and the delivery's name in the file's own metadata.

Here: the frame of the format. Never here: Parquet files of the hub itself (`warehouse`). Next:
the bytes are a file in the landing folder of the simulated country.
"""

from __future__ import annotations

import io

import polars as pl

from hub.catalogue import SchemaVersion
from hub.delivery import DeliveryName


def write_parquet(frame: pl.DataFrame, version: SchemaVersion, name: DeliveryName) -> bytes:
    """Return the Parquet file of `frame`: Int64, Float64 or String columns by name."""
    buffer = io.BytesIO()
    frame.write_parquet(
        buffer,
        metadata={
            "delivery.type": name.document,
            "delivery.period": name.period,
            "delivery.sequence": f"{name.sequence:03d}",
            "delivery.version": str(version.number),
        },
    )
    return buffer.getvalue()
