"""Who is counted in which assistance unit, by rows of the subject tables.

Here: finding rows by id, once a night. Never here: facts of members (`frames`) or who belongs to a unit
(`hub.households`). Next: `run` makes members of units, `settling` finds the unit of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Units:
    """Counted members of the assistance units, by row of the subject tables."""

    members: NDArray[np.int32]
    """Person rows, unit after unit."""
    bounds: Integers
    """Unit u has the members bounds[u] to bounds[u + 1], that one not included."""
    unit_of_person: NDArray[np.int32]
    """Household row of each person; -1 outside every unit."""


def unit_members(path: Path, people: pa.Array, units: pa.Array) -> Units:
    """Return who is counted in which unit, by rows of the subject tables.

    Args:
        path: `assistance_unit_member`.
        people: subject ids of `person_subject`, by row.
        units: subject ids of `household_subject`, by row.
    """
    with pq.ParquetFile(path) as file:
        table = file.read(["household_id", "person_id", "is_counted"], use_threads=False)
    unit_rows = _rows_of(table.column("household_id"), units)
    person_rows = _rows_of(table.column("person_id"), people)
    counted = table.column("is_counted").fill_null(False).to_numpy()
    found = counted & (unit_rows >= 0) & (person_rows >= 0)
    # One number a pair, so that one sort orders units and members in them.
    pairs = unit_rows[found] * np.int64(max(len(people), 1)) + person_rows[found]
    pairs.sort()
    unit_rows, person_rows = np.divmod(pairs, max(len(people), 1))
    members = person_rows.astype(np.int32)
    unit_of_person = np.full(len(people), -1, np.int32)
    unit_of_person[members] = unit_rows
    bounds = np.zeros(len(units) + 1, np.int64)
    np.cumsum(np.bincount(unit_rows, minlength=len(units)), out=bounds[1:])
    return Units(members, bounds, unit_of_person)


def _rows_of(column: pa.ChunkedArray, ids: pa.Array) -> Integers:
    """Return the row of each value among `ids`; -1 where there is none."""
    values = column.cast(ids.type).combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], ids.type)
    if values.equals(ids):
        return np.arange(len(ids), dtype=np.int64)
    # A table by unit repeats its unit: each run is looked up once.
    changes = np.ones(len(values), np.bool_)
    if len(values) > 1:
        changes[1:] = (
            pc.not_equal(values[1:], values[:-1]).fill_null(True).to_numpy(zero_copy_only=False)
        )
    starts = np.flatnonzero(changes)
    wanted = values if len(starts) * 2 > len(values) else values.take(pa.array(starts))
    found = pc.index_in(wanted, value_set=ids).fill_null(-1)
    rows: Integers = found.to_numpy().astype(np.int64)
    if len(wanted) == len(values):
        return rows
    return np.repeat(rows, np.diff(starts, append=len(values)))
