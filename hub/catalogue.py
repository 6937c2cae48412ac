"""What a document type is: frozen catalogue types, read by every room.

Here: the shapes (institution, family, document type, column, code set) and questions that the
shapes answer about themselves. Never here: files, TOML or I/O; reading and validating the
catalogue is `sources.registry`'s work. Next: readers, conversion, suites, assets, the simulated
country and the reference pages are all derived from these objects.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


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


@dataclass(frozen=True, slots=True)
class FamilyColumn:
    """One canonical column of a record family."""

    name: str
    kind: Kind
    code_set: str | None = None
    """Name of the shared code list, for `Kind.CODE`."""


@dataclass(frozen=True, slots=True)
class Family:
    """A record family: the shape that rows of many document types are conformed to."""

    code: str
    name: str
    grain: str
    columns: tuple[FamilyColumn, ...]
    natural_key: tuple[str, ...]
    """Canonical columns that say which rows speak of the same thing."""
    valid_from: str | None = None
    """Canonical column that opens a row's validity (a date, month or year), if there is one."""
    valid_to: str | None = None

    def column(self, name: str) -> FamilyColumn | None:
        """Return the canonical column called `name`, or None where the family has none."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def person_column(self) -> str | None:
        """The ID column of the person whom a row is about: the family's first ID column."""
        return next((column.name for column in self.columns if column.kind is Kind.ID), None)

    @property
    def person_name_column(self) -> str | None:
        """The name of that person: the family's first text column, where it speaks of a person."""
        if self.person_column is None:
            return None
        return next((column.name for column in self.columns if column.kind is Kind.TEXT), None)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One shared list of canonical code words; an open set takes any text of its pattern."""

    name: str
    words: Mapping[str, tuple[str, str]]
    """Canonical word → (Korean name, English name)."""
    is_open: bool = False
    pattern: str | None = None
    """For an open set: the regular expression that every whole value matches, listed words too."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Canonical word → the group it belongs to, where a list has groups."""
    outside: Mapping[str, str] = field(default_factory=dict)
    """Words of `welfare_programme` that are none of the 292 programmes → the reason."""
    describes: str = ""

    def accepts(self, word: str) -> bool:
        """Say whether `word` is a canonical word of this set."""
        if word in self.words:
            return True
        return self.is_open and bool(self.pattern) and bool(re.fullmatch(self.pattern or "", word))


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sender's file."""

    name: str
    """The sender's own column name, often Korean."""
    canonical: str
    """Canonical column of the family, or the hub's name for the sender's own column."""
    format: Format
    is_own: bool = False
    """True where the family has no such column: kept in the lake, not in the family table."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Sender's code → canonical word, for `Format.CODE`.

    No other code is taken, also where the code set is open: open values come in columns of format
    `text`, whose value is the word itself.
    """
    width: int | None = None
    """Width in bytes of the encoding, for fixed-width deliveries."""
    required: bool = False
    code_set: str | None = None
    """Name of the code list of the canonical side; every code column has one after loading."""

    @property
    def kind(self) -> Kind:
        """What the value is by its format (the family may know better: see `Family.column`)."""
        return KIND_OF_FORMAT[self.format]


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The columns of a document type from a date on."""

    number: int
    valid_from: dt.date
    columns: tuple[Column, ...]

    def by_canonical(self, canonical: str) -> Column | None:
        """Return the column that feeds `canonical`, or None."""
        return next((column for column in self.columns if column.canonical == canonical), None)


@dataclass(frozen=True)
class DocumentType:
    """One of the 448 types: who sends it, what one row is, how it is written, what it feeds."""

    code: str
    institution: str
    family: str
    name_ko: str
    name_en: str
    describes: str
    delivery: Delivery
    encoding: Encoding
    cycle: Cycle
    mode: Mode
    person_key: str
    corrections: Corrections
    versions: tuple[SchemaVersion, ...]
    legal_basis: str
    used_for: tuple[str, ...]
    retention_years: int
    sensitivity: str
    status: str
    """`modelled` or `attested`."""
    income_asset_code: str | None = None
    quarantine_limit_ppm: int = 50_000
    """Share of bad rows, in parts per million, above which a delivery is stopped whole."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Canonical column → the word that holds for every row, where the sender has no such column."""

    def version(self, number: int) -> SchemaVersion | None:
        """Return schema version `number`, or None."""
        return next((version for version in self.versions if version.number == number), None)

    def version_on(self, day: dt.date) -> SchemaVersion:
        """Return the schema version in force on `day`."""
        in_force = [version for version in self.versions if version.valid_from <= day]
        return in_force[-1] if in_force else self.versions[0]

    @property
    def amount_column(self) -> str | None:
        """Canonical name of the first amount: what control totals and conservation add up."""
        for version in self.versions:
            for column in version.columns:
                if column.kind is Kind.KRW and not column.is_own:
                    return column.canonical
        return None


@dataclass(frozen=True, slots=True)
class Institution:
    """One of the 37 senders."""

    code: str
    name_ko: str
    name_en: str
    slug: str = ""
    """Code and short English name, as its catalogue file is called: `I03_national_tax_service`."""


@dataclass(frozen=True, slots=True)
class Programme:
    """One of the 292 programmes, as far as deliveries name it; its rules live elsewhere."""

    code: str
    ministry: str
    name_ko: str
    name_en: str
    family: str


@dataclass(frozen=True, slots=True)
class IncomeAssetKind:
    """One of the 50 kinds of income, assets and debts that the hub profiles."""

    code: str
    name_ko: str
    name_en: str
    group: str
    """Group in which a profile adds the kind up, such as `earned`, `financial` or `debt`."""


@dataclass(frozen=True)
class Catalogue:
    """Everything the hub knows about what arrives."""

    institutions: Mapping[str, Institution]
    families: Mapping[str, Family]
    documents: Mapping[str, DocumentType]
    code_sets: Mapping[str, CodeSet]
    programmes: Mapping[str, Programme] = field(default_factory=dict)
    income_asset_kinds: Mapping[str, IncomeAssetKind] = field(default_factory=dict)
    programme_by_grade: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Programme code → grade word → the programme that rows of this grade are really about.

    For senders who name two programmes by one code and tell them apart by the grade, as medical
    aid type 1 (P009) and type 2 (P010).
    """

    @cached_property
    def by_family(self) -> Mapping[str, tuple[DocumentType, ...]]:
        """Document types grouped by family code, in code order."""
        return {
            family: tuple(d for d in self.documents.values() if d.family == family)
            for family in self.families
        }

    @cached_property
    def by_institution(self) -> Mapping[str, tuple[DocumentType, ...]]:
        """Document types grouped by institution code, in code order."""
        return {
            institution: tuple(d for d in self.documents.values() if d.institution == institution)
            for institution in self.institutions
        }
