"""The fixed-width reader (H, D and T lines of equal length, CP949 or UTF-8).

Here: header, trailer, and slicing whole chunks as a byte matrix. Never here: types of values
(`hub.conforming`). Next: batches go through `OpenDelivery` to conforming.

All lines of the right length are one matrix of bytes, so a column is a slice of it. ASCII columns
become strings as they are; the others are decoded in one go, and row by row only where that fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from hub.catalogue import DocumentType, Encoding, SchemaVersion
from hub.delivery import LINE, DeliveryName, DeliveryStopped, RawBatch, Reject
from sources.readers.chunks import LINE_LIMIT_BYTES, Chunk, cut_into_chunks, read_first_line
from sources.readers.encodings import (
    decode,
    reject_bad_encoding,
    stop_if_mostly_undecodable,
    stop_if_plainly_other,
    wrong_encoding,
)
from sources.readers.opened import OpenDelivery, Parsed, Received, Stated, empty_frame
from sources.readers.prefetch import map_in_order
from sources.readers.schema_versions import version_stated

SHORTEST_LINE_BYTES = 48
_NEW_LINE, _CARRIAGE_RETURN, _SPACE = b"\n\r "
_DATA, _TRAILER = b"DT"

Bytes = npt.NDArray[np.uint8]


def line_length(version: SchemaVersion) -> int:
    """Length in bytes of each line of a fixed-width delivery, without its line end."""
    return max(1 + sum(column.width or 0 for column in version.columns), SHORTEST_LINE_BYTES)


def open_fixed_width(
    document: DocumentType, name: DeliveryName, received: Received
) -> OpenDelivery:
    """Read the header of the fixed-width file `received`; return the delivery, ready to iterate."""
    with received.open("rb") as file:
        header = read_first_line(file, str(name))
        ending = _last_line(file, len(header))
    version = _version_of_header(document, name, header)
    stated = Stated()
    parsed = _parse(document, name, received, version, stated, ending)
    return OpenDelivery(document, name, version, parsed, stated, first_lines=1)


def _version_of_header(document: DocumentType, name: DeliveryName, header: bytes) -> SchemaVersion:
    if not header.endswith(b"\n"):
        raise DeliveryStopped("truncated", str(name), "the header line does not end", line=1)
    if not header.startswith(b"H"):
        raise DeliveryStopped("header_mismatch", str(name), "the first line is no H line", line=1)
    text = header.decode("ascii", errors="replace")
    expected = (
        ("document type", text[1:11], name.document),
        ("period", text[11:19], name.period),
        ("sequence", text[19:22], f"{name.sequence:03d}"),
    )
    for what, found, named in expected:
        if found.strip() != named:
            detail = f"the header's {what} is not that of the file name"
            raise DeliveryStopped("header_mismatch", str(name), detail, line=1)
    version = version_stated(document, name, text[22:24], line=1)
    if len(header.rstrip(b"\r\n")) != line_length(version):
        detail = f"the header line is not {line_length(version)} bytes long"
        raise DeliveryStopped("header_mismatch", str(name), detail, line=1)
    return version


def _last_line(file: BinaryIO, start: int) -> bytes:
    """Return the file's last line (without line end), reading no more than one line's limit."""
    size = file.seek(0, 2)
    window = min(size - start, LINE_LIMIT_BYTES)
    file.seek(size - window)
    tail = file.read(window)
    return tail.removesuffix(b"\n").removesuffix(b"\r").rsplit(b"\n", 1)[-1]


def _parse(
    document: DocumentType,
    name: DeliveryName,
    received: Received,
    version: SchemaVersion,
    stated: Stated,
    ending: bytes,
) -> Iterator[Parsed]:
    length = line_length(version)
    if not ending.startswith(b"T") or len(ending) != length:
        raise _without_trailer(name, received)
    parser = FixedWidthParser(document.encoding, str(name), version)
    with received.open("rb") as file:
        read_first_line(file, str(name))
        chunks = cut_into_chunks(file, str(name), 2)
        for trailer, line, parsed in map_in_order(parser.parse, chunks):
            if stated.rows is not None:
                raise DeliveryStopped(
                    "data_after_trailer", str(name), "lines follow the T line", line=stated.line
                )
            if trailer is not None:
                _read_trailer(name, trailer, line, stated)
            yield parsed
    if stated.rows is None:
        raise DeliveryStopped("truncated", str(name), "the file ends without a T line")


def _without_trailer(name: DeliveryName, received: Received) -> DeliveryStopped:
    line = 1
    with received.open("rb") as file:
        while block := file.read(LINE_LIMIT_BYTES):
            line += block.count(b"\n")
            line_ended = block.endswith(b"\n")
    return DeliveryStopped(
        "truncated", str(name), "the file ends without a T line", line=line - line_ended
    )


def _read_trailer(name: DeliveryName, trailer: bytes, line: int, stated: Stated) -> None:
    text = trailer.decode("ascii", errors="replace")
    stated.line = line
    for what, field, rule in (
        ("rows", text[1:11], "trailer_count_mismatch"),
        ("total", text[11:31], "control_total_mismatch"),
    ):
        try:
            number = int(field) if field.strip().isascii() and "_" not in field else None
        except ValueError:
            number = None
        if number is None:
            detail = f"the T line's {what} is no number"
            raise DeliveryStopped(rule, str(name), detail, line=line)
        setattr(stated, what, number)


class FixedWidthParser:
    """Parses chunks of one fixed-width file; has no state between chunks."""

    def __init__(self, encoding: Encoding, file_name: str, version: SchemaVersion) -> None:
        self._encoding, self._file_name, self._version = encoding, file_name, version
        self._length = line_length(version)

    def parse(self, chunk: Chunk) -> tuple[bytes | None, int, Parsed]:
        """Return the T line of `chunk` if it has one, its line number, and rows and rejects."""
        stop_if_plainly_other(chunk.data, self._encoding, self._file_name, chunk.first_line)
        matrix, lines, rejects = self._matrix(chunk)
        trailer: bytes | None = None
        trailer_line = 0
        kinds = matrix[:, 0]
        is_data = kinds == _DATA
        if not is_data.all():
            last_line = chunk.first_line + chunk.line_count - 1
            for row in np.flatnonzero(~is_data).tolist():
                line = int(lines[row])
                if kinds[row] == _TRAILER and line == last_line:
                    trailer, trailer_line = matrix[row].tobytes(), line
                elif kinds[row] == _TRAILER:
                    raise DeliveryStopped(
                        "data_after_trailer",
                        self._file_name,
                        "lines follow the T line",
                        line=line,
                    )
                else:
                    detail = "expected a line that starts with D"
                    rejects.append(Reject(line, None, "line_kind_unknown", detail))
            matrix, lines = matrix[is_data], lines[is_data]
        frame = self._frame(matrix, lines, rejects)
        rejects.sort(key=lambda reject: reject.line)
        return trailer, trailer_line, Parsed(RawBatch(frame, rejects), chunk.line_count)

    def _matrix(self, chunk: Chunk) -> tuple[Bytes, npt.NDArray[np.int64], list[Reject]]:
        """Return the lines of the right length as rows of bytes, and the others as rejects."""
        data = chunk.data if chunk.ends_with_line_end else chunk.data + b"\n"
        view = np.frombuffer(data, dtype=np.uint8)
        for stride in (self._length + 1, self._length + 2):
            if view.size == stride * chunk.line_count:
                grid = view.reshape(-1, stride)
                ends = (grid[:, -1] == _NEW_LINE).all()
                if ends and (stride == self._length + 1 or (grid[:, -2] == _CARRIAGE_RETURN).all()):
                    lines = np.arange(chunk.first_line, chunk.first_line + chunk.line_count)
                    return grid[:, : self._length], lines, []
        ends_at = np.flatnonzero(view == _NEW_LINE)
        starts = np.concatenate([[0], ends_at[:-1] + 1])
        lengths = ends_at - starts
        has_return = (lengths > 0) & (view[np.maximum(ends_at - 1, 0)] == _CARRIAGE_RETURN)
        is_right = lengths - (has_return & (lengths == self._length + 1)) == self._length
        lines = np.arange(chunk.first_line, chunk.first_line + starts.size)
        detail = f"expected {self._length} bytes"
        rejects = [
            Reject(line, None, "line_length_wrong", f"{detail}, found {length}")
            for line, length in zip(
                lines[~is_right].tolist(), lengths[~is_right].tolist(), strict=True
            )
        ]
        matrix = view[starts[is_right][:, None] + np.arange(self._length)]
        return matrix, lines[is_right], rejects

    def _frame(
        self, matrix: Bytes, lines: npt.NDArray[np.int64], rejects: list[Reject]
    ) -> pl.DataFrame:
        if not matrix.size:
            return empty_frame(self._version)
        if not matrix.all():
            has_nul = (matrix == 0).any(axis=1)
            rejects += [
                Reject(line, None, "nul_byte", "expected text without NUL")
                for line in lines[has_nul].tolist()
            ]
            matrix, lines = matrix[~has_nul], lines[~has_nul]
        columns = self._columns(matrix)
        if isinstance(columns, str):
            matrix, lines = self._decodable(matrix, lines, rejects)
            columns = self._columns(matrix)
            if isinstance(columns, str):
                raise wrong_encoding(self._encoding, self._file_name, int(lines[0]))
        return pl.DataFrame([*columns, pl.Series(LINE, lines, dtype=pl.Int64)])

    def _columns(self, matrix: Bytes) -> list[pl.Series] | str:
        """Return the columns, or the name of the first that does not decode."""
        columns: list[pl.Series] = []
        start = 1
        for column in self._version.columns:
            width = column.width or 0
            part = matrix[:, start : start + width]
            start += width
            strings = _strings_of(part, self._encoding)
            if strings is None:
                return column.name
            strings = strings.str.strip_chars(" ")
            columns.append(strings.replace("", None).alias(column.name))
        return columns

    def _decodable(
        self, matrix: Bytes, lines: npt.NDArray[np.int64], rejects: list[Reject]
    ) -> tuple[Bytes, npt.NDArray[np.int64]]:
        """Keep the rows whose every column decodes; the others become rejects."""
        beyond_ascii = np.flatnonzero((matrix >= 0x80).any(axis=1))
        bad: list[int] = []
        for row in beyond_ascii.tolist():
            column = self._first_undecodable(matrix[row].tobytes())
            if column is not None:
                bad.append(row)
                rejects.append(reject_bad_encoding(self._encoding, int(lines[row]), column))
        stop_if_mostly_undecodable(
            len(bad), beyond_ascii.size, self._encoding, self._file_name, int(lines[0])
        )
        return np.delete(matrix, bad, axis=0), np.delete(lines, bad)

    def _first_undecodable(self, row: bytes) -> str | None:
        start = 1
        for column in self._version.columns:
            width = column.width or 0
            if decode(row[start : start + width], self._encoding) is None:
                return column.name
            start += width
        return None


def _strings_of(part: Bytes, encoding: Encoding) -> pl.Series | None:
    """Return the rows of a byte matrix as strings, or None where some row does not decode."""
    height, width = part.shape
    if (part < 0x80).all():
        offsets = np.arange(height + 1, dtype=np.int64) * width
        return _series(np.ascontiguousarray(part), offsets)
    # A line end after each row keeps the rows apart through decoding: it is no byte of a
    # two-byte character, and none is left inside the lines.
    framed = np.empty((height, width + 1), dtype=np.uint8)
    framed[:, :width] = part
    framed[:, width] = _NEW_LINE
    text = decode(framed.tobytes(), encoding)
    if text is None:
        return None
    encoded = np.frombuffer(text.encode(), dtype=np.uint8)
    is_end = encoded == _NEW_LINE
    ends = np.flatnonzero(is_end)
    offsets = np.concatenate([[0], ends - np.arange(height)])
    return _series(encoded[~is_end], offsets)


def _series(data: Bytes, offsets: npt.NDArray[np.int64]) -> pl.Series:
    array = pa.LargeStringArray.from_buffers(
        offsets.size - 1, pa.py_buffer(offsets), pa.py_buffer(data)
    )
    return pl.Series(array, dtype=pl.String)
