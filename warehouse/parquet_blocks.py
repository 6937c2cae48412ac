"""A Parquet file put together of blocks: row groups that other files hold, byte for byte.

Here: which bytes of a file a run of its row groups is, and writing a file of such runs with a footer of
its own. Never here: making rows, or which blocks a table has (`warehouse.families`). Next: a family's table is
written of one block for each document type, most of them as an earlier night's table holds them.

The same blocks in the same order give the same bytes, whichever files they lie in. A block is plain
Parquet; nothing is unpacked. Source: apache/parquet-format, `parquet.thrift`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from warehouse.thrift_structs import Struct, read_struct, written_struct

_MAGIC = b"PAR1"
_TAIL_BYTES = 8
"""The footer's length in four bytes, and the magic."""
_COPIED_BYTES = 1 << 20
# Fields of `FileMetaData`.
_ROWS, _GROUPS = 3, 4
# Fields of `RowGroup`.
_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7
# Fields of `ColumnChunk` and of its `ColumnMetaData` that say where in the file something lies.
_CHUNK_META = 3
_CHUNK_OFFSETS = (2, 4, 6)
_META_OFFSETS = (9, 10, 11, 14)


@dataclass(frozen=True, slots=True)
class Block:
    """Row groups that follow one another in a file, with all that belongs to them.

    Attributes:
        file: the file that holds them.
        first_group: place of the first one among the file's row groups.
        groups: how many they are; 0: the block has no rows.
        start: its first byte in the file.
        end: the byte after its last.
    """

    file: Path
    first_group: int
    groups: int
    start: int
    end: int


def whole_file(file: Path) -> Block:
    """Return all that a Parquet file holds as one block.

    Raises:
        ValueError: it is no Parquet file.
    """
    footer, end = _footer(file)
    return Block(file, 0, len(_groups(footer)), len(_MAGIC), end)


def write_blocks(blocks: Sequence[Block], target: Path) -> list[Block]:
    """Write a Parquet file of `blocks`, at least one, in this order; return them as `target` holds them.

    Raises:
        ValueError: a file is no Parquet file, or has other columns than the first one.
    """
    footers: dict[Path, Struct] = {}
    for block in blocks:
        if block.file not in footers:
            footers[block.file] = _footer(block.file)[0]
    footer = footers[blocks[0].file]
    groups: list[Struct] = []
    written = []
    with target.open("wb") as sink:
        sink.write(_MAGIC)
        for block in blocks:
            if _common(footers[block.file]) != _common(footer):
                message = f"{block.file.name} has other columns than {blocks[0].file.name}"
                raise ValueError(message)
            start = sink.tell()
            _copy(block, sink)
            held = _groups(footers[block.file])[block.first_group :][: block.groups]
            first = len(groups)
            groups += [
                _moved(group, start - block.start, first + place)
                for place, group in enumerate(held)
            ]
            written.append(Block(target, first, len(held), start, sink.tell()))
        rows = sum(_number(group, _GROUP_ROWS) for group in groups)
        kind_of_groups, (kind_of_group, _) = footer[_GROUPS]
        footer = footer | {
            _ROWS: (footer[_ROWS][0], rows),
            _GROUPS: (kind_of_groups, (kind_of_group, groups)),
        }
        content = written_struct(footer)
        sink.write(content + len(content).to_bytes(4, "little") + _MAGIC)
    return written


def _footer(file: Path) -> tuple[Struct, int]:
    """Return a file's footer and where it begins."""
    with file.open("rb") as source:
        size = source.seek(0, 2)
        source.seek(max(size - _TAIL_BYTES, 0))
        tail = source.read(_TAIL_BYTES)
        begin = size - _TAIL_BYTES - int.from_bytes(tail[:4], "little")
        if tail[4:] != _MAGIC or begin < len(_MAGIC):
            message = f"{file.name}: no Parquet file"
            raise ValueError(message)
        source.seek(begin)
        return read_struct(source.read(size - _TAIL_BYTES - begin)), begin


def _groups(footer: Struct) -> list[Struct]:
    groups: list[Struct] = footer[_GROUPS][1][1]
    return groups


def _common(footer: Struct) -> Struct:
    """What the footers of files of one table have in common: columns, and who wrote them."""
    return {number: field for number, field in footer.items() if number not in (_ROWS, _GROUPS)}


def _number(fields: Struct, number: int) -> int:
    value: int = fields[number][1]
    return value


def _moved(group: Struct, by: int, ordinal: int) -> Struct:
    """Return a row group that lies `by` bytes further on, as the file's `ordinal`-th."""
    kind, (of, chunks) = group[_COLUMNS]
    moved = _shifted(group, (_GROUP_OFFSET,), by)
    moved[_COLUMNS] = (kind, (of, [_moved_chunk(chunk, by) for chunk in chunks]))
    if _ORDINAL in group:
        moved[_ORDINAL] = (group[_ORDINAL][0], ordinal)
    return moved


def _moved_chunk(chunk: Struct, by: int) -> Struct:
    moved = _shifted(chunk, _CHUNK_OFFSETS, by)
    kind, meta = chunk[_CHUNK_META]
    moved[_CHUNK_META] = (kind, _shifted(meta, _META_OFFSETS, by))
    return moved


def _shifted(fields: Struct, offsets: Iterable[int], by: int) -> Struct:
    changed: dict[int, tuple[int, Any]] = {
        number: (fields[number][0], fields[number][1] + by)
        for number in offsets
        # Writers that name no place write 0, as DuckDB does of a chunk.
        if number in fields and fields[number][1] > 0
    }
    return fields | changed


def _copy(block: Block, sink: BinaryIO) -> None:
    left = block.end - block.start
    with block.file.open("rb") as source:
        source.seek(block.start)
        while left:
            run = source.read(min(left, _COPIED_BYTES))
            if not run:
                message = f"{block.file.name} ends early"
                raise ValueError(message)
            sink.write(run)
            left -= len(run)
