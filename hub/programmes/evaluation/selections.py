"""Stored rows of all programmes, in narrow arrays: in memory while they are few, else in a file.

Here: keeping the parts of `decide_frame` and giving them back programme by programme. Never here:
deciding or settling. Next: `settling` and `writing` ask for one programme at a time.

Memory does not grow with the number of people: once the parts hold more than a limit they go to a
temporary file without a name (where `TMPDIR` says), all parts of a programme together. One thread may
read programmes that are complete while another adds to others.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Rows

Integers = NDArray[Any]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Selection:
    """Rows of one programme that are stored, in the order of subjects.

    Arrays have one value a stored row. A mask or amount that is None is 0, or absent, of all rows.
    """

    rows: Rows
    outcome: NDArray[np.uint8]
    is_received: Flags
    fail_mask: Integers | None
    unknown_mask: Integers | None
    amount: Integers | None
    amount_known: Flags | None
    margin: Integers | None
    margin_known: Flags | None


BYTES_IN_MEMORY = 1 << 29
_FIELDS = tuple(Selection.__slots__)
_WIDTHS = tuple((width, np.iinfo(width)) for width in (np.uint8, np.int16, np.int32))
_FEW = 1 << 10
"""Arrays shorter than this are kept as they are."""


class _Written(NamedTuple):
    """Place of one array in the file."""

    offset: int
    length: int
    dtype: np.dtype[Any]


class Selections(Mapping[str, Selection]):
    """Programme → its stored rows, in the order of subjects.

    Args:
        codes: programmes, in the order in which they are given back.
        bytes_in_memory: what is kept in memory before it goes to a file.
    """

    def __init__(self, codes: Sequence[str], bytes_in_memory: int = BYTES_IN_MEMORY) -> None:
        self._limit = bytes_in_memory
        self._held = 0
        self._parts: dict[str, list[Selection]] = {code: [] for code in codes}
        self._written: dict[str, list[list[_Written | None]]] = {code: [] for code in codes}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the selections
        self.counts: dict[str, int] = dict.fromkeys(codes, 0)
        """Programme → number of stored rows."""
        self._lock = threading.Lock()

    def __getitem__(self, code: str) -> Selection:
        """Return all rows of a programme; rows of subjects in 32 bits, other numbers in 64."""
        with self._lock:
            parts = [self._read(arrays) for arrays in self._written[code]] + self._parts[code]
            if not parts:
                return _nothing()
            together = concatenated(parts)
            if not self._written[code]:
                self._parts[code] = [together]
        return _widened(together)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, code: str, part: Selection) -> None:
        """Keep rows that follow those kept already; `narrowed` ones take the least memory."""
        if not len(part.rows):
            return
        with self._lock:
            self._parts[code].append(part)
            self.counts[code] += len(part.rows)
            self._held += sum(_bytes(array) for array in _arrays(part) if array is not None)
            if self._held > self._limit:
                self._write()

    def _write(self) -> None:
        for code, parts in self._parts.items():
            if parts:
                arrays = _arrays(narrowed(concatenated(parts)))
                self._written[code].append([self._append(array) for array in arrays])
                parts.clear()
        self._held = 0

    def _append(self, array: NDArray[Any] | None) -> _Written | None:
        if array is None:
            return None
        offset = self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(array).data)
        return _Written(offset, len(array), array.dtype)

    def _read(self, arrays: Sequence[_Written | None]) -> Selection:
        self._file.flush()
        found: list[NDArray[Any] | None] = []
        for place in arrays:
            if place is None:
                found.append(None)
                continue
            array = np.empty(place.length, place.dtype)
            self._file.seek(place.offset)
            self._file.readinto(array.data)
            found.append(array)
        return Selection(*found)  # type: ignore[arg-type]


def _arrays(selection: Selection) -> list[NDArray[Any] | None]:
    return [getattr(selection, name) for name in _FIELDS]


def narrowed(selection: Selection) -> Selection:
    """Return the same rows in the narrowest integers that hold them."""
    return Selection(*(None if array is None else _narrow(array) for array in _arrays(selection)))  # type: ignore[arg-type]


def _narrow(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.itemsize == 1 or len(array) < _FEW:
        return array
    if not array.strides[0]:
        # One value for all rows.
        return np.broadcast_to(array[0].astype(np.min_scalar_type(array[0])), array.shape)
    least, most = array.min(), array.max()
    for width, limits in _WIDTHS:
        if limits.min <= least and most <= limits.max:
            return array.astype(width, copy=False)
    return array


def _bytes(array: NDArray[Any]) -> int:
    return array.nbytes if array.strides[0] else array.itemsize


def _widened(found: Selection) -> Selection:
    wide = {"rows": np.int32, "outcome": np.uint8} | dict.fromkeys(
        ("fail_mask", "unknown_mask", "amount", "margin"), np.int64
    )
    return Selection(
        *(  # type: ignore[arg-type]
            array if array is None or name not in wide else array.astype(wide[name], copy=False)
            for name, array in zip(_FIELDS, _arrays(found), strict=True)
        )
    )


def _nothing() -> Selection:
    empty = np.empty(0, np.uint8)
    return Selection(
        rows=np.empty(0, np.int32),
        outcome=empty,
        is_received=empty.astype(np.bool_),
        fail_mask=None,
        unknown_mask=None,
        amount=None,
        amount_known=None,
        margin=None,
        margin_known=None,
    )


def part_of(found: Selection, places: Rows | slice) -> Selection:
    """Return some of the rows."""
    arrays = {name: getattr(found, name) for name in Selection.__slots__}
    return Selection(
        **{  # type: ignore[arg-type]
            name: None if array is None else array[places] for name, array in arrays.items()
        }
    )


def concatenated(parts: Sequence[Selection]) -> Selection:
    """Return the rows of one programme of all frames, in the frames' order."""
    if len(parts) == 1:
        return parts[0]

    def joined(name: str, empty: int) -> NDArray[np.generic] | None:
        arrays = [getattr(part, name) for part in parts]
        if all(array is None for array in arrays):
            return None
        dtype = next(array.dtype for array in arrays if array is not None)
        filled = [
            np.full(len(part.rows), empty, dtype) if array is None else array
            for part, array in zip(parts, arrays, strict=True)
        ]
        return np.concatenate(filled)

    return Selection(
        rows=np.concatenate([part.rows for part in parts]),
        outcome=np.concatenate([part.outcome for part in parts]),
        is_received=np.concatenate([part.is_received for part in parts]),
        fail_mask=joined("fail_mask", 0),
        unknown_mask=joined("unknown_mask", 0),
        amount=joined("amount", 0),
        amount_known=joined("amount_known", 1),  # type: ignore[arg-type]
        margin=joined("margin", 0),
        margin_known=joined("margin_known", 1),  # type: ignore[arg-type]
    )
