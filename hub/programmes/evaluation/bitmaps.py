"""Three-valued truth of many rows as two bitmaps: which are true, which are unknown.

Here: packing, unpacking and the connectives. Never here: what a bit means. Next: the kernel computes
every condition into one `Bits`, programmes are the AND of theirs.

Row r is bit r % 64 of word r // 64. Bits behind the last row are 0 in both maps; a row is never true
and unknown at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Rows = NDArray[Any]
"""Rows, or places of rows: integers of 32 or 64 bits."""


class Bits(NamedTuple):
    """Truth of a condition for all rows of a frame."""

    true: Words
    unknown: Words | None
    """None where it is known of every row."""


def word_count(rows: int) -> int:
    """Return how many words hold `rows` bits."""
    return -(-rows // 64)


def pack(flags: NDArray[np.bool_] | NDArray[np.uint8], rows: int) -> Words:
    """Return the bitmap of `flags` (true, or not 0), one a row, or one for all rows."""
    if flags.ndim == 0:
        return all_rows(rows) if flags else np.zeros(word_count(rows), np.uint64)
    packed = np.packbits(flags, bitorder="little")
    if packed.size % 8:
        padded = np.zeros(word_count(rows) * 8, np.uint8)
        padded[: packed.size] = packed
        packed = padded
    return packed.view(np.uint64)


def unpack(words: Words, rows: int) -> NDArray[np.bool_]:
    """Return one flag a row."""
    flags = np.unpackbits(words.view(np.uint8), count=rows, bitorder="little")
    return flags.view(np.bool_)


def all_rows(rows: int) -> Words:
    """Return the bitmap that holds every row."""
    words = np.full(word_count(rows), ~np.uint64(0))
    if rows % 64:
        words[-1] = np.uint64((1 << rows % 64) - 1)
    return words


def rows_of(words: Words, rows: int) -> Rows:
    """Return the rows whose bit is set, in order."""
    if not words.any():
        return np.empty(0, np.intp)
    return np.flatnonzero(unpack(words, rows))


def test(words: Words, at: Rows) -> NDArray[np.bool_]:
    """Return the bits of the rows `at`."""
    if len(at) * 8 > len(words) * 64:
        return unpack(words, len(words) * 64)[at]
    shifts = (at & 63).astype(np.uint64)
    flags: NDArray[np.bool_] = ((words[at >> 6] >> shifts) & np.uint64(1)).astype(np.bool_)
    return flags


def negated(bits: Bits, valid: Words) -> Bits:
    """Return `not`."""
    known_or_true = bits.true if bits.unknown is None else bits.true | bits.unknown
    return Bits(valid & ~known_or_true, bits.unknown)


def both(one: Bits, other: Bits) -> Bits:
    """Return `and`: unknown and false is false."""
    true = one.true & other.true
    if one.unknown is None and other.unknown is None:
        return Bits(true, None)
    possible = _possible(one) & _possible(other)
    return Bits(true, possible & ~true)


def either(one: Bits, other: Bits) -> Bits:
    """Return `or`: unknown or true is true."""
    true = one.true | other.true
    if one.unknown is None and other.unknown is None:
        return Bits(true, None)
    return Bits(true, (_possible(one) | _possible(other)) & ~true)


def _possible(bits: Bits) -> Words:
    return bits.true if bits.unknown is None else bits.true | bits.unknown


def joined(one: Words | None, other: Words | None) -> Words | None:
    """Return the rows that are known in both; None stands for all rows."""
    if one is None:
        return other
    return one if other is None else one & other
