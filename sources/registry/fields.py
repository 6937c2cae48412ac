"""Which fields each kind of catalogue entry has, and of which type.

Here: the shapes of the TOML entries and the check that an entry has its shape. Never here: what
a value means. Next: `families`, `code_sets` and `documents` build frozen objects from entries
that passed.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sources.registry.problems import Place

Entry = dict[str, Any]

_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    dt.date: "a date (YYYY-MM-DD)",
}


class Shape:
    """The fields that one kind of entry has."""

    def __init__(self, required: Mapping[str, type], optional: Mapping[str, type]) -> None:
        self.required = required
        self.types = {**required, **optional}

    def holds(self, entry: object, place: Place, prefix: str = "") -> bool:
        """Report missing, unknown and mistyped fields of `entry`; say whether all is well.

        Args:
            entry: what TOML gave.
            place: the entry that problems are reported under.
            prefix: written before field names, such as `columns[성별].`.
        """
        if not isinstance(entry, dict):
            place.report(prefix.rstrip("."), "is not a table", "write it as { name = value, … }")
            return False
        before = len(place.problems)
        for name in self.required:
            if name not in entry:
                place.report(prefix + name, "is missing", f"give it {_NAMES[self.types[name]]}")
            elif entry[name] == "":
                place.report(prefix + name, "is empty", "write what the sender's document says")
        for name, value in entry.items():
            if name not in self.types:
                known = ", ".join(sorted(self.types))
                place.report(prefix + name, "is no field of this entry", f"use one of {known}")
            elif type(value) is not self.types[name]:
                place.report(
                    prefix + name, "has the wrong type", f"give it {_NAMES[self.types[name]]}"
                )
        return len(place.problems) == before


INSTITUTION = Shape({"code": str, "name_ko": str, "name_en": str}, {})
FAMILY = Shape(
    {"code": str, "name": str, "grain": str, "natural_key": list, "columns": list},
    {"valid_from": str, "valid_to": str},
)
FAMILY_COLUMN = Shape({"name": str, "kind": str}, {"code_set": str})
CODE_SET = Shape({"name": str, "describes": str, "words": dict}, {"open": bool, "pattern": str})
CODE_WORD = Shape({"name_ko": str, "name_en": str}, {"group": str})
PROGRAMME = Shape({"code": str, "ministry": str, "name_ko": str, "name_en": str, "family": str}, {})
CROSSWALK = Shape(
    {"word": str},
    {
        "institution": str,
        "programme": str,
        "outside": str,
        "note": str,
        "by_grade": dict,
        "name_ko": str,
        "name_en": str,
    },
)
INCOME_ASSET_KIND = Shape({"code": str, "name_ko": str, "name_en": str, "group": str}, {})
COLUMN = Shape(
    {"name": str, "format": str},
    {
        "canonical": str,
        "own": str,
        "codes": dict,
        "width": int,
        "required": bool,
        "code_set": str,
    },
)
CHANGE = Shape({"name": str}, {"format": str, "codes": dict, "width": int, "required": bool})
VERSION = Shape(
    {"number": int, "valid_from": dt.date}, {"adds": list, "drops": list, "changes": list}
)
DOCUMENT = Shape(
    {
        "code": str,
        "family": str,
        "name_ko": str,
        "name_en": str,
        "describes": str,
        "delivery": str,
        "encoding": str,
        "cycle": str,
        "mode": str,
        "person_key": str,
        "corrections": str,
        "legal_basis": str,
        "used_for": list,
        "retention_years": int,
        "sensitivity": str,
        "status": str,
        "columns": list,
    },
    {
        "income_asset_code": str,
        "quarantine_limit_ppm": int,
        "constants": dict,
        "version": list,
    },
)


def read_toml(path: Path, place: Place) -> Entry:
    """Read one TOML file; a file that is missing or no TOML is reported and read as empty."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        place.report("-", "the file is missing", "put it back into the catalogue folder")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        place.report("-", f"is not valid TOML ({error})", "mend the file at that place")
    return {}


def list_of(content: Entry, name: str, place: Place) -> list[Any]:
    """Return the list of entries called `name`, reporting a file that has none."""
    entries = content.get(name)
    if not isinstance(entries, list) or not entries:
        if content:
            place.report(name, "has no entries", f"add [[{name}]] entries")
        return []
    return entries


def name_of(entry: object, field: str, position: int) -> str:
    """Return what an entry is called in problems: its `field`, or its place in the list."""
    value = entry.get(field) if isinstance(entry, dict) else None
    return value if isinstance(value, str) and value else f"entry {position}"


def texts_of(entry: Entry, field: str, place: Place, prefix: str = "") -> list[str]:
    """Return the list of texts in `field`, reporting members that are no texts."""
    held = entry.get(field, [])
    if any(not isinstance(value, str) for value in held):
        place.report(prefix + field, "holds what is no text", "write each member in quotes")
    return [value for value in held if isinstance(value, str)]
