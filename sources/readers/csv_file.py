"""The CSV reader (RFC 4180, a header line, UTF-8 or CP949).

Here: header, fast parsing of whole chunks, careful parsing of the few chunks that need it. Never
here: types of values (`hub.conforming`). Next: batches go through `OpenDelivery` to conforming.

The fast path hands a chunk to polars and believes the result only where line ends, commas and
quotation marks add up; otherwise the chunk is read again record by record, so that exactly the
bad rows are refused. Lines without any character are no rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import polars as pl

from hub.catalogue import DocumentType, Encoding, SchemaVersion
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch, Reject
from sources.readers.chunks import Chunk, cut_into_chunks, read_first_line
from sources.readers.encodings import (
    BYTE_ORDER_MARK,
    decode,
    decode_lines,
    stop_if_plainly_other,
    wrong_encoding,
)
from sources.readers.opened import OpenDelivery, Parsed, Received, Stated, frame_of_rows
from sources.readers.prefetch import map_in_order
from sources.readers.schema_versions import version_of_columns

LINES_IN_A_RECORD = 32
"""Lines over which a quoted field may run; more than that is taken for an unclosed quote."""

_FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|\Z)')
_QUOTE, _COMMA, _LINE_END, _CARRIAGE_RETURN = b'",\n\r'


def open_csv(document: DocumentType, name: DeliveryName, received: Received) -> OpenDelivery:
    """Read the header of the CSV file `received` and return the delivery, ready to iterate."""
    with received.open("rb") as file:
        header = read_first_line(file, str(name))
    columns = _header_columns(document, name, header)
    version = version_of_columns(document, name, columns, line=1)
    parsed = _parse(document, name, received, version, columns)
    return OpenDelivery(document, name, version, parsed, Stated(), first_lines=1)


def _header_columns(document: DocumentType, name: DeliveryName, header: bytes) -> list[str]:
    if not header.endswith(b"\n"):
        raise DeliveryStopped("truncated", str(name), "the header line does not end", line=1)
    if document.encoding is Encoding.UTF_8:
        header = header.removeprefix(BYTE_ORDER_MARK)
    stop_if_plainly_other(header, document.encoding, str(name), 1)
    text = decode(header, document.encoding)
    if text is None:
        raise wrong_encoding(document.encoding, str(name), 1)
    fields = split_record(text.rstrip("\r\n"))
    if fields is None:
        raise DeliveryStopped("schema_unknown", str(name), "the header is not CSV", line=1)
    return fields


def _parse(
    document: DocumentType,
    name: DeliveryName,
    received: Received,
    version: SchemaVersion,
    columns: list[str],
) -> Iterator[Parsed]:
    parser = CsvParser(document.encoding, str(name), version, columns)
    with received.open("rb") as file:
        read_first_line(file, str(name))
        yield from map_in_order(parser.parse, _whole_chunks(file, str(name)))


def _whole_chunks(file: BinaryIO, file_name: str) -> Iterator[Chunk]:
    for chunk in cut_into_chunks(file, file_name, 2, respects_quotes=True):
        if not chunk.ends_with_line_end:
            line = chunk.first_line + chunk.line_count - 1
            raise DeliveryStopped("truncated", file_name, "the last line does not end", line=line)
        yield chunk


def split_record(text: str) -> list[str] | None:
    """Return the fields of one CSV record, or None where its quotation marks are misplaced."""
    if '"' not in text:
        return text.split(",")
    fields: list[str] = []
    position = 0
    while True:
        match = _FIELD.match(text, position)
        if match is None:
            return None
        quoted, plain, end = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if not end:
            return fields


class CsvParser:
    """Parses chunks of one CSV file; has no state between chunks."""

    def __init__(
        self, encoding: Encoding, file_name: str, version: SchemaVersion, columns: list[str]
    ) -> None:
        self._encoding, self._file_name, self._version = encoding, file_name, version
        self._columns = columns
        self._schema = {column: pl.String() for column in columns}
        self._order = [column.name for column in version.columns]
        self._positions = [columns.index(column.name) for column in version.columns]

    def parse(self, chunk: Chunk) -> Parsed:
        """Return the rows and rejects of `chunk`."""
        stop_if_plainly_other(chunk.data, self._encoding, self._file_name, chunk.first_line)
        frame = self.parse_fast(chunk)
        batch = self.parse_carefully(chunk) if frame is None else RawBatch(frame)
        return Parsed(batch, chunk.line_count)

    def parse_fast(self, chunk: Chunk) -> pl.DataFrame | None:  # noqa: PLR0911 - one way out each
        """Return the chunk's rows, or None where some line may be no row."""
        data = chunk.data
        # Polars drops a carriage return at the end of a field, wherever that ends.
        if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
            return None
        if self._encoding is not Encoding.UTF_8 and not data.isascii():
            text = decode(data, self._encoding)
            if text is None:
                return None
            data = text.encode()
        quotes = data.count(b'"')
        if quotes and not quotes_are_well_placed(data):
            return None
        try:
            frame = pl.read_csv(data, has_header=False, schema=self._schema, glob=False)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return None
        if frame.height != chunk.line_count:
            return None
        commas = data.count(b",")
        if quotes:
            # Polars fills fields that are missing; only the count of separators shows them.
            inner = frame.select(pl.all().str.count_matches(",", literal=True).sum())
            commas -= sum(count or 0 for count in inner.row(0))
        if commas != frame.height * (len(self._columns) - 1):
            return None
        lines = pl.int_range(
            chunk.first_line, chunk.first_line + frame.height, dtype=pl.Int64, eager=True
        )
        return frame.select(self._order).with_columns(lines.alias(LINE))

    def parse_carefully(self, chunk: Chunk) -> RawBatch:
        """Return the chunk's rows and rejects, record by record."""
        raw_lines = chunk.data.split(b"\n")[: chunk.line_count]
        lines, rejects = decode_lines(raw_lines, chunk.first_line, self._encoding, self._file_name)
        rows: list[tuple[int, tuple[str | None, ...]]] = []
        position = 0
        while position < len(lines):
            line = chunk.first_line + position
            text = lines[position]
            if text is None or not text.rstrip("\r"):
                position += 1
                continue
            fields, used = _record(lines, position)
            if fields is None:
                detail = "a quotation mark is not closed or stands in the middle of a field"
                rejects.append(Reject(line, None, "quote_unbalanced", detail))
            elif any("\0" in field for field in fields):
                rejects.append(Reject(line, None, "nul_byte", "expected text without NUL"))
            elif len(fields) != len(self._columns):
                detail = f"expected {len(self._columns)} fields, found {len(fields)}"
                rejects.append(Reject(line, None, "field_count_wrong", detail))
            else:
                rows.append((line, tuple(fields[place] or None for place in self._positions)))
            position += used
        rejects.sort(key=lambda reject: reject.line)
        return RawBatch(frame_of_rows(self._version, rows), rejects)


def _record(lines: list[str | None], position: int) -> tuple[list[str] | None, int]:
    """Return the fields of the record that starts at `position`, and how many lines it takes.

    A record without an end takes one line, so that the lines after it are still read.
    """
    first = lines[position] or ""
    open_quotes = first.count('"') % 2
    if not open_quotes:
        return split_record(first.removesuffix("\r")), 1
    parts = [first]
    for following in lines[position + 1 : position + LINES_IN_A_RECORD]:
        if following is None:
            break
        parts.append(following)
        open_quotes = (open_quotes + following.count('"')) % 2
        if not open_quotes:
            fields = split_record("\n".join(parts).removesuffix("\r"))
            return (fields, len(parts)) if fields is not None else (None, 1)
    return None, 1


def quotes_are_well_placed(data: bytes) -> bool:
    """Whether each quotation mark opens at a field's start, or closes at its end, or is doubled."""
    view = np.frombuffer(data, dtype=np.uint8)
    places = _places_of_quotes(view)
    if places.size % 2:
        return False
    opening, closing = places[0::2], places[1::2]
    before = np.where(opening > 0, view[opening - 1], _LINE_END)
    after = np.where(closing + 1 < view.size, view[np.minimum(closing + 1, view.size - 1)], 10)
    return bool(
        np.isin(before, (_COMMA, _LINE_END, _QUOTE)).all()
        and np.isin(after, (_COMMA, _LINE_END, _CARRIAGE_RETURN, _QUOTE)).all()
    )


def _places_of_quotes(
    view: np.ndarray[tuple[int], np.dtype[np.uint8]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Positions of quotation marks, found eight bytes at a time because they are few."""
    whole = view.size // 8 * 8
    is_quote = view == _QUOTE
    words = np.flatnonzero(is_quote[:whole].view(np.uint64))
    rows, columns = np.nonzero(is_quote[:whole].reshape(-1, 8)[words])
    tail = np.flatnonzero(is_quote[whole:]) + whole
    return np.concatenate([words[rows] * 8 + columns, tail])
