"""The lake's rows as DuckDB reads them: delivery by delivery, only the columns that are asked for.

Here: one stream of rows for the effective deliveries of a document type. Never here: what is done
with them (`warehouse.families`). Next: a family's rows, in a temporary table.

DuckDB cannot decrypt. It is handed a stream of Arrow batches, so that one part at a time lies in
memory, decrypted and undone from its compression, and none is written to disk again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from hub.catalogue import Kind
from warehouse.identity_zone import IdentityZone
from warehouse.lake import delivery_parts

ARROW_TYPE: Mapping[Kind, pa.DataType] = {
    Kind.ID: pa.large_binary(),
    Kind.TEXT: pa.large_string(),
    Kind.KEY: pa.large_string(),
    Kind.CODE: pa.large_string(),
    Kind.DATE: pa.date32(),
    Kind.MONTH: pa.date32(),
    Kind.YEAR: pa.int32(),
    Kind.KRW: pa.int64(),
    Kind.INT: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.BOOL: pa.bool_(),
}
"""How the lake keeps a value of each kind."""


class LakeRows:
    """Streams of the lake's rows on one DuckDB connection; each can be read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, zone: IdentityZone) -> None:
        self._connection = connection
        self._zone = zone
        self._names: list[str] = []

    def show(self, deliveries: Sequence[Path], columns: Mapping[str, Kind]) -> str:
        """Return the name under which a query may read these deliveries once.

        It has `delivery_id`, `line`, `record_action` and `columns`; what a delivery has not is null.
        """
        fields = {"line": Kind.INT, "record_action": Kind.CODE, **columns}
        schema = pa.schema(
            [("delivery_id", pa.string())]
            + [(name, ARROW_TYPE[kind]) for name, kind in fields.items()]
        )
        name = f"lake_rows_{len(self._names)}"
        reader = pa.RecordBatchReader.from_batches(schema, self._batches(deliveries, schema))
        self._connection.register(name, reader)
        self._names.append(name)
        return name

    def hide(self) -> None:
        """Let go of all streams."""
        for name in self._names:
            self._connection.unregister(name)
        self._names = []

    def _batches(self, deliveries: Sequence[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for delivery in deliveries:
            for part in delivery_parts(delivery):
                table = self._zone.read(part, schema.names)
                held = set(table.column_names)
                columns = [
                    pa.repeat(pa.scalar(delivery.name), table.num_rows)
                    if field.name == "delivery_id"
                    else table.column(field.name).cast(field.type)
                    if field.name in held
                    else pa.nulls(table.num_rows, field.type)
                    for field in schema
                ]
                yield from pa.Table.from_arrays(columns, schema=schema).to_batches()
