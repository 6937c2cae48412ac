"""Finding exact repetitions of a row within one delivery, in bounded memory.

Here: a hash table of 64-bit row hashes, at most 16 bytes a row, probed for whole batches at once.
Never here: what a repetition means for totals (`hub.conforming.conformer`). Next: the later of two
equal rows is counted as superseded.

Within a batch equality is true equality; across batches it is that of the hashes (in a delivery of
50 million rows, one false hit is expected in ten thousand deliveries).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_SMALLEST_BITS = 18


class RepetitionFinder:
    """Remembers the rows of one delivery."""

    def __init__(self) -> None:
        self._bits = _SMALLEST_BITS
        self._table: Hashes = np.zeros(1 << self._bits, dtype=np.uint64)
        self._count = 0

    def find(self, rows: pl.DataFrame) -> Flags:
        """Return which of `rows` repeat an earlier row of the delivery, and remember the others."""
        # Zero marks an empty slot.
        hashes: Hashes = np.maximum(rows.hash_rows().to_numpy(), np.uint64(1))
        repeats = np.zeros(hashes.size, dtype=np.bool_)
        # In order of hashes the table is walked from front to back, which caches like.
        ordered = np.sort(hashes)
        is_twice = ordered[1:] == ordered[:-1]
        if is_twice.any():
            candidates = np.flatnonzero(np.isin(hashes, ordered[1:][is_twice]))
            is_first = rows[candidates].select(pl.struct(pl.all()).is_first_distinct()).to_series()
            repeats[candidates[~is_first.to_numpy()]] = True
            ordered = np.unique(ordered)
        self._reserve(ordered.size)
        is_known = self._insert(ordered)
        if is_known.any():
            repeats |= np.isin(hashes, ordered[is_known])
        return repeats

    def _reserve(self, more: int) -> None:
        """Enlarge the table until it is at most half full after `more` rows."""
        bits = self._bits
        while 2 * (self._count + more) > 1 << bits:
            bits += 1
        if bits != self._bits:
            remembered = self._table[self._table != 0]
            self._bits, self._count = bits, 0
            self._table = np.zeros(1 << bits, dtype=np.uint64)
            self._insert(remembered)

    def _insert(self, hashes: Hashes) -> Flags:
        """Insert distinct `hashes`; return which were there before."""
        found = np.zeros(hashes.size, dtype=np.bool_)
        pending = np.arange(hashes.size)
        waiting = hashes
        slots = (hashes >> np.uint64(64 - self._bits)).astype(np.int64)
        last = np.int64((1 << self._bits) - 1)
        while pending.size:
            there = self._table[slots]
            is_there = there == waiting
            if is_there.any():
                found[pending[is_there]] = True
            is_empty = there == 0
            self._table[slots[is_empty]] = waiting[is_empty]
            # Of several hashes for one empty slot one has won it; the others try the next slot.
            is_left = (self._table[slots] != waiting).nonzero()[0]
            pending, waiting = pending[is_left], waiting[is_left]
            slots = (slots[is_left] + 1) & last
        self._count += hashes.size - int(found.sum())
        return found
