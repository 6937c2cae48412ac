"""What record families have in common: their canonical columns and shared code lists.

Here: families, their columns, code sets. Never here: the document types that feed a family
(`documents`). Next: every room reads them through `hub.catalogue`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.catalogue.terms import Kind


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
