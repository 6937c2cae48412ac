"""The Parquet reader (columns by name, the delivery named in the file's metadata).

Here: footer checks, row groups in bounded batches, limits against files that unpack to more than
memory holds. Never here: types of values (`hub.conforming`). Next: batches go through
`OpenDelivery` to conforming; `_line` is the record's number.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hub.catalogue import Column, DocumentType, Format, SchemaVersion
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch, Reject
from sources.readers.opened import OpenDelivery, Parsed, Received, Stated
from sources.readers.schema_versions import version_of_columns, version_stated

BATCH_ROWS = 131_072
ROW_GROUP_LIMIT_BYTES = 512 * 1024 * 1024
BATCH_LIMIT_BYTES = 256 * 1024 * 1024
FOOTER_LIMIT_BYTES = 16 * 1024 * 1024
_MAGIC = b"PAR1"

_WHOLE_NUMBERS = (Format.WON, Format.THOUSAND_WON, Format.TEN_THOUSAND_WON, Format.INT)
_READ_ERRORS = (pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError)


def open_parquet(document: DocumentType, name: DeliveryName, received: Received) -> OpenDelivery:
    """Read the footer of the Parquet file `received` and return the delivery, ready to iterate."""
    _check_ends(name, received)
    try:
        with received.open("rb") as file, pq.ParquetFile(file) as parquet:
            metadata, schema = parquet.metadata, parquet.schema_arrow
            stated = {
                key.decode(): value.decode()
                for key, value in (metadata.metadata or {}).items()
                if key.startswith(b"delivery.")
            }
            sizes = [
                metadata.row_group(index).total_byte_size
                for index in range(metadata.num_row_groups)
            ]
    except _READ_ERRORS:
        detail = "the footer is no Parquet footer"
        raise DeliveryStopped("unreadable", str(name), detail) from None
    if any(size < 0 or size > ROW_GROUP_LIMIT_BYTES for size in sizes):
        detail = f"a row group unpacks to more than {ROW_GROUP_LIMIT_BYTES} bytes"
        raise DeliveryStopped("too_large", str(name), detail)
    version = _version(document, name, stated, schema)
    return OpenDelivery(document, name, version, _parse(name, received, version), Stated())


def _check_ends(name: DeliveryName, received: Received) -> None:
    with received.open("rb") as file:
        starts_right = file.read(4) == _MAGIC
        size = file.seek(0, 2)
        file.seek(max(size - 8, 0))
        tail = file.read(8)
    if not starts_right:
        raise DeliveryStopped("unreadable", str(name), "the file does not start as Parquet")
    footer_bytes = int.from_bytes(tail[:4], "little")
    if size < 12 or tail[4:] != _MAGIC or footer_bytes > size - 12:
        raise DeliveryStopped("truncated", str(name), "the file ends without a Parquet footer")
    if footer_bytes > FOOTER_LIMIT_BYTES:
        detail = f"the footer is larger than {FOOTER_LIMIT_BYTES} bytes"
        raise DeliveryStopped("too_large", str(name), detail)


def _version(
    document: DocumentType, name: DeliveryName, stated: dict[str, str], schema: pa.Schema
) -> SchemaVersion:
    expected = (
        ("delivery.type", name.document),
        ("delivery.period", name.period),
        ("delivery.sequence", str(name.sequence)),
    )
    for key, named in expected:
        found = stated.get(key, "").strip()
        if key == "delivery.sequence":
            found = found.lstrip("0") or found[-1:]
        if found != named:
            detail = f"the metadata's {key} is not that of the file name"
            raise DeliveryStopped("header_mismatch", str(name), detail)
    version = version_stated(document, name, stated.get("delivery.version", ""))
    if {column.name for column in version.columns} != set(schema.names):
        version = version_of_columns(document, name, schema.names)
    for column in version.columns:
        if not _is_expected(schema.field(column.name).type, column):
            detail = f"expected {_expected_type(column)}"
            raise DeliveryStopped("schema_unknown", str(name), detail, column=column.name)
    return version


def _expected_type(column: Column) -> str:
    if column.format in _WHOLE_NUMBERS:
        return "Int64"
    return "Float64" if column.format is Format.DECIMAL else "String"


def _is_expected(found: pa.DataType, column: Column) -> bool:
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_null(found):
        return True
    if column.format in _WHOLE_NUMBERS:
        return bool(pa.types.is_integer(found))
    if column.format is Format.DECIMAL:
        return bool(pa.types.is_floating(found) or pa.types.is_integer(found))
    return bool(
        pa.types.is_string(found)
        or pa.types.is_large_string(found)
        or pa.types.is_string_view(found)
    )


def _parse(name: DeliveryName, received: Received, version: SchemaVersion) -> Iterator[Parsed]:
    order = [column.name for column in version.columns]
    record = 1
    batches = _record_batches(name, received, version)
    for batch in batches:
        try:
            frame = _frame(name, batch, record)
        except _READ_ERRORS:
            raise _unreadable(name, record) from None
        parsed = _without_bad_text(frame.select([*order, LINE]), order)
        yield Parsed(parsed, batch.num_rows)
        record += batch.num_rows


def _record_batches(
    name: DeliveryName, received: Received, version: SchemaVersion
) -> Iterator[pa.RecordBatch]:
    """Yield batches; text comes as dictionaries, so that a repeated text is held once."""
    text = [column.name for column in version.columns if _expected_type(column) == "String"]
    record = 1
    try:
        with (
            received.open("rb") as file,
            pq.ParquetFile(file, read_dictionary=text, pre_buffer=False) as parquet,
        ):
            for batch in parquet.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                record += batch.num_rows
                yield batch
            if record - 1 != parquet.metadata.num_rows:
                raise _unreadable(name, record)
    except _READ_ERRORS:
        raise _unreadable(name, record) from None


def _frame(name: DeliveryName, batch: pa.RecordBatch, record: int) -> pl.DataFrame:
    columns: list[pl.Series] = []
    unpacked = 0
    for column_name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            unpacked += pc.sum(lengths).as_py() or 0
            if unpacked > BATCH_LIMIT_BYTES:
                detail = f"{batch.num_rows} rows unpack to more than {BATCH_LIMIT_BYTES} bytes"
                raise DeliveryStopped("too_large", str(name), detail, line=record)
            column.dictionary.validate(full=True)
            text = column.cast(pa.large_string())
        else:
            column.validate(full=True)
            text = column
        columns.append(pl.Series(column_name, text).cast(pl.String))
    lines = pl.int_range(record, record + batch.num_rows, dtype=pl.Int64, eager=True)
    return pl.DataFrame([*columns, lines.alias(LINE)])


def _without_bad_text(frame: pl.DataFrame, order: list[str]) -> RawBatch:
    has_nul = frame.select(
        pl.any_horizontal(pl.col(order).str.contains("\0", literal=True).fill_null(value=False))
    ).to_series()
    if not has_nul.any():
        return RawBatch(frame)
    rejects = [
        Reject(line, None, "nul_byte", "expected text without NUL")
        for line in frame.get_column(LINE).filter(has_nul).to_list()
    ]
    return RawBatch(frame.filter(~has_nul), rejects)


def _unreadable(name: DeliveryName, record: int) -> DeliveryStopped:
    return DeliveryStopped("unreadable", str(name), "the pages cannot be read", line=record)
