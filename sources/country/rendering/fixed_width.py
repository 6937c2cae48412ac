"""Fixed-width deliveries: header, data and trailer lines of one byte length.

Here: lines built as byte matrices, a block of columns at a time. Never here: what is in a cell
(`values`). Next: the bytes are a file in the landing folder of the simulated country.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from hub.catalogue import Column, Encoding, SchemaVersion
from hub.delivery import DeliveryName
from sources.country.rendering.values import NUMBERS

Bytes = npt.NDArray[np.uint8]

SHORTEST_LINE = 48
"""Bytes that the trailer needs, whatever the columns."""

_SPACE = 0x20
_NEWLINE = 0x0A
_BEYOND_ASCII = 0x80


def line_length(version: SchemaVersion) -> int:
    """Return the bytes of a line of `version`, without its end."""
    return max(1 + sum(column.width or 0 for column in version.columns), SHORTEST_LINE)


def _length(cell: pl.Expr, encoding: Encoding) -> pl.Expr:
    in_utf_8 = cell.str.len_bytes().cast(pl.Int64)
    if encoding is Encoding.UTF_8:
        return in_utf_8
    # In the text that `values` lets through, a character is one byte, or Hangul: three bytes of
    # UTF-8 and two of CP949.
    characters = cell.str.len_chars().cast(pl.Int64)
    return characters + (in_utf_8 - characters) // 2


def _cut(cell: pl.Expr, width: int, encoding: Encoding) -> pl.Expr:
    """Return `cell`, where it is too long cut to what surely fits."""
    widest = 2 if encoding is Encoding.CP949 else 4
    is_plain = cell.str.len_bytes() == cell.str.len_chars()
    return (
        pl.when(_length(cell, encoding) <= width)
        .then(cell)
        .when(is_plain)
        .then(cell.str.head(width))
        .otherwise(cell.str.head(width // widest))
    )


def _cell(column: Column, encoding: Encoding) -> pl.Expr:
    text = pl.col(column.name).cast(pl.String).fill_null("")
    # A text that is cut is still a text; a number that is cut would be another number.
    return text if column.format in NUMBERS else _cut(text, column.width or 0, encoding)


def _fit(
    frame: pl.DataFrame, version: SchemaVersion, encoding: Encoding
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells of `frame` as text that fits its columns, and their lengths in bytes."""
    cells = frame.select(_cell(column, encoding) for column in version.columns)
    return cells, cells.select(_length(pl.all(), encoding))


def _encoded(cells: pl.Series, encoding: Encoding) -> Bytes:
    """Return the bytes of all `cells`, one after the other."""
    array = cells.to_arrow()
    _, offsets, content = array.buffers()
    if content is None:
        return np.empty(0, dtype=np.uint8)
    ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    text = np.frombuffer(content, dtype=np.uint8)[ends[0] : ends[-1]]
    if encoding is Encoding.UTF_8 or bool((text < _BEYOND_ASCII).all()):
        return text
    return np.frombuffer(text.tobytes().decode("utf-8").encode(encoding.value), dtype=np.uint8)


def _block(
    cells: pl.Series, lengths: npt.NDArray[np.int64], width: int, encoding: Encoding, *, right: bool
) -> Bytes:
    """Return `cells` as a matrix of bytes, a row each, padded with spaces to `width`."""
    content = _encoded(cells, encoding)
    if bool((lengths == width).all()):
        return content.reshape(len(cells), width)
    block = np.full((len(cells), width), _SPACE, dtype=np.uint8)
    place = np.arange(width)
    filled = place >= (width - lengths)[:, None] if right else place < lengths[:, None]
    block[filled] = content
    return block


def _line(text: str, length: int) -> bytes:
    return text.ljust(length).encode("ascii") + b"\n"


def write_fixed_width(
    frame: pl.DataFrame,
    version: SchemaVersion,
    name: DeliveryName,
    encoding: Encoding,
    total: int,
) -> bytes:
    """Return the file of `frame`, the sender's frame of `version`.

    `total` is the sum of the amount column in the sender's unit, for the trailer.

    Raises:
        ValueError: a number is too long for its column.
    """
    length = line_length(version)
    lines = np.full((frame.height, length + 1), _SPACE, dtype=np.uint8)
    lines[:, 0] = ord("D")
    lines[:, length] = _NEWLINE
    cells, lengths = _fit(frame, version, encoding)
    position = 1
    for column in version.columns if frame.height else ():
        width = column.width or 0
        cell_lengths = lengths[column.name].to_numpy()
        if cell_lengths.max() > width:
            raise ValueError(f"{column.name}: a number has more than {width} digits")
        lines[:, position : position + width] = _block(
            cells[column.name],
            cell_lengths,
            width,
            encoding,
            right=column.format in NUMBERS,
        )
        position += width
    header = (
        f"H{name.document:<10}{name.period:<8}{name.sequence:03d}{version.number:02d}"
        f"{name.made_at:%Y%m%d%H%M%S}"
    )
    trailer = f"T{frame.height:010d}{total:>20d}"
    return _line(header, length) + lines.tobytes() + _line(trailer, length)
