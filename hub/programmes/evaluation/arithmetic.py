"""Integers of many rows, with the bitmap of rows where they are known: sums, shares, quotients, tables.

Here: computing numbers from numbers. Never here: conditions (`matching`) or what is computed when
(`kernel`). Next: the kernel makes steps of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Words, joined, pack
from hub.programmes.evaluation.frames import Frame
from hub.programmes.language import tree

PPM = 1_000_000
ParameterAmounts = Mapping[tuple[str, str], int]
"""(parameter, key) → amount in force."""


class Numbers(NamedTuple):
    """Integers of all rows, or one for all."""

    values: NDArray[Any]
    known: Words | None
    """Bitmap of the rows where the value is known; None: all."""


def wide(numbers: Numbers) -> NDArray[np.int64]:
    """Return the values in 64 bits."""
    return numbers.values.astype(np.int64, copy=False)


def combined(operands: Sequence[Numbers], operation: Callable[[Any, Any], Any]) -> Numbers:
    """Return `operation` of the first operand and the next, of that and the one after it, and so on."""
    values: Any = wide(operands[0])
    known = operands[0].known
    for other in operands[1:]:
        values = operation(values, wide(other))
        known = joined(known, other.known)
    return Numbers(np.asarray(values), known)


def share(amount: Any, rate: Any) -> Any:
    """Return `rate` millionths of `amount`, rounded down."""
    # Whole millions apart, so that no product leaves 64 bits.
    whole = amount // PPM
    return whole * rate + (amount - whole * PPM) * rate // PPM


def half_up(numerator: Any, denominator: Any) -> Any:
    """Return the quotient, rounded to the nearest; halves upwards."""
    whole, rest = np.divmod(numerator, denominator)
    return whole + (rest >= denominator - rest)


def divided(
    operands: Sequence[Numbers], frame: Frame, operation: Callable[[Any, Any], Any]
) -> Numbers:
    """Return the quotient of two; it is unknown where the denominator is not above 0."""
    numerator, denominator = operands
    below = wide(denominator)
    known = joined(numerator.known, denominator.known)
    zero = below <= 0
    if zero.any():
        known = joined(known, pack(~zero, frame.rows))
        below = np.where(zero, 1, below)
    return Numbers(np.asarray(operation(wide(numerator), below)), known)


def constant_parameter(
    node: tree.Parameter, amounts: ParameterAmounts
) -> Callable[[Frame], Numbers]:
    """Return the step of a parameter whose keys are written out."""
    key = "_".join(
        str(each.value) for each in node.keys if isinstance(each, (tree.Word, tree.Number))
    )
    amount = amounts.get((node.name, key or "all"))
    value = np.array(amount or 0, np.int64)
    if amount is not None:
        return lambda _frame: Numbers(value, None)
    return lambda frame: Numbers(value, np.zeros_like(frame.valid))


class KeyedAmounts:
    """Amounts of one parameter by key, as one table with a dimension for each key.

    Args:
        node: the parameter; keys that are no constant are looked up row by row.
        amounts: parameters in force.
    """

    def __init__(self, node: tree.Parameter, amounts: ParameterAmounts) -> None:
        found = {key: amount for (name, key), amount in amounts.items() if name == node.name}
        digits = [int(part) for key in found for part in key.split("_") if part.isdigit()]
        above = max(digits, default=0) + 1
        axes: list[tuple[str, ...]] = []
        for key in node.keys:
            if isinstance(key, (tree.Word, tree.Number)):
                axes.append((str(key.value),))
            elif key.type.family == "word":
                axes.append(key.type.words)
            else:
                axes.append(tuple(map(str, range(above))))
        shape = tuple(map(len, axes))
        table, table_known = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
        for place in np.ndindex(shape):
            key_text = "_".join(axis[i] for axis, i in zip(axes, place, strict=True))
            if key_text in found:
                table[place], table_known[place] = found[key_text], True
        dynamic = [
            number
            for number, key in enumerate(node.keys)
            if not isinstance(key, (tree.Word, tree.Number))
        ]
        self.keys = tuple(node.keys[number] for number in dynamic)
        """Keys that are looked up, in order."""
        self._table, self._known = table.reshape(-1), table_known.reshape(-1)
        self._sizes = [shape[number] for number in dynamic]
        self._strides = [int(np.prod(shape[number + 1 :], dtype=np.int64)) for number in dynamic]

    def of(self, keys: Sequence[Numbers], frame: Frame) -> Numbers:
        """Return the amount of each row; outside of the table it is unknown."""
        index = np.zeros(frame.rows, np.int64)
        inside = np.ones(frame.rows, np.bool_)
        rows: Words | None = None
        for size, stride, key in zip(self._sizes, self._strides, keys, strict=True):
            place = np.broadcast_to(key.values, frame.rows).astype(np.int64)
            fits = (place >= 0) & (place < size)
            inside &= fits
            index += np.where(fits, place, 0) * stride
            rows = joined(rows, key.known)
        inside &= self._known[index]
        if inside.all():
            return Numbers(self._table[index], rows)
        return Numbers(self._table[index], joined(rows, pack(inside, frame.rows)))
