"""One description for each identity record: everything comparable, nothing as it was written.

Here: the order of the standardising steps; distinct values are worked on once. Never here: what a
step means (the other modules of this package). Next: descriptions go to blocking and scoring.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import polars as pl

from hub.identity.standard.addresses import (
    ADDRESS_COLUMNS,
    standardise_address,
    standardise_addresses,
)
from hub.identity.standard.dates import standardise_birth_date, standardise_birth_dates
from hub.identity.standard.emails import standardise_email, standardise_emails
from hub.identity.standard.names import (
    NAME_COLUMNS,
    WRITTEN_COLUMNS,
    standardise_name,
    standardise_names,
)
from hub.identity.standard.numbers import KEY_BYTES, neighbour_keys, number_tokens
from hub.identity.standard.one_value import is_readable
from hub.identity.standard.phones import standardise_phone, standardise_phones
from hub.identity.standard.sexes import standardise_sex, standardise_sexes

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


def standardise_record(
    record: Mapping[str, object], *, as_of: dt.date | None = None
) -> dict[str, object]:
    """Return the description of one record: the row that `standardise_records` gives for it alone.

    For a service that is asked about one record at a time, in milliseconds. The national ID is left
    out: `number` and `number_near` are null, and `record_id` is 0.

    Args:
        record: column to value, null or text or a date; columns as for `standardise_records`.
        as_of: a birth date after this day is not believed; by default today.
    """
    told = {name: value for name in _ASKED if (value := record.get(name)) is not None}
    is_plain = all(
        (isinstance(value, str) and is_readable(value))
        or (name == "birth_date" and type(value) is dt.date)
        for name, value in told.items()
    )
    if is_plain:
        with suppress(TimeoutError):
            return _described(told, as_of)
    # What only columns can tell; slower, and the same answer.
    frame = pl.DataFrame({"record_id": [0], **{name: [value] for name, value in told.items()}})
    return standardise_records(frame, bytes(KEY_BYTES), as_of=as_of).row(0, named=True)


def _described(record: Mapping[str, Any], as_of: dt.date | None) -> dict[str, object]:
    def of(column: str, standardise: Callable[[Any], Any]) -> Any:
        return None if record.get(column) is None else standardise(record[column])

    address = of("address", standardise_address)
    return {
        "record_id": 0,
        **standardise_name({column: record.get(column) for column in WRITTEN_COLUMNS}),
        "birth_digits": of("birth_date", partial(standardise_birth_date, as_of=as_of)),
        "sex": of("sex", standardise_sex),
        **(address or dict.fromkeys(ADDRESS_COLUMNS)),
        "phone": of("phone", standardise_phone),
        "email": of("email", standardise_email),
        "number": None,
        "number_near": None,
    }


_ASKED = (*WRITTEN_COLUMNS, "birth_date", "sex", "address", "phone", "email")


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
