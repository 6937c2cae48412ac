"""Row groups that several threads encode, put together in one Parquet file.

Here: encoding a table apart from the file, and moving what its footer says to the place where it comes
to lie. Never here: what the columns mean. Next: `writing` hands groups over in their order.

PyArrow encodes a file on one thread. A table encoded alone is a Parquet file of its own: its pages are
taken as they are, and the offsets in its footer, a struct in Thrift's compact protocol, are moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

_MAGIC = b"PAR1"
_LENGTH_BYTES = 4
_STOP, _TRUE, _FALSE, _BYTE, _SHORT, _INT, _LONG, _DOUBLE, _TEXT, _LIST, _SET, _MAP, _STRUCT = (
    range(13)
)
_VARINTS = (_SHORT, _INT, _LONG)
_FIXED = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8}
"""Bytes of a value of these types in a list."""
_SHORT_LIST = 15

Moved = Mapping[int, Any]
"""Field of a struct → what is inside to be moved; `_OFFSET` and `_ORDINAL` stand for the field itself."""
_OFFSET, _ORDINAL = "offset", "ordinal"
_COLUMN_META_DATA: Moved = {9: _OFFSET, 10: _OFFSET, 11: _OFFSET, 14: _OFFSET}
_COLUMN_CHUNK: Moved = {2: _OFFSET, 3: _COLUMN_META_DATA, 4: _OFFSET, 6: _OFFSET}
_ROW_GROUP: Moved = {1: _COLUMN_CHUNK, 5: _OFFSET, 7: _ORDINAL}
_FILE_META_DATA: Moved = {4: _ROW_GROUP}
"""By parquet.thrift: row groups, their columns, and where these have pages, indexes and filters."""


class EncodedRows(NamedTuple):
    """A table as a Parquet file of its own."""

    file: pa.Buffer
    rows: int

    @property
    def pages(self) -> pa.Buffer:
        """All between the first magic bytes and the footer."""
        return self.file[len(_MAGIC) : self._footer_start]

    @property
    def footer(self) -> bytes:
        """The file's metadata."""
        return bytes(self.file[self._footer_start : self._footer_end])

    @property
    def _footer_start(self) -> int:
        length = bytes(self.file[self._footer_end : self._footer_end + _LENGTH_BYTES])
        return self._footer_end - int.from_bytes(length, "little")

    @property
    def _footer_end(self) -> int:
        return int(self.file.size) - _LENGTH_BYTES - len(_MAGIC)


def encode_rows(table: pa.Table, options: Mapping[str, Any]) -> EncodedRows:
    """Encode a table as one row group.

    Args:
        table: at least one row.
        options: of `pyarrow.parquet.ParquetWriter`.
    """
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, **options) as writer:
        writer.write_table(table, row_group_size=table.num_rows)
    return EncodedRows(sink.getvalue(), table.num_rows)


class RowGroupFile:
    """A Parquet file written group by group; complete when it is left without an error.

    Args:
        target: file to write.
        schema: of every group.
        options: the ones that the groups are encoded with.
    """

    def __init__(self, target: Path, schema: pa.Schema, options: Mapping[str, Any]) -> None:
        self._target, self._schema, self._options = target, schema, options
        self._metadata: pq.FileMetaData | None = None
        self.rows = 0

    def __enter__(self) -> Self:
        self._file = self._target.open("wb")
        self._file.write(_MAGIC)
        return self

    def add(self, encoded: EncodedRows) -> None:
        """Append a group."""
        groups = 0 if self._metadata is None else self._metadata.num_row_groups
        by = self._file.tell() - len(_MAGIC)
        metadata = _metadata(moved_footer(encoded.footer, by, groups))
        self._file.write(encoded.pages)
        self.rows += encoded.rows
        if self._metadata is None:
            self._metadata = metadata
        else:
            self._metadata.append_row_groups(metadata)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file:
            if kind is None:
                self._file.write(self._last_bytes())

    def _last_bytes(self) -> pa.Buffer:
        sink = pa.BufferOutputStream()
        if self._metadata is None:
            with pq.ParquetWriter(sink, self._schema, **self._options):
                pass
        else:
            self._metadata.write_metadata_file(sink)
        return sink.getvalue()[len(_MAGIC) :]


def _metadata(footer: bytes) -> pq.FileMetaData:
    length = len(footer).to_bytes(_LENGTH_BYTES, "little")
    return pq.read_metadata(pa.BufferReader(_MAGIC + footer + length + _MAGIC))


def moved_footer(footer: bytes, by: int, groups: int) -> bytes:
    """Return a Parquet footer of pages that lie `by` bytes later, behind `groups` other row groups."""
    copy = _Copy(footer, {_OFFSET: by, _ORDINAL: groups})
    copy.struct(_FILE_META_DATA)
    return bytes(copy.out)


class _Copy:
    """Copies values of Thrift's compact protocol, with numbers added to some of them."""

    def __init__(self, source: bytes, added: Mapping[str, int]) -> None:
        self.source, self.added = source, added
        self.place = 0
        self.out = bytearray()

    def struct(self, moved: Moved) -> None:
        """Copy a struct: fields of a header, with the step from the last number, and a value."""
        number = 0
        while kind := self._byte():
            step, kind = kind >> 4, kind & 0xF
            number = number + step if step else _signed(self._varint())
            if kind not in (_TRUE, _FALSE):
                self._value(kind, moved.get(number))

    def _value(self, kind: int, moved: Any) -> None:
        if kind in _VARINTS:
            if isinstance(moved, str):
                self._moved(moved)
            else:
                self._varint()
        elif kind == _STRUCT:
            self.struct(moved or {})
        elif kind in (_LIST, _SET):
            header = self._byte()
            size = header >> 4
            for _ in range(self._varint() if size == _SHORT_LIST else size):
                self._value(header & 0xF, moved)
        elif kind == _TEXT:
            self._bytes(self._varint())
        elif kind == _MAP:
            size = self._varint()
            kinds = self._byte() if size else 0
            for _ in range(size):
                self._value(kinds >> 4, None)
                self._value(kinds & 0xF, None)
        else:
            self._bytes(_FIXED[kind])

    def _bytes(self, count: int) -> None:
        self.out += self.source[self.place : self.place + count]
        self.place += count

    def _byte(self) -> int:
        self._bytes(1)
        return self.out[-1]

    def _varint(self) -> int:
        """Copy seven bits a byte, the lowest first; all bytes but the last have the highest bit set."""
        value, shift = 0, 0
        while (byte := self._byte()) & 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def _moved(self, what: str) -> None:
        before = len(self.out)
        value = _signed(self._varint())
        # An offset of 0 says that there is none: a file does not begin with a page.
        if value or what == _ORDINAL:
            value += self.added[what]
        del self.out[before:]
        zigzag = value << 1
        while zigzag > 0x7F:
            self.out.append(zigzag & 0x7F | 0x80)
            zigzag >>= 7
        self.out.append(zigzag)


def _signed(zigzag: int) -> int:
    return (zigzag >> 1) ^ -(zigzag & 1)
