"""Fixed-width deliveries: header, data and trailer lines of one byte length.

Here: lines built as byte matrices, a block of columns at a time. Never here: what is in a cell
(`values`). Next: the bytes are a file in the landing folder of the simulated country.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from hub.catalogue import Encoding, SchemaVersion
from hub.delivery import DeliveryName
from sources.country.rendering.values import NUMBERS

Bytes = npt.NDArray[np.uint8]

SHORTEST_LINE = 48
"""Bytes that the trailer needs, whatever the columns."""

_SPACE = 0x20
_NEWLINE = 0x0A


def line_length(version: SchemaVersion) -> int:
    """Return the bytes of a line of `version`, without its end."""
    return max(1 + sum(column.width or 0 for column in version.columns), SHORTEST_LINE)


def _lengths(cells: pl.Series, encoding: Encoding) -> npt.NDArray[np.int64]:
    in_utf_8 = cells.str.len_bytes().to_numpy().astype(np.int64)
    if encoding is Encoding.UTF_8:
        return in_utf_8
    # In the text that `values` lets through, a character is one byte, or Hangul: three bytes of
    # UTF-8 and two of CP949.
    characters = cells.str.len_chars().to_numpy().astype(np.int64)
    in_cp949: npt.NDArray[np.int64] = characters + (in_utf_8 - characters) // 2
    return in_cp949


def _cut(cells: pl.Series, width: int, encoding: Encoding) -> pl.Series:
    """Return `cells` with those that are too long cut to what surely fits."""
    too_long = pl.Series(_lengths(cells, encoding) > width)
    if not too_long.any():
        return cells
    widest = 2 if encoding is Encoding.CP949 else 4
    is_plain = cells.str.len_bytes() == cells.str.len_chars()
    frame = pl.DataFrame({"cell": cells, "too_long": too_long, "is_plain": is_plain})
    return frame.select(
        pl.when(~pl.col("too_long"))
        .then(pl.col("cell"))
        .when(pl.col("is_plain"))
        .then(pl.col("cell").str.head(width))
        .otherwise(pl.col("cell").str.head(width // widest))
        .alias("cell")
    )["cell"]


def _block(cells: pl.Series, width: int, encoding: Encoding, *, right: bool) -> Bytes:
    """Return `cells` as a matrix of bytes, a row each, padded with spaces to `width`."""
    text = _cut(cells.cast(pl.String).fill_null(""), width, encoding)
    lengths = _lengths(text, encoding)
    content = np.frombuffer(str(text.str.join("").item()).encode(encoding.value), dtype=np.uint8)
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
    """
    length = line_length(version)
    lines = np.full((frame.height, length + 1), _SPACE, dtype=np.uint8)
    lines[:, 0] = ord("D")
    lines[:, length] = _NEWLINE
    position = 1
    for column in version.columns:
        width = column.width or 0
        if frame.height:
            lines[:, position : position + width] = _block(
                frame[column.name], width, encoding, right=column.format in NUMBERS
            )
        position += width
    header = (
        f"H{name.document:<10}{name.period:<8}{name.sequence:03d}{version.number:02d}"
        f"{name.made_at:%Y%m%d%H%M%S}"
    )
    trailer = f"T{frame.height:010d}{total:>20d}"
    return _line(header, length) + lines.tobytes() + _line(trailer, length)
