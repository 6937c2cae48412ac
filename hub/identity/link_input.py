"""What may be given to `link`, and what is wrong with it where it cannot be used.

Here: the columns, the checks with their messages, years of birth, decisions by record. Never here:
linking (`link`). Next: `link` standardises what passed.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

INPUT_COLUMNS = (
    "source",
    "record_id",
    "national_id",
    "full_name",
    "given_name",
    "middle_name",
    "family_name",
    "birth_date",
    "sex",
    "address",
    "phone",
    "email",
)


class LinkInputError(ValueError):
    """The records cannot be linked as they are; the message says what to do."""


def as_frame(records: object) -> pl.DataFrame:
    """Return records in whatever form as a frame.

    Raises:
        LinkInputError: they are no table.
    """
    if isinstance(records, pl.LazyFrame):
        return records.collect()
    if isinstance(records, pl.DataFrame):
        return records
    problem = f"records: a {type(records).__name__} is no table; give a polars or pandas frame"
    if records is None or isinstance(records, str | bytes):
        raise LinkInputError(problem)
    try:
        return pl.DataFrame(records)  # type: ignore[arg-type]
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise LinkInputError(problem) from error


def check_records(frame: pl.DataFrame) -> None:
    """Refuse records that cannot be linked as they are.

    Raises:
        LinkInputError: no rows, no `record_id`, null or repeated ones, nothing to compare by.
    """
    if "record_id" not in frame.columns:
        present = ", ".join(frame.columns) or "none"
        raise LinkInputError(
            f"column record_id is missing (columns: {present}); every record needs an ID of its own"
        )
    if frame.is_empty():
        raise LinkInputError("there are no records; the input is empty")
    absent = frame["record_id"].null_count()
    if absent:
        raise LinkInputError(f"column record_id: {absent} of {frame.height} rows have none")
    repeated = frame.height - frame["record_id"].n_unique()
    if repeated:
        raise LinkInputError(
            f"column record_id: {repeated} rows repeat the ID of another; IDs must be unique. "
            "Where several sources number their records alike, put the source into the ID"
        )
    usable = [name for name in INPUT_COLUMNS[2:] if name in frame.columns]
    if not usable:
        raise LinkInputError(
            f"no column to compare people by; needed is at least one of {', '.join(INPUT_COLUMNS[2:])}"
        )
    nested = [name for name in usable if frame[name].dtype.is_nested()]
    if nested:
        raise LinkInputError(f"column {nested[0]}: a list or struct; give one text a record")


def with_coarse_births(described: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """Return `described` with years or months of birth, where the table has nothing finer.

    Beside whole dates they are left out: they could be compared with nothing.
    """
    if "birth_date" not in numbered.columns or described["birth_digits"].count():
        return described
    coarse = (
        numbered["birth_date"]
        .cast(pl.String)
        .str.strip_chars()
        .str.extract(r"^((?:18|19|20)[0-9]{2}(?:[-./]?(?:0[1-9]|1[0-2]))?)(?:\.0)?$", 1)
        .str.replace_all("[-./]", "")
    )
    length = coarse.str.len_chars().mode().drop_nulls().sort()
    if length.is_empty():
        return described
    return described.with_columns(
        birth_digits=coarse.set(coarse.str.len_chars() != length[-1], None)
    )


def decided_pairs(numbered: pl.DataFrame, decisions: pl.DataFrame | None) -> pl.DataFrame:
    """Return decisions as (`kind`, `left`, `right`), with the records' keys.

    Raises:
        LinkInputError: an unknown kind, or a record that is not there.
    """
    schema = {"kind": pl.String, "left": pl.UInt64, "right": pl.UInt64}
    if decisions is None or decisions.is_empty():
        return pl.DataFrame(schema=schema)
    unknown = set(decisions["kind"]) - {"must_link", "cannot_link"}
    if unknown:
        raise LinkInputError(
            f"decisions: kind {min(unknown)!r} is not known; use must_link or cannot_link"
        )
    keys: Mapping[str, int] = dict(
        numbered.select(pl.col("record_id").cast(pl.String), "key").iter_rows()
    )
    rows = []
    for kind, left, right in decisions.select("kind", "left", "right").iter_rows():
        if str(left) not in keys or str(right) not in keys:
            raise LinkInputError(f"decisions: a {kind} names a record that is not in the input")
        rows.append((kind, keys[str(left)], keys[str(right)]))
    return pl.DataFrame(rows, schema=schema, orient="row")
