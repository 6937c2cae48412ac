"""What each role sees for each purpose, as `marts.toml` declares it.

Here: reading the declaration and checking it against the policy. Never here: building a file
(`warehouse.marts`). Next: the night builds one database file a declaration into each release.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from hub.access.policy import load_policy

BIRTH_DATE, BIRTH_YEAR = "birth_date", "birth_year"
_FILE = Path(__file__).with_name("marts.toml")


class MartError(ValueError):
    """`marts.toml` does not fit the policy, or not itself."""


class Rows(StrEnum):
    """Whose rows a mart holds."""

    ALL = "all"
    FOUND = "found"
    DECIDED = "decided"


class FamilyRows(StrEnum):
    """Which records, as senders gave them, a mart holds."""

    NONE = "none"
    EVIDENCE = "evidence"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class MartDefinition:
    """One mart: what may be in its file, and nothing else may."""

    role: str
    purpose: str
    tables: tuple[str, ...]
    withheld: tuple[str, ...]
    """Patterns of column names that are left out of every table."""
    rows: Rows
    families: FamilyRows
    has_counts: bool

    @property
    def name(self) -> str:
        """`<role>__<purpose>`, the name of its file."""
        return f"{self.role}__{self.purpose}"

    @property
    def hides_birth_date(self) -> bool:
        """Auditors see the year of birth instead of the date."""
        return self.role.startswith("auditor_")

    def shows(self, column: str) -> bool:
        """Whether a column of this name may be in the mart."""
        return not any(fnmatchcase(column, pattern) for pattern in self.withheld)

    def shown(self, columns: Iterable[str]) -> dict[str, str]:
        """Return column of the mart → column of the released table that it is read from, in order.

        They differ in one case: `birth_year` is the year of `birth_date`.
        """
        return {
            BIRTH_YEAR if column == BIRTH_DATE and self.hides_birth_date else column: column
            for column in columns
            if self.shows(column)
        }

    def picks_rows(self, table: str) -> bool:
        """Whether the mart shows rows of a table by whom they are about."""
        return self.rows is not Rows.ALL and table in self.tables

    def holds_whole(self, table: str, columns: Collection[str]) -> bool:
        """Whether the mart holds every row and every column of a table, each as it was released.

        Args:
            table: its name.
            columns: all columns that it has.
        """
        return (
            self.rows is Rows.ALL
            and table in self.tables
            and all(self.shows(column) for column in columns)
            and not (self.hides_birth_date and BIRTH_DATE in columns)
        )

    def contains(self, other: MartDefinition) -> bool:
        """Whether everything that `other` holds is in this mart too, hidden by the same rules."""
        return (
            self.name != other.name
            and self.rows is other.rows
            and set(self.withheld) == set(other.withheld)
            and self.hides_birth_date == other.hides_birth_date
            and set(other.tables) <= set(self.tables)
            and other.families in {FamilyRows.NONE, self.families}
            and (self.has_counts or not other.has_counts)
        )


@cache
def load_marts() -> tuple[MartDefinition, ...]:
    """Read `marts.toml`.

    Raises:
        MartError: a role may not act for the purpose, a group is unknown, or a mart stands twice.
    """
    told = tomllib.loads(_FILE.read_text("utf-8"))
    policy = load_policy()
    found: dict[str, MartDefinition] = {}
    for each in told["mart"]:
        mart = _definition(each, told)
        role = policy.roles.get(mart.role)
        if role is None or mart.purpose not in role.purposes or "query" not in role.actions:
            message = f"marts.toml: the policy lets nobody query as {mart.role} for {mart.purpose}"
            raise MartError(message)
        if mart.name in found:
            message = f"marts.toml: {mart.name} stands twice"
            raise MartError(message)
        found[mart.name] = mart
    return tuple(found.values())


def mart_name(role: str, purpose: str) -> str | None:
    """Return the mart that a role sees for a purpose; None: it sees none."""
    return next(
        (each.name for each in load_marts() if (each.role, each.purpose) == (role, purpose)), None
    )


def _definition(told: dict[str, Any], file: dict[str, Any]) -> MartDefinition:
    unknown = set(told["groups"]) - set(file["group"])
    if unknown:
        message = f"marts.toml: no group {', '.join(sorted(unknown))}"
        raise MartError(message)
    tables = [table for group in told["groups"] for table in file["group"][group]]
    withheld = [*file["withheld_everywhere"], *told.get("withheld", [])]
    if told["role"].startswith("auditor_"):
        withheld += file["withheld_from_auditors"]
    return MartDefinition(
        role=told["role"],
        purpose=told["purpose"],
        tables=tuple(dict.fromkeys(tables)),
        withheld=tuple(withheld),
        rows=Rows(told.get("rows", Rows.ALL)),
        families=FamilyRows(told.get("families", FamilyRows.NONE)),
        has_counts=told.get("counts", False),
    )
