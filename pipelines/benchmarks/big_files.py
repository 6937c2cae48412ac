"""Big deliveries of real document types with random content, for measuring landing.

Never here: the simulated country; these rows have the right shape and no meaning.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from hub.catalogue import Delivery, DocumentType, Encoding, Format, SchemaVersion
from hub.delivery import DeliveryName
from sources.country.rendering.documents import senders_frame, write_delivery

_SYLLABLES = np.array(
    list(
        "가나다라마바사아자차카타파하김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노"
    )
)
_FIRST_DAY = np.datetime64("1990-01-01")
_DAYS = 13_000


def random_facts(version: SchemaVersion, rows: int, seed: int) -> pl.DataFrame:
    """Return `rows` random rows with the canonical columns of `version`, in canonical types."""
    generator = np.random.default_rng(seed)
    columns: dict[str, pl.Series] = {}
    for column in version.columns:
        columns[column.canonical] = _values(
            column.format, list(column.codes.values()), rows, generator
        )
    return pl.DataFrame(columns)


def _days(rows: int, generator: np.random.Generator) -> np.ndarray:
    return _FIRST_DAY + generator.integers(0, _DAYS, rows).astype("timedelta64[D]")


def _values(  # noqa: PLR0911 (one return a format)
    value_format: Format, words: list[str], rows: int, generator: np.random.Generator
) -> pl.Series:
    match value_format:
        case Format.ID13 | Format.ID_MASKED:
            days = pl.Series(_days(rows, generator)).cast(pl.Date).dt.strftime("%y%m%d")
            serial = pl.Series(generator.integers(1_000_000, 2_999_999, rows)).cast(pl.String)
            return days + serial
        case Format.CODE:
            return pl.Series(np.array(words)[generator.integers(0, len(words), rows)])
        case Format.DATE8 | Format.DATE10 | Format.DATE6 | Format.MONTH6 | Format.MONTH7:
            dates = pl.Series(_days(rows, generator)).cast(pl.Date)
            return dates.dt.month_start() if "month" in value_format.value else dates
        case Format.YEAR4:
            return pl.Series(generator.integers(1990, 2026, rows).astype(np.int32))
        case Format.WON | Format.THOUSAND_WON | Format.TEN_THOUSAND_WON:
            return pl.Series(generator.integers(0, 5_000, rows) * 10_000)
        case Format.INT:
            return pl.Series(generator.integers(0, 400, rows))
        case Format.DECIMAL:
            return pl.Series(generator.integers(0, 90_000, rows) / 100)
        case Format.YN | Format.B10 | Format.KO_YN:
            return pl.Series(generator.integers(0, 2, rows).astype(bool))
        case Format.BRN10:
            return pl.Series(generator.integers(10**9, 10**10, rows)).cast(pl.String)
        case _:
            parts = _SYLLABLES[generator.integers(0, len(_SYLLABLES), (3, rows))]
            return pl.Series(np.char.add(np.char.add(parts[0], parts[1]), parts[2]))


def write_big_delivery(
    document: DocumentType, folder: Path, megabytes: int, seed: int
) -> tuple[Path, Path, int]:
    """Write one delivery of about `megabytes` and the same rows as UTF-8 CSV.

    Returns the delivery, the CSV (the delivery itself where it is one) and the rows.
    """
    version = document.versions[0]
    probe = len(_render(document, version, 2_000, seed)[0]) / 2_000
    rows = int(megabytes * 1_000_000 / probe)
    content, frame = _render(document, version, rows, seed)
    folder.mkdir(parents=True, exist_ok=True)
    delivery = folder / str(_name(document))
    delivery.write_bytes(content)
    if document.delivery is Delivery.CSV and document.encoding is Encoding.UTF_8:
        return delivery, delivery, rows
    twin = folder / f"{document.code}.csv"
    frame.write_csv(twin)
    return delivery, twin, rows


def _name(document: DocumentType) -> DeliveryName:
    endings = {Delivery.FIXED_WIDTH: "txt", Delivery.JSON_LINES: "jsonl"}
    ending = endings.get(document.delivery, document.delivery.value)
    return DeliveryName(document.code, "202602", 1, dt.datetime(2026, 3, 1, 1), ending)  # noqa: DTZ001


def _render(
    document: DocumentType, version: SchemaVersion, rows: int, seed: int
) -> tuple[bytes, pl.DataFrame]:
    frame = senders_frame(document, version, random_facts(version, rows, seed))
    return write_delivery(document, version, frame, _name(document)), frame
