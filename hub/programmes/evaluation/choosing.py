"""Which value stands: the first whose condition holds, or another where one is unknown.

Here: `choose`, `known` and `known_or` over all rows of a frame. Never here: conditions (`matching`) or
arithmetic. Next: the kernel makes steps of these.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hub.programmes.evaluation.arithmetic import Numbers, wide
from hub.programmes.evaluation.bitmaps import Bits, Words, unpack
from hub.programmes.evaluation.frames import Frame


def known_rows(found: Bits | Numbers, frame: Frame) -> Words:
    """Return the rows where a value is known."""
    if isinstance(found, Bits):
        return frame.valid if found.unknown is None else frame.valid & ~found.unknown
    return frame.valid if found.known is None else found.known


def known_or(operands: Sequence[Bits] | Sequence[Numbers], frame: Frame) -> Bits | Numbers:
    """Return the first of two values where it is known, else the second."""
    value, default = operands
    known = known_rows(value, frame)
    if isinstance(value, Bits) and isinstance(default, Bits):
        unknown = None if default.unknown is None else default.unknown & ~known
        return Bits(value.true | (default.true & ~known), unknown)
    if isinstance(value, Bits) or isinstance(default, Bits):
        raise TypeError("known_or of a truth and a number")
    chosen = np.where(unpack(known, frame.rows), wide(value), wide(default))
    return Numbers(chosen, None if default.known is None else known | default.known)


def chosen_bits(conditions: Sequence[Bits], values: Sequence[Bits], frame: Frame) -> Bits:
    """Return the truth of the first value whose condition holds, else of the last."""
    left = frame.valid
    true = np.zeros_like(left)
    unknown = np.zeros_like(left)
    for condition, value in zip(conditions, values, strict=False):
        here = left & condition.true
        true = true | (here & value.true)
        if value.unknown is not None:
            unknown = unknown | (here & value.unknown)
        if condition.unknown is not None:
            unknown = unknown | (left & condition.unknown)
            left = left & ~condition.unknown
        left = left & ~condition.true
    true = true | (left & values[-1].true)
    if values[-1].unknown is not None:
        unknown = unknown | (left & values[-1].unknown)
    return Bits(true, unknown if unknown.any() else None)


def chosen_numbers(conditions: Sequence[Bits], values: Sequence[Numbers], frame: Frame) -> Numbers:
    """Return the first number whose condition holds, else the last."""
    left = frame.valid
    unknown = np.zeros_like(left)
    chosen = np.broadcast_to(wide(values[-1]), frame.rows)
    parts: list[tuple[Words, Numbers]] = []
    for condition, value in zip(conditions, values, strict=False):
        parts.append((left & condition.true, value))
        if condition.unknown is not None:
            unknown = unknown | (left & condition.unknown)
            left = left & ~condition.unknown
        left = left & ~condition.true
    parts.append((left, values[-1]))
    for here, value in parts[:-1]:
        chosen = np.where(unpack(here, frame.rows), wide(value), chosen)
    for here, value in parts:
        if value.known is not None:
            unknown = unknown | (here & ~value.known)
    return Numbers(chosen, frame.valid & ~unknown if unknown.any() else None)
