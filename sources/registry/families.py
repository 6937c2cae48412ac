"""Record families, read and validated.

Here: `_families.toml` to `hub.catalogue.Family`. Never here: the document types that feed a
family (`documents`). Next: `documents` checks canonical columns against the families.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hub.catalogue import RECORD_ACTION, CodeSet, Family, FamilyColumn, Kind
from sources.registry.fields import (
    FAMILY,
    FAMILY_COLUMN,
    Entry,
    list_of,
    name_of,
    read_toml,
    texts_of,
)
from sources.registry.problems import Place, Problem

FAMILIES_FILE = "_families.toml"
RESERVED = frozenset(
    {
        RECORD_ACTION,
        "line",
        "document_type",
        "delivery_id",
        "made_at",
        "signature_id",
        "id_birth_date",
        "id_sex",
        "address_key",
    }
)
"""Names that the lake row and the family tables have of themselves."""

_FAMILY_CODE = re.compile(r"F\d{2}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VALIDITY_KINDS = (Kind.DATE, Kind.MONTH, Kind.YEAR)


def is_column_name(name: str) -> bool:
    """Say whether `name` can be a column of the lake."""
    return bool(_NAME.fullmatch(name)) and name not in RESERVED


def _columns(
    entry: Entry, code_sets: Mapping[str, CodeSet], place: Place
) -> tuple[FamilyColumn, ...]:
    columns: dict[str, FamilyColumn] = {}
    for position, column in enumerate(entry["columns"], 1):
        field = f"columns[{name_of(column, 'name', position)}]"
        if not FAMILY_COLUMN.holds(column, place, field + "."):
            continue
        name, code_set = column["name"], column.get("code_set")
        if not is_column_name(name):
            place.report(f"{field}.name", "is no column name", "use lower case, not a lake name")
        if name in columns:
            place.report(f"{field}.name", "is given twice", "give each column its own name")
        try:
            kind = Kind(column["kind"])
        except ValueError:
            place.report(f"{field}.kind", "is no kind", f"use one of {', '.join(Kind)}")
            continue
        if (kind is Kind.CODE) != (code_set is not None):
            place.report(
                f"{field}.code_set", "does not fit the kind", "name a code set exactly for codes"
            )
        elif code_set is not None and code_set not in code_sets:
            place.report(
                f"{field}.code_set", f"{code_set!r} is unknown", f"add codes/{code_set}.toml"
            )
        columns[name] = FamilyColumn(name, kind, code_set)
    return tuple(columns.values())


def _family(entry: Entry, code_sets: Mapping[str, CodeSet], place: Place) -> Family | None:
    if not FAMILY.holds(entry, place):
        return None
    if not _FAMILY_CODE.fullmatch(entry["code"]):
        place.report("code", "is no family code", "write F and two digits")
    family = Family(
        code=entry["code"],
        name=entry["name"],
        grain=entry["grain"],
        columns=_columns(entry, code_sets, place),
        natural_key=tuple(texts_of(entry, "natural_key", place)),
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
    )
    if not family.natural_key:
        place.report("natural_key", "is empty", "name the columns that tell rows apart")
    for name in family.natural_key:
        if family.column(name) is None:
            place.report("natural_key", f"{name!r} is no column", "name columns of the family")
    for field, bound in (("valid_from", family.valid_from), ("valid_to", family.valid_to)):
        column = family.column(bound) if bound is not None else None
        if bound is not None and (column is None or column.kind not in _VALIDITY_KINDS):
            place.report(field, f"{bound!r} is no date column", "name a date, month or year column")
    return family


def read_families(
    folder: Path, code_sets: Mapping[str, CodeSet], problems: list[Problem]
) -> dict[str, Family]:
    """Read the record families, by code."""
    start = Place(FAMILIES_FILE, "family", problems)
    families: dict[str, Family] = {}
    entries = list_of(read_toml(folder / FAMILIES_FILE, start), "family", start)
    for position, entry in enumerate(entries, 1):
        place = start.at(name_of(entry, "code", position))
        family = _family(entry, code_sets, place)
        if family is None:
            continue
        if family.code in families:
            place.report("code", "is given twice", "give each family its own code")
        families[family.code] = family
    return families
