"""Deltas: what changed between two extracts, row by row, and how a ministry applies it.

Here: comparing two states of a table, the hash of a row, applying a delta. Never here: files or
pseudonyms. Next: `pipelines.steps.extracts` writes deltas; `apply_delta` is what a recipient does,
and what the tests hold against the full extract.

A delta names its rows by key: I (insert), U (update), D (delete). `before_hash` and `after_hash` are
the hashes of the row before and after, so that a delta that is applied to anything but its base is
noticed at the first row. A hash is the first 32 hexadecimal digits of the SHA-256 of the row's
values as CSV writes them (UTF-8; nothing for an empty one), joined by the character U+001F.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

OPERATION, BEFORE, AFTER = "op", "before_hash", "after_hash"
TECHNICAL = (OPERATION, BEFORE, AFTER)
"""Columns that a delta has before those of the contract."""
INSERT, UPDATE, DELETE = "I", "U", "D"
OPERATIONS = (INSERT, UPDATE, DELETE)
_HASH_DIGITS = 32
_BETWEEN = "\x1f"


class DeltaError(ValueError):
    """A delta does not fit the table that it is applied to."""


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return every column as the text that CSV files show: ISO dates, true/false, plain integers."""
    return frame.select(
        pl.col(name).dt.to_string("%Y-%m-%d") if kind == pl.Date else pl.col(name).cast(pl.String)
        for name, kind in frame.schema.items()
    )


def row_hashes(frame: pl.DataFrame) -> pl.Series:
    """Return the hash of each row; see the module for what it is."""
    joined = as_text(frame).select(
        pl.concat_str(pl.all().fill_null(""), separator=_BETWEEN).alias("row")
    )["row"]
    hashes = [hashlib.sha256(row.encode()).hexdigest()[:_HASH_DIGITS] for row in joined]
    return pl.Series("hash", hashes, dtype=pl.String)


def changed_keys(
    before: pl.DataFrame, after: pl.DataFrame, key: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the inserted rows, the updated ones as they are now, and the deleted ones as they were.

    Args:
        before: the older state; its key is unique.
        after: the newer state, of the same columns.
        key: columns that name a row.
    """
    names = list(key)
    inserted = after.join(before, on=names, how="anti", nulls_equal=True)
    deleted = before.join(after, on=names, how="anti", nulls_equal=True)
    rest = [name for name in after.columns if name not in key]
    if not rest:
        return inserted, after.head(0), deleted
    both = after.join(before, on=names, how="inner", suffix="_before", nulls_equal=True)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in rest)
    return inserted, both.filter(differs).select(after.columns), deleted


def changed_rows(
    before: pl.DataFrame, after: pl.DataFrame, key: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of both states that the other does not have just so: all that a delta tells.

    `delta_of` says the same of these as of the whole states.

    Args:
        before: the older state; its key is unique.
        after: the newer state, of the same columns.
        key: columns that name a row.
    """
    rest = [name for name in after.columns if name not in key]
    both = after.with_row_index("_after").join(
        before.with_row_index("_before"),
        on=list(key),
        how="inner",
        suffix="_was",
        nulls_equal=True,
    )
    differs = [pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in rest]
    same = both.filter(~pl.any_horizontal(pl.lit(value=False), *differs))
    return _without(before, same["_before"]), _without(after, same["_after"])


def _without(state: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    kept = np.full(state.height, fill_value=True)
    kept[places.to_numpy()] = False
    return state.filter(pl.Series(kept))


def delta_of(before: pl.DataFrame, after: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Return the delta from one state to another: `TECHNICAL` columns, then those of the table.

    A deleted row carries its key only.
    """
    names = list(key)
    inserted, updated, deleted = changed_keys(before, after, key)
    was = updated.select(names).join(before, on=names, how="left", maintain_order="left")
    was = was.select(after.columns)
    nothing = pl.lit(None, pl.String)
    gone = deleted.with_columns(
        pl.lit(None, kind).alias(name) for name, kind in deleted.schema.items() if name not in key
    )
    parts = [
        inserted.select(
            pl.lit(INSERT).alias(OPERATION),
            nothing.alias(BEFORE),
            row_hashes(inserted).alias(AFTER),
            pl.all(),
        ),
        updated.select(
            pl.lit(UPDATE).alias(OPERATION),
            row_hashes(was).alias(BEFORE),
            row_hashes(updated).alias(AFTER),
            pl.all(),
        ),
        gone.select(
            pl.lit(DELETE).alias(OPERATION),
            row_hashes(deleted).alias(BEFORE),
            nothing.alias(AFTER),
            pl.all(),
        ),
    ]
    return pl.concat(parts).sort(names)


def apply_delta(full: pl.DataFrame, delta: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Return the table after a delta, sorted by its key.

    Raises:
        DeltaError: the delta was made from another table.
    """
    names = list(key)
    held = full.with_columns(row_hashes(full).alias("_held"))
    met = delta.join(held.select(*names, "_held"), on=names, how="left", nulls_equal=True)
    is_new = pl.when(pl.col(OPERATION) == INSERT).then(pl.col("_held").is_null())
    fits = is_new.otherwise(pl.col("_held").eq(pl.col(BEFORE)).fill_null(value=False))
    if not met.select(fits.all()).item() or not delta[OPERATION].is_in(OPERATIONS).all():
        raise DeltaError("the delta was made from another table; ask for a full extract")
    if delta.select(names).is_duplicated().any():
        raise DeltaError("the delta names a row twice")
    placed = delta.filter(pl.col(OPERATION) != DELETE)
    rows = placed.select(full.columns)
    if row_hashes(rows).to_list() != placed[AFTER].to_list():
        raise DeltaError("a row of the delta is not what its hash says")
    kept = full.join(delta.select(names), on=names, how="anti", nulls_equal=True)
    return pl.concat([kept, rows]).sort(names)
