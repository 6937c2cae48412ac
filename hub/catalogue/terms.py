"""The words in which a document type is described: formats, kinds, cycles and modes.

Here: enumerations, and what a format says of its values. Never here: the shapes that use them
(`families`, `documents`). Next: every room reads them through `hub.catalogue`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Delivery(StrEnum):
    """The format in which a sender writes a delivery; one reader each."""

    CSV = "csv"
    FIXED_WIDTH = "fixed_width"
    XML = "xml"
    JSON_LINES = "json_lines"
    PARQUET = "parquet"


class Encoding(StrEnum):
    """Character encoding of a delivery."""

    UTF_8 = "utf-8"
    CP949 = "cp949"


class Cycle(StrEnum):
    """How often a sender delivers."""

    REALTIME = "realtime"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    ON_REQUEST = "on_request"


class Mode(StrEnum):
    """Whether a delivery is the whole state, what changed, or what happened."""

    FULL = "full"
    DELTA = "delta"
    EVENT = "event"


class Corrections(StrEnum):
    """How a sender corrects a row that it sent before."""

    NONE = "none"
    REVERSAL_ROWS = "reversal_rows"
    CANCEL_AND_REISSUE = "cancel_and_reissue"


class Format(StrEnum):
    """How a value is written in the sender's file."""

    TEXT = "text"
    CODE = "code"
    ID13 = "id13"
    ID_MASKED = "id_masked"
    DATE8 = "date8"
    DATE10 = "date10"
    DATE6 = "date6"
    MONTH6 = "month6"
    MONTH7 = "month7"
    YEAR4 = "year4"
    WON = "won"
    THOUSAND_WON = "thousand_won"
    TEN_THOUSAND_WON = "ten_thousand_won"
    INT = "int"
    DECIMAL = "decimal"
    YN = "yn"
    B10 = "b10"
    KO_YN = "ko_yn"
    BRN10 = "brn10"


class Kind(StrEnum):
    """What a canonical value is, whatever the sender's format."""

    ID = "id"
    TEXT = "text"
    KEY = "key"
    CODE = "code"
    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    KRW = "krw"
    INT = "int"
    DECIMAL = "decimal"
    BOOL = "bool"


DUCKDB_TYPE: Mapping[Kind, str] = {
    Kind.TEXT: "VARCHAR",
    Kind.KEY: "VARCHAR",
    Kind.CODE: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.MONTH: "DATE",
    Kind.YEAR: "INTEGER",
    Kind.KRW: "BIGINT",
    Kind.INT: "BIGINT",
    Kind.DECIMAL: "DOUBLE",
    Kind.BOOL: "BOOLEAN",
}
"""DuckDB's type of a value; a national ID's token has one of its own in the lake and in families."""

WON_PER_UNIT: Mapping[Format, int] = {
    Format.WON: 1,
    Format.THOUSAND_WON: 1_000,
    Format.TEN_THOUSAND_WON: 10_000,
}

KIND_OF_FORMAT: Mapping[Format, Kind] = {
    Format.TEXT: Kind.TEXT,
    Format.CODE: Kind.CODE,
    Format.ID13: Kind.ID,
    Format.ID_MASKED: Kind.ID,
    Format.DATE8: Kind.DATE,
    Format.DATE10: Kind.DATE,
    Format.DATE6: Kind.DATE,
    Format.MONTH6: Kind.MONTH,
    Format.MONTH7: Kind.MONTH,
    Format.YEAR4: Kind.YEAR,
    Format.WON: Kind.KRW,
    Format.THOUSAND_WON: Kind.KRW,
    Format.TEN_THOUSAND_WON: Kind.KRW,
    Format.INT: Kind.INT,
    Format.DECIMAL: Kind.DECIMAL,
    Format.YN: Kind.BOOL,
    Format.B10: Kind.BOOL,
    Format.KO_YN: Kind.BOOL,
    Format.BRN10: Kind.KEY,
}

RECORD_ACTION = "record_action"
"""Canonical name of the column by which a row says that it corrects another row."""

RECORD_ACTIONS = ("new", "cancel", "reissue", "reversal")
