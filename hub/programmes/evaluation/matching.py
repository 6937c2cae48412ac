"""Facts held against constants: numbers against a limit, words and sets against words.

Here: from the values of a fact to the bitmap of rows that match. Never here: what is computed when
(`kernel`). Next: the kernel makes steps of these.

Nearly all conditions are of this kind. A frame's bitmap of one word and the rows where a fact is unknown
are made once and serve every condition that asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.arithmetic import Numbers
from hub.programmes.evaluation.bitmaps import Bits, Words, joined, pack
from hub.programmes.evaluation.frames import BYTES_IN_WORD, Frame, SetColumn
from hub.programmes.facts import BITS_IN_WORD

COMPARE: Mapping[str, Any] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
"""Comparator → what compares arrays."""
TURNED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""Comparator → the one that says the same of exchanged operands."""
_LIMITS = {
    np.dtype(width): (int(np.iinfo(width).min), int(np.iinfo(width).max))
    for width in (np.int8, np.uint8, np.int16, np.int32, np.int64)
}
"""Integers that facts are held in → the least and the greatest."""


def compared(numbers: Numbers, compare: Any, limit: int, frame: Frame, place: object) -> Bits:
    """Return where numbers stand so to a limit.

    Args:
        numbers: the numbers.
        compare: one of `COMPARE`.
        limit: an integer of 64 bits.
        frame: the frame that they belong to.
        place: of the step that made the numbers.
    """
    values = numbers.values
    least, greatest = _LIMITS[values.dtype]
    if not least <= limit <= greatest:
        # All values stand on the same side of it.
        everybody = compare(0, 1 if limit > greatest else -1)
        rows = frame.valid if everybody else np.zeros_like(frame.valid)
        return _known_bits(rows, numbers.known, frame, place)
    return _known_bits(_flagged(compare, values, limit, frame), numbers.known, frame, place)


def compared_rows(one: Numbers, other: Numbers, compare: Any, frame: Frame) -> Bits:
    """Return where two numbers of each row stand so to one another."""
    true = _flagged(compare, one.values, other.values, frame)
    known = joined(one.known, other.known)
    return Bits(true, None) if known is None else Bits(true & known, frame.valid & ~known)


def one_of(
    codes: Numbers, places: Sequence[int], others: Sequence[int], frame: Frame, place: object
) -> Bits:
    """Return where a word is one of some.

    Args:
        codes: places of words in their enum.
        places: the words that are asked.
        others: all other words of the enum.
        frame: the frame that the codes belong to.
        place: of the step that made the codes.
    """

    def rows_of_any(words: Sequence[int]) -> Words:
        return reduce(np.bitwise_or, [_word_rows(codes, word, frame, place) for word in words])

    if len(places) <= len(others) or not others:
        true = rows_of_any(places)
    else:
        true = frame.valid & ~rows_of_any(others)
    return _known_bits(true, codes.known, frame, place)


def _word_rows(codes: Numbers, word: int, frame: Frame, place: object) -> Words:
    key = ("word", place, word)
    found = frame.results.get(key)
    if found is None:
        found = frame.results[key] = _flagged(np.equal, codes.values, word, frame)
    rows: Words = found
    return rows


def _known_bits(true: Words, known: Words | None, frame: Frame, place: object) -> Bits:
    if known is None:
        return Bits(true, None)
    key = ("unknown", place)
    unknown = frame.results.get(key)
    if unknown is None:
        unknown = frame.results[key] = frame.valid & ~known
    return Bits(true & known, unknown)


def _flagged(compare: Any, values: NDArray[Any], other: Any, frame: Frame) -> Words:
    """Compare into the frame's own flags, and pack these."""
    if values.ndim == np.ndim(other) == 0:
        return pack(np.asarray(compare(values, other)), frame.rows)
    flags = frame.flags
    compare(values, other, out=flags[: frame.rows].view(np.bool_))
    return np.packbits(flags, bitorder="little").view(np.uint64)


def any_of(name: str, places: Sequence[int]) -> Callable[[Frame], Bits]:
    """Return the step of: a set holds any of these words.

    Args:
        name: the fact.
        places: of the words in the set's list.
    """
    masks: dict[int, int] = {}
    for place in places:
        number, bit = divmod(place, BITS_IN_WORD)
        masks[number] = masks.get(number, 0) | 1 << bit
    asked = [
        (number, byte, mask >> 8 * byte & 0xFF)
        for number, mask in masks.items()
        for byte in range(BYTES_IN_WORD)
        if mask >> 8 * byte & 0xFF
    ]

    def step(frame: Frame) -> Bits:
        column = set_column(frame, name)
        true = _held_rows(frame, column, name, *asked[0])
        for place in asked[1:]:
            true = true | _held_rows(frame, column, name, *place)
        unknown: Words | None = None
        for number, mask_bits in masks.items():
            mask = np.uint64(mask_bits)
            if column.known_of_everybody(number) & mask != mask:
                open_rows = pack((column.known[number] & mask) != mask, frame.rows)
                unknown = open_rows if unknown is None else unknown | open_rows
        return Bits(true, None if unknown is None else unknown & ~true)

    return step


def _held_rows(
    frame: Frame, column: SetColumn, name: str, number: int, byte: int, bits: int
) -> Words:
    """Return where a set holds any of some words whose bits stand in one byte."""
    key = ("held", name, number, byte, bits)
    found = frame.results.get(key)
    if found is None:
        flags = frame.flags
        np.bitwise_and(column.byte(number, byte), np.uint8(bits), out=flags[: frame.rows])
        found = frame.results[key] = np.packbits(flags, bitorder="little").view(np.uint64)
    rows: Words = found
    return rows


def is_empty(name: str, count: int) -> Callable[[Frame], Bits]:
    """Return the step of: a set of `count` possible words holds none."""

    def step(frame: Frame) -> Bits:
        column = set_column(frame, name)
        held: Any = np.zeros(frame.rows, np.bool_)
        open_rows: Any = np.zeros(frame.rows, np.bool_)
        for number, (words, known) in enumerate(zip(column.held, column.known, strict=True)):
            width = min(count - number * BITS_IN_WORD, BITS_IN_WORD)
            mask = np.uint64((1 << width) - 1)
            held |= (words & mask) != 0
            open_rows |= (known & mask) != mask
        unknown = pack(open_rows & ~held, frame.rows)
        return Bits(pack(~held & ~open_rows, frame.rows), unknown if unknown.any() else None)

    return step


def set_column(frame: Frame, name: str) -> SetColumn:
    """Return the column of a set."""
    column = frame.column(name)
    if not isinstance(column, SetColumn):
        raise TypeError(f"fact {name} is no set")
    return column
