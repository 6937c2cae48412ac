"""One description for each identity record: everything comparable, nothing as it was written.

Here: the order of the standardising steps; distinct values are worked on once. Never here: what a
step means (the other modules of this package). Next: descriptions go to blocking and scoring.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from functools import partial

import polars as pl

from hub.identity.standard.addresses import ADDRESS_COLUMNS, standardise_addresses
from hub.identity.standard.dates import standardise_birth_dates
from hub.identity.standard.emails import standardise_emails
from hub.identity.standard.names import NAME_COLUMNS, WRITTEN_COLUMNS, standardise_names
from hub.identity.standard.numbers import KEY_BYTES, neighbour_keys, number_tokens
from hub.identity.standard.phones import standardise_phones
from hub.identity.standard.sexes import standardise_sexes

DESCRIPTION_COLUMNS = (
    "record_id",
    *NAME_COLUMNS,
    "birth_digits",
    "sex",
    *ADDRESS_COLUMNS,
    "phone",
    "email",
    "number",
    "number_near",
)


def standardise_records(
    records: pl.DataFrame, key: bytes | None = None, *, as_of: dt.date | None = None
) -> pl.DataFrame:
    """Return the descriptions of `records`: `DESCRIPTION_COLUMNS`, same rows, same order.

    Args:
        records: has `record_id`, and any of `full_name`, `given_name`, `middle_name`,
            `family_name`, `birth_date`, `sex`, `address`, `phone`, `email`, `national_id`, `source`.
            What a column decides (order of day and month, codes of sex), it decides for each source.
        key: 32 bytes that `number` and `number_near` are made with; by default a random one, so
            that two calls cannot be compared.
        as_of: birth dates after this day are not believed; by default today.

    Raises:
        ValueError: `record_id` is missing, or the key is not 32 bytes long.
    """
    if "record_id" not in records.columns:
        message = "column record_id: missing; give every record an ID"
        raise ValueError(message)
    key = secrets.token_bytes(KEY_BYTES) if key is None else key
    if len(key) != KEY_BYTES:
        message = f"key: must be {KEY_BYTES} bytes long"
        raise ValueError(message)

    def text(column: str) -> pl.Series:
        if column not in records.columns:
            return pl.Series(column, [None] * records.height, dtype=pl.String)
        return records.get_column(column).cast(pl.String)

    birth = records["birth_date"] if "birth_date" in records.columns else text("birth_date")
    numbers = text("national_id")
    columns = pl.DataFrame(
        [
            records["record_id"],
            *_names(pl.DataFrame([text(column) for column in WRITTEN_COLUMNS])),
            _by_source(records, birth, partial(standardise_birth_dates, as_of=as_of)),
            _by_source(records, text("sex"), standardise_sexes),
            *_addresses(text("address")),
            standardise_phones(text("phone")).alias("phone"),
            standardise_emails(text("email")).alias("email"),
            number_tokens(numbers, key).alias("number"),
            neighbour_keys(numbers, key).alias("number_near"),
        ]
    )
    return columns.select(DESCRIPTION_COLUMNS)


def _by_source(
    records: pl.DataFrame, written: pl.Series, standardise: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    """Standardise a column source by source: senders have habits of their own."""
    if "source" not in records.columns or records["source"].n_unique() == 1:
        return standardise(written)
    frame = pl.DataFrame({"source": records["source"], "written": written}).with_row_index("place")
    parts = frame.partition_by("source")
    found = pl.concat([standardise(part["written"]) for part in parts])
    places = pl.concat([part["place"] for part in parts])
    return found.gather(places.arg_sort())


def _names(written: pl.DataFrame) -> list[pl.Series]:
    standard = standardise_names(written.unique())
    joined = written.join(
        standard, on=WRITTEN_COLUMNS, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.select(NAME_COLUMNS).get_columns()


def _addresses(written: pl.Series) -> list[pl.Series]:
    joined = written.to_frame().join(
        standardise_addresses(written), on="address", how="left", maintain_order="left"
    )
    return joined.select(ADDRESS_COLUMNS).get_columns()
