"""The JSON-lines reader (one object a line, keys are column names).

Here: choosing the version from the first lines, fast parsing of whole chunks, careful parsing of
single lines. Never here: types of values (`hub.conforming`). Next: batches go through
`OpenDelivery` to conforming.

The fast path lets Arrow parse a chunk against the exact schema; whatever Arrow refuses (an unknown
key, a number as text, a nested value, a broken line) is read line by line instead, and only the bad
lines are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.json

from hub.catalogue import Column, DocumentType, Format, SchemaVersion
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch, Reject
from sources.readers.chunks import LINE_LIMIT_BYTES, Chunk, cut_into_chunks
from sources.readers.encodings import BYTE_ORDER_MARK, decode, decode_lines, wrong_encoding
from sources.readers.opened import OpenDelivery, Parsed, Received, Stated, frame_of_rows
from sources.readers.prefetch import map_in_order
from sources.readers.schema_versions import preferred, schema_unknown, shown_name

SAMPLE_BYTES = LINE_LIMIT_BYTES
SAMPLE_LINES = 1_000
LARGEST_PLAIN_DECIMAL = 10**15
"""From here on floating point is written with an exponent, differently by each library."""

_WHOLE_NUMBERS = (Format.WON, Format.THOUSAND_WON, Format.TEN_THOUSAND_WON, Format.INT)


def open_json_lines(document: DocumentType, name: DeliveryName, received: Received) -> OpenDelivery:
    """Read the first lines of `received` and return the delivery, ready to iterate."""
    with received.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    version = _version_of_sample(document, name, sample)
    return OpenDelivery(
        document, name, version, _parse(document, name, received, version), Stated()
    )


def _version_of_sample(document: DocumentType, name: DeliveryName, sample: bytes) -> SchemaVersion:
    """Choose the version whose columns most of the first rows keep to."""
    lines = sample.removeprefix(BYTE_ORDER_MARK).split(b"\n")[:-1][:SAMPLE_LINES]
    texts = [decode(line, document.encoding) for line in lines]
    if any(line.strip() for line in lines) and all(text is None for text in texts):
        raise wrong_encoding(document.encoding, str(name), 1)
    rows = [row for text in texts if text and (row := _object(text)) is not None]
    if not rows:
        return document.version_on(name.made_at.date())
    known = [{column.name for column in version.columns} for version in document.versions]
    fits = [sum(row.keys() <= columns for row in rows) for columns in known]
    if 2 * max(fits) <= len(rows):
        keys = sorted({key for row in rows for key in row})
        raise schema_unknown(document, name, keys, line=1)
    fitting = [
        version for version, fit in zip(document.versions, fits, strict=True) if fit == max(fits)
    ]
    return preferred(document, name, fitting)


def _object(text: str) -> dict[str, Any] | None:
    try:
        row = json.loads(text, parse_int=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _refuse(constant: str) -> None:
    message = f"{constant} is not JSON"
    raise ValueError(message)


def _parse(
    document: DocumentType, name: DeliveryName, received: Received, version: SchemaVersion
) -> Iterator[Parsed]:
    parser = JsonLinesParser(document, str(name), version)
    with received.open("rb") as file:
        if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            file.seek(0)
        yield from map_in_order(parser.parse, _whole_chunks(file, str(name)))


def _whole_chunks(file: BinaryIO, file_name: str) -> Iterator[Chunk]:
    for chunk in cut_into_chunks(file, file_name, 1):
        if not chunk.ends_with_line_end:
            line = chunk.first_line + chunk.line_count - 1
            raise DeliveryStopped("truncated", file_name, "the last line does not end", line=line)
        yield chunk


def _arrow_type(column: Column) -> pa.DataType:
    if column.format in _WHOLE_NUMBERS:
        return pa.int64()
    return pa.float64() if column.format is Format.DECIMAL else pa.string()


class JsonLinesParser:
    """Parses chunks of one JSON-lines file; has no state between chunks."""

    def __init__(self, document: DocumentType, file_name: str, version: SchemaVersion) -> None:
        self._encoding, self._file_name, self._version = document.encoding, file_name, version
        self._order = [column.name for column in version.columns]
        self._known = frozenset(self._order)
        schema = pa.schema([(column.name, _arrow_type(column)) for column in version.columns])
        self._options = pa.json.ParseOptions(
            explicit_schema=schema, unexpected_field_behavior="error", newlines_in_values=False
        )
        self._decimals = [
            column.name for column in version.columns if column.format is Format.DECIMAL
        ]

    def parse(self, chunk: Chunk) -> Parsed:
        """Return the rows and rejects of `chunk`."""
        frame = self.parse_fast(chunk)
        batch = self.parse_carefully(chunk) if frame is None else RawBatch(frame)
        return Parsed(batch, chunk.line_count)

    def parse_fast(self, chunk: Chunk) -> pl.DataFrame | None:
        """Return the chunk's rows, or None where some line may be no row."""
        data = chunk.data
        rows = chunk.line_count
        # One whole object a line, so that a record's number is its line's number; and no escape,
        # behind which a NUL or half a character could hide.
        is_regular = (
            data.startswith(b"{")
            and data.count(b"\n{") == rows - 1
            and data.count(b"}\n") + data.count(b"}\r\n") == rows
            and b"\0" not in data
            and b"\\u" not in data
        )
        if not is_regular or decode(data, self._encoding) is None:
            return None
        options = pa.json.ReadOptions(use_threads=False, block_size=len(data) + 1)
        try:
            table = pa.json.read_json(
                pa.BufferReader(data), read_options=options, parse_options=self._options
            )
        except (pa.ArrowException, ValueError):
            return None
        if table.num_rows != rows:
            return None
        numbers = pl.DataFrame(table)
        if any(
            (numbers.get_column(column).abs() >= LARGEST_PLAIN_DECIMAL).any()
            for column in self._decimals
        ):
            return None
        frame = numbers.select(pl.col(self._order).cast(pl.String))
        lines = pl.int_range(chunk.first_line, chunk.first_line + rows, dtype=pl.Int64, eager=True)
        return frame.with_columns(lines.alias(LINE))

    def parse_carefully(self, chunk: Chunk) -> RawBatch:
        """Return the chunk's rows and rejects, line by line."""
        raw_lines = chunk.data.split(b"\n")[: chunk.line_count]
        texts, rejects = decode_lines(raw_lines, chunk.first_line, self._encoding, self._file_name)
        rows: list[tuple[int, tuple[str | None, ...]]] = []
        for line, text in enumerate(texts, chunk.first_line):
            if text is None or not text.strip():
                continue
            row = self._row(line, text)
            if isinstance(row, Reject):
                rejects.append(row)
            else:
                rows.append((line, row))
        rejects.sort(key=lambda reject: reject.line)
        frame = frame_of_rows(self._version, rows)
        return RawBatch(frame, rejects)

    def _row(  # noqa: PLR0911 - a way out for each rule
        self, line: int, text: str
    ) -> tuple[str | None, ...] | Reject:
        pairs: list[list[tuple[str, Any]]] = []

        def keep(members: list[tuple[str, Any]]) -> dict[str, Any]:
            pairs.append(members)
            return dict(members)

        try:
            found = json.loads(text, parse_constant=_refuse, object_pairs_hook=keep)
        except (ValueError, RecursionError):
            return Reject(line, None, "json_malformed", "expected one JSON object")
        if not isinstance(found, dict):
            return Reject(line, None, "json_malformed", "expected one JSON object")
        if len(pairs[-1]) != len(found):
            return Reject(line, None, "repeated_field", "expected each field once")
        unknown = found.keys() - self._known
        if unknown:
            detail = f"{len(unknown)} fields are not in schema version {self._version.number}"
            return Reject(line, shown_name(min(unknown)), "unknown_field", detail)
        values: list[str | None] = []
        for column in self._order:
            value = found.get(column)
            if isinstance(value, (dict, list)):
                return Reject(line, column, "nested_value", "expected a text or a number")
            written = _written(value, is_decimal=column in self._decimals)
            if written is not None and "\0" in written:
                return Reject(line, column, "nul_byte", "expected text without NUL")
            if written is not None and any("\ud800" <= each <= "\udfff" for each in written):
                return Reject(line, column, "bad_encoding", "expected whole characters")
            values.append(written)
        return tuple(values)


def _written(value: str | float | bool | None, *, is_decimal: bool) -> str | None:
    """A JSON value as the text of a raw batch; true and false are no values of any format.

    Decimals are written as the fast path writes them, so that equal rows stay equal.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_decimal and abs(value) < LARGEST_PLAIN_DECIMAL:
        value = float(value)
    return str(value)
