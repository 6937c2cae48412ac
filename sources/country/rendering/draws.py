"""Deterministic draws: the same seed, place and row give the same number on every machine.

Here: whole columns of pseudo-random numbers computed from row keys, never from a running
generator, so that a draw does not depend on the order in which document types are rendered.
Never here: what is drawn for. Next: selection, own columns, noise, faults and nights.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PER_MILLION = 1_000_000

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def number_of(*words: object) -> int:
    """Return a 64-bit number that stands for `words`."""
    text = "\x1f".join(str(word) for word in words)
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest(), "little")


def _mix(values: UInts) -> UInts:
    """Scatter `values` over 64 bits in place (the finaliser of SplitMix64)."""
    # Products of unsigned arrays wrap round silently, which is meant.
    values ^= values >> np.uint64(30)
    values *= _FIRST
    values ^= values >> np.uint64(27)
    values *= _SECOND
    values ^= values >> np.uint64(31)
    return values


@dataclass(frozen=True, slots=True)
class Draws:
    """Columns of draws for the rows called `keys`, in one place of one country.

    Args:
        seed: the country's seed.
        place: what is being drawn for, for example a document type's code.
        keys: one number a row (UInt64), stable between nights.
    """

    seed: int
    place: str
    keys: UInts

    def bits(self, purpose: str) -> UInts:
        """Return 64 random bits a row."""
        salt = np.uint64(number_of(self.seed, self.place, purpose))
        return _mix(self.keys * _STEP + salt)

    def below(self, purpose: str, limit: int) -> Ints:
        """Return an integer a row, from 0 to `limit` - 1."""
        high = self.bits(purpose) >> np.uint64(33)
        return ((high * np.uint64(max(limit, 1))) >> np.uint64(31)).astype(np.int64)

    def between(self, purpose: str, low: int, high: int) -> Ints:
        """Return an integer a row, from `low` to `high`, both included."""
        return self.below(purpose, high - low + 1) + low

    def chance(self, purpose: str, per_million: int) -> Flags:
        """Return True for about `per_million` of a million rows."""
        if per_million <= 0:
            return np.zeros(len(self.keys), dtype=np.bool_)
        if per_million >= PER_MILLION:
            return np.ones(len(self.keys), dtype=np.bool_)
        return self.bits(purpose) < np.uint64((per_million << 64) // PER_MILLION)
