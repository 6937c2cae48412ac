"""Grants: who was given which access, by whom, on which legal basis, and for how long.

Here: the fields of a grant and reading them from TOML. Never here: deciding an access (`decision`).
Next: `hub access list` prints them. Files of grants belong in version control with review; the hub
only reads them.

    [[grant]]
    id = "G-2026-001"
    person = "kim.auditor"            # the name under which the official acts
    role = "auditor_case"
    purpose = "finding_review"
    legal_basis = "Act on the Use and Provision of Social Security Benefits, article 19-2"
    actions = ["query"]               # left out: all actions of the role
    objects = ["finding", "decision"]
    columns = ["finding.*", "decision.subject_id", "decision.outcome"]
    rows = "assigned_cases"           # or "all", or "area:1168" (leading digits of legal-dong codes)
    from = 2026-01-01
    to = 2026-12-31
    approved_by = [{ by = "lee.head", on = 2025-12-20 }, { by = "park.officer", on = 2025-12-22 }]
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVERYTHING = "*"
ALL_ROWS = "all"
ASSIGNED_CASES = "assigned_cases"
AREA = re.compile(r"^area:(\d{2,10})$")
_FIELDS = frozenset({
    "id", "person", "role", "purpose", "legal_basis", "actions", "objects", "columns", "rows",
    "from", "to", "approved_by",
})  # fmt: skip
_OPTIONAL = frozenset({"actions", "legal_basis", "approved_by"})
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_COLUMN = re.compile(r"^[a-z][a-z0-9_]{0,62}\.([a-z][a-z0-9_]{0,62}|\*)$")


class GrantError(Exception):
    """A file of grants cannot be read; nobody is granted anything until it is mended."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody else's word for a grant."""

    by: str
    on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One access that a person was given."""

    id: str
    person: str
    role: str
    purpose: str
    legal_basis: str
    actions: frozenset[str]
    """Empty: all actions of the role."""
    objects: frozenset[str]
    """Tables; `*` for every table of the role's mart."""
    columns: frozenset[str]
    """`table.column` or `table.*`; `*` for all columns of all objects."""
    rows: str
    """`all`, `assigned_cases`, or `area:` and leading digits of legal-dong codes."""
    valid_from: dt.date
    valid_to: dt.date
    approvals: tuple[Approval, ...]
    file: str = ""

    def has_object(self, name: str) -> bool:
        """Whether the grant names the object."""
        return EVERYTHING in self.objects or name in self.objects

    def columns_of(self, name: str) -> frozenset[str] | None:
        """Return the columns of an object that may be seen; None for all of them."""
        if EVERYTHING in self.columns or f"{name}.{EVERYTHING}" in self.columns:
            return None
        return frozenset(
            column for table, column in (each.split(".") for each in self.columns) if table == name
        )


def load_grants(folder: Path) -> tuple[Grant, ...] | None:
    """Read all `*.toml` of a folder, in the order of their IDs; None where there is no folder.

    Raises:
        GrantError: a file is no TOML, a field is missing, unknown or malformed, or an ID stands twice.
    """
    if not folder.is_dir():
        return None
    grants: dict[str, Grant] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            told = tomllib.loads(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            message = f"grants/{file.name} cannot be read: {error}"
            raise GrantError(message) from None
        if set(told) - {"grant"} or not isinstance(told.get("grant", []), list):
            message = f"grants/{file.name}: only [[grant]] tables may stand in it"
            raise GrantError(message)
        for number, fields in enumerate(told.get("grant", []), start=1):
            grant = _read(fields, file.name, number)
            if grant.id in grants:
                message = (
                    f"grants/{file.name}: {grant.id} stands in {grants[grant.id].file} already"
                )
                raise GrantError(message)
            grants[grant.id] = grant
    return tuple(grants[key] for key in sorted(grants))


def _read(fields: Mapping[str, Any], file: str, number: int) -> Grant:
    place = f"grants/{file}, grant {number}"
    missing = _FIELDS - _OPTIONAL - set(fields)
    unknown = set(fields) - _FIELDS
    if missing or unknown:
        told = [f"{name} is missing" for name in sorted(missing)]
        told += [f"{name} is no field of a grant" for name in sorted(unknown)]
        message = f"{place}: {', '.join(told)}"
        raise GrantError(message)
    try:
        grant = Grant(
            id=_text(fields["id"]),
            person=_text(fields["person"]),
            role=_text(fields["role"]),
            purpose=_text(fields["purpose"]),
            legal_basis=str(fields.get("legal_basis", "")).strip(),
            actions=_names(fields.get("actions", []), _NAME),
            objects=_names(fields["objects"], _NAME, or_everything=True),
            columns=_names(fields["columns"], _COLUMN, or_everything=True),
            rows=_scope(fields["rows"]),
            valid_from=_day(fields["from"]),
            valid_to=_day(fields["to"]),
            approvals=tuple(
                Approval(_text(each["by"]), _day(each["on"]))
                for each in fields.get("approved_by", [])
            ),
            file=file,
        )
    except (ValueError, TypeError, KeyError) as error:
        message = f"{place}: {error}"
        raise GrantError(message) from None
    if grant.valid_to < grant.valid_from:
        message = f"{place}: it ends before it begins"
        raise GrantError(message)
    return grant


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("id, person, role, purpose and who approved are texts, none of them empty")
    return value.strip()


def _day(value: object) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise TypeError("from, to and on are dates such as 2026-01-31, without quotes")
    return value


def _names(
    values: object, pattern: re.Pattern[str], *, or_everything: bool = False
) -> frozenset[str]:
    if not isinstance(values, list):
        raise TypeError("actions, objects and columns are lists")
    for value in values:
        if or_everything and value == EVERYTHING:
            continue
        if not isinstance(value, str) or not pattern.match(value):
            raise ValueError(
                "actions and objects are names in small letters, columns are table.column"
            )
    return frozenset(values)


def _scope(value: object) -> str:
    if value in {ALL_ROWS, ASSIGNED_CASES} or (isinstance(value, str) and AREA.match(value)):
        return str(value)
    raise ValueError('rows is "all", "assigned_cases", or "area:" and at least two digits')
