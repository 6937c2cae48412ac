"""Document types, their schema versions, and the catalogue that holds everything that arrives.

Here: the shapes and questions that they answer about themselves. Never here: files, TOML or I/O
(`sources.registry`). Next: every room reads them through `hub.catalogue`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hub.catalogue.families import CodeSet, Family
from hub.catalogue.terms import (
    KIND_OF_FORMAT,
    Corrections,
    Cycle,
    Delivery,
    Encoding,
    Format,
    Kind,
    Mode,
)


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
