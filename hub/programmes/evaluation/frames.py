"""Facts of some rows of subjects as arrays, read from Arrow without going through rows.

Here: columns, frames, members of units. Never here: computing with them (`kernel`). Next: the kernel
asks a frame for columns and remembers in it what it has computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Rows, Words, all_rows, pack, test, unpack, word_count
from hub.programmes.facts import BITS_IN_WORD, Fact
from hub.programmes.language.vocabulary import limits_of

_NARROW = (np.int8, np.int16, np.int32)
"""Numbers are held in the first of these that they fit, else in 64 bits: less memory to scan."""
BYTES_IN_WORD = BITS_IN_WORD // 8


class FactColumnError(ValueError):
    """A column of a subject table holds what its fact cannot be; the message names the column."""


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers (integers), words (their places among the fact's words) or booleans (a bitmap)."""

    values: NDArray[Any]
    known: Words | None
    """Bitmap of the rows whose value is known; None: all."""


@dataclass(frozen=True, slots=True)
class SetColumn:
    """A set of words: for each 64 words which are in it, and of which that is known."""

    held: tuple[Words, ...]
    known: tuple[Words, ...]
    laid: dict[tuple[int, int], NDArray[np.uint8]] = field(default_factory=dict, compare=False)
    """(number of 64 words, byte) → that byte of every row: an eighth of the memory to scan."""
    always: dict[int, np.uint64] = field(default_factory=dict, compare=False)
    """Number of 64 words → those of which it is known of every row whether they are in."""

    def byte(self, number: int, byte: int) -> NDArray[np.uint8]:
        """Return one byte of the words `held[number]` of all rows, laid out once."""
        found = self.laid.get((number, byte))
        if found is None:
            held = np.ascontiguousarray(self.held[number]).view(np.uint8)
            found = self.laid[number, byte] = np.ascontiguousarray(held[byte::BYTES_IN_WORD])
        return found

    def known_of_everybody(self, number: int) -> np.uint64:
        """Return of which of the words `known[number]` it is known of all rows, found once."""
        found = self.always.get(number)
        if found is None:
            known = self.known[number]
            found = np.bitwise_and.reduce(known) if len(known) else ~np.uint64(0)
            self.always[number] = found
        return found


AnyColumn = Column | SetColumn


class Frame:
    """Rows of one scope: their facts, and what was computed of them.

    Args:
        rows: how many rows.
        load: makes a column by name of the fact; called once for each.
        members: members of the units, for frames of households.
    """

    def __init__(
        self,
        rows: int,
        load: Callable[[str], AnyColumn],
        members: Callable[[], MemberFrame] | None = None,
    ) -> None:
        self.rows = rows
        self.results: dict[object, Any] = {}
        self._load = load
        self._columns: dict[str, AnyColumn] = {}
        self._load_members = members
        self._members: MemberFrame | None = None
        self._flags: NDArray[np.uint8] | None = None
        self._valid: Words | None = None

    @property
    def valid(self) -> Words:
        """Bitmap that holds every row."""
        if self._valid is None:
            self._valid = all_rows(self.rows)
        return self._valid

    @property
    def flags(self) -> NDArray[np.uint8]:
        """Room for one flag a row, used again and again; behind the last row are zeros up to 64 more."""
        if self._flags is None:
            self._flags = np.zeros(word_count(self.rows) * 64, np.uint8)
        return self._flags

    def column(self, name: str) -> AnyColumn:
        """Return the column of a fact."""
        if name not in self._columns:
            self._columns[name] = self._load(name)
        return self._columns[name]

    @property
    def members(self) -> MemberFrame:
        """Counted members of the frame's units.

        Raises:
            LookupError: the frame has none.
        """
        if self._members is None:
            if self._load_members is None:
                raise LookupError("members of units are asked, but were not given")
            self._members = self._load_members()
        return self._members

    def take(self, rows: Rows) -> Frame:
        """Return a frame of some rows."""
        whole = self

        def members() -> MemberFrame:
            return whole.members.take(rows)

        return Frame(len(rows), lambda name: taken(whole.column(name), rows), members)


@dataclass(slots=True)
class MemberFrame:
    """Members of units, unit after unit."""

    frame: Frame
    bounds: NDArray[np.int64]
    """Unit u has the members bounds[u] to bounds[u + 1], that one not included."""

    @property
    def units(self) -> int:
        """How many units."""
        return len(self.bounds) - 1

    def sums(self, values: NDArray[Any]) -> NDArray[np.int64]:
        """Return the sum of one value a member for each unit."""
        added = np.zeros(len(values) + 1, np.int64)
        np.cumsum(values, out=added[1:])
        sums: NDArray[np.int64] = added[self.bounds[1:]] - added[self.bounds[:-1]]
        return sums

    def take(self, units: Rows) -> MemberFrame:
        """Return the members of some units."""
        starts, ends = self.bounds[units], self.bounds[units + 1]
        counts = ends - starts
        bounds = np.zeros(len(units) + 1, np.int64)
        np.cumsum(counts, out=bounds[1:])
        rows = np.repeat(starts - bounds[:-1], counts) + np.arange(bounds[-1])
        return MemberFrame(self.frame.take(rows), bounds)


def taken(column: AnyColumn, rows: Rows) -> AnyColumn:
    """Return some rows of a column."""
    if isinstance(column, SetColumn):
        return SetColumn(
            tuple(np.take(words, rows) for words in column.held),
            tuple(np.take(words, rows) for words in column.known),
        )
    known = None if column.known is None else pack(test(column.known, rows), len(rows))
    if known is not None and len(rows) and bool((known == all_rows(len(rows))).all()):
        known = None
    if column.values.dtype == np.uint64:
        return Column(pack(test(column.values, rows), len(rows)), known)
    return Column(np.take(column.values, rows), known)


def stacked(columns: Sequence[AnyColumn], sizes: Sequence[int]) -> AnyColumn:
    """Return one column of several, whose numbers of rows are `sizes`."""
    if len(columns) == 1:
        return columns[0]
    first = columns[0]
    if isinstance(first, SetColumn):
        sets = [column for column in columns if isinstance(column, SetColumn)]
        return SetColumn(
            tuple(np.concatenate(words) for words in zip(*(c.held for c in sets), strict=True)),
            tuple(np.concatenate(words) for words in zip(*(c.known for c in sets), strict=True)),
        )
    simple = [column for column in columns if isinstance(column, Column)]
    total = sum(sizes)
    known = None
    if any(column.known is not None for column in simple):
        flags = [
            np.ones(size, np.bool_) if column.known is None else unpack(column.known, size)
            for column, size in zip(simple, sizes, strict=True)
        ]
        known = pack(np.concatenate(flags), total)
    if first.values.dtype == np.uint64:
        truths = [unpack(column.values, size) for column, size in zip(simple, sizes, strict=True)]
        return Column(pack(np.concatenate(truths), total), known)
    return Column(np.concatenate([column.values for column in simple]), known)


def unknown_column(fact: Fact, rows: int) -> AnyColumn:
    """Return a column of which nothing is known."""
    nothing = np.zeros(word_count(rows), np.uint64)
    if fact.type == "set":
        empty = np.zeros(rows, np.uint64)
        return SetColumn((empty,) * len(fact.columns), (empty,) * len(fact.columns))
    if fact.type == "boolean":
        return Column(nothing, nothing)
    return Column(np.zeros(rows, np.uint8 if fact.type == "enum" else np.int64), nothing)


def read_column(batch: pa.RecordBatch, fact: Fact) -> AnyColumn:
    """Return the column of `fact` from Arrow; unknown of every row where the table has none.

    Raises:
        FactColumnError: values that the fact cannot have.
    """
    names = batch.schema.names
    if any(column not in names for column in (*fact.columns, *fact.known_columns)):
        return unknown_column(fact, batch.num_rows)
    if fact.type == "set":
        held = tuple(_set_words(batch.column(name)) for name in fact.columns)
        known = tuple(_set_words(batch.column(name)) for name in fact.known_columns)
        column = SetColumn(held, known)
        for place in range(0, len(fact.values), 8):
            number, bit = divmod(place, BITS_IN_WORD)
            column.byte(number, bit // 8)
        for number in range(len(known)):
            column.known_of_everybody(number)
        return column
    array = batch.column(fact.name)
    known_rows = _known(array)
    if fact.type == "boolean":
        bits = _bits(array.cast(pa.bool_()))
        return Column(bits if known_rows is None else bits & known_rows, known_rows)
    if fact.type == "enum":
        return Column(_codes(array, fact), known_rows)
    return Column(_numbers(array, fact), known_rows)


def _known(array: pa.Array) -> Words | None:
    if array.null_count == 0:
        return None
    if array.null_count == len(array):
        return np.zeros(word_count(len(array)), np.uint64)
    return _bitmap(array.buffers()[0], array.offset, len(array))


def _bits(array: pa.Array) -> Words:
    return _bitmap(array.buffers()[1], array.offset, len(array))


def _bitmap(buffer: pa.Buffer | None, offset: int, rows: int) -> Words:
    words = np.zeros(word_count(rows), np.uint64)
    if buffer is None or rows == 0:
        return words
    packed = np.frombuffer(buffer, np.uint8)
    if offset % 8:
        flags = np.unpackbits(packed, bitorder="little")[offset : offset + rows]
        return pack(flags.view(np.bool_), rows)
    size = -(-rows // 8)
    words.view(np.uint8)[:size] = packed[offset // 8 : offset // 8 + size]
    words &= all_rows(rows)
    return words


def _plain(array: pa.Array, dtype: Any) -> NDArray[Any]:
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), dtype)
    return np.frombuffer(buffer, dtype)[array.offset : array.offset + len(array)]


def _set_words(array: pa.Array) -> Words:
    words = _plain(array.cast(pa.uint64()), np.uint64)
    if array.null_count:
        words = np.where(unpack(_known(array), len(array)), words, np.uint64(0))  # type: ignore[arg-type]
    return words


def _codes(array: pa.Array, fact: Fact) -> NDArray[np.uint8]:
    if not isinstance(array, pa.DictionaryArray):
        array = array.cast(pa.string()).dictionary_encode()
    words = array.dictionary.to_pylist()
    if other := [word for word in words if word is not None and word not in fact.values]:
        raise FactColumnError(
            f"column {fact.name} holds {len(other)} words that facts.toml does not list; add them "
            "there, or mend the SQL of the column"
        )
    places = [fact.values.index(word) if word is not None else 0 for word in words] or [0]
    indices = _plain(array.indices, array.indices.type.to_pandas_dtype())
    return np.take(np.array(places, np.uint8), indices, mode="clip")


def _numbers(array: pa.Array, fact: Fact) -> NDArray[Any]:
    values = _plain(array.cast(pa.int64()), np.int64)
    if array.null_count:
        values = np.where(unpack(_known(array), len(array)), values, 0)  # type: ignore[arg-type]
    if not len(values):
        return values
    lowest, highest = limits_of(fact.type)
    least, most = values.min(), values.max()
    if least < lowest or most > highest:
        raise FactColumnError(
            f"column {fact.name} leaves {lowest} to {highest} {fact.type}; mend the SQL of the column"
        )
    for narrow in _NARROW:
        limits = np.iinfo(narrow)
        if limits.min <= least and most <= limits.max:
            return values.astype(narrow)
    return values
