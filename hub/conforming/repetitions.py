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

_SMALLEST_BITS = 16
_FIBONACCI = np.uint64(0x9E3779B97F4A7C15)
"""Spreads the hashes' bits once more: a slot is taken from the highest bits of the product."""


class RepetitionFinder:
    """Remembers the rows of one delivery."""

    def __init__(self) -> None:
        self._bits = _SMALLEST_BITS
        self._table: Hashes = np.zeros(1 << self._bits, dtype=np.uint64)
        self._count = 0

    def find(self, rows: pl.DataFrame) -> Flags:
        """Return which of `rows` repeat an earlier row of the delivery, and remember the others."""
        hashes: Hashes = rows.hash_rows().to_numpy()
        # Zero marks an empty slot.
        hashes = np.where(hashes == 0, np.uint64(1), hashes)
        repeats = _repeats_within(hashes)
        if repeats.any():
            candidates = np.flatnonzero(np.isin(hashes, hashes[repeats]))
            is_first = rows[candidates].select(pl.struct(pl.all()).is_first_distinct()).to_series()
            repeats[:] = False
            repeats[candidates[~is_first.to_numpy()]] = True
        fresh = np.flatnonzero(~repeats)
        self._reserve(fresh.size)
        repeats[fresh[self._insert(hashes[fresh])]] = True
        return repeats

    def _reserve(self, more: int) -> None:
        """Double the table until it is at most half full after `more` rows."""
        bits = self._bits
        while 2 * (self._count + more) > 1 << bits:
            bits += 1
        if bits != self._bits:
            remembered = self._table[self._table != 0]
            self._bits, self._count = bits, 0
            self._table = np.zeros(1 << bits, dtype=np.uint64)
            self._insert(remembered)

    def _insert(self, hashes: Hashes) -> Flags:
        """Insert `hashes` (no two equal, but for false hits); return which were there before."""
        found = np.zeros(hashes.size, dtype=np.bool_)
        pending = np.arange(hashes.size)
        waiting = hashes
        slots = _slots(hashes, self._bits)
        last = np.int64((1 << self._bits) - 1)
        while pending.size:
            there = self._table[slots]
            is_there = there == waiting
            if is_there.any():
                found[pending[is_there]] = True
            is_empty = there == 0
            self._table[slots[is_empty]] = waiting[is_empty]
            # Of several hashes for one empty slot one has won it; the others try the next slot.
            is_placed = is_empty & (self._table[slots] == waiting)
            self._count += int(is_placed.sum())
            is_left = ~(is_placed | is_there)
            pending, waiting = pending[is_left], waiting[is_left]
            slots = (slots[is_left] + 1) & last
        return found


def _slots(hashes: Hashes, bits: int) -> npt.NDArray[np.int64]:
    return ((hashes * _FIBONACCI) >> np.uint64(64 - bits)).astype(np.int64)


def _repeats_within(hashes: Hashes) -> Flags:
    """Return which hashes equal an earlier one of the same batch."""
    repeats = np.zeros(hashes.size, dtype=np.bool_)
    bits = max(_SMALLEST_BITS, int(hashes.size).bit_length() + 1)
    owners = np.empty(1 << bits, dtype=np.int64)
    pending = np.arange(hashes.size)
    slots = _slots(hashes, bits)
    last = np.int64((1 << bits) - 1)
    while pending.size:
        # Written backwards, so that the first of several rows owns the slot.
        owners[slots[::-1]] = pending[::-1]
        owner = owners[slots]
        is_owner = owner == pending
        is_left = ~is_owner
        pending, owner, slots = pending[is_left], owner[is_left], slots[is_left]
        is_repeat = hashes[owner] == hashes[pending]
        repeats[pending[is_repeat]] = True
        pending = pending[~is_repeat]
        # Hashes that share a slot by chance meet again at another one, their equals with them.
        slots = (slots[~is_repeat] * 31 + 17) & last
    return repeats
