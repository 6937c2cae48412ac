"""Tonight's signatures from those of an earlier night and what differs, a run of rows at a time.

Here: adding, changing and taking out rows of a table in the order of `signature_id`. Never here: what
differs (`warehouse/sql/families/signature_difference.sql`) or files (`warehouse.signatures`). The rows and their
row groups are those of a table made from nothing; that the values of a signature never change makes it so.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

_ID, _COUNT = "signature_id", "row_count"


class DifferenceError(Exception):
    """What differs cannot be, given the earlier rows: one of the two is not what it is taken for."""


def merged(former: Iterator[pa.Table], difference: pa.Table, rows: int) -> Iterator[pa.Table]:
    """Yield the rows of `former` as `difference` changes them, `rows` at a time.

    Args:
        former: runs of rows, all in the order of `signature_id`, each ID once.
        difference: the same columns in the same order of rows; `row_count` is what is added.
        rows: rows of each table that is yielded, but for the last.

    Raises:
        DifferenceError: a count would be below zero, or rows are taken of a signature that has none.
    """
    waiting: list[pa.Table] = []
    held = 0
    for table in _changed(former, difference):
        waiting.append(table)
        held += table.num_rows
        while held >= rows:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, rows)
            waiting, held = [whole.slice(rows)], held - rows
    if held:
        yield pa.concat_tables(waiting)


def _changed(former: Iterator[pa.Table], difference: pa.Table) -> Iterator[pa.Table]:
    changing = difference[_ID].to_numpy()
    done = 0
    for table in former:
        ids = table[_ID].to_numpy()
        upto = int(np.searchsorted(changing, ids[-1], side="right")) if len(ids) else done
        if upto > done:
            yield _with_changes(table, ids, difference.slice(done, upto - done))
        elif len(ids):
            yield table
        done = upto
    if done < len(changing):
        last = difference.slice(done)
        yield _with_changes(last.slice(0, 0), changing[:0], last)


def _with_changes(table: pa.Table, ids: np.ndarray, change: pa.Table) -> pa.Table:
    changing, added = change[_ID].to_numpy(), change[_COUNT].to_numpy()
    places = np.searchsorted(ids, changing)
    known = np.zeros(len(changing), dtype=bool)
    inside = places < len(ids)
    known[inside] = ids[places[inside]] == changing[inside]
    counts = table[_COUNT].to_numpy().copy()
    counts[places[known]] += added[known]
    if (counts < 0).any() or (added[~known] <= 0).any():
        message = "signatures of which more rows are gone than there were"
        raise DifferenceError(message)
    stays = np.flatnonzero(counts > 0)
    new = np.flatnonzero(~known)
    place = table.schema.get_field_index(_COUNT)
    table = table.set_column(place, table.schema.field(place), pa.array(counts))
    both = pa.concat_tables([table, change])
    taken = np.concatenate([stays, len(ids) + new])
    order = np.argsort(np.concatenate([ids[stays], changing[new]]), kind="stable")
    return both.take(pa.array(taken[order]))
