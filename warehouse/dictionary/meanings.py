"""What tables and columns mean: from the catalogue, the SQL files, and two files of meanings.

Here: finding the meaning of one table or column. Never here: reading a release (`saying`). Next:
`Dictionary.table` and `Dictionary.column` are asked by whoever builds a mart or shows a page.

A column of the same name means the same in every table (`columns.toml`) unless `tables.toml` says
otherwise. A family's column is traced to the document types that fill it, a derived table to the
SQL file that makes it and the tables which that file reads.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.catalogue import Catalogue, Family, Kind
from warehouse.families import table_name
from warehouse.mart import first_comment
from warehouse.marts.count_tables import COUNTS_FOLDER
from warehouse.workbench import SQL_FOLDER

_FOLDER = Path(__file__).parent
_HANGUL = re.compile(r"^[가-힣0-9]+$")
_NUMBERS = re.compile(r"^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$")
_MOST_SOURCES = 6
_FRAME = {
    "document_type", "delivery_id", "line", "made_at", "record_action", "signature_id",
    "address_key",
}  # fmt: skip
"""Columns that every family table has besides the family's own."""
_UNIT_OF_KIND = {Kind.KRW: "won", Kind.YEAR: "calendar year"}


@dataclass(frozen=True, slots=True)
class TableMeaning:
    """What one row of a table is."""

    table_name: str
    meaning_en: str
    meaning_ko: str
    source: str


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What a column holds; `unit` is empty where it is no number."""

    table_name: str
    column_name: str
    type: str
    meaning_en: str
    meaning_ko: str
    unit: str
    source: str


def is_number(sql_type: str) -> bool:
    """Whether columns of this DuckDB type hold numbers, which need a unit."""
    return bool(_NUMBERS.match(sql_type))


class Dictionary:
    """Meanings of all tables of a release, given the catalogue that it was made with."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._families = {table_name(each): each for each in catalogue.families.values()}
        self._tables: Mapping[str, Any] = _read("tables.toml")
        columns = _read("columns.toml")
        self._columns: Mapping[str, list[str]] = columns["columns"]
        self._patterns = {re.compile(name): told for name, told in columns["patterns"].items()}
        self._units = {re.compile(name): unit for name, unit in columns["units"].items()}
        # Every mart of a release asks the same again.
        self._said: dict[tuple[str, str, str], ColumnMeaning | None] = {}
        self._sources: dict[str, str] = {}

    def table(self, name: str) -> TableMeaning | None:
        """Return what a row of the table is; None where nobody has said it."""
        told = self._tables.get(name, {})
        family = self._families.get(name)
        english = told.get("en")
        if family is not None:
            english = f"One row: an effective row of the family {family.code}: {family.grain}."
        elif english is None and name in self._sql_files:
            english = first_comment(self._sql_files[name].read_text("utf-8"))
        if not english or not told.get("ko"):
            return None
        return TableMeaning(name, english, told["ko"], self.source(name))

    def column(self, table: str, name: str, sql_type: str) -> ColumnMeaning | None:
        """Return what the column holds; None where nobody has said it."""
        asked = table, name, sql_type
        if asked not in self._said:
            self._said[asked] = self._column(table, name, sql_type)
        return self._said[asked]

    def _column(self, table: str, name: str, sql_type: str) -> ColumnMeaning | None:
        told = self._tables.get(table, {}).get("columns", {}).get(name) or self._columns.get(name)
        if told is None:
            told = next((each for key, each in self._patterns.items() if key.fullmatch(name)), None)
        if told is None:
            return None
        english, korean, unit = [*told, ""][:3]
        family = self._families.get(table)
        source = self.source(table)
        if family is not None:
            english += self._words(family, name)
            korean = korean or self._senders_word(family, name)
            source = self._senders(family, name)
        if not is_number(sql_type):
            unit = ""
        elif not unit:
            unit = self._unit(family, name)
        return ColumnMeaning(table, name, sql_type, english, korean, unit, source)

    def source(self, table: str) -> str:
        """Return what the table is made from."""
        if table not in self._sources:
            self._sources[table] = self._source(table)
        return self._sources[table]

    def _source(self, table: str) -> str:
        family = self._families.get(table)
        if family is not None:
            count = len(self._catalogue.by_family[family.code])
            return f"{count} document types of the family {family.code}"
        told = self._tables.get(table, {}).get("source")
        if told or table not in self._sql_files:
            return str(told or "")
        file = self._sql_files[table]
        words = set(re.findall(r"(?:FROM|JOIN)\s+(\w+)", file.read_text("utf-8")))
        read = sorted(words & (set(self._tables) | set(self._sql_files)) - {table})
        place = f"{file.parent.name}/{file.name}"
        return f"{place}, from {', '.join(read)}" if read else place

    @cached_property
    def _sql_files(self) -> dict[str, Path]:
        files = [*SQL_FOLDER.glob("*/*.sql"), *COUNTS_FOLDER.glob("*.sql")]
        return {path.stem: path for path in sorted(files)}

    def _unit(self, family: Family | None, name: str) -> str:
        own = family.column(name) if family is not None else None
        if own is not None and own.kind in _UNIT_OF_KIND:
            return _UNIT_OF_KIND[own.kind]
        return next((unit for key, unit in self._units.items() if key.search(name)), "")

    def _words(self, family: Family, name: str) -> str:
        """Name the list that a code comes from."""
        own = family.column(name)
        return f" (a word of the list {own.code_set})" if own and own.code_set else ""

    def _senders(self, family: Family, name: str) -> str:
        """Name the document types that fill a family's column."""
        if name in _FRAME:
            return self.source(table_name(family))
        own = name.removesuffix("_token")
        if family.column(own) is None:
            return f"derived from the validity of the family {family.code}"
        codes = [
            document.code
            for document in self._catalogue.by_family[family.code]
            if any(version.by_canonical(own) for version in document.versions)
            or own in document.constants
        ]
        shown = ", ".join(codes[:_MOST_SOURCES])
        more = len(codes) - _MOST_SOURCES
        return f"{shown} and {more} more document types" if more > 0 else shown

    def _senders_word(self, family: Family, name: str) -> str:
        """Return the Korean name that most senders give the column."""
        named = Counter(
            column.name
            for document in self._catalogue.by_family[family.code]
            for version in document.versions
            if (column := version.by_canonical(name)) is not None and _HANGUL.match(column.name)
        )
        return named.most_common(1)[0][0] if named else ""


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text("utf-8"))
